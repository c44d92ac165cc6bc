"""Orders that a worker carries out at Kill Bill: whichever call goes wrong, nothing is lost or happens twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from planshift.adapters.contract import Fault
from planshift.adapters.killbill.adapter import open_killbill
from planshift.execution.order import Order
from planshift.execution.placing import place
from planshift.execution.store.engine import Store
from planshift.execution.store.migrating import open_store
from tests.adapters.changes import decided, held, worked
from tests.adapters.stand_ins.killbill.books import Books
from tests.adapters.stand_ins.killbill.server import KillBillSide, killbill_side
from tests.adapters.test_killbill import SETTINGS, TODAY, set_up

CALLS = 4
"""How many calls of the upgrade change anything: a note, the plan, the fee, and another note."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = open_store(f"sqlite:///{tmp_path / 'planshift.db'}")
    yield found
    found.close()


@pytest.fixture
def side() -> Iterator[KillBillSide]:
    with killbill_side(today=TODAY) as found:
        yield found


def carried_out(store: Store, side: KillBillSide, *, name: str) -> Order:
    """An upgrade with a fee of a fresh Anna, carried out until nothing is left to do."""
    anna = held(id=name)
    side.books = Books(today=TODAY)
    side.asked.clear()
    set_up(side.books, [anna])
    book, decision = decided("fee: 15 EUR", anna, plan="silver")
    place(store, book, decision=decision, at=decision.computed_at, order=name)
    return worked(store, open_killbill(replace(SETTINGS, url=side.address)), order=name, now=decision.computed_at)


def standing(side: KillBillSide) -> tuple[object, int]:
    """The plan that runs, and all that is owed for it."""
    (running,) = side.books.subscriptions.values()
    return running["plan"], side.books.owed(running["accountId"])


def test_an_upgrade_makes_as_many_calls_as_the_next_tests_break(store: Store, side: KillBillSide) -> None:
    assert carried_out(store, side, name="order").state == "applied"
    changing = [each for each in side.asked if each.method != "GET" and not each.path.endswith("/dryRun")]
    assert len(changing) == CALLS


@pytest.mark.parametrize("fault", ["answer_lost", "error_after_acting", "call_lost", "busy"])
def test_each_call_may_go_wrong(store: Store, side: KillBillSide, fault: Fault) -> None:
    for behind in range(CALLS):
        side.meet_behind(fault, calls=behind)
        order = carried_out(store, side, name=f"{fault}-{behind}")
        assert (order.state, side.fault) == ("applied", None), (behind, order.why, order.stuck)
        assert standing(side) == (("Silver", "MONTHLY"), 1000 + 2178), behind


def test_each_call_may_be_refused(store: Store, side: KillBillSide) -> None:
    for behind in range(CALLS):
        side.meet_behind("refusal", calls=behind)
        order = carried_out(store, side, name=f"refused-{behind}")
        assert (order.state, order.stuck) == ("failed", ""), behind
        assert standing(side) == (("Bronze", "MONTHLY"), 1000), behind
