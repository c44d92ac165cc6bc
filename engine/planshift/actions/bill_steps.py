"""The steps that bill something and ask for its payment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from planshift.actions.action import Action
from planshift.actions.bills import negated, sum_of
from planshift.actions.change import Change, Draft
from planshift.actions.money_actions import (
    AddToInvoiceRun,
    AddToNextInvoice,
    AskPayment,
    BillLine,
    IssueInvoice,
    PostLines,
    TakeBack,
)
from planshift.billing.money import Money


def bill(
    change: Change, charges: tuple[BillLine, ...], *, spent: tuple[BillLine, ...], suffix: str = ""
) -> Iterator[Draft]:
    """The bill of some charges less the credit that they use up: none where there are none."""
    if charges:
        lines = (*charges, *negated(spent))
        total = replace(change.nothing, minor=sum_of(lines))
        action = _bill_of(change, lines, total=total, used=change.nothing if suffix else _credit_used(change, total))
        name = action.kind + suffix
        yield Draft(id=name, action=action, undo=TakeBack(step=name))


def payment(invoice: Draft, *, suffix: str = "") -> Iterator[Draft]:
    """The request to pay a bill, where something of it is left to pay; what the invoice run bills, it asks for."""
    amount = to_pay(invoice)
    if amount is not None and isinstance(invoice.action, IssueInvoice):
        name = AskPayment.kind + suffix
        yield Draft(id=name, action=AskPayment(invoice=invoice.id, amount=amount), undo=TakeBack(step=name))


def to_pay(bill_step: Draft) -> Money | None:
    """What is left to pay of the bill of a step; None where nothing is, or the next regular bill has it."""
    action = bill_step.action
    if not isinstance(action, IssueInvoice | AddToInvoiceRun):
        return None
    amount = action.total - action.credit_used
    return amount if amount.minor else None


def next_bill_on(change: Change) -> date:
    """The day of the next regular bill after the change."""
    found = change.decision.next_bill
    return change.effective if found is None else found.on


def _bill_of(change: Change, lines: tuple[BillLine, ...], *, total: Money, used: Money) -> Action:
    if not total.minor:
        return PostLines(lines=lines)
    if change.decision.truth("with_next_invoice"):
        return AddToNextInvoice(lines=lines, total=total, on=next_bill_on(change))
    due_on = max(change.effective, change.today)
    if change.decision.word("collect") == "invoice_run":
        return AddToInvoiceRun(lines=lines, total=total, credit_used=used, on=due_on)
    return IssueInvoice(lines=lines, total=total, credit_used=used, due_on=due_on)


def _credit_used(change: Change, total: Money) -> Money:
    """What credit pays of a bill, as the decision says: at once, or of the next regular bill on its day.

    Of that bill it is the credit of the change itself, too, where it is kept for it.
    """
    found = change.decision.next_bill
    if change.decision.immediate and not change.renews:
        return change.flow.account_used
    if found is None or found.on != change.effective:
        return change.nothing
    kept_for_it = replace(change.nothing, minor=change.decision.value("next_bill_credit"))
    return min(found.account_credit_used + kept_for_it, total)
