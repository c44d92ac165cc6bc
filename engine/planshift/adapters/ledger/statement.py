"""The statement of a subscription: its invoices with their lines, what was paid, and where its accounts stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

from sqlalchemy import Connection, select

from planshift.adapters.ledger.chart import CHART, Account
from planshift.adapters.ledger.reports import balances
from planshift.adapters.ledger.tables import entries, invoices, lines, payments, subscriptions
from planshift.billing.money import Money, money

_TITLES: Final = {account.id: account for account in CHART}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StatedLine:
    """A line of an invoice: what it is for, half-open days where it is for some, and its amount."""

    title: str
    starts_on: str | None
    ends_on: str | None
    amount: Money


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StatedInvoice:
    """An invoice: `state` is draft, open, paid or void; `left` is what is left to pay of it."""

    number: str
    state: str
    made_on: str
    due_on: str
    total: Money
    credit_used: Money
    left: Money
    order: str
    lines: tuple[StatedLine, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StatedPayment:
    """A payment: what its source calls it, how much it was, and when (epoch seconds) it came in."""

    source: str
    amount: Money
    at: int


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """All of it, the oldest first; of the accounts those on which something stands, as debits less credits."""

    subscription: str
    invoices: tuple[StatedInvoice, ...]
    payments: tuple[StatedPayment, ...]
    accounts: tuple[tuple[Account, Money], ...]


def statement_of(connection: Connection, subscription: str) -> Statement | None:
    """The statement of a subscription; None where the ledger has none of that id."""
    currency = connection.scalar(select(subscriptions.c.currency).where(subscriptions.c.id == subscription))
    if currency is None:
        return None
    standing = balances(connection, subscription).items()
    return Statement(
        subscription=subscription,
        invoices=_invoices(connection, subscription),
        payments=_payments(connection, subscription, currency=currency),
        accounts=tuple((_TITLES[account], money(minor, currency)) for account, minor in standing),
    )


def _invoices(connection: Connection, subscription: str) -> tuple[StatedInvoice, ...]:
    found = (
        select(invoices)
        .where(invoices.c.subscription == subscription)
        .order_by(invoices.c.made_on, entries.c.booked_at)
    )
    of_entry = found.join(entries, entries.c.key == invoices.c.key).order_by(invoices.c.number)
    return tuple(
        StatedInvoice(
            number=row.number,
            state=row.state,
            made_on=row.made_on,
            due_on=row.due_on,
            total=money(row.total, row.currency),
            credit_used=money(row.credit_used, row.currency),
            left=money(row.open, row.currency),
            order=row.order,
            lines=_lines(connection, row.key, currency=row.currency),
        )
        for row in connection.execute(of_entry)
    )


def _lines(connection: Connection, entry: str, *, currency: str) -> tuple[StatedLine, ...]:
    found = select(lines).where(lines.c.entry == entry).order_by(lines.c.number)
    return tuple(
        StatedLine(title=row.title, starts_on=row.starts_on, ends_on=row.ends_on, amount=money(row.minor, currency))
        for row in connection.execute(found)
    )


def _payments(connection: Connection, subscription: str, *, currency: str) -> tuple[StatedPayment, ...]:
    found = (
        select(payments)
        .where(payments.c.subscription == subscription)
        .order_by(payments.c.received_at, payments.c.source)
    )
    return tuple(
        StatedPayment(source=row.source, amount=money(row.minor, currency), at=row.received_at)
        for row in connection.execute(found)
    )
