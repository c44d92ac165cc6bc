"""Renewals: what a run does when the next period of subscriptions is to be invoiced.

A renewal is an order like any other, called by the subscription and the day. Whoever runs it, and however often, each
subscription is renewed once for each day; a switch that is due is part of it, one step at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import final

from planshift.billing.calendar import from_day
from planshift.billing.zones import local_day
from planshift.book import Book, Decision
from planshift.diagnostics.errors import InvalidInput, StaleQuote
from planshift.execution.order import Order
from planshift.execution.placing import SubscriptionBusy, place
from planshift.execution.ports import SubscriptionSource
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
        found = [_placed(worker, book, source=source, subscription=name, at=at) for name in batch]
        carried_out = worker.carry_out_all([each.order.id for each in found if each.order is not None], now=at)
        for each in found:
            yield each if each.order is None else replace(each, order=carried_out[each.order.id])


def renew(worker: Worker, book: Book, *, source: SubscriptionSource, subscription: str, at: int) -> Renewal:
    """Renew one subscription, if it is due."""
    (found,) = renew_all(worker, book, source=source, subscriptions=[subscription], at=at)
    return found


def _placed(worker: Worker, book: Book, *, source: SubscriptionSource, subscription: str, at: int) -> Renewal:
    """The order of a renewal, or why there is none."""
    held = source.subscription(subscription)
    if held is None:
        return Renewal(subscription=subscription, why_not="there is no such subscription")
    try:
        decision = book.renew(held, at=at)
        if not decision.allowed:
            return Renewal(subscription=subscription, why_not=why_not(decision))
        name = f"renewal:{held.id}:{decision.plan().effective_on}"
        placed = place(worker.runner.store, book, decision=decision, at=at, order=name, source=source)
    except (InvalidInput, SubscriptionBusy, StaleQuote) as error:
        return Renewal(subscription=subscription, why_not=str(error))
    return Renewal(subscription=subscription, order=placed)


def why_not(decision: Decision) -> str:
    """Why a subscription is not renewed, in one line."""
    return "; ".join(reason.text.rstrip(".") for reason in decision.reasons)
