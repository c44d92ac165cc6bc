"""The finite worlds of a book as columns, and sets of worlds as bits of one integer.

A space has some of the finite columns and rows of their values. A node that reads nothing else has one value in each
row: it is computed by the scalar reading, once for every combination of the values that it depends on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import final

from planshift.expressions.form import Bool, Int, Node
from planshift.expressions.scalar import compile_scalar
from planshift.rulebook.analysis.support import Support, Supports, operands

Row = tuple[int, ...]


def bits_of(places: Iterable[int], size: int) -> int:
    """The set of some places among `size`."""
    found = bytearray(size // 8 + 1)
    for place in places:
        found[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(found, "little")


@final
class _Projection:
    """The rows as those see them that depend on some of the columns only: each combination of values once."""

    def __init__(self, rows: Sequence[Row], columns: Sequence[int]) -> None:
        places: dict[Row, int] = {}
        self._size = len(rows)
        self._at = [places.setdefault(tuple(row[k] for k in columns), len(places)) for row in rows]
        self.values = tuple(places)

    @cached_property
    def rows(self) -> tuple[int, ...]:
        """For each combination the rows that have it."""
        places: list[list[int]] = [[] for _ in self.values]
        for row, place in enumerate(self._at):
            places[place].append(row)
        return tuple(bits_of(found, self._size) for found in places)

    def masks(self, column: Sequence[int]) -> dict[int, int]:
        """For each value of a column over the combinations the rows that have it."""
        if len(self.values) == self._size:
            places: dict[int, list[int]] = {}
            for place, value in enumerate(column):
                places.setdefault(value, []).append(place)
            return {value: bits_of(found, self._size) for value, found in places.items()}
        masks: dict[int, int] = {}
        for rows, value in zip(self.rows, column, strict=True):
            masks[value] = masks.get(value, 0) | rows
        return masks


@final
class Space:
    """Rows of values of some finite columns."""

    def __init__(self, names: Sequence[str], rows: Sequence[Row], *, supports: Supports) -> None:
        self.names = tuple(names)
        self.rows = tuple(rows)
        self.all = (1 << len(self.rows)) - 1
        self.left = self.all
        """The rows that a search begins with."""
        self._supports = supports
        self._projections: dict[Support, _Projection] = {}
        self._columns: dict[Node, dict[int, int]] = {}
        self._masks: dict[Bool, int] = {}
        self._extremes: dict[tuple[Int, int], tuple[int, int]] = {}

    def knows(self, node: Node) -> bool:
        """Whether the node depends on columns of this space and on nothing else."""
        support = self._supports.of(node)
        return bool(support) and support is not None and support.issubset(self.names)

    def prepare(self, roots: Iterable[Node]) -> None:
        """Compute everything that these nodes will be asked for, all at once: one reading for many nodes is quick."""
        wanted: dict[Support, list[Node]] = {}
        for node in columns_of(roots, self.knows):
            if node not in self._columns:
                wanted.setdefault(self._supports.of(node) or frozenset(), []).append(node)
        for support, nodes in wanted.items():
            self._compute(support, tuple(nodes))

    def _compute(self, support: Support, nodes: Sequence[Node]) -> None:
        projection = self._projection(support)
        names = {f"c{k}": name for k, name in enumerate(self.names) if name in support}
        read = compile_scalar(
            nodes, name="worlds", parameters=tuple(names), access={name: word for word, name in names.items()}
        ).call
        columns = zip(*(read(*values) for values in projection.values), strict=True)
        for node, column in zip(nodes, columns, strict=True):
            self._columns[node] = projection.masks([int(value) for value in column])

    def _projection(self, support: Support) -> _Projection:
        if support not in self._projections:
            columns = [k for k, name in enumerate(self.names) if name in support]
            self._projections[support] = _Projection(self.rows, columns)
        return self._projections[support]

    def masks(self, node: Node) -> Mapping[int, int]:
        """For each value that a node of this space has the rows in which it has it."""
        if node not in self._columns:
            self.prepare((node,))
        if node not in self._columns:  # combined of others, wanted by itself
            self._compute(self._supports.of(node) or frozenset(), (node,))
        return self._columns[node]

    def where(self, node: Bool) -> int:
        """The rows in which a truth of this space holds."""
        if node not in self._masks:
            self._masks[node] = self._where(node)
        return self._masks[node]

    def _where(self, node: Bool) -> int:
        if node.literal is not None:
            return self.all if node.literal else 0
        parts = [part for part in operands(node) if isinstance(part, Bool)]
        if node.op == "not":
            return self.all & ~self.where(parts[0])
        if node.op in ("and", "or"):
            found = self.where(parts[0])
            for part in parts[1:]:
                found = found & self.where(part) if node.op == "and" else found | self.where(part)
            return found
        compared = _against_constant(node)
        if compared is None:
            return self.masks(node).get(1, 0)
        column, low, high = compared
        found = 0
        masks = self.masks(column)
        if low == high:
            return masks.get(low or 0, 0)
        for value, rows in masks.items():
            if (low is None or low <= value) and (high is None or value <= high):
                found |= rows
        return found

    def within(self, node: Int, bounds: tuple[int, int]) -> int:
        """The rows in which an integer of this space lies within bounds."""
        low, high = bounds
        found = 0
        for value, rows in self.masks(node).items():
            if low <= value <= high:
                found |= rows
        return found

    def extremes(self, node: Int, rows: int) -> tuple[int, int]:
        """The smallest and the largest value of an integer of this space in some rows."""
        key = (node, rows)
        if key not in self._extremes:
            values = [value for value, mask in self.masks(node).items() if mask & rows]
            self._extremes[key] = (min(values), max(values))
        return self._extremes[key]


def columns_of(
    roots: Iterable[Node], wanted: Callable[[Node], bool], *, without: Iterable[Node] = ()
) -> tuple[Node, ...]:
    """The nodes of a kind that others are made from, each once, but for some.

    Truths that set operations give are taken apart.
    """
    found: dict[Node, None] = {}
    seen: set[Node] = set(without)
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        if wanted(node) and not _combined(node):
            found[node] = None
        else:
            waiting.extend(operands(node))
    return tuple(found)


def _combined(node: Node) -> bool:
    """Whether a truth is put together from others by set operations, without a column of its own."""
    return isinstance(node, Bool) and (node.op in ("not", "and", "or", "truth") or _against_constant(node) is not None)


def _against_constant(node: Bool) -> tuple[Int, int | None, int | None] | None:
    """An integer and the bounds between which a comparison with a constant holds."""
    if node.op not in ("less", "same"):
        return None
    left, right = operands(node)
    assert isinstance(left, Int)  # integers are compared with integers
    assert isinstance(right, Int)  # as above
    if right.literal is not None:
        return (left, None, right.literal - 1) if node.op == "less" else (left, right.literal, right.literal)
    if left.literal is not None:
        return right, left.literal + 1, None  # `same` has its constant on the right
    return None
