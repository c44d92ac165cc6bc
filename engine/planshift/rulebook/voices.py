"""Kinds of change, as far as scopes tell them apart, and what holders of equal rank say about each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import final

from planshift.billing.interval import Interval
from planshift.billing.rates import twelfths_of_days
from planshift.rulebook.catalog_tables import CatalogTables
from planshift.rulebook.sources import DIRECTIONS, SCOPES, Scope, Statement, Statements

OTHER = ("other_interval",)
LONGER = (*OTHER, "longer_interval")
SHORTER = (*OTHER, "shorter_interval")

_ONE_ENDED = ("cancel", "start")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of change: its direction, and those of `INTERVAL_SCOPES` that hold for it."""

    direction: str
    intervals: tuple[str, ...] = ()

    def within(self, scope: Scope) -> bool:
        """Whether a scope speaks of it."""
        return scope.direction in ("any", self.direction) and (not scope.interval or scope.interval in self.intervals)


EVERY_KIND = tuple(
    Kind(direction=direction, intervals=intervals)
    for direction in DIRECTIONS
    for intervals in ((), OTHER, LONGER, SHORTER)
    if direction not in _ONE_ENDED or not intervals
)
"""All kinds of change there are."""


def kinds_between(tables: CatalogTables, origin: int, *, target: int) -> Iterator[Kind]:
    """The kinds of change from one plan to another one, or on one plan."""
    before, after = tables.catalog.plans[origin].prices, tables.catalog.plans[target].prices
    moves = {intervals_of(old.interval, new.interval) for old, new in product(before, after)}
    for direction in DIRECTIONS:
        if direction in _ONE_ENDED or direction == ("crossgrade" if origin == target else "term_change"):
            continue
        if origin == target and direction in ("upgrade", "downgrade"):  # of the quantity alone
            yield Kind(direction=direction)
            continue
        for intervals in sorted(moves):
            yield Kind(direction=direction, intervals=intervals)


def intervals_of(old: Interval, new: Interval) -> tuple[str, ...]:
    """Those of `INTERVAL_SCOPES` that hold for a change between two intervals."""
    if old == new or old.once or new.once:
        return ()
    longer = twelfths_of_days(new) - twelfths_of_days(old)
    return OTHER if not longer else LONGER if longer > 0 else SHORTER


@final
class Voice:
    """What one holder says about each kind of change; the strongest of its scopes counts."""

    def __init__(self, statements: Statements) -> None:
        self.terms = frozenset(term for term, _ in statements.terms())
        self._from_weak_to_strong = sorted(statements.scopes, key=lambda said: SCOPES.index(said[0]), reverse=True)
        self._about: dict[Kind, dict[str, Statement]] = {}

    def about(self, kind: Kind) -> dict[str, Statement]:
        """The word on each term that is spoken of."""
        if kind not in self._about:
            found: dict[str, Statement] = {}
            for scope, statements in self._from_weak_to_strong:
                if kind.within(scope):
                    found |= {statement.term: statement for statement in statements}
            self._about[kind] = found
        return self._about[kind]


def disagreements(
    first: Voice, second: Voice, *, kinds: Iterable[Kind]
) -> Iterator[tuple[tuple[Statement, Statement], Kind]]:
    """Pairs that settle one term with different values; each once, with the first kind of change it is so for."""
    if first.terms.isdisjoint(second.terms):
        return
    found: dict[tuple[Statement, Statement], Kind] = {}
    for kind in kinds:
        others = second.about(kind)
        for term, statement in first.about(kind).items():
            other = others.get(term)
            if other is not None and other.value != statement.value:
                found.setdefault((statement, other), kind)
    yield from found.items()
