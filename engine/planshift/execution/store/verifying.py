"""Whether a store still says what was written: logs against their hashes, and rows against what the logs tell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, final

from sqlalchemy import Connection, Row, delete, insert, select, update

from planshift.execution.order import Order
from planshift.execution.store.orders import NoSuchOrder, Tampered, load_many, order_row, step_row
from planshift.execution.store.tables import order_log, order_steps, orders
from planshift.execution.upcoming import Rest, upcoming

_AT_ONCE: Final = 200
"""So many orders are read at once."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """Something about an order in a store that is not as it was written."""

    order: str
    why: str


def flaws(connection: Connection, *, now: int) -> Iterator[Flaw]:
    """Everything in the orders of a store that is not as it was written at an instant; none as a rule."""
    known = iter(connection.scalars(select(orders.c.id).order_by(orders.c.id)).all())
    while some := list(islice(known, _AT_ONCE)):
        yield from _flaws_of_all(connection, some, now=now)
    lost = select(order_log.c.order).where(order_log.c.order.not_in(select(orders.c.id))).distinct()
    yield from (Flaw(order=order, why="it has a log and no row") for order in connection.scalars(lost))


def flaws_of(connection: Connection, order: str, *, now: int) -> Iterator[Flaw]:
    """What is not as it was written about one order."""
    return _flaws_of_all(connection, [order], now=now)


def _flaws_of_all(connection: Connection, ids: Sequence[str], *, now: int) -> Iterator[Flaw]:
    """What is not as it was written about some orders."""
    try:
        logs = {each.id: each for each in load_many(connection, ids, whole=True)}
    except Tampered as error:
        if len(ids) == 1:
            yield Flaw(order=error.order, why=error.why)
        else:  # which of them it is, and what the others are, is told one by one
            for order in ids:
                yield from _flaws_of_all(connection, [order], now=now)
        return
    steps: dict[str, list[Row[Any]]] = {}
    for step in connection.execute(select(order_steps).where(order_steps.c.order.in_(ids))):
        steps.setdefault(step.order, []).append(step)
    for row in connection.execute(select(orders).where(orders.c.id.in_(ids)).order_by(orders.c.id)):
        told = logs.get(row.id)
        if told is None:
            yield Flaw(order=row.id, why="it has no log")
        elif row.number != told.number or row.head != told.head:
            yield Flaw(order=row.id, why="the end of its log is not there, or its row is of another time")
        else:
            yield from _row_flaws(row, told, now=now)
            yield from _step_flaws(steps.get(row.id, []), told)


def rebuild(connection: Connection, order: str, *, at: int) -> Order:
    """Write the rows of an order anew from its log, and let it be looked at at an instant.

    Raises:
        NoSuchOrder: there is no log of that id.
        Tampered: its log is not what was written.
    """
    (told,) = load_many(connection, [order], whole=True) or (None,)
    if told is None:
        raise NoSuchOrder(order)
    row = {name: value for name, value in order_row(told, due_at=at).items() if name not in ("id", *_LEASE)}
    connection.execute(update(orders).where(orders.c.id == order).values(row))
    connection.execute(delete(order_steps).where(order_steps.c.order == order))
    connection.execute(insert(order_steps), [step_row(told, step) for step in (*told.steps, *told.extra)])
    return told


_LEASE: Final = ("leased_by", "leased_until", "lease")


def _row_flaws(row: Row[Any], told: Order, *, now: int) -> Iterator[Flaw]:
    expected = order_row(told, due_at=row.due_at)
    for name, value in expected.items():
        if name not in _LEASE and getattr(row, name) != value:
            yield Flaw(order=told.id, why=f"`{name}` of its row is not what its log tells")
    ahead = upcoming(told, now=now)
    if row.due_at > max(ahead.until if isinstance(ahead, Rest) else now, now):
        yield Flaw(order=told.id, why="its row says to look at it later than its log does")


def _step_flaws(rows: Sequence[Row[Any]], told: Order) -> Iterator[Flaw]:
    found = {row.position: row for row in rows}
    expected = {step.position: step_row(told, step) for step in (*told.steps, *told.extra)}
    for position in sorted(found.keys() ^ expected.keys()):
        yield Flaw(order=told.id, why=f"step {position} is in its log or its rows, and not in both")
    for position in found.keys() & expected.keys():
        for name, value in expected[position].items():
            if getattr(found[position], name) != value:
                yield Flaw(order=told.id, why=f"`{name}` of step {position} is not what its log tells")
