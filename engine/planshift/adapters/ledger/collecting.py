"""The invoice run: what a customer's changes have left to a day becomes one invoice.

Each change bills what it comes to as a draft of its own subscription. The run issues them: a single one as it is,
several of a customer in one currency together, as a collective invoice. That one only says which invoices it stands
for: what is open of it, what was paid and what was taken back are those of its parts, so that each change is still
paid, undone and booked on its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, final

from sqlalchemy import Connection, bindparam, func, select

from planshift.adapters.ledger.booking import Entry, Journal
from planshift.adapters.ledger.chart import posted
from planshift.adapters.ledger.effect import Effect
from planshift.adapters.ledger.held import Invoice, drafts_of
from planshift.adapters.ledger.tables import collected, collective_invoices, customers, invoices, subscriptions
from planshift.billing.calendar import from_day
from planshift.billing.zones import local_day
from planshift.execution.store.many import add_many, change_many

RECEIVED, PAID, ISSUED = "payment.received", "invoice.paid", "invoice.issued"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What came of something at the ledger for a subscription: the invoices it is about, and the events to be told.

    `source` is what the outside is said to call it. `beside` has what came of the same for other subscriptions.
    """

    subscription: str
    source: str
    invoices: tuple[str, ...]
    events: tuple[str, ...]
    beside: tuple[Happened, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Whose drafts the run of a day makes one invoice of: those of a customer, in a currency."""

    customer: str
    currency: str


_OF_CUSTOMERS: Final = invoices.join(subscriptions, subscriptions.c.id == invoices.c.subscription)
_DUE: Final = (
    select(subscriptions.c.customer, subscriptions.c.currency)
    .distinct()
    .select_from(_OF_CUSTOMERS)
    .where(invoices.c.state == "draft", invoices.c.run_on <= bindparam("until"))
    .order_by(subscriptions.c.customer, subscriptions.c.currency)
)


def due_of_run(connection: Connection, *, until: date) -> tuple[Due, ...]:
    """For whom the run of a day has something to invoice."""
    found = connection.execute(_DUE, {"until": until.isoformat()})
    return tuple(Due(customer=customer, currency=currency) for customer, currency in found)


def run_invoices(connection: Connection, *, until: date, at: int) -> Iterator[Happened]:
    """Make an invoice for each customer and currency of the drafts whose day has come."""
    for due in due_of_run(connection, until=until):
        yield from invoice_due(connection, due, until=until, at=at)


def invoice_due(connection: Connection, due: Due, *, until: date, at: int) -> tuple[Happened, ...]:
    """Make the invoice of a customer, and say what came of it for each of their subscriptions.

    Where somebody else has made it nothing comes of it.
    """
    locked = select(customers.c.id).where(customers.c.id == due.customer).with_for_update()
    connection.execute(locked).all()  # one run after the other: they number their invoices
    theirs = (subscriptions.c.customer == due.customer) & (subscriptions.c.currency == due.currency)
    waiting = invoices.c.state == "draft", invoices.c.run_on <= until.isoformat()
    having = select(subscriptions.c.id).distinct().select_from(_OF_CUSTOMERS).where(theirs, *waiting)
    names = connection.scalars(having).all()
    journal = Journal(connection)
    journal.look_up(names, keys=())  # which locks them: from now on nobody takes a draft back
    drafts = drafts_of(connection, names, until=until)
    if not drafts:
        return ()
    number = _number(connection, due) if len(drafts) > 1 else drafts[0][1].number
    made_on = [_issued(journal, name, draft=draft, number=number, at=at) for name, draft in drafts]
    journal.write()
    due_on = max(draft.due_on for _, draft in drafts)
    _issue(connection, drafts, made_on=made_on, due_on=due_on)
    if len(drafts) > 1:
        values = {"made_on": max(made_on), "due_on": due_on, "total": sum(draft.total for _, draft in drafts)}
        row = {"number": number, "customer": due.customer, "currency": due.currency, **values}
        add_many(connection, collective_invoices, rows=[row])
        parts = [
            {"invoice": draft.number, "collective": number, "position": position}
            for position, (_, draft) in enumerate(drafts, start=1)
        ]
        add_many(connection, collected, rows=parts)
    return tuple(_told(name, drafts, number=number) for name in dict.fromkeys(name for name, _ in drafts))


def _number(connection: Connection, due: Due) -> str:
    """The next number of a customer; by its stroke it is told from those of a subscription's own invoices."""
    theirs = collective_invoices.c.customer == due.customer
    made = connection.scalar(select(func.count()).select_from(collective_invoices).where(theirs)) or 0
    return f"{due.customer}/{made + 1}"


def _issued(journal: Journal, name: str, *, draft: Invoice, number: str, at: int) -> str:
    """Book that a draft is issued; the day of it where its subscription lives."""
    key = f"run:{draft.number}"
    held = journal.held(name, key=key)
    assert held is not None  # its draft was found, and its row is locked
    today = from_day(local_day(at, held.subscription.timezone or "UTC"))
    moved = tuple(posted(draft.open, debit="receivable", credit="invoice_run"))
    entry = Entry(key=key, order="", kind="invoice_run", at=at, on=today)
    journal.book(held, entry=entry, effect=Effect(postings=moved, reference=number))
    return today.isoformat()


def _issue(
    connection: Connection, drafts: Sequence[tuple[str, Invoice]], *, made_on: Sequence[str], due_on: str
) -> None:
    changes = [
        ({"number": draft.number}, {"state": "open" if draft.open else "paid", "made_on": day, "due_on": due_on})
        for (_, draft), day in zip(drafts, made_on, strict=True)
    ]
    change_many(connection, invoices, changes=changes)


def _told(name: str, drafts: Sequence[tuple[str, Invoice]], *, number: str) -> Happened:
    own = [draft for whose, draft in drafts if whose == name]
    paid = [PAID for draft in own if not draft.open]
    return Happened(subscription=name, source=own[0].number, invoices=(number,), events=(ISSUED, *paid))
