"""What an analysis found out about a book the last time, for whoever analyses it again after an edit.

A scene after an edit is made in the form of the scene before it. Equal nodes of a form are one object, so whatever an
edit leaves as it was comes out as the very nodes that were there, and what was found out about them still holds: it
hangs on the nodes, and on the worlds that they were read in, and on nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, cast, final

from planshift.billing.catalog import Plan
from planshift.expressions.form import Bool, Form, Int, Node
from planshift.expressions.kept import Kept, KeptOne
from planshift.rulebook.analysis.solver import Solver
from planshift.rulebook.analysis.space import Row, Space
from planshift.rulebook.analysis.state import Bounds, Claim, State
from planshift.rulebook.analysis.support import Supports

if TYPE_CHECKING:
    from planshift.rulebook.analysis.crossings import Crossing, Pair
    from planshift.rulebook.analysis.scene import Reading

T = TypeVar("T")

_MOST_NODES = 4
"""A form that has grown to this many times its first size, by what edits left behind, is given up."""
_FEW_NODES = 2_000


@final
@dataclass(slots=True, kw_only=True, eq=False)
class Search:
    """A solver, and what it found out: what follows where a truth holds, and answers by what was asked."""

    solver: Solver
    states: dict[Bool, State | None] = field(default_factory=dict)
    answers: dict[Hashable, object] = field(default_factory=dict)

    def after(self, node: Bool) -> State | None:
        """What follows where a truth holds; None where it never does."""
        if node not in self.states:
            state = self.solver.assumed([(node, True)])
            self.states[node] = None if state is None or self.solver.exhausted(state) else state
        return self.states[node]

    def impossible(self, claims: Iterable[Claim], *, given: Bool | None = None) -> bool:
        """Whether it is proven that claims cannot hold together, where a truth holds that can."""
        asked = tuple(claims)
        state = None if given is None else self.after(given)
        return self.answer(("impossible", asked, given), lambda: self.solver.impossible(asked, given=state))

    def answer(self, asked: Hashable, find: Callable[[], T]) -> T:
        """What was found when this was asked before, or what is found now."""
        if asked not in self.answers:
            self.answers[asked] = find()
        return cast("T", self.answers[asked])  # the same question is always answered by the same kind of value


@final
@dataclass(slots=True, kw_only=True, eq=False)
class KeptScene:
    """One scene: its form, its rules read in it, the worlds of the book and what is found out in them."""

    form: Form = field(default_factory=Form)
    supports: Supports = field(default_factory=Supports)
    nodes: dict[str, Node] = field(default_factory=dict)
    """The node of each name that rules read."""
    readings: Kept[Reading] = field(default_factory=Kept)
    rows: dict[bool, KeptOne[tuple[Row, ...] | None]] = field(default_factory=dict)
    crossings: KeptOne[dict[Pair, tuple[Plan, Plan, Crossing]]] = field(default_factory=KeptOne)
    first_size: int = 0
    _rounds: int = 0
    _spaces: dict[str, KeptOne[Space]] = field(default_factory=dict)
    _searches: dict[str, KeptOne[Search]] = field(default_factory=dict)

    def named(self, nodes: Mapping[str, Node]) -> None:
        """Say what the names are now that rules read before: with another node for one of them no rule is kept."""
        self._rounds += nodes != self.nodes
        self.nodes = dict(nodes)
        self.readings.on(self._rounds)

    def space(self, names: Sequence[str], rows: Sequence[Row], *, depth: str) -> Space:
        """The space of some rows, with all of them left."""
        kept, basis = self._spaces.setdefault(depth, KeptOne()), (tuple(names), tuple(rows))
        space = kept.of(basis) or kept.keep(basis, Space(names, rows, supports=self.supports))
        space.left = space.all
        return space

    def search(self, depth: str, spaces: Sequence[Space], *, bounds: Mapping[Int, Bounds]) -> Search:
        """The search through some spaces, from the worlds that are left in them."""
        kept = self._searches.setdefault(depth, KeptOne())
        basis = tuple(spaces), tuple(space.left for space in spaces), dict(bounds)
        return kept.of(basis) or kept.keep(basis, Search(solver=Solver(spaces, bounds=bounds)))


@final
class KeptScenes:
    """The scenes of changes and of renewals."""

    def __init__(self) -> None:
        self._scenes: dict[bool, KeptScene] = {}

    def of(self, *, renews: bool) -> KeptScene:
        """The scene that was kept, or an empty one."""
        kept = self._scenes.get(renews)
        if kept is None or kept.form.size > _MOST_NODES * max(kept.first_size, _FEW_NODES):
            kept = self._scenes[renews] = KeptScene()
        kept.first_size = kept.first_size or kept.form.size
        return kept
