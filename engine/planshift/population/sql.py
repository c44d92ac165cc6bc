"""The columnar reading as SQL: the same nodes that the scalar reading writes as Python, written as columns.

No decision is made here: every node becomes one expression. An integer is held in the narrowest type of the engine
that its interval fits into, so nothing can overflow; signs stay outside of a rounding; divisors are positive by the
form's own promise; and since the form has no null, no column has one. What an engine cannot compute exactly is refused
by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import final

from planshift.expressions.form import Bool, Int, Node, Steps, Table, Text
from planshift.population.dialects import Dialect, Width, quoted
from planshift.population.numbers import Numbers
from planshift.population.stages import Stage, Staging, is_constant

_TAKING_TURNS = 32
"""So many pieces of a function of two values are told apart at once: planned in a third of the time of halves."""

_Write = Callable[[str, str, Width], str]
"""How an operation is written: its operands, and the type that they have."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query in steps: the common tables in order, and the last one, which holds the outputs under their names."""

    tables: tuple[tuple[str, str], ...]
    last: str

    def text(self, select: str = "*", *, more: str = "") -> str:
        """The whole query; `select` is what is read of the outputs, `more` what follows behind the last table."""
        steps = ",\n".join(f"{name} AS ({body})" for name, body in self.tables)
        return f"WITH {steps}\nSELECT {select} FROM {self.last}{more}"


def emit(
    outputs: Mapping[str, Node], *, source: str, dialect: Dialect, carried: tuple[str, ...] = (), prefix: str = "s"
) -> Query:
    """The query that computes `outputs` for every row of `source`.

    `source` is a table or a query in brackets whose columns are named as the inputs of the form. `carried` are further
    columns of it that are passed on to the end. `prefix` begins the names of the steps.

    Raises:
        NotExact: the engine has no type for a number, or cannot round without leaving its types.
    """
    return _Emitter(outputs, dialect=dialect, carried=carried, prefix=prefix).query(source)


def type_of(node: Node, dialect: Dialect) -> str:
    """The type of an engine that an input is held in.

    Raises:
        NotExact: it has none.
    """
    return _type_of(node, dialect, Numbers(dialect.name, dialect.widths, outputs={str(node.args[0]): node}))


def _type_of(node: Node, dialect: Dialect, numbers: Numbers) -> str:
    if isinstance(node, Int):
        return numbers.held(node).name
    return "BOOLEAN" if isinstance(node, Bool) else dialect.text_type


