"""What is different between two versions of a book, as values: what was found, where, and what shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, final

from planshift.book import Decision
from planshift.comparison.world import Route, World
from planshift.diagnostics.span import NOWHERE, Span

Section = Literal["book", "catalog", "roads", "terms", "rules", "switches", "reactions", "statements", "facts"]
"""The part of a book that a difference is about."""

SECTIONS: dict[Section, str] = {
    "book": "The book",
    "catalog": "Plans and prices",
    "roads": "Roads",
    "terms": "Terms",
    "rules": "Rules",
    "switches": "Switches",
    "reactions": "Reactions",
    "statements": "Statements",
    "facts": "Declared facts",
}
"""The parts in the order in which they are told, with their headings."""

Sign = Literal["+", "-", "~"]
"""Added, removed, changed."""

NO_ANSWER = "it is no part of an answer, so no case can show it"
"""Why there is no witness for what only people read."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One value before and after; None where there is none."""

    what: str
    old: str | None = None
    new: str | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """A change that the two versions answer differently: what is asked, what is different, and the case to keep."""

    told: str
    """The change in one line."""

    moved: tuple[Moved, ...]
    """What of the answer is different, by the names that cases use."""

    case: str
    """The case as an item of a case file: it passes against the new version and fails against the old one."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that the versions say differently.

    `kind` is one of `KINDS`; `count` is how many of the kind it stands for, such as the roads between several plans.
    """

    section: Section
    kind: str
    sign: Sign
    title: str
    moved: tuple[Moved, ...] = ()
    notes: tuple[str, ...] = ()
    old: Span = NOWHERE
    """Where the old version says it."""

    new: Span = NOWHERE
    """Where the new version says it."""

    count: int = 1
    witness: Witness | None = None
    tried: int = 0
    """How many changes were tried for a witness."""

    untold: str = ""
    """Why there is no witness, where that needs no trying."""


Shows = Callable[[Decision | None, Decision], bool]
"""Whether the answers of the old and the new version to one request show a difference; the old may know no answer."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A difference for which a witness is to be found.

    `shows` says what a witness is; None where there can be none. `plans` are those of which a witness has to be about
    one, where they are known; `routes`, `rules` and `worlds` say where it is worth looking. `also` are names of answers
    that a case tells besides the usual ones. `offers` is for what only the list of offers can show. `slight` says that
    no verdict, day or amount depends on it; `doubtful`, that it is one only if a witness shows it.
    """

    difference: Difference
    shows: Shows | None = None
    plans: frozenset[str] = frozenset()
    routes: tuple[Route, ...] = ()
    rules: tuple[str, ...] = ()
    worlds: tuple[World, ...] = ()
    also: tuple[str, ...] = ()
    offers: bool = False
    slight: bool = False
    doubtful: bool = False


KINDS: dict[str, tuple[str, str]] = {
    "value_moved": ("value of the book moved", "values of the book moved"),
    "plan_added": ("plan added", "plans added"),
    "plan_removed": ("plan removed", "plans removed"),
    "plan_changed": ("plan changed", "plans changed"),
    "price_added": ("price added", "prices added"),
    "price_removed": ("price removed", "prices removed"),
    "price_moved": ("price moved", "prices moved"),
    "addon_added": ("add-on added", "add-ons added"),
    "addon_removed": ("add-on removed", "add-ons removed"),
    "addon_changed": ("add-on changed", "add-ons changed"),
    "service_added": ("service added", "services added"),
    "service_removed": ("service removed", "services removed"),
    "service_changed": ("service changed", "services changed"),
    "road_opened": ("road opened", "roads opened"),
    "road_closed": ("road closed", "roads closed"),
    "road_turned": ("road turned", "roads turned"),
    "level_moved": ("level moved", "levels moved"),
    "group_renamed": ("group renamed", "groups renamed"),
    "term_moved": ("term moved", "terms moved"),
    "rule_added": ("rule added", "rules added"),
    "rule_removed": ("rule removed", "rules removed"),
    "rule_renamed": ("rule renamed", "rules renamed"),
    "rule_stricter": ("rule made stricter", "rules made stricter"),
    "rule_looser": ("rule made looser", "rules made looser"),
    "rule_changed": ("rule changed", "rules changed"),
    "rule_reordered": ("rule reordered", "rules reordered"),
    "switch_added": ("switch added", "switches added"),
    "switch_removed": ("switch removed", "switches removed"),
    "switch_moved": ("switch moved", "switches moved"),
    "reaction_added": ("reaction added", "reactions added"),
    "reaction_removed": ("reaction removed", "reactions removed"),
    "statement_added": ("statement added", "statements added"),
    "statement_removed": ("statement removed", "statements removed"),
    "statement_changed": ("statement changed", "statements changed"),
    "fact_added": ("fact added", "facts added"),
    "fact_removed": ("fact removed", "facts removed"),
    "fact_changed": ("fact changed", "facts changed"),
}
"""What a difference can be, with the words that count it."""
