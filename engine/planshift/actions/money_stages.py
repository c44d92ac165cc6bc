"""The stages of a plan that move money."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from planshift.actions.action import Action
from planshift.actions.bill_steps import bill, next_bill_on, payment, to_pay
from planshift.actions.bills import joined, negated, split, sum_of
from planshift.actions.change import Change, Draft
from planshift.actions.money_actions import (
    AwaitPayment,
    BillLine,
    BumpRenewal,
    DiscountNextInvoice,
    ExtendPeriod,
    IssueCredit,
    ReduceDebt,
    Refund,
    ReleaseCredit,
    ReturnPayment,
    TakeBack,
)
from planshift.billing.calendar import LAST_DAY, from_day, step, to_day
from planshift.billing.money import Money
from planshift.diagnostics.errors import InternalError
from planshift.policy.term_values import Wait

HELD = ":held"
"""What ends the ids of steps that bill what had to wait for events."""


def invoice(change: Change) -> Iterator[Draft]:
    """The bill of the change, where something is to pay or lines cancel out."""
    bills = change.bills
    if not bills.told_on_credit:
        yield from bill(change, bills.charged, spent=bills.spent)


def pay(change: Change) -> Iterator[Draft]:
    """The request to pay it."""
    for draft in invoice(change):
        yield from payment(draft)


def wait(change: Change) -> Iterator[Draft]:
    """The wait for the payment, as long as the policy allows."""
    for draft in invoice(change):
        amount = to_pay(draft)
        if amount is not None:
            yield Draft(
                id=AwaitPayment.kind,
                action=AwaitPayment(invoice=draft.id, amount=amount, expires_on=_expiry(change)),
                undo=ReturnPayment(invoice=draft.id, amount=amount),
            )


def credit(change: Change) -> Iterator[Draft]:
    """The credit on its way, but for what is paid back."""
    if not change.bills.events:
        yield from (draft for draft in routes(change) if not isinstance(draft.action, Refund))


def refund(change: Change) -> Iterator[Draft]:
    """What is paid back: late in a plan, because nothing undoes it."""
    if not change.bills.events:
        yield from (draft for draft in routes(change) if isinstance(draft.action, Refund))


def routes(change: Change) -> Iterator[Draft]:
    """Every way that credit goes, but for what bills use up."""
    flow = change.flow
    for_next_bill, rest = _kept(change)
    if flow.debt_reduced.minor:
        yield _draft(ReduceDebt(amount=flow.debt_reduced))
    if flow.to_account.minor:
        yield _draft(IssueCredit(lines=rest, amount=flow.to_account))
    if flow.to_next_bill.minor:
        yield _draft(DiscountNextInvoice(lines=for_next_bill, amount=flow.to_next_bill, on=next_bill_on(change)))
    if flow.to_time.minor:
        yield _draft(_extension(change))
    if flow.refunded.minor:
        yield Draft(id=Refund.kind, action=Refund(lines=rest, amount=flow.refunded))


def _kept(change: Change) -> tuple[tuple[BillLine, ...], tuple[BillLine, ...]]:
    """The credit for the next bill, and what is left of it: to the account or back to the customer.

    Charges that need no bill of their own are told where the credit first goes.
    """
    bills, minor = change.bills, change.flow.to_next_bill.minor
    for_next_bill, rest = split(bills.kept, (minor, sum_of(bills.kept) - minor))
    if not bills.told_on_credit:
        return for_next_bill, rest
    if minor:
        return (*joined(bills.spent, for_next_bill), *negated(bills.charged)), rest
    return for_next_bill, (*joined(bills.spent, rest), *negated(bills.charged))


def _extension(change: Change) -> ExtendPeriod:
    found = change.decision.extension
    if found is None:
        raise InternalError("turning unused money into time: the decision names no time")
    return ExtendPeriod(
        amount=change.flow.to_time,
        units=found.units,
        unit=found.unit,
        starts_on=found.starts_on,
        ends_on=found.ends_on,
    )


def held_amount(change: Change) -> Money:
    """The credit that a hold keeps back: all but what the bill of the change uses up."""
    credit_minor = change.flow.credit.minor
    return replace(change.nothing, minor=credit_minor - sum_of(change.bills.spent))


def release(change: Change) -> Iterator[Draft]:
    """Inside a hold: its amount is set free."""
    amount = held_amount(change)
    if amount.minor:
        yield _draft(ReleaseCredit(hold="hold_credit", amount=amount))


def held_invoice(change: Change) -> Iterator[Draft]:
    """Inside a hold: the bill of the lines that had to wait."""
    bills = change.bills
    yield from bill(change, bills.held, spent=bills.spent_held, suffix=HELD)


def held_pay(change: Change) -> Iterator[Draft]:
    """Inside a hold: the request to pay that bill."""
    for draft in held_invoice(change):
        yield from payment(draft, suffix=HELD)


def renewal(change: Change) -> Iterator[Draft]:
    """The renewal date, where the change moves it."""
    old, new = change.before.period.end, change.renews_on
    if not change.starts and new is not None and old != new:
        undo = BumpRenewal(from_day=new, to_day=old)
        yield Draft(id=BumpRenewal.kind, action=BumpRenewal(from_day=old, to_day=new), undo=undo)


def _expiry(change: Change) -> date | None:
    value = change.decision.term("payment_expires").value
    if not isinstance(value, Wait) or value.interval is None:
        return None
    begin, interval = max(change.effective, change.today), value.interval
    last = step(to_day(begin), months=interval.months, days=interval.days, anchor_day=begin.day)
    return from_day(min(last, LAST_DAY))


def _draft(action: Action) -> Draft:
    return Draft(id=action.kind, action=action, undo=TakeBack(step=action.kind))
