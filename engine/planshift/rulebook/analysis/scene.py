"""What a rule can meet: the changes that roads allow, or the renewals, in a form of their own.

A scene is read at three depths. *By itself* nothing of the catalog is known: only types, intervals, and what is said
twice. *By the catalog* every plan can be changed for every other. *By the roads* a change is one that the policy
allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from operator import and_
from typing import final

from planshift.billing.calendar import to_day
from planshift.billing.change import KINDS
from planshift.expressions.form import Bool, Form, Int
from planshift.expressions.typed import Typed, TypedRule, TypedSet
from planshift.rulebook.analysis.declared import declared_bounds
from planshift.rulebook.analysis.solver import Solver
from planshift.rulebook.analysis.space import Row, Space
from planshift.rulebook.analysis.state import Claim, State
from planshift.rulebook.analysis.support import CURRENCY, FROM, KIND, TO, Supports
from planshift.rulebook.analysis.worlds import TooManyWorlds, Worlds, may_be_overridden
from planshift.rulebook.draft import Draft
from planshift.rulebook.facts import Facts
from planshift.rulebook.roads import find_road
from planshift.rulebook.rules import book_lowering, guarded_leaves, rules_tried


class Depth(IntEnum):
    """How much has to be known to prove something."""

    ITSELF = 0
    CATALOG = 1
    ROADS = 2


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """A rule in a scene: its place among the others, when it holds, each value it sets and when it does."""

    rule: TypedRule
    place: int
    holds: Bool
    leaves: tuple[tuple[TypedSet, Bool, Typed], ...]


@final
class Scene:
    """The rules of a book in the form of all changes, or of all renewals."""

    def __init__(self, draft: Draft, *, renews: bool) -> None:
        policy = draft.document.policy
        self.draft = draft
        self.renews = renews
        self.facts = Facts(
            Form(),
            draft.tables,
            zone=policy.timezone,
            in_force_from=to_day(policy.effective_from) if policy.effective_from else 0,
            renews_to=_renewed if renews else None,
            carry_map=policy.carry_map,
        )
        self.road = find_road(self.facts, draft.ladder)
        self.lowering = book_lowering(draft)(self.facts, self.road)
        told = rules_tried(draft.rules, renewal=renews)
        self.readings = tuple(self._reading(rule, place) for place, rule in enumerate(told))
        self.by_title = {reading.rule.title: reading for reading in self.readings}
        self.setting: dict[str, list[Reading]] = {}
        """The rules that set each term, in the order of the file."""
        for reading in self.readings:
            for effect in reading.rule.sets:
                self.setting.setdefault(effect.term, []).append(reading)
        self._supports = Supports()
        self._bounds = dict(declared_bounds(draft, self.facts, road=self.road))
        self._always: dict[Bool, bool] = {}
        self._known: dict[Bool, State | None] = {}

    def _reading(self, rule: TypedRule, place: int) -> Reading:
        holds = self.facts.form.truth(True) if rule.when is None else self.lowering.truth(rule.when)
        leaves = (
            (effect, condition, leaf)
            for effect in rule.sets
            for condition, leaf in guarded_leaves(effect.value, self.lowering, holds=holds)
        )
        return Reading(rule=rule, place=place, holds=holds, leaves=tuple(leaves))

    def impossible(self, claims: Iterable[Claim], *, given: State | None = None, depth: Depth = Depth.ROADS) -> bool:
        """Whether it is proven that claims cannot hold together, where those of a state hold."""
        return self._solver(depth).impossible(claims, given=given)

    def after(self, node: Bool) -> State | None:
        """What follows by the roads where a truth holds; None where it never does."""
        if node not in self._known:
            state = self._by_roads.assumed([(node, True)])
            self._known[node] = None if state is None or self._by_roads.exhausted(state) else state
        return self._known[node]

    def always(self, node: Bool) -> bool:
        """Whether a truth holds whatever is asked, by itself."""
        if node not in self._always:
            self._always[node] = self._by_itself.impossible([(node, False)])
        return self._always[node]

    def extremes(self, node: Int, *, depth: Depth) -> tuple[int, int]:
        """Between what an integer lies."""
        solver = self._solver(depth)
        return solver.interval(solver.start(), node)

    def excludes(self, state: State, node: Bool) -> bool:
        """Whether it is seen at once that a truth does not hold in a state that `after` gave."""
        other = self.after(node)
        if other is None or not all(map(and_, state.rows, other.rows)):
            return True
        return self._by_roads.excludes(state, node)

    def _solver(self, depth: Depth) -> Solver:
        """The solver of a depth; each is made when it is first needed."""
        if depth is Depth.ITSELF:
            return self._by_itself
        return self._by_catalog if depth is Depth.CATALOG else self._by_roads

    def _solving(self, *spaces: Space) -> Solver:
        return Solver(spaces, bounds=self._bounds)

    @cached_property
    def _by_itself(self) -> Solver:
        return self._solving()

    @cached_property
    def _by_catalog(self) -> Solver:
        rows = None if self.renews else self._changes(anywhere=True)
        return self._solving(*self._apart() if rows is None else (self._space(rows, self._roots),))

    @cached_property
    def _by_roads(self) -> Solver:
        if self.renews:
            return self._solving(self._space(self._worlds(self._roots).renewals(), self._roots))
        if may_be_overridden(self.draft):  # that of a missing road, too
            return self._by_catalog
        against = [holds for _, holds in self.road.reasons]
        rows = self._changes(anywhere=False, also=against)
        if rows is None:
            return self._solving(*self._apart())
        space = self._space(rows, [*self._roots, *against])
        for holds in against:
            if space.knows(holds) or holds.literal is not None:
                space.left &= ~space.where(holds)
        return self._solving(space)

    @property
    def _roots(self) -> list[Bool]:
        """Every truth that is asked about."""
        conditions = (condition for reading in self.readings for _, condition, _ in reading.leaves)
        return [*(reading.holds for reading in self.readings), *conditions]

    def _worlds(self, roots: Sequence[Bool]) -> Worlds:
        return Worlds(self.draft, self.facts, roots, supports=self._supports)

    def _changes(self, *, anywhere: bool, also: Sequence[Bool] = ()) -> tuple[Row, ...] | None:
        """The classes of changes; None where there are too many of them to go through."""
        try:
            return self._worlds([*self._roots, *also]).changes(anywhere=anywhere)
        except TooManyWorlds:
            return None

    def _space(self, rows: Sequence[Row], roots: Sequence[Bool]) -> Space:
        space = Space((KIND, FROM, TO, CURRENCY), rows, supports=self._supports)
        space.prepare(roots)
        return space

    def _apart(self) -> tuple[Space, ...]:
        """Each finite column in a space of its own: any plan may be left, any asked for."""
        tables = self.draft.tables
        prices = range(tables.no_price + 1)
        sizes = {FROM: prices, TO: prices, CURRENCY: range(len(tables.currencies)), KIND: range(len(KINDS) - 1)}
        return tuple(
            Space((name,), [(value,) for value in values], supports=self._supports) for name, values in sizes.items()
        )


def _renewed(facts: Facts) -> Int:
    """In a scene of renewals the price renewed to is a column of its own: its rows say where switches lead."""
    return facts.column(TO, "", high=facts.tables.no_price)
