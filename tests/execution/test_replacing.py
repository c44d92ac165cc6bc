"""Orders of one subscription: one takes the place of another, gives it back, or waits behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from planshift.billing.subscription import PendingChange, Subscription
from planshift.execution.calling_off import call_off
from planshift.execution.gateways import Gateways
from planshift.execution.order import Order
from planshift.execution.placing import OtherOrder, SubscriptionBusy, place
from planshift.execution.ports import Outcome, Refused, Task, Waits
from planshift.execution.running import Runner
from planshift.execution.store.engine import Store
from planshift.execution.store.orders import load
from planshift.execution.store.verifying import flaws
from planshift.execution.worker import Worker
from tests.actions.shop import METERED, SILVER, decide, shop
from tests.execution.doubles import Notebook, calls, noted, prepare
from tests.execution.placing import AT, GATED, LATER, NOW, order, worker

DAY = 86_400
FIRST_OF_APRIL = 1_774_994_400
PENDING = {"pending": PendingChange(to_plan="silver", to_price="monthly", effective_on=date(2026, 4, 1))}


def found(store: Store, name: str) -> Order:
    with store.reading() as connection:
        assert not list(flaws(connection, now=AT))
        return load(connection, name)


def front(store: Store, terms: str = LATER) -> Order:
    """An order for a change to Silver that waits."""
    prepare(store)
    order(store, terms, name="front")
    worker(store, Notebook()).work(AT)
    return found(store, "front")


def test_a_subscription_has_one_change_under_way(store: Store) -> None:
    front(store)
    with pytest.raises(SubscriptionBusy, match="order front under way: it waits for its day"):
        order(store, NOW, name="second", plan="gold")


def test_placing_an_order_twice_is_placing_it_once(store: Store) -> None:
    first = order(store, name="o-1")
    assert order(store, name="o-1") == first
    assert order(store, name=None, who="sub-2") == order(store, name=None, who="sub-2")
    with pytest.raises(
        OtherOrder, match=r"there is an order o-1 already, for another change \(of subscription sub-1\)"
    ):
        order(store, name="o-1", plan="gold")


@pytest.mark.parametrize("terms", [NOW, LATER])
def test_a_new_change_takes_the_place_of_one_that_waits(store: Store, terms: str) -> None:
    front(store)
    order(store, terms, name="second", plan="gold", held=PENDING)
    worker(store, Notebook()).work(AT)
    assert (found(store, "front").state, found(store, "front").why) == ("cancelled", "replaced by order second")
    assert found(store, "second").state == ("applied" if terms == NOW else "scheduled")
    assert not any(key.endswith(":undo") for key in noted(store))
    worker(store, Notebook()).work(FIRST_OF_APRIL)
    assert found(store, "second").state == "applied"


def test_an_order_that_was_replaced_is_back_when_its_replacer_fails(store: Store) -> None:
    front(store)
    order(store, NOW, name="second", plan="gold", held=PENDING)
    worker(store, Notebook(answers=lambda task: no(task, "issue_invoice"))).work(AT)
    assert found(store, "second").state == "failed"
    back = found(store, "front")
    assert (back.state, back.why) == ("scheduled", "order second, which had replaced it, was undone")
    worker(store, Notebook()).work(FIRST_OF_APRIL)
    assert found(store, "front").state == "applied"


def test_an_order_that_was_replaced_is_back_when_its_replacer_is_called_off(store: Store) -> None:
    front(store)
    order(store, LATER, name="second", plan="gold", held=PENDING)
    worker(store, Notebook()).work(AT)
    call_off(store, "second", by="customer", at=AT + DAY)
    worker(store, Notebook()).work(AT + DAY)
    assert [found(store, name).state for name in ("front", "second")] == ["scheduled", "cancelled"]


def test_the_last_of_three_leaves_the_first_where_it_is(store: Store) -> None:
    front(store)
    order(store, LATER, name="second", plan="gold", held=PENDING)
    worker(store, Notebook()).work(AT)
    gold = {"pending": replace(PENDING["pending"], to_plan="gold")}
    order(store, NOW, name="third", plan="gold", held=gold)
    worker(store, Notebook()).work(AT)
    assert [found(store, name).state for name in ("front", "second", "third")] == ["cancelled", "cancelled", "applied"]


def test_a_change_that_waits_for_its_payment_is_undone_before_another_takes_its_place(store: Store) -> None:
    prepare(store)
    order(store, GATED, name="front")
    waits = Notebook(answers=lambda task: Waits(why="not paid") if task.action.kind == "await_payment" else None)
    worker(store, waits).work(AT)
    assert found(store, "front").state == "pending"
    gate = {"pending": replace(PENDING["pending"], effective_on=date(2026, 3, 11))}
    order(store, NOW, name="second", plan="gold", held=gate)
    worker(store, waits).work(AT)
    assert [found(store, name).state for name in ("front", "second")] == ["cancelled", "applied"]
    with store.reading() as connection:
        rows = connection.execute(select(calls.c.key).order_by(calls.c.number)).scalars().all()
    undone = [number for number, key in enumerate(rows) if key.startswith("front:") and key.endswith(":undo")]
    begun = [number for number, key in enumerate(rows) if key.startswith("second:")]
    assert undone
    assert max(undone) < min(begun)


def no(task: Task, kind: str) -> Outcome | None:
    return Refused(why="no") if task.action.kind == kind and not task.undoing else None


def test_what_can_no_longer_be_called_off_is_not_replaced(store: Store) -> None:
    front(store)
    worker(store, Notebook()).work(FIRST_OF_APRIL - DAY)
    with pytest.raises(SubscriptionBusy, match="order front under way"):
        order(store, NOW, name="second", plan="gold", held=PENDING, at="2026-03-31 10:00")


class Shop:
    """Knows the subscription as it stands, as a ledger does."""

    def __init__(self, subscription: Subscription | None) -> None:
        self.held = subscription

    def subscription(self, name: str) -> Subscription | None:
        return self.held if name == "sub-1" else None

    def due_for_renewal(self, *, until: date) -> Iterator[str]:
        raise NotImplementedError(until)


def queue(store: Store, shop_: Shop) -> Worker:
    front(store)
    order(store, QUEUE, name="second", plan="gold", held=PENDING)
    return Worker(runner=Runner(store=store, gateways=Gateways((Notebook(),), source=shop_)), name="worker")


QUEUE = "timing: now, pending: queue, notify: [client]"


def test_a_change_in_the_queue_is_decided_again_when_the_first_is_in_force(store: Store) -> None:
    there = Shop(replace(SILVER, pending=None))
    working = queue(store, there)
    working.work(AT)
    second = found(store, "second")
    assert second.state == "pending"
    assert second.placement.behind == "front"
    assert {step.step.id: step.state for step in second.steps}["send_notice:change_queued:client"] == "done"
    there.held = replace(SILVER, period=replace(SILVER.period, start=date(2026, 4, 1), end=date(2026, 5, 1)))
    working.work(FIRST_OF_APRIL)
    assert [found(store, name).state for name in ("front", "second")] == ["applied", "applied"]
    again = found(store, "second:again")
    assert again.state == "applied"
    assert again.plan.from_plan is not None
    assert again.plan.from_plan.plan == "silver"
    assert again.placement.placed_at == FIRST_OF_APRIL


def test_a_change_in_the_queue_is_refused_when_it_is_not_allowed_any_more(store: Store) -> None:
    there = Shop(replace(SILVER, plan="gold", paid=4000))
    working = queue(store, there)
    working.work(FIRST_OF_APRIL)
    second = found(store, "second")
    assert second.state == "failed"
    assert second.why == "Gold at this price is what the subscription already is"


def test_a_change_in_the_queue_goes_with_the_one_before_it(store: Store) -> None:
    working = queue(store, Shop(None))
    working.work(AT)
    call_off(store, "front", by="customer", at=AT)
    working.work(AT)
    second = found(store, "second")
    assert (second.state, second.why) == ("cancelled", "order front, which it was queued behind, is cancelled")


def test_a_queue_needs_somebody_who_knows_subscriptions(store: Store) -> None:
    front(store)
    order(store, QUEUE, name="second", plan="gold", held=PENDING)
    worker(store, Notebook()).work(FIRST_OF_APRIL)
    assert found(store, "second").stuck == "no adapter is chosen that knows subscriptions as they stand now"


def test_a_held_credit_stands_in_nobodys_way(store: Store) -> None:
    prepare(store)
    terms = "timing: now, unused_credit: account_credit, hold_credit_until: [rating.completed]"
    decision = decide(terms, subscription=METERED, plan="bronze")
    place(store, shop(terms), decision=decision, at=AT, order="down")
    worker(store, Notebook()).work(AT)
    assert found(store, "down").state == "locked"
    order(store, NOW, name="up", plan="gold")
    worker(store, Notebook()).work(AT)
    assert found(store, "up").state == "applied"
