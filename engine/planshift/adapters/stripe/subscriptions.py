"""What a customer has, at Stripe: one item of a subscription is the plan, by price and quantity; others are add-ons.

Nothing here lets Stripe move money: prorations are off, because planshift has computed the amounts, and where a change
of the interval would make Stripe bill at once, its next regular bill is put on the day that the plan says.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, final

import stripe
from stripe.params import SubscriptionCreateParams, SubscriptionUpdateParams, SubscriptionUpdateParamsItem

from planshift.actions.money_actions import BumpRenewal
from planshift.actions.plan import placed
from planshift.actions.plan_actions import ChangeTerm, StartPlan
from planshift.adapters.halting import refusal
from planshift.adapters.stripe import addons
from planshift.adapters.stripe.account import SUBSCRIPTION, Account
from planshift.adapters.stripe.amounts import to_stripe
from planshift.adapters.stripe.calls import mark, once
from planshift.adapters.stripe.regular import interval, stripe_bills, swaps
from planshift.billing.money import Money
from planshift.billing.subscription import Discount, HeldAddon
from planshift.execution.ports import Done, Task

SLOTS: Final = {
    "start_plan": "plan",
    "change_term": "plan",
    "end_plan": "leaving",
    "bump_renewal": "bill_day",
    "extend_period": "time",
    "issue_invoice": "renewal_bill",
    "add_to_invoice_run": "renewal_bill",
    "ask_payment": "renewal_payment",
    "post_lines": "posted",
    "release_credit": "released",
}
"""Where in the metadata of a Stripe subscription it says which task of a kind was the last one."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A plan as a Stripe subscription is to have it, with what was added to it.

    `next_on` is the day of the next regular bill, None as it is.
    """

    plan: str
    price: str
    quantity: int
    addons: tuple[HeldAddon, ...]
    amount: Money | None
    discount: Discount | None
    next_on: date | None


def started(task: Task) -> Wanted:
    """What the start of a plan asks for.

    Raises:
        Halt: it is billed once.
    """
    action = task.action
    assert isinstance(action, StartPlan)  # as the table of deeds says
    if action.next_bill_on is None:
        raise refusal(f"plan `{action.plan}` is billed once, which a Stripe subscription cannot be")
    return Wanted(
        plan=action.plan,
        price=action.price,
        quantity=action.quantity,
        addons=_addons_after(task),
        amount=action.amount,
        discount=action.discount,
        next_on=action.next_bill_on,
    )


def termed(task: Task) -> Wanted:
    """What a change of the price or the quantity asks for."""
    action = task.action
    assert isinstance(action, ChangeTerm)  # as the table of deeds says
    bumps = (each.step.action for each in placed(task.plan.steps))
    forth = next((bump.to_day for bump in bumps if isinstance(bump, BumpRenewal)), None)
    return Wanted(
        plan=action.plan,
        price=action.to_price,
        quantity=action.to_quantity,
        addons=task.before.addons if task.undoing else _addons_after(task),
        amount=action.amount,
        discount=action.discount,
        next_on=task.before.period.end if task.undoing else forth,
    )


def had(task: Task) -> Wanted:
    """What there was before the change."""
    before = task.before
    return Wanted(
        plan=before.plan,
        price=before.price,
        quantity=before.quantity,
        addons=before.addons,
        amount=None if before.amount is None else replace(task.plan.returnable, minor=before.amount),
        discount=None if before.discount == Discount() else before.discount,
        next_on=before.period.end,
    )


def _addons_after(task: Task) -> tuple[HeldAddon, ...]:
    return () if task.after is None else task.after.addons


def updated(account: Account, task: Task) -> Done | None:
    """Whether the Stripe subscription of a task says that the task was done."""
    found = _updated(account, task)
    return None if found is None else Done(reference=found.id)


def update(account: Account, task: Task, *, change: SubscriptionUpdateParams | None = None) -> Done:
    """Change the running Stripe subscription of a task, and note there that the task was done, in one call."""
    subscription = account.running(task)
    params: SubscriptionUpdateParams = {"metadata": slots(task)}
    params.update(change or {})
    done = once(
        task.key,
        find=lambda: _updated(account, task),
        make=lambda options: account.client.v1.subscriptions.update(subscription.id, params, options),
        looked=True,
    )
    return Done(reference=done.id)


def put(account: Account, task: Task, *, wanted: Wanted) -> Done:
    """Put a running Stripe subscription on a plan, without prorations and without a bill."""
    subscription = account.running(task)
    item = account.plan_item(subscription)
    priced: SubscriptionUpdateParamsItem = _priced(account, wanted)
    priced["id"] = item.id
    change: SubscriptionUpdateParams = {
        "items": [priced, *addons.changes(account.settings, subscription, addons=wanted.addons, price=wanted.price)],
        "proration_behavior": "none",
        "off_session": True,
    }
    moved = _next_bill(account, task, subscription=subscription, wanted=wanted)
    if moved is not None:
        change["trial_end"] = moved
    coupons = _coupons_wanted(account, subscription, wanted=wanted)
    if coupons != _coupons(subscription):
        change["discounts"] = [{"coupon": coupon} for coupon in coupons] or ""
    return update(account, task, change=change)


def create(account: Account, task: Task, *, wanted: Wanted) -> Done:
    """Begin a Stripe subscription whose first regular bill is on the day that the plan says."""
    next_on = wanted.next_on
    assert next_on is not None  # `started` and `had` name the day
    params: SubscriptionCreateParams = {
        "customer": account.customer(task),
        "items": [
            _priced(account, wanted),
            *addons.items_for(account.settings, wanted.addons, price=wanted.price),
        ],
        "proration_behavior": "none",
        "billing_cycle_anchor": _ahead(account, task, day=next_on),
        "collection_method": account.settings.collection,
        "off_session": True,
        "metadata": slots(task),
    }
    if account.settings.collection == "send_invoice":
        params["days_until_due"] = account.settings.days_until_due
    if wanted.discount is not None:
        params["discounts"] = [{"coupon": account.settings.coupon(wanted.discount.code)}]
    made = once(
        task.key,
        find=lambda: _updated(account, task),
        make=lambda options: account.client.v1.subscriptions.create(params, options),
        looked=True,
    )
    return Done(reference=made.id)


def move_bill(account: Account, task: Task, *, to: date) -> Done:
    """Put the next regular bill of a running subscription on a day.

    Where the change has put the subscription on another plan or price, that has moved the bill as well.
    """
    if swaps(task):
        return update(account, task)
    subscription = account.running(task)
    planned = account.day(account.plan_item(subscription).current_period_end, task)
    if planned == to or stripe_bills(account, task, subscription=subscription):
        return update(account, task)
    change: SubscriptionUpdateParams = {
        "trial_end": _ahead(account, task, day=to),
        "proration_behavior": "none",
    }
    return update(account, task, change=change)


def slots(task: Task) -> dict[str, str]:
    """The metadata by which a Stripe subscription says what was done to it last, by what it was."""
    return {slot_of(task): task.key, "planshift_order": task.order, SUBSCRIPTION: task.plan.subscription}


def slot_of(task: Task) -> str:
    """The name in the metadata that tells the last task of its kind; its undoing is told under the same."""
    return f"planshift_{SLOTS[task.step.action.kind]}"


def _updated(account: Account, task: Task) -> stripe.Subscription | None:
    found = account.subscription(task)
    return found if found is not None and mark(found, slot_of(task)) == task.key else None


def _priced(account: Account, wanted: Wanted) -> Any:  # noqa: ANN401  # an item of either call
    """The item that is a plan: by its Stripe price, or with an agreed price in place of that one's amount."""
    price = account.settings.price(wanted.plan, wanted.price)
    if wanted.amount is None:
        return {"price": price, "quantity": wanted.quantity}
    listed = account.client.v1.prices.retrieve(price)
    every = interval(listed)
    if every is None:
        raise refusal(f"the Stripe price {price} is billed once, which a subscription cannot be")
    return {
        "price_data": {
            "currency": listed.currency,
            "product": str(listed.product),
            "recurring": {"interval": every[0], "interval_count": every[1]},
            "unit_amount": to_stripe(wanted.amount),
        },
        "quantity": wanted.quantity,
    }


