"""Writing entries: everything that their effects say, in the transaction of the caller.

A journal takes entries in and writes them table by table, so that many of them cost few statements. One entry is a
journal of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import final

from sqlalchemy import Connection, Table, bindparam, update

from planshift.adapters.ledger.chart import CHART, NEVER_ABOVE_ZERO, NEVER_BELOW_ZERO, moved_by
from planshift.adapters.ledger.effect import Effect
from planshift.adapters.ledger.held import Booked, Held, Invoice, LedgerRefuses, booked_of, held_of, held_of_many
from planshift.adapters.ledger.held import invoice_of as invoice_written
from planshift.adapters.ledger.state import changes_between, document_of
from planshift.adapters.ledger.tables import allocations, entries, invoices, lines, postings, subscriptions
from planshift.execution.store.many import Change, Row, add_many, change_many


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What an entry is known by: its key, its order, the kind of what was done, and when."""

    key: str
    order: str
    kind: str
    at: int
    on: date


_FIRST = (entries, invoices, postings, lines, allocations)
"""The tables that others refer to come before those that refer to them."""

_INVOICE = tuple(field.name for field in fields(Invoice))

_SETTLE = (
    update(invoices)
    .where(invoices.c.number == bindparam("invoice_number"))
    .values(open=bindparam("left"), state=bindparam("becomes"))
)


def book(connection: Connection, held: Held, *, entry: Entry, effect: Effect) -> None:
    """Write an entry at once.

    Raises:
        LedgerRefuses: a balance would be on its wrong side: what is to be taken was used or paid before.
    """
    journal = Journal(connection)
    journal.book(held, entry=entry, effect=effect)
    journal.write()


