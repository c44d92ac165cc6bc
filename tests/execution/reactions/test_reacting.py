"""What reactions do to orders, and what they leave."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planshift.billing.subscription import Subscription
from planshift.execution.log import (
    Declined,
    Held,
    Moved,
    NoticeAsked,
    Reacted,
    Released,
    StepDone,
    StepSkipped,
    TurnedBack,
    told,
)
from planshift.execution.order import Order
from planshift.execution.reactions.reacting import _DEEDS
from planshift.rulebook.reaction_names import ACTIONS
from tests.actions.shop import BRONZE, METERED, SILVER
from tests.execution.reactions.orders import GATED, HELD, LATER, after, carried_on, order_of, renewal_of, shop

NOON = "2026-03-11 12:00"


def kinds(order: Order, *, state: str) -> list[str]:
    return [each.step.action.kind for each in order.steps if each.state == state]


def test_every_action_of_the_language_is_done() -> None:
    assert set(_DEEDS) == set(ACTIONS)


def test_the_invoice_locks_a_change_that_waits() -> None:
    book = shop(LATER, "on invoice.issued when change.waiting then lock_change")
    order = carried_on(order_of(book), at=NOON)
    assert order.state == "scheduled"
    order, found = after(order, "invoice.issued", at="2026-03-27 06:00", book=book)
    why = "reaction 1: on invoice.issued when change.waiting"
    assert found == (
        Reacted(reaction=1, actions=("lock_change",), event="invoice.issued", because=("change.waiting: yes",)),
        Moved(start="scheduled", end="locked", why=why),
    )
    assert order.reacted == (1,)
    _, again = after(order, "invoice.issued", at="2026-03-27 07:00", book=book)
    assert [each.kind for each in again] == ["reacted"]  # it is locked already, which is what was asked for


def test_what_is_locked_is_not_called_off() -> None:
    book = shop(LATER, "on invoice.issued then lock_change\non usage.reported then cancel_change")
    order = carried_on(order_of(book), at=NOON)
    order, _ = after(order, "invoice.issued", at=NOON, book=book)
    order, found = after(order, "usage.reported", at=NOON, book=book)
    why = "it cannot be called off: reaction 1: on invoice.issued"
    assert found[1:] == (Declined(reaction=2, action="cancel_change", why=why),)
    assert order.state == "locked"
    assert order.undoing is None


@pytest.mark.shows("S3.16")
def test_a_credit_is_held_until_rating_and_job_have_run() -> None:
    rules = "on rating.completed and job.completed when credit.held then release_credit, notify_client"
    book = shop(HELD, rules)
    order = carried_on(order_of(book, METERED), at=NOON)
    assert order.state == "locked"
    assert kinds(order, state="open") == ["release_credit", "issue_credit"]
    order, found = after(order, "rating.completed", at="2026-03-12 03:00", book=book)
    assert found == ()
    assert carried_on(order, at="2026-03-12 03:00").state == "locked"
    order, found = after(order, "job.completed", at="2026-03-12 04:00", book=book)
    (hold,) = (each.position for each in order.steps if each.step.action.kind == "hold_credit")
    assert found == (
        Reacted(
            reaction=1,
            actions=("release_credit", "notify_client"),
            event="job.completed",
            because=("rating.completed", "credit.held: yes"),
        ),
        Released(position=hold),
        NoticeAsked(position="r1", key="o-1:r1", to="client", template="job.completed"),
    )
    order = carried_on(order, at="2026-03-12 04:00")
    assert order.state == "applied"
    assert [each.state for each in order.extra] == ["done"]


def test_a_credit_is_held_on_where_a_reaction_says_so() -> None:
    rules = "on usage.reported then hold_credit\non rating.completed when order.age >= 2 days then release_credit"
    book = shop("unused_credit: account_credit", rules)
    order = order_of(book, SILVER, to="bronze")
    order, found = after(order, "usage.reported", at=NOON, book=book)
    (credit,) = (each.position for each in order.steps if each.step.action.kind == "issue_credit")
    assert found[1:] == (Held(position=credit),)
    order = carried_on(order, at=NOON)
    assert "issue_credit" in kinds(order, state="open")
    order, found = after(order, "rating.completed", at="2026-03-12 10:00", book=book)
    assert found == ()
    order, found = after(order, "rating.completed", at="2026-03-13 00:00", book=book)
    assert found == (
        Reacted(reaction=2, actions=("release_credit",), event="rating.completed", because=("order.age: 2 days",)),
        Released(position=credit),
    )
    assert carried_on(order, at="2026-03-13 00:00").state == "applied"


def test_a_hold_outlasts_its_events_where_a_reaction_says_so() -> None:
    book = shop(HELD, "on usage.reported then hold_credit\non invoice.paid then release_credit")
    order = carried_on(order_of(book, METERED), at=NOON)
    for event in ("usage.reported", "rating.completed", "job.completed"):
        order, _ = after(order, event, at=NOON, book=book)
    order = carried_on(order, at=NOON)
    assert "release_credit" in kinds(order, state="open")
    order, _ = after(order, "invoice.paid", at=NOON, book=book)
    assert carried_on(order, at=NOON).state == "applied"


def test_a_payment_applies_a_gated_change() -> None:
    book = shop(GATED, "on payment.received when payment.awaited then apply_change")
    order = carried_on(order_of(book), at=NOON)
    (wait,) = (each.position for each in order.steps if each.step.action.kind == "await_payment")
    order, found = after(order, "payment.received", at=NOON, book=book)
    assert found[1:] == (StepDone(position=wait),)
    order = carried_on(order, at=NOON)
    assert order.state == "applied"
    assert "change_package" in kinds(order, state="done")


def test_a_gated_change_that_goes_on_unpaid_gives_no_payment_back() -> None:
    book = shop(GATED, "on job.completed then apply_change")
    order = carried_on(order_of(book), at=NOON)
    order, found = after(order, "job.completed", at=NOON, book=book)
    (wait,) = (each for each in order.steps if each.step.action.kind == "await_payment")
    assert found[1:] == (StepSkipped(position=wait.position, why="reaction 1: on job.completed"),)
    order = told(carried_on(order, at=NOON), TurnedBack(becomes="failed", why="for the test"))
    assert wait.step.undo is not None
    assert "await_payment" not in kinds(carried_on(order, at=NOON), state="undone")


def test_the_third_failed_payment_ends_a_gated_change() -> None:
    rules = "on payment.failed when payment.awaited and payment.failures >= 3 then expire_change, notify_client"
    book = shop(GATED, rules)
    order = carried_on(order_of(book), at=NOON)
    for _ in range(2):
        order, found = after(order, "payment.failed", at=NOON, book=book)
        assert found == ()
    order, found = after(order, "payment.failed", at=NOON, book=book)
    assert found[0] == Reacted(
        reaction=1,
        actions=("expire_change", "notify_client"),
        event="payment.failed",
        because=("payment.awaited: yes", "payment.failures: 3"),
    )
    assert [each.kind for each in found[1:]] == ["turned_back", "notice_asked"]
    order = carried_on(order, at=NOON)
    assert order.state == "cancelled"
    assert [each.state for each in order.extra] == ["done"]  # whatever becomes of the order
    assert "issue_invoice" in kinds(order, state="undone")


def test_what_waits_for_its_payment_is_not_locked() -> None:
    book = shop(GATED, "on invoice.issued then lock_change")
    order = carried_on(order_of(book), at=NOON)
    _, found = after(order, "invoice.issued", at=NOON, book=book)
    why = "it waits for its payment, and is called off if that does not come"
    assert found[1:] == (Declined(reaction=1, action="lock_change", why=why),)


def test_a_cancellation_meets_a_change_that_waits() -> None:
    rules = (
        "on change.cancelled when change.waiting then notify_staff\non job.completed then cancel_change, lock_change"
    )
    book = shop(LATER, rules)
    order = carried_on(order_of(book), at=NOON)
    order, found = after(order, "job.completed", at=NOON, book=book)
    assert found[1:] == (
        TurnedBack(becomes="cancelled", why="reaction 2: on job.completed"),
        Declined(reaction=2, action="lock_change", why="the change is becoming cancelled"),
    )
    order = carried_on(order, at=NOON)
    assert order.state == "cancelled"
    order, found = after(order, "change.cancelled", at=NOON, book=book)
    assert found == ()  # it does not wait any more


def test_a_change_that_waits_for_its_day_does_not_begin_before() -> None:
    book = shop(LATER, "on job.completed then apply_change")
    order = carried_on(order_of(book), at=NOON)
    _, found = after(order, "job.completed", at=NOON, book=book)
    why = "it waits for 2026-04-01, and its amounts are those of that day"
    assert found[1:] == (Declined(reaction=1, action="apply_change", why=why),)


@pytest.mark.shows("S1.20")
def test_a_change_by_hand_replaces_the_switch_of_a_renewal() -> None:
    book = shop("timing: now", "on change.requested then replace_switch")
    due = replace(BRONZE, renewals=1)
    order = renewal_of(book, due, at="2026-03-27 06:00")
    assert order.plan.to_plan is not None
    assert order.plan.to_plan.plan == "silver"
    order, found = after(order, "change.requested", at="2026-03-27 06:01", book=book)
    assert found[1:] == (TurnedBack(becomes="cancelled", why="reaction 1: on change.requested"),)
    assert carried_on(order, at="2026-03-27 06:01").state == "cancelled"


def test_what_carries_out_no_switch_has_none_to_replace() -> None:
    book = shop(LATER, "on change.requested then replace_switch")
    _, found = after(order_of(book), "change.requested", at=NOON, book=book)
    assert found[1:] == (Declined(reaction=1, action="replace_switch", why="it carries out no switch"),)


@pytest.mark.parametrize("action", [each for each in ACTIONS if not each.startswith("notify")])
@pytest.mark.parametrize("subscription", [BRONZE, SILVER], ids=["up", "down"])
def test_nothing_moves_an_order_that_is_over(action: str, subscription: Subscription) -> None:
    book = shop("timing: now", f"on invoice.paid then {action}")
    asked = {"to": "bronze"} if subscription is SILVER else {"to": "silver"}
    order = carried_on(order_of(book, subscription, **asked), at=NOON)
    assert order.state == "applied"
    later, found = after(order, "invoice.paid", at=NOON, book=book)
    assert {each.kind for each in found} <= {"reacted", "declined"}
    assert (later.state, later.steps, later.extra) == (order.state, order.steps, order.extra)


def test_reactions_fire_in_the_order_of_the_book_and_only_for_events_that_they_name() -> None:
    rules = """
    on usage.reported or job.completed then notify_staff
    on job.completed then notify_client
    on usage.reported and job.completed then notify_staff, notify_client
    """
    book = shop(LATER, rules)
    order = carried_on(order_of(book), at=NOON)
    order, found = after(order, "job.completed", at=NOON, book=book)
    assert [each.reaction for each in found if isinstance(each, Reacted)] == [1, 2]
    order, found = after(order, "usage.reported", at=NOON, book=book)
    assert [each.reaction for each in found if isinstance(each, Reacted)] == [1, 3]
    assert [each.position for each in order.extra] == ["r1", "r2", "r3", "r4", "r5"]
    _, found = after(order, "rating.completed", at=NOON, book=book)
    assert found == ()
