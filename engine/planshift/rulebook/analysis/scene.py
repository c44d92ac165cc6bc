"""What a rule can meet: the changes that roads allow, or the renewals, in a form of their own.

A scene is read at three depths. *By itself* nothing of the catalog is known: only types, intervals, and what is said
twice. *By the catalog* every plan can be changed for every other. *By the roads* a change is one that the policy
allows.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property
from operator import and_
from typing import TypeVar, final

from planshift.billing.calendar import to_day
from planshift.billing.change import KINDS
from planshift.expressions import tree
from planshift.expressions.form import Bool, Int
from planshift.expressions.kept import KeptOne
from planshift.expressions.lower import Lowering
from planshift.expressions.typed import Typed, TypedRule, TypedSet, behind
from planshift.rulebook.analysis.declared import declared_bounds
from planshift.rulebook.analysis.kept_scenes import KeptScene, Search
from planshift.rulebook.analysis.space import Row, Space
from planshift.rulebook.analysis.state import Claim, State
from planshift.rulebook.analysis.support import CURRENCY, FROM, KIND, TO
from planshift.rulebook.analysis.worlds import TooManyWorlds, Worlds, may_be_overridden
from planshift.rulebook.draft import Draft
from planshift.rulebook.facts import Facts
from planshift.rulebook.roads import find_road
from planshift.rulebook.rules import guarded_leaves, lowering_of, rules_tried

T = TypeVar("T")


class Depth(IntEnum):
    """How much has to be known to prove something."""

    ITSELF = 0
    CATALOG = 1
    ROADS = 2


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """A rule in a scene: its place among the others, when it holds, each value it sets and when it does.

    `parts` are those of its condition, each with when it holds.
    """

    rule: TypedRule
    place: int
    holds: Bool
    parts: tuple[tuple[Typed, Bool], ...]
    leaves: tuple[tuple[TypedSet, Bool, Typed], ...]


@final
class Scene:
    """The rules of a book in the form of all changes, or of all renewals."""

    def __init__(self, draft: Draft, *, renews: bool, kept: KeptScene | None = None) -> None:
        policy = draft.document.policy
        self.draft = draft
        self.renews = renews
        self.kept = kept or KeptScene()
        self.facts = Facts(
            self.kept.form,
            draft.tables,
            zone=policy.timezone,
            in_force_from=to_day(policy.effective_from) if policy.effective_from else 0,
            renews_to=_renewed if renews else None,
            carry_map=policy.carry_map,
        )
        self.road = find_road(self.facts, draft.ladder)
        self.lowering = self._lowering()
        told = rules_tried(draft.rules, renewal=renews)
        self.readings = tuple(self._reading(rule, place) for place, rule in enumerate(told))
        self.by_title = {reading.rule.title: reading for reading in self.readings}
        self.setting: dict[str, list[Reading]] = {}
        """The rules that set each term, in the order of the file."""
        for reading in self.readings:
            for effect in reading.rule.sets:
                self.setting.setdefault(effect.term, []).append(reading)
        self._supports = self.kept.supports
        self._bounds = dict(declared_bounds(draft, self.facts, road=self.road))

    def _lowering(self) -> Lowering:
        names, known = self.draft.names, self.kept.nodes
        self.kept.named({name: names[name].build(self.facts, self.road) for name in known if name in names})
        return lowering_of(names, self.facts, road=self.road, nodes=self.kept.nodes)

    def _reading(self, rule: TypedRule, place: int) -> Reading:
        known = self.kept.readings.of(rule)
        if known is not None:
            return known if known.place == place else self.kept.readings.keep(rule, replace(known, place=place))
        holds = self.facts.form.truth(True) if rule.when is None else self.lowering.truth(rule.when)
        parts = () if rule.when is None else tuple((part, self.lowering.truth(part)) for part in conjuncts(rule.when))
        leaves = (
            (effect, condition, leaf)
            for effect in rule.sets
            for condition, leaf in guarded_leaves(effect.value, self.lowering, holds=holds)
        )
        reading = Reading(rule=rule, place=place, holds=holds, parts=parts, leaves=tuple(leaves))
        return self.kept.readings.keep(rule, reading)

    def impossible(self, claims: Iterable[Claim], *, given: Bool | None = None, depth: Depth = Depth.ROADS) -> bool:
        """Whether it is proven that claims cannot hold together, where a truth holds that can."""
        return self._search(depth).impossible(claims, given=given)

    def after(self, node: Bool) -> State | None:
        """What follows by the roads where a truth holds; None where it never does."""
        return self._by_roads.after(node)

    def always(self, node: Bool) -> bool:
        """Whether a truth holds whatever is asked, by itself."""
        return self._by_itself.impossible([(node, False)])

    def answer(self, asked: Hashable, find: Callable[[], T]) -> T:
        """What was found by the roads when this was asked before, or what is found now."""
        return self._by_roads.answer(asked, find)

    def extremes(self, node: Int, *, depth: Depth) -> tuple[int, int]:
        """Between what an integer lies."""
        solver = self._search(depth).solver
        return solver.interval(solver.start(), node)

    def excludes(self, state: State, node: Bool) -> bool:
        """Whether it is seen at once that a truth does not hold in a state that `after` gave."""
        other = self.after(node)
        if other is None or not all(map(and_, state.rows, other.rows)):
            return True
        return self._by_roads.solver.excludes(state, node)

    def _search(self, depth: Depth) -> Search:
        """The search of a depth; each is made when it is first needed."""
        if depth is Depth.ITSELF:
            return self._by_itself
        return self._by_catalog if depth is Depth.CATALOG else self._by_roads

    def _searching(self, depth: Depth, *spaces: Space) -> Search:
        return self.kept.search(depth.name, spaces, bounds=self._bounds)

    @cached_property
    def _by_itself(self) -> Search:
        return self._searching(Depth.ITSELF)

    @cached_property
    def _by_catalog(self) -> Search:
        rows = None if self.renews else self._changes(anywhere=True)
        spaces = self._apart() if rows is None else (self._space(Depth.CATALOG, rows, self._roots),)
        return self._searching(Depth.CATALOG, *spaces)

    @cached_property
    def _by_roads(self) -> Search:
        if self.renews:
            rows = self._worlds(self._roots).renewals()
            return self._searching(Depth.ROADS, self._space(Depth.ROADS, rows, self._roots))
        if may_be_overridden(self.draft):  # that of a missing road, too
            return self._by_catalog
        against = [holds for _, holds in self.road.reasons]
        found = self._changes(anywhere=False, also=against)
        if found is None:
            return self._searching(Depth.ROADS, *self._apart())
        space = self._space(Depth.ROADS, found, [*self._roots, *against])
        for holds in against:
            if space.knows(holds) or holds.literal is not None:
                space.left &= ~space.where(holds)
        return self._searching(Depth.ROADS, space)

    @property
    def _roots(self) -> list[Bool]:
        """Every truth that is asked about."""
        conditions = (condition for reading in self.readings for _, condition, _ in reading.leaves)
        return [*(reading.holds for reading in self.readings), *conditions]

    def _worlds(self, roots: Sequence[Bool]) -> Worlds:
        return Worlds(self.draft, self.facts, roots, supports=self._supports)

    def _changes(self, *, anywhere: bool, also: Sequence[Bool] = ()) -> tuple[Row, ...] | None:
        """The classes of changes; None where there are too many of them to go through."""
        worlds = self._worlds([*self._roots, *also])
        kept = self.kept.rows.setdefault(anywhere, KeptOne())
        basis = worlds.basis
        if not kept.has(basis):
            try:
                kept.keep(basis, worlds.changes(anywhere=anywhere))
            except TooManyWorlds:
                kept.keep(basis, None)
        return kept.of(basis)

    def _space(self, depth: Depth, rows: Sequence[Row], roots: Sequence[Bool]) -> Space:
        space = self.kept.space((KIND, FROM, TO, CURRENCY), rows, depth=depth.name)
        space.prepare(roots)
        return space

    def _apart(self) -> tuple[Space, ...]:
        """Each finite column in a space of its own: any plan may be left, any asked for."""
        tables = self.draft.tables
        prices = range(tables.no_price + 1)
        sizes = {FROM: prices, TO: prices, CURRENCY: range(len(tables.currencies)), KIND: range(len(KINDS) - 1)}
        return tuple(
            self.kept.space((name,), [(value,) for value in values], depth=name) for name, values in sizes.items()
        )


def conjuncts(condition: Typed) -> tuple[Typed, ...]:
    """What must hold for a condition to hold, from left to right; a `let` that joins several is looked into."""
    whole = behind(condition)
    if isinstance(whole.node, tree.Junction) and whole.node.operator == "and":
        return tuple(part for each in whole.parts for part in conjuncts(each))
    return (condition,)


def _renewed(facts: Facts) -> Int:
    """In a scene of renewals the price renewed to is a column of its own: its rows say where switches lead."""
    return facts.column(TO, "", high=facts.tables.no_price)
