"""What the founding systems ask of carrying out: switches at renewal, and changes that wait for their cycle to end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from planshift.actions.plan_actions import ChangePackage, EndPackage, StartPackage
from planshift.adapters.ledger.ledger import Ledger
from planshift.adapters.ledger.opening import open_subscription
from planshift.adapters.ledger.statement import statement_of
from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription
from planshift.book import Book, load
from planshift.execution.calling_off import CannotCallOff, call_off
from planshift.execution.gateways import Gateways
from planshift.execution.order import Order
from planshift.execution.placing import place
from planshift.execution.renewing import renew
from planshift.execution.running import Runner
from planshift.execution.store.engine import Store
from planshift.execution.store.migrating import open_store
from planshift.execution.worker import Worker

ROOT = Path(__file__).parents[2]


@cache
def book(name: str) -> Book:
    return load(ROOT / "policies" / name)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@dataclass(frozen=True, kw_only=True)
class House:
    """A ledger, a worker, and one subscription in it."""

    store: Store
    ledger: Ledger
    worker: Worker
    book: Book
    name: str

    @property
    def held(self) -> Subscription:
        found = self.ledger.subscription(self.name)
        assert found is not None
        return found

    @property
    def invoiced(self) -> list[tuple[str, str]]:
        with self.store.reading() as connection:
            found = statement_of(connection, self.name)
        assert found is not None
        return [(each.due_on, str(each.total)) for each in found.invoices]

    def renewed(self, day: str) -> Order | None:
        return renew(self.worker, self.book, source=self.ledger, subscription=self.name, at=at(day)).order

    def asked(self, day: str, plan: str, *, price: str = "monthly") -> Order:
        decision = self.book.decide(self.held, ChangeRequest(at=at(day), plan=plan, price=price))
        order = place(self.store, self.book, decision=decision, at=at(day), source=self.ledger)
        return self.worker.carry_out(order.id, now=at(day))

    def work(self, day: str) -> None:
        self.worker.work(at(day))


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    found = open_store(sqlite_url)
    yield found
    found.close()


def house(store: Store, of: str, held: Subscription, *, day: str) -> House:
    ledger = Ledger(store=store)
    with store.begin() as connection:
        open_subscription(connection, held, at=at(day))
    runner = Runner(store=store, gateways=Gateways([ledger], source=ledger))
    return House(store=store, ledger=ledger, worker=Worker(runner=runner, name="w"), book=book(of), name=held.id)


@pytest.fixture
def tara(store: Store) -> House:
    """A trial of fifteen days from the first of March; invoices are made five days ahead."""
    return house(store, "blesta-switching", book("blesta-switching").subscriptions["tara-trial"], day="2026-03-01")


@pytest.fixture
def bea(store: Store) -> House:
    """Bronze up to the end of May, of a client group whose changes wait for the end of the cycle."""
    held = book("business-manager").subscriptions["bea-bronze"]
    customer = replace(held.customer, client_group="at-cycle-end")
    return house(store, "business-manager", replace(held, customer=customer), day="2026-05-01")


@pytest.mark.shows("S1.3")
@pytest.mark.shows("S1.6")
def test_a_trial_switches_on_day_ten_before_its_invoice_and_before_its_date_moves(tara: House) -> None:
    assert tara.renewed("2026-03-10T12:00") is None
    order = tara.renewed("2026-03-11T12:00")
    assert order is not None
    kinds = [step.step.action.kind for step in order.steps]
    assert kinds.index("start_plan") < kinds.index("issue_invoice") < kinds.index("bump_renewal")
    assert order.state == "applied"
    assert (tara.held.plan, tara.held.period.end.isoformat()) == ("starter", "2026-04-16")
    assert tara.invoiced == [("2026-03-16", "8.00 USD")]


@pytest.mark.shows("S1.9")
def test_a_switch_tells_no_module(tara: House) -> None:
    order = tara.renewed("2026-03-11T12:00")
    assert order is not None
    packages = ChangePackage | StartPackage | EndPackage
    assert not [step for step in order.steps if isinstance(step.step.action, packages)]


@pytest.mark.shows("S1.19")
def test_nobody_is_renewed_twice_for_one_day(tara: House) -> None:
    assert tara.renewed("2026-03-11T12:00") is not None
    assert tara.renewed("2026-03-11T12:00") is None
    assert tara.renewed("2026-03-12T12:00") is None
    assert len(tara.invoiced) == 1


@pytest.mark.shows("S1.20")
def test_a_change_by_hand_takes_the_place_of_a_coming_switch(tara: House) -> None:
    assert tara.asked("2026-03-05T12:00", "student").state == "applied"
    due = tara.held.period.end
    order = tara.renewed(f"{due}T12:00")
    assert order is not None
    assert order.state == "applied"
    assert tara.held.plan == "student"
    assert tara.held.period.start == due


@pytest.mark.shows("S2.11")
@pytest.mark.shows("S2.15")
def test_a_change_waits_beside_the_running_plan_and_comes_with_its_cycle(bea: House) -> None:
    order = bea.asked("2026-05-11T12:00", "silver")
    assert order.state == "scheduled"
    assert bea.held.plan == "bronze"
    assert bea.held.pending is not None
    bea.work("2026-05-27T12:00")
    assert bea.held.plan == "bronze"
    bea.work("2026-06-01T12:00")
    after = bea.held
    assert after.plan == "silver"
    assert after.pending is None


@pytest.mark.shows("S2.12")
@pytest.mark.shows("S2.13")
@pytest.mark.parametrize("by", ["customer", "staff"])
def test_either_side_can_call_it_off_and_the_next_bill_is_as_usual(bea: House, by: str) -> None:
    before = bea.held
    order = bea.asked("2026-05-11T12:00", "silver")
    call_off(bea.store, order.id, by=by, at=at("2026-05-26T12:00"))
    bea.work("2026-05-26T12:00")
    assert bea.held == before
    renewal = bea.renewed("2026-05-27T12:00")
    assert renewal is not None
    assert renewal.plan.to_plan is not None
    assert renewal.plan.to_plan.plan == "bronze"


@pytest.mark.shows("S2.14")
@pytest.mark.parametrize("by", ["customer", "staff", "system"])
def test_after_the_invoice_nobody_can(bea: House, by: str) -> None:
    order = bea.asked("2026-05-11T12:00", "silver")
    with pytest.raises(CannotCallOff):
        call_off(bea.store, order.id, by=by, at=at("2026-05-27T12:00"))
