"""An order and an instant as reactions see them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from planshift.actions.action import HoldCredit
from planshift.actions.money_actions import AwaitPayment, DiscountNextInvoice, IssueCredit, Refund
from planshift.billing.calendar import to_day
from planshift.billing.zones import local_day
from planshift.execution.calling_off import too_late
from planshift.execution.order import Order, OrderStep
from planshift.execution.states import State
from planshift.execution.upcoming import begins_at, schedule_of
from planshift.rulebook.order_facts import OrderFacts
from planshift.rulebook.reactions.book_reactions import Situation

Giving = IssueCredit | Refund | DiscountNextInvoice
"""Actions that give a credit to the customer."""

_TOLD_BY_STATE: Final[dict[State, str]] = {
    "applied": "change.applied",
    "cancelled": "change.cancelled",
    "failed": "change.failed",
}


def situation_of(order: Order, *, at: int) -> Situation:
    """Everything that reactions may ask about an order when something comes in for it at an instant."""
    placement = order.placement
    return Situation(
        subscription=placement.before,
        request=placement.plan.quote.request,
        today=local_day(at, placement.zone),
        order=order_facts(order, at=at),
        happened=frozenset(_happened(order)),
    )


def order_facts(order: Order, *, at: int) -> OrderFacts:
    """What has become of an order by an instant."""
    today, zone = local_day(at, order.placement.zone), order.placement.zone
    held = tuple(held_steps(order))
    return OrderFacts(
        age=max(today - local_day(order.placement.placed_at, zone), 0),
        waiting=waits(order, at=at),
        days_left=max(to_day(order.effective_on) - today, 0),
        cancellable=not too_late(order, at=at),
        payment_awaited=awaited_payment(order, at=at) is not None,
        payment_failures=order.count("payment.failed"),
        invoice_open=order.count("invoice.issued") > order.count("invoice.paid"),
        credit_held=bool(held),
        credit_amount=sum(_amount(step) for step in held),
    )


def waits(order: Order, *, at: int) -> bool:
    """Whether a change still waits for its day."""
    keeper = schedule_of(order)
    return keeper is not None and going_on(order) and at < begins_at(order, keeper)


def going_on(order: Order) -> bool:
    """Whether an order is on its way, and not back."""
    return order.open and order.undoing is None


def awaited_payment(order: Order, *, at: int) -> OrderStep | None:
    """The step that waits for the payment of the change; None where none does now."""
    if not going_on(order):
        return None
    for step in order.steps:
        if isinstance(step.step.action, AwaitPayment) and not step.over and not (step.within and waits(order, at=at)):
            return step
    return None


def held_steps(order: Order) -> Iterator[OrderStep]:
    """The steps that hold a credit back: for the events of the policy, or because a reaction says so."""
    if going_on(order):
        for step in order.steps:
            if isinstance(step.step.action, HoldCredit):
                if step.state == "done" and not step.released and not _begun(order, step):
                    yield step
            elif step.held:
                yield step


def giving_steps(order: Order) -> Iterator[OrderStep]:
    """The steps whose credit could still be held back: none of it is given yet."""
    if going_on(order):
        yield from (step for step in order.steps if _has_not_given(order, step))


def _has_not_given(order: Order, step: OrderStep) -> bool:
    if isinstance(step.step.action, HoldCredit):
        return step.state in ("open", "done") and not _begun(order, step)
    return (
        isinstance(step.step.action, Giving) and step.state == "open" and not step.fault and not _in_hold(order, step)
    )


def _in_hold(order: Order, step: OrderStep) -> bool:
    return bool(step.within) and isinstance(order.step(step.within).step.action, HoldCredit)


def _begun(order: Order, keeper: OrderStep) -> bool:
    """Whether a step that is kept by another has been begun."""
    return any(step.within == keeper.position and (step.state != "open" or step.fault) for step in order.steps)


def _amount(step: OrderStep) -> int:
    match step.step.action:
        case HoldCredit(amount=amount) | IssueCredit(amount=amount) | Refund(amount=amount):
            return amount.minor
        case DiscountNextInvoice(amount=amount):
            return amount.minor
    return 0


def _happened(order: Order) -> Iterator[str]:
    """Every event that has happened to an order: what its log says came in, and what its state tells."""
    yield "change.requested"
    yield from (event for event, count in order.happened if count)
    if order.state == "scheduled" or (order.state == "locked" and schedule_of(order) is not None):
        yield "change.scheduled"
    if order.state in _TOLD_BY_STATE:
        yield _TOLD_BY_STATE[order.state]
