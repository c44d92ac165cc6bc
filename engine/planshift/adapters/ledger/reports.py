"""What the ledger says as a whole: balances, the trial balance, and what does not add up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, final

from sqlalchemy import Connection, Select, Subquery, and_, bindparam, case, func, or_, select, union_all

from planshift.adapters.ledger.chart import ACCOUNTS, NEVER_ABOVE_ZERO, NEVER_BELOW_ZERO
from planshift.adapters.ledger.tables import (
    allocations,
    collected,
    collective_invoices,
    credit_notes,
    customers,
    entries,
    invoices,
    lines,
    payments,
    postings,
    subscriptions,
)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What was debited to and credited from an account, in a currency (minor units)."""

    currency: str
    account: str
    debits: int
    credits: int

    @property
    def minor(self) -> int:
        """The balance: debits less credits."""
        return self.debits - self.credits


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """An amount that went from one account to another: when, by what entry, and what that entry was of."""

    entry: str
    order: str
    kind: str
    on: str
    debit: str
    credit: str
    minor: int
    currency: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """Something that does not add up: where, and what is wrong."""

    subscription: str
    what: str

    def __str__(self) -> str:
        return f"{self.subscription}: {self.what}"


def balances(connection: Connection, subscription: str) -> dict[str, int]:
    """The balance of each account of a subscription that has one."""
    row = connection.execute(_BALANCES_OF, {"subscription_id": subscription}).mappings().first()
    return {} if row is None else {account: row[account] for account in ACCOUNTS if row[account]}


def journal(connection: Connection, subscription: str) -> tuple[Posted, ...]:
    """Everything that was posted for a subscription, in the order of its entries."""
    told = entries.c.order, entries.c.kind, entries.c.booked_on.label("on")
    found = (
        select(postings.c.entry, *told, postings.c.debit, postings.c.credit, postings.c.minor, postings.c.currency)
        .join(entries, entries.c.key == postings.c.entry)
        .where(postings.c.subscription == subscription)
        .order_by(entries.c.number, postings.c.number)
    )
    return tuple(Posted(**row) for row in connection.execute(found).mappings())


def trial_balance(connection: Connection) -> tuple[Balance, ...]:
    """Debits and credits of every account, by currency, in the order of the chart; both come to the same."""
    sums = _sums("currency")
    found = {(row.currency, row.account): row for row in connection.execute(sums)}
    currencies = sorted({currency for currency, _ in found})
    keys = ((currency, account) for currency in currencies for account in ACCOUNTS)
    return tuple(
        Balance(currency=key[0], account=key[1], debits=int(found[key].debits), credits=int(found[key].credits))
        for key in keys
        if key in found
    )


def flaws(connection: Connection) -> Iterator[Flaw]:
    """Everything in the ledger that does not add up; nothing as a rule."""
    yield from _balances_that_differ(connection)
    yield from _balances_on_the_wrong_side(connection)
    yield from _invoices_that_differ(connection)
    yield from _open_that_differs(connection)
    yield from _lines_that_differ(connection)
    yield from _payments_that_differ(connection)
    yield from _customers_that_lack(connection)
    yield from _collective_that_differ(connection)
    yield from _credit_notes_that_differ(connection)


_COLUMNS = tuple(subscriptions.c[account] for account in ACCOUNTS)
_BALANCES = select(subscriptions.c.id, *_COLUMNS)
_BALANCES_OF = select(*_COLUMNS).where(subscriptions.c.id == bindparam("subscription_id"))

# Each question is put together once: that takes longer than asking it of a small ledger.


def _sides() -> Subquery:
    """Every posting once for each of its sides."""
    kept = postings.c.subscription, postings.c.currency
    debit = select(*kept, postings.c.debit.label("account"), postings.c.minor.label("debits"), _ZERO.label("credits"))
    credit = select(*kept, postings.c.credit.label("account"), _ZERO.label("debits"), postings.c.minor.label("credits"))
    return union_all(debit, credit).subquery()


_ZERO = postings.c.minor - postings.c.minor


