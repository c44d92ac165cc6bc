"""The adapter in memory keeps the contract, and the contract tells whoever does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, final
from unittest import SkipTest

import pytest

from planshift.actions.action import KINDS
from planshift.adapters.contract import FAULTS, AdapterContract, Case, Fault, sample_tasks
from planshift.adapters.memory import MemoryAdapter, MemorySide
from planshift.execution.ports import Adapter, Done, Outcome, Reached, Refused, Task, Unanswered, Unavailable

TASKS = sample_tasks(KINDS)
SOME = sample_tasks(["issue_invoice", "ask_payment", "change_package"])


class MemoryCase(Case):
    waiting = frozenset({"await_payment"})
    secrets = ("anna.example.com",)

    def __init__(self, tasks: Sequence[Task] = SOME, **changed: Any) -> None:  # noqa: ANN401  # fields of the adapter
        self._tasks = tasks
        self._changed = changed
        self.begin()

    @property
    def tasks(self) -> Sequence[Task]:
        return self._tasks

    def begin(self) -> None:
        self.side = MemorySide(waiting=self.waiting)

    def effects(self) -> object:
        return self.side.in_force

    def arrive(self, task: Task) -> None:
        self.side.arrive(task.key)

    def adapter(self) -> MemoryAdapter:
        return MemoryAdapter(side=self.side, **self._changed)

    def meet(self, fault: Fault) -> None:
        self.side.meet(fault)


class TestMemoryAdapter(AdapterContract):
    @pytest.fixture
    def case(self) -> Case:
        return MemoryCase(TASKS)


# adapters that break the contract, each in its own way


class Broken(MemoryCase):
    """A case whose adapter is wrapped by one that breaks something."""

    can_be_asked = True

    def __init__(self, breaking: type[Breaking]) -> None:
        super().__init__()
        self.breaking = breaking

    def adapter(self) -> Adapter:  # type: ignore[override]  # it stands before one in memory
        return self.breaking(super().adapter(), self.side)


class Breaking:
    name = "breaking"
    kinds = frozenset({"issue_invoice", "ask_payment", "change_package", "take_back"})

    def __init__(self, inner: MemoryAdapter, side: MemorySide) -> None:
        self.inner, self.side = inner, side

    def perform(self, task: Task) -> Outcome:
        return self.inner.perform(task)

    def ask(self, task: Task) -> Outcome | None:
        return self.inner.ask(task)

    def reachable(self) -> Reached:
        return self.inner.reachable()


@final
class Nameless(Breaking):
    name = " "


@final
class Boasting(Breaking):
    kinds = frozenset({"issue_invoice", "make_coffee"})


@final
class Everything(Breaking):
    kinds = frozenset(KINDS)


@final
class Absent(Breaking):
    def reachable(self) -> Reached:
        return Reached(how="nobody answers", well=False)


@final
class Blabbing(Breaking):
    def reachable(self) -> Reached:
        return Reached(how="anna.example.com is there", well=True)


@final
class Idle(Breaking):
    def perform(self, task: Task) -> Outcome:
        return Done(reference=task.key)


@final
class Raising(Breaking):
    def perform(self, task: Task) -> Outcome:
        found = self.inner.perform(task)
        if isinstance(found, Unavailable):
            raise ConnectionError("refused")
        return found


@final
class Doubling(Breaking):
    """Uses a key of its own at every call."""

    calls = 0

    def perform(self, task: Task) -> Outcome:
        Doubling.calls += 1
        own = replace(task.step, key=f"{task.step.key}:{Doubling.calls}")
        found = self.inner.perform(replace(task, step=own))
        return Done(reference=task.key) if isinstance(found, Done) else found


@final
class Renaming(Breaking):
    calls = 0

    def perform(self, task: Task) -> Outcome:
        Renaming.calls += 1
        found = self.inner.perform(task)
        return Done(reference=str(Renaming.calls)) if isinstance(found, Done) else found


@final
class NeverUndoing(Breaking):
    def perform(self, task: Task) -> Outcome:
        return Done() if task.undoing else self.inner.perform(task)


@final
class Forgetful(Breaking):
    def ask(self, task: Task) -> Outcome | None:  # noqa: ARG002  # what it does wrong
        return None


@final
class Trusting(Breaking):
    def ask(self, task: Task) -> Outcome | None:
        return Done(reference=f"memory:{task.key}")


@final
class Meddling(Breaking):
    """Does what it is asked about."""

    def ask(self, task: Task) -> Outcome | None:
        found = self.inner.ask(task)
        self.inner.perform(task)
        return found


@final
class Hopeful(Breaking):
    """Takes everything for done."""

    def perform(self, task: Task) -> Outcome:
        self.inner.perform(task)
        return Done(reference=f"memory:{task.key}")


@final
class Careless(Breaking):
    """Says that nothing was done where nobody knows."""

    def perform(self, task: Task) -> Outcome:
        found = self.inner.perform(task)
        return Unavailable(why=found.why) if isinstance(found, Unanswered) else found


@final
class Stubborn(Breaking):
    """Comes again where it was refused."""

    def perform(self, task: Task) -> Outcome:
        found = self.inner.perform(task)
        return Unavailable(why=found.why) if isinstance(found, Refused) else found


@final
class Despairing(Breaking):
    """Gives up where it only has to wait."""

    def perform(self, task: Task) -> Outcome:
        found = self.inner.perform(task)
        return Refused(why=found.why) if isinstance(found, Unavailable) else found


@final
class Silent(Breaking):
    def perform(self, task: Task) -> Outcome:
        found = self.inner.perform(task)
        return Refused(why="") if isinstance(found, Refused) else found


@final
class Wordy(Breaking):
    def perform(self, task: Task) -> Outcome:
        found = self.inner.perform(task)
        return Done(reference="x" * 401) if isinstance(found, Done) else found


@final
class Telling(Breaking):
    def perform(self, task: Task) -> Outcome:
        print("for anna.example.com")  # noqa: T201  # what it does wrong
        return self.inner.perform(task)


@final
class Complaining(Breaking):
    def perform(self, task: Task) -> Outcome:
        found = self.inner.perform(task)
        return found if isinstance(found, Done) else replace(found, why=f"{found.why}: anna.example.com")


BROKEN: dict[type[Breaking], str] = {
    Nameless: "it has no name",
    Boasting: "no such actions: ['make_coffee']",
    Everything: "the case has no task for",
    Absent: "the other side is there, and it says: nobody answers",
    Blabbing: "it tells a secret",
    Idle: "says it is done, and did nothing",
    Raising: "raised ConnectionError('refused'): an adapter answers, whatever happens",
    Doubling: "was done twice",
    Renaming: "is called otherwise the second time",
    NeverUndoing: "did not give back what was",
    Forgetful: "was done, and asking says None",
    Trusting: "was not done, and asking says it was",
    Meddling: "changed something",
    Hopeful: "nobody takes the call, and it says Done",
    Careless: "it acts, and no answer comes, and it says Unavailable",
    Stubborn: "it will not do this, now or later, and it says Unavailable",
    Despairing: "it asks to be called again later, and has not acted, and it says Refused",
    Silent: "does not say why it is Refused",
    Wordy: "is longer than 400 characters",
    Telling: "it tells, in its logs: ['anna.example.com']",
    Complaining: "it tells, in the outcome of change_package",
}


def failures(case: Case) -> list[str]:
    """What the contract has to say of a case."""
    suite = AdapterContract()
    found = []
    for name in sorted(name for name in dir(suite) if name.startswith("test_")):
        try:
            getattr(suite, name)(case)
        except SkipTest:
            assert not case.secrets, name
        except AssertionError as error:
            found.append(str(error))
    return found


@pytest.mark.parametrize("breaking", BROKEN, ids=lambda each: each.__name__)
def test_the_contract_tells_who_breaks_it(breaking: type[Breaking]) -> None:
    case = Broken(breaking)
    found = failures(case)
    assert any(BROKEN[breaking] in each for each in found), found


def test_the_same_case_is_fine_where_nothing_is_broken() -> None:
    case = Broken(Breaking)
    assert failures(case) == []


def test_every_fault_is_met_by_a_test() -> None:
    met: set[Fault] = set()

    class Noting(MemoryCase):
        def meet(self, fault: Fault) -> None:
            met.add(fault)
            super().meet(fault)

    failures(Noting())
    assert met == set(FAULTS)


def test_samples_that_do_not_exist_are_missed() -> None:
    with pytest.raises(ValueError, match="no change of the sample shop has make_coffee"):
        sample_tasks(["make_coffee"])
