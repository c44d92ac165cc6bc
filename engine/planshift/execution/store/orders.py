"""Orders in a store: reading them from their logs, and adding to the logs.

Whoever adds says what he read last; if somebody else has added since, or has taken the order over, nothing is written.
The rows that are searched are written from the same fold in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, final

from sqlalchemy import Connection, bindparam, select
from sqlalchemy import Row as Read

from planshift.diagnostics.errors import PlanshiftError
from planshift.execution.codec import decode
from planshift.execution.growing import Grown
from planshift.execution.log import Entry, after, hash_of, told_by
from planshift.execution.order import Order, OrderStep
from planshift.execution.store.engine import CHANGES
from planshift.execution.store.folds import Folds
from planshift.execution.store.many import Change, Row, add_many, change_many
from planshift.execution.store.news import note
from planshift.execution.store.tables import order_log, order_steps, orders


@dataclass(eq=False)
class NoSuchOrder(PlanshiftError):
    """There is no order of that id."""

    order: str
    hint: str = ""

    def __str__(self) -> str:
        return f"there is no order {self.order}{f' ({self.hint})' if self.hint else ''}"


@dataclass(eq=False)
class Tampered(PlanshiftError):
    """The log of an order is not what was written."""

    order: str
    why: str

    def __str__(self) -> str:
        return f"the log of order {self.order} was tampered with: {self.why}"


@dataclass(eq=False)
class Overtaken(PlanshiftError):
    """Somebody else added to the log of an order, or took the order over, since it was read."""

    orders: tuple[str, ...]

    def __str__(self) -> str:
        return f"somebody else has gone on with order {', '.join(self.orders)}"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to carry an order out, until an instant. Whoever takes it over has a higher number."""

    order: str
    number: int
    until: int


_LOG: Final = (
    select(order_log)
    .where(order_log.c.order.in_(bindparam("ids", expanding=True)))
    .order_by(order_log.c.order, order_log.c.number)
)
_SINCE: Final = (
    select(order_log)
    .where(order_log.c.order == bindparam("of_order"), order_log.c.number >= bindparam("number_known"))
    .order_by(order_log.c.number)
)
_HEADS: Final = select(orders.c.id, orders.c.head).where(orders.c.id.in_(bindparam("ids", expanding=True)))
_FOLDS: Final = Folds()
_LOCK: Final = (
    select(orders.c.id).where(orders.c.id.in_(bindparam("ids", expanding=True))).order_by(orders.c.id).with_for_update()
)


def load(connection: Connection, order: str) -> Order:
    """An order as its log tells it.

    Raises:
        NoSuchOrder: there is none of that id.
        Tampered: its log is not what was written.
    """
    found = load_many(connection, [order])
    if not found:
        raise NoSuchOrder(order)
    return found[0]


def load_locked(connection: Connection, ids: Sequence[str]) -> list[Order]:
    """The orders of some ids, of which nobody else writes to one until the transaction ends.

    Raises:
        Tampered: the log of one is not what was written.
    """
    if ids and connection.dialect.name == "postgresql":  # on SQLite nobody else writes at all meanwhile
        connection.execute(_LOCK, {"ids": list(ids)})
    return load_many(connection, ids)


def load_many(connection: Connection, ids: Sequence[str], *, whole: bool = False) -> list[Order]:
    """The orders of some ids as their logs tell them, sorted by id; those that are not there are left out.

    Of a long log that was read before only what was added since is read, unless it is to be the `whole`.

    Raises:
        Tampered: the log of one is not what was written.
    """
    found = {} if whole else {each: order for each in ids if (order := _gone_on(connection, each)) is not None}
    left = [each for each in ids if each not in found]
    rows = connection.execute(_LOG, {"ids": left}).all() if left else []
    for order, of_one in groupby(rows, key=lambda row: row.order):
        found[order] = told_by(_entries(order, of_one))
        _FOLDS.keep(found[order])
    return [found[each] for each in sorted(found)]


def unmoved(connection: Connection, known: Sequence[Order]) -> list[Order]:
    """Those of some orders to whose logs nothing was added since they were read or written."""
    heads = connection.execute(_HEADS, {"ids": [each.id for each in known]}).all() if known else ()
    ends = {row.id: row.head for row in heads}
    return [each for each in known if ends.get(each.id) == each.head]


def _gone_on(connection: Connection, order: str) -> Order | None:
    """An order with a long log that was read before, with what was added since; None where the log is another one.

    Raises:
        Tampered: what was added is not what was written.
    """
    known = _FOLDS.known(order)
    if known is None:
        return None
    rows = connection.execute(_SINCE, {"of_order": order, "number_known": known.number}).all()
    if not rows or (rows[0].number, rows[0].hash) != (known.number, known.head):
        return None
    for entry in _entries(order, rows[1:], since=known):
        known = after(known, entry)
    _FOLDS.keep(known)
    return known


