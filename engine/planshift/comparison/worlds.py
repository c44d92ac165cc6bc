"""Worlds that exercise a book: subscriptions and requests among which every part of a policy has something to say.

    for world in Worlds(book):
        decision = book.decide(world.subscription, world.request)

The stream is lazy, and always the same for the same books. It goes from what a reader of the policy knows to what
nobody thinks of: first the book's own subscriptions and cases; then a plain customer on each route; then each typical
route in each situation (nothing paid, inside a commitment, another currency, a change waiting); at last, for each
condition of each rule and statement, worlds in which it holds and those around each value at which one of its
comparisons turns. The first book can decide every one of them. `on` keeps all but the book's own worlds to some routes.

For several versions of a book, name the others behind the first: their currencies, client groups and counters are
tried as well, on a day on which all of them are in force. `carried` says what a world is for another version.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from typing import final

from planshift.book import Book
from planshift.comparison.conditions import Condition
from planshift.comparison.own import own_worlds
from planshift.comparison.plain import Scene, typical
from planshift.comparison.routes import routes
from planshift.comparison.situations import situations
from planshift.comparison.world import Route, World, carried, fits, knows
from planshift.expressions.form import Bool
from planshift.rulebook.kernel import Kernel

__all__ = ["Route", "World", "Worlds", "carried", "fits", "knows"]

_BASES = 4
"""For each condition so many routes are made to meet it."""

_TRIES = 60
"""So many routes are tried for that."""

_MOST_ROUTES = 2_000
"""Among so many routes the typical ones are looked for."""

_FAR = 20_000
"""Where no typical route meets a condition, so many routes are tried in all."""


@final
class Worlds:
    """The worlds of a book, and of other versions of it besides."""

    def __init__(self, book: Book, *also: Book, on: Iterable[Route] | None = None, scene: Scene | None = None) -> None:
        self.book = book
        self.also = also
        self._on = None if on is None else tuple(dict.fromkeys(on))
        self._scene = scene

    @cached_property
    def scene(self) -> Scene:
        """When ordinary requests are made."""
        return self._scene or Scene.of(self.book, *self.also)

    def __iter__(self) -> Iterator[World]:
        yield from self.own()
        yield from self.plain()
        yield from self.varied()
        yield from self.turning()

    @property
    def routes(self) -> Iterator[Route]:
        """The routes that are gone: those that were asked for, else all of the book."""
        return iter(self._on) if self._on is not None else routes(self.book)

    @cached_property
    def typical(self) -> tuple[Route, ...]:
        """Of the routes that the book treats alike, one each."""
        return tuple(typical(self.book, islice(self.routes, _MOST_ROUTES), scene=self.scene))

    def own(self) -> Iterator[World]:
        """The book's subscriptions on every route that leads from them, then its cases."""
        return own_worlds(self.book, scene=self.scene)

    def plain(self) -> Iterator[World]:
        """A plain customer on each route."""
        for route in self.routes:
            world = self.scene.plain(route)
            if world is not None:
                yield world

    def varied(self) -> Iterator[World]:
        """Each situation on each typical route, one situation after the other."""
        for situation in situations(self.book, *self.also):
            for route in self.typical:
                world = self.scene.plain(route)
                found = situation(world) if world is not None else None
                if found is not None and fits(self.book, found):
                    yield found

    def turning(self) -> Iterator[World]:
        """For each rule and each statement of the book, worlds in which it holds and those around its turns."""
        for kernel in self._kernels():
            for node in (*(rule.holds for rule in kernel.rules), *(promise.holds for promise in kernel.promises)):
                yield from self._around(kernel, node)

    def of_rule(self, title: str) -> Iterator[World]:
        """The same for one rule, by its title; nothing where the book has no such rule."""
        for kernel in self._kernels():
            for rule in kernel.rules:
                if rule.title == title:
                    yield from self._around(kernel, rule.holds)

    def _kernels(self) -> tuple[Kernel, ...]:
        return self.book.rulebook.reading().kernel, self.book.rulebook.renewals().kernel

    def meeting(self, condition: Condition, *, most: int = _BASES) -> Iterator[World]:
        """Worlds in which a condition holds, on as many routes at most: on typical ones, or else on any."""
        renews = condition.facts.renews
        found = 0
        for every in (islice(self.typical, _TRIES), islice(self.routes, _FAR)):
            for route in every:
                base = self.scene.plain(route) if (route.kind == "renew") == renews else None
                held = condition.made(base) if base is not None else None
                if held is not None and fits(self.book, held):
                    yield held
                    found += 1
                if found == most:
                    return
            if found:
                return

    def _around(self, kernel: Kernel, node: Bool) -> Iterator[World]:
        if node.literal is not None:
            return
        condition = Condition(book=self.book, facts=kernel.facts, node=node, day=self.scene.day)
        told = _meeting(kernel, node)
        for held in self.meeting(condition):
            for world in (held, *condition.turns(held)):
                if fits(self.book, world):
                    yield world.but(told)


def _meeting(kernel: Kernel, node: Bool) -> str:
    """What is told of worlds that a condition was read for."""
    rules = (f"rule `{rule.title}`" for rule in kernel.rules if rule.holds is node)
    promises = (f"`{promise.title}`" for promise in kernel.promises if promise.holds is node)
    return f"at the bounds of {next(iter((*rules, *promises)))}"
