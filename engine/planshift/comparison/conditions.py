"""Conditions: finding worlds in which a truth of the compiled form holds, just holds, and just no longer holds.

A condition is read from the form: its comparisons with both of their sides as numbers. For each column that a
comparison reads, the value at which it turns is found by halving, so it does not matter how the column enters:
`customer.tenure >= 24 months` turns on a day, `usage.disk_gb * 10 >= to.limits.disk_gb * 9` at a number of gigabytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import final

from planshift.book import Book
from planshift.comparison.levers import Lever, levers_of, with_text
from planshift.comparison.plain import instant_day
from planshift.comparison.world import World
from planshift.expressions.form import Bool, Int, Node, Text
from planshift.expressions.scalar import compile_scalar
from planshift.rulebook.facts import Facts
from planshift.rulebook.kernel import kernel_constants

_SAMPLES = 9
"""Between the bounds of a lever so many values are looked at before the turn between two of them is halved in on."""

_ELSE = "something else"
"""A text that no book compares with."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Atom:
    """A part of a condition that is no `and`, `or` or `not`, and the columns that it reads, in the order to try."""

    node: Bool
    columns: tuple[str, ...]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Condition:
    """A truth of the compiled form of a book, ready to be asked about worlds."""

    book: Book
    facts: Facts
    node: Bool
    day: int
    """Dates are looked for around this one."""

    @cached_property
    def atoms(self) -> tuple[Atom, ...]:
        """Its parts, in the order in which they were written."""
        return tuple(Atom(node=node, columns=tuple(sorted(columns_of(node), key=_rank))) for node in _atoms(self.node))

    @cached_property
    def levers(self) -> Mapping[str, Lever]:
        """What can be set of the columns that it reads."""
        return levers_of(self.book, {column for atom in self.atoms for column in atom.columns}, day=self.day)

    @cached_property
    def _nodes(self) -> tuple[Node, ...]:
        sides = [side for atom in self.atoms if _is_comparison(atom.node) for side in _sides(atom.node)]
        return tuple(dict.fromkeys([*_truths(self.node), *(atom.node for atom in self.atoms), *sides]))

    @cached_property
    def _places(self) -> Mapping[Node, int]:
        return {node: place for place, node in enumerate(self._nodes)}

    @cached_property
    def _call(self) -> Callable[..., tuple[int | bool | str, ...]]:
        facts = self.facts
        function = compile_scalar(
            self._nodes,
            name="condition",
            parameters=("s", "r", "day"),
            access=facts.access,
            constants=kernel_constants(facts),
        )
        return function.call

    def _values(self, world: World) -> tuple[int | bool | str, ...]:
        return self._call(world.subscription, world.request, instant_day(self.book, world))

    def holds(self, world: World) -> bool:
        """Whether it holds in a world that the book knows."""
        return bool(self._values(world)[self._places[self.node]])

    def made(self, world: World, *, so: bool = True) -> World | None:
        """The world changed as little as is easy so that it holds (or does not); None where no way was found."""
        found = self._made(self.node, so, world)
        return found if found is not None and self.holds(found) == so else None

    def _made(self, node: Bool, so: bool, world: World) -> World | None:
        if bool(self._values(world)[self._places[node]]) == so:
            return world
        parts: tuple[Bool, ...] = node.args  # type: ignore[assignment]  # the arguments of a junction are truths
        if node.op == "not":
            return self._made(parts[0], not so, world)
        if node.op in ("and", "or"):
            if (node.op == "and") == so:
                for part in parts:
                    found = self._made(part, so, world)
                    if found is None:
                        return None
                    world = found
                return world
            return next((found for part in parts if (found := self._made(part, so, world)) is not None), None)
        return next(
            (each for each in self._moved(node, world) if bool(self._values(each)[self._places[node]]) == so), None
        )

    def turns(self, world: World) -> Iterator[World]:
        """The worlds around each value at which one of its parts turns, all else as it is in this world."""
        for atom in self.atoms:
            yield from self._moved(atom.node, world)

    def _moved(self, node: Bool, world: World) -> Iterator[World]:
        """The worlds in which a part comes out otherwise by one column, or is about to."""
        atom = next(each for each in self.atoms if each.node is node)
        for column in atom.columns:
            if column in self.levers:
                lever = self.levers[column]
                for value in self._telling(node, lever, world):
                    yield lever.set(world, value)
            else:
                for text in _texts(node):
                    found = with_text(world, column, value=text)
                    if found is not None:
                        yield found

    def _telling(self, node: Bool, lever: Lever, world: World) -> Iterator[int]:
        """The values of a lever at which something can change: all of a few, else those around each turn."""
        if lever.few:
            yield from range(lever.low, lever.high + 1)
            return

        def sign(value: int) -> int:
            values = self._values(lever.set(world, value))
            if not _is_comparison(node):
                return int(values[self._places[node]])
            left, right = (int(values[self._places[side]]) for side in _sides(node))
            return (left > right) - (left < right)

        told: dict[int, None] = {}
        values = [lever.low + (lever.high - lever.low) * step // _SAMPLES for step in range(_SAMPLES + 1)]
        signs = [sign(value) for value in values]
        for k in range(_SAMPLES):
            for turn in _turns(values[k], values[k + 1], sign, ends=(signs[k], signs[k + 1])):
                told |= dict.fromkeys(each for each in (turn - 1, turn, turn + 1) if lever.low <= each <= lever.high)
        yield from told


def _rank(column: str) -> int:
    """What is tried last: to have no date at all, and another day, which moves everything else."""
    return 2 if column == "today" else int(column.endswith(".given"))


def _turns(low: int, high: int, sign: Callable[[int], int], *, ends: tuple[int, int]) -> Iterator[int]:
    """The first values of a new sign between two values; of a comparison that passes through equality, both."""
    if ends[0] == ends[1]:
        return
    below, above = low, high
    while above - below > 1:
        middle = (below + above) // 2
        if sign(middle) == ends[0]:
            below = middle
        else:
            above = middle
    yield above
    if sign(above) != ends[1]:
        yield from _turns(above, high, sign, ends=(sign(above), ends[1]))


def _truths(node: Bool) -> Iterator[Bool]:
    """A condition and the conditions that it joins."""
    yield node
    if node.op in ("and", "or", "not"):
        for part in node.args:
            assert isinstance(part, Bool)  # the arguments of a junction are truths
            yield from _truths(part)


def _atoms(node: Bool) -> tuple[Bool, ...]:
    return tuple(dict.fromkeys(each for each in _truths(node) if each.op not in ("and", "or", "not", "truth")))


def _is_comparison(node: Bool) -> bool:
    return node.op in ("less", "same") and all(isinstance(side, Int) for side in node.args)


def _sides(node: Bool) -> tuple[Int, Int]:
    return node.args  # type: ignore[return-value]  # a comparison has two integers


def columns_of(node: Node) -> Iterable[str]:
    """The columns that a node reads, each once, in the order of evaluation."""
    found: dict[str, None] = {}
    waiting: list[object] = [node]
    seen: set[int] = set()
    while waiting:
        each = waiting.pop()
        if isinstance(each, tuple):
            waiting.extend(reversed(each))
        elif isinstance(each, Int | Bool | Text) and each.id not in seen:
            seen.add(each.id)
            if each.op == "input":
                found[str(each.args[0])] = None
            waiting.extend(reversed(each.args))
    return found


def _texts(node: Bool) -> Iterator[str]:
    """The texts that a comparison of texts knows, and one that it does not."""
    if node.op == "within":
        words = node.args[1]
        assert isinstance(words, tuple)  # made by Text.within
        yield from (str(word) for word in words)
    yield _ELSE
