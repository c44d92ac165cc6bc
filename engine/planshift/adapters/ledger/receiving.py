"""What comes in at the ledger, told to the orders that it may concern: both are on record, or neither is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import final

from sqlalchemy import Connection

from planshift.adapters.ledger.payments import receive_payment
from planshift.adapters.ledger.payments import run_invoices as made_by_run
from planshift.billing.money import Money
from planshift.execution.growing import Reacts
from planshift.execution.happening import take_in
from planshift.execution.order import Order
from planshift.execution.store.engine import Store


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money that came in from a customer, for one invoice or for whatever is due longest."""

    subscription: str
    amount: Money
    invoice: str | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What something came to: whether it is `new`, the orders that were told, and the invoices that it is about."""

    new: bool
    orders: tuple[Order, ...]
    invoices: tuple[str, ...] = ()


def receive(store: Store, payment: Payment, *, source: str, at: int, reacts: Reacts | None = None) -> Received:
    """Take a payment in; the invoices are those that it settles. `source` is what the outside calls it.

    Raises:
        LedgerRefuses: the ledger cannot book it.
    """
    with store.begin() as connection:
        found = receive_payment(
            connection, payment.subscription, amount=payment.amount, source=source, at=at, invoice=payment.invoice
        )
        telling = _Telling(connection=connection, source=source, at=at, reacts=reacts)
        return telling.told(found.subscription, events=found.events, invoices=found.invoices)


def run_invoices(store: Store, *, until: date, at: int, reacts: Reacts | None = None) -> tuple[Received, ...]:
    """Make the invoices that were left to the invoice run of a day that has come."""
    with store.begin() as connection:
        return tuple(
            _Telling(connection=connection, source=" ".join(made.invoices), at=at, reacts=reacts).told(
                made.subscription, events=made.events, invoices=made.invoices
            )
            for made in made_by_run(connection, until=until, at=at)
        )


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Telling:
    """Tells the orders of a subscription what has happened, within the transaction in which it did."""

    connection: Connection
    source: str
    at: int
    reacts: Reacts | None

    def told(self, subscription: str, *, events: Sequence[str], invoices: tuple[str, ...]) -> Received:
        heard = [
            take_in(
                self.connection,
                event,
                source=f"{self.source}:{event}:{number}" if number else self.source,
                at=self.at,
                subscription=subscription,
                reacts=self.reacts,
            )
            for number, event in enumerate(events)
        ]
        orders = {order.id: order for each in heard for order in each.orders}
        return Received(new=any(each.new for each in heard), orders=tuple(orders.values()), invoices=invoices)
