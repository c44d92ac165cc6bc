"""Writing an entry: everything that an effect says, in the transaction of the caller."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache, lru_cache
from typing import final

from sqlalchemy import Connection, Insert, Table, Update, bindparam, insert, update

from planshift.adapters.ledger.chart import CHART, NEVER_ABOVE_ZERO, NEVER_BELOW_ZERO, moved_by
from planshift.adapters.ledger.effect import Effect, TakenOff
from planshift.adapters.ledger.held import Held, LedgerRefuses
from planshift.adapters.ledger.state import changes_between, document_of
from planshift.adapters.ledger.tables import allocations, entries, invoices, lines, postings, subscriptions


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What an entry is known by: its key, its order, the kind of what was done, and when."""

    key: str
    order: str
    kind: str
    at: int
    on: date


_ENTER = insert(entries)
_POST = insert(postings)
_LINE = insert(lines)
_MAKE_INVOICE = insert(invoices)
_ALLOCATE = insert(allocations)
_SETTLE = (
    update(invoices)
    .where(invoices.c.number == bindparam("invoice_number"))
    .values(open=bindparam("left"), state=bindparam("becomes"))
)


def book(connection: Connection, held: Held, *, entry: Entry, effect: Effect) -> None:
    """Write an entry.

    Raises:
        LedgerRefuses: a balance would be on its wrong side: what is to be taken was used or paid before.
    """
    moved = {account: held.balances[account] + minor for account, minor in moved_by(effect.postings).items()}
    _hold_their_side(held, moved)
    connection.execute(_ENTER, _entry_row(held, entry=entry, effect=effect))
    _write_money(connection, held, entry=entry, effect=effect)
    for table, values in effect.rows:
        connection.execute(_insert_into(table), {"entry": entry.key, **values})
    values = {"entries": held.entries + 1, **moved, **_state_values(held, effect)}
    if effect.invoice is not None:
        values["invoices"] = held.invoices + 1
    if effect.state_by is not None:
        values["state_by"] = effect.state_by
    connection.execute(_update_of(tuple(values)), {"held_id": held.id, **values})


@cache
def _insert_into(table: Table) -> Insert:
    return insert(table)


@lru_cache(maxsize=512)
def _update_of(names: tuple[str, ...]) -> Update:
    """The statement that sets some columns of a subscription: made once for the same ones."""
    given = {name: bindparam(name, type_=subscriptions.c[name].type) for name in names}
    return update(subscriptions).where(subscriptions.c.id == bindparam("held_id")).values(given)


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


def _write_money(connection: Connection, held: Held, *, entry: Entry, effect: Effect) -> None:
    common = {"entry": entry.key, "subscription": held.id, "currency": held.currency}
    if effect.postings:
        rows = [
            {**common, "number": number, "debit": each.debit, "credit": each.credit, "minor": each.minor}
            for number, each in enumerate(effect.postings, start=1)
        ]
        connection.execute(_POST, rows)
    if effect.lines:
        connection.execute(_LINE, list(_line_rows(entry.key, effect)))
    if effect.invoice is not None:
        connection.execute(_MAKE_INVOICE, {"subscription": held.id, **asdict(effect.invoice)})
    if effect.voided is not None:
        void = {"invoice_number": effect.voided.number, "left": 0, "becomes": "void"}
        connection.execute(_SETTLE, void)
    for each in effect.taken_off:
        row = {"entry": entry.key, "invoice": each.invoice.number, "minor": each.minor, "paid": each.paid}
        connection.execute(_ALLOCATE, row)
        connection.execute(_SETTLE, _settled(each))


def _settled(taken: TakenOff) -> dict[str, object]:
    left = taken.invoice.open - taken.minor
    becomes = "paid" if not left else "open"
    return {"invoice_number": taken.invoice.number, "left": left, "becomes": becomes}


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
