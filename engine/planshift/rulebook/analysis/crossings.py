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
from planshift.rulebook.analysis.support import CURRENCY, FROM, KIND, TO

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
        supports = scene.kept.supports
        known = [(name, holds) for name, holds in scene.road.reasons if supports.of(holds) is not None]
        self._kept = scene.kept.crossings
        self._reasons = tuple(known)

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
        plans = self._tables.catalog.plans
        basis = self._reasons, self._tables.prices, self._tables.currencies
        known, found = self._kept.of(basis) or {}, {}
        for pair in sorted(pairs):
            old, new = (plans[plan] for plan in pair)
            before = known.get(pair)
            same = before is not None and before[0] is old and before[1] is new
            found[pair] = before if before is not None and same else (old, new, self._crossing(pair))
        self._kept.keep(basis, found)
        return {pair: crossing for pair, (_, _, crossing) in found.items()}

    @cached_property
    def _against(self) -> ScalarCall:
        return compile_scalar(
            [holds for _, holds in self._reasons],
            name="roads",
            parameters=("kind", "old", "new", "currency"),
            access={KIND: "kind", FROM: "old", TO: "new", CURRENCY: "currency"},
        ).call

    def _crossing(self, pair: Pair) -> Crossing:
        found: set[str] = set()
        kind = KINDS.index("change")
        for old, new, currency in self._changes(pair):
            against = [
                name
                for (name, _), holds in zip(self._reasons, self._against(kind, old, new, currency), strict=True)
                if holds
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
