"""When two nodes of one form mean the same, though they were written in another order or the other way round.

Equal nodes are one node already. Here conjunctions and sums do not depend on the order of their parts, a negation
stands on comparisons only, and a comparison with a constant is written one way: `x > 3` and `not x < 4` mean the same.
"""

from __future__ import annotations

from typing import final

from planshift.expressions.form import Arg, Bool, Int, Node, Text

_COMMUTATIVE = frozenset({"and", "or", "add", "multiply", "same", "least", "greatest", "same_text"})
_DUAL = {"and": "or", "or": "and"}


@final
class Meanings:
    """Numbers for the meanings of the nodes of one form: nodes with the same number always have the same value.

    Nodes with different numbers may still have the same value; what then is different is how they come to it.
    """

    def __init__(self) -> None:
        self._numbers: dict[object, int] = {}
        self._known: dict[tuple[int, bool], int] = {}

    def of(self, node: Node) -> int:
        """The number of a node's meaning."""
        return self._of(node, denied=False)

    def _of(self, node: Node, *, denied: bool) -> int:
        key = (node.id, denied)
        if key not in self._known:
            self._known[key] = self._written(node, denied=denied)
        return self._known[key]

    def _number(self, written: object) -> int:
        return self._numbers.setdefault(written, len(self._numbers))

    def _written(self, node: Node, *, denied: bool) -> int:
        """The number of the one way to write it."""
        if not isinstance(node, Bool):
            return self._number(self._plain(node))
        if node.op == "not":
            return self._of(_truth(node.args[0]), denied=not denied)
        if node.op in _DUAL:
            op = _DUAL[node.op] if denied else node.op
            return self._number((op, frozenset(self._of(_truth(part), denied=denied) for part in node.args)))
        left = node.args[0]
        if node.op == "less" and isinstance(left, Int) and left.literal is not None:
            plain: object = ("less", (self._arg(node.args[1]), ("lit", left.literal + 1)))
            denied = not denied
        else:
            plain = self._plain(node)
        number = self._number(plain)
        return self._number(("not", number)) if denied else number

    def _plain(self, node: Node) -> object:
        args = tuple(self._arg(arg) for arg in node.args)
        if node.op in _COMMUTATIVE:
            return node.op, frozenset(args) if len(set(args)) == len(args) else tuple(sorted(args, key=repr))
        return node.op, args

    def _arg(self, arg: Arg) -> object:
        if isinstance(arg, Int) and arg.op == "lit":
            return "lit", arg.literal
        if isinstance(arg, Int | Bool | Text):
            return self._of(arg, denied=False)
        if isinstance(arg, tuple):
            return tuple(self._arg(each) for each in arg)
        return arg


def _truth(arg: Arg) -> Bool:
    assert isinstance(arg, Bool)  # the arguments of a junction and of a negation are truths
    return arg


def exclude(first: Bool, second: Bool) -> bool:
    """Whether two conditions are seen never to hold together: one of their parts contradicts another."""
    if (first & second).literal is False:
        return True
    parts = [*_parts(first), *_parts(second)]
    return any(_implies(part, other.negate()) for part in parts for other in parts)


def implies(first: Bool, second: Bool) -> bool:
    """Whether a condition is seen to hold wherever another one does: each of its parts follows from one of those."""
    return all(any(_implies(part, wanted) for part in _parts(first)) for wanted in _parts(second))


def _implies(first: Bool, second: Bool) -> bool:
    """Whether one comparison follows from another one, of the same thing with constants."""
    if first is second:
        return True
    left, right = _bounds(first), _bounds(second)
    if left is None or right is None or left[0] is not right[0]:
        return False
    return left[1] >= right[1] and left[2] <= right[2]


def _bounds(node: Bool) -> tuple[Int, int, int] | None:
    """What a comparison with a constant is about, and between which values it holds; None where it is no such thing."""
    denied = node.op == "not"
    told = _truth(node.args[0]) if denied else node
    if told.op not in ("less", "same") or len(told.args) != 2:
        return None
    left, right = told.args
    if not (isinstance(left, Int) and isinstance(right, Int)):
        return None
    if right.literal is not None:
        thing, low, high = left, left.lo, right.literal - 1
        if told.op == "same":
            low = high = right.literal
    elif left.literal is not None and told.op == "less":
        thing, low, high = right, left.literal + 1, right.hi
    else:
        return None
    if not denied:
        return thing, low, high
    if low <= thing.lo:
        return thing, high + 1, thing.hi
    return (thing, thing.lo, low - 1) if high >= thing.hi else None


def _parts(node: Bool) -> list[Bool]:
    return [_truth(part) for part in node.args] if node.op == "and" else [node]
