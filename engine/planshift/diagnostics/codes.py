"""The one table of diagnostic codes: every code that planshift can utter, and in which phase it is found.

A code never changes its meaning and is never given away again. Its page, with a bad and a good example,
lies in `pages/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

PHASES = {
    "PS0": "files",
    "PS1": "document",
    "PS2": "catalog",
    "PS3": "rules",
    "PS4": "resolution",
    "PS5": "input",
    "PS6": "cases",
    "PS7": "actions",
    "PS8": "messages",
    "PS9": "adapters",
}
"""What each range of codes is about, by the first three characters of the code."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A kind of mistake: its code, its title and the phase that finds it."""

    code: str
    title: str

    @property
    def phase(self) -> str:
        """The phase that finds it, one of the values of `PHASES`."""
        return PHASES[self.code[:3]]


_FILES: dict[str, str] = {
    "PS001": "a file that is missing or cannot be read",
    "PS002": "a file that is not text",
    "PS003": "a file beyond a limit of size",
    "PS004": "a file that is not YAML",
    "PS005": "a key that is given twice",
    "PS006": "a key that is not a name",
    "PS007": "a tag on a value",
    "PS008": "an alias that cannot be followed",
    "PS009": "a file that is more than one document",
    "PS010": "an empty file",
    "PS011": "an unknown preset or book",
    "PS012": "books that extend each other in a circle",
    "PS013": "a book without a catalog",
    "PS014": "a file that is not read",
    "PS015": "a part of a book that stands in two places",
}

_DOCUMENT: dict[str, str] = {
    "PS101": "an unknown field",
    "PS102": "a missing field",
    "PS103": "a value of the wrong kind",
    "PS104": "a word that is not on its list",
    "PS105": "a value that is too small or too large",
    "PS106": "a malformed name",
    "PS110": "a malformed amount",
    "PS111": "an amount with too many decimals",
    "PS112": "a number where money belongs",
    "PS113": "an unknown currency",
    "PS114": "two amounts in one currency",
    "PS115": "a malformed percentage",
    "PS116": "a malformed interval",
    "PS117": "a date that does not exist",
    "PS118": "an instant that does not exist",
    "PS119": "an unknown time zone",
    "PS120": "a malformed value of a term",
    "PS121": "fields that contradict each other",
}

_CATALOG: dict[str, str] = {
    "PS201": "an unknown plan",
    "PS202": "an unknown price",
    "PS203": "an unknown add-on",
    "PS204": "an unknown service",
    "PS205": "a price without an amount",
    "PS206": "an add-on that raises nothing",
    "PS207": "a currency without prices",
    "PS208": "a member without a level",
    "PS209": "a price that is not the only one",
    "PS210": "a switch to another module",
    "PS211": "a path that names a plan twice",
    "PS212": "a path to where it begins",
    "PS213": "a path that leads nowhere",
    "PS214": "a switch to what cannot be had",
    "PS215": "a road to a plan that nobody can have",
    "PS219": "a place for moved things that no plan has",
}

_RULES: dict[str, str] = {
    "PS301": "a rule that cannot be read",
    "PS302": "a text with a mistake between its quotes",
    "PS303": "a rule that is too large or too deep",
    "PS304": "a literal that means nothing",
    "PS310": "an unknown name",
    "PS311": "a name that cannot be given",
    "PS313": "a fact that is not known yet",
    "PS314": "a name that is never used",
    "PS315": "a wrong call of a function",
    "PS320": "values of different types",
    "PS321": "an operator on a type it does not take",
    "PS322": "a value of the wrong type for its place",
    "PS323": "a name that is not on its list",
    "PS325": "a division that could fail",
    "PS326": "an amount that lacks a currency",
    "PS327": "a number that can become too large",
    "PS330": "an unknown term",
    "PS331": "a term set twice in one rule",
    "PS332": "a term's value that is not written out",
    "PS333": "an unknown or incomplete need",
    "PS334": "an unknown event or action",
    "PS335": "a title that is missing or used twice",
}

_RESOLUTION: dict[str, str] = {
    "PS401": "two paths that disagree",
    "PS402": "two groups that disagree",
    "PS403": "two entries for the same client group or customer",
    "PS404": "a plan left and a plan arrived at that disagree",
    "PS405": "an amount that lacks a currency the book sells in",
    "PS406": "a value that a rule cannot set",
    "PS407": "a rate rounded more coarsely than the currency",
    "PS408": "an amount in a currency that nothing it meets is sold in",
    "PS410": "a rule that can never hold",
    "PS411": "a rule for changes that no road allows",
    "PS412": "a rule that earlier ones always settle",
    "PS413": "a term of a rule that earlier ones always settle",
    "PS414": "a condition that always holds",
    "PS415": "an alternative that never holds",
    "PS420": "a path that no change can go",
    "PS421": "a plan in a group that nobody can reach or leave",
    "PS422": "a group of one plan",
    "PS423": "members of a group without a common currency",
    "PS424": "members that contradict their group",
    "PS430": "a term without effect",
    "PS431": "a term of a path for a direction that it does not lead in",
    "PS432": "a term that renewals settle themselves",
    "PS433": "a term that stronger places always settle",
}

