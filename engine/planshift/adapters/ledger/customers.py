"""Customers: what all subscriptions of one come to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

from sqlalchemy import Connection, select

from planshift.adapters.ledger.state import subscription_of
from planshift.adapters.ledger.statement import CollectiveInvoice, collective_of_customer
from planshift.adapters.ledger.tables import customers, subscriptions
from planshift.billing.money import Money, money


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSubscription:
    """A subscription of a customer: `owed` is billed and still open, `credit` stands to their good."""

    id: str
    plan: str
    price: str
    status: str
    renews_on: str
    owed: Money
    credit: Money


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """What all subscriptions in one currency come to."""

    owed: Money
    credit: Money


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerAccount:
    """A customer, known since an instant (epoch seconds), with all subscriptions and what they come to by currency.

    `invoices` are those that stand for several changes, of one subscription or of several.
    """

    id: str
    client_group: str | None
    currency: str
    opened_at: int
    subscriptions: tuple[HeldSubscription, ...]
    totals: tuple[Total, ...]
    invoices: tuple[CollectiveInvoice, ...]


def account_of_customer(connection: Connection, customer: str) -> CustomerAccount | None:
    """The account of a customer; None where the ledger has none of that id."""
    row = connection.execute(select(customers).where(customers.c.id == customer)).mappings().first()
    if row is None:
        return None
    found = tuple(_subscriptions(connection, customer))
    return CustomerAccount(
        **row, subscriptions=found, totals=tuple(_totals(found)), invoices=collective_of_customer(connection, customer)
    )


def _subscriptions(connection: Connection, customer: str) -> Iterator[HeldSubscription]:
    kept = select(subscriptions).where(subscriptions.c.customer == customer).order_by(subscriptions.c.id)
    for row in connection.execute(kept).mappings():
        held = subscription_of(row["state"])
        yield HeldSubscription(
            id=row["id"],
            plan=held.plan,
            price=held.price,
            status=row["status"],
            renews_on=row["renews_on"],
            owed=money(row["receivable"], row["currency"]),
            credit=money(-row["account_credit"] - row["next_bill_credit"], row["currency"]),
        )


def _totals(found: tuple[HeldSubscription, ...]) -> Iterator[Total]:
    """What is owed and what stands to their good, in each currency."""
    for currency in dict.fromkeys(each.owed.currency for each in found):
        of_it = [each for each in found if each.owed.currency == currency]
        yield Total(
            owed=money(sum(each.owed.minor for each in of_it), currency),
            credit=money(sum(each.credit.minor for each in of_it), currency),
        )
