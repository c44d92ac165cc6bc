"""The compiled form: one typed, total, side-effect-free graph that every reading of a policy is made from.

A node is an integer with an interval, a truth value, or a text. Dates are day numbers since 1970-01-01, instants are
epoch seconds, money is minor units, names and term values are indexes. Nodes are made only through a `Form`, which
interns them: equal nodes are one object, so shared parts are computed once and comparing is cheap.

INVARIANT: a node's arguments were made before it, so ascending `id` is an order of evaluation.
INVARIANT: no operation can fail. Divisors are proven positive by their interval when the node is made, tables answer
every key of their key's interval, and there is no null: what may be absent is a pair of a truth and a value.

The arithmetic of `planshift.billing` runs on these nodes as it runs on integers (see `billing/whole.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias, final
from zlib import crc32

from planshift.expressions import simplify

Node: TypeAlias = "Int | Bool | Text"
Arg: TypeAlias = "Int | Bool | Text | Table | Steps | int | str | tuple[Arg, ...]"


class FormError(Exception):
    """A node that would not be total was asked for: a fault in the code that builds the form, not in a policy."""


@final
@dataclass(frozen=True, slots=True)
class Table:
    """A constant column that the form reads by position.

    `values[key]` answers for every key from 0 on; `sparse` tables hold only some keys and answer `default` for others.
    """

    name: str = field(compare=False)
    values: tuple[int, ...] = ()
    sparse: tuple[tuple[int, int], ...] = ()
    default: int = 0

    @property
    def low(self) -> int:
        """The smallest answer."""
        return min(self.answers)

    @property
    def high(self) -> int:
        """The largest answer."""
        return max(self.answers)

    @property
    def answers(self) -> tuple[int, ...]:
        """Everything that it can answer."""
        return self.values or (self.default, *(value for _, value in self.sparse))


@final
@dataclass(frozen=True, slots=True)
class Steps:
    """A piecewise constant function of an integer: `values[i]` holds from `starts[i]` to the next start."""

    name: str = field(compare=False)
    starts: tuple[int, ...]
    values: tuple[int, ...]


class _Node:
    """What the three kinds of node share."""

    __slots__ = ("args", "form", "id", "op", "rank")

    def __init__(self, form: Form, op: str, args: tuple[Arg, ...]) -> None:
        self.form = form
        self.op = op
        self.args = args
        self.id = form.next_id()
        self.rank = _rank((op, *args))
        """An order among nodes that goes by what they are, and not by which of them was made first."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id} {self.op}>"

    # Nodes are interned, so identity is equality; `==` on nodes is a mistake that `same` exists for.
    __hash__ = object.__hash__


@final
class Int(_Node):
    """An integer known to lie in `[lo, hi]`."""

    __slots__ = ("hi", "lo")

    def __init__(self, form: Form, op: str, args: tuple[Arg, ...], bounds: tuple[int, int]) -> None:
        super().__init__(form, op, args)
        self.lo, self.hi = bounds

    @property
    def literal(self) -> int | None:
        """The value, where the interval leaves only one."""
        return self.lo if self.lo == self.hi else None

    def lift(self, value: int) -> Int:
        """A literal in the same form."""
        return self.form.lit(value)

    def _other(self, value: Int | int) -> Int:
        return self.form.lit(value) if isinstance(value, int) else value

    def __add__(self, other: Int | int) -> Int:
        return simplify.add(self, self._other(other))

    __radd__ = __add__

    def __sub__(self, other: Int | int) -> Int:
        return simplify.subtract(self, self._other(other))

    def __rsub__(self, other: int) -> Int:
        return simplify.subtract(self._other(other), self)

    def __mul__(self, other: Int | int) -> Int:
        return simplify.multiply(self, self._other(other))

    __rmul__ = __mul__

    def __neg__(self) -> Int:
        return simplify.subtract(self.form.lit(0), self)

    def __floordiv__(self, other: Int | int) -> Int:
        return simplify.divide(self, self._other(other))

    def __rfloordiv__(self, other: int) -> Int:
        return simplify.divide(self._other(other), self)

    def __mod__(self, other: Int | int) -> Int:
        return simplify.remainder(self, self._other(other))

    def __rmod__(self, other: int) -> Int:
        return simplify.remainder(self._other(other), self)

    def __lt__(self, other: Int | int) -> Bool:
        return simplify.less(self, self._other(other))

    def __gt__(self, other: Int | int) -> Bool:
        return simplify.less(self._other(other), self)

    def __le__(self, other: Int | int) -> Bool:
        return simplify.less(self._other(other), self).negate()

    def __ge__(self, other: Int | int) -> Bool:
        return simplify.less(self, self._other(other)).negate()

    def same(self, other: Int | int) -> Bool:
        """Whether both are the same number."""
        return simplify.same(self, self._other(other))

    def least(self, other: Int | int) -> Int:
        """The smaller of both."""
        return simplify.least(self, self._other(other))

    def greatest(self, other: Int | int) -> Int:
        """The larger of both."""
        return simplify.greatest(self, self._other(other))

    def muldiv(self, n: Int | int, d: Int | int, mode: str) -> Int:
        """`self * n / d` rounded by `mode`: the one place where the form rounds. Operands >= 0, divisor >= 1."""
        return simplify.muldiv(self, self._other(n), self._other(d), mode)


