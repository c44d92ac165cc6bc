"""Renewals: what a run does when the next period of subscriptions is to be invoiced.

A renewal is an order like any other, called by the subscription and the day. Whoever runs it, and however often, each
subscription is renewed once for each day; a switch that is due is part of it, one step at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import final

from planshift.billing.calendar import from_day
from planshift.billing.garbage import uncollected
from planshift.billing.subscription import Subscription
from planshift.billing.zones import local_day
from planshift.book import Book, Decision
from planshift.diagnostics.errors import InvalidInput, StaleQuote
from planshift.execution.order import Order
from planshift.execution.placing import CannotPlace, OtherOrder, Standing, SubscriptionBusy, place, place_each
from planshift.execution.ports import SubscriptionSource, subscriptions_of
from planshift.execution.store.engine import Store
from planshift.execution.worker import Worker


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """What a run came to for a subscription: its order as it stands then, or why it is not renewed."""

    subscription: str
    order: Order | None = None
    why_not: str = ""


def due(book: Book, *, source: SubscriptionSource, at: int) -> Iterator[str]:
    """The ids of the subscriptions whose next period is to be invoiced by the day of an instant."""
    ahead = book.document.policy.invoice_days_before
    yield from source.due_for_renewal(until=from_day(local_day(at, book.zone) + ahead))


def renew_due(worker: Worker, book: Book, *, source: SubscriptionSource, at: int) -> Iterator[Renewal]:
    """Renew everybody whose next period is to be invoiced by the day of an instant, one period of each."""
    return renew_all(worker, book, source=source, subscriptions=due(book, source=source, at=at), at=at)


def renew_all(
    worker: Worker, book: Book, *, source: SubscriptionSource, subscriptions: Iterable[str], at: int
) -> Iterator[Renewal]:
    """Renew those of some subscriptions that are due, as many at a time as the worker takes orders."""
    names = iter(subscriptions)
    while batch := list(islice(names, worker.batch)):
        placed = _placed(worker.runner.store, book, source=source, names=batch, at=at)
        yield from _carried_out(worker, placed, at=at)


def renew(
    worker: Worker,
    book: Book,
    *,
    source: SubscriptionSource,
    subscription: str,
    at: int,
) -> Renewal:
    """Renew one subscription, if it is due."""
    (found,) = renew_all(worker, book, source=source, subscriptions=[subscription], at=at)
    return found


def renew_as(worker: Worker, book: Book, *, subscription: Subscription, standing: Standing, at: int) -> Renewal:
    """Renew a subscription that comes along, if it is due: `standing` tells how it stands where it is kept.

    That may take it in on the way, within the transaction that places the order: both are there, or neither is.
    """
    decision = _decided(book, subscription, at=at)
    if isinstance(decision, Renewal):
        return decision
    try:
        placed = place(worker.runner.store, book, decision=decision, at=at, order=_called(decision), standing=standing)
    except (SubscriptionBusy, StaleQuote, OtherOrder) as error:
        return Renewal(subscription=subscription.id, why_not=str(error))
    (found,) = _carried_out(worker, [Renewal(subscription=subscription.id, order=placed)], at=at)
    return found


def _carried_out(worker: Worker, placed: Sequence[Renewal], *, at: int) -> Iterator[Renewal]:
    """Renewals whose orders have gone as far as they go."""
    orders = [each.order for each in placed if each.order is not None]
    done = worker.carry_out_all([each.id for each in orders], now=at, placed=orders)
    for each in placed:
        yield each if each.order is None else replace(each, order=done[each.order.id])


def _placed(store: Store, book: Book, *, source: SubscriptionSource, names: Sequence[str], at: int) -> list[Renewal]:
    """The orders of some renewals, or why there is none."""
    with uncollected():
        held = subscriptions_of(source, names)
        decided = [
            _decided(book, held[name], at=at)
            if name in held
            else Renewal(subscription=name, why_not="there is no such subscription")
            for name in names
        ]
        wanted = [each for each in decided if not isinstance(each, Renewal)]
        placed = iter(place_each(store, book, decisions=wanted, at=at, name=_called, source=source))
    return [each if isinstance(each, Renewal) else _renewal(each, next(placed)) for each in decided]


def _decided(book: Book, held: Subscription, *, at: int) -> Decision | Renewal:
    """The decision on a renewal, or why it is not to be carried out."""
    try:
        decision = book.renew(held, at=at)
    except InvalidInput as error:
        return Renewal(subscription=held.id, why_not=str(error))
    return decision if decision.allowed else Renewal(subscription=held.id, why_not=why_not(decision))


def _called(decision: Decision) -> str:
    """What the order of a renewal is called: whoever runs it, there is one for a subscription and a day."""
    return f"renewal:{decision.subscription.id}:{decision.effective_on}"


def _renewal(decision: Decision, found: Order | CannotPlace) -> Renewal:
    name = decision.subscription.id
    return (
        Renewal(subscription=name, order=found)
        if isinstance(found, Order)
        else Renewal(subscription=name, why_not=str(found))
    )


def why_not(decision: Decision) -> str:
    """Why a subscription is not renewed, in one line."""
    return "; ".join(reason.text.rstrip(".") for reason in decision.reasons)