@cache
def _sums(by: str) -> Select[Any]:
    sides = _sides()
    column = sides.c[by]
    sums = func.sum(sides.c.debits).label("debits"), func.sum(sides.c.credits).label("credits")
    return select(column, sides.c.account, *sums).group_by(column, sides.c.account)


def _balances_that_differ(connection: Connection) -> Iterator[Flaw]:
    posted: dict[str, dict[str, int]] = {}
    for row in connection.execute(_sums("subscription")):
        posted.setdefault(row.subscription, {})[row.account] = int(row.debits) - int(row.credits)
    for held in connection.execute(_BALANCES).mappings():
        told = posted.get(held["id"], {})
        for account in ACCOUNTS:
            if held[account] != told.get(account, 0):
                what = f"the postings on {account} come to {told.get(account, 0)}, and its balance is {held[account]}"
                yield Flaw(subscription=held["id"], what=what)


@cache
def _on_the_wrong_side() -> Select[Any]:
    below = [subscriptions.c[account] < 0 for account in NEVER_BELOW_ZERO]
    above = [subscriptions.c[account] > 0 for account in NEVER_ABOVE_ZERO]
    return select(subscriptions.c.id, *_COLUMNS).where(or_(*below, *above))


def _balances_on_the_wrong_side(connection: Connection) -> Iterator[Flaw]:
    for row in connection.execute(_on_the_wrong_side()).mappings():
        for account in (*NEVER_BELOW_ZERO, *NEVER_ABOVE_ZERO):
            if row[account] * (1 if account in NEVER_BELOW_ZERO else -1) < 0:
                yield Flaw(
                    subscription=row["id"], what=f"the balance of {account} is {row[account]}, on the wrong side"
                )


@cache
def _invoiced_otherwise(account: str, state: str) -> Select[Any]:
    told = func.coalesce(func.sum(case((invoices.c.state == state, invoices.c.open), else_=0)), 0)
    return (
        select(subscriptions.c.id, subscriptions.c[account].label("balance"), told.label("told"))
        .select_from(subscriptions.outerjoin(invoices, invoices.c.subscription == subscriptions.c.id))
        .group_by(subscriptions.c.id, subscriptions.c[account])
        .having(told != subscriptions.c[account])
    )


def _invoices_that_differ(connection: Connection) -> Iterator[Flaw]:
    """Open invoices and receivables, drafts and the account of the invoice run, are the same."""
    for account, state in (("receivable", "open"), ("invoice_run", "draft")):
        for row in connection.execute(_invoiced_otherwise(account, state)):
            what = f"invoices that are {state} come to {row.told}, and the balance of {account} is {row.balance}"
            yield Flaw(subscription=row.id, what=what)


@cache
def _open_otherwise() -> Select[Any]:
    taken = func.coalesce(func.sum(allocations.c.minor), 0)
    left = invoices.c.total - invoices.c.credit_used - taken
    named = invoices.c.number, invoices.c.subscription, invoices.c.open
    return (
        select(*named, left.label("left"))
        .select_from(invoices.outerjoin(allocations, allocations.c.invoice == invoices.c.number))
        .where(invoices.c.state != "void")
        .group_by(*named, invoices.c.total, invoices.c.credit_used)
        .having(left != invoices.c.open)
    )


def _open_that_differs(connection: Connection) -> Iterator[Flaw]:
    """What is open of an invoice is its total, less credit and payments."""
    for row in connection.execute(_open_otherwise()):
        what = f"{row.left} should be open of invoice {row.number}, and {row.open} is"
        yield Flaw(subscription=row.subscription, what=what)


@cache
def _summed_up_otherwise() -> Select[Any]:
    told = func.sum(lines.c.minor)
    return (
        select(invoices.c.number, invoices.c.subscription, invoices.c.total, told.label("told"))
        .select_from(invoices.join(lines, lines.c.entry == invoices.c.key))
        .group_by(invoices.c.number, invoices.c.subscription, invoices.c.total)
        .having(told != invoices.c.total)
    )


