"""The ledger as an adapter that lives in the database of the orders, and as the source of its subscriptions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, final

from sqlalchemy import Connection, select

from planshift.actions.action import KINDS
from planshift.actions.money_actions import AwaitPayment
from planshift.actions.plan import every
from planshift.adapters.ledger.booking import Entry, Journal
from planshift.adapters.ledger.effect import Effect
from planshift.adapters.ledger.effects import effect_of
from planshift.adapters.ledger.held import Held, LedgerRefuses
from planshift.adapters.ledger.money import invoice_of_step
from planshift.adapters.ledger.reading import subscription_held, subscriptions_held
from planshift.adapters.ledger.reversal import reversed_effect
from planshift.adapters.ledger.tables import subscriptions
from planshift.billing.subscription import Subscription
from planshift.execution.ports import Done, Outcome, Refused, Task, Waits
from planshift.execution.store.engine import Store

_EVENTS: Final = {"issue_invoice": ("invoice.issued",)}
"""What happens by an action, by the names that reactions know."""


@final
@dataclass(frozen=True, slots=True)
class LedgerBatch:
    """The tasks that are done within one transaction. What one of them does the next one finds done."""

    journal: Journal

    def perform(self, task: Task) -> Outcome:
        """Do a task. Where it is not done nothing of it is booked."""
        held = self.journal.held(task.plan.subscription, key=task.key)
        if held is None:
            return Refused(why=f"the ledger has no subscription {task.plan.subscription}")
        if held.booked is not None:
            kind, reference = held.booked
            return Done(reference=reference, events=_EVENTS.get(kind, ()))
        try:
            return _performed(task, held=held, journal=self.journal)
        except LedgerRefuses as refusal:
            return Refused(why=str(refusal))

    def write(self) -> None:
        """Write what is not written yet."""
        self.journal.write()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Carries every kind of action out in the tables of the ledger. It keeps nothing itself, and may be shared."""

    store: Store
    name: str = "ledger"
    kinds: frozenset[str] = frozenset(KINDS)

    def perform_within(self, task: Task, *, connection: Connection) -> Outcome:
        """Do a task within a transaction that the caller ends. The same key again does nothing more."""
        batch = LedgerBatch(Journal(connection))
        outcome = batch.perform(task)
        batch.write()
        return outcome

    def batch(self, tasks: Sequence[Task], *, connection: Connection) -> LedgerBatch:
        """The steps of many orders within a transaction that the caller ends; `tasks` has the first of each."""
        journal = Journal(connection)
        keys = [each.key for task in tasks for each in every(task.plan.steps)]
        journal.look_up([task.plan.subscription for task in tasks], keys=keys)
        return LedgerBatch(journal)

    def subscription(self, name: str) -> Subscription | None:
        """A subscription as it stands now; None where there is none of that id."""
        with self.store.reading() as connection:
            return subscription_held(connection, name)

    def subscriptions(self, names: Sequence[str]) -> Mapping[str, Subscription]:
        """Subscriptions as they stand now, by id; those that are not there are left out."""
        with self.store.reading() as connection:
            return subscriptions_held(connection, names)

    def due_for_renewal(self, *, until: date) -> Iterator[str]:
        """The ids of the active subscriptions whose period ends by a day, the one that ends first in front."""
        due = (
            select(subscriptions.c.id)
            .where(subscriptions.c.status == "active", subscriptions.c.renews_on <= until.isoformat())
            .order_by(subscriptions.c.renews_on, subscriptions.c.id)
        )
        with self.store.reading() as connection:
            yield from connection.scalars(due).all()


def _performed(task: Task, *, held: Held, journal: Journal) -> Outcome:
    if task.undoing:
        undone = reversed_effect(task, held=held, journal=journal)
        if undone is None:
            return Done()
        journal.book(held, entry=_entry(task), effect=undone)
        return Done(reference=undone.reference)
    if isinstance(task.action, AwaitPayment):
        return _awaited(task, task.action, held=held, journal=journal)
    effect = effect_of(task, held=held, journal=journal)
    journal.book(held, entry=_entry(task), effect=effect)
    return Done(reference=effect.reference, events=_EVENTS.get(task.action.kind, ()))


def _awaited(task: Task, action: AwaitPayment, *, held: Held, journal: Journal) -> Outcome:
    invoice = invoice_of_step(task, action, journal=journal)
    if invoice.state == "paid":
        effect = Effect(reference=invoice.number)
        journal.book(held, entry=_entry(task), effect=effect)
        return Done(reference=effect.reference)
    if invoice.state == "void":
        return Refused(why=f"invoice {invoice.number} was taken back")
    if action.expires_on is not None and task.today > action.expires_on:
        return Refused(why=f"invoice {invoice.number} was not paid by {action.expires_on}", expired=True)
    until = None if action.expires_on is None else task.over_at(action.expires_on)
    return Waits(why=f"invoice {invoice.number} is not paid yet", until=until)


def _entry(task: Task) -> Entry:
    return Entry(key=task.key, order=task.order, kind=task.action.kind, at=task.at, on=task.today)
