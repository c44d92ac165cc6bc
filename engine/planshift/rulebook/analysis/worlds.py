"""The rows of a book's worlds: one for each class of changes that nothing in the form tells apart.

Two prices are alike on a side when every column that is read of that side has one value for both. A class is a kind of
request, a class of prices on each side, a currency, and whether price and plan stay the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import product
from typing import TypeAlias, final

from planshift.billing.change import KINDS
from planshift.expressions.form import Node
from planshift.expressions.scalar import compile_scalar
from planshift.rulebook.analysis.space import Row, columns_of
from planshift.rulebook.analysis.spoken import set_by_rules, spoken, words_of
from planshift.rulebook.analysis.support import FROM, TO, Supports
from planshift.rulebook.draft import Draft
from planshift.rulebook.facts import Facts

MOST_ROWS = 30_000
"""A book with more classes of changes than that is read with less depth."""

_Sides: TypeAlias = tuple[int, int]
_CHANGE, _CANCEL, _START = (KINDS.index(kind) for kind in ("change", "cancel", "start"))


class TooManyWorlds(Exception):
    """There are more classes of changes than a check goes through."""


@final
class Worlds:
    """Finds the classes of changes for nodes that somebody wants to read."""

    def __init__(self, draft: Draft, facts: Facts, roots: Sequence[Node], *, supports: Supports) -> None:
        self._draft = draft
        self._tables = draft.tables
        self._facts = facts
        self._roots = roots
        self._supports = supports
        self._rows: dict[tuple[int, ...], Row] = {}

    @property
    def basis(self) -> object:
        """Everything that the rows of changes are made from."""
        tables, ladder = self._draft.tables, self._draft.ladder
        return (
            frozenset(self._told_of[FROM]),
            frozenset(self._told_of[TO]),
            tables.price_plan,
            tables.price_sold,
            tables.currencies,
            tuple((road.origin, road.target) for road in ladder.roads),
            tuple(tuple(member.plan for member in group.members) for group in ladder.groups),
        )

    @cached_property
    def _told_of(self) -> dict[str, tuple[Node, ...]]:
        """The columns that depend on one side alone, by side."""
        facts = self._facts
        told = (facts.from_price.same(facts.to_price), facts.from_plan.same(facts.to_plan))  # by the class itself
        return {side: self._columns(side, told) for side in (FROM, TO)}

    def _columns(self, side: str, told: Iterable[Node]) -> tuple[Node, ...]:
        wanted = frozenset({side})
        return columns_of(self._roots, lambda node: self._supports.of(node) == wanted, without=told)

    @cached_property
    def _before(self) -> tuple[int, ...]:
        return self._classes(FROM)

    @cached_property
    def _after(self) -> tuple[int, ...]:
        return self._classes(TO)

    def changes(self, *, anywhere: bool) -> tuple[Row, ...]:
        """Kind, price left, price asked for and currency of each class of changes.

        Changes lie between plans that a path or a group joins, or anywhere, and on one plan.

        Raises:
            TooManyWorlds: there are more than `MOST_ROWS` of them.
        """
        nothing = self._tables.no_price
        every = range(nothing)
        for plan in self._by_plan:
            for old, new in product(plan, plan):
                self._add(_CHANGE, (old, new))
        for ends in self._anywhere() if anywhere else self._joined():
            self._add(_CHANGE, ends)
        for price in every:
            self._add(_CANCEL, (price, nothing))
            self._add(_START, (nothing, price))
        return tuple(self._rows.values())

    def renewals(self) -> tuple[Row, ...]:
        """The same for renewals, of which a price has one to itself and one for each switch that leads from it."""
        prices = self._tables.prices
        for price in range(self._tables.no_price):
            self._add(0, (price, price))
        for switch in self._draft.document.policy.switches:
            target = prices.get((switch.to_plan, switch.to_price))
            for name in switch.from_prices:
                if target is not None:
                    self._add(0, (prices[switch.from_plan, name], target))
        return tuple(self._rows.values())

    def _add(self, kind: int, ends: _Sides) -> None:
        old, new = ends
        plans = self._tables.price_plan.values
        left, right = self._before[old], self._after[new]
        same = (old == new, plans[old] == plans[new])
        for currency in self._shared(ends):
            self._rows.setdefault((kind, left, right, currency, *same), (kind, old, new, currency))
        if len(self._rows) > MOST_ROWS:
            raise TooManyWorlds

    def _joined(self) -> Iterator[_Sides]:
        """Ends between different plans that a path or a group joins; of those that are alike only one."""
        ladder = self._draft.ladder
        before, after = (
            [_each_once(prices, classes) for prices in self._by_plan] for classes in (self._before, self._after)
        )
        for road in ladder.roads:
            yield from product(before[road.origin], after[road.target])
        for group in ladder.groups:
            prices = [price for member in group.members for price in self._by_plan[member.plan]]
            yield from self._apart(prices)

    def _anywhere(self) -> Iterator[_Sides]:
        yield from self._apart(range(self._tables.no_price))

    def _apart(self, prices: Iterable[int]) -> Iterator[_Sides]:
        """Ends on different plans: where plans are alike on both sides, a second one of each stands for the rest."""
        plans = self._tables.price_plan.values
        listed = list(prices)
        before, after = (_each_once(listed, classes, times=2, plans=plans) for classes in (self._before, self._after))
        yield from (ends for ends in product(before, after) if plans[ends[0]] != plans[ends[1]])

    @cached_property
    def _by_plan(self) -> tuple[tuple[int, ...], ...]:
        found: list[list[int]] = [[] for _ in self._tables.catalog.plans]
        for price, plan in enumerate(self._tables.price_plan.values[:-1]):
            found[plan].append(price)
        return tuple(map(tuple, found))

    @cached_property
    def _sold_in(self) -> tuple[tuple[int, ...], ...]:
        """The currencies of each price, as positions; nothing is sold in every one."""
        every = {code: k for k, code in enumerate(self._tables.currencies)}
        rows = (tuple(sorted(every[code] for code, _ in row.amounts)) for _, row in self._tables.rows)
        return (*rows, tuple(every.values()))

    def _shared(self, ends: _Sides) -> tuple[int, ...]:
        old, new = (self._sold_in[end] for end in ends)
        return old if old == new else tuple(code for code in old if code in new)

    def _classes(self, side: str) -> tuple[int, ...]:
        """The class of each price on a side: what is read of it there, and the currencies it is sold in."""
        nodes = self._told_of[side]
        prices = range(self._tables.no_price + 1)
        read = compile_scalar(nodes, name="classes", parameters=("price",), access={side: "price"}).call
        known: dict[tuple[object, ...], int] = {}
        return tuple(known.setdefault((*read(price), self._sold_in[price]), len(known)) for price in prices)


def _each_once(
    prices: Sequence[int], classes: Sequence[int], *, times: int = 1, plans: Sequence[int] = ()
) -> list[int]:
    """The first price of each class; with `times` of as many different plans."""
    kept: dict[int, set[int]] = {}
    found: list[int] = []
    for price in prices:
        known = kept.setdefault(classes[price], set())
        mark = plans[price] if plans else 0
        if len(known) < times and mark not in known:
            known.add(mark)
            found.append(price)
    return found


def may_be_overridden(draft: Draft) -> bool:
    """Whether somebody may pass a denial, that of a missing road included: then every change can be met."""
    values = [said.value for _, said in spoken(draft) if said.term == "override"]
    values += [value for value in set_by_rules(draft, "override") if value is not None]
    return bool(words_of(frozenset(values)) - {"none"})
