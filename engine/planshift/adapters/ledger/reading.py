"""Subscriptions as the ledger tells them: their state, with the money that their accounts and open invoices know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, select

from planshift.adapters.ledger.held import Invoice, collective_of, open_invoices_of
from planshift.adapters.ledger.state import subscription_of
from planshift.adapters.ledger.tables import subscriptions
from planshift.billing.changing import changed
from planshift.billing.subscription import Subscription

_STANDING: Final = select(
    subscriptions.c.id,
    subscriptions.c.state,
    subscriptions.c.state_by,
    subscriptions.c.receivable,
    subscriptions.c.waiting,
    (-subscriptions.c.account_credit - subscriptions.c.next_bill_credit).label("credit"),
).where(subscriptions.c.id.in_(bindparam("ids", expanding=True)))


def subscription_held(connection: Connection, name: str) -> Subscription | None:
    """A subscription as it stands; None where the ledger has none of that id."""
    return subscriptions_held(connection, [name]).get(name)


def subscriptions_held(connection: Connection, names: Sequence[str]) -> dict[str, Subscription]:
    """Subscriptions as they stand, by id; those that the ledger does not have are left out."""
    invoices = open_invoices_of(connection, names)
    several = [each.number for found in invoices.values() if len(found) > 1 for each in found]  # one is no collection
    together = collective_of(connection, several)
    rows = connection.execute(_STANDING, {"ids": list(names)})
    return {row.id: _held(row, invoices=invoices.get(row.id, ()), together=together) for row in rows}


def _held(row: Row[*tuple[Any, ...]], *, invoices: Sequence[Invoice], together: Mapping[str, str]) -> Subscription:
    unpaid = sum(own_part(invoice) for invoice in invoices if invoice.order == row.state_by)
    state = subscription_of(row.state)
    return changed(
        state,
        paid=None if state.paid is None else max(state.paid - unpaid, 0),
        debt=row.receivable,
        older_debt=row.receivable - unpaid,
        waiting=row.waiting,
        unpaid_invoices=_documents(invoices, together=together),
        account_credit=row.credit,
    )


def _documents(invoices: Sequence[Invoice], *, together: Mapping[str, str]) -> int:
    """How many invoices the customer has on the table: those of a collective one are one."""
    parts = [together[each.number] for each in invoices if each.number in together]
    return sum(each.documents for each in invoices) - len(parts) + len(set(parts))


def own_part(invoice: Invoice) -> int:
    """What is open of the part of an invoice that pays for the running period: other parts are paid first."""
    return min(invoice.open, invoice.for_period)
