"""Money that comes in and goes out: payments and refunds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

from sqlalchemy import Connection, select, update

from planshift.adapters.ledger.booking import Entry, Journal, book
from planshift.adapters.ledger.chart import posted
from planshift.adapters.ledger.collecting import PAID, RECEIVED, Happened
from planshift.adapters.ledger.effect import Effect, TakenOff
from planshift.adapters.ledger.held import (
    Held,
    Invoice,
    LedgerRefuses,
    collective_of,
    held_of,
    invoices_named,
    open_invoices,
)
from planshift.adapters.ledger.tables import entries, payments, refunds
from planshift.billing.calendar import from_day
from planshift.billing.money import Money
from planshift.billing.zones import local_day

LONGEST_SOURCE = 300
"""How many characters the outside may call a payment by."""


def receive_payment(
    connection: Connection, subscription: str, *, amount: Money, source: str, at: int, invoice: str | None = None
) -> Happened:
    """Take a payment in: for an invoice, or for what has been due longest; what is left over stands on the account.

    A collective invoice is paid line group by line group, whichever subscriptions they are of. `source` is what the
    outside calls the payment: the same one again changes nothing, and is answered as the first time.

    Raises:
        LedgerRefuses: there is no such subscription or invoice, or the amount is none of its currency.
    """
    key, journal = f"payment:{source}", Journal(connection)
    named = [] if invoice is None else [name for name, _ in invoices_named(connection, invoice)]
    if any(name != subscription for name in named):
        journal.look_up([subscription, *named], keys=[key])  # all at once, so that nobody waits in a circle
    held = journal.held(subscription, key=key)
    if held is None:
        raise LedgerRefuses(f"the ledger has no subscription {subscription}")
    if held.booked is not None:
        return _known(connection, subscription, source=source, settled=held.booked[1])
    _check(held, amount=amount, source=source)
    shares, left = _shared(amount.minor, _to_pay(connection, held, invoice), own=subscription)
    told = [
        _Share(name=name, taken_off=taken_off, over=left if name == subscription else 0, number=number)
        for number, (name, taken_off) in enumerate(shares.items(), start=1)
    ]
    for share in told:
        share.book(journal, source=source, at=at)
    journal.write()
    settled = [number for share in told for number in share.settled]
    own, *beside = (share.told(source=source) for share in told)
    return replace(own, invoices=_documents(connection, settled), beside=tuple(beside))


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Share:
    """What a payment is to a subscription: what it takes off its invoices, and what is left `over` for the account."""

    name: str
    number: int
    taken_off: Sequence[TakenOff]
    over: int

    @property
    def settled(self) -> tuple[str, ...]:
        """The invoices that nothing is left to pay of."""
        return tuple(each.invoice.number for each in self.taken_off if each.minor == each.invoice.open)

    def book(self, journal: Journal, *, source: str, at: int) -> None:
        """Book it."""
        key = f"payment:{source}" if self.number == 1 else f"payment-share-{self.number}:{source}"
        held = journal.held(self.name, key=key)
        assert held is not None  # it has an invoice, or is the one that was named
        paid = sum(each.minor for each in self.taken_off)
        row = {"source": source, "subscription": held.id, "minor": paid + self.over, "received_at": at}
        effect = Effect(
            postings=(
                *posted(paid, debit="cash", credit="receivable"),
                *posted(self.over, debit="cash", credit="account_credit"),
            ),
            taken_off=tuple(self.taken_off),
            rows=((payments, row),) if paid + self.over else (),
            reference=" ".join(self.settled),
        )
        journal.book(held, entry=_entry(held, key, kind="payment", at=at), effect=effect)

    def told(self, *, source: str) -> Happened:
        """What happened to the subscription by it, under a name of its own: events are known by theirs."""
        known_as = source if self.number == 1 else f"{source}:share {self.number}"
        events = (RECEIVED, *(PAID for _ in self.settled))
        return Happened(subscription=self.name, source=known_as, invoices=self.settled, events=events)


def _check(held: Held, *, amount: Money, source: str) -> None:
    if not 0 < len(source) <= LONGEST_SOURCE:
        raise LedgerRefuses(
            f"the source of a payment has 1 to {LONGEST_SOURCE} characters", f"this one has {len(source)}"
        )
    if amount.currency != held.currency or amount.minor <= 0:
        raise LedgerRefuses(f"a payment of {amount} cannot be taken in", f"{held.id} is paid in {held.currency}")


def _shared(minor: int, bills: Sequence[tuple[str, Invoice]], *, own: str) -> tuple[dict[str, list[TakenOff]], int]:
    """What an amount takes off invoices, one after the other, by subscription; and what is left of it."""
    shares: dict[str, list[TakenOff]] = {own: []}
    for name, bill in bills:
        taken = min(minor, bill.open)
        if taken:
            minor -= taken
            shares.setdefault(name, []).append(TakenOff(invoice=bill, minor=taken, paid=True))
    return shares, minor


def _to_pay(connection: Connection, held: Held, number: str | None) -> tuple[tuple[str, Invoice], ...]:
    if number is None:
        return tuple((held.id, each) for each in open_invoices(connection, held.id))
    found = invoices_named(connection, number)
    if held.id not in {name for name, _ in found}:
        raise LedgerRefuses(f"{held.id} has no invoice {number}")
    return tuple((name, each) for name, each in found if each.state == "open")


def _known(connection: Connection, subscription: str, *, source: str, settled: str) -> Happened:
    """A payment that was taken in before, as far as it was the subscription's."""
    shares = payments.join(entries, entries.c.key == payments.c.entry)
    found = connection.scalars(select(entries.c.reference).select_from(shares).where(payments.c.source == source))
    numbers = [number for reference in found for number in reference.split()]
    events = (RECEIVED, *(PAID for _ in settled.split()))
    return Happened(subscription=subscription, source=source, invoices=_documents(connection, numbers), events=events)


def _documents(connection: Connection, numbers: Sequence[str]) -> tuple[str, ...]:
    """Invoices by the numbers that the customer knows; a collective one is among them once all of it is paid."""
    together = collective_of(connection, numbers)
    left = {
        collective
        for collective in set(together.values())
        if any(each.state == "open" for _, each in invoices_named(connection, collective))
    }
    told = (together.get(number, number) for number in numbers)
    return tuple(number for number in dict.fromkeys(told) if number not in left)


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


def _held(connection: Connection, subscription: str, *, key: str) -> Held:
    held = held_of(connection, subscription, key=key)
    if held is None:
        raise LedgerRefuses(f"the ledger has no subscription {subscription}")
    return held


def _entry(held: Held, key: str, *, kind: str, at: int) -> Entry:
    today = from_day(local_day(at, held.subscription.timezone or "UTC"))
    return Entry(key=key, order="", kind=kind, at=at, on=today)
