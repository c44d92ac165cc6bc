"""Which bills are Stripe's own: the regular ones, on the day on which a subscription renews there.

planshift keeps the day of a change, Stripe the day of its regular bill. Where the two fall together the first period
of the new plan is on Stripe's own invoice, and planshift must not bill it as well.
"""

from __future__ import annotations

from collections.abc import Iterable

import stripe

from planshift.actions.money_actions import AwaitPayment, BillLine
from planshift.actions.plan import placed
from planshift.actions.plan_actions import ChangeTerm, StartPlan
from planshift.adapters.halting import refusal
from planshift.adapters.stripe.account import Account
from planshift.adapters.stripe.amounts import from_stripe, to_stripe
from planshift.execution.ports import Task

_REGULAR = frozenset({"charge", "renewal"})
_LEFT_BEFORE = "waiting"


def stripe_bills(account: Account, task: Task, *, subscription: stripe.Subscription) -> bool:
    """Whether the first period of a change is billed by Stripe's own renewal.

    Raises:
        Halt: it renewed before the change was made, or the change has to wait for the payment of that very bill.
    """
    plan = task.plan
    if plan.from_plan is None or plan.to_plan is None:
        return False
    item = account.plan_item(subscription)
    if account.day(item.current_period_end, task) == plan.effective_on and task.at < item.current_period_end:
        if not _same_interval(account, task, item=item):
            return False
        if any(isinstance(each.step.action, AwaitPayment) for each in placed(plan.steps)):
            raise refusal(
                "the change waits for the payment of a bill that Stripe makes when it renews the subscription: "
                "with Stripe such a change cannot be paid first"
            )
        return True
    later = plan.direction == "renewal" or plan.effective_on > plan.quote.decided_on
    renewed = account.day(item.current_period_start, task) == plan.effective_on and subscription.status != "trialing"
    if not later or not renewed:
        return False
    if task.undoing:
        raise refusal(f"Stripe has renewed {subscription.id} on {plan.effective_on} since: a person has to look at it")
    if swaps(task) and item.price.id != _target(account, task):
        raise refusal(f"Stripe renewed {subscription.id} on {plan.effective_on} before the change was made")
    return True


def own_lines(task: Task, lines: Iterable[BillLine]) -> tuple[tuple[BillLine, ...], tuple[BillLine, ...]]:
    """The lines of a bill that stand on Stripe's regular invoice by themselves, and those that planshift bills."""
    stripes: list[BillLine] = []
    ours: list[BillLine] = []
    for line in lines:
        regular = line.kind in _REGULAR and line.start == task.plan.effective_on
        (stripes if regular or line.kind == _LEFT_BEFORE else ours).append(line)
    return tuple(stripes), tuple(ours)


def compare(account: Account, task: Task, *, subscription: stripe.Subscription, lines: tuple[BillLine, ...]) -> None:
    """Hold, by Stripe's own preview, that it will bill what the decision says for the period that is left to it.

    Raises:
        Halt: it will not.
    """
    item, target = account.plan_item(subscription), task.after or task.before
    if not account.settings.compare or account.day(item.current_period_end, task) != task.plan.effective_on:
        return
    price = item.price.id if target.amount is not None else _target(account, task)
    preview = account.client.v1.invoices.create_preview(
        {
            "subscription": subscription.id,
            "subscription_details": {
                "items": [{"id": item.id, "price": price, "quantity": target.quantity}],
                "proration_behavior": "none",
            },
        }
    )
    billed = sum(line.amount for line in preview.lines.data if _of_plan(line, item.id))
    regular = [line for line in lines if line.kind in _REGULAR]
    decided = sum(to_stripe(line.amount) for line in regular)
    if regular and billed != decided:
        like = regular[0].amount
        told, said = from_stripe(billed, like), from_stripe(decided, like)
        raise refusal(
            f"Stripe would bill {told} for the period from {task.plan.effective_on}, the decision says {said}"
        )


def _same_interval(account: Account, task: Task, *, item: stripe.SubscriptionItem) -> bool:
    """Whether the new price has the interval of the present one; with another one Stripe begins a period at once."""
    target = _target(account, task)
    return target == item.price.id or interval(account.client.v1.prices.retrieve(target)) == interval(item.price)


def interval(price: stripe.Price) -> tuple[str, int] | None:
    """How often a Stripe price is billed; None for once."""
    return None if price.recurring is None else (price.recurring.interval, price.recurring.interval_count)


def _target(account: Account, task: Task) -> str:
    plan = task.plan.to_plan
    assert plan is not None  # asked of changes to a plan only
    return account.settings.price(plan.plan, plan.price)


def swaps(task: Task) -> bool:
    """Whether the plan of a task puts the subscription on another plan or price."""
    return any(isinstance(each.step.action, StartPlan | ChangeTerm) for each in placed(task.plan.steps))


def _of_plan(line: stripe.InvoiceLineItem, item: str) -> bool:
    details = line.parent.subscription_item_details if line.parent is not None else None
    return details is not None and details.subscription_item == item and not details.proration
