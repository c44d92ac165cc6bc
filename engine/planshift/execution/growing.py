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


def placed(placement: Placement, *, reacts: Reacts | None = None) -> Grown:
    """A new order, with what its book's reactions make of it."""
    event, at = Placed(placement=placement), placement.placed_at
    entry = _entry(event, order=placement.id, number=1, at=at, previous="")
    order = begun(entry)
    told = () if reacts is None else reacts(order, "change.requested", at)
    return _grown(None, order, [entry], events=told, at=at, reacts=reacts)


def grown(order: Order, events: Iterable[LogEvent], *, at: int, reacts: Reacts | None = None) -> Grown:
    """An order once things have happened to it, with what its book's reactions make of them, and the moves it makes.

    Raises:
        IllegalMove: one of them moves it where it may not go.
    """
    return _grown(order, order, [], events=events, at=at, reacts=reacts)


def _grown(
    before: Order | None,
    order: Order,
    entries: list[Entry],
    *,
    events: Iterable[LogEvent],
    at: int,
    reacts: Reacts | None,
) -> Grown:
    """Moves follow from what happened, so they are told with it; reactions hear of both."""
    waiting = deque(events)
    while True:
        while waiting:
            event = waiting.popleft()
            entries.append(_next(order, event, at=at))
            order = after(order, entries[-1])
            waiting.extendleft(reversed(_follows(order, event, at=at, reacts=reacts)))
        ahead = upcoming(order, now=at)
        if not isinstance(ahead, Become):
            break
        waiting.append(Moved(start=order.state, end=ahead.state, why=ahead.why))
    due_at = ahead.until if isinstance(ahead, Rest) else at
    return Grown(before=before, order=order, entries=tuple(entries), ahead=ahead, due_at=due_at)


def _follows(order: Order, event: LogEvent, *, at: int, reacts: Reacts | None) -> tuple[LogEvent, ...]:
    """What an event comes to at once: an issued invoice locks a change that waits, and then reactions fire."""
    own: tuple[LogEvent, ...] = ()
    if not isinstance(event, Happened | Moved):
        return own
    name = event.event if isinstance(event, Happened) else f"change.{event.end}"
    if name == INVOICE_ISSUED and order.state == "scheduled" and order.placement.locks_on_invoice:
        own = (Moved(start="scheduled", end="locked", why="its invoice is issued"),)
        order = told(order, own[0])
    return own if reacts is None else (*own, *reacts(order, name, at))


def _next(order: Order, event: LogEvent, *, at: int) -> Entry:
    return _entry(event, order=order.id, number=order.number + 1, at=at, previous=order.head)


def _entry(event: LogEvent, *, order: str, number: int, at: int, previous: str) -> Entry:
    text = encode(event)
    found = hash_of(order=order, number=number, at=at, kind=event.kind, text=text, previous=previous)
    return Entry(order=order, number=number, at=at, event=event, text=text, previous=previous, hash=found)
