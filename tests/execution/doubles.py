"""The other side, as tests need it: a resident that books what it does in a table, and a system outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, func, insert, select

from planshift.actions.action import KINDS
from planshift.execution.ports import Done, Outcome, Task
from planshift.execution.store.adding import add_once
from planshift.execution.store.engine import Store

ALL = frozenset(KINDS)

_metadata = MetaData()
effects = Table(
    "effects",
    _metadata,
    Column("key", String(400), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("times", Integer, nullable=False),
)
calls = Table(
    "calls",
    _metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("key", String(400), nullable=False),
)


def prepare(store: Store) -> None:
    """The table of effects; it takes a key once, as a ledger does."""
    with store.begin() as connection:
        _metadata.create_all(connection)


@dataclass(frozen=True)
class Notebook:
    """A resident that notes what it does. `answers` may answer something else for a task, before or after the note."""

    kinds: frozenset[str] = ALL
    answers: Callable[[Task], Outcome | None] = lambda _: None
    after: Callable[[Task], None] = lambda _: None
    name: str = "notebook"

    def perform_within(self, task: Task, *, connection: Connection) -> Outcome:
        found = self.answers(task)
        if found is not None:
            return found
        connection.execute(insert(calls), {"key": task.key})
        add_once(connection, effects, row={"key": task.key, "kind": task.action.kind, "times": 1})
        self.after(task)
        return Done(reference=f"note of {task.key}")


def noted(store: Store) -> list[str]:
    """The keys of all effects, sorted."""
    with store.reading() as connection:
        return list(connection.scalars(select(effects.c.key).order_by(effects.c.key)))


def done_more_than_once(store: Store) -> list[str]:
    """The keys whose work was committed twice, whatever their effect."""
    with store.reading() as connection:
        return list(connection.scalars(select(calls.c.key).group_by(calls.c.key).having(func.count() > 1)))


@dataclass
class FarAway:
    """A system outside. `before` and `after` happen around the effect, and may raise or answer instead."""

    kinds: frozenset[str] = ALL
    before: Callable[[Task], Outcome | None] = lambda _: None
    after: Callable[[Task], Outcome | None] = lambda _: None
    on_ask: Callable[[Task], None] = lambda _: None
    name: str = "far away"
    effects: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    performed: list[str] = field(default_factory=list)

    def perform(self, task: Task) -> Outcome:
        self.performed.append(task.key)
        instead = self.before(task)
        if instead is not None:
            return instead
        self.effects.setdefault(task.key, task.at)
        return self.after(task) or Done(reference=f"far {task.key}")

    def ask(self, task: Task) -> Done | None:
        self.asked.append(task.key)
        self.on_ask(task)
        return Done(reference=f"far {task.key}") if task.key in self.effects else None
