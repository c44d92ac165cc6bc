"""What comes in at the ledger, told to the orders that it may concern: both are on record, or neither is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import final

from sqlalchemy import Connection

from planshift.adapters.ledger.collecting import Happened, due_of_run, invoice_due
from planshift.adapters.ledger.payments import receive_payment
from planshift.billing.money import Money
from planshift.execution.growing import Reacts
from planshift.execution.happening import Heard, take_in
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
        telling = _Telling(connection=connection, at=at, reacts=reacts)
        return telling.told(found)


def run_invoices(store: Store, *, until: date, at: int, reacts: Reacts | None = None) -> Iterator[Received]:
    """Make the invoices that were left to the invoice run of a day that has come, each in a transaction of its own."""
    with store.reading() as connection:
        waiting = due_of_run(connection, until=until)
    for due in waiting:
        with store.begin() as connection:
            telling = _Telling(connection=connection, at=at, reacts=reacts)
            told = [telling.told(made) for made in invoice_due(connection, due, until=until, at=at)]
        yield from told


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Telling:
    """Tells the orders of subscriptions what has happened, within the transaction in which it did."""

    connection: Connection
    at: int
    reacts: Reacts | None

    def told(self, found: Happened) -> Received:
        heard = [each for one in (found, *found.beside) for each in self._heard(one)]
        orders = {order.id: order for each in heard for order in each.orders}
        return Received(new=any(each.new for each in heard), orders=tuple(orders.values()), invoices=found.invoices)

    def _heard(self, found: Happened) -> Iterator[Heard]:
        for number, event in enumerate(found.events):
            yield take_in(
                self.connection,
                event,
                source=f"{found.source}:{event}:{number}" if number else found.source,
                at=self.at,
                subscription=found.subscription,
                reacts=self.reacts,
            )
