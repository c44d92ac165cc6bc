"""What is compared of two answers: a whole number for each thing that is said, with one meaning in both versions.

Words, reasons and sources become codes of one list (`Codes`), so that two versions of a book, which count their values
differently, can be compared number by number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, final

from planshift.book import Book
from planshift.decision.term_text import term_text
from planshift.expressions.form import Bool, Int, Node
from planshift.population.dialects import quoted, text
from planshift.population.told import LINES, TOTALS
from planshift.rulebook.kernel import Kernel
from planshift.rulebook.resolution import possible_values

Part = Literal["verdict", "reasons", "target", "direction", "timing", "amounts", "terms"]

WORDING = ("label", "fee_label")
"""Terms that say what something is called: they are wording and no difference."""

_BY_AMOUNT = ("fee",)
"""Terms that are compared by the amount that they come to."""

BITS = 60
"""So many reasons fit into one number."""

_DAYS: dict[str, str] = {
    "effective": "",
    "next_bill_on": "",
    "immediate": "",
    "bill_day": "",
    "stop": "gives_credit",
    "credit_end": "gives_credit",
    "begin": "bills",
    "bill_end": "bills",
    "extension.starts": "extension.active",
    "extension.ends": "extension.active",
}
"""Dates of an answer, and the output that says whether there is such a date at all."""

_AMOUNTS = ("waiting_billed", "account_used_now", "account_used", "next_bill_renewal", "next_bill_credit")

_STATES: dict[str, str] = {
    "keeps_coupon": "",
    "keeps_period": "",
    "contract.carries": "",
    "contract.begins": "",
    "contract.ends": "",
    "contract.months": "contract.begins",
    "contract.days": "contract.begins",
    "extension.active": "",
    "allowances_over": "",
}
"""What becomes of coupon, period, commitment and allowances."""

MONEY = ("old_bill", "old_year", "new_bill", "new_year")
"""Regular bills of the plan that is left and of the one that is asked for."""


@final
@dataclass(slots=True, kw_only=True)
class Codes:
    """The words that codes stand for, in the order in which they were first seen."""

    words: list[str] = field(default_factory=list)
    _known: dict[str, int] = field(default_factory=dict)

    def of(self, word: str) -> int:
        """The code of a word."""
        if word not in self._known:
            self._known[word] = len(self.words)
            self.words.append(word)
        return self._known[word]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Dictionary:
    """The codes of everything that is told in words."""

    terms: Mapping[str, Codes]
    sources: Codes
    reasons: Codes
    notices: Codes
    ways: Codes


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """The columns of one version's answers for one kernel: by name the SQL of a whole number."""

    book: Book
    kernel: Kernel
    codes: Dictionary

    def columns(self) -> dict[str, str]:
        """Every column over the outputs of the kernel."""
        return dict(self._columns())

    def _columns(self) -> Iterator[tuple[str, str]]:
        yield "verdict", self._output("verdict")
        yield from self._masks("reason", self._against(), self.codes.reasons)
        yield from self._masks("notice", self._notices(), self.codes.notices)
        yield "direction", self._output("direction")
        yield from ((name, self._guarded(name, when)) for name, when in (_DAYS | _STATES | LINES).items())
        yield from ((name, self._output(name)) for name in (*TOTALS, *_AMOUNTS))
        yield from ((name, _number(quoted(name), self.kernel.regular[name])) for name in MONEY)
        for name, term in self.kernel.terms.items():
            if name in WORDING:
                continue
            words = [term_text(name, value, decimals=self.book.rulebook.decimals) for value in term.values]
            yield f"term {name}", self._coded(f"term.{name}", words, self.codes.terms[name])
            yield f"source {name}", self._coded(f"source.{name}", self._sources, self.codes.sources)
        for name in self.kernel.resources:
            yield from ((f"{what} {name}", self._output(f"{what}.{name}")) for what in ("allowed", "excess"))
        if self.kernel.facts.renews:
            rows = [f"{plan.name}\x1f{price.id}" for plan, price in self.book.rulebook.tables.rows] + ["\x1f"]
            names = ["", *(switch.title for switch in self.book.rulebook.switches.switches)]
            yield "target", self._coded("target", rows, self.codes.ways)
            yield "switch", self._coded("switch", names, self.codes.ways)
            yield "switch blocker", self._output("switch.blocker")

    def needed(self) -> dict[str, Node]:
        """The outputs that the columns read."""
        kernel = self.kernel
        skipped = ("path", "group", "from_level", "to_level", "rule.", "used.")
        wording = tuple(f"{what}.{name}" for name in WORDING for what in ("term", "source"))
        held = {name: node for name, node in kernel.outputs.items() if not name.startswith((*skipped, *wording))}
        spoken = [f"rule.{k}" for k, rule in enumerate(kernel.rules) if rule.texts]
        return {**held, **{name: kernel.outputs[name] for name in spoken}, **kernel.regular}

    @property
    def _sources(self) -> list[str]:
        """Who settled something, as both versions call it: without the line, which any edit above it moves."""
        return [source.title for source in self.kernel.sources]

    def _against(self) -> Iterator[tuple[str, str]]:
        """What stands against a change: the output that says so, and what it is called."""
        for k, objection in enumerate(self.kernel.objections):
            yield f"objection.{k}", " ".join(filter(None, (objection.code, objection.detail)))
        for k, rule in enumerate(self.kernel.rules):
            if any(each.kind == "deny" for each in rule.texts):
                yield f"rule.{k}", f'rule "{rule.title}"'

    def _notices(self) -> Iterator[tuple[str, str]]:
        for k, rule in enumerate(self.kernel.rules):
            if any(each.kind != "deny" for each in rule.texts):
                yield f"rule.{k}", f'rule "{rule.title}"'

    def _masks(self, name: str, said: Iterator[tuple[str, str]], codes: Codes) -> Iterator[tuple[str, str]]:
        """What holds, a bit for each."""
        numbered = [(output, codes.of(word)) for output, word in said]
        bits: dict[int, list[str]] = {k: [] for k in range(-(-max(1, len(codes.words)) // BITS))}
        for output, code in numbered:
            if self.kernel.outputs[output].literal is not False:
                place, bit = divmod(code, BITS)
                bits[place].append(f"CASE WHEN {quoted(output)} THEN {1 << bit} ELSE 0 END")
        for place, held in bits.items():
            # two objections of one name share a bit, so the bits are joined and not added
            yield f"{name} {place}", f"CAST({' | '.join(held)} AS BIGINT)" if held else "0"

    def _coded(self, output: str, words: Sequence[str], codes: Codes) -> str:
        node = self.kernel.outputs[output]
        assert isinstance(node, Int)  # positions are integers
        pairs = [(k, codes.of(words[k])) for k in possible_values(node)]
        if len(pairs) == 1:
            return str(pairs[0][1])
        if all(k == code for k, code in pairs):
            return quoted(output)
        if len(pairs) <= BITS:
            return f"CASE {quoted(output)} {' '.join(f'WHEN {k} THEN {code}' for k, code in pairs)} ELSE 0 END"
        known = dict(pairs)
        listed = ", ".join(str(known.get(k, 0)) for k in range(node.lo, node.hi + 1))
        return f"CAST([{listed}] AS INTEGER[])[{quoted(output)} - {node.lo} + 1]"

    def _output(self, name: str) -> str:
        return _number(quoted(name), self.kernel.outputs[name])

    def _guarded(self, name: str, when: str) -> str:
        """An output where another one says that there is such a thing, and nothing elsewhere."""
        held, number = self.kernel.outputs.get(when), self._output(name)
        if held is None or held.literal is True:
            return number
        return "0" if held.literal is False else f"CASE WHEN {quoted(when)} THEN {number} ELSE 0 END"


def _number(column: str, node: Node) -> str:
    """A column as a whole number that a file can hold."""
    if node.literal is not None:
        return str(int(node.literal)) if not isinstance(node.literal, str) else text(node.literal)
    if isinstance(node, Bool):
        return f"CAST({column} AS TINYINT)"
    assert isinstance(node, Int)  # no output of a kernel is a text
    return column if node.lo >= -(1 << 63) and node.hi < 1 << 63 else f"CAST({column} AS DECIMAL(38, 0))"


def dictionary_of(books: Sequence[tuple[Book, Kernel]]) -> Dictionary:
    """The codes of everything that these kernels can say."""
    names = dict.fromkeys(name for _, kernel in books for name in kernel.terms)
    found = Dictionary(
        terms={name: Codes() for name in names}, sources=Codes(), reasons=Codes(), notices=Codes(), ways=Codes()
    )
    for book, kernel in books:
        Answer(book=book, kernel=kernel, codes=found).columns()
    return found


def part_of(name: str) -> Part | None:
    """The part of an answer that a column belongs to; None where it is told and not compared."""
    kind, _, rest = name.partition(" ")
    if kind in ("source", "old_bill", "old_year"):
        return None
    if kind == "term":
        return None if rest in _BY_AMOUNT else "timing" if rest == "timing" else "terms"
    if kind in ("verdict", "direction", "target"):
        return kind  # type: ignore[return-value]  # these are parts
    if kind in ("reason", "notice"):
        return "reasons" if kind == "reason" else "terms"
    if kind in _DAYS:
        return "timing"
    return "amounts" if kind in (*LINES, *TOTALS, *_AMOUNTS, *MONEY) else "terms"
