"""What goes wrong: passing faults, final ones, lost answers, adapters that raise; and what is undone by them."""

from __future__ import annotations

import pytest

from planshift.execution.log import StepFailed
from planshift.execution.order import Order
from planshift.execution.ports import Outcome, Refused, Task, Unanswered, Unavailable, Waits
from planshift.execution.resolving import NothingToResolve, resolve, resume
from planshift.execution.retries import Retries
from planshift.execution.store.engine import Store
from planshift.execution.store.orders import load, log_of
from planshift.execution.store.verifying import flaws
from tests.execution.doubles import FarAway, Notebook, done_more_than_once, noted, prepare
from tests.execution.placing import AT, NOW, order, worker

QUICK = Retries(first=4, longest=60, tries=3)
DAY = 86_400


def found(store: Store, name: str = "o-1") -> Order:
    with store.reading() as connection:
        assert not list(flaws(connection, now=AT + DAY))
        return load(connection, name)


def at_invoice(outcome: Outcome, *, until: int = 2**40) -> FarAway:
    """A system that answers so to invoices, up to an instant."""
    return FarAway(
        before=lambda task: outcome if task.action.kind == "issue_invoice" and task.at < until else None,
    )


def states(found: Order) -> dict[str, str]:
    return {step.step.id: step.state for step in found.steps}


def test_a_passing_fault_is_tried_again_later_and_later(store: Store) -> None:
    order(store)
    far = at_invoice(Unavailable(why="it rains"), until=AT + 100)
    working, now = worker(store, far, retries=Retries(first=10, longest=1000, tries=9)), AT
    tried = []
    while found(store).open:
        working.work(now)
        now, before = max(found(store).step("6").try_at, now), now
        tried.append(now - before)
    with store.reading() as connection:
        failed = [entry for entry in log_of(connection, "o-1") if isinstance(entry.event, StepFailed)]
    assert found(store).state == "applied"
    assert 3 <= len(failed) <= 6
    assert sorted(tried[:-1]) == tried[:-1]
    assert not far.asked


def test_where_the_adapter_names_an_instant_nothing_is_tried_before(store: Store) -> None:
    order(store)
    worker(store, at_invoice(Unavailable(why="closed", retry_at=AT + DAY))).work(AT)
    assert found(store).step("6").try_at == AT + DAY


def test_too_many_tries_need_a_person_who_lets_it_go_on(store: Store) -> None:
    order(store)
    far = at_invoice(Unavailable(why="it rains"), until=AT + DAY)
    for turn in range(6):
        worker(store, far, retries=QUICK).work(AT + turn * 100)
    stuck = found(store)
    assert stuck.stuck == "given up after 3 tries: it rains"
    assert [step.attempts for step in stuck.steps if step.step.id == "issue_invoice"] == [3]
    assert worker(store, far).work(AT + 2 * DAY).orders == 0
    resume(store, "o-1", by="eve", at=AT + 2 * DAY)
    worker(store, far).work(AT + 2 * DAY)
    assert found(store).state == "applied"


def test_a_final_fault_undoes_what_was_done_from_the_last_step_to_the_first(store: Store) -> None:
    order(store)
    far = at_invoice(Refused(why="no such customer"))
    worker(store, far).work(AT)
    failed = found(store)
    assert failed.state == "failed"
    assert failed.why == "no such customer"
    undone = [key for key in far.performed if key.endswith(":undo")]
    done = [key for key in far.performed if not key.endswith(":undo")]
    undoable = [step.step.key for step in failed.steps if step.step.undo is not None]
    assert undone == [f"{key}:undo" for key in reversed(done[:-1]) if key in undoable]
    assert undone


def test_a_final_fault_of_a_resident_leaves_what_was_before(store: Store) -> None:
    prepare(store)
    order(store)
    worker(store, Notebook(answers=lambda task: _no(task, "issue_invoice"))).work(AT)
    assert found(store).state == "failed"
    undone = {key.removesuffix(":undo") for key in noted(store) if key.endswith(":undo")}
    kept = {key for key in noted(store) if not key.endswith(":undo")} - undone
    assert kept == {step.step.key for step in found(store).steps if step.state == "done"} - undone
    assert all(step.step.undo is None for step in found(store).steps if step.state == "done")


def _no(task: Task, kind: str) -> Outcome | None:
    return Refused(why="no") if task.action.kind == kind else None


def test_an_undo_that_is_refused_waits_for_a_person(store: Store) -> None:
    order(store)
    far = FarAway(
        before=lambda task: Refused(why="never") if task.action.kind in ("issue_invoice", "withdraw_plan") else None
    )
    worker(store, far).work(AT)
    stuck = found(store)
    assert stuck.stuck == "it cannot be undone: never"
    assert stuck.undoing == "failed"
    position = next(step.position for step in stuck.steps if step.step.id == "start_plan")
    resolve(store, "o-1", position=position, how="done", by="eve", at=AT + 1)
    worker(store, far).work(AT + 1)
    assert found(store).state == "failed"
    assert states(found(store))["start_plan"] == states(found(store))["end_plan"] == "undone"


