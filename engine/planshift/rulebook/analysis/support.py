"""What of a node is finite: which of the columns it reads that a book has only so many values of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import final

from planshift.expressions.form import Arg, Bool, Int, Node, Text

FROM, TO, CURRENCY, KIND = "from.price.index", "to.price.index", "currency.index", "request.kind"
"""The finite columns: the price that is left, the one asked for, the subscription's currency, the kind of request."""

FINITE = frozenset({FROM, TO, CURRENCY, KIND})

Support = frozenset[str]


def operands(node: Node) -> Iterator[Node]:
    """The nodes that a node is made of."""
    yield from _nodes(node.args)


def _nodes(args: Iterable[Arg]) -> Iterator[Node]:
    for arg in args:
        if isinstance(arg, tuple):
            yield from _nodes(arg)
        elif isinstance(arg, Int | Bool | Text):
            yield arg


@final
class Supports:
    """Remembers the support of each node: the finite columns it reads, or None where it reads an open one."""

    def __init__(self) -> None:
        self._known: dict[Node, Support | None] = {}

    def of(self, node: Node) -> Support | None:
        """The finite columns that the node depends on and nothing else; None where there is something else."""
        waiting = [node]  # not by recursion: a form can be deep
        while waiting:
            last = waiting[-1]
            todo = [part for part in operands(last) if part not in self._known]
            if last in self._known or not todo:
                waiting.pop()
                if last not in self._known:
                    self._known[last] = self._read(last)
            else:
                waiting.extend(todo)
        return self._known[node]

    def _read(self, node: Node) -> Support | None:
        if node.op == "input":
            name = str(node.args[0])
            return frozenset({name}) if name in FINITE else None
        found: Support = frozenset()
        for part in operands(node):
            support = self._known[part]
            if support is None:
                return None
            found |= support
        return found
