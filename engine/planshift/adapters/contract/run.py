"""Going through the tasks of a case, as workers do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Final, Generic, TypeVar

from planshift.adapters.contract.case import AnyCase, Case, ResidentCase
from planshift.execution.ports import Done, Outcome, Refused, Task, Unanswered, Unavailable, Waits

LONGEST_REFERENCE: Final = 400
"""How many characters the store keeps of a reference."""

C = TypeVar("C", bound=AnyCase)


class Run(ABC, Generic[C]):
    """One way through the tasks of a case from the beginning, as workers go it: each call by a new adapter."""

    def __init__(self, case: C) -> None:
        self.case = case
        self.references: dict[str, dict[str, str]] = {}
        case.begin()

    @abstractmethod
    def perform(self, task: Task) -> Outcome:
        """Do a task as it stands."""

    def told(self, task: Task, *, undoing: bool = False) -> Task:
        """The task as a worker hands it over: with what the outside calls the results so far."""
        return replace(task, undoing=undoing, references=dict(self.references.get(task.order, {})))

    def done(self, task: Task, *, undoing: bool = False) -> Done:
        """Do a task, letting come in what it waits for, and keep its reference."""
        told = self.told(task, undoing=undoing)
        if task.step.action.kind in self.case.waiting and not undoing:
            waits = self.perform(told)
            assert isinstance(waits, Waits), f"{name_of(told)} has to wait, and says {waits}"
            self.case.arrive(told)
        outcome = self.perform(told)
        assert isinstance(outcome, Done), f"{name_of(told)} was not done: {outcome}"
        self.keep(told, outcome)
        return outcome

    def keep(self, task: Task, outcome: Done) -> None:
        """Remember what the outside calls the result of a step."""
        if outcome.reference and not task.undoing:
            self.references.setdefault(task.order, {})[task.step.id] = outcome.reference


class AdapterRun(Run[Case]):
    """One by an adapter of a system outside."""

    def perform(self, task: Task) -> Outcome:
        """Do a task as it stands."""
        try:
            outcome = self.case.adapter().perform(task)
        except Exception as error:
            raise AssertionError(f"{name_of(task)} raised {error!r}: an adapter answers, whatever happens") from error
        return self._discreet(task, outcome)

    def ask(self, task: Task) -> Outcome | None:
        """Ask what has become of a task."""
        try:
            outcome = self.case.adapter().ask(task)
        except Exception as error:
            raise AssertionError(f"asking about {name_of(task)} raised {error!r}") from error
        return None if outcome is None else self._discreet(task, outcome)

    def _discreet(self, task: Task, outcome: Outcome) -> Outcome:
        """An outcome that the store can keep, and anybody read."""
        ensure_discreet(str(outcome), case=self.case, where=f"in the outcome of {name_of(task)}")
        return _sound(task, outcome)


class ResidentRun(Run[ResidentCase]):
    """One by an adapter in the database of the orders; each call is a transaction."""

    def perform(self, task: Task) -> Outcome:
        """Do a task as it stands."""
        with self.case.engine().connect() as connection:
            outcome = self.case.resident().perform_within(task, connection=connection)
            connection.commit()
        return _sound(task, outcome)

    def sound(self, task: Task, outcome: Outcome) -> Done:
        """The outcome of a task that a batch has done."""
        found = _sound(task, outcome)
        assert isinstance(found, Done), f"{name_of(task)} was not done in a batch: {found}"
        return found


_OUTCOMES: Final = (Done, Waits, Unavailable, Refused, Unanswered)


def _sound(task: Task, outcome: Outcome) -> Outcome:
    """An outcome that the store can keep."""
    assert isinstance(outcome, _OUTCOMES), f"{name_of(task)} gave {outcome!r}, which is no outcome"
    if isinstance(outcome, Done):
        fits = len(outcome.reference) <= LONGEST_REFERENCE
        assert fits, f"the reference of {name_of(task)} is longer than {LONGEST_REFERENCE} characters"
    else:
        assert outcome.why.strip(), f"{name_of(task)} does not say why it is {type(outcome).__name__}"
    return outcome


def ensure_discreet(said: str, *, case: AnyCase, where: str) -> None:
    """Hold that what is said somewhere holds no secret of a case."""
    told = [secret for secret in case.secrets if secret in said]
    assert not told, f"it tells, {where}: {told}"


def name_of(task: Task) -> str:
    """A task as a failure names it."""
    return f"{'undoing ' if task.undoing else ''}{task.step.action.kind} ({task.key})"