@pytest.mark.parametrize("acted", [True, False])
def test_a_lost_answer_is_asked_for_before_it_is_tried_again(store: Store, acted: bool) -> None:
    order(store)
    lost: list[str] = []

    def loses(task: Task) -> Outcome | None:
        if task.action.kind == "issue_invoice" and not lost:
            lost.append(task.key)
            return Unanswered(why="time-out")
        return None

    far = FarAway(after=loses) if acted else FarAway(before=loses)
    worker(store, far).work(AT)
    assert found(store).step("6").state == "started"
    worker(store, far).work(AT + DAY)
    assert found(store).state == "applied"
    assert far.asked == lost
    assert far.performed.count(lost[0]) == (1 if acted else 2)


@pytest.mark.parametrize("acted", [True, False])
def test_a_lost_answer_is_found_out_before_an_order_turns_back(store: Store, acted: bool) -> None:
    order(store)

    def loses(task: Task) -> Outcome | None:
        return Unanswered(why="time-out") if task.action.kind == "issue_invoice" and not task.undoing else None

    far = FarAway(after=loses) if acted else FarAway(before=loses)
    working = worker(store, far, retries=QUICK)
    for turn in range(3):
        far.on_ask = _fails
        working.work(AT + turn * 100)
    stuck = found(store)
    assert stuck.stuck == "given up after 3 tries: far away raised TimeoutError"
    far.on_ask = lambda _: None
    resolve(store, "o-1", position="6", how="turn_back", by="eve", at=AT + DAY)
    working.work(AT + DAY)
    key = stuck.step("6").step.key
    assert found(store).state == "failed"
    assert (f"{key}:undo" in far.performed) is acted
    assert states(found(store))["issue_invoice"] == ("undone" if acted else "open")


def _fails(_: Task) -> None:
    raise TimeoutError


def test_an_adapter_that_raises_does_not_take_the_others_down(store: Store) -> None:
    prepare(store)
    for number in range(5):
        order(store, name=f"o-{number}", who=f"sub-{number}")

    def raises(task: Task) -> Outcome | None:
        if task.order == "o-3" and task.action.kind == "issue_invoice" and task.at == AT:
            raise KeyError(task.key)
        return None

    worker(store, Notebook(answers=raises)).work(AT)
    assert [found(store, f"o-{number}").state for number in range(5)] == ["applied"] * 3 + ["pending", "applied"]
    assert found(store, "o-3").step("6").fault == "notebook raised KeyError"
    worker(store, Notebook(answers=raises)).work(AT + DAY)
    assert found(store, "o-3").state == "applied"
    assert not done_more_than_once(store)


def test_a_step_that_waits_is_looked_at_again_at_its_instant(store: Store) -> None:
    prepare(store)
    order(store)
    book = Notebook(answers=_waits)
    worker(store, book).work(AT)
    assert found(store).step("6").try_at == AT + 50
    assert worker(store, book).work(AT + 49).orders == 0
    worker(store, book).work(AT + 50)
    assert found(store).state == "applied"


def _waits(task: Task) -> Outcome | None:
    return Waits(why="not yet", until=AT + 50) if task.action.kind == "issue_invoice" and task.at < AT + 50 else None


def test_a_notice_that_cannot_be_sent_does_not_undo_the_change(store: Store) -> None:
    order(store, NOW + ", notify: [client]")
    far = FarAway(before=lambda task: Refused(why="no such address") if task.action.kind == "send_notice" else None)
    worker(store, far).work(AT)
    assert found(store).state == "applied"
    assert [step.fault for step in found(store).steps if step.state == "skipped"] == ["no such address"]


def test_what_no_adapter_does_needs_a_person(store: Store) -> None:
    order(store)
    far = FarAway()
    worker(store, FarAway(kinds=far.kinds - {"issue_invoice"})).work(AT)
    assert found(store).stuck == "no adapter carries out `issue_invoice`"
    resume(store, "o-1", by="eve", at=AT)
    worker(store, far).work(AT)
    assert found(store).state == "applied"


def test_there_is_nothing_to_resolve_about_an_order_that_is_well(store: Store) -> None:
    order(store)
    with pytest.raises(NothingToResolve, match="it is pending, and nothing has gone wrong with it"):
        resume(store, "o-1", by="eve", at=AT)
    worker(store, at_invoice(Unavailable(why="it rains"))).work(AT)
    with pytest.raises(NothingToResolve, match="nothing has gone wrong with a step 1"):
        resolve(store, "o-1", position="1", how="skip", by="eve", at=AT)
    resolve(store, "o-1", position="6", how="skip", by="eve", at=AT)
    worker(store, FarAway()).work(AT)
    assert found(store).state == "applied"
