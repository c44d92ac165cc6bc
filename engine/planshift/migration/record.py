"""The record of a migration in the store: begun once, gone on with by one run at a time, paused, finished.

Each run has a turn of its own, and what it records is taken only while no later one has begun. So nobody has to know
whether the run before is still alive: whoever begins next takes over, and whoever pauses takes its turn away.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, final

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from planshift.diagnostics.errors import PlanshiftError
from planshift.diagnostics.nearest import nearest
from planshift.execution.store.adding import add_once
from planshift.execution.store.engine import Store
from planshift.migration.tables import migrations, rows
from planshift.migration.wish import Kind, title_of

State = Literal["running", "paused", "finished"]

Outcome = Literal["placed", "refused", "busy", "changed"]
"""What became of a subscription; one that is `busy` is tried again by the next run."""

SETTLED: Final[tuple[Outcome, ...]] = ("placed", "refused", "changed")
"""What a later run does not look at again."""

_READ_AT_ONCE: Final = 10_000


@dataclass(eq=False)
class OtherMigration(PlanshiftError):
    """There is a migration of that name, and it is about something else: `part` says what."""

    name: str
    part: str

    def __str__(self) -> str:
        return f"{self.name} was begun with {self.part}; go on with what it was begun with, or begin another one"


@dataclass(eq=False)
class NoSuchMigration(PlanshiftError):
    """There is no migration of that name."""

    name: str
    near: str | None

    def __str__(self) -> str:
        return f"there is no migration {self.name}{f' (did you mean {self.near}?)' if self.near else ''}"


@dataclass(eq=False)
class TurnOver(PlanshiftError):
    """A run may not go on: the migration was paused, or another run has taken it over."""

    name: str
    paused: bool

    def __str__(self) -> str:
        return f"{self.name} {'was paused' if self.paused else 'was taken over by another run'}"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What the last run read: how many subscriptions, how many of them set aside, and whom the policy refuses it."""

    subscriptions: int
    set_aside: int
    allowed: int
    refused: int
    reasons: tuple[tuple[str, int], ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """A migration as its record tells it.

    `begun_at` and `asked_at` are the instants of the first and the last run, and `zone` is that of the book.
    """

    name: str
    kind: Kind
    book: str
    book_name: str
    question: str
    data: str
    source: str
    state: State = "running"
    turn: int = 0
    begun_at: int
    asked_at: int
    zone: str
    counts: Counts

    @property
    def title(self) -> str:
        """What it is for, in a few words."""
        return title_of(self.question)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Became:
    """What became of one subscription: its order, or why there is none."""

    subscription: str
    outcome: Outcome
    order: str = ""
    why: str = ""


def begin(store: Store, asked: Migration) -> Migration:
    """Begin a migration, or go on with it: from now on this run has the turn.

    Raises:
        OtherMigration: one of that name is about something else.
    """
    with store.begin() as connection:
        add_once(connection, migrations, row=_row(asked))
        found = _locked(connection, asked.name)
        _ensure_same(found, question=asked.question, book=asked.book)
        if found.data != asked.data:
            raise OtherMigration(asked.name, f"other rows: {found.source} has changed since or is another file")
        now = replace(found, state="running", turn=found.turn + 1, asked_at=asked.asked_at, counts=asked.counts)
        connection.execute(update(migrations).where(migrations.c.name == asked.name), _row(now))
    return now


def ensure_same_wish(store: Store, name: str, *, question: str, book: str) -> None:
    """Hold that a migration of a name, if there is one, asks this and by this version of the book.

    Raises:
        OtherMigration: it does not.
    """
    with store.reading() as connection:
        found = connection.execute(select(migrations).where(migrations.c.name == name)).first()
    if found is not None:
        _ensure_same(_told(found), question=question, book=book)


def _ensure_same(found: Migration, *, question: str, book: str) -> None:
    if found.question != question:
        raise OtherMigration(found.name, _difference(found.question, question))
    if found.book != book:
        which = f"version {found.book[:12]} of the book {found.book_name}"
        raise OtherMigration(found.name, f"{which}, and this is version {book[:12]}")


def _difference(found: str, asked: str) -> str:
    before, now = json.loads(found), json.loads(asked)
    name = next(each for each in _FIELDS if before[each] != now.get(each))
    return f"`{name}` {_said(before[name])}, and this says {_said(now.get(name))}"


_FIELDS: Final = ("kind", "from", "to", "price", "by", "person", "approvals", "facts")
"""What a wish says, the weightiest first."""


def _said(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if value else "nothing"


def record(connection: Connection, migration: Migration, *, became: Sequence[Became]) -> None:
    """Record what became of some subscriptions.

    Raises:
        TurnOver: this run may not go on, and nothing is recorded.
    """
    found = _locked(connection, migration.name)
    if found.turn != migration.turn:
        raise TurnOver(migration.name, paused=found.state == "paused")
    if not became:
        return
    here, names = rows.c.migration == migration.name, [each.subscription for each in became]
    connection.execute(
        delete(rows).where(here, rows.c.subscription.in_(bindparam("names", expanding=True))), {"names": names}
    )
    fixed = {"migration": migration.name, "asked_at": migration.asked_at}
    connection.execute(
        insert(rows),
        [
            fixed | {"subscription": each.subscription, "outcome": each.outcome, "order": each.order, "why": each.why}
            for each in became
        ],
    )


def end(store: Store, migration: Migration, *, state: State) -> None:
    """End a run that still has the turn; where it has not, whoever took it has said how things stand."""
    with store.begin() as connection:
        mine = (migrations.c.name == migration.name) & (migrations.c.turn == migration.turn)
        connection.execute(update(migrations).where(mine).values(state=state))


def pause(store: Store, name: str) -> Migration:
    """Take the turn away from whoever runs a migration: it ends behind the batch that it is at.

    Raises:
        NoSuchMigration: there is none of that name.
    """
    with store.begin() as connection:
        found = _locked(connection, name)
        if found.state != "running":
            return found
        values = {"state": "paused", "turn": found.turn + 1}
        connection.execute(update(migrations).where(migrations.c.name == name).values(values))
    return replace(found, state="paused", turn=found.turn + 1)


def load(connection: Connection, name: str) -> Migration:
    """A migration by its name.

    Raises:
        NoSuchMigration: there is none.
    """
    found = connection.execute(select(migrations).where(migrations.c.name == name)).first()
    if found is None:
        raise NoSuchMigration(name, nearest(name, connection.scalars(select(migrations.c.name)).all()))
    return _told(found)


def load_all(connection: Connection) -> tuple[Migration, ...]:
    """Every migration, the newest first."""
    newest = migrations.c.begun_at.desc(), migrations.c.name
    return tuple(_told(row) for row in connection.execute(select(migrations).order_by(*newest)))


def settled(store: Store, name: str) -> Iterator[str]:
    """The subscriptions that a later run does not look at again."""
    wanted = (
        select(rows.c.subscription)
        .where(rows.c.migration == name, rows.c.outcome.in_(SETTLED))
        .execution_options(yield_per=_READ_AT_ONCE)
    )
    with store.reading() as connection:
        yield from connection.scalars(wanted)


def _locked(connection: Connection, name: str) -> Migration:
    """The record, which nobody else changes until the transaction ends."""
    found = connection.execute(select(migrations).where(migrations.c.name == name).with_for_update()).first()
    return load(connection, name) if found is None else _told(found)


def _row(migration: Migration) -> dict[str, object]:
    counts = migration.counts
    told = {
        "subscriptions": counts.subscriptions,
        "set_aside": counts.set_aside,
        "allowed": counts.allowed,
        "refused": counts.refused,
        "reasons": [list(each) for each in counts.reasons],
    }
    return {
        "name": migration.name,
        "kind": migration.kind,
        "book": migration.book,
        "book_name": migration.book_name,
        "question": migration.question,
        "data": migration.data,
        "source": migration.source,
        "state": migration.state,
        "turn": migration.turn,
        "begun_at": migration.begun_at,
        "asked_at": migration.asked_at,
        "zone": migration.zone,
        "counts": json.dumps(told),
    }


def _told(row: Row[tuple[object, ...]]) -> Migration:
    values: Mapping[str, object] = row._asdict()
    counts = json.loads(str(values["counts"]))
    reasons = tuple((str(code), int(rows)) for code, rows in counts.pop("reasons"))
    return Migration(**{**values, "counts": Counts(**counts, reasons=reasons)})  # type: ignore[arg-type]  # the columns of the table
