"""The statement of a subscription: its invoices with their lines, what was paid, and where its accounts stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, final

from sqlalchemy import ColumnElement, Connection, Row, func, select

from planshift.adapters.ledger.chart import CHART, Account
from planshift.adapters.ledger.reports import balances
from planshift.adapters.ledger.tables import (
    collected,
    collective_invoices,
    credit_notes,
    entries,
    invoices,
    lines,
    payments,
    subscriptions,
)
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
    """An invoice: `state` is draft, open, paid or void; `left` is what is left to pay of it.

    `collective` is the number of the invoice that it is a line group of, where an invoice run made one of several, and
    `credit_note` that of the note by which it was taken back there.
    """

    number: str
    state: str
    made_on: str
    due_on: str
    total: Money
    credit_used: Money
    left: Money
    order: str
    lines: tuple[StatedLine, ...]
    subscription: str
    collective: str | None
    credit_note: str | None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CollectiveInvoice:
    """What an invoice run made for a customer: an invoice that stands for several, the line groups of which they are.

    `total` is what it was issued with, `credited` what credit notes took back of it since, `left` what is left to pay.
    """

    number: str
    customer: str
    made_on: str
    due_on: str
    total: Money
    credited: Money
    credit_used: Money
    left: Money
    groups: tuple[StatedInvoice, ...]


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
    """All of it, the oldest first; of the accounts those on which something stands, as debits less credits.

    `collective` has the invoices whole that the subscription shares with others.
    """

    subscription: str
    invoices: tuple[StatedInvoice, ...]
    collective: tuple[CollectiveInvoice, ...]
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
        invoices=_stated(connection, invoices.c.subscription == subscription),
        collective=_collective(connection, _sharing(subscription)),
        payments=_payments(connection, subscription, currency=currency),
        accounts=tuple((_TITLES[account], money(minor, currency)) for account, minor in standing),
    )


def collective_of_customer(connection: Connection, customer: str) -> tuple[CollectiveInvoice, ...]:
    """The invoices of runs that stand for several of a customer, the oldest first."""
    return _collective(connection, collective_invoices.c.customer == customer)


def _sharing(subscription: str) -> ColumnElement[bool]:
    of_it = select(collected.c.collective).join(invoices, invoices.c.number == collected.c.invoice)
    return collective_invoices.c.number.in_(of_it.where(invoices.c.subscription == subscription))


def _collective(connection: Connection, those: ColumnElement[bool]) -> tuple[CollectiveInvoice, ...]:
    found = (
        select(collective_invoices)
        .where(those)
        .order_by(
            collective_invoices.c.made_on,
            func.length(collective_invoices.c.number),
            collective_invoices.c.number,
        )
    )
    return tuple(_whole(connection, row) for row in connection.execute(found).all())


def _whole(connection: Connection, row: Row[Any]) -> CollectiveInvoice:
    groups = _stated(connection, collected.c.collective == row.number)
    in_force = [each for each in groups if each.state != "void"]
    return CollectiveInvoice(
        number=row.number,
        customer=row.customer,
        made_on=row.made_on,
        due_on=row.due_on,
        total=money(row.total, row.currency),
        credited=money(row.total - sum(each.total.minor for each in in_force), row.currency),
        credit_used=money(sum(each.credit_used.minor for each in in_force), row.currency),
        left=money(sum(each.left.minor for each in in_force), row.currency),
        groups=groups,
    )


def _stated(connection: Connection, those: ColumnElement[bool]) -> tuple[StatedInvoice, ...]:
    """Some invoices in the order in which they were made; those of a collective one in their places."""
    tables = (
        invoices.join(entries, entries.c.key == invoices.c.key)
        .outerjoin(collected, collected.c.invoice == invoices.c.number)
        .outerjoin(credit_notes, credit_notes.c.invoice == invoices.c.number)
    )
    found = (
        select(invoices, collected.c.collective, credit_notes.c.number.label("credit_note"))
        .select_from(tables)
        .where(those)
        .order_by(invoices.c.made_on, collected.c.position, entries.c.booked_at, invoices.c.number)
    )
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
            subscription=row.subscription,
            collective=row.collective,
            credit_note=row.credit_note,
        )
        for row in connection.execute(found).all()
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
