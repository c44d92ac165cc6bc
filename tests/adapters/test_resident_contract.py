"""The contract of adapters that live in the database of the orders, kept and broken by a table of keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import final
from unittest import SkipTest

import pytest
from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, create_engine, delete, insert, select
from sqlalchemy.dialects.sqlite import insert as insert_once
from sqlalchemy.pool import StaticPool

from planshift.adapters.contract import ResidentCase, ResidentContract, sample_tasks
from planshift.execution.ports import Done, Outcome, Resident, Task

KINDS = frozenset({"issue_invoice", "ask_payment", "take_back"})
TASKS = sample_tasks(KINDS)

metadata = MetaData()
effects = Table("effects", metadata, Column("key", String, primary_key=True), Column("what", String))


class Keys:
    """Keeps the key of what is done, and of what is undone."""

    name = "keys"
    kinds = KINDS

    def perform_within(self, task: Task, *, connection: Connection) -> Outcome:
        connection.execute(insert_once(effects).values(key=task.key, what=task.action.kind).on_conflict_do_nothing())
        return Done(reference=task.key)


@final
class Committing(Keys):
    def perform_within(self, task: Task, *, connection: Connection) -> Outcome:
        found = super().perform_within(task, connection=connection)
        connection.commit()
        return found


@final
class Counting(Keys):
    """Takes a repeated task for another one."""

    def perform_within(self, task: Task, *, connection: Connection) -> Outcome:
        number = len(connection.execute(select(effects)).all())
        connection.execute(insert(effects).values(key=f"{task.key}#{number}", what=task.action.kind))
        return Done(reference=task.key)


@final
class Deleting(Keys):
    """Forgets what it did as soon as it is undone, so that a late repeat does it again."""

    def perform_within(self, task: Task, *, connection: Connection) -> Outcome:
        connection.execute(delete(effects).where(effects.c.key != task.key))
        return super().perform_within(task, connection=connection)


class KeysCase(ResidentCase):
    def __init__(self, engine: Engine, resident: Resident) -> None:
        self._engine, self._resident = engine, resident

    @property
    def tasks(self) -> Sequence[Task]:
        return TASKS

    def begin(self) -> None:
        metadata.drop_all(self._engine)
        metadata.create_all(self._engine)

    def engine(self) -> Engine:
        return self._engine

    def resident(self) -> Resident:
        return self._resident

    def effects(self) -> object:
        with self._engine.connect() as connection:
            keys = set(connection.scalars(select(effects.c.key)))
        return {key for key in keys if not key.endswith(":undo") and f"{key}:undo" not in keys}


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = create_engine("sqlite://", poolclass=StaticPool)
    yield made
    made.dispose()


class TestKeys(ResidentContract):
    @pytest.fixture
    def case(self, engine: Engine) -> ResidentCase:
        return KeysCase(engine, Keys())


@pytest.mark.parametrize(
    "broken,expected",
    [
        (Committing(), "does something outside of its transaction"),
        (Counting(), "was done twice"),
        (Deleting(), "came again behind later ones, and was done again"),
    ],
    ids=lambda each: type(each).__name__,
)
def test_the_contract_tells_who_breaks_it(engine: Engine, broken: Keys, expected: str) -> None:
    suite, found = ResidentContract(), []
    for name in sorted(name for name in dir(suite) if name.startswith("test_")):
        try:
            getattr(suite, name)(KeysCase(engine, broken))
        except SkipTest:
            continue
        except AssertionError as error:
            found.append(str(error))
    assert any(expected in each for each in found), found
