"""The reactions of every order by the version of the book that decided it."""

from __future__ import annotations

from functools import lru_cache

from planshift.diagnostics.errors import InvalidBook
from planshift.execution.growing import Reacts
from planshift.execution.log import LogEvent
from planshift.execution.order import Order
from planshift.execution.reactions.child import Child
from planshift.execution.reactions.engine import Reactions
from planshift.execution.reactions.reacting import react
from planshift.execution.store.books import OtherBook, load_book
from planshift.execution.store.engine import Store
from planshift.execution.telemetry import say

BOOKS_AT_HAND = 16
"""Of so many versions of books the reactions are kept ready."""


def reacts_of(store: Store, *, child: Child | None = None) -> Reacts:
    """What the reactions of the books in a store make of the events of their orders.

    An order whose book cannot be had again reacts to nothing, and that is told: its steps go on.
    """

    @lru_cache(maxsize=BOOKS_AT_HAND)
    def of_version(digest: str) -> Reactions | None:
        try:
            with store.reading() as connection:
                return Reactions.of(load_book(connection, digest), child=child)
        except (OtherBook, InvalidBook) as error:
            say.error("book cannot be had again", kind=digest[:12], error=type(error).__name__)
            return None

    def _reacts(order: Order, event: str, at: int) -> tuple[LogEvent, ...]:
        found = of_version(order.placement.book)
        return () if found is None else react(found, order, event=event, at=at)

    return _reacts
