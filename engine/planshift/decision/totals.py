"""What the lines of a change come to, in the order in which it is told; whoever tells it has the words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, final

from planshift.billing.money import Money
from planshift.decision.answer import NextBill
from planshift.decision.decision import Decision

TotalKey = Literal[
    "debt_reduced",
    "to_account",
    "refunded",
    "to_next_bill",
    "to_time",
    "account_credit_used",
    "due_now",
    "due_now_by_run",
    "due_on",
    "due_with_next_bill",
    "due_held",
    "to_pay_on",
]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """One of the amounts below the lines; `on` is the day that its label names, where it names one."""

    key: TotalKey
    amount: Money
    on: date | None = None


def totals_of(decision: Decision) -> Iterator[Total]:
    """Where a credit goes that does not lower what is due, then what is due: the column adds up."""
    flow, bill = decision.flow, decision.next_bill
    assert flow is not None  # computed for every change that is not denied
    if decision.renews and bill is not None:
        used = bill.account_credit_used
        yield from [Total(key="account_credit_used", amount=-used)] if used.minor else []
        yield Total(key="to_pay_on", amount=bill.total, on=bill.on)
        return
    kept: tuple[tuple[TotalKey, Money], ...] = (
        ("debt_reduced", flow.debt_reduced),
        ("to_account", flow.to_account),
        ("refunded", flow.refunded),
        ("to_next_bill", flow.to_next_bill),
        ("to_time", flow.to_time),
    )
    yield from (Total(key=key, amount=amount) for key, amount in kept if amount.minor)
    if flow.account_used.minor:
        yield Total(key="account_credit_used", amount=-flow.account_used)
    if not decision.immediate and not (flow.due_later.minor and decision.truth("with_next_invoice")):
        yield Total(key="due_on", amount=flow.due_later, on=decision.effective_on)
    elif flow.due_later.minor and bill is not None:
        yield Total(key="due_with_next_bill", amount=flow.due_later, on=bill.on)
    else:
        run = decision.word("collect") == "invoice_run" and flow.due_now.minor
        yield Total(key="due_now_by_run" if run else "due_now", amount=flow.due_now)
    if flow.due_held.minor:
        yield Total(key="due_held", amount=flow.due_held)


def billed_later(decision: Decision) -> date | None:
    """The day on which the lines are billed, where that is not the day of the change."""
    if not decision.lines or (decision.immediate and not decision.renews):
        return None
    return decision.lines[0].due_on


def bill_to_tell(decision: Decision) -> NextBill | None:
    """The next bill; none where it is the one that was told already, as that of a renewal is."""
    bill = decision.next_bill
    if bill is None or decision.renews or not (bill.lines or bill.total.minor):
        return None
    return None if bill.lines == decision.lines and not bill.account_credit_used.minor else bill
