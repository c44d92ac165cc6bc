"""The one rounding of the form in the types of an engine: the narrowest in which no step of it can overflow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import final

from planshift.expressions.form import Int, Node
from planshift.population.dialects import Dialect, Width


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """How `p * n / d` is rounded: in which type, and whether the whole part of `p / d` is taken out before."""

    width: Width
    mode: str
    split: bool

    @property
    def repeats(self) -> tuple[int, ...]:
        """The operands, by position, that are written more than once."""
        if self.split:
            return (0, 1, 2)
        return (0, 1, 2) if self.mode == "half_even" else () if self.mode == "down" else (2,)

    def text(self, operands: tuple[str, str, str], *, dialect: Dialect) -> str:
        """The rounding with its operands, which have this type."""
        p, n, d = operands

        def quotient(a: str, b: str) -> str:
            return dialect.quotient(a, b, self.width)

        if not self.split:
            return _rounded(f"{p} * {n}", d, mode=self.mode, whole="", quotient=quotient)
        whole = f"{quotient(p, d)} * {n}"
        return _rounded(f"({p} % {d}) * {n}", d, mode=self.mode, whole=f"{whole} + ", quotient=quotient)


def _rounded(product: str, d: str, *, mode: str, whole: str, quotient: Callable[[str, str], str]) -> str:
    if mode == "half_up":
        return f"({whole}{quotient(f'({product} * 2 + {d})', f'({d} * 2)')})"
    if mode == "down":
        return f"({whole}{quotient(f'({product})', d)})"
    if mode == "up":
        return f"({whole}{quotient(f'({product} + {d} - 1)', d)})"
    down, rest = f"({whole}{quotient(f'({product})', d)})", f"(({product}) % {d})"
    return f"({down} + CASE WHEN {rest} * 2 > {d} OR ({rest} * 2 = {d} AND {down} % 2 = 1) THEN 1 ELSE 0 END)"


def rounding_of(node: Node, widths: tuple[Width, ...], *, quotient_bits: int) -> Rounding | None:
    """The narrowest way to compute a rounding; None where no type of the engine is wide enough."""
    mode = str(node.args[3])
    for split, width in _ways(widths):
        if width.holds(0, _most(node, split=split)) and not _divided(node, split=split) >> quotient_bits:
            return Rounding(width=width, mode=mode, split=split)
    return None


def least_most(node: Node) -> int:
    """The largest number that a rounding meets on the way on which that is smallest."""
    return min(_most(node, split=split) for split in (False, True))


def _divided(node: Node, *, split: bool) -> int:
    """The largest number that a division of a rounding yields."""
    p = node.args[0]
    assert isinstance(node, Int)  # a rounding is an integer
    assert isinstance(p, Int)  # as above
    return max(p.hi, node.hi + 1) if split else node.hi + 1


def _most(node: Node, *, split: bool) -> int:
    p, n, d = (arg for arg in node.args[:3] if isinstance(arg, Int))
    assert isinstance(node, Int)  # a rounding is an integer
    factor = min(p.hi, d.hi - 1) if split else p.hi
    return max(factor * n.hi * 2 + d.hi, d.hi * 2, p.hi, n.hi, node.hi + 1)


def _ways(widths: tuple[Width, ...]) -> Iterator[tuple[bool, Width]]:
    """One division in a type is cheaper than two, and two are cheaper than one in the next wider type."""
    for width in widths:
        yield False, width
        yield True, width
