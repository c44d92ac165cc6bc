"""Term resolution, built in the compiled form: for each term the strongest source that speaks, and its value.

A rank is a condition or a keyed table: client groups, customers, plans, groups and paths are tables over their
positions, so that a book of thousands of paths costs one look-up per term and not a chain of thousands of choices.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar, final

from planshift.expressions.form import Bool, Form, Int, Node, Table
from planshift.policy.term_values import Choice
from planshift.rulebook.sources import Source, Statement, TermValue

Built = TypeVar("Built", bound="Node | tuple[Node, ...] | int | bool")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """A rank that speaks where its condition holds."""

    condition: Bool
    statement: Statement


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """A rank that speaks for some values of a key, where `guard` holds."""

    key: Int
    guard: Bool
    statements: Mapping[int, Statement]


Rank = Guarded | Keyed


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedTerm:
    """One term of one kernel: `value` is a position in `values`, `source` a position in the kernel's sources."""

    name: str
    value: Int
    source: Int
    values: tuple[TermValue, ...]

    def column(self, read: Callable[[TermValue], int]) -> Int:
        """An integer property of the value."""
        return self.value.form.lookup(
            Table(f"term.{self.name}", tuple(read(value) for value in self.values)), self.value
        )

    def holds(self, test: Callable[[TermValue], bool]) -> Bool:
        """Whether the value passes a test."""
        return self.column(lambda value: int(test(value))).same(1)

    def among(self, *words: str) -> Bool:
        """Whether the value is one of these words."""
        return self.holds(lambda value: word_of(value) in words)

    def choose(self, build: Callable[[TermValue], Node]) -> Node:
        """What `build` makes of the value that holds; values it cannot have are not built."""
        form = self.value.form
        possible = possible_values(self.value)
        built = [(position, build(self.values[position])) for position in possible]
        branches = tuple((self.value.same(position), node) for position, node in built[:-1])
        return form.cases(branches, built[-1][1])

    def choose_share(self, build: Callable[[TermValue], tuple[Int, Int]]) -> tuple[Int, Int]:
        """The same for a fraction."""
        parts = {value: build(value) for value in (self.values[k] for k in possible_values(self.value))}
        num = self.choose(lambda value: parts[value][0])
        den = self.choose(lambda value: parts[value][1])
        assert isinstance(num, Int)  # a choice of integers
        assert isinstance(den, Int)  # a choice of integers
        return num, den

    def choose_int(self, build: Callable[[TermValue], Int]) -> Int:
        """The same for an integer."""
        node = self.choose(build)
        assert isinstance(node, Int)  # a choice of integers
        return node


def word_of(value: TermValue) -> str:
    """The word of a value that is one word of a list; empty for others."""
    return value.word if isinstance(value, Choice) else ""


def scale_of(value: TermValue) -> int | None:
    """The decimals that a scale names; None for exact."""
    return value.number if isinstance(value, Choice) and value.word != "exact" else None


def possible_values(value: Int) -> Sequence[int]:
    """The positions a value can take: the constants of its choices, else its whole interval."""
    if value.op == "case":
        branches = value.args[1]
        assert isinstance(branches, tuple)  # made by Form.make_case
        found: set[int] = set()
        for branch in branches:
            assert isinstance(branch, Int)  # the values of an integer choice are integers
            found.update(possible_values(branch))
        return sorted(found)
    if value.op == "lookup":
        table = value.args[0]
        assert isinstance(table, Table)  # made by Form.lookup
        return sorted({*table.values, *(v for _, v in table.sparse), *((table.default,) if table.sparse else ())})
    return range(value.lo, value.hi + 1)


@final
@dataclass(slots=True)
class SourceList:
    """All sources of a kernel, by position; the same source is kept once."""

    sources: list[Source] = field(default_factory=list)
    _positions: dict[Source, int] = field(default_factory=dict)

    def position(self, source: Source) -> int:
        """Where the source stands, adding it if it is new."""
        if source not in self._positions:
            self._positions[source] = len(self.sources)
            self.sources.append(source)
        return self._positions[source]


def resolve(form: Form, *, term: str, default: Statement, ranks: Sequence[Rank], sources: SourceList) -> ResolvedTerm:
    """The value and the source of a term; `ranks` come strongest first, the first that speaks settles it."""
    values: dict[TermValue, int] = {default.value: 0}
    value_branches: list[tuple[Bool, Int]] = []
    source_branches: list[tuple[Bool, Int]] = []
    for rank in ranks:
        for said in [rank.statement] if isinstance(rank, Guarded) else rank.statements.values():
            values.setdefault(said.value, len(values))
        if isinstance(rank, Guarded):
            condition = rank.condition
            value, source = form.lit(values[rank.statement.value]), form.lit(sources.position(rank.statement.source))
        else:
            condition, value, source = _keyed(form, rank, values, sources)
        value_branches.append((condition, value))
        source_branches.append((condition, source))
    value_node = form.cases(tuple(value_branches), form.lit(0))
    source_node = form.cases(tuple(source_branches), form.lit(sources.position(default.source)))
    assert isinstance(value_node, Int)  # a choice of integers
    assert isinstance(source_node, Int)  # a choice of integers
    return ResolvedTerm(name=term, value=value_node, source=source_node, values=tuple(values))


def _keyed(form: Form, rank: Keyed, values: Mapping[TermValue, int], sources: SourceList) -> tuple[Bool, Int, Int]:
    """Condition, value and source of a table rank: position 0 of the value column means that the key is silent."""
    term = next(iter(rank.statements.values())).term
    size = rank.key.hi + 1
    spoken = [0] * size
    origin = [0] * size
    for key, statement in rank.statements.items():
        spoken[key] = values[statement.value] + 1
        origin[key] = sources.position(statement.source)
    column = form.lookup(Table(f"{term}.value", tuple(spoken)), rank.key)
    condition = rank.guard & (column > 0)
    return condition, (column - 1).greatest(0), form.lookup(Table(f"{term}.source", tuple(origin)), rank.key)
