"""Two years of a customer in seconds: the instant is an argument, and the ledger adds up on every day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from planshift.adapters.ledger.ledger import Ledger
from planshift.adapters.ledger.opening import open_subscription
from planshift.adapters.ledger.payments import receive_payment
from planshift.adapters.ledger.reports import flaws as ledger_flaws
from planshift.adapters.ledger.tables import invoices
from planshift.billing.change import ChangeRequest
from planshift.billing.money import money
from planshift.billing.subscription import Subscription
from planshift.billing.zones import parse_instant
from planshift.book import Book, load
from planshift.diagnostics.errors import StaleQuote
from planshift.execution.calling_off import call_off
from planshift.execution.gateways import Gateways
from planshift.execution.happening import take_in
from planshift.execution.order import Order
from planshift.execution.placing import place, place_plan
from planshift.execution.reactions.of_orders import reacts_of
from planshift.execution.renewing import Renewal, renew, renew_due
from planshift.execution.running import Runner
from planshift.execution.store.engine import Store
from planshift.execution.store.migrating import open_store
from planshift.execution.store.orders import load as load_order
from planshift.execution.store.verifying import flaws
from planshift.execution.worker import Worker

HOSTING = Path(__file__).parents[2] / "policies" / "hosting"
DAY = 86_400


class Life:
    """A customer of the hosting book, whose subscription is in the ledger."""

    def __init__(self, store: Store, book: Book, name: str) -> None:
        self.store, self.book, self.name = store, book, name
        self.ledger = Ledger(store=store)
        runner = Runner(store=store, gateways=Gateways((self.ledger,), source=self.ledger), reacts=reacts_of(store))
        self.worker = Worker(runner=runner, name="worker")
        self.renewed: list[Renewal] = []

    def opens(self, subscription: Subscription, at: int) -> None:
        with self.store.begin() as connection:
            open_subscription(connection, subscription, at=at)

    @property
    def now(self) -> Subscription:
        found = self.ledger.subscription(self.name)
        assert found is not None
        return found

    def asks(self, at: int, *, name: str | None = None, **request: object) -> Order:
        decision = self.book.decide(self.now, ChangeRequest(at=at, **request))  # type: ignore[arg-type]  # fields of it
        placed = place(self.store, self.book, decision=decision, at=at, order=name, source=self.ledger)
        return self.worker.carry_out(placed.id, now=at)

    def lives(self, start: int, until: int) -> Iterator[int]:
        """Day for day: workers work, renewals run, and every invoice is paid."""
        for at in range(start, until, DAY):
            self.worker.work(at)
            self.renewed += [
                each for each in renew_due(self.worker, self.book, source=self.ledger, at=at) if each.order
            ]
            self._pays(at)
            yield at

    def _pays(self, at: int) -> None:
        """Each open invoice by card; the payment and what it tells are one transaction."""
        unpaid = select(invoices.c.number, invoices.c.open).where(invoices.c.state == "open", invoices.c.open > 0)
        with self.store.begin() as connection:
            for number, minor in connection.execute(unpaid).all():
                source = f"card-{number}"
                paid = receive_payment(
                    connection, self.name, amount=money(minor, "EUR"), source=source, at=at, invoice=number
                )
                for event in paid.events:
                    take_in(connection, event, source=f"{source}:{event}", at=at, subscription=self.name)

    def adds_up(self, at: int) -> None:
        with self.store.reading() as connection:
            assert not list(ledger_flaws(connection))
            assert not list(flaws(connection, now=at))


@pytest.fixture(scope="module")
def hosting() -> Book:
    return load(HOSTING)


def test_two_years_of_a_customer_in_seconds(sqlite_url: str, hosting: Book) -> None:
    store = open_store(sqlite_url)
    anna = Life(store, hosting, "sub-1001")
    start, end = (parse_instant(f"{year}-03-10T10:00", hosting.zone) for year in (2026, 2028))
    anna.opens(hosting.subscriptions["anna-bronze"], start)
    plans: list[str] = []
    states: dict[str, str] = {}
    for day, at in enumerate(anna.lives(start, end)):
        match day:
            case 1:
                states["up"] = anna.asks(at, plan="silver", price="monthly").state
            case 100 | 200:
                states[f"down {day}"] = anna.asks(at, plan="bronze", price="monthly", name=f"down {day}").state
            case 101:
                call_off(store, "down 100", by="customer", at=at)
                states["called off"] = anna.worker.carry_out("down 100", now=at).state
            case 400:
                states["up again"] = anna.asks(at, plan="gold", price="monthly").state
        if plans[-1:] != [anna.now.plan]:
            plans.append(anna.now.plan)
        if day % 100 == 0:
            anna.adds_up(at)
    anna.adds_up(end)
    assert states == {
        "up": "applied",
        "down 100": "scheduled",
        "called off": "cancelled",
        "down 200": "scheduled",
        "up again": "applied",
    }
    assert plans == ["bronze", "silver", "bronze", "gold"]
    assert all(each.order is not None and each.order.state == "applied" for each in anna.renewed)
    assert len(anna.renewed) == len({each.order.id for each in anna.renewed if each.order})
    assert anna.now.period.start <= date(2028, 3, 10) < anna.now.period.end
    assert anna.now.debt == 0
    store.close()


def test_a_change_from_a_subscription_that_has_moved_is_refused(sqlite_url: str, hosting: Book) -> None:
    store = open_store(sqlite_url)
    anna = Life(store, hosting, "sub-1001")
    at = parse_instant("2026-03-10T10:00", hosting.zone)
    anna.opens(hosting.subscriptions["anna-bronze"], at)
    old = hosting.decide(anna.now, ChangeRequest(at=at, plan="gold", price="monthly"))
    saved = hosting.decide(anna.now, ChangeRequest(at=at, plan="silver", price="monthly")).plan("o-1")
    first = place_plan(store, hosting, plan=saved, at=at + 60, source=anna.ledger)
    assert (first.id, first.plan) == ("o-1", saved)
    assert anna.worker.carry_out("o-1", now=at + 60).state == "applied"
    with pytest.raises(StaleQuote, match="the subscription was changed after it was made"):
        place(store, hosting, decision=old, at=at + 60, source=anna.ledger)
    again = hosting.decide(hosting.subscriptions["anna-bronze"], saved.quote.request).plan("o-2")
    with pytest.raises(StaleQuote, match="the subscription was changed after it was made"):
        place_plan(store, hosting, plan=again, at=at + 60, source=anna.ledger)
    assert place_plan(store, hosting, plan=saved, at=at + 60, source=anna.ledger).state == "applied"
    store.close()


def test_a_run_renews_each_subscription_once(sqlite_url: str, hosting: Book) -> None:
    store = open_store(sqlite_url)
    david = Life(store, hosting, "sub-1004")
    at = parse_instant("2026-03-12T10:00", hosting.zone)
    david.opens(hosting.subscriptions["david-trial"], at)
    runs = [list(renew_due(david.worker, hosting, source=david.ledger, at=at + hour * 3600)) for hour in range(3)]
    assert [len(run) for run in runs] == [1, 0, 0]
    (first,) = runs[0]
    assert first.order is not None
    assert (first.order.id, first.order.state) == ("renewal:sub-1004:2026-03-17", "applied")
    assert (david.now.plan, david.now.period.end) == ("bronze", date(2026, 4, 17))
    with store.reading() as connection:
        assert load_order(connection, first.order.id) == first.order
    store.close()


def test_a_renewal_that_is_not_allowed_says_why(sqlite_url: str, hosting: Book) -> None:
    store = open_store(sqlite_url)
    david = Life(store, hosting, "sub-1004")
    at = parse_instant("2026-03-12T10:00", hosting.zone)
    assert renew(david.worker, hosting, source=david.ledger, subscription="sub-1004", at=at).why_not == (
        "there is no such subscription"
    )
    david.opens(hosting.subscriptions["david-trial"], at)
    early = renew(david.worker, hosting, source=david.ledger, subscription="sub-1004", at=at - 10 * DAY)
    assert early.order is None
    assert "2026-03-12" in early.why_not
    store.close()