@final
class _Emitter:
    def __init__(self, outputs: Mapping[str, Node], *, dialect: Dialect, carried: tuple[str, ...], prefix: str) -> None:
        self._outputs = outputs
        self._dialect = dialect
        self._carried = carried
        self._prefix = prefix
        self._numbers = Numbers(dialect.name, dialect.widths, outputs=outputs, quotient_bits=dialect.quotient_bits)
        self._staging = Staging(outputs.values(), named=self._named, joined=self._is_joined, worth=dialect.worth)
        self._names = {
            node: quoted(str(node.args[0])) if node.op == "input" else f"n{k}"
            for k, node in enumerate(self._staging.columns)
        }
        self._joins = self._grouped()

    def query(self, source: str) -> Query:
        """The steps, from the source on."""
        steps: list[tuple[str, str]] = [(self._join_name(key), body) for key, body in self._join_tables()]
        before = source
        for number, stage in enumerate(self._staging.stages, start=1):
            name = f"{self._prefix}{number}"
            steps.append((name, self._step(stage, before)))
            before = name
        carried = [f"{quoted(name)}" for name in self._carried]
        told = [f"{self._told(node)} AS {quoted(name)}" for name, node in self._outputs.items()]
        steps.append((f"{self._prefix}_out", f"SELECT {', '.join([*carried, *told])} FROM {before}"))
        return Query(tables=tuple(steps), last=f"{self._prefix}_out")

    def _step(self, stage: Stage, before: str) -> str:
        columns = [f"b.{quoted(name)}" for name in self._carried]
        columns += [f"b.{self._names[node]}" for node in stage.carried]
        columns += [f"{self._expression(node)} AS {self._names[node]}" for node in stage.computed]
        keys = dict.fromkeys(_key(node) for node in stage.computed if self._is_joined(node))
        joins = "".join(
            f" LEFT JOIN {self._join_name(key)} ON {self._join_name(key)}.k = {self._text(key)}" for key in keys
        )
        return f"SELECT {', '.join(columns) or '1 AS nothing'} FROM {before} b{joins}{self._dialect.fence}"

    def _told(self, node: Node) -> str:
        """An output, in the type that its interval asks for."""
        return f"CAST({self._text(node)} AS {self._type(node)})" if isinstance(node, Int) else self._text(node)

    # Tables

    def _grouped(self) -> dict[Node, list[Node]]:
        """The look-ups of joined tables by what they look for: one join answers all of them."""
        found: dict[Node, list[Node]] = {}
        for node in self._staging.columns:
            if self._is_joined(node):
                found.setdefault(_key(node), []).append(node)
        return found

    def _is_joined(self, node: Node) -> bool:
        """Whether a look-up is answered by a joined table."""
        if node.op != "lookup":
            return False
        key = _key(node)
        assert isinstance(key, Int)  # made by Form.lookup
        most = self._dialect.most_listed
        return len(_table(node).sparse) > 8 or min(len(_table(node).values), key.hi + 1) > most

    def _join_name(self, key: Node) -> str:
        return f"{self._prefix}_t{list(self._joins).index(key)}"

    def _join_tables(self) -> Iterator[tuple[Node, str]]:
        for key, nodes in self._joins.items():
            columns = [dict(_cells(node)) for node in nodes]
            names = ", ".join(["k", *(f"v{k}" for k in range(len(nodes)))])
            rows = ", ".join(
                f"({row}, {', '.join(str(c.get(row, _table(n).default)) for c, n in zip(columns, nodes, strict=True))})"
                for row in sorted({row for column in columns for row in column})
            )
            kinds = [f"CAST(v{k} AS {self._type(node)}) AS v{k}" for k, node in enumerate(nodes)]
            yield key, f"SELECT {', '.join(['k', *kinds])} FROM (VALUES {rows}) r({names})"

    def _lookup(self, node: Node) -> str:
        table, key = _table(node), _key(node)
        if self._is_joined(node):
            cell = f"{self._join_name(key)}.v{self._joins[key].index(node)}"
            return f"coalesce({cell}, {table.default})" if table.sparse else cell
        if table.sparse:
            branches = " ".join(f"WHEN {row} THEN {value}" for row, value in table.sparse)
            return f"(CASE {self._text(key)} {branches} ELSE {table.default} END)"
        assert isinstance(key, Int)  # made by Form.lookup
        cells = ", ".join(map(str, table.values[: key.hi + 1]))
        return self._dialect.element(self._dialect.listed(cells, self._type(node)), self._text(key))

    def _steps(self, node: Node) -> str:
        steps, key = node.args
        assert isinstance(steps, Steps)  # made by Form.steps
        assert isinstance(key, Int)  # made by Form.steps
        pieces = list(zip(steps.starts, steps.values, strict=True))
        first = max((k for k, (start, _) in enumerate(pieces) if start <= key.lo), default=0)
        return self._halved([piece for piece in pieces[first:] if piece[0] <= key.hi] or pieces[:1], self._text(key))

    def _halved(self, pieces: list[tuple[int, int]], key: str) -> str:
        """The value of the piece that a key lies in: by halves, until few pieces are left that take turns."""
        if len(pieces) == 1:
            return str(pieces[0][1])
        if len(pieces) <= _TAKING_TURNS and len({value for _, value in pieces}) == 2:
            return _turns(pieces, key)
        middle = len(pieces) // 2
        low, high = self._halved(pieces[:middle], key), self._halved(pieces[middle:], key)
        return f"(CASE WHEN {key} < {pieces[middle][0]} THEN {low} ELSE {high} END)"

    # Numbers

    def _type(self, node: Node) -> str:
        return _type_of(node, self._dialect, self._numbers)

    def _at(self, node: Node, width: Width) -> str:
        """A number in a type that is as wide as asked for."""
        written = self._text(node)
        return written if is_constant(node) or self._type(node) == width.name else f"CAST({written} AS {width.name})"

    def _arithmetic(self, node: Node, write: _Write, *, low: int = 0, high: int = 0) -> str:
        """An operation in a type that holds both operands, the result and what lies between them."""
        a, b = node.args
        assert isinstance(a, Int)  # arithmetic is made of integers
        assert isinstance(b, Int)  # as above
        width = self._numbers.working(node, low=low, high=high)
        return self._narrowed(write(self._at(a, width), self._at(b, width), width), width, node)

    def _narrowed(self, written: str, width: Width, node: Node) -> str:
        kind = self._type(node)
        return written if kind == width.name else f"CAST({written} AS {kind})"

    def _add(self, node: Node) -> str:
        return self._arithmetic(node, lambda a, b, _: f"({a} + {b})")

    def _subtract(self, node: Node) -> str:
        return self._arithmetic(node, lambda a, b, _: f"({a} - {b})")

    def _multiply(self, node: Node) -> str:
        return self._arithmetic(node, lambda a, b, _: f"({a} * {b})")

    def _divide(self, node: Node) -> str:
        """Towards minus infinity: where the dividend can be negative, whole divisors are added before."""
        a, b = node.args
        assert isinstance(a, Int)  # made by simplify.divide
        assert isinstance(b, Int)  # as above
        quotient = self._dialect.quotient
        more = 0 if a.lo >= 0 or b.literal is None else -(a.lo // b.lo)
        self._numbers.divided(node, most=max(abs(a.lo), a.hi) // b.lo + more)
        if a.lo >= 0:
            return self._arithmetic(node, quotient)
        if b.literal is not None:
            past = max(a.hi, 0) + more * b.lo
            return self._arithmetic(
                node, lambda a, d, width: f"({quotient(f'({a} + {more * b.lo})', d, width)} - {more})", high=past
            )
        return self._arithmetic(
            node, lambda a, d, w: f"({quotient(a, d, w)} - CASE WHEN {a} % {d} < 0 THEN 1 ELSE 0 END)", low=node_low(a)
        )

    def _remainder(self, node: Node) -> str:
        a, b = node.args
        assert isinstance(a, Int)  # made by simplify.remainder
        assert isinstance(b, Int)  # as above
        if a.lo >= 0:
            return self._arithmetic(node, lambda a, d, _: f"({a} % {d})")
        if b.literal is not None:
            more = -(a.lo // b.lo) * b.lo
            return self._arithmetic(node, lambda a, d, _: f"(({a} + {more}) % {d})", high=max(a.hi, 0) + more)
        return self._arithmetic(
            node, lambda a, d, _: f"({a} % {d} + CASE WHEN {a} % {d} < 0 THEN {d} ELSE 0 END)", low=-b.hi
        )

    def _muldiv(self, node: Node) -> str:
        p, n, d = (arg for arg in node.args[:3] if isinstance(arg, Int))
        rounding = self._numbers.rounding(node)
        first = self._at(p, rounding.width)
        if is_constant(p) and is_constant(n):  # their product would be counted in the type that they have
            first = f"CAST({first} AS {rounding.width.name})"
        operands = (first, self._at(n, rounding.width), self._at(d, rounding.width))
        written = rounding.text(operands, dialect=self._dialect)
        return self._narrowed(written, rounding.width, node)

    def _named(self, node: Node) -> tuple[Node, ...]:
        """The operands that the expression of a node repeats, or that a join looks for."""
        if node.op == "muldiv":
            return tuple(node.args[k] for k in self._numbers.rounding(node).repeats)  # type: ignore[misc]  # the first three are nodes
        if node.op in ("divide", "remainder"):
            a, b = node.args
            assert isinstance(a, Int)  # made by simplify
            assert isinstance(b, Int)  # as above
            return (a, b) if a.lo < 0 and b.literal is None else ()
        if node.op == "steps" or self._is_joined(node):
            return (_key(node),)
        return ()

    # Truths, texts and choices

    def _expression(self, node: Node) -> str:
        return str(getattr(self, f"_{node.op}")(node))

    def _text(self, node: object) -> str:
        """How a node is read: a constant, a column, or its expression in place."""
        assert isinstance(node, Int | Bool | Text)  # callers pass nodes only
        if node.literal is not None:
            value = node.literal
            if isinstance(value, bool):
                return "TRUE" if value else "FALSE"
            return self._dialect.text(value) if isinstance(value, str) else str(value) if value >= 0 else f"({value})"
        if node in self._names:
            return self._names[node]
        return self._expression(node)

    def _less(self, node: Node) -> str:
        return f"({self._text(node.args[0])} < {self._text(node.args[1])})"

    def _same(self, node: Node) -> str:
        return f"({self._text(node.args[0])} = {self._text(node.args[1])})"

    _same_text = _same

    def _least(self, node: Node) -> str:
        return self._arithmetic(node, lambda a, b, _: f"least({a}, {b})")

    def _greatest(self, node: Node) -> str:
        return self._arithmetic(node, lambda a, b, _: f"greatest({a}, {b})")

    def _not(self, node: Node) -> str:
        return f"(NOT {self._text(node.args[0])})"

    def _and(self, node: Node) -> str:
        return "(" + " AND ".join(map(self._text, node.args)) + ")"

    def _or(self, node: Node) -> str:
        return "(" + " OR ".join(map(self._text, node.args)) + ")"

    def _within(self, node: Node) -> str:
        values = node.args[1]
        assert isinstance(values, tuple)  # made by Text.within
        return f"({self._text(node.args[0])} IN ({', '.join(self._dialect.text(str(value)) for value in values)}))"

    def _case(self, node: Node) -> str:
        """A choice; one that stands where nothing holds before it goes on in the same expression."""
        branches: list[str] = []
        last: Node = node
        while last is node or (last.op == "case" and last not in self._names):
            conditions, values = last.args
            assert isinstance(conditions, tuple)  # made by Form.make_case
            assert isinstance(values, tuple)  # made by Form.make_case
            branches += [
                f"WHEN {self._text(c)} THEN {self._text(v)}" for c, v in zip(conditions, values[:-1], strict=True)
            ]
            rest = values[-1]
            assert isinstance(rest, Int | Bool | Text)  # made by Form.make_case
            last = rest
        return f"(CASE {' '.join(branches)} ELSE {self._text(last)} END)"


def _turns(pieces: list[tuple[int, int]], key: str) -> str:
    """A function of two values, such as the clocks of a summer and of a winter: where the second one holds."""
    first = pieces[0][1]
    (second,) = {value for _, value in pieces} - {first}
    ends = [f" AND {start - 1}" for start, _ in pieces[1:]]
    held = [
        f"{key} BETWEEN {start}{end}" if end else f"{key} >= {start}"
        for (start, value), end in zip(pieces, [*ends, ""], strict=True)
        if value == second
    ]
    return f"(CASE WHEN {' OR '.join(held)} THEN {second} ELSE {first} END)"


def node_low(a: Int) -> int:
    """One below the smallest value: what a quotient can come to before it is rounded down."""
    return a.lo - 1


def _table(node: Node) -> Table:
    table = node.args[0]
    assert isinstance(table, Table)  # a look-up begins with its table
    return table


def _key(node: Node) -> Node:
    key = node.args[1]
    assert isinstance(key, Int)  # look-ups and steps end with their key
    return key


def _cells(node: Node) -> Iterator[tuple[int, int]]:
    """The rows of a table that a look-up can meet."""
    table, key = _table(node), _key(node)
    assert isinstance(key, Int)  # made by Form.lookup
    yield from table.sparse or enumerate(table.values[: key.hi + 1])
