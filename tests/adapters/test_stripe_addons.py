"""Add-ons as items of a Stripe subscription: they follow the plan in the one call that changes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from planshift.adapters.contract import tasks_of
from planshift.adapters.stripe.adapter import open_stripe
from planshift.adapters.stripe.settings import StripeSettings
from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import HeldAddon, Subscription
from planshift.billing.zones import parse_instant
from planshift.book import load_text
from planshift.execution.ports import Refused, Task
from tests.adapters.changes import POLICY, TODAY, ZONE, Worker, held
from tests.adapters.stand_ins.stripe.books import Thing
from tests.adapters.stand_ins.stripe.server import KEY, StripeSide, stripe_side
from tests.adapters.test_stripe import NOW, noon

CATALOG = """
plans:
  bronze:
    title: Bronze
    module: panel
    addons: [disk, mail, notes]
    prices:
      monthly: { every: 1 month, EUR: "10.00" }
      yearly: { every: 1 year, EUR: "100.00" }
  silver:
    title: Silver
    module: panel
    addons: [disk, inbox, notes]
    prices: { monthly: { every: 1 month, EUR: "20.00" } }
addons:
  disk: { title: Disk, raises: { gb: 10 }, EUR: "2.00" }
  mail: { title: Mail, raises: { boxes: 1 }, EUR: "1.00" }
  inbox: { title: Inbox, raises: { boxes: 1 }, EUR: "3.00" }
  notes: { title: Notes, raises: { pages: 1 }, EUR: "4.00" }
"""
MAPPED = "carry_map: { addons: { mail: inbox } }\n"
SETTINGS = StripeSettings(
    prices={"bronze": {"monthly": "price_b", "yearly": "price_by"}, "silver": {"monthly": "price_s"}},
    addons={
        "disk": {"monthly": "price_disk", "yearly": "price_disk_y"},
        "mail": {"monthly": "price_mail"},
        "inbox": {"monthly": "price_inbox"},
    },
    timezone=ZONE,
)
PRICES = {
    "price_b": 1000,
    "price_s": 2000,
    "price_disk": 200,
    "price_mail": 100,
    "price_inbox": 300,
    "price_notes": 400,
}
ADDONS = (HeldAddon(name="disk", quantity=2), HeldAddon(name="mail", quantity=1), HeldAddon(name="notes", quantity=5))


class Shop:
    """A Stripe with Anna in it, who has two disks, a mailbox, and something that planshift is not told the price of."""

    def __init__(self, side: StripeSide) -> None:
        self.side, self.books = side, side.books
        for name, amount in PRICES.items():
            self.books.price(name, amount=amount)
        for name, amount in {"price_by": 10000, "price_disk_y": 2000}.items():
            self.books.price(name, amount=amount, every="year")
        self.books.customer("cus_anna")

    def runs(self) -> Thing:
        ends, starts = noon(2026, 4, 1), noon(2026, 3, 1)
        made = self.books.subscription("cus_anna", "price_b", ends=ends)
        made["metadata"]["planshift_subscription"] = "anna-1"
        made["items"]["data"][0]["current_period_start"] = starts
        for price, quantity in {"price_disk": 2, "price_mail": 1, "price_notes": 5}.items():
            self.books.hold(made, price, starts=starts, ends=ends, quantity=quantity)
        return made

    def worker(self, tasks: tuple[Task, ...]) -> Worker:
        return Worker(adapter=open_stripe(replace(SETTINGS, address=self.side.address), key=KEY), tasks=tasks)

    @property
    def calls(self) -> int:
        """How often the subscription was changed."""
        return sum(each.method == "POST" and "/subscriptions/sub_" in each.path for each in self.side.asked)


@pytest.fixture
def shop() -> Iterator[Shop]:
    with stripe_side(now=NOW) as side:
        yield Shop(side)


def changed(
    terms: str,
    *,
    before: Subscription | None = None,
    extra: str = "",
    **asked: Any,  # noqa: ANN401  # fields of a request
) -> tuple[Task, ...]:
    anna = before or held(addons=ADDONS)
    book = load_text({"policy.yaml": POLICY.replace("TERMS", terms) + extra, "catalog.yaml": CATALOG})
    at = parse_instant(TODAY, book.zone)
    decision = book.decide(anna, ChangeRequest(at=at, **{"plan": "silver", "price": "monthly", **asked}))
    assert decision.allowed, decision.reasons
    after = decision.subscription_after()
    return tasks_of(decision.plan("order-1"), before=anna, after=after, at=decision.computed_at, zone=book.zone)


def items(subscription: Thing) -> dict[str, int]:
    return {each["price"]["id"]: each["quantity"] for each in subscription["items"]["data"]}


BEFORE = {"price_b": 1, "price_disk": 2, "price_mail": 1, "price_notes": 5}


def test_what_the_new_plan_holds_stays_and_what_it_does_not_goes_with_one_call(shop: Shop) -> None:
    running, worker = shop.runs(), shop.worker(changed("carry: { addons: keep_if_same }"))
    worker.done("start_plan")
    assert items(running) == {"price_s": 1, "price_disk": 2, "price_notes": 5}
    assert shop.calls == 1
    assert not shop.books.of("invoiceitem")  # nothing was prorated
    worker.done("start_plan")
    assert shop.calls == 1
    assert shop.books.renew(running)["total"] == 2000 + 2 * 200 + 5 * 400


def test_undoing_gives_every_item_back(shop: Shop) -> None:
    running, worker = shop.runs(), shop.worker(changed("carry: { addons: keep_if_same }"))
    worker.done("start_plan")
    worker.done("start_plan", undoing=True)
    assert items(running) == BEFORE
    assert shop.calls == 2


def test_what_moves_under_another_name_moves_to_the_price_of_that(shop: Shop) -> None:
    running, worker = shop.runs(), shop.worker(changed("carry: { addons: map }", extra=MAPPED))
    worker.done("start_plan")
    assert items(running) == {"price_s": 1, "price_disk": 2, "price_inbox": 1, "price_notes": 5}
    worker.done("start_plan", undoing=True)
    assert items(running) == BEFORE


def test_another_interval_takes_the_add_ons_along(shop: Shop) -> None:
    running = shop.runs()
    running["items"]["data"] = running["items"]["data"][:2]  # what nobody names could not follow
    anna = held(addons=ADDONS[:1])
    worker = shop.worker(changed("anchor: reset", before=anna, plan="bronze", price="yearly"))
    worker.done("change_term")
    assert items(running) == {"price_by": 1, "price_disk_y": 2}
    worker.done("change_term", undoing=True)
    assert items(running) == {"price_b": 1, "price_disk": 2}


def test_an_add_on_without_a_price_is_refused_before_anything_changes(shop: Shop) -> None:
    running, anna = shop.runs(), held(addons=ADDONS[1:2])
    found = shop.worker(changed("anchor: reset", before=anna, plan="bronze", price="yearly")).do("change_term")
    assert found == Refused(why="the settings name no Stripe price for the add-on `mail` at the price `yearly`")
    assert (items(running), shop.calls) == (BEFORE, 0)


def test_a_plan_that_starts_brings_its_add_ons(shop: Shop) -> None:
    anna = held(bill_day=11, addons=ADDONS[:1])
    worker = shop.worker(changed("limits: check", before=anna, kind="start", plan="bronze"))
    worker.done("start_plan")
    (running,) = shop.books.of("subscription")
    assert items(running) == {"price_b": 1, "price_disk": 2}
    worker.done("start_plan", undoing=True)
    assert running["status"] == "canceled"
