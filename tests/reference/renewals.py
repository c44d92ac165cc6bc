"""Renewals as the pages say it: what a subscription renews to, what a renewal settles itself, and when it is due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import final

from planshift.diagnostics.span import NOWHERE
from planshift.expressions.typed import Typed, TypedLet, TypedRule
from planshift.policy.document import Switch
from planshift.policy.term_values import Choice
from planshift.policy.terms import TERM
from tests.reference.change import Change
from tests.reference.days import month_length, step
from tests.reference.ranks import Settled, Terms
from tests.reference.when import When, bill_day_of

WORDS = {
    "timing": "period_end", "backdating": "anyone", "charge": "full", "credit": "none", "unpaid": "count_as_paid",
    "unused_credit": "account_credit", "collect": "now", "apply": "first", "anchor": "keep", "one_time": "skip",
    "setup": "skip", "early_termination": "none", "provision": "none", "cancellable_until": "never",
    "override": "none",
}  # fmt: skip  # one list
NOTHING = ("fee", "hold_credit_until", "frequency", "requires", "who")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a renewal leads to, and the switch that is passed over, if one is."""

    change: Change
    skipped: bool


def find(change: Change) -> Found:
    """The target of the first switch that is due, where it can be taken, else the subscription's own price."""
    held = change.subscription
    due = next((each for each in change.document.policy.switches if _is_due(each, change)), None)
    as_it_is = replace(change, request=replace(change.request, plan=held.plan, price=held.price))
    if due is None:
        return Found(change=as_it_is, skipped=False)
    switched = replace(change, request=replace(change.request, plan=due.to_plan, price=due.to_price))
    if _can_be_taken(switched):
        return Found(change=switched, skipped=False)
    return Found(change=as_it_is, skipped=True)


def _is_due(switch: Switch, change: Change) -> bool:
    held = change.subscription
    runs = switch.from_plan == held.plan and held.price in switch.from_prices
    return runs and held.renewals >= switch.after_renewals


def _can_be_taken(change: Change) -> bool:
    old, plan, price, today = change.old_plan, change.new_plan, change.new_price, change.today.isoformat()
    if old is None or plan is None or price is None:
        return False
    enough = plan.stock is None or plan.stock >= change.old_quantity
    return (
        plan.module == old.module
        and (plan is old or (plan.status != "inactive" and enough))
        and not price.retired
        and (price.available_from or "") <= today < (price.available_until or "9999")
        and change.subscription.currency in dict(price.amounts)
        and plan.quantity_max >= change.old_quantity
    )


def speaks_of_renewals(rule: TypedRule) -> bool:
    """Whether the condition of a rule names `renewal`, itself or through a `let`."""
    return rule.when is not None and "renewal" in set(_names(rule.when))


def _names(expression: Typed) -> Iterator[str]:
    meaning = expression.meaning
    yield getattr(meaning, "name", "")
    if isinstance(meaning, TypedLet):
        yield from _names(meaning.value)
    for part in expression.parts:
        yield from _names(part)


def settle_itself(change: Change, terms: Terms) -> Terms:
    """The terms with those that no policy settles: nothing is prorated, given back, billed besides, or refused."""
    as_it_is = change.same_price
    words = WORDS | {"limits": "warn", "price_basis": "first_period"}
    if as_it_is:
        words |= {"limits": "ignore", "price_basis": "renewal"}
        words |= {"carry.coupons": "keep", "carry.price_override": "keep"}
    values = {name: Choice(word=word) for name, word in words.items()} | {name: TERM[name].default for name in NOTHING}
    itself = {name: Settled(value=value, rank="renewal", span=NOWHERE) for name, value in values.items()}
    return Terms(settled=terms.settled | itself)


def renewal_dates(change: Change) -> When:
    """The next period follows the running one, for one interval."""
    end, today = change.subscription.period.end, change.today
    in_months = bool(change.old_interval.months and change.new_interval.months)
    bill_day = bill_day_of(change) if in_months else end.day
    if end.day != min(bill_day, month_length(end)):
        bill_day = end.day
    following = step(end, change.new_interval, anchor=bill_day)
    return When(
        effective=end,
        stop=end,
        credit_end=end,
        bill_day=bill_day,
        bill_end=following,
        keeps=False,
        whole=True,
        immediate=end <= today,
        backdated=end < today,
        out_of_range=False,
    )


def stands_against(change: Change) -> Iterator[str]:
    """The codes of everything that stands against a renewal."""
    held, policy, today = change.subscription, change.document.policy, change.today
    if policy.effective_from is not None and today < policy.effective_from:
        yield "book_not_in_force"
    if change.old_interval.once:
        yield "nothing_to_renew"
    if held.status != "active":
        yield "wrong_status"
    if held.pending is not None and held.pending.effective_on <= held.period.end:
        yield "change_pending"
    due_from = held.period.end - timedelta(days=policy.invoice_days_before)
    if today < due_from or today < held.period.start:
        yield "renewal_not_due"
