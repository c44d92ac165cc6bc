"""Who carries which order out: an order is taken for a while, and whoever takes it next has a higher number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import BigInteger, Connection, bindparam, case, select, update

from planshift.execution.store.orders import Lease
from planshift.execution.store.tables import orders

_DUE: Final = (
    select(orders.c.id)
    .where(orders.c.due_at <= bindparam("now"), orders.c.leased_until <= bindparam("now"))
    .order_by(orders.c.due_at, orders.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    .cte("due")
)
_TAKEN: Final = {"leased_by": bindparam("worker"), "leased_until": bindparam("until"), "lease": orders.c.lease + 1}
_TAKE_DUE: Final = (
    update(orders).where(orders.c.id.in_(select(_DUE.c.id))).values(_TAKEN).returning(orders.c.id, orders.c.lease)
)
_FREE: Final = (
    select(orders.c.id)
    .where(orders.c.id.in_(bindparam("ids", expanding=True)), orders.c.leased_until <= bindparam("now"))
    .order_by(orders.c.id)  # two who take the same ones do not wait for each other
    .with_for_update()
    .cte("free")
)
_TAKE_THESE: Final = (
    update(orders).where(orders.c.id.in_(select(_FREE.c.id))).values(_TAKEN).returning(orders.c.id, orders.c.lease)
)
_NUMBER: Final = select(orders.c.lease).where(orders.c.id == bindparam("of_order"))
_GIVE_BACK: Final = (
    update(orders)
    .where(orders.c.id == bindparam("of_order"), orders.c.lease == bindparam("lease_held"))
    # What came in since the order was read has made it due sooner, and stays.
    .values(
        leased_until=0,
        due_at=case(
            (orders.c.number == bindparam("number_read"), bindparam("look_at", type_=BigInteger)), else_=orders.c.due_at
        ),
    )
)


def take_due(connection: Connection, *, worker: str, now: int, until: int, most: int) -> list[Lease]:
    """Take orders that are due and that nobody holds, the longest due first; sorted by id."""
    rows = connection.execute(_TAKE_DUE, {"worker": worker, "now": now, "until": until, "most": most})
    return sorted((Lease(order=row.id, number=row.lease, until=until) for row in rows), key=lambda each: each.order)


def take(connection: Connection, ids: Sequence[str], *, worker: str, now: int, until: int) -> list[Lease]:
    """Take some orders, due or not; those that somebody holds are left out. Sorted by id."""
    rows = connection.execute(_TAKE_THESE, {"ids": list(ids), "worker": worker, "now": now, "until": until})
    return sorted((Lease(order=row.id, number=row.lease, until=until) for row in rows), key=lambda each: each.order)


def still_held(connection: Connection, lease: Lease) -> bool:
    """Whether nobody has taken an order over."""
    return connection.scalar(_NUMBER, {"of_order": lease.order}) == lease.number


def give_back(connection: Connection, lease: Lease, *, number: int, look_at: int) -> None:
    """Let an order go whose log was read up to a number, to be looked at again at an instant."""
    values = {"of_order": lease.order, "lease_held": lease.number, "number_read": number, "look_at": look_at}
    connection.execute(_GIVE_BACK, values)
