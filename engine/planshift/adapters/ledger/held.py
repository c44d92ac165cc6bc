"""What the ledger holds of a subscription when something is booked on it, and reading it with its row locked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final, final

from sqlalchemy import Connection, Row, RowMapping, bindparam, func, select

from planshift.adapters.ledger.chart import ACCOUNTS
from planshift.adapters.ledger.state import subscription_of
from planshift.adapters.ledger.tables import collected, entries, invoices, subscriptions
from planshift.billing.subscription import Subscription
from planshift.diagnostics.errors import PlanshiftError


@dataclass(eq=False)
class LedgerRefuses(PlanshiftError):
    """The ledger cannot book something; `help` says what to do about it."""

    why: str
    help: str = ""

    def __str__(self) -> str:
        return f"{self.why}: {self.help}" if self.help else self.why


Booked = tuple[str, str]
"""The kind and the reference of an entry that was made."""


@final
@dataclass(frozen=True, kw_only=True)
class Held:
    """A subscription as it stands.

    `state` is its document, `state_by` the order that brought it into that state, `entries` and `invoices` how many it
    has had.
    `booked` is the kind and the reference of the entry that is to be made, where it was made before.
    """

    id: str
    currency: str
    state: str
    state_by: str
    entries: int
    invoices: int
    balances: Mapping[str, int]
    booked: Booked | None

    @cached_property
    def subscription(self) -> Subscription:
        """The subscription without its money."""
        return subscription_of(self.state)


_HELD: Final = (
    select(subscriptions, entries.c.kind, entries.c.reference)
    .select_from(subscriptions.outerjoin(entries, entries.c.key == bindparam("entry_key")))
    .where(subscriptions.c.id == bindparam("subscription_id"))
    .with_for_update(of=subscriptions)
)
_MANY: Final = (
    select(subscriptions)
    .where(subscriptions.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(subscriptions.c.id)  # all lock them in one order, so that nobody waits in a circle
    .with_for_update()
)
_AT_ONCE: Final = 5_000
"""How many keys one statement may ask for."""

_BOOKED: Final = select(entries.c.key, entries.c.kind, entries.c.reference).where(
    entries.c.key.in_(bindparam("keys", expanding=True))
)


_OF_KEY: Final = select(invoices).where(invoices.c.key == bindparam("of_key"))
_NUMBERED: Final = select(invoices).where(invoices.c.number == bindparam("of_number"))
_IN_STATE: Final = (
    select(invoices)
    .where(invoices.c.subscription.in_(bindparam("ids", expanding=True)), invoices.c.state == bindparam("in_state"))
    .order_by(invoices.c.due_on, invoices.c.made_on, invoices.c.number)
)


def held_of(connection: Connection, subscription: str, *, key: str) -> Held | None:
    """What is held of a subscription, its row locked until the transaction ends; None where the ledger has none."""
    row = connection.execute(_HELD, {"subscription_id": subscription, "entry_key": key}).first()
    if row is None:
        return None
    named = row._mapping  # noqa: SLF001  # the way of SQLAlchemy to read a row by names
    return _held(named, booked=None if named["kind"] is None else (named["kind"], named["reference"]))


def held_of_many(connection: Connection, names: Sequence[str]) -> Iterator[Held]:
    """What is held of some subscriptions, their rows locked in the order of their ids; some may not be there."""
    for row in connection.execute(_MANY, {"ids": sorted(set(names))}).mappings():
        yield _held(row, booked=None)


def booked_of(connection: Connection, keys: Sequence[str]) -> dict[str, Booked]:
    """Which of some entries were made."""
    found: dict[str, Booked] = {}
    for start in range(0, len(keys), _AT_ONCE):
        rows = connection.execute(_BOOKED, {"keys": list(keys[start : start + _AT_ONCE])})
        found |= {key: (kind, reference) for key, kind, reference in rows}
    return found


def _held(named: RowMapping, *, booked: Booked | None) -> Held:
    return Held(
        id=named["id"],
        currency=named["currency"],
        state=named["state"],
        state_by=named["state_by"],
        entries=named["entries"],
        invoices=named["invoices"],
        balances={account: named[account] for account in ACCOUNTS},
        booked=booked,
    )


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """An invoice: `open` is what is left to pay, `for_period` the part of it that counts as paid for the period.

    `documents` is how many invoices it stands for: more than one only where a subscription brought open ones along.
    """

    number: str
    order: str
    key: str
    state: str
    made_on: str
    due_on: str
    run_on: str | None
    currency: str
    total: int
    credit_used: int
    open: int
    for_period: int
    documents: int = 1


def invoice_of(connection: Connection, key: str) -> Invoice | None:
    """The invoice that the step of a key made."""
    row = connection.execute(_OF_KEY, {"of_key": key}).first()
    return None if row is None else _invoice(row)


def invoice_numbered(connection: Connection, number: str) -> Invoice | None:
    """The invoice of a number."""
    row = connection.execute(_NUMBERED, {"of_number": number}).first()
    return None if row is None else _invoice(row)


def invoices_named(connection: Connection, number: str) -> tuple[tuple[str, Invoice], ...]:
    """The invoices that a number stands for, by subscription: one, or in their places those of a collective one."""
    own = connection.execute(select(invoices).where(invoices.c.number == number)).first()
    if own is not None:
        return ((own.subscription, _invoice(own)),)
    parts = (
        select(invoices)
        .join(collected, collected.c.invoice == invoices.c.number)
        .where(collected.c.collective == number)
        .order_by(collected.c.position)
    )
    return tuple((row.subscription, _invoice(row)) for row in connection.execute(parts))


def drafts_of(connection: Connection, names: Sequence[str], *, until: date) -> tuple[tuple[str, Invoice], ...]:
    """The drafts of some subscriptions whose day has come, the oldest day first."""
    found = (
        select(invoices)
        .where(invoices.c.subscription.in_(names), invoices.c.state == "draft", invoices.c.run_on <= until.isoformat())
        .order_by(invoices.c.run_on, invoices.c.subscription, func.length(invoices.c.number), invoices.c.number)
    )
    return tuple((row.subscription, _invoice(row)) for row in connection.execute(found))


def collective_of(connection: Connection, numbers: Sequence[str]) -> dict[str, str]:
    """The collective invoices that some invoices are part of; those of their own are left out."""
    found = select(collected.c.invoice, collected.c.collective).where(collected.c.invoice.in_(numbers))
    return {row.invoice: row.collective for row in connection.execute(found)} if numbers else {}


def open_invoices(connection: Connection, subscription: str, *, state: str = "open") -> tuple[Invoice, ...]:
    """The invoices of a subscription that something is left to pay of, the one that is due first in front."""
    return tuple(open_invoices_of(connection, [subscription], state=state).get(subscription, ()))


def open_invoices_of(
    connection: Connection, subscriptions: Sequence[str], *, state: str = "open"
) -> dict[str, list[Invoice]]:
    """The same for some subscriptions, by id; those that have none are left out."""
    found: dict[str, list[Invoice]] = {}
    for row in connection.execute(_IN_STATE, {"ids": list(subscriptions), "in_state": state}):
        found.setdefault(row.subscription, []).append(_invoice(row))
    return found


def _invoice(row: Row[Any]) -> Invoice:
    values = dict(row._mapping)  # noqa: SLF001  # as above
    del values["subscription"]
    return Invoice(**values)
