"""Changes that wait: for their day, for a payment, for events; and calling them off while they do."""

from __future__ import annotations

import pytest

from planshift.execution.calling_off import CannotCallOff, call_off
from planshift.execution.happening import happened, happened_to
from planshift.execution.order import Order
from planshift.execution.ports import Done, Outcome, Refused, Task, Waits
from planshift.execution.store.engine import Store
from planshift.execution.store.orders import NoSuchOrder, load
from planshift.execution.store.verifying import flaws
from tests.execution.doubles import FarAway, Notebook, noted, prepare
from tests.execution.placing import AT, GATED, LATER, order, worker

DAY = 86_400
FIRST_OF_APRIL = 1_774_994_400
"""Its midnight in Stockholm, on which a period of the shop ends."""

LAST_CALL = 1_774_566_000
"""The midnight of 27 March, on which the invoice of the next period is made; the clocks go forward in between."""


def found(store: Store, name: str = "o-1") -> Order:
    with store.reading() as connection:
        assert not list(flaws(connection, now=AT))
        return load(connection, name)


def scheduled(store: Store, terms: str = LATER) -> Order:
    """An order that waits for the end of the period; its invoice is made five days before."""
    prepare(store)
    order(store, terms)
    worker(store, Notebook()).work(AT)
    return found(store)


def test_a_change_waits_for_its_day_and_then_is_made(store: Store) -> None:
    waiting = scheduled(store)
    assert (waiting.state, waiting.why) == ("scheduled", "it waits for its day")
    assert [step.state for step in waiting.steps] == ["done"] + ["open"] * 8
    assert worker(store, Notebook()).work(LAST_CALL - 1).orders == 0
    worker(store, Notebook()).work(LAST_CALL)
    assert (found(store).state, found(store).why) == ("locked", "it can no longer be called off")
    assert worker(store, Notebook()).work(FIRST_OF_APRIL - 1).orders == 0
    worker(store, Notebook()).work(FIRST_OF_APRIL)
    assert found(store).state == "applied"


def test_calling_off_restores_what_was(store: Store) -> None:
    key = scheduled(store).step("1").step.key
    called_off = call_off(store, "o-1", by="customer", at=AT + DAY, person="anna", why="a mistake")
    assert (called_off.state, called_off.undoing) == ("scheduled", "cancelled")
    worker(store, Notebook()).work(AT + DAY)
    assert (found(store).state, found(store).why) == ("cancelled", "a mistake")
    assert noted(store) == [key, f"{key}:undo"]
    assert call_off(store, "o-1", by="customer", at=AT + DAY).number == found(store).number


@pytest.mark.parametrize("late", [0, 5 * DAY])
def test_after_the_point_of_no_return_nobody_calls_it_off(store: Store, late: int) -> None:
    scheduled(store)
    at = LAST_CALL + late
    with pytest.raises(CannotCallOff, match="it could be until 2026-03-26"):
        call_off(store, "o-1", by="staff", at=at)
    assert call_off(store, "o-1", by="staff", at=LAST_CALL - 1).undoing == "cancelled"


def test_only_those_may_call_it_off_who_may_ask_for_it(store: Store) -> None:
    scheduled(store, LATER + ", who: [customer]")
    with pytest.raises(CannotCallOff, match="the policy leaves it to customer"):
        call_off(store, "o-1", by="staff", at=AT)
    assert call_off(store, "o-1", by="customer", at=AT).undoing == "cancelled"


def test_what_the_policy_never_lets_go_is_locked_at_once(store: Store) -> None:
    assert scheduled(store, LATER + ", cancellable_until: never").state == "locked"
    with pytest.raises(CannotCallOff, match="the policy does not let it be called off"):
        call_off(store, "o-1", by="customer", at=AT)


def test_an_order_that_is_over_is_not_called_off(store: Store) -> None:
    prepare(store)
    order(store)
    worker(store, Notebook()).work(AT)
    with pytest.raises(CannotCallOff, match="it is applied: every step is done"):
        call_off(store, "o-1", by="customer", at=AT)
    with pytest.raises(NoSuchOrder, match="there is no order o-2"):
        call_off(store, "o-2", by="customer", at=AT)