@final
class Bool(_Node):
    """A truth value."""

    __slots__ = ()

    @property
    def literal(self) -> bool | None:
        """The value, where it is known."""
        return self.args[0] == 1 if self.op == "truth" else None

    def _other(self, value: Bool | bool) -> Bool:
        return self.form.truth(value) if isinstance(value, bool) else value

    def __and__(self, other: Bool | bool) -> Bool:
        return simplify.conjunction((self, self._other(other)))

    __rand__ = __and__

    def __or__(self, other: Bool | bool) -> Bool:
        return simplify.disjunction((self, self._other(other)))

    __ror__ = __or__

    def negate(self) -> Bool:
        """The opposite."""
        return simplify.negation(self)

    def same(self, other: Bool | bool) -> Bool:
        """Whether both hold or neither does."""
        other = self._other(other)
        return (self & other) | (self.negate() & other.negate())

    def choose(self, yes: Arg | bool, no: Arg | bool) -> Node:
        """`yes` where this holds, else `no`; both of one kind."""
        return self.form.cases(((self, yes),), no)


@final
class Text(_Node):
    """A text; it can be compared with constants and with another text, nothing else."""

    __slots__ = ()

    @property
    def literal(self) -> str | None:
        """The value, where it is known."""
        return str(self.args[0]) if self.op == "text" else None

    def within(self, values: tuple[str, ...]) -> Bool:
        """Whether it is one of these constants."""
        if self.literal is not None:
            return self.form.truth(self.literal in values)
        return self.form.make_bool("within", (self, tuple(sorted(set(values))))) if values else self.form.truth(False)

    def same(self, other: Text | str) -> Bool:
        """Whether both are the same text, letter for letter."""
        if isinstance(other, str):
            return self.within((other,))
        if self is other:
            return self.form.truth(True)
        if other.literal is not None:
            return self.within((other.literal,))
        return other.same(self.literal) if self.literal is not None else self.form.make_bool("same_text", (self, other))


