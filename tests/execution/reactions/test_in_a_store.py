"""Orders of a store react: to what comes in, to what their own steps tell, and to the moves that they make."""

from __future__ import annotations

import os
import signal

import pytest

from planshift.execution.codec import decode, encode
from planshift.execution.happening import happened
from planshift.execution.log import Declined, Happened, Held, LogEvent, Moved, NoticeAsked, Reacted
from planshift.execution.order import Order
from planshift.execution.placing import place
from planshift.execution.reactions.child import Child
from planshift.execution.reactions.of_orders import reacts_of
from planshift.execution.store.engine import Store
from planshift.execution.store.orders import load, log_of
from planshift.execution.store.verifying import flaws
from tests.actions.shop import BRONZE, TODAY
from tests.execution.doubles import Notebook, noted, prepare
from tests.execution.placing import worker
from tests.execution.reactions.orders import LATER, instant, shop

NOON = instant("2026-03-11 12:00")
RULES = """
on change.requested then notify_staff
on change.scheduled then notify_client
on usage.reported when change.waiting then lock_change, notify_client
on change.applied then notify_client
on payment.failed then cancel_change
"""


def placed(store: Store, rules: str = RULES) -> Order:
    prepare(store)
    book = shop(LATER, rules)
    decision = book.decide(BRONZE, book.request(BRONZE, to="silver", at=TODAY))
    return place(store, book, decision=decision, at=instant(TODAY), order="o-1")


def told(store: Store) -> list[str]:
    """The log of the order in short: reactions by number, moves by where they end, notices by whom they are for."""
    with store.reading() as connection:
        assert not list(flaws(connection, now=NOON))
        return [_short(each.event) for each in log_of(connection, "o-1")]


def _short(event: LogEvent) -> str:
    match event:
        case Reacted():
            return f"reaction {event.reaction}"
        case Declined():
            return f"left {event.action}"
        case Moved():
            return event.end
        case NoticeAsked():
            return f"tell {event.to}"
        case Happened():
            return event.event
    return event.kind


def test_an_order_reacts_from_its_placing_to_its_end(store: Store) -> None:
    placed(store)
    reacts = reacts_of(store)
    works = worker(store, Notebook(), reacts=reacts)
    works.work(NOON)
    assert [each for each in told(store) if each != "step_done"] == [
        "placed",
        "reaction 1",
        "tell staff",
        "scheduled",
        "reaction 2",
        "tell client",
    ]
    heard = happened(store, "usage.reported", source="meter:1", at=NOON, subscription="sub-1", reacts=reacts)
    assert [each.state for each in heard.orders] == ["locked"]
    happened(store, "payment.failed", source="bank:1", at=NOON, subscription="sub-1", reacts=reacts)
    works.work(instant("2026-04-01 00:00"))
    assert [each for each in told(store) if each != "step_done"][6:] == [
        "usage.reported",
        "reaction 3",
        "locked",
        "tell client",
        "payment.failed",
        "reaction 5",
        "left cancel_change",
        "applied",
        "reaction 4",
        "tell client",
    ]
    # the notices of reactions go out as steps of their own, the last of them after the order is over
    assert [key for key in noted(store) if ":r" in key] == ["o-1:r1", "o-1:r2", "o-1:r3", "o-1:r4"]


def test_a_killed_child_takes_no_order_down_and_loses_no_event(store: Store) -> None:
    pytest.importorskip("durable_rules_engine", reason="durable-rules is not installed, or does not import here")
    placed(store)
    child = Child()
    reacts = reacts_of(store, child=child)
    worker(store, Notebook(), reacts=reacts).work(NOON)
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    heard = happened(store, "usage.reported", source="meter:1", at=NOON, subscription="sub-1", reacts=reacts)
    assert [each.state for each in heard.orders] == ["locked"]
    assert told(store)[-4:] == ["usage.reported", "reaction 3", "locked", "tell client"]
    child.close()


def test_a_reaction_calls_an_order_off_and_its_steps_are_undone(store: Store) -> None:
    placed(
        store, "on payment.failed when change.cancellable then cancel_change\non change.cancelled then notify_client"
    )
    reacts = reacts_of(store)
    works = worker(store, Notebook(), reacts=reacts)
    works.work(NOON)
    happened(store, "payment.failed", source="bank:1", at=NOON, subscription="sub-1", reacts=reacts)
    works.work(NOON)
    with store.reading() as connection:
        order = load(connection, "o-1")
    assert order.state == "cancelled"
    assert [each.state for each in order.extra] == ["done"]
    assert "o-1:r1" in noted(store)


@pytest.mark.parametrize(
    "event",
    [
        Reacted(reaction=2, actions=("lock_change",), event="invoice.issued", because=("change.waiting: yes",)),
        Declined(reaction=2, action="lock_change", why="the change is applied"),
        NoticeAsked(position="r1", key="o-1:r1", to="client", template="invoice.issued"),
        Held(position="4"),
    ],
    ids=lambda event: str(event.kind),
)
def test_what_reactions_say_comes_back_from_the_store(event: LogEvent) -> None:
    assert decode(event.kind, encode(event)) == event