def test_an_issued_invoice_locks_a_change_that_waits(store: Store) -> None:
    scheduled(store)
    heard = happened(store, "invoice.issued", source="inv-7", at=AT + DAY, subscription="sub-1")
    assert [each.state for each in heard.orders] == ["locked"]
    with pytest.raises(CannotCallOff, match="its invoice is issued"):
        call_off(store, "o-1", by="customer", at=AT + DAY)
    worker(store, Notebook()).work(FIRST_OF_APRIL)
    assert found(store).state == "applied"


def test_an_invoice_locks_nothing_where_the_policy_counts_days(store: Store) -> None:
    scheduled(store, LATER + ", cancellable_until: 3 days before")
    heard = happened(store, "invoice.issued", source="inv-7", at=AT + DAY, subscription="sub-1")
    assert [each.state for each in heard.orders] == ["scheduled"]


def test_an_event_happens_once_whoever_tells_it(store: Store) -> None:
    scheduled(store)
    assert happened(store, "rating.completed", source="r-1", at=AT, subscription="sub-1").new
    assert not happened(store, "rating.completed", source="r-1", at=AT, subscription="sub-1").new
    assert not happened_to(store, "rating.completed", source="r-1", at=AT, order="o-1").new
    assert happened_to(store, "rating.completed", source="r-2", at=AT, order="o-1").new
    assert found(store).happened == (("rating.completed", 2),)
    assert happened(store, "rating.completed", source="r-3", at=AT, subscription="sub-9").orders == ()


def paid(task: Task, store: Store) -> Outcome | None:
    """What a biller says about a payment: it waits for it for a week."""
    if task.action.kind != "await_payment":
        return None
    with store.reading() as connection:
        is_paid = load(connection, "o-1").count("payment.received")
    if is_paid:
        return Done()
    return (
        Waits(why="not paid yet", until=AT + 7 * DAY) if task.at < AT + 7 * DAY else Refused(why="late", expired=True)
    )


def gated(store: Store, now: int) -> Order:
    worker(store, Notebook(answers=lambda task: paid(task, store))).work(now)
    return found(store)


def test_a_change_that_waits_for_its_payment_is_made_when_it_comes(store: Store) -> None:
    prepare(store)
    order(store, GATED)
    waiting = gated(store, AT)
    assert waiting.state == "pending"
    assert "start_plan" in {step.step.id for step in waiting.steps if step.state == "open"}
    assert worker(store, Notebook()).work(AT + DAY).orders == 0
    happened(store, "payment.received", source="p-1", at=AT + DAY, subscription="sub-1")
    assert gated(store, AT + DAY).state == "applied"


def test_a_change_whose_payment_does_not_come_expires(store: Store) -> None:
    prepare(store)
    order(store, GATED)
    gated(store, AT)
    expired = gated(store, AT + 7 * DAY)
    assert (expired.state, expired.why) == ("cancelled", "late")
    keys = set(noted(store))
    undone = {step.step.id for step in expired.steps if f"{step.step.key}:undo" in keys}
    assert undone == {"issue_invoice", "ask_payment"}


def test_a_change_that_waits_for_its_payment_is_called_off(store: Store) -> None:
    prepare(store)
    order(store, GATED)
    gated(store, AT)
    call_off(store, "o-1", by="customer", at=AT + DAY)
    assert gated(store, AT + DAY).state == "cancelled"


def test_an_order_whose_steps_are_being_done_is_not_called_off(store: Store) -> None:
    prepare(store)
    order(store)
    waits = Notebook(answers=lambda task: Waits(why="slow") if task.action.kind == "change_package" else None)
    worker(store, waits).work(AT)
    with pytest.raises(CannotCallOff, match="its steps are being done"):
        call_off(store, "o-1", by="customer", at=AT)


def test_calling_off_meets_a_step_that_is_being_done(store: Store) -> None:
    # The order is called off while the call is out: what came of it is put on record, and then undone.
    prepare(store)
    order(store, GATED)

    def meanwhile(task: Task) -> Outcome | None:
        if task.action.kind == "ask_payment" and not task.undoing:
            call_off(store, "o-1", by="customer", at=AT)
        return None

    far = FarAway(after=meanwhile)
    worker(store, far).work(AT)
    assert found(store).state == "cancelled"
    key = next(step.step.key for step in found(store).steps if step.step.id == "ask_payment")
    assert far.performed.count(key) == far.performed.count(f"{key}:undo") == 1