@final
class Form:
    """The graph under construction: makes nodes, and makes equal ones only once.

    Used by one thread while a book is compiled; a finished graph is only read.
    """

    def __init__(self) -> None:
        self._nodes: dict[tuple[object, ...], Node] = {}
        self._literals: dict[int, Int] = {}
        self._count = 0

    @property
    def size(self) -> int:
        """How many nodes it has."""
        return self._count

    def next_id(self) -> int:
        """The next place in the order of evaluation."""
        self._count += 1
        return self._count

    def lit(self, value: int) -> Int:
        """A constant."""
        node = self._literals.get(value)
        if node is None:
            whole = int(value)
            node = self._literals[whole] = Int(self, "lit", (whole,), (whole, whole))
        return node

    def truth(self, value: bool) -> Bool:
        """A constant truth."""
        return self.make_bool("truth", (int(value),))

    def text(self, value: str) -> Text:
        """A constant text."""
        return self._make_text("text", (value,))

    def whole_input(self, name: str, *, low: int, high: int) -> Int:
        """A column of integers that the reader promises to lie in `[low, high]`."""
        return self.make_int("input", (name,), bounds=(low, high))

    def truth_input(self, name: str) -> Bool:
        """A column of truth values."""
        return self.make_bool("input", (name,))

    def text_input(self, name: str) -> Text:
        """A column of texts."""
        return self._make_text("input", (name,))

    def lookup(self, table: Table, key: Int | int) -> Int:
        """The table's answer for `key`."""
        return simplify.lookup(table, self.lit(key) if isinstance(key, int) else key)

    def steps(self, steps: Steps, key: Int) -> Int:
        """The value of a piecewise constant function at `key`; keys below the first start get its first value."""
        if len(set(steps.values)) == 1:
            return self.lit(steps.values[0])
        return self.make_int("steps", (steps, key), bounds=(min(steps.values), max(steps.values)))

    def cases(self, branches: tuple[tuple[Bool | bool, Arg | bool], ...], otherwise: Arg | bool) -> Node:
        """The value of the first branch whose condition holds, else `otherwise`."""
        return simplify.cases(self, branches, otherwise=otherwise)

    def any_of(self, truths: tuple[Bool, ...]) -> Bool:
        """Whether at least one holds."""
        return simplify.disjunction(truths) if truths else self.truth(False)

    def all_of(self, truths: tuple[Bool, ...]) -> Bool:
        """Whether every one holds."""
        return simplify.conjunction(truths) if truths else self.truth(True)

    def make_int(self, op: str, args: tuple[Arg, ...], *, bounds: tuple[int, int]) -> Int:
        """Intern an integer node; used by `simplify`."""
        key = ("int", op, bounds, args)  # a column can have other bounds after an edit of the book
        node = self._nodes.get(key)
        if node is None:
            node = self._nodes[key] = Int(self, op, args, bounds)
        assert isinstance(node, Int)  # the key starts with the kind
        return node

    def make_bool(self, op: str, args: tuple[Arg, ...]) -> Bool:
        """Intern a truth node; used by `simplify`."""
        key = ("bool", op, args)
        node = self._nodes.get(key)
        if node is None:
            node = self._nodes[key] = Bool(self, op, args)
        assert isinstance(node, Bool)  # the key starts with the kind
        return node

    def _make_text(self, op: str, args: tuple[Arg, ...]) -> Text:
        key = ("text", op, args)
        node = self._nodes.get(key)
        if node is None:
            node = self._nodes[key] = Text(self, op, args)
        assert isinstance(node, Text)  # the key starts with the kind
        return node

    def make_case(self, conditions: tuple[Bool, ...], values: tuple[Node, ...]) -> Node:
        """Intern a choice that could not be simplified; `values` has one more item than `conditions`."""
        args: tuple[Arg, ...] = (conditions, values)
        if all(isinstance(value, Int) for value in values):
            bounds = [value for value in values if isinstance(value, Int)]
            return self.make_int("case", args, bounds=(min(v.lo for v in bounds), max(v.hi for v in bounds)))
        if all(isinstance(value, Bool) for value in values):
            return self.make_bool("case", args)
        if all(isinstance(value, Text) for value in values):
            return self._make_text("case", args)
        raise FormError("the branches of a choice are of different kinds")


def _rank(arg: Arg) -> int:
    """A number that equal nodes of any two forms share, in any process; others hardly ever do."""
    if isinstance(arg, tuple):
        return hash(tuple([each.rank if isinstance(each, _Node) else _rank(each) for each in arg]))
    return _number_of(arg) if isinstance(arg, str) else hash(arg)  # tables hold numbers, and their names do not count


@lru_cache(maxsize=4096)
def _number_of(name: str) -> int:
    return crc32(name.encode())
