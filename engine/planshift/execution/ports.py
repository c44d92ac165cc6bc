"""What the outside has to offer so that steps can be carried out: adapters, and a source of subscriptions.

An adapter does one step at a time and says what came of it. Whatever happens, a step may be handed to it again under
the same key: doing it twice has to do it once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol, final, runtime_checkable

from planshift.actions.action import Action, Step
from planshift.actions.plan import ActionPlan
from planshift.billing.calendar import to_day
from planshift.billing.subscription import Subscription
from planshift.billing.zones import midnight

if TYPE_CHECKING:
    from sqlalchemy import Connection


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One step to be done, or to be undone, with all that an adapter may need to know of its order.

    `at` is the instant (epoch seconds) and `today` the local day of the subscription, whose `zone` says where days
    begin. `before` is the subscription that
    was decided on, and `after` the same as the whole change leaves it, None for one that ends it. `references` holds
    what the outside calls the results of the steps that are done, by step id: the number of the invoice, say, that a
    step asks to be paid.
    """

    order: str
    plan: ActionPlan
    step: Step
    before: Subscription
    after: Subscription | None
    at: int
    today: date
    attempt: int = 1
    undoing: bool = False
    references: Mapping[str, str]
    zone: str = "UTC"

    @property
    def action(self) -> Action:
        """What is to be done now: the step's action, or the one that takes its effect back."""
        if not self.undoing:
            return self.step.action
        assert self.step.undo is not None  # only such steps are undone
        return self.step.undo

    @property
    def key(self) -> str:
        """What this is known by to the outside: twice under one key is once."""
        return self.step.undo_key if self.undoing else self.step.key

    def over_at(self, day: date) -> int:
        """The instant at which a day is over for the subscription."""
        return midnight(to_day(day) + 1, self.zone)

    @property
    def reference(self) -> str:
        """What the outside calls the result of the step that is undone; empty where it is being done."""
        return self.references.get(self.step.id, "") if self.undoing else ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The step is done.

    `reference` is what the outside calls its result. `events` are what has happened by it, by the names that reactions
    know: `invoice.issued`.
    """

    reference: str = ""
    events: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """The step is not done yet, and that is no fault: it is looked at again when an event comes in, or at `until`."""

    why: str
    until: int | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Unavailable:
    """A passing fault: nothing was done, and the step is tried again, not before `retry_at` where that is given."""

    why: str
    retry_at: int | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A final fault: the outside will not do it, now or later. What was done before is undone."""

    why: str
    expired: bool = False
    """Whether it is the time for it that has run out, as for a payment: the order is cancelled then, not failed."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """Nobody knows whether it was done: the call went out and no answer came. The adapter is asked before a new try."""

    why: str


Outcome = Done | Waits | Unavailable | Refused | Unanswered
"""What came of a task."""


@runtime_checkable
class Adapter(Protocol):
    """Does steps in a system outside."""

    @property
    def name(self) -> str:
        """What it is called in settings and logs."""

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of actions that it carries out, those that only undo included."""

    def perform(self, task: Task) -> Outcome:
        """Do a task. The same key again is answered as the first time, and does nothing more."""

    def ask(self, task: Task) -> Outcome | None:
        """What has become of a task whose answer was lost; None if it was not done, so that it may be tried again.

        Asking changes nothing. Where nobody can tell now it is `Unavailable` or `Unanswered`, never None: an order that
        turns back on a None takes nothing back.
        """


@runtime_checkable
class Resident(Protocol):
    """Does steps in the very database that the orders are kept in: effect and outcome are one transaction."""

    @property
    def name(self) -> str:
        """What it is called in settings and logs."""

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of actions that it carries out, those that only undo included."""

    def perform_within(self, task: Task, *, connection: Connection) -> Outcome:
        """Do a task within a transaction that the caller ends. The same key again does nothing more."""


class Batch(Protocol):
    """What a resident does within one transaction, for one order or for many."""

    def perform(self, task: Task) -> Outcome:
        """Do a task. The next one finds it done; a task that is not done leaves nothing behind."""

    def write(self) -> None:
        """Put everything that was done into the transaction, if it is not there yet."""


@runtime_checkable
class Batching(Resident, Protocol):
    """A resident that reads and writes for many tasks at once. What a task means is the same as alone."""

    def batch(self, tasks: Sequence[Task], *, connection: Connection) -> Batch:
        """Begin, within a transaction that the caller ends; `tasks` are the first ones, of each order one."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """What is found by looking whether another system is there: `well` is None where nobody can know without a step.

    `how` names no customer and holds no secret.
    """

    how: str
    well: bool | None


@runtime_checkable
class Reachable(Protocol):
    """An adapter that can be asked whether its other side is there and takes its calls. It need not be."""

    def reachable(self) -> Reached:
        """Look, and change nothing."""


class SubscriptionSource(Protocol):
    """Where subscriptions are kept: the ledger, or a biller."""

    def subscription(self, name: str) -> Subscription | None:
        """A subscription as it stands now; None where there is none of that id."""

    def due_for_renewal(self, *, until: date) -> Iterator[str]:
        """The ids of the subscriptions whose period ends by a day, in their order."""


@runtime_checkable
class ManySubscriptions(SubscriptionSource, Protocol):
    """A source that is asked for many subscriptions at the price of one."""

    def subscriptions(self, names: Sequence[str]) -> Mapping[str, Subscription]:
        """Subscriptions as they stand now, by id; those that are not there are left out."""


def subscriptions_of(source: SubscriptionSource, names: Sequence[str]) -> Mapping[str, Subscription]:
    """What a source has of some subscriptions, by id."""
    if isinstance(source, ManySubscriptions):
        return source.subscriptions(names)
    found = ((name, source.subscription(name)) for name in names)
    return {name: held for name, held in found if held is not None}