def _lines_that_differ(connection: Connection) -> Iterator[Flaw]:
    """The lines of an invoice come to its total; one that stands for what was open before has none."""
    for row in connection.execute(_summed_up_otherwise()):
        what = f"the lines of invoice {row.number} come to {row.told}, and its total is {row.total}"
        yield Flaw(subscription=row.subscription, what=what)


@cache
def _paid_otherwise() -> Select[Any]:
    cash = and_(postings.c.entry == entries.c.key, postings.c.debit == "cash")
    told = func.coalesce(func.sum(postings.c.minor), 0)
    return (
        select(payments.c.source, payments.c.subscription, payments.c.minor, told.label("told"))
        .select_from(payments.join(entries, entries.c.key == payments.c.entry).outerjoin(postings, cash))
        .group_by(payments.c.source, payments.c.subscription, payments.c.minor)
        .having(told != payments.c.minor)
    )


def _payments_that_differ(connection: Connection) -> Iterator[Flaw]:
    """What a payment brought in stands on the cash account."""
    for row in connection.execute(_paid_otherwise()):
        what = f"the payment {row.source} brought {row.minor}, and {row.told} was booked"
        yield Flaw(subscription=row.subscription, what=what)


@cache
def _of_nobody() -> Select[Any]:
    known = subscriptions.outerjoin(customers, customers.c.id == subscriptions.c.customer)
    return select(subscriptions.c.id, subscriptions.c.customer).select_from(known).where(customers.c.id.is_(None))


def _customers_that_lack(connection: Connection) -> Iterator[Flaw]:
    """Every subscription is somebody's."""
    for row in connection.execute(_of_nobody()):
        yield Flaw(subscription=row.id, what=f"there is no customer {row.customer}")


@cache
def _collected_otherwise() -> Select[Any]:
    whole = collective_invoices
    told = func.coalesce(func.sum(invoices.c.total), 0)
    strangers = func.sum(
        case((and_(subscriptions.c.customer == whole.c.customer, invoices.c.currency == whole.c.currency), 0), else_=1)
    )
    parts = (
        whole.outerjoin(collected, collected.c.collective == whole.c.number)
        .outerjoin(invoices, invoices.c.number == collected.c.invoice)
        .outerjoin(subscriptions, subscriptions.c.id == invoices.c.subscription)
    )
    return (
        select(whole.c.number, whole.c.customer, whole.c.total, told.label("told"), strangers.label("strangers"))
        .select_from(parts)
        .group_by(whole.c.number, whole.c.customer, whole.c.total)
        .having(or_(told != whole.c.total, strangers > 0))
    )


def _collective_that_differ(connection: Connection) -> Iterator[Flaw]:
    """A collective invoice is of one customer, in one currency, and comes to what it stands for."""
    for row in connection.execute(_collected_otherwise()):
        what = f"what invoice {row.number} stands for comes to {row.told}, and its total is {row.total}"
        if row.strangers:
            what = f"invoice {row.number} stands for what is not of its customer and currency"
        yield Flaw(subscription=row.customer, what=what)


@cache
def _noted_otherwise() -> Select[Any]:
    void, noted = invoices.c.state == "void", credit_notes.c.number.is_not(None)
    parts = collected.join(invoices, invoices.c.number == collected.c.invoice)
    differs = or_(and_(void, ~noted), and_(~void, noted), credit_notes.c.minor != invoices.c.total)
    return (
        select(invoices.c.number, invoices.c.subscription, collected.c.collective)
        .select_from(parts.outerjoin(credit_notes, credit_notes.c.invoice == invoices.c.number))
        .where(differs)
    )


def _credit_notes_that_differ(connection: Connection) -> Iterator[Flaw]:
    """What was taken back of a collective invoice, and nothing else, has a credit note of its amount."""
    for row in connection.execute(_noted_otherwise()):
        what = f"the credit note on {row.number} of invoice {row.collective} is not what was taken back"
        yield Flaw(subscription=row.subscription, what=what)