def _next_bill(account: Account, task: Task, *, subscription: stripe.Subscription, wanted: Wanted) -> int | None:
    """The instant to put the next regular bill on; None where it stays, or comes to be there by Stripe's renewal."""
    if stripe_bills(account, task, subscription=subscription):
        return None
    item = account.plan_item(subscription)
    planned = account.day(item.current_period_end, task)
    if wanted.next_on is not None and wanted.next_on != planned:
        return _ahead(account, task, day=wanted.next_on)
    target = account.client.v1.prices.retrieve(account.settings.price(wanted.plan, wanted.price))
    # Another interval would make Stripe begin a period and bill it at once: a set day keeps it from that.
    return item.current_period_end if interval(target) != interval(item.price) else None


def _ahead(account: Account, task: Task, *, day: date) -> int:
    """The beginning of a day, which has to be ahead."""
    instant = account.instant(day, task)
    if instant <= task.at:
        raise refusal(f"Stripe cannot put its next regular bill on {day}, which has passed")
    return instant


def _coupons(subscription: stripe.Subscription) -> list[str]:
    """The coupons on a subscription."""
    sources = [discount.source for discount in subscription.discounts if not isinstance(discount, str)]
    return [_id_of(source.coupon) for source in sources if source.coupon is not None]


def _coupons_wanted(account: Account, subscription: stripe.Subscription, *, wanted: Wanted) -> list[str]:
    """The coupons that it is to have: those of the settings follow the decision, others stay."""
    others = [coupon for coupon in _coupons(subscription) if coupon not in account.settings.coupons.values()]
    return others if wanted.discount is None else [*others, account.settings.coupon(wanted.discount.code)]


def _id_of(thing: str | stripe.Coupon) -> str:
    return thing if isinstance(thing, str) else thing.id
