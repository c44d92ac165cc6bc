"""The tests that every adapter passes."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from itertools import takewhile
from typing import Final, Generic, TypeVar
from unittest import SkipTest

from planshift.actions.action import KINDS
from planshift.adapters.contract.case import AnyCase, Case, ResidentCase
from planshift.adapters.contract.run import AdapterRun, C, ResidentRun, ensure_discreet, name_of
from planshift.adapters.faults import ACTED, FAULTS, Fault
from planshift.execution.ports import (
    Adapter,
    Batching,
    Done,
    Outcome,
    Reachable,
    Refused,
    Resident,
    Task,
    Unanswered,
    Unavailable,
)

ANSWERS: Final[Mapping[Fault, tuple[type[Outcome], ...]]] = {
    "down": (Unavailable, Unanswered),
    "busy": (Unavailable,),
    "call_lost": (Unanswered,),
    "garbled": (Unanswered, Unavailable),
    "answer_lost": (Unanswered, Done),
    "error_after_acting": (Unanswered, Done),
    "twice": (Done,),
    "refusal": (Refused,),
}
"""What an adapter may say of each fault. Done after a lost answer is right for one that has asked by itself."""


R = TypeVar("R", AdapterRun, ResidentRun)


class _Contract(Generic[C, R]):
    """What holds for every adapter."""

    def _run(self, case: C) -> R:
        raise NotImplementedError

    def _declared(self, case: C) -> Adapter | Resident:
        raise NotImplementedError

    def test_it_says_what_it_is(self, case: C) -> None:
        found = self._declared(case)
        assert isinstance(found, Adapter | Resident), "it lacks a part of the port"
        assert found.name.strip(), "it has no name"
        unknown = found.kinds - KINDS.keys()
        assert not unknown, f"there are no such actions: {sorted(unknown)}"

    def test_it_is_tried_with_every_kind_that_it_declares(self, case: C) -> None:
        tried = {task.step.action.kind for task in case.tasks}
        tried |= {task.step.undo.kind for task in case.tasks if task.step.undo is not None}
        left = self._declared(case).kinds - tried
        assert not left, f"the case has no task for {sorted(left)}"

    def test_every_task_is_done_and_has_an_effect(self, case: C) -> None:
        run = self._run(case)
        for task in case.tasks:
            before = case.effects()
            run.done(task)
            seen = case.effects() != before
            assert seen or task.action.kind in case.unseen, f"{name_of(task)} says it is done, and did nothing"

    def test_a_task_done_twice_is_done_once(self, case: C) -> None:
        run = self._run(case)
        for task in case.tasks:
            told = run.told(task)
            first = run.done(task)
            effects = case.effects()
            again = run.perform(told)
            assert isinstance(again, Done), f"{name_of(told)} was done, and the second time it is {again}"
            assert again.reference == first.reference, f"{name_of(told)} is called otherwise the second time"
            assert case.effects() == effects, f"{name_of(told)} was done twice"

    def test_a_late_repeat_changes_nothing(self, case: C) -> None:
        run = self._run(case)
        told = []
        for task in case.tasks:
            told.append(run.told(task))
            run.done(task)
        effects = case.effects()
        for task in told:
            run.perform(task)
            assert case.effects() == effects, f"{name_of(task)} came again behind later ones, and was done again"

    def test_undoing_gives_back_what_was(self, case: C) -> None:
        run = self._run(case)
        before = []
        for task in _undoable(case):
            before.append((task, case.effects()))
            run.done(task)
        for task, effects in reversed(before):
            run.done(task, undoing=True)
            assert case.effects() == effects, f"undoing {name_of(task)} did not give back what was"

    def test_undoing_twice_undoes_once(self, case: C) -> None:
        run = self._run(case)
        for task in _undoable(case):
            run.done(task)
        for task in reversed(_undoable(case)):
            run.done(task, undoing=True)
            effects = case.effects()
            again = run.perform(run.told(task, undoing=True))
            assert isinstance(again, Done), f"undoing {name_of(task)} was done, and the second time it is {again}"
            assert case.effects() == effects, f"{name_of(task)} was undone twice"


class AdapterContract(_Contract[Case, AdapterRun]):
    """What holds for every adapter of a system outside."""

    def _run(self, case: Case) -> AdapterRun:
        return AdapterRun(case)

    def _declared(self, case: Case) -> Adapter:
        case.begin()
        return case.adapter()

    def test_looking_whether_it_is_there_changes_nothing(self, case: Case) -> None:
        adapter = self._declared(case)
        if not isinstance(adapter, Reachable):
            raise SkipTest("the adapter cannot look")
        effects, found = case.effects(), adapter.reachable()
        assert found.how.strip(), "it says nothing of the other side"
        assert found.well is not False, f"the other side is there, and it says: {found.how}"
        assert case.effects() == effects, "looking has changed something"
        assert not [each for each in case.secrets if each in found.how], "it tells a secret"

    def test_asking_tells_what_was_done_and_changes_nothing(self, case: Case) -> None:
        _askable(case)
        run = self._run(case)
        for task in case.tasks:
            told, before = run.told(task), case.effects()
            asked = run.ask(told)
            assert not isinstance(asked, Done), f"{name_of(told)} was not done, and asking says it was"
            assert case.effects() == before, f"asking about {name_of(told)} changed something"
            done, effects = run.done(task), case.effects()
            found = run.ask(told)
            assert isinstance(found, Done), f"{name_of(told)} was done, and asking says {found}"
            assert found.reference == done.reference, f"asked about, {name_of(told)} is called otherwise"
            assert case.effects() == effects, f"asking about {name_of(told)} changed something"

    def test_asking_tells_what_was_undone(self, case: Case) -> None:
        _askable(case)
        run = self._run(case)
        for task in _undoable(case):
            run.done(task)
        for task in reversed(_undoable(case)):
            told = run.told(task, undoing=True)
            assert run.ask(told) is None, f"{name_of(told)} was not done, and asking does not say so"
            run.done(task, undoing=True)
            found = run.ask(told)
            assert isinstance(found, Done), f"{name_of(told)} was done, and asking says {found}"

    def test_it_takes_no_call_that_nobody_takes_for_done(self, case: Case) -> None:
        self._meet(case, "down")

    def test_it_comes_again_where_it_is_asked_to(self, case: Case) -> None:
        self._meet(case, "busy")

    def test_a_lost_call_is_found_not_done_and_done(self, case: Case) -> None:
        self._meet(case, "call_lost")

    def test_what_is_no_answer_is_taken_for_none(self, case: Case) -> None:
        self._meet(case, "garbled")

    def test_a_lost_answer_is_found_by_asking(self, case: Case) -> None:
        self._meet(case, "answer_lost")

    def test_an_error_after_acting_is_found_by_asking(self, case: Case) -> None:
        self._meet(case, "error_after_acting")

    def test_a_call_that_arrives_twice_is_done_once(self, case: Case) -> None:
        self._meet(case, "twice")

    def test_a_final_no_is_a_refusal(self, case: Case) -> None:
        self._meet(case, "refusal")

    def test_it_tells_no_secret(self, case: Case) -> None:
        """Where nothing goes wrong. What it tells of a fault is heard where it meets the fault."""
        if not case.secrets:
            raise SkipTest("the case names no secrets")
        with _discreet(case):
            run = self._run(case)
            for task in case.tasks:
                run.perform(run.told(task))
                run.ask(run.told(task))
                run.done(task)

    def _meet(self, case: Case, fault: Fault) -> None:
        """Meet a fault at every task, and at the undoing of every task, and come out as if there had been none."""
        if fault not in case.faults:
            raise SkipTest(f"the other side never does this: {FAULTS[fault]}")
        clean, after = self._run(case), []
        for task in case.tasks:
            clean.done(task)
            after.append(case.effects())
        run = self._run(case)
        with _discreet(case):
            for task, effects in zip(case.tasks, after, strict=True):
                _met(run, task, fault=fault, effects=effects)
        run, before = self._run(case), []
        for task in _undoable(case):
            before.append((task, case.effects()))
            run.done(task)
        with _discreet(case):
            for task, effects in reversed(before):
                _met(run, task, fault=fault, effects=effects, undoing=True)


class ResidentContract(_Contract[ResidentCase, ResidentRun]):
    """What holds for every adapter that lives in the database of the orders."""

    def _run(self, case: ResidentCase) -> ResidentRun:
        return ResidentRun(case)

    def _declared(self, case: ResidentCase) -> Resident:
        case.begin()
        return case.resident()

    def test_what_is_not_committed_was_never_done(self, case: ResidentCase) -> None:
        run = self._run(case)
        for task in case.tasks:
            before = case.effects()
            with case.engine().connect() as connection:
                case.resident().perform_within(run.told(task), connection=connection)
                connection.rollback()
            assert case.effects() == before, f"{name_of(task)} does something outside of its transaction"
            run.done(task)

    def test_twice_in_one_transaction_is_once(self, case: ResidentCase) -> None:
        clean, after = self._run(case), []
        for task in case.tasks:
            clean.done(task)
            after.append(case.effects())
        run = self._run(case)
        for task, effects in zip(case.tasks, after, strict=True):
            with case.engine().connect() as connection:
                for _ in range(2):
                    case.resident().perform_within(run.told(task), connection=connection)
                connection.commit()
            run.done(task)
            assert case.effects() == effects, f"{name_of(task)} was done twice"

    def test_a_batch_does_what_its_tasks_do_one_by_one(self, case: ResidentCase) -> None:
        if not isinstance(self._declared(case), Batching):
            raise SkipTest("it does one task at a time")
        tasks = list(takewhile(lambda task: task.step.action.kind not in case.waiting, case.tasks))
        clean = self._run(case)
        for task in tasks:
            clean.done(task)
        effects, run = case.effects(), self._run(case)
        before, resident = case.effects(), case.resident()
        assert isinstance(resident, Batching)  # as it was above
        for ends in ("rollback", "commit"):
            with case.engine().connect() as connection:
                batch = resident.batch([run.told(task) for task in tasks], connection=connection)
                for task in (*tasks, *tasks):
                    run.keep(task, run.sound(task, batch.perform(run.told(task))))
                batch.write()
                getattr(connection, ends)()
            wanted = effects if ends == "commit" else before
            assert case.effects() == wanted, f"a batch that ends with a {ends} does not come to what its tasks come to"


def _met(run: AdapterRun, task: Task, *, fault: Fault, effects: object, undoing: bool = False) -> None:
    """Do a task while the other side has a fault, find out, and do it to the end."""
    case, told = run.case, run.told(task, undoing=undoing)
    if task.step.action.kind in case.waiting and not undoing:
        case.arrive(told)
    before = case.effects()
    case.meet(fault)
    outcome = run.perform(told)
    asked = [each.__name__ for each in ANSWERS[fault]]
    assert isinstance(outcome, ANSWERS[fault]), f"{name_of(told)}: {FAULTS[fault]}, and it says {outcome}, not {asked}"
    has_acted = fault in ACTED
    assert case.effects() == (effects if has_acted else before), (
        f"{name_of(told)}: {FAULTS[fault]}, which shows otherwise"
    )
    found = run.ask(told) if case.can_be_asked else None
    if case.can_be_asked and has_acted:
        assert isinstance(found, Done), f"{name_of(told)} was done, and asking says {found}"
    assert has_acted or not isinstance(found, Done), f"{name_of(told)} was not done, and asking says it was"
    done = run.perform(told)
    assert isinstance(done, Done), f"{name_of(told)} was not done once nothing stood in its way any more: {done}"
    run.keep(told, done)
    assert case.effects() == effects, f"{name_of(told)} was not done once: {FAULTS[fault]}"
    if isinstance(found, Done):
        assert found.reference == done.reference, f"asked about, {name_of(told)} is called otherwise"


def _undoable(case: AnyCase) -> list[Task]:
    return [task for task in case.tasks if task.step.undo is not None]


def _askable(case: Case) -> None:
    if not case.can_be_asked:
        raise SkipTest("the other side cannot be asked")


@contextmanager
def _discreet(case: Case) -> Iterator[None]:
    """Hold that nothing that is logged at any level, or printed, holds a secret of a case; runs look at outcomes."""
    if not case.secrets:
        yield
        return
    heard, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(heard), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with redirect_stdout(heard), redirect_stderr(heard):
            yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    ensure_discreet(heard.getvalue(), case=case, where="in its logs")
