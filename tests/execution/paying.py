"""Somebody who pays whatever an order bills."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from planshift.adapters.ledger.collecting import run_invoices
from planshift.adapters.ledger.payments import receive_payment
from planshift.adapters.ledger.tables import invoices
from planshift.billing.money import Money
from planshift.book import Decision
from planshift.execution.happening import take_in
from planshift.execution.store.engine import Store


def pay(store: Store, decision: Decision, *, order: str, at: int) -> bool:
    """Make the invoices of the run, pay all that are open, and tell; whether there was one."""
    until = decision.plan(order).effective_on + timedelta(days=1000)
    decimals = decision.plan(order).flow.charges.decimals
    unpaid = select(invoices).where(invoices.c.state == "open", invoices.c.open > 0, invoices.c.order == order)
    found = False
    with store.begin() as connection:
        list(run_invoices(connection, until=until, at=at))
        for bill in connection.execute(unpaid).all():
            amount = Money(minor=bill.open, currency=bill.currency, decimals=decimals)
            name, source = bill.subscription, f"card-{bill.number}"
            paid = receive_payment(connection, name, amount=amount, source=source, at=at, invoice=bill.number)
            for each in paid.events:
                take_in(connection, each, source=f"{source}:{each}", at=at, subscription=name)
            found = True
    return found
