"""Calling a change off while it waits, as far as the policy lets: what was done for it is undone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from planshift.actions.action import Schedule
from planshift.actions.money_actions import AwaitPayment
from planshift.diagnostics.errors import PlanshiftError
from planshift.execution.amending import amended
from planshift.execution.log import LogEvent, TurnedBack
from planshift.execution.order import Order
from planshift.execution.states import STATES
from planshift.execution.store.engine import Store
from planshift.execution.upcoming import LOCKED_BY_TIME, locks_at, schedule_of


@dataclass(eq=False)
class CannotCallOff(PlanshiftError):
    """An order cannot be called off; `why` says what stands against it."""

    order: str
    why: str

    def __str__(self) -> str:
        return f"order {self.order} cannot be called off: {self.why}"


def call_off(store: Store, order: str, *, by: str, at: int, person: str = "", why: str = "") -> Order:
    """Call an order off; a worker undoes its steps. One that is being called off already is left as it is.

    `by` is `customer`, `staff` or `system`, `person` who it was, and `why` what they said.

    Raises:
        NoSuchOrder: there is none of that id.
        CannotCallOff: it is too late, or it is not for them to say.
    """

    def told(found: Order) -> Iterator[LogEvent]:
        if found.state == "cancelled" or found.undoing == "cancelled":
            return
        reason = stands_against_calling_off(found, by=by, at=at)
        if reason:
            raise CannotCallOff(found.id, reason)
        yield TurnedBack(becomes="cancelled", why=why or f"called off by {by}", by=person or by)

    return amended(store, order, by=told, at=at)


def stands_against_calling_off(order: Order, *, by: str, at: int) -> str:
    """Why somebody cannot call an order off at an instant; empty where they can."""
    return too_late(order, at=at) or _not_for_them(order, by=by)


def too_late(order: Order, *, at: int) -> str:
    """Why nobody can call an order off any more at an instant; empty where somebody can."""
    if not order.open:
        return f"it is {order.state}: {STATES[order.state]}"
    if order.undoing is not None:
        return f"its steps are being undone: {order.why}"
    if order.state == "locked" or at >= locks_at(order):
        return _past(order)
    if schedule_of(order) is None and not order.plan.queued and not _can_stop(order):
        return "its steps are being done"
    return ""


def _not_for_them(order: Order, *, by: str) -> str:
    allowed = who_may(order)
    if by in allowed:
        return ""
    return f"the policy leaves it to {' or '.join(allowed)}" if allowed else "the policy leaves it to nobody"


def who_may(order: Order) -> tuple[str, ...]:
    """Who may ask for the change, and call it off again."""
    terms = json.loads(order.placement.decided)["terms"]
    return tuple(terms["who"]["value"]["names"])


def _can_stop(order: Order) -> bool:
    """Whether nothing was begun yet, or the change waits for its payment."""
    if all(step.state == "open" for step in order.steps):
        return True
    return any(isinstance(step.step.action, AwaitPayment) and not step.over for step in order.steps)


def _past(order: Order) -> str:
    keeper = schedule_of(order)
    if keeper is None or (order.state == "locked" and order.why not in LOCKED_BY_TIME):
        return order.why
    assert isinstance(keeper.step.action, Schedule)  # what `schedule_of` looks for
    last = keeper.step.action.cancellable_until
    return "the policy does not let it be called off" if last is None else f"it could be until {last}"
