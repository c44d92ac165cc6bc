"""Money that comes in and goes out: payments, refunds, and the invoice run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import final

from sqlalchemy import Connection, select, update

from planshift.adapters.ledger.booking import Entry, book
from planshift.adapters.ledger.chart import posted
from planshift.adapters.ledger.effect import Effect, TakenOff
from planshift.adapters.ledger.held import Held, Invoice, LedgerRefuses, held_of, invoice_numbered, open_invoices
from planshift.adapters.ledger.tables import invoices, payments, refunds
from planshift.billing.calendar import from_day
from planshift.billing.money import Money
from planshift.billing.zones import local_day

RECEIVED, PAID, ISSUED = "payment.received", "invoice.paid", "invoice.issued"

LONGEST_SOURCE = 300
"""How many characters the outside may call a payment by."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What came of something at the ledger: whose it is, the invoices it is about, and the events to be told."""

    subscription: str
    invoices: tuple[str, ...]
    events: tuple[str, ...]


def receive_payment(
    connection: Connection, subscription: str, *, amount: Money, source: str, at: int, invoice: str | None = None
) -> Happened:
    """Take a payment in: for an invoice, or for what has been due longest; what is left over stands on the account.

    `source` is what the outside calls it: the same one again changes nothing, and is answered as the first time.

    Raises:
        LedgerRefuses: there is no such subscription or invoice, or the amount is none of its currency.
    """
    key = f"payment:{source}"
    held = _held(connection, subscription, key=key)
    if held.booked is not None:
        return _happened(held, held.booked[1])
    if not 0 < len(source) <= LONGEST_SOURCE:
        raise LedgerRefuses(
            f"the source of a payment has 1 to {LONGEST_SOURCE} characters", f"this one has {len(source)}"
        )
    if amount.currency != held.currency or amount.minor <= 0:
        raise LedgerRefuses(f"a payment of {amount} cannot be taken in", f"{held.id} is paid in {held.currency}")
    left, taken_off = amount.minor, []
    for each in _to_pay(connection, held, invoice):
        minor = min(left, each.open)
        left -= minor
        taken_off += [TakenOff(invoice=each, minor=minor, paid=True)] if minor else []
    settled = [each.invoice.number for each in taken_off if each.minor == each.invoice.open]
    row = {"source": source, "subscription": held.id, "minor": amount.minor, "received_at": at}
    effect = Effect(
        postings=(
            *posted(amount.minor - left, debit="cash", credit="receivable"),
            *posted(left, debit="cash", credit="account_credit"),
        ),
        taken_off=tuple(taken_off),
        rows=((payments, row),),
        reference=" ".join(settled),
    )
    book(connection, held, entry=_entry(held, key, kind="payment", at=at), effect=effect)
    return _happened(held, effect.reference)


def _happened(held: Held, settled: str) -> Happened:
    numbers = tuple(settled.split())
    return Happened(subscription=held.id, invoices=numbers, events=(RECEIVED, *(PAID for _ in numbers)))


def _to_pay(connection: Connection, held: Held, number: str | None) -> tuple[Invoice, ...]:
    if number is None:
        return open_invoices(connection, held.id)
    found = invoice_numbered(connection, number)
    if found is None or not found.number.startswith(f"{held.id}-"):
        raise LedgerRefuses(f"{held.id} has no invoice {number}")
    return (found,) if found.state == "open" else ()


def pay_refund(connection: Connection, refund: str, *, at: int) -> None:
    """Say that a refund was paid back. The same one again changes nothing.

    Raises:
        LedgerRefuses: there is no such refund.
    """
    row = connection.execute(select(refunds).where(refunds.c.entry == refund)).first()
    if row is None:
        raise LedgerRefuses(f"the ledger has no refund {refund}")
    key = f"refund:{refund}"
    held = _held(connection, row.subscription, key=key)
    if held.booked is not None:
        return
    paid = Effect(postings=tuple(posted(row.minor, debit="refunds_payable", credit="cash")), reference=refund)
    book(connection, held, entry=_entry(held, key, kind="refund_paid", at=at), effect=paid)
    connection.execute(update(refunds).where(refunds.c.entry == refund).values(paid_at=at))


def run_invoices(connection: Connection, *, until: date, at: int) -> Iterator[Happened]:
    """Make invoices of the drafts whose day has come, in the order of their days and numbers."""
    due = (
        select(invoices.c.number, invoices.c.subscription)
        .where(invoices.c.state == "draft", invoices.c.run_on <= until.isoformat())
        .order_by(invoices.c.run_on, invoices.c.number)
    )
    for number, subscription in connection.execute(due).all():
        key = f"run:{number}"
        held, draft = _held(connection, subscription, key=key), invoice_numbered(connection, number)
        assert draft is not None  # it was found above, in the same transaction
        moved = tuple(posted(draft.open, debit="receivable", credit="invoice_run"))
        entry = _entry(held, key, kind="invoice_run", at=at)
        book(connection, held, entry=entry, effect=Effect(postings=moved, reference=number))
        becomes = "open" if draft.open else "paid"
        values = {"state": becomes, "made_on": entry.on.isoformat()}
        connection.execute(update(invoices).where(invoices.c.number == number).values(values))
        yield Happened(subscription=subscription, invoices=(number,), events=(ISSUED, *([] if draft.open else [PAID])))


def _held(connection: Connection, subscription: str, *, key: str) -> Held:
    held = held_of(connection, subscription, key=key)
    if held is None:
        raise LedgerRefuses(f"the ledger has no subscription {subscription}")
    return held


def _entry(held: Held, key: str, *, kind: str, at: int) -> Entry:
    today = from_day(local_day(at, held.subscription.timezone or "UTC"))
    return Entry(key=key, order="", kind=kind, at=at, on=today)
