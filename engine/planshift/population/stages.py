"""Which nodes of the form become columns, and in which stage each is computed.

An engine that computes columns forgets what it computed inside of an expression, so a node that is read more than once
becomes a column of its own, computed in a stage before those that read it. What is read once stays inside the
expression of its reader: in one branch of a choice it is then computed for the rows of that branch only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import final

from planshift.expressions.form import Node
from planshift.expressions.order import operands, reachable

CONSTANTS = ("lit", "truth", "text")
"""Operations whose nodes are written where they are read."""

_MAX_HEIGHT = 40
"""Deeper expressions are cut into columns: parsers of engines have a limit."""

_MAX_WEIGHT = 2_000
"""As above, of what is written again for each of its readers."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One step: what it computes, and the columns of the stage before (or inputs) that later ones still read."""

    computed: tuple[Node, ...]
    carried: tuple[Node, ...]


@final
class Staging:
    """The stages of some outputs.

    `named` tells which operands of a node must be columns because its expression repeats them, and `joined` whether a
    node is read from a joined table, so that it is a column whatever happens. `worth` is how many operations a column
    has to spare a second reader; what is cheaper is written again.
    """

    def __init__(
        self,
        outputs: Iterable[Node],
        *,
        named: Callable[[Node], Sequence[Node]],
        joined: Callable[[Node], bool],
        worth: int = 0,
    ) -> None:
        self.outputs = tuple(dict.fromkeys(outputs))
        self.order = reachable(self.outputs)
        self.inputs = tuple(node for node in self.order if node.op == "input" and node.literal is None)
        self._worth = worth
        self.columns = self._columns(named, joined)
        self.stages = tuple(self._stages())

    def _columns(self, named: Callable[[Node], Sequence[Node]], joined: Callable[[Node], bool]) -> Mapping[Node, int]:
        """The stage of every node that is a column; inputs stand before the first one."""
        chosen = self._chosen(named, joined)
        ready: dict[Node, int] = {}
        for node in self.order:
            below = max((ready[operand] for operand, _ in operands(node)), default=0)
            ready[node] = below + 1 if node in chosen else below
        return {node: ready[node] for node in self.order if node in chosen or is_column(node)}

    def _chosen(self, named: Callable[[Node], Sequence[Node]], joined: Callable[[Node], bool]) -> set[Node]:
        """The nodes that become columns, inputs and constants aside."""
        uses: dict[Node, int] = dict.fromkeys(self.order, 0)
        for node in self.order:
            for operand, _ in operands(node):
                uses[operand] += 1
        chosen: set[Node] = set(self.outputs)
        heights: dict[Node, int] = {}
        weights: dict[Node, int] = {}
        for node in self.order:
            inside = [operand for operand, _ in operands(node) if operand not in chosen and operand in heights]
            heights[node] = 1 + max((heights[operand] for operand in inside), default=0)
            weights[node] = 0 if is_constant(node) else 1 + sum(weights[operand] for operand in inside)
            shared = uses[node] > 1 and weights[node] > self._worth
            if shared or heights[node] > _MAX_HEIGHT or weights[node] > _MAX_WEIGHT or joined(node):
                chosen.add(node)
            chosen.update(named(node))
        return {node for node in chosen if not is_constant(node) and not is_column(node)}

    def _stages(self) -> Iterable[Stage]:
        last = max(self.columns.values(), default=0)
        read_in: dict[Node, int] = {node: last + 1 for node in self.outputs if node in self.columns}
        for node, stage in self.columns.items():
            for column in self._columns_of(node):
                read_in[column] = max(read_in.get(column, 0), stage)
        for stage in range(1, last + 1):
            computed = tuple(node for node, at in self.columns.items() if at == stage)
            carried = tuple(node for node, at in self.columns.items() if at < stage < read_in.get(node, 0))
            yield Stage(computed=computed, carried=carried)

    def _columns_of(self, node: Node) -> Iterable[Node]:
        """The columns that the expression of a column reads."""
        waiting = [operand for operand, _ in operands(node)]
        while waiting:
            found = waiting.pop()
            if found in self.columns:
                yield found
            else:
                waiting.extend(operand for operand, _ in operands(found))


def is_constant(node: Node) -> bool:
    """Whether a node is written as a constant: also an input whose interval leaves one value."""
    return node.op in CONSTANTS or node.literal is not None


def is_column(node: Node) -> bool:
    """Whether a node is a column of the data."""
    return node.op == "input" and node.literal is None
