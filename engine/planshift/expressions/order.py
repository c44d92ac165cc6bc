"""What a node of the compiled form reads, and an order in which nodes can be computed."""

from __future__ import annotations

from collections.abc import Sequence

from planshift.expressions.form import Bool, Int, Node, Text

_NODES = (Int, Bool, Text)
"""The kinds of node: a tuple, because a union of types would be made anew by each look at an argument."""


Read = list[tuple[Node, int | None]]
"""What a node reads, each with the branch it is read in (None: always)."""


def operands(node: Node) -> Read:
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
    return list(reads(outputs))


def reads(outputs: Sequence[Node]) -> dict[Node, Read]:
    """The same, each with what it reads."""
    found: dict[Node, Read] = {}
    waiting = list(outputs)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found[node] = operands(node)
            waiting.extend([operand for operand, _ in found[node]])
    return {node: found[node] for node in sorted(found, key=lambda node: node.id)}
