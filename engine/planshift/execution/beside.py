"""What orders of one subscription mean to each other: one calls another off, brings it back, or waits for its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import Connection, bindparam, select

from planshift.actions.order_actions import Reschedule, Unschedule
from planshift.execution.growing import Grown, grown
from planshift.execution.log import Happened, LogEvent, Moved, TurnedBack
from planshift.execution.order import Order
from planshift.execution.ports import Done, Outcome, Refused, Task, Waits
from planshift.execution.states import OPEN, State
from planshift.execution.store.orders import load_many, save
from planshift.execution.store.tables import orders
from planshift.execution.upcoming import locks_at, schedule_of
from planshift.execution.waiting import waits_for

_OF_SUBSCRIPTIONS: Final = (
    select(orders.c.id)
    .where(
        orders.c.subscription.in_(bindparam("subscriptions", expanding=True)),
        orders.c.state.in_(bindparam("states", expanding=True)),
    )
    .order_by(orders.c.placed_at, orders.c.id)
)


def open_orders(connection: Connection, *subscriptions: str) -> list[Order]:
    """The orders of some subscriptions in which steps are left to do."""
    return _orders(connection, subscriptions, sorted(OPEN))


def open_ids(connection: Connection, subscription: str) -> list[str]:
    """The ids of the orders of a subscription in which steps are left to do."""
    return _ids(connection, [subscription], sorted(OPEN))


def stands_against(connection: Connection, task: Task) -> Outcome | None:
    """What comes of a task by another order alone; None where it is still to be done.

    What it means to the other order is written at once.
    """
    if isinstance(task.action, Unschedule) and not task.undoing:
        return _called_off(connection, task, action=task.action)
    if isinstance(task.action, Reschedule):
        return _brought_back(connection, task)
    return None


def _called_off(connection: Connection, task: Task, *, action: Unschedule) -> Outcome | None:
    other = next(
        (
            order
            for order in open_orders(connection, task.plan.subscription)
            if order.id != task.order and waits_for(order, action.to_plan, price=action.to_price, on=action.on)
        ),
        None,
    )
    if other is None:
        return None
    why = replaced_by(task.order)
    waits = Waits(why=f"order {other.id}, which it replaces, is being undone")
    if other.undoing is not None:
        return waits
    if other.stuck or other.state == "locked" or task.at >= locks_at(other):
        return Refused(why=f"order {other.id}, which it would replace, cannot be called off any more")
    if other.state == "scheduled":
        # Its own steps stay done: the schedule that it made is what this step takes away.
        save(connection, (grown(other, (Moved(start="scheduled", end="cancelled", why=why),), at=task.at),))
        return None
    save(connection, (grown(other, (TurnedBack(becomes="cancelled", why=why),), at=task.at),))
    return waits


def _brought_back(connection: Connection, task: Task) -> Outcome | None:
    """An order that was replaced waits for its day again, unless yet another change is under way by now."""
    subscription, why = task.plan.subscription, replaced_by(task.order)
    replaced = [each for each in _orders(connection, [subscription], ["cancelled"]) if each.why == why]
    if not replaced:
        return None
    (other,) = replaced[-1:]
    keeper = schedule_of(other)
    is_free = all(each.id == task.order for each in open_orders(connection, subscription))
    if keeper is None or keeper.state != "done" or not is_free:
        return Done()
    back = Moved(start="cancelled", end="scheduled", why=f"order {task.order}, which had replaced it, was undone")
    save(connection, (grown(other, (back,), at=task.at),))
    return None


def wake(connection: Connection, changes: Sequence[Grown], *, at: int) -> None:
    """Tell the orders that wait for the end of others that some of them are over now."""
    over = [each.order for each in changes if each.before is not None and each.before.open and not each.order.open]
    if not over:
        return
    subscriptions = sorted({each.placement.subscription for each in over})
    told = [
        grown(waiting, tuple(_told_of_the_end(waiting, over)), at=at)
        for waiting in _orders(connection, subscriptions, ["pending"])
    ]
    save(connection, [each for each in told if each.entries])


def _told_of_the_end(waiting: Order, over: Sequence[Order]) -> Iterator[LogEvent]:
    for each in over:
        if each.placement.subscription != waiting.placement.subscription:
            continue
        yield Happened(event=f"order.{each.state}", source=each.id)
        if waiting.placement.behind == each.id and each.state != "applied" and waiting.undoing is None:
            why = f"order {each.id}, which it was queued behind, is {each.state}"
            yield TurnedBack(becomes="cancelled", why=why)


def _orders(connection: Connection, subscriptions: Sequence[str], states: Sequence[State]) -> list[Order]:
    return load_many(connection, _ids(connection, subscriptions, states))


def _ids(connection: Connection, subscriptions: Sequence[str], states: Sequence[State]) -> list[str]:
    return list(connection.scalars(_OF_SUBSCRIPTIONS, {"subscriptions": list(subscriptions), "states": list(states)}))


def replaced_by(order: str) -> str:
    """Why an order is cancelled that another one has replaced."""
    return f"replaced by order {order}"
