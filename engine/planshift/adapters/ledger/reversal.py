"""Taking an entry back: every amount goes the other way, and the subscription is as it was before.

What somebody else has changed since is left as it is. An amount that was used in the meantime cannot be taken back:
a person has to look at that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, Table, func, select, update

from planshift.actions.money_actions import AwaitPayment
from planshift.adapters.ledger.booking import Journal
from planshift.adapters.ledger.chart import Posting, posted
from planshift.adapters.ledger.effect import Effect, TakenOff
from planshift.adapters.ledger.effects import told_beside
from planshift.adapters.ledger.held import Held, Invoice, collective_of, invoice_numbered, invoice_of
from planshift.adapters.ledger.money import invoice_of_step
from planshift.adapters.ledger.state import taken_back
from planshift.adapters.ledger.tables import allocations, credit_notes, entries, payment_requests, postings, refunds
from planshift.execution.ports import Task

_BILLS: Final = ("issue_invoice", "add_to_invoice_run")


def reversed_effect(task: Task, *, held: Held, journal: Journal) -> Effect | None:
    """What takes the step of a task back; None where it was never done."""
    key, connection = task.step.key, journal.connection
    found = connection.execute(select(entries).where(entries.c.key == key)).mappings().first()
    if found is None:
        return None
    postings_back = tuple(_postings_back(connection, key))
    effect = Effect(postings=postings_back, rows=told_beside(task.action, held=held), reference=found["reference"])
    effect = _state_back(effect, found, held=held)
    match found["kind"]:
        case kind if kind in _BILLS:
            return _bill_back(task, effect, invoice=invoice_of(connection, key), connection=connection)
        case "reduce_debt":
            return replace(effect, taken_off=tuple(_debt_back(connection, key)))
        case "await_payment":
            return _payment_back(task, effect, held=held, journal=journal)
        case "ask_payment":
            withdrawn = update(payment_requests).where(payment_requests.c.entry == key).values(withdrawn=True)
            connection.execute(withdrawn)
    return effect


def _postings_back(connection: Connection, key: str) -> Iterator[Posting]:
    made = select(postings.c.debit, postings.c.credit, postings.c.minor).where(postings.c.entry == key)
    for debit, credit, minor in connection.execute(made.order_by(postings.c.number.desc())):
        yield Posting(debit=credit, credit=debit, minor=minor)


def _state_back(effect: Effect, entry: RowMapping, *, held: Held) -> Effect:
    state = taken_back(held.state, entry["changed"]) if entry["changed"] else None
    begun = entry["followed"] is not None and held.state_by == entry["order"]
    return replace(effect, state=state, state_by=entry["followed"] if begun else None)


def _bill_back(task: Task, effect: Effect, *, invoice: Invoice | None, connection: Connection) -> Effect:
    """A void invoice, and a credit note where it is part of a collective one.

    What was paid of it by now stands on the account.
    """
    if invoice is None:
        return effect
    taken = select(func.coalesce(func.sum(allocations.c.minor), 0)).where(allocations.c.invoice == invoice.number)
    paid = posted(int(connection.scalar(taken) or 0), debit="receivable", credit="account_credit")
    run = invoice.run_on is not None and invoice.state != "draft"
    left = invoice.total - invoice.credit_used
    from_run = posted(left if run else 0, debit="invoice_run", credit="receivable")
    rows = (*effect.rows, *_credit_note(task, invoice, connection=connection))
    return replace(effect, postings=(*from_run, *effect.postings, *paid), voided=invoice, rows=rows)


def _credit_note(task: Task, invoice: Invoice, *, connection: Connection) -> Iterator[tuple[Table, Mapping[str, Any]]]:
    """What says to the customer that a collective invoice, which is never changed, holds for its other lines alone."""
    if collective_of(connection, [invoice.number]):
        yield (
            credit_notes,
            {
                "number": f"{invoice.number}-C",
                "invoice": invoice.number,
                "made_on": task.today.isoformat(),
                "minor": invoice.total,
            },
        )


def _debt_back(connection: Connection, key: str) -> Iterator[TakenOff]:
    """What was taken off invoices is open again."""
    made = select(allocations.c.invoice, allocations.c.minor).where(allocations.c.entry == key)
    for number, minor in connection.execute(made).all():
        invoice = invoice_numbered(connection, number)
        assert invoice is not None  # the database holds that an allocation has its invoice
        yield TakenOff(invoice=invoice, minor=-minor, paid=False)


def _payment_back(task: Task, effect: Effect, *, held: Held, journal: Journal) -> Effect:
    """What came in for the invoice is to be paid back, and the invoice is open again."""
    action = task.step.action
    assert isinstance(action, AwaitPayment)  # what the entry says
    invoice = invoice_of_step(task, action, journal=journal)
    by_payment = allocations.c.invoice == invoice.number, allocations.c.paid
    taken = select(func.coalesce(func.sum(allocations.c.minor), 0)).where(*by_payment)
    minor = int(journal.connection.scalar(taken) or 0)
    if not minor:
        return effect
    row: tuple[Table, Mapping[str, Any]] = (
        refunds,
        {"subscription": held.id, "minor": minor, "asked_at": task.at, "paid_at": None},
    )
    return replace(
        effect,
        postings=(*effect.postings, *posted(minor, debit="receivable", credit="refunds_payable")),
        taken_off=(TakenOff(invoice=invoice, minor=-minor, paid=True),),
        rows=(*effect.rows, row),
    )
