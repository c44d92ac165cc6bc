"""Every pair of plans that a path or a group joins, and what always stands against a change between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations, product
from typing import final

from planshift.billing.change import KINDS
from planshift.expressions.scalar import ScalarCall, compile_scalar
from planshift.rulebook.analysis.scene import Scene
from planshift.rulebook.analysis.support import CURRENCY, FROM, KIND, TO, Supports

MOST_CHANGES = 50_000
"""Where more pairs of prices than that are joined, roads are not gone through one by one."""

NO_CURRENCY = "no_currency"
"""What stands against plans that are not sold in a common currency."""

Pair = tuple[int, int]


@final
@dataclass(frozen=True, slots=True)
class Crossing:
    """Whether some change from one plan to the other is open, and else what stands against one or the other of them."""

    open: bool
    against: frozenset[str] = frozenset()


@final
class Crossings:
    """The pairs of different plans that are joined, gone through price by price and currency by currency."""

    def __init__(self, scene: Scene) -> None:
        self._tables = scene.draft.tables
        self._ladder = scene.draft.ladder
        supports = Supports()
        known = [(name, holds) for name, holds in scene.road.reasons if supports.of(holds) is not None]
        self._names = tuple(name for name, _ in known)
        self._against: ScalarCall = compile_scalar(
            [holds for _, holds in known],
            name="roads",
            parameters=("kind", "old", "new", "currency"),
            access={KIND: "kind", FROM: "old", TO: "new", CURRENCY: "currency"},
        ).call

    @cached_property
    def all(self) -> Mapping[Pair, Crossing]:
        """Each joined pair; nothing where there are too many of them."""
        pairs = {(road.origin, road.target) for road in self._ladder.roads}
        prices = [len(plan.prices) for plan in self._tables.catalog.plans]
        left = MOST_CHANGES
        for group in self._ladder.groups:
            sold = sum(prices[member.plan] for member in group.members)
            left -= sold * sold
        if left - sum(prices[old] * prices[new] for old, new in pairs) < 0:
            return {}
        for group in self._ladder.groups:
            pairs.update(permutations((member.plan for member in group.members), 2))
        return {pair: self._crossing(pair) for pair in sorted(pairs)}

    def _crossing(self, pair: Pair) -> Crossing:
        found: set[str] = set()
        kind = KINDS.index("change")
        for old, new, currency in self._changes(pair):
            against = [
                name for name, holds in zip(self._names, self._against(kind, old, new, currency), strict=True) if holds
            ]
            if not against:
                return Crossing(open=True)
            found.update(against)
        return Crossing(open=False, against=frozenset(found or {NO_CURRENCY}))

    def _changes(self, pair: Pair) -> Iterator[tuple[int, int, int]]:
        """The prices of both plans that are sold in a common currency."""
        plans = self._tables.catalog.plans
        places = {code: k for k, code in enumerate(self._tables.currencies)}
        old_plan, new_plan = (plans[plan] for plan in pair)
        for before, after in product(old_plan.prices, new_plan.prices):
            for code in dict(before.amounts).keys() & dict(after.amounts).keys():
                prices = self._tables.prices
                yield prices[old_plan.name, before.id], prices[new_plan.name, after.id], places[code]
