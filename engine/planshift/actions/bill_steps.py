"""The steps that bill something and ask for its payment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from planshift.actions.action import Action
from planshift.actions.bills import negated, sum_of
from planshift.actions.change import Change, Draft
from planshift.actions.money_actions import AddToNextInvoice, AskPayment, BillLine, IssueInvoice, PostLines, TakeBack
from planshift.billing.money import Money


def bill(
    change: Change, charges: tuple[BillLine, ...], *, spent: tuple[BillLine, ...], suffix: str = ""
) -> Iterator[Draft]:
    """The bill of some charges less the credit that they use up: none where there are none."""
    if charges:
        lines = (*charges, *negated(spent))
        action = _bill_of(change, lines, total=replace(change.nothing, minor=sum_of(lines)))
        name = action.kind + suffix
        yield Draft(id=name, action=action, undo=TakeBack(step=name))


def payment(invoice: Draft, *, suffix: str = "") -> Iterator[Draft]:
    """The request to pay a bill, where something of it is left to pay."""
    if isinstance(invoice.action, IssueInvoice):
        amount = invoice.action.total - invoice.action.credit_used
        if amount.minor:
            name = AskPayment.kind + suffix
            yield Draft(id=name, action=AskPayment(invoice=invoice.id, amount=amount), undo=TakeBack(step=name))


def next_bill_on(change: Change) -> date:
    """The day of the next regular bill after the change."""
    found = change.decision.next_bill
    return change.effective if found is None else found.on


def _bill_of(change: Change, lines: tuple[BillLine, ...], *, total: Money) -> Action:
    if not total.minor:
        return PostLines(lines=lines)
    if change.decision.immediate and change.decision.word("collect") == "next_invoice":
        return AddToNextInvoice(lines=lines, total=total, on=next_bill_on(change))
    due_on = max(change.effective, change.today)
    return IssueInvoice(lines=lines, total=total, credit_used=_credit_used(change, total), due_on=due_on)


def _credit_used(change: Change, total: Money) -> Money:
    """What account credit pays of a bill: of one that is also the next regular bill, as much as the decision says."""
    found = change.decision.next_bill
    waited = not change.decision.immediate or change.renews
    if not waited or found is None or found.on != change.effective:
        return change.nothing
    return min(found.account_credit_used, total)
