"""Adding to a log: the entries with their hashes, and the order that they lead to. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, final

from planshift.execution.codec import encode
from planshift.execution.log import Entry, Happened, LogEvent, Moved, Placed, after, begun, hash_of, told
from planshift.execution.order import Order, Placement
from planshift.execution.upcoming import Become, Next, Rest, upcoming

INVOICE_ISSUED: Final = "invoice.issued"

Reacts = Callable[[Order, str, int], tuple[LogEvent, ...]]
"""What reactions make of an event that an order was told at an instant."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """An order before and after entries were added to its log; `before` is None where it was just placed.

    `ahead` is what comes next for it at the instant at which that was, and `due_at` the instant at which it is to be
    looked at again.
    """

    before: Order | None
    order: Order
    entries: tuple[Entry, ...]
    ahead: Next
    due_at: int


def placed(placement: Placement) -> Grown:
    """A new order."""
    event = Placed(placement=placement)
    entry = _entry(event, order=placement.id, number=1, at=placement.placed_at, previous="")
    return _settled(None, begun(entry), [entry], at=placement.placed_at)


def grown(order: Order, events: Iterable[LogEvent], *, at: int, reacts: Reacts | None = None) -> Grown:
    """An order once things have happened to it, with what its book's reactions make of them, and the moves it makes.

    Raises:
        IllegalMove: one of them moves it where it may not go.
    """
    entries: list[Entry] = []
    found, waiting = order, deque(events)
    while waiting:
        event = waiting.popleft()
        entries.append(_next(found, event, at=at))
        found = after(found, entries[-1])
        if isinstance(event, Happened):
            waiting.extendleft(reversed(_follows(found, event, at=at, reacts=reacts)))
    return _settled(order, found, entries, at=at)


def _follows(order: Order, event: Happened, *, at: int, reacts: Reacts | None) -> tuple[LogEvent, ...]:
    """What an event comes to at once: an issued invoice locks a change that waits, and then reactions fire."""
    own: tuple[LogEvent, ...] = ()
    if event.event == INVOICE_ISSUED and order.state == "scheduled" and order.placement.locks_on_invoice:
        own = (Moved(start="scheduled", end="locked", why="its invoice is issued"),)
        order = told(order, own[0])
    return own if reacts is None else (*own, *reacts(order, event.event, at))


def _settled(before: Order | None, order: Order, entries: list[Entry], *, at: int) -> Grown:
    """Moves follow from what happened, so they are told with it."""
    ahead = upcoming(order, now=at)
    while isinstance(ahead, Become):
        entries.append(_next(order, Moved(start=order.state, end=ahead.state, why=ahead.why), at=at))
        order = after(order, entries[-1])
        ahead = upcoming(order, now=at)
    due_at = ahead.until if isinstance(ahead, Rest) else at
    return Grown(before=before, order=order, entries=tuple(entries), ahead=ahead, due_at=due_at)


def _next(order: Order, event: LogEvent, *, at: int) -> Entry:
    return _entry(event, order=order.id, number=order.number + 1, at=at, previous=order.head)


def _entry(event: LogEvent, *, order: str, number: int, at: int, previous: str) -> Entry:
    text = encode(event)
    found = hash_of(order=order, number=number, at=at, kind=event.kind, text=text, previous=previous)
    return Entry(order=order, number=number, at=at, event=event, text=text, previous=previous, hash=found)
