"""The oracle of the scalar reading: walks the compiled form node by node, without generating anything.

Every operation is written out as its name says. Nothing is shared with the generated code but the nodes themselves.
What a node is worth must lie in the interval that the form knows for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

from planshift.expressions.form import Arg, Bool, Int, Node, Steps, Table, Text
from tests.reference.evaluate import rounded

Value: TypeAlias = int | bool | str


def evaluate(nodes: Sequence[Node], inputs: Mapping[str, Value]) -> tuple[Value, ...]:
    """What nodes are worth where the inputs have these values."""
    walk = _Walk(inputs)
    return tuple(walk.value(node) for node in nodes)


class _Walk:
    """One walk: a node that was met before is not walked again, because a form can be as wide as it is deep."""

    def __init__(self, inputs: Mapping[str, Value]) -> None:
        self._inputs = inputs
        self._known: dict[Node, Value] = {}

    def value(self, node: Node) -> Value:
        # A node's arguments were made before it: the smallest that is not known yet can be worked out at once.
        waiting = [node]
        while waiting:
            todo = [arg for arg in _nodes(waiting[-1].args) if arg not in self._known]
            if waiting[-1] in self._known or not todo:
                last = waiting.pop()
                if last not in self._known:
                    self._known[last] = self._checked(last)
            else:
                waiting.extend(todo)
        return self._known[node]

    def _checked(self, node: Node) -> Value:
        value = self._worth(node)
        if isinstance(node, Int):
            assert node.lo <= _int(value) <= node.hi, f"{node} is {value}, outside of [{node.lo}, {node.hi}]"
        return value

    def _worth(self, node: Node) -> Value:
        match node.op:
            case "lit":
                return _int(node.args[0])
            case "truth":
                return node.args[0] == 1
            case "text":
                return str(node.args[0])
            case "input":
                return self._inputs[str(node.args[0])]
            case "case":
                return self._chosen(node)
            case "lookup" | "steps":
                return self._read(node.args[0], self._whole(node.args[1]))
            case "within" | "same_text" | "not" | "and" | "or" | "less" | "same":
                return self._truth(node)
            case _:
                return self._number(node)

    def _whole(self, arg: Arg) -> int:
        assert isinstance(arg, Int)
        return _int(self._known[arg])

    def _held(self, arg: Arg) -> bool:
        assert isinstance(arg, Bool)
        return self._known[arg] is True

    def _chosen(self, node: Node) -> Value:
        conditions, values = node.args
        assert isinstance(conditions, tuple)
        assert isinstance(values, tuple)
        position = next((k for k, condition in enumerate(conditions) if self._held(condition)), len(conditions))
        chosen = values[position]
        assert isinstance(chosen, Int | Bool | Text)
        return self._known[chosen]

    @staticmethod
    def _read(table: Arg, key: int) -> int:
        if isinstance(table, Steps):
            begun = [value for start, value in zip(table.starts, table.values, strict=True) if start <= key]
            return begun[-1] if begun else table.values[0]
        assert isinstance(table, Table)
        if table.sparse:
            return next((value for known, value in table.sparse if known == key), table.default)
        assert key >= 0
        return table.values[key]

    def _truth(self, node: Node) -> bool:
        args = node.args
        match node.op:
            case "not":
                return not self._held(args[0])
            case "and":
                return all(self._held(arg) for arg in args)
            case "or":
                return any(self._held(arg) for arg in args)
            case "less":
                return self._whole(args[0]) < self._whole(args[1])
            case "same":
                return self._whole(args[0]) == self._whole(args[1])
            case "same_text":
                return self._text(args[0]) == self._text(args[1])
            case "within":
                assert isinstance(args[1], tuple)
                return self._text(args[0]) in args[1]
            case _:
                raise AssertionError(node.op)

    def _text(self, arg: Arg) -> str:
        assert isinstance(arg, Text)
        return str(self._known[arg])

    def _number(self, node: Node) -> int:
        a, b = (self._whole(arg) for arg in node.args[:2])
        match node.op:
            case "add":
                return a + b
            case "subtract":
                return a - b
            case "multiply":
                return a * b
            case "divide":
                return int(Fraction(a, b) // 1)
            case "remainder":
                return int(a - b * (Fraction(a, b) // 1))
            case "least":
                return min(a, b)
            case "greatest":
                return max(a, b)
            case "muldiv":
                return rounded(Fraction(a * b, self._whole(node.args[2])), str(node.args[3]))
            case _:
                raise AssertionError(node.op)


def _int(value: object) -> int:
    assert isinstance(value, int)
    assert not isinstance(value, bool)
    return value


def _nodes(args: tuple[Arg, ...]) -> list[Node]:
    found: list[Node] = []
    for arg in args:
        if isinstance(arg, Int | Bool | Text):
            found.append(arg)
        elif isinstance(arg, tuple):
            found += _nodes(arg)
    return found
