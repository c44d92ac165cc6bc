"""Adding to the log of an order from beside: no lease is needed, and whoever holds it finds out."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from planshift.execution.beside import wake
from planshift.execution.growing import grown
from planshift.execution.log import LogEvent
from planshift.execution.order import Order
from planshift.execution.store.engine import Store
from planshift.execution.store.orders import NoSuchOrder, load_locked, save


def amended(store: Store, order: str, *, by: Callable[[Order], Iterable[LogEvent]], at: int) -> Order:
    """The order with what is to be added to it as it stands.

    Raises:
        NoSuchOrder: there is none of that id.
    """
    with store.begin() as connection:
        found = load_locked(connection, [order])
        if not found:
            raise NoSuchOrder(order)
        change = grown(found[0], by(found[0]), at=at)
        save(connection, (change,))
        wake(connection, (change,), at=at)
    return change.order
