"""Who listens, and how far each of them was told of which order.

A row says that there is something new of an order for a listener. It is written in the very transaction that adds to
the log, and goes when all of it was told; so nothing is lost, whoever dies when.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, final

from sqlalchemy import (
    Connection,
    Insert,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from planshift.execution.growing import Grown
from planshift.execution.news import kind_of
from planshift.execution.store.adding import add_once
from planshift.execution.store.tables import listeners, order_news


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """An order of which there is something new: told up to a place of its log, after so many attempts since."""

    order: str
    told: int
    attempts: int


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What a listener still has to be told of: how many orders, and what went wrong last; empty where nothing has."""

    listener: str
    orders: int
    fault: str


def listen(connection: Connection, names: Iterable[str]) -> None:
    """From now on somebody is told of every order."""
    for name in names:
        add_once(connection, listeners, row={"name": name})


def known(connection: Connection) -> frozenset[str]:
    """The names of those who listen."""
    return frozenset(connection.scalars(select(listeners.c.name)))


def forget(connection: Connection, name: str) -> bool:
    """Tell somebody nothing any more; whether there was such a one."""
    connection.execute(delete(order_news).where(order_news.c.listener == name))
    return connection.execute(delete(listeners).where(listeners.c.name == name)).rowcount == 1


def note(connection: Connection, changes: Sequence[Grown]) -> None:
    """Note for all who listen that there is something new of some orders."""
    grown = [each for each in changes if any(kind_of(each.order, entry.event) is not None for entry in each.entries)]
    names = sorted(known(connection)) if grown else []
    if names:
        rows = [_row(name, change) for name in names for change in grown]
        connection.execute(_NOTE[connection.dialect.name], rows)


def _row(name: str, change: Grown) -> dict[str, object]:
    told = 0 if change.before is None else change.before.number
    fresh = {"attempts": 0, "try_at": 0, "leased_until": 0, "fault": ""}
    return {"listener": name, "order": change.order.id, "told": told, "upto": change.order.number, **fresh}


def take(
    connection: Connection, listener: str, *, now: int, until: int, most: int, order: str | None = None
) -> list[Untold]:
    """Take orders that a listener is to be told of, for a while; all that are due, or one of them.

    One of which everything is told may be among them: who told it died before the row went.
    """
    news = order_news.c
    due = select(news.order).where(news.listener == listener, news.try_at <= now, news.leased_until <= now)
    due = due if order is None else due.where(news.order == order)
    chosen = due.order_by(news.try_at, news.order).limit(most).with_for_update(skip_locked=True).cte("due")
    taking = (
        update(order_news)
        .where(news.listener == listener, news.order.in_(select(chosen.c.order)))
        .values(leased_until=until)
        .returning(news.order, news.told, news.attempts)
    )
    rows = connection.execute(taking)
    return sorted((Untold(order=row[0], told=row[1], attempts=row[2]) for row in rows), key=lambda each: each.order)


def told(connection: Connection, listener: str, *, order: str, number: int) -> None:
    """A listener knows of an order up to a place of its log."""
    connection.execute(
        update(order_news)
        .where(order_news.c.listener == listener, order_news.c.order == order, order_news.c.told < number)
        .values(told=number, attempts=0, fault="")
    )


def all_told(connection: Connection, listener: str, *, order: str, number: int) -> None:
    """A listener knows all of an order whose log has so many entries; what was added since stays to be told."""
    mine = order_news.c.listener == listener, order_news.c.order == order
    connection.execute(delete(order_news).where(*mine, order_news.c.upto <= number))
    connection.execute(update(order_news).where(*mine).values(told=number, leased_until=0, attempts=0, fault=""))


def not_told(connection: Connection, listener: str, *, order: str, fault: str, try_at: int) -> None:
    """It went wrong, and is tried again."""
    connection.execute(
        update(order_news)
        .where(order_news.c.listener == listener, order_news.c.order == order)
        .values(attempts=order_news.c.attempts + 1, try_at=try_at, leased_until=0, fault=fault)
    )


def backlogs(connection: Connection) -> tuple[Backlog, ...]:
    """What each listener still has to be told of, by name."""
    waiting = order_news.c.listener == listeners.c.name
    counted = (
        select(listeners.c.name, func.count(order_news.c.order), func.coalesce(func.max(order_news.c.fault), ""))
        .select_from(listeners.outerjoin(order_news, waiting))
        .group_by(listeners.c.name)
        .order_by(listeners.c.name)
    )
    return tuple(Backlog(listener=row[0], orders=row[1], fault=row[2]) for row in connection.execute(counted))


def _noting(insert: Any) -> Insert:  # noqa: ANN401  # of either database
    """The statement that notes something: where there is a row already, that there is more."""
    adding = insert(order_news)
    noting: Insert = adding.on_conflict_do_update(
        index_elements=["listener", "order"], set_={"upto": adding.excluded.upto}
    )
    return noting


_NOTE: Final = {"postgresql": _noting(postgresql.insert), "sqlite": _noting(sqlite.insert)}
