"""Events from outside: each is taken in once, told to the orders that it may concern, and they go on by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from sqlalchemy import Connection

from planshift.execution.beside import open_ids, wake
from planshift.execution.growing import Reacts, grown
from planshift.execution.log import Happened
from planshift.execution.order import Order
from planshift.execution.store.adding import add_once
from planshift.execution.store.engine import Store
from planshift.execution.store.orders import load, load_locked, save
from planshift.execution.store.tables import arrivals


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What an event came to: whether it is `new`, and the orders that were told, as they are now."""

    new: bool
    orders: tuple[Order, ...] = ()


def happened(
    store: Store, event: str, *, source: str, at: int, subscription: str, reacts: Reacts | None = None
) -> Heard:
    """Tell the open orders of a subscription that something has happened to it.

    `source` is what the outside calls the event: under one name it happens once, whoever tells it, and how often.
    """
    with store.begin() as connection:
        return take_in(connection, event, source=source, at=at, subscription=subscription, reacts=reacts)


def happened_to(store: Store, event: str, *, source: str, at: int, order: str, reacts: Reacts | None = None) -> Heard:
    """Tell one order that something has happened to it; the same as for a subscription, but for those beside it.

    Raises:
        NoSuchOrder: there is none of that id.
    """
    with store.begin() as connection:
        subscription = load(connection, order).placement.subscription
        return take_in(connection, event, source=source, at=at, subscription=subscription, reacts=reacts, only=order)


def take_in(
    connection: Connection,
    event: str,
    *,
    source: str,
    at: int,
    subscription: str,
    reacts: Reacts | None = None,
    only: str | None = None,
) -> Heard:
    """Take an event in within a transaction that the caller ends: what brought it about can be part of that."""
    told = [each for each in open_ids(connection, subscription) if only in (None, each)]
    row = {"source": source, "subscription": subscription, "event": event, "at": at, "told": bool(told)}
    if not add_once(connection, arrivals, row=row):
        return Heard(new=False)
    found = [each for each in load_locked(connection, told) if each.open]
    changes = [grown(each, (Happened(event=event, source=source),), at=at, reacts=reacts) for each in found]
    save(connection, changes)
    wake(connection, changes, at=at)
    return Heard(new=True, orders=tuple(each.order for each in changes))
