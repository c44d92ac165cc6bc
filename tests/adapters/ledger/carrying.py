"""Carrying a decision out in a ledger, step by step, as workers do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import final

from sqlalchemy import Connection, Engine, create_engine, select
from sqlalchemy.pool import StaticPool

from planshift.actions.action import Step
from planshift.actions.plan import ActionPlan, placed
from planshift.adapters.ledger.collecting import run_invoices
from planshift.adapters.ledger.ledger import Ledger
from planshift.adapters.ledger.opening import open_subscription
from planshift.adapters.ledger.payments import receive_payment
from planshift.adapters.ledger.tables import invoices, metadata
from planshift.billing.money import Money
from planshift.book import Decision
from planshift.execution.ports import Done, Outcome, Task, Waits
from planshift.execution.store.engine import Store

DAY = 86_400


@lru_cache(maxsize=1)
def empty() -> Engine:
    """A ledger in memory in which nothing stands: what is tried in it is rolled back."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    metadata.create_all(engine)
    return engine


@contextmanager
def tried(decision: Decision, *, order: str = "o1") -> Iterator[Carrying]:
    """An allowed decision with its subscription in an empty ledger; nothing of it is kept."""
    with empty().connect() as connection:
        open_subscription(connection, decision.subscription, at=decision.request.at)
        yield Carrying(connection=connection, decision=decision, plan=decision.plan(order))
        connection.rollback()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Carrying:
    """An order on its way through a ledger."""

    connection: Connection
    decision: Decision
    plan: ActionPlan
    references: dict[str, str] = field(default_factory=dict)

    def task(self, step: Step, *, undoing: bool = False, days: int = 0) -> Task:
        """A step as a worker hands it over, some days after the decision."""
        return Task(
            order=self.plan.order or "",
            plan=self.plan,
            step=step,
            before=self.decision.subscription,
            after=self.decision.subscription_after() if self.decision.request.plan else None,
            at=self.plan.quote.computed_at + days * DAY,
            today=self.plan.quote.decided_on + timedelta(days=days),
            undoing=undoing,
            references=dict(self.references),
        )

    def perform(self, step: Step, *, undoing: bool = False, days: int = 0) -> Outcome:
        """Do a step, or undo it."""
        task = self.task(step, undoing=undoing, days=days)
        return Ledger(store=Store(engine=empty())).perform_within(task, connection=self.connection)

    def do(self, step: Step) -> Done:
        """Do a step, paying what it waits for."""
        outcome = self.perform(step)
        if isinstance(outcome, Waits):
            self.pay()
            outcome = self.perform(step)
        assert isinstance(outcome, Done), (step, outcome)
        if outcome.reference:
            self.references[step.id] = outcome.reference
        return outcome

    def undo(self, step: Step) -> None:
        """Undo a step, where something undoes it."""
        if step.undo is not None:
            outcome = self.perform(step, undoing=True)
            assert isinstance(outcome, Done), (step, outcome)

    def pay(self) -> None:
        """Let the invoice run pass, and everything be paid that the order has billed."""
        at, until = self.plan.quote.computed_at, max(self.plan.effective_on, self.plan.quote.decided_on)
        list(run_invoices(self.connection, until=until + timedelta(days=1000), at=at))
        mine = select(invoices).where(invoices.c.order == self.plan.order, invoices.c.state == "open")
        for bill in self.connection.execute(mine).all():
            amount = Money(minor=bill.open, currency=bill.currency, decimals=self.plan.flow.charges.decimals)
            source, name = f"bank:{bill.number}", self.plan.subscription
            receive_payment(self.connection, name, amount=amount, source=source, at=at, invoice=bill.number)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every step, in an order in which they can be done."""
        return tuple(each.step for each in placed(self.plan.steps))

    def out(self) -> None:
        """Carry the whole order out, and pay what it bills."""
        for step in self.steps:
            self.do(step)
        self.pay()
