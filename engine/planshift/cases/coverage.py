"""What of a book its cases exercise, as values: every output renders these and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, final

from planshift.diagnostics.span import Span

Kind = Literal["rules", "conditions", "roads", "terms", "reasons", "switches", "reactions", "statements"]

KINDS: dict[Kind, str] = {
    "rules": "rules that held",
    "conditions": "parts of conditions, each seen true and seen false",
    "roads": "paths that were taken, and plans of groups that were left and arrived at",
    "terms": "terms that settled something, at each place that speaks",
    "reasons": "reasons that were given",
    "switches": "switches that were carried out",
    "reactions": "reactions that an order can come to",
    "statements": "statements about every change that spoke of a case",
}
"""What can be exercised, and how a person says it."""

WHOLE = 100
"""Per cent."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One thing that a case can show: `shown` says that it did, `missing` that none does.

    `cases` counts those that show it, `first` is the name of the first one.
    """

    shown: str
    missing: str
    cases: int = 0
    first: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A piece of a book with what cases can show of it; without a place, the product itself brings it along.

    `text` is how the book writes it, `within` the rule or the `let` that a condition stands in.
    """

    kind: Kind
    text: str
    span: Span
    marks: tuple[Mark, ...]
    within: str = ""

    @property
    def covered(self) -> int:
        """How many of its marks a case shows."""
        return sum(mark.cases > 0 for mark in self.marks)

    @property
    def missing(self) -> str:
        """What no case shows; empty where there is nothing."""
        found = [mark.missing for mark in self.marks if not mark.cases]
        if self.kind == "conditions" and len(found) > 1:
            return "never looked at"
        first, *others = found or [""]
        return ", ".join((first, *(text.removeprefix("never ") for text in others)))


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How much of something is covered."""

    covered: int
    total: int

    @property
    def per_cent(self) -> int:
        """The share in whole per cent, rounded down: only all of it is 100."""
        return WHOLE * self.covered // self.total if self.total else WHOLE


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What the cases of a book exercise; `sources` are the texts of the files that were looked at, by name."""

    book: str
    title: str
    cases: int
    items: tuple[Item, ...]
    sources: Mapping[str, str]

    def of(self, kind: Kind) -> tuple[Item, ...]:
        """The items of one kind, in the order of the book."""
        return tuple(item for item in self.items if item.kind == kind)

    def tally(self, kind: Kind | None = None) -> Tally:
        """How much is covered of a kind, or of everything."""
        return tally_of(self.items if kind is None else self.of(kind))

    @property
    def uncovered(self) -> tuple[Item, ...]:
        """The items of which something is not shown."""
        return tuple(item for item in self.items if item.missing)


def tally_of(items: Iterable[Item]) -> Tally:
    """How much of some items is covered; each of their marks counts once."""
    counted = [(item.covered, len(item.marks)) for item in items]
    return Tally(covered=sum(covered for covered, _ in counted), total=sum(total for _, total in counted))
