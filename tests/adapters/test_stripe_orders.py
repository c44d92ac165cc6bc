"""Orders that a worker carries out at Stripe: whichever call goes wrong, nothing is lost and nothing happens twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from planshift.actions.action import KINDS
from planshift.adapters.contract import Fault
from planshift.adapters.memory import MemoryAdapter, MemorySide
from planshift.adapters.stripe.adapter import open_stripe
from planshift.execution.gateways import Gateways
from planshift.execution.order import Order
from planshift.execution.placing import place
from planshift.execution.running import Runner
from planshift.execution.store.engine import Store
from planshift.execution.store.migrating import open_store
from planshift.execution.worker import Worker
from tests.adapters.changes import decided, held
from tests.adapters.stand_ins.stripe.books import Books, Thing
from tests.adapters.stand_ins.stripe.server import KEY, StripeSide, stripe_side
from tests.adapters.test_stripe import NOW, SETTINGS, Shop

HOUR = 3600
CALLS = 8
"""How many calls of the upgrade change anything: two for the plan, a draft, its three lines, its issue, the payment."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = open_store(f"sqlite:///{tmp_path / 'planshift.db'}")
    yield found
    found.close()


@pytest.fixture
def side() -> Iterator[StripeSide]:
    with stripe_side(now=NOW) as found:
        yield found


def carried_out(store: Store, side: StripeSide, *, name: str) -> Order:
    """An upgrade with a fee of a fresh Anna, carried out until nothing is left to do."""
    side.books = Books(now=NOW)
    side.forget_keys()
    side.asked.clear()
    Shop(side).runs()
    book, decision = decided("fee: 15 EUR", held(id=name), plan="silver")
    side.books.of("subscription")[0]["metadata"]["planshift_subscription"] = name
    now = decision.computed_at
    place(store, book, decision=decision, at=now, order=name)
    panel = MemoryAdapter(side=MemorySide(), kinds=frozenset(KINDS))
    gateways = Gateways([open_stripe(replace(SETTINGS, address=side.address), key=KEY), panel])
    worker = Worker(runner=Runner(store=store, gateways=gateways), name="worker")
    order = worker.carry_out(name, now=now)
    for late in range(1, 24):
        if not order.open:
            break
        order = worker.carry_out(name, now=now + late * HOUR)
    return order


def standing(books: Books) -> list[Thing]:
    return [invoice for invoice in books.of("invoice") if invoice["status"] not in ("draft", "void")]


def test_an_upgrade_makes_as_many_calls_as_the_next_tests_break(store: Store, side: StripeSide) -> None:
    assert carried_out(store, side, name="order").state == "applied"
    assert sum(request.method == "POST" for request in side.asked) == CALLS


@pytest.mark.parametrize("fault", ["answer_lost", "error_after_acting", "call_lost"])
def test_each_call_may_go_wrong(store: Store, side: StripeSide, fault: Fault) -> None:
    for behind in range(CALLS):
        side.meet_behind(fault, calls=behind)
        order = carried_out(store, side, name=f"{fault}-{behind}")
        assert (order.state, side.fault) == ("applied", None), (behind, order.why, order.stuck)
        (invoice,) = side.books.of("invoice")
        assert (invoice["total"], invoice["amount_paid"]) == (2178, 2178), behind
        assert side.books.of("subscription")[0]["items"]["data"][0]["price"]["id"] == "price_s"


def test_each_call_may_be_refused(store: Store, side: StripeSide) -> None:
    for behind in range(CALLS):
        side.meet_behind("refusal", calls=behind)
        order = carried_out(store, side, name=f"refused-{behind}")
        assert (order.state, order.stuck) == ("failed", ""), behind
        assert standing(side.books) == [], behind
        assert side.books.of("subscription")[0]["items"]["data"][0]["price"]["id"] == "price_b"
