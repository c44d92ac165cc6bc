"""Both scenes of a book, and what its rules are in them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import final

from planshift.expressions import tree
from planshift.expressions.typed import Typed, TypedRule, behind
from planshift.rulebook.analysis.crossings import Crossing, Crossings, Pair
from planshift.rulebook.analysis.kept_scenes import KeptScenes
from planshift.rulebook.analysis.scene import Depth, Reading, Scene
from planshift.rulebook.draft import Draft
from planshift.rulebook.rules import speaks_of_renewals


@final
class Scenes:
    """What the analyses of one book share: forms are built and worlds gone through once, when they are first needed."""

    def __init__(self, draft: Draft, kept: KeptScenes | None = None) -> None:
        self.draft = draft
        self._kept = kept or KeptScenes()

    @cached_property
    def changes(self) -> Scene:
        """All requests but renewals."""
        return Scene(self.draft, renews=False, kept=self._kept.of(renews=False))

    @cached_property
    def renewals(self) -> Scene:
        """All renewals."""
        return Scene(self.draft, renews=True, kept=self._kept.of(renews=True))

    @cached_property
    def all(self) -> tuple[Scene, ...]:
        """The scenes in which some rule of the book can hold."""
        renew = any(speaks_of_renewals(rule) for rule in self.draft.rules.rules)
        return (self.changes, self.renewals) if renew else (self.changes,)

    def readings(self, rule: TypedRule) -> tuple[tuple[Scene, Reading], ...]:
        """A rule in each scene in which it is asked."""
        return tuple((scene, each) for scene in self.all if (each := scene.by_title.get(rule.title)) is not None)

    @cached_property
    def dead(self) -> frozenset[str]:
        """The titles of the rules that never hold."""
        alive = {
            reading.rule.title
            for scene in self.all
            for reading in scene.readings
            if scene.after(reading.holds) is not None
        }
        return frozenset(rule.title for rule in self.draft.rules.rules) - alive

    @cached_property
    def crossings(self) -> Mapping[Pair, Crossing]:
        """The pairs of plans that are joined, and whether they are open; nothing where there are too many."""
        return Crossings(self.changes).all

    def impossible(self, rule: TypedRule, parts: tuple[Typed, ...], *, depth: Depth) -> bool:
        """Whether it is proven that parts of a rule's condition never hold together, wherever the rule is asked."""
        return all(
            scene.impossible([(scene.lowering.truth(part), True) for part in parts], depth=depth)
            for scene, _ in self.readings(rule)
        )


def is_written_out(condition: Typed) -> bool:
    """Whether a condition is `true` or `false`, perhaps by a name: somebody switched something on or off."""
    return isinstance(behind(condition).node, tree.Truth)
