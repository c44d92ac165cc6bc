"""The steps of orders that are done in their own database, within one transaction.

An order goes as far as it can there: step after step, each with its own entries in the log, all of it committed at once
or not at all. Nobody outside ever sees an order between two such steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, final

from sqlalchemy import Connection

from planshift.execution.beside import stands_against
from planshift.execution.calling import WentWrong, performed_within, task_of
from planshift.execution.gateways import OWN, Gateways
from planshift.execution.growing import Grown, Reacts, grown
from planshift.execution.log import LogEvent, StepStarted, Stuck
from planshift.execution.order import Order
from planshift.execution.outcomes import told_of
from planshift.execution.ports import Batch, Batching, Done, Outcome, Resident, Task, Waits
from planshift.execution.retries import Retries
from planshift.execution.upcoming import Become, DecideAgain, Do, FindOut, Rest

Turn = Do | FindOut | Become
"""What an order that is not at rest does next."""

STEPS: Final = 100
"""How many steps of an order share a transaction at most."""


def is_inside(ahead: Turn, gateways: Gateways) -> bool:
    """Whether what comes next for an order is done in the database of the orders."""
    return isinstance(ahead, Become) or gateways.outside(ahead.step.step) is None


@final
@dataclass(slots=True, kw_only=True)
class Inside:
    """One transaction. It counts what was done in it and how often a fault came of that, and its `steps` in all."""

    connection: Connection
    gateways: Gateways
    reacts: Reacts | None
    retries: Retries
    now: int
    done: int = 0
    faults: int = 0
    steps: int = 0
    _batches: dict[int, tuple[Batching, Task, Batch]] = field(default_factory=dict)

    def begin(self, turns: Sequence[tuple[Order, Turn]]) -> None:
        """Let residents read together what they will need for some orders."""
        first: dict[int, tuple[Batching, list[Task]]] = {}
        for order, ahead in turns:
            if isinstance(ahead, Become):
                continue
            resident = self.gateways.inside(ahead.step.step)
            if isinstance(resident, Batching):
                first.setdefault(id(resident), (resident, []))[1].append(self._task(order, ahead))
        for resident, tasks in first.values():
            self._begun(resident, tasks)

    def gone_on(self, order: Order, ahead: Turn, *, most: int) -> Grown:
        """An order as far as it goes here, or by so many steps.

        Raises:
            WentWrong: a step did not go well, and may have left something behind: nothing here can be kept.
        """
        change = self._one(order, ahead)
        entries = list(change.entries)
        for _ in range(most - 1):
            following = change.ahead
            if isinstance(following, Rest | DecideAgain) or not is_inside(following, self.gateways):
                break
            change = self._one(change.order, following)
            entries += change.entries
        return replace(change, before=order, entries=tuple(entries))

    def write(self) -> None:
        """Write what residents have not written yet.

        Raises:
            WentWrong: one of them cannot; nobody knows for which step.
        """
        for resident, task, batch in self._batches.values():
            try:
                performed_within(resident, task, by=batch.write)
            except WentWrong as wrong:  # of one order alone the last step is to blame, if it goes well without that
                raise WentWrong(wrong.outcome, after=self.steps - 1) from wrong

    def _one(self, order: Order, ahead: Turn) -> Grown:
        try:
            found = self._next(order, ahead)
        except WentWrong as wrong:
            raise WentWrong(wrong.outcome, after=self.steps) from wrong
        self.steps += 1
        return found

    def _next(self, order: Order, ahead: Turn) -> Grown:
        """What an order comes to by its next step, which is done on the way."""
        if isinstance(ahead, Become):
            self.done += 1
            return grown(order, (), at=self.now, reacts=self.reacts)
        step, undoing = ahead.step, isinstance(ahead, Do) and ahead.undoing
        resident = self.gateways.inside(step.step)
        why = _hopeless(ahead, resident)
        if why:
            return grown(order, (Stuck(position=step.position, why=why),), at=self.now)
        outcome = self._outcome(resident, self._task(order, ahead))
        well = isinstance(outcome, Done) or (isinstance(outcome, Waits) and not undoing)
        self.done += well
        self.faults += not well
        tried = step if well else replace(step, attempts=step.attempts + 1)
        begun: tuple[LogEvent, ...] = () if well else (StepStarted(position=step.position, undoing=undoing),)
        told = told_of(order, tried, outcome=outcome, undoing=undoing, at=self.now, retries=self.retries)
        return grown(order, (*begun, *told), at=self.now, reacts=self.reacts)

    def _outcome(self, resident: Resident | None, task: Task) -> Outcome:
        """What comes of a task; where it is a fault, nothing is left of it in the transaction."""
        found = stands_against(self.connection, task)
        if found is not None:
            return found
        if resident is None:
            return Done()
        batch = self._batch_for(resident, task)
        if batch is not None:
            return performed_within(resident, task, by=partial(batch.perform, task))
        perform = partial(resident.perform_within, task, connection=self.connection)
        found = performed_within(resident, task, by=perform)
        if isinstance(found, Done) or (isinstance(found, Waits) and not task.undoing):
            return found
        raise WentWrong(found)

    def _batch_for(self, resident: Resident, task: Task) -> Batch | None:
        """What a resident does its tasks of this transaction with; None where it does them one at a time."""
        if id(resident) not in self._batches:  # asking what somebody can do costs more than remembering it
            if not isinstance(resident, Batching):
                return None
            self._begun(resident, [task])
        return self._batches[id(resident)][2]

    def _begun(self, resident: Batching, tasks: Sequence[Task]) -> None:
        begin = partial(resident.batch, tasks, connection=self.connection)
        batch = performed_within(resident, tasks[0], by=begin)
        self._batches[id(resident)] = resident, tasks[0], batch

    def _task(self, order: Order, ahead: Do | FindOut) -> Task:
        return task_of(order, ahead.step, at=self.now, undoing=isinstance(ahead, Do) and ahead.undoing)


def _hopeless(ahead: Do | FindOut, adapter: Resident | None) -> str:
    """Why a person has to look at a step that would be done inside; empty where it can be."""
    kind = ahead.step.step.action.kind
    if isinstance(ahead, FindOut):
        return "a call had gone out for it, and there is no adapter any more that could be asked about it"
    return f"no adapter carries out `{kind}`" if adapter is None and kind not in OWN else ""
