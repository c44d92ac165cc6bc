"""What the properties draw from: books, and people who ask something of them.

Everything is drawn from a seed, by a generator that is quick enough for thousands of decisions; hypothesis chooses the
seeds where a property needs no certain number of them. A failure names its seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import count
from random import Random  # noqa: TID251  # seeded: same seed, same book
from typing import NamedTuple

from hypothesis import strategies as st

from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription
from planshift.book import Book, Decision, load_text
from planshift.diagnostics.errors import InvalidBook
from tests.properties.books import Drawn, draw_book
from tests.properties.people import draw_request, draw_subscription, fresh

seeds = st.integers(0, 2**32)
"""Where chance begins."""

CALLED_DIFFERENTLY = frozenset({"PS402"})
"""The one conflict that a drawn book can have: two groups that share plans in another order."""


class Asked(NamedTuple):
    """A subscription and what is asked of it."""

    subscription: Subscription
    request: ChangeRequest


@lru_cache(maxsize=64)
def book_of(seed: int, *, groups: int | None = None) -> tuple[Drawn, Book]:
    """The first book from a seed on that contradicts itself nowhere."""
    for attempt in count():
        chance = Random(f"{seed}/{attempt}")  # noqa: S311  # chance for tests, not for secrets
        drawn = draw_book(chance, groups=groups)
        try:
            return drawn, load_text(drawn.files())
        except InvalidBook as error:
            codes = {problem.code for problem in error.diagnostics if problem.is_error}
            assert codes <= CALLED_DIFFERENTLY, (seed, attempt, codes)
    raise AssertionError("counting ended")


def asked(book: Book, seed: int, *, times: int) -> Iterator[Asked]:
    """Subscriptions to the book's plans, and a request for each."""
    chance = Random(f"{seed}/people")  # noqa: S311  # chance for tests, not for secrets
    for _ in range(times):
        subscription = draw_subscription(chance, book.catalog, zone=book.zone)
        request = draw_request(chance, book.catalog, subscription=subscription, zone=book.zone)
        yield Asked(fresh(subscription) if request.kind == "start" else subscription, request)


SHARED = range(1000, 1040)
"""The books whose decisions the laws are held against; tests of one group share them in one process."""


@lru_cache(maxsize=1)
def decisions() -> tuple[Decision, ...]:
    """Every decision about the shared books, of each book some."""
    return tuple(
        book.decide(subscription, request)
        for seed in SHARED
        for book in [book_of(seed)[1]]
        for subscription, request in asked(book, seed, times=30)
    )


def priced() -> list[Decision]:
    """Those that are not denied."""
    return [decision for decision in decisions() if decision.verdict != "denied"]