def log_of(connection: Connection, order: str) -> tuple[Entry, ...]:
    """The whole log of an order.

    Raises:
        NoSuchOrder: there is none of that id.
        Tampered: it is not what was written.
    """
    found = tuple(_entries(order, connection.execute(_LOG, {"ids": [order]})))
    if not found:
        raise NoSuchOrder(order)
    return found


def save(connection: Connection, changes: Sequence[Grown], *, leases: Mapping[str, Lease] | None = None) -> None:
    """Add to the logs of some orders, and renew the rows that are read from them.

    With `leases` only those who still hold them may add; one that ends now is given back.

    Raises:
        Overtaken: somebody has added to one of them, or taken it over; the transaction is of no use any more.
    """
    gathered = connection.info.get(CHANGES)
    if gathered is not None:
        gathered.extend(changes)
    new = [change for change in changes if change.before is None]
    add_many(connection, orders, rows=[order_row(change.order, due_at=change.due_at) for change in new])
    old = [change for change in changes if change.before is not None and change.entries]
    if old:
        _compare_and_set(connection, old, leases=leases)
        change_many(connection, order_steps, changes=[moved for change in old for moved in _moved_steps(change)])
    add_many(connection, order_steps, rows=[row for change in changes for row in _new_steps(change)])
    add_many(connection, order_log, rows=[_log_row(entry) for change in changes for entry in change.entries])
    note(connection, changes)


def _compare_and_set(connection: Connection, changes: Sequence[Grown], *, leases: Mapping[str, Lease] | None) -> None:
    moved = [_order_change(change, None if leases is None else leases[change.order.id]) for change in changes]
    if change_many(connection, orders, changes=moved) != len(changes):
        raise Overtaken(tuple(change.order.id for change in changes))


def _order_change(change: Grown, lease: Lease | None) -> Change:
    assert change.before is not None  # only such orders have a row
    found: Row = {"id": change.order.id, "number": change.before.number}
    values: Row = {**_told_of(change.order), "due_at": change.due_at}
    if lease is None:
        return found, values
    return {**found, "lease": lease.number}, {**values, "leased_until": lease.until}


def _told_of(order: Order) -> dict[str, object]:
    return {"state": order.state, "stuck": order.stuck, "number": order.number, "head": order.head}


def order_row(order: Order, *, due_at: int) -> dict[str, object]:
    """The row of an order that nobody holds, as its log tells it."""
    placement = order.placement
    return {
        "id": placement.id,
        "subscription": placement.subscription,
        "customer": placement.customer,
        "book": placement.book,
        "kind": placement.kind,
        "placed_at": placement.placed_at,
        "effective_on": placement.plan.effective_on.isoformat(),
        "behind": placement.behind,
        **_told_of(order),
        "due_at": due_at,
        "leased_by": None,
        "leased_until": 0,
        "lease": 0,
    }


def step_row(order: Order, step: OrderStep) -> dict[str, object]:
    """The row of a step, as the log of its order tells it."""
    fixed = {"order": order.id, "position": step.position, "key": step.step.key, "kind": step.step.action.kind}
    return {**fixed, **_step_values(step)}


def _step_values(step: OrderStep) -> dict[str, object]:
    return {
        "state": step.state,
        "attempts": step.attempts,
        "try_at": step.try_at,
        "fault": step.fault,
        "reference": step.reference,
    }


def _moved_steps(change: Grown) -> Iterator[Change]:
    assert change.before is not None  # as above
    was, now = change.before, change.order
    for before, step in (*zip(was.steps, now.steps, strict=True), *zip(was.extra, now.extra, strict=False)):
        if step is not before and step != before:
            yield {"order": now.id, "position": step.position}, _step_values(step)


def _new_steps(change: Grown) -> Iterator[dict[str, object]]:
    """The rows of steps that there were none of: all of a new order, later those that reactions asked for."""
    was, now = change.before, change.order
    steps = (*now.steps, *now.extra) if was is None else now.extra[len(was.extra) :]
    yield from (step_row(now, step) for step in steps)


def _log_row(entry: Entry) -> dict[str, object]:
    return {
        "order": entry.order,
        "number": entry.number,
        "at": entry.at,
        "kind": entry.event.kind,
        "event": entry.text,
        "previous": entry.previous,
        "hash": entry.hash,
    }


def _entries(order: str, rows: Iterable[Read[Any]], *, since: Order | None = None) -> Iterator[Entry]:
    """The entries of one order; each of them has to be the one that was written."""
    read, previous = (0, "") if since is None else (since.number, since.head)
    for number, row in enumerate(rows, start=read + 1):
        if row.number != number:
            raise Tampered(order, f"entry {number} is not there")
        if row.previous != previous:
            raise Tampered(order, f"entry {number} does not follow the one before it")
        if row.hash != hash_of(
            order=row.order, number=row.number, at=row.at, kind=row.kind, text=row.event, previous=row.previous
        ):
            raise Tampered(order, f"entry {number} is not what was written")
        previous = row.hash
        event = decode(row.kind, row.event)
        yield Entry(
            order=row.order,
            number=number,
            at=row.at,
            event=event,
            text=row.event,
            previous=row.previous,
            hash=row.hash,
        )