_INPUT: dict[str, str] = {
    "PS501": "a fact that the book does not declare",
    "PS502": "a fact declared in a way that has no type",
    "PS503": "a declared fact that hides a built-in one",
    "PS504": "a fact that can be missing",
    "PS505": "an amount in another currency than the subscription",
    "PS510": "a period that ends before it begins",
    "PS511": "more paid than the period costs",
    "PS512": "dates that contradict each other",
    "PS513": "use of something that no plan limits or includes",
    "PS514": "the same thing listed twice",
    "PS515": "a request that contradicts itself",
    "PS516": "an unknown running service",
    "PS517": "an add-on to hold that the catalog does not have",
    "PS518": "an add-on that the plan cannot hold",
    "PS520": "a plan that the catalog does not have",
    "PS521": "a price that the plan does not have",
    "PS522": "a currency that nothing is sold in",
    "PS523": "an unknown time zone",
    "PS524": "a date that is out of range",
    "PS525": "a contract that runs backwards",
    "PS526": "an amount that is out of range",
    "PS527": "a count that is out of range",
    "PS528": "more given back than was paid",
    "PS529": "facts that are missing or out of order",
    "PS530": "an unknown kind of request",
    "PS531": "an unknown requester",
    "PS532": "a value of another kind than its place takes",
    "PS533": "a subscription after a change that leaves none",
    "PS534": "a question, resource or client group that the book does not know",
    "PS540": "an unknown engine",
    "PS541": "numbers that an engine cannot compute exactly",
    "PS542": "a server that does not do what it is asked for",
}

_CASES: dict[str, str] = {
    "PS601": "an unknown subscription file",
    "PS602": "an unknown term in a case",
    "PS603": "a case that expects nothing",
    "PS604": "two cases of one name",
    "PS605": "a case that asks for nothing",
    "PS606": "a case without a subscription",
    "PS607": "a case without an instant",
    "PS608": "a selection without cases",
    "PS609": "a table whose cells and columns do not fit",
    "PS610": "a timeline that cannot be gone through",
    "PS620": "a selection without edits",
    "PS650": "a file without conformance cases",
    "PS651": "a conformance case that is not built as one",
    "PS652": "two conformance cases of one name",
}

_ACTIONS: dict[str, str] = {
    "PS701": "an action plan for a change that is not allowed",
    "PS702": "a value that an action plan does not take",
    "PS703": "an action plan that lacks a field",
    "PS704": "an unknown field in an action plan",
    "PS705": "an unknown action",
    "PS706": "an action plan beyond a limit of size",
    "PS710": "lines that do not add up to their total",
    "PS711": "a credit that goes nowhere, or twice",
    "PS712": "a charge that is billed nowhere, or twice",
    "PS713": "more given back than was paid",
    "PS714": "an amount below zero",
    "PS715": "amounts of different currencies",
    "PS716": "a step that is not the only one of its name",
    "PS717": "two steps that do the same",
    "PS718": "a step before one that it needs",
    "PS719": "a step that the wrong action undoes",
    "PS720": "a day in the past",
    "PS721": "a plan that does not tell its decision",
    "PS722": "a plan whose figures are out of date",
    "PS723": "a plan other than the one that was quoted",
}

_MESSAGES: dict[str, str] = {
    "PS801": "a message whose holes cannot be filled",
    "PS802": "a plural without a form that its language has",
    "PS803": "a message with markup",
    "PS804": "an unknown locale",
    "PS805": "a name in messages that the book does not have",
    "PS806": "a rule whose text is not translated",
}

_ADAPTERS: dict[str, str] = {
    "PS901": "an unknown adapter",
    "PS902": "two adapters of one name",
    "PS903": "an adapter that does something else",
    "PS904": "an address that is not encrypted",
    "PS905": "a secret that is not there",
    "PS906": "nobody for the rest",
    "PS907": "a module that no plan has",
    "PS908": "a secret in a file",
    "PS909": "an unknown kind of step",
    "PS910": "two adapters for one kind of step",
    "PS911": "a payment of somebody else's invoice",
}

_TITLES: dict[str, str] = (
    _FILES | _DOCUMENT | _CATALOG | _RULES | _RESOLUTION | _INPUT | _CASES | _ACTIONS | _MESSAGES | _ADAPTERS
)

CODES: dict[str, Code] = {code: Code(code=code, title=title) for code, title in sorted(_TITLES.items())}
"""Every code by its name."""
