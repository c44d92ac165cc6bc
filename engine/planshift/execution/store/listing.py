"""Looking orders up: by state, subscription or the beginning of an id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, final

from sqlalchemy import ColumnElement, Connection, func, select

from planshift.diagnostics.nearest import nearest
from planshift.execution.order import Order
from planshift.execution.states import OPEN, State
from planshift.execution.store.orders import NoSuchOrder, load_many
from planshift.execution.store.tables import orders

_LISTED: Final = 5
_COMPARED: Final = 1_000


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which orders are looked for; what is left out does not matter."""

    states: frozenset[State] = frozenset()
    subscription: str | None = None
    stuck: bool = False

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same for the database."""
        found: list[ColumnElement[bool]] = []
        if self.states:
            found.append(orders.c.state.in_(sorted(self.states)))
        if self.subscription is not None:
            found.append(orders.c.subscription == self.subscription)
        if self.stuck:
            found.append(orders.c.stuck != "")
        return found


def newest(connection: Connection, wanted: Wanted, *, most: int) -> tuple[tuple[Order, ...], int]:
    """The newest orders that are looked for, and how many older ones there are."""
    conditions = wanted.conditions()
    ids = list(
        connection.scalars(
            select(orders.c.id).where(*conditions).order_by(orders.c.placed_at.desc(), orders.c.id.desc()).limit(most)
        )
    )
    total = connection.scalar(select(func.count()).select_from(orders).where(*conditions)) or 0
    by_id = {order.id: order for order in load_many(connection, ids)}
    return tuple(by_id[each] for each in ids), total - len(ids)


def id_of(connection: Connection, beginning: str) -> str:
    """The id that a text is, that alone begins with it, or that of the one open order of a subscription.

    Raises:
        NoSuchOrder: there is none, or there are several.
    """
    if connection.scalar(select(orders.c.id).where(orders.c.id == beginning)) is not None:
        return beginning
    found = _ids(connection, orders.c.id.startswith(beginning, autoescape=True), most=_LISTED)
    if beginning and len(found) == 1:
        return found[0]
    if len(found) > 1:
        raise NoSuchOrder(beginning, f"several begin so: {', '.join(found)}")
    of_subscription = _ids(
        connection, (orders.c.subscription == beginning) & orders.c.state.in_(sorted(OPEN)), most=_LISTED
    )
    if len(of_subscription) == 1:
        return of_subscription[0]
    if of_subscription:
        raise NoSuchOrder(beginning, f"the subscription has several that are open: {', '.join(of_subscription)}")
    near = nearest(beginning, _ids(connection, orders.c.id != "", most=_COMPARED))
    raise NoSuchOrder(beginning, f"did you mean {near}?" if near is not None else "")


def _ids(connection: Connection, condition: ColumnElement[Any], *, most: int) -> list[str]:
    return list(
        connection.scalars(select(orders.c.id).where(condition).order_by(orders.c.placed_at.desc()).limit(most))
    )


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many orders there are: by state, stuck, due for long, and held by a worker whose time is over."""

    by_state: tuple[tuple[str, int], ...]
    stuck: int
    late: int
    left: int


def counted(connection: Connection, *, now: int, late: int) -> Counted:
    """Count the orders of a store at an instant; those are late that have been due for `late` seconds."""
    by_state = select(orders.c.state, func.count()).group_by(orders.c.state).order_by(orders.c.state)

    def number(*conditions: ColumnElement[bool]) -> int:
        return connection.scalar(select(func.count()).select_from(orders).where(*conditions)) or 0

    return Counted(
        by_state=tuple((row[0], row[1]) for row in connection.execute(by_state)),
        stuck=number(orders.c.stuck != ""),
        late=number(orders.c.due_at <= now - late, orders.c.leased_until <= now),
        left=number(orders.c.leased_until > 0, orders.c.leased_until <= now),
    )
