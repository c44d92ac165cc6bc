"""In which types of an engine the numbers of a graph are held and computed: the narrowest that nothing can leave.

Engines write operations differently, but not this: the interval of a node decides, and never its rows. So an overflow
cannot happen, whether an engine would raise an error at one or go on in silence with a wrong number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from planshift.diagnostics.errors import PlanshiftError
from planshift.expressions.form import Int, Node
from planshift.expressions.order import reachable
from planshift.population.dialects import Width
from planshift.population.muldivs import Rounding, least_most, rounding_of


@final
@dataclass(eq=False)
class NotExact(PlanshiftError):
    """An engine has no whole numbers that are wide enough for an output."""

    engine: str
    output: str
    digits: int

    def __str__(self) -> str:
        return f"{self.engine} cannot compute `{self.output}` exactly: it needs whole numbers of {self.digits} digits"


DIGITS = 38
"""The digits of the widest decimals, as which wide numbers travel between engines."""


def wide_outputs(outputs: Mapping[str, Node], *, engine: str) -> frozenset[str]:
    """The outputs that do not fit into 64 bits, and travel as decimals.

    Raises:
        NotExact: one does not fit into a decimal either.
    """
    numbers = {name: node for name, node in outputs.items() if isinstance(node, Int)}
    for name, node in numbers.items():
        most = max(-node.lo, node.hi)
        if most >= 10**DIGITS:
            raise NotExact(engine=engine, output=name, digits=len(str(most)))
    return frozenset(name for name, node in numbers.items() if max(-node.lo - 1, node.hi) >> 63)


@final
class Numbers:
    """The whole numbers of one engine, from the narrowest type on, for the nodes of some outputs."""

    def __init__(
        self, engine: str, widths: tuple[Width, ...], *, outputs: Mapping[str, Node], quotient_bits: int = 127
    ) -> None:
        self._engine = engine
        self._widths = widths
        self._quotient_bits = quotient_bits
        self._outputs = outputs
        self._roundings: dict[Node, Rounding] = {}

    def holding(self, node: Node, *, low: int, high: int) -> Width:
        """The narrowest type for every number of an interval that is met when a node is computed.

        Raises:
            NotExact: there is none.
        """
        for width in self._widths:
            if width.holds(low, high):
                return width
        raise self.refusal(node, most=max(-low, high))

    def held(self, node: Int) -> Width:
        """The type that a number is held in."""
        return self.holding(node, low=node.lo, high=node.hi)

    def working(self, node: Node, *, low: int = 0, high: int = 0) -> Width:
        """The type in which an operation of two numbers is computed: for both, the result, and what lies between."""
        whole = [each for each in (node, *node.args) if isinstance(each, Int)]
        lows, highs = [each.lo for each in whole], [each.hi for each in whole]
        return self.holding(node, low=min(low, *lows), high=max(high, *highs))

    def divided(self, node: Node, *, most: int) -> None:
        """Refuse a division that may yield more than the engine's divisions yield."""
        if most >> self._quotient_bits:
            raise self.refusal(node, most=most)

    def rounding(self, node: Node) -> Rounding:
        """How a rounding is computed."""
        known = self._roundings.get(node)
        if known is None:
            known = rounding_of(node, self._widths, quotient_bits=self._quotient_bits)
            if known is None:
                raise self.refusal(node, most=least_most(node))
            self._roundings[node] = known
        return known

    def refusal(self, node: Node, *, most: int) -> NotExact:
        """What is said of a node that would need numbers as large as this."""
        output = next(name for name, each in self._outputs.items() if node in reachable((each,)))
        return NotExact(engine=self._engine, output=output, digits=len(str(most)))
