"""What actions that move money come to in the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import func, select

from planshift.actions.action import HoldCredit
from planshift.actions.money_actions import (
    AddToInvoiceRun,
    AddToNextInvoice,
    AskPayment,
    AwaitPayment,
    DiscountNextInvoice,
    ExtendPeriod,
    IssueCredit,
    IssueInvoice,
    PostLines,
    ReduceDebt,
    Refund,
    ReleaseCredit,
)
from planshift.actions.plan import every
from planshift.adapters.ledger.booking import Journal
from planshift.adapters.ledger.chart import Posting, charged, credited, moved_by, posted
from planshift.adapters.ledger.effect import Effect, TakenOff
from planshift.adapters.ledger.held import Held, Invoice, LedgerRefuses, open_invoices
from planshift.adapters.ledger.tables import payment_requests, postings, refunds
from planshift.execution.ports import Task

_FOR_PERIOD = ("charge", "renewal", "discount")
"""The kinds of lines that pay for the period of the new state."""


def issue_invoice(task: Task, action: IssueInvoice, *, held: Held) -> Effect:
    """An invoice that is open from now on, or paid where credit pays all of it."""
    return _invoiced(task, action, held=held, due_on=action.due_on, run_on=None)


def add_to_invoice_run(task: Task, action: AddToInvoiceRun, *, held: Held) -> Effect:
    """A draft, which the invoice run of its day makes an invoice."""
    return _invoiced(task, action, held=held, due_on=action.on, run_on=action.on)


def _invoiced(
    task: Task, action: IssueInvoice | AddToInvoiceRun, *, held: Held, due_on: date, run_on: date | None
) -> Effect:
    account = "receivable" if run_on is None else "invoice_run"
    used = tuple(_credit_used(held, action.credit_used.minor, to=account, renews=task.plan.direction == "renewal"))
    total, paid_by_credit = action.total.minor, sum(each.minor for each in used)
    left = total - paid_by_credit
    own = sum(line.amount.minor for line in action.lines if line.kind in _FOR_PERIOD)
    billed_at_once = "open" if left else "paid"
    invoice = Invoice(
        number=f"{held.id}-{held.invoices + 1}",
        order=task.order,
        key=task.key,
        state=billed_at_once if run_on is None else "draft",
        made_on=task.today.isoformat(),
        due_on=due_on.isoformat(),
        run_on=None if run_on is None else run_on.isoformat(),
        currency=held.currency,
        total=total,
        credit_used=paid_by_credit,
        open=left,
        for_period=max(min(own, total), 0),
    )
    moved = (*charged(action.lines, to=account), *used)
    return Effect(postings=moved, lines=action.lines, invoice=invoice, reference=invoice.number)


def _credit_used(held: Held, wanted: int, *, to: str, renews: bool) -> Iterator[Posting]:
    """What credit pays of a bill: the regular bill uses up first what is kept for it, other bills last."""
    accounts = ("next_bill_credit", "account_credit") if renews else ("account_credit", "next_bill_credit")
    for account in accounts:
        minor = min(wanted, -held.balances[account])
        wanted -= minor
        yield from posted(minor, debit=account, credit=to)


def add_to_next_invoice(task: Task, action: AddToNextInvoice, *, journal: Journal) -> Effect:
    """Charges that wait for the next bill, less the credit that the same change gave for that bill."""
    moved = charged(action.lines, to="waiting")
    taken = min(action.total.minor, _discount_left(task, journal))
    net = posted(taken, debit="next_bill_credit", credit="waiting")
    return Effect(postings=(*moved, *net), lines=action.lines)


def _discount_left(task: Task, journal: Journal) -> int:
    """What is left of the discount on the next bill that a step of the same plan gave: it is kept for that bill."""
    found = [each for each in every(task.plan.steps) if isinstance(each.action, DiscountNextInvoice)]
    if not found:
        return 0
    given, account = postings.c.entry == found[0].key, "next_bill_credit"
    into = select(func.coalesce(func.sum(postings.c.minor), 0)).where(given, postings.c.credit == account)
    out = select(func.coalesce(func.sum(postings.c.minor), 0)).where(given, postings.c.debit == account)
    connection = journal.connection
    return int(connection.scalar(into) or 0) - int(connection.scalar(out) or 0)


def discount_next_invoice(task: Task, action: DiscountNextInvoice, *, held: Held) -> Effect:
    """Credit that takes off what waits for the next bill, and is kept for that bill for the rest.

    Where the change itself makes the bill of that day, it is kept for that one first: it has nothing that waits.
    """
    moved = tuple(credited(action.lines, to="next_bill_credit"))
    waiting = held.balances["waiting"] + moved_by(moved).get("waiting", 0)
    taken_off = min(max(action.amount.minor - _billed_on(task, action.on), 0), waiting)
    net = posted(taken_off, debit="next_bill_credit", credit="waiting")
    return Effect(postings=(*moved, *net), lines=action.lines)


def _billed_on(task: Task, on: date) -> int:
    """What the plan itself bills on a day."""
    actions = [each.action for each in every(task.plan.steps)]
    issued = sum(each.total.minor for each in actions if isinstance(each, IssueInvoice) and each.due_on == on)
    return issued + sum(each.total.minor for each in actions if isinstance(each, AddToInvoiceRun) and each.on == on)


def post_lines(action: PostLines) -> Effect:
    """Lines that cancel out."""
    return Effect(postings=tuple(charged(action.lines, to="clearing")), lines=action.lines)


def issue_credit(action: IssueCredit) -> Effect:
    """Credit on the account."""
    return Effect(postings=tuple(credited(action.lines, to="account_credit")), lines=action.lines)


def refund(task: Task, action: Refund, *, held: Held) -> Effect:
    """An amount that is to be paid back."""
    row = {"subscription": held.id, "minor": action.amount.minor, "asked_at": task.at, "paid_at": None}
    moved = tuple(credited(action.lines, to="refunds_payable"))
    return Effect(postings=moved, lines=action.lines, rows=((refunds, row),), reference=task.key)


def reduce_debt(action: ReduceDebt, *, held: Held, journal: Journal) -> Effect:
    """Credit that takes off what is open, the newest invoice first; the rest of it where it was paid meanwhile."""
    left, taken_off = action.amount.minor, []
    for invoice in reversed(open_invoices(journal.connection, held.id)):
        minor = min(left, invoice.open)
        left -= minor
        taken_off += [TakenOff(invoice=invoice, minor=minor, paid=False)] if minor else []
    reduced = posted(action.amount.minor - left, debit="unused_time", credit="receivable")
    kept = posted(left, debit="unused_time", credit="account_credit")
    return Effect(postings=(*reduced, *kept), taken_off=tuple(taken_off))


def extend_period(action: ExtendPeriod) -> Effect:
    """Unused money that buys time: it is earned with the days that it buys."""
    return Effect(postings=tuple(posted(action.amount.minor, debit="unused_time", credit="extended_time")))


def hold_credit(action: HoldCredit) -> Effect:
    """Credit that is kept back."""
    return Effect(postings=tuple(posted(action.amount.minor, debit="unused_time", credit="held_credit")))


def release_credit(action: ReleaseCredit) -> Effect:
    """Credit that is not kept back any more; the steps beside this one say where it goes."""
    return Effect(postings=tuple(posted(action.amount.minor, debit="held_credit", credit="unused_time")))


def ask_payment(task: Task, action: AskPayment, *, journal: Journal) -> Effect:
    """A request to pay what is left of an invoice."""
    invoice = invoice_of_step(task, action, journal=journal)
    row = {"invoice": invoice.number, "minor": invoice.open, "withdrawn": False}
    return Effect(rows=((payment_requests, row),), reference=invoice.number)


def invoice_of_step(task: Task, action: AskPayment | AwaitPayment, *, journal: Journal) -> Invoice:
    """The invoice of another step of the plan.

    Raises:
        LedgerRefuses: there is none.
    """
    keys = {each.id: each.key for each in every(task.plan.steps)}
    found = journal.invoice_of(keys.get(action.invoice, ""))
    if found is None:
        raise LedgerRefuses(f"the step `{action.invoice}` has made no invoice")
    return found