@final
class Journal:
    """The entries of one transaction. What it has not written yet, it knows; nobody else can see it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._held: dict[str, Held] = {}
        self._booked: dict[str, Booked | None] = {}
        self._made: dict[str, Invoice] = {}
        self._rows: dict[Table, list[Row]] = {table: [] for table in _FIRST}
        self._settled: list[Row] = []
        self._changed: dict[str, dict[str, object]] = {}

    @property
    def connection(self) -> Connection:
        """The connection, with everything written, for those who read what an entry left."""
        self.write()
        return self._connection

    def look_up(self, names: Sequence[str], *, keys: Sequence[str]) -> None:
        """Read what will be needed in as few statements as there are tables: subscriptions, and entries by key."""
        for held in held_of_many(self._connection, names):
            self._held.setdefault(held.id, held)
        self._booked |= dict.fromkeys(keys) | booked_of(self._connection, keys)

    def held(self, name: str, *, key: str) -> Held | None:
        """What is held of a subscription, its row locked, and whether there is an entry of a key."""
        if name not in self._held:
            found = held_of(self._connection, name, key=key)
            if found is None:
                return None
            self._held[name], self._booked[key] = found, found.booked
        elif key not in self._booked:
            self._booked[key] = booked_of(self._connection, [key]).get(key)
        held = self._held[name]
        return held if held.booked == self._booked[key] else replace(held, booked=self._booked[key])

    def invoice_of(self, key: str) -> Invoice | None:
        """The invoice that the step of a key made."""
        return self._made.get(key) or invoice_written(self.connection, key)

    def book(self, held: Held, *, entry: Entry, effect: Effect) -> None:
        """Take an entry in; all of it, or nothing where it is refused.

        Raises:
            LedgerRefuses: a balance would be on its wrong side: what is to be taken was used or paid before.
        """
        moved = {account: held.balances[account] + minor for account, minor in moved_by(effect.postings).items()}
        _hold_their_side(held, moved)
        values = {"entries": held.entries + 1, **moved, **_state_values(held, effect)}
        if effect.invoice is not None:
            values["invoices"] = held.invoices + 1
        if effect.state_by is not None:
            values["state_by"] = effect.state_by
        self._add(entries, _entry_row(held, entry=entry, effect=effect))
        self._add_money(held, entry=entry, effect=effect)
        for table, row in effect.rows:
            self._add(table, {"entry": entry.key, **row})
        self._changed.setdefault(held.id, {}).update(values)
        self._booked[entry.key] = entry.kind, effect.reference
        self._held[held.id] = _after(held, effect, moved=moved)

    def write(self) -> None:
        """Write all that is not written yet."""
        for table, rows in self._rows.items():
            add_many(self._connection, table, rows=rows)
            rows.clear()
        if self._settled:
            self._connection.execute(_SETTLE, self._settled)
            self._settled.clear()
        alike: dict[tuple[str, ...], list[Change]] = {}
        for name, values in self._changed.items():
            alike.setdefault(tuple(values), []).append(({"id": name}, values))
        for changes in alike.values():
            change_many(self._connection, subscriptions, changes=changes)
        self._changed.clear()

    def _add(self, table: Table, *rows: Row) -> None:
        self._rows.setdefault(table, []).extend(rows)

    def _add_money(self, held: Held, *, entry: Entry, effect: Effect) -> None:
        common = {"entry": entry.key, "subscription": held.id, "currency": held.currency}
        for number, each in enumerate(effect.postings, start=1):
            moved = {"number": number, "debit": each.debit, "credit": each.credit, "minor": each.minor}
            self._add(postings, {**common, **moved})
        self._add(lines, *_line_rows(entry.key, effect))
        if effect.invoice is not None:
            self._made[entry.key] = effect.invoice
            self._add(invoices, {"subscription": held.id, **_invoice_row(effect.invoice)})
        if effect.voided is not None:
            self._settle(effect.voided, left=0, becomes="void")
        for taken in effect.taken_off:
            row = {"entry": entry.key, "invoice": taken.invoice.number, "minor": taken.minor, "paid": taken.paid}
            self._add(allocations, row)
            left = taken.invoice.open - taken.minor
            self._settle(taken.invoice, left=left, becomes="open" if left else "paid")

    def _settle(self, invoice: Invoice, *, left: int, becomes: str) -> None:
        self._made.pop(invoice.key, None)  # from now on the database tells it
        self._settled.append({"invoice_number": invoice.number, "left": left, "becomes": becomes})


def _after(held: Held, effect: Effect, *, moved: Mapping[str, int]) -> Held:
    """What is held once an entry is made; whether there is one of the next key is another question."""
    return Held(
        id=held.id,
        currency=held.currency,
        state=held.state if effect.state is None else effect.state,
        state_by=held.state_by if effect.state_by is None else effect.state_by,
        entries=held.entries + 1,
        invoices=held.invoices + (effect.invoice is not None),
        balances={**held.balances, **moved} if moved else held.balances,
        booked=None,
    )


def _entry_row(held: Held, *, entry: Entry, effect: Effect) -> dict[str, object]:
    return {
        "key": entry.key,
        "subscription": held.id,
        "number": held.entries + 1,
        "order": entry.order,
        "kind": entry.kind,
        "booked_at": entry.at,
        "booked_on": entry.on.isoformat(),
        "reference": effect.reference,
        "changed": "" if effect.state is None else changes_between(held.state, effect.state),
        "followed": None if effect.state_by is None else held.state_by,
    }


def _invoice_row(invoice: Invoice) -> dict[str, object]:
    return {name: getattr(invoice, name) for name in _INVOICE}


def _line_rows(key: str, effect: Effect) -> Iterator[dict[str, object]]:
    for number, line in enumerate(effect.lines, start=1):
        yield {
            "entry": key,
            "number": number,
            "kind": line.kind,
            "title": line.title,
            "minor": line.amount.minor,
            "starts_on": None if line.start is None else line.start.isoformat(),
            "ends_on": None if line.end is None else line.end.isoformat(),
            "service": line.service,
        }


def _state_values(held: Held, effect: Effect) -> dict[str, object]:
    """The columns of the subscription that a new state changes."""
    if effect.state is None or effect.state == held.state:
        return {}
    document = document_of(effect.state)
    return {"state": effect.state, **indexed(document)}


def indexed(document: Mapping[str, object]) -> dict[str, object]:
    """What of a subscription's document stands in columns of its own, to be searched."""
    period, customer = document["period"], document["customer"]
    assert isinstance(period, Mapping)  # every subscription has one
    assert isinstance(customer, Mapping)  # as above
    return {"customer": customer["id"], "status": document.get("status", "active"), "renews_on": period["end"]}


def _hold_their_side(held: Held, moved: Mapping[str, int]) -> None:
    wrong = [name for name in NEVER_BELOW_ZERO if moved.get(name, 0) < 0]
    wrong += [name for name in NEVER_ABOVE_ZERO if moved.get(name, 0) > 0]
    if wrong:
        accounts = " and ".join(f"`{account.title}`" for account in CHART if account.id in wrong)
        why = f"there is not enough left on {accounts} of {held.id}"
        raise LedgerRefuses(why, "it was used, billed or paid in the meantime")
