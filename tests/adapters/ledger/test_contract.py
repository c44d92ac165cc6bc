"""The ledger keeps the contract of adapters that live in the database of the orders, with every kind of action."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.pool import StaticPool

from planshift.actions.action import KINDS
from planshift.actions.money_actions import AwaitPayment
from planshift.adapters.contract import ResidentCase, ResidentContract, sample_tasks
from planshift.adapters.ledger.chart import ACCOUNTS
from planshift.adapters.ledger.collecting import run_invoices
from planshift.adapters.ledger.ledger import Ledger
from planshift.adapters.ledger.opening import open_subscription
from planshift.adapters.ledger.payments import receive_payment
from planshift.adapters.ledger.tables import entries, invoices, metadata, payment_requests, subscriptions
from planshift.execution.ports import Resident, Task
from planshift.execution.store.engine import Store

TASKS = sample_tasks(KINDS)

_KEPT = [account for account in ACCOUNTS if account not in ("cash", "refunds_payable")]
_STANDING = [subscriptions.c[name] for name in ("id", "state", "state_by", "status", "renews_on", *_KEPT)]


class LedgerCase(ResidentCase):
    waiting = frozenset({"await_payment"})

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def tasks(self) -> Sequence[Task]:
        return TASKS

    def begin(self) -> None:
        metadata.drop_all(self._engine)
        metadata.create_all(self._engine)
        with self._engine.begin() as connection:
            for held in dict.fromkeys(task.before for task in TASKS):
                open_subscription(connection, held, at=TASKS[0].at)

    def engine(self) -> Engine:
        return self._engine

    def resident(self) -> Resident:
        return Ledger(store=Store(engine=self._engine))

    def effects(self) -> object:
        """What is in force; what came in and has to be paid back is left out."""
        with self._engine.connect() as connection:
            keys = set(connection.scalars(select(entries.c.key).where(entries.c.order != "")))
            bills = select(invoices.c.number, invoices.c.state, invoices.c.open).where(invoices.c.state != "void")
            asked = select(payment_requests.c.entry).where(~payment_requests.c.withdrawn)
            return (
                {key for key in keys if not key.endswith(":undo") and f"{key}:undo" not in keys},
                set(connection.execute(select(*_STANDING)).all()),
                set(connection.execute(bills).all()),
                set(connection.scalars(asked)),
            )

    def arrive(self, task: Task) -> None:
        assert isinstance(task.action, AwaitPayment)
        with self._engine.begin() as connection:
            list(run_invoices(connection, until=task.today.max, at=task.at))
            bill = connection.execute(select(invoices).where(invoices.c.order == task.order)).one()
            amount, source, name = task.action.amount, f"bank:{task.key}", task.before.id
            receive_payment(connection, name, amount=amount, source=source, at=task.at, invoice=bill.number)


class TestLedger(ResidentContract):
    @pytest.fixture
    def case(self) -> Iterator[ResidentCase]:
        engine = create_engine("sqlite://", poolclass=StaticPool)
        yield LedgerCase(engine)
        engine.dispose()


def test_every_kind_is_carried_out_and_undone_on_a_server_too(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    TestLedger().test_undoing_gives_back_what_was(LedgerCase(engine))
    engine.dispose()
