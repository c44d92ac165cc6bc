"""A subscription as the ledger tells it: its state, with the money that its accounts and open invoices know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from planshift.adapters.ledger.held import Invoice, collective_of, open_invoices
from planshift.adapters.ledger.state import subscription_of
from planshift.adapters.ledger.tables import subscriptions
from planshift.billing.subscription import Subscription

_STANDING = select(
    subscriptions.c.state,
    subscriptions.c.state_by,
    subscriptions.c.receivable,
    subscriptions.c.waiting,
    (-subscriptions.c.account_credit - subscriptions.c.next_bill_credit).label("credit"),
)


def subscription_held(connection: Connection, name: str) -> Subscription | None:
    """A subscription as it stands; None where the ledger has none of that id."""
    row = connection.execute(_STANDING.where(subscriptions.c.id == name)).first()
    if row is None:
        return None
    invoices = open_invoices(connection, name)
    unpaid = sum(own_part(invoice) for invoice in invoices if invoice.order == row.state_by)
    state = subscription_of(row.state)
    return replace(
        state,
        paid=None if state.paid is None else max(state.paid - unpaid, 0),
        debt=row.receivable,
        older_debt=row.receivable - unpaid,
        waiting=row.waiting,
        unpaid_invoices=_documents(connection, invoices),
        account_credit=row.credit,
    )


def _documents(connection: Connection, invoices: Sequence[Invoice]) -> int:
    """How many invoices the customer has on the table: those of a collective one are one."""
    count = sum(invoice.documents for invoice in invoices)
    if len(invoices) < 2:  # one is no collection
        return count
    together = collective_of(connection, [invoice.number for invoice in invoices])
    return count - len(together) + len(set(together.values()))


def own_part(invoice: Invoice) -> int:
    """What is open of the part of an invoice that pays for the running period: other parts are paid first."""
    return min(invoice.open, invoice.for_period)
