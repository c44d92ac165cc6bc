"""The columnar reading as expressions of Polars: the same nodes and the same stages as in SQL, over batches of rows.

No decision is made here. Polars goes on in silence where a number leaves its type, so the interval of each node chooses
the type (`numbers`); its division rounds towards minus infinity, as the form's does; and no expression yields a null,
because every table answers every key. Tables are read by position.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from itertools import pairwise
from operator import and_, or_
from typing import TypeAlias, final

import polars as pl

from planshift.expressions.form import Bool, Int, Node, Steps, Table, Text
from planshift.expressions.order import operands
from planshift.population.dialects import Width
from planshift.population.numbers import Numbers
from planshift.population.stages import Staging

Kind: TypeAlias = type[pl.DataType]

_KINDS: Mapping[str, Kind] = {"Int8": pl.Int8, "Int32": pl.Int32, "Int64": pl.Int64, "Int128": pl.Int128}

WIDTHS = tuple(Width(name=name, bits=int(name.removeprefix("Int")) - 1) for name in _KINDS)
"""The whole numbers of Polars in which something is computed; between those of 8 and 32 bits a cast costs more."""

_INPUT = WIDTHS[1]
"""No input is narrower: making it so would cost more than it saves."""

_WIDEST_HELD = WIDTHS[2]
"""A number is held in 128 bits only where it has to be."""

_COMPUTING = ("add", "subtract", "multiply", "divide", "remainder", "least", "greatest", "muldiv", "less", "same")
"""Operations that bring their numbers into one type."""

_MOST_POSITIONS = 1 << 21
"""Keys that are further apart than this are looked for instead of counted."""

_FEW_STEPS = 4
"""A function with no more pieces is a choice; one with more is read by position."""


@final
class PolarsForm:
    """Some outputs of a form, ready to be computed for any number of batches.

    Raises:
        NotExact: Polars has no type for a number, or cannot round without leaving its types.
    """

    def __init__(self, outputs: Mapping[str, Node]) -> None:
        self._numbers = Numbers("Polars", WIDTHS, outputs=outputs)
        self._staging = Staging(outputs.values(), named=self._named, joined=lambda _: False)
        self._held = dict(self._widths())
        self._columns = {
            node: pl.col(str(node.args[0]) if node.op == "input" else f"#{k}")
            for k, node in enumerate(self._staging.columns)
        }
        self._stages = [
            [
                *(self._columns[node] for node in stage.carried),
                *(self._expression(node).alias(self._columns[node].meta.output_name()) for node in stage.computed),
            ]
            for stage in self._staging.stages
        ]
        self.inputs = {str(node.args[0]): self._kind(node) for node in self._staging.inputs}
        """The columns that a batch must have, and their types."""
        self._told = [self._read(node).alias(name) for name, node in outputs.items()]

    def computed(self, batch: pl.DataFrame) -> pl.DataFrame:
        """The outputs for the rows of a batch, in their order."""
        batch = batch.with_columns(pl.col(name).cast(kind) for name, kind in self.inputs.items())
        for stage in self._stages:
            batch = batch.select(stage) if stage else batch
        return batch.with_columns(self._told).select(expression.meta.output_name() for expression in self._told)

    # Types

    def _widths(self) -> Mapping[Node, Width]:
        """The type that each number is held in: wide enough for most of its readers, so that they need not cast it."""
        found: dict[Node, Width] = {}
        for node in reversed(self._staging.order):
            if isinstance(node, Int):
                least = _INPUT if node.op == "input" else WIDTHS[0]
                asked = (least, self._numbers.held(node), found.get(node, least))
                found[node] = max(asked, key=lambda each: each.bits)
            if node.op in _COMPUTING:
                width = self._numbers.rounding(node).width if node.op == "muldiv" else self._numbers.working(node)
                for operand, _ in operands(node):
                    both = (found.get(operand, WIDTHS[0]), min(width, _WIDEST_HELD, key=lambda each: each.bits))
                    found[operand] = max(both, key=lambda each: each.bits)
        return found

    def _kind(self, node: Node) -> Kind:
        if isinstance(node, Int):
            return _KINDS[self._held[node].name]
        return pl.Boolean if isinstance(node, Bool) else pl.String

    def _read(self, node: object, width: Width | None = None) -> pl.Expr:
        """How a node is read: a constant, a column, or its expression in place; a number in a type, if one is asked."""
        assert isinstance(node, Int | Bool | Text)  # callers pass nodes only
        kind = self._kind(node) if width is None else _KINDS[width.name]
        if node.literal is not None:
            return pl.lit(node.literal, dtype=kind)
        found = self._columns[node] if node in self._columns else self._expression(node)
        return found if kind is self._kind(node) else _cast(found, kind)

    def _operands(self, node: Node) -> tuple[pl.Expr, pl.Expr, Width]:
        """Both numbers of an operation, in a type that holds them and the result."""
        width = self._numbers.working(node)
        return self._read(node.args[0], width), self._read(node.args[1], width), width

    def _narrowed(self, found: pl.Expr, width: Width, node: Node) -> pl.Expr:
        kind = self._kind(node)
        return found if _KINDS[width.name] is kind else _cast(found, kind)

    def _arithmetic(self, node: Node, compute: Callable[[pl.Expr, pl.Expr], pl.Expr]) -> pl.Expr:
        a, b, width = self._operands(node)
        return self._narrowed(compute(a, b), width, node)

    # Numbers

    def _add(self, node: Node) -> pl.Expr:
        return self._arithmetic(node, lambda a, b: a + b)

    def _subtract(self, node: Node) -> pl.Expr:
        return self._arithmetic(node, lambda a, b: a - b)

    def _multiply(self, node: Node) -> pl.Expr:
        return self._arithmetic(node, lambda a, b: a * b)

    def _divide(self, node: Node) -> pl.Expr:
        return self._arithmetic(node, lambda a, b: a // b)

    def _remainder(self, node: Node) -> pl.Expr:
        return self._arithmetic(node, lambda a, b: a % b)

    def _least(self, node: Node) -> pl.Expr:
        return self._arithmetic(node, pl.min_horizontal)

    def _greatest(self, node: Node) -> pl.Expr:
        return self._arithmetic(node, pl.max_horizontal)

    def _muldiv(self, node: Node) -> pl.Expr:
        rounding = self._numbers.rounding(node)
        p, n, d = (self._read(arg, rounding.width) for arg in node.args[:3])
        whole = (p // d) * n if rounding.split else None
        product = (p % d if rounding.split else p) * n
        match rounding.mode:
            case "half_up":
                part = (product + self._halved(node.args[2], rounding.width)) // d
            case "down":
                part = product // d
            case "up":
                part = (product + d - 1) // d
            case _:
                return self._narrowed(_half_even(product, d, whole=whole), rounding.width, node)
        return self._narrowed(part if whole is None else whole + part, rounding.width, node)

    def _halved(self, divisor: object, width: Width) -> pl.Expr:
        """Half of a divisor, rounded down: what a half rounds up by, since nothing lies between two whole products."""
        literal = divisor.literal if isinstance(divisor, Int) else None
        return self._read(divisor, width) // 2 if literal is None else pl.lit(literal // 2, dtype=_KINDS[width.name])

    def _named(self, node: Node) -> tuple[Node, ...]:
        """The operands that the expression of a node repeats."""
        if node.op == "muldiv":
            return tuple(node.args[k] for k in self._numbers.rounding(node).repeats)  # type: ignore[misc]  # the first three are nodes
        return (_key(node),) if node.op == "steps" and len(_pieces(node)) <= _FEW_STEPS else ()

    # Tables

    def _lookup(self, node: Node) -> pl.Expr:
        table, key = node.args[0], _key(node)
        assert isinstance(table, Table)  # a look-up begins with its table
        if not table.sparse:
            return self._by_position(key, table.values[key.lo : key.hi + 1], node)
        cells = {row: value for row, value in table.sparse if key.lo <= row <= key.hi}
        if key.hi - key.lo < _MOST_POSITIONS:
            return self._by_position(key, [cells.get(row, table.default) for row in range(key.lo, key.hi + 1)], node)
        kind = self._kind(node)
        default = pl.lit(table.default, dtype=kind)
        return self._read(key).replace_strict(list(cells), list(cells.values()), default=default, return_dtype=kind)

    def _steps(self, node: Node) -> pl.Expr:
        key, pieces, kind = _key(node), _pieces(node), self._kind(node)
        if key.literal is not None or len(pieces) == 1:
            return pl.lit(pieces[0][1], dtype=kind)
        if len(pieces) <= _FEW_STEPS:
            found = pl.lit(pieces[-1][1], dtype=kind)
            for (_, value), (start, _) in reversed(list(pairwise(pieces))):
                found = pl.when(self._less_than(key, start)).then(pl.lit(value, dtype=kind)).otherwise(found)
            return found
        if key.hi - key.lo < _MOST_POSITIONS:
            ends = [start for start, _ in pieces[1:]] + [key.hi + 1]
            spans = zip(pieces, [key.lo, *ends], ends, strict=False)
            return self._by_position(key, [v for (_, v), low, high in spans for _ in range(low, high)], node)
        starts = pl.Series([start for start, _ in pieces[1:]], dtype=self._kind(key))
        values = pl.Series([value for _, value in pieces], dtype=kind)
        return pl.lit(values).gather(pl.lit(starts).search_sorted(self._read(key), side="right"))

    def _less_than(self, key: Int, limit: int) -> pl.Expr:
        return self._read(key) < pl.lit(limit, dtype=self._kind(key))

    def _by_position(self, key: Int, values: Sequence[int], node: Node) -> pl.Expr:
        """What stands at the position of a key, counted from its smallest value on."""
        at = self._read(key)
        if key.lo:
            ends = (key.lo, key.hi, -key.lo, key.hi - key.lo)
            width = self._numbers.holding(node, low=min(ends), high=max(ends))
            at = self._read(key, width) - pl.lit(key.lo, dtype=_KINDS[width.name])
        return pl.lit(pl.Series(values, dtype=self._kind(node))).gather(at)

    # Truths, texts and choices

    def _expression(self, node: Node) -> pl.Expr:
        found: pl.Expr = getattr(self, f"_{node.op}")(node)
        return found

    def _less(self, node: Node) -> pl.Expr:
        a, b, _ = self._operands(node)
        return b > a if _is_constant(node.args[0]) else a < b

    def _same(self, node: Node) -> pl.Expr:
        a, b, _ = self._operands(node)
        return b == a if _is_constant(node.args[0]) else a == b

    def _same_text(self, node: Node) -> pl.Expr:
        a, b = self._read(node.args[0]), self._read(node.args[1])
        return b == a if _is_constant(node.args[0]) else a == b

    def _not(self, node: Node) -> pl.Expr:
        return ~self._read(node.args[0])

    def _and(self, node: Node) -> pl.Expr:
        return reduce(and_, map(self._read, node.args))

    def _or(self, node: Node) -> pl.Expr:
        return reduce(or_, map(self._read, node.args))

    def _within(self, node: Node) -> pl.Expr:
        values = node.args[1]
        assert isinstance(values, tuple)  # made by Text.within
        held = self._read(node.args[0])
        return reduce(or_, (held == pl.lit(str(value)) for value in values))

    def _case(self, node: Node) -> pl.Expr:
        """A choice: the last branch is what the one before it leaves over, and so on to the first."""
        width = self._held.get(node)
        branches, last = self._branches(node)
        found = self._read(last, width)
        for conditions, value in reversed(branches):
            holds = reduce(or_, map(self._read, conditions))
            found = pl.when(holds).then(self._read(value, width)).otherwise(found)
        return found

    def _branches(self, node: Node) -> tuple[list[tuple[list[object], object]], object]:
        """The branches of a choice, and of one that stands where nothing holds before it; neighbours share a value."""
        found: list[tuple[list[object], object]] = []
        last: object = node
        while last is node or (isinstance(last, Int | Bool | Text) and last.op == "case" and last not in self._columns):
            conditions, values = last.args
            assert isinstance(conditions, tuple)  # made by Form.make_case
            assert isinstance(values, tuple)  # made by Form.make_case
            for condition, value in zip(conditions, values[:-1], strict=True):
                if found and found[-1][1] is value:
                    found[-1][0].append(condition)
                else:
                    found.append(([condition], value))
            last = values[-1]
        return found, last


def _is_constant(operand: object) -> bool:
    """Whether an operand of a comparison is a constant, which stands on the right then.

    On the left Polars 2.1 compares it with a column that is the same in every row of a batch as if there were one row.
    """
    assert isinstance(operand, Int | Bool | Text)  # comparisons are made of these
    return operand.literal is not None


def _cast(found: pl.Expr, kind: Kind) -> pl.Expr:
    """A number in another type that holds it: whether it does is known, and need not be looked for."""
    return found.cast(kind, wrap_numerical=True)


def _half_even(product: pl.Expr, d: pl.Expr, *, whole: pl.Expr | None) -> pl.Expr:
    down, rest = product // d, product % d
    down = down if whole is None else whole + down
    return down + ((rest * 2 > d) | ((rest * 2 == d) & (down % 2 == 1))).cast(pl.Int8)


def _key(node: Node) -> Int:
    key = node.args[1]
    assert isinstance(key, Int)  # look-ups and steps end with their key
    return key


def _pieces(node: Node) -> list[tuple[int, int]]:
    """Where the pieces begin that a key can lie in, and their values."""
    steps, key = node.args[0], _key(node)
    assert isinstance(steps, Steps)  # made by Form.steps
    pieces = list(zip(steps.starts, steps.values, strict=True))
    first = max((k for k, (start, _) in enumerate(pieces) if start <= key.lo), default=0)
    return [piece for piece in pieces[first:] if piece[0] <= key.hi] or pieces[:1]
