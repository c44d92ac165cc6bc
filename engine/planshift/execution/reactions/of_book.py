"""The reactions of one book that is at hand: what placing an order needs, and nothing else."""

from __future__ import annotations

from functools import lru_cache

from planshift.book import Book
from planshift.execution.growing import Reacts
from planshift.execution.log import LogEvent
from planshift.execution.order import Order
from planshift.execution.reactions.engine import Reactions
from planshift.execution.reactions.reacting import react


@lru_cache(maxsize=16)
def reacts_of_book(book: Book) -> Reacts | None:
    """What the reactions of a book make of events, by the plain evaluation; None where the book has none."""
    reactions = Reactions(book, matcher=None)
    if not reactions.reactions.all:
        return None

    def _reacts(order: Order, event: str, at: int) -> tuple[LogEvent, ...]:
        return react(reactions, order, event=event, at=at)

    return _reacts
