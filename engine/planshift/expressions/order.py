"""What a node of the compiled form reads, and an order in which nodes can be computed."""

from __future__ import annotations

from collections.abc import Sequence

from planshift.expressions.form import Bool, Int, Node, Text

_NODES = (Int, Bool, Text)
"""The kinds of node: a tuple, because a union of types would be made anew by each look at an argument."""


def operands(node: Node) -> list[tuple[Node, int | None]]:
    """The nodes a node reads, each with the branch it is read in (None: always)."""
    if node.op == "case":
        conditions, values = node.args
        assert isinstance(conditions, tuple)  # made by Form.make_case
        assert isinstance(values, tuple)  # made by Form.make_case
        always = [(c, None) for c in conditions if isinstance(c, _NODES)]
        branches = [(v, k) for k, v in enumerate(values) if isinstance(v, _NODES)]
        return [*always, *branches]
    return [(arg, None) for arg in node.args if isinstance(arg, _NODES)]


def reachable(outputs: Sequence[Node]) -> list[Node]:
    """Everything the outputs need, in an order of evaluation."""
    seen: set[Node] = set()
    waiting = list(outputs)
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting.extend([operand for operand, _ in operands(node)])
    return sorted(seen, key=lambda node: node.id)
