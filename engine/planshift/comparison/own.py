"""Worlds out of the book itself: its cases, and its example subscriptions on every route that leads from them."""

from __future__ import annotations

from collections.abc import Iterator

from planshift.billing import calendar
from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription
from planshift.book import Book
from planshift.comparison.plain import Scene, cases_of
from planshift.comparison.world import World, fits, value_without
from planshift.diagnostics.errors import InvalidBook


def own_worlds(book: Book, *, scene: Scene) -> Iterator[World]:
    """The worlds of the book's subscriptions, then those of its cases."""
    named = subscriptions_of(book)
    for name, held in named.items():
        for request in _requests(book, held, scene=scene):
            world = World(subscription=held, request=request, named=name)
            if fits(book, world):
                yield world
    names = {held: name for name, held in named.items()}
    for _, held, asked, case in cases_of(book):
        if asked is not None:
            world = World(subscription=held, request=asked, told=f"as in `{case}`", named=names.get(held, ""))
            if fits(book, world):
                yield world


def subscriptions_of(book: Book) -> dict[str, Subscription]:
    """The book's example subscriptions by name; none where they have mistakes, of which `check` tells."""
    try:
        return dict(book.subscriptions)
    except InvalidBook:
        return {}


def _requests(book: Book, held: Subscription, *, scene: Scene) -> Iterator[ChangeRequest]:
    """Every other price, the end and the renewal, on an ordinary day of the running period."""
    start, end = calendar.to_day(held.period.start), calendar.to_day(held.period.end)
    day = scene.day if start <= scene.day < end else start + (end - start) // 3
    at = scene.at(day)
    facts = tuple((fact.name, value_without(fact)) for fact in book.document.facts.request)
    for plan, price in book.rulebook.tables.rows:
        if (plan.name, price.id) != (held.plan, held.price):
            yield ChangeRequest(at=at, plan=plan.name, price=price.id, facts=facts)
    yield ChangeRequest(at=at, kind="cancel", facts=facts)
    yield ChangeRequest(at=scene.at(end, second=0), kind="renew", by="system")
