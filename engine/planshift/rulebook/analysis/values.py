"""What is told of the values that a fact can have, where a comparison with a constant never or always holds."""

from __future__ import annotations

from planshift.expressions import tree
from planshift.expressions.names import Symbol
from planshift.expressions.printer import to_text
from planshift.expressions.typed import Typed, behind
from planshift.expressions.types import DAYS, MONTHS, WHOLE
from planshift.rulebook.analysis.scene import Depth
from planshift.rulebook.analysis.scenes import Scenes

_UNITS = {WHOLE: "", MONTHS: " months", DAYS: " days"}
_UNBOUNDED = 10**9
"""A bound beyond it is one of the engine's, and means nothing to a person."""


def values_told(scenes: Scenes, part: Typed, *, depth: Depth) -> str | None:
    """Advice for a comparison that always comes out the same; None where there is nothing short to say."""
    comparison = behind(part)
    if isinstance(comparison.node, tree.Unary):
        comparison = behind(comparison.parts[0])
    if (
        depth is Depth.ROADS
        or not isinstance(comparison.node, tree.Binary)
        or comparison.node.operator not in tree.COMPARISONS
    ):
        return None
    for side in comparison.parts:
        if side.type in _UNITS and isinstance(side.meaning, Symbol):
            scene = scenes.changes
            low, high = scene.extremes(scene.lowering.whole(side), depth=depth)
            name, unit = f"`{to_text(side.node)}`", _UNITS[side.type]
            where = "in this catalog " if depth is Depth.CATALOG else ""
            if high > _UNBOUNDED:
                return f"{where}{name} is never below {low}{unit}" if low > -_UNBOUNDED else None
            return f"{where}{name} lies between {low} and {high}{unit}"
    return None
