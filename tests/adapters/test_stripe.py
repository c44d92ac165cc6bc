"""What the Stripe adapter does for a change, seen in the books of a Stripe that it speaks to through the SDK."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from planshift.actions.money_actions import AddToInvoiceRun
from planshift.actions.plan_actions import StartPlan
from planshift.adapters.stripe.adapter import open_stripe
from planshift.adapters.stripe.settings import StripeSettings
from planshift.billing.calendar import from_day, to_day
from planshift.billing.period import Period
from planshift.billing.subscription import Discount
from planshift.billing.zones import local_day, midnight
from planshift.execution.ports import Done, Refused, Task, Unanswered, Unavailable, Waits
from tests.adapters.changes import ZONE, Worker, change, held
from tests.adapters.stand_ins.stripe.books import Thing
from tests.adapters.stand_ins.stripe.server import KEY, StripeSide, stripe_side

NOON = 12 * 3600
UPGRADE = ("end_plan", "start_plan", "issue_invoice", "ask_payment")
SETTINGS = StripeSettings(
    prices={"bronze": {"monthly": "price_b", "yearly": "price_by"}, "silver": {"monthly": "price_s"}},
    coupons={"TEN": "coupon_ten"},
    timezone=ZONE,
)


LENIENT: dict[str, Any] = {"account_credit": "as_stripe_does"}


def noon(year: int, month: int, day: int) -> int:
    return midnight(to_day(date(year, month, day)), ZONE) + NOON


NOW = noon(2026, 3, 11) - 2 * 3600


class Shop:
    """A Stripe with Anna in it, and workers for her changes."""

    def __init__(self, side: StripeSide) -> None:
        self.side, self.books = side, side.books
        self.books.price("price_b", amount=1000)
        self.books.price("price_by", amount=10000, every="year")
        self.books.price("price_s", amount=2000)
        self.books.customer("cus_anna")

    def runs(self, price: str = "price_b", *, known_as: str = "anna-1") -> Thing:
        made = self.books.subscription("cus_anna", price, ends=noon(2026, 4, 1))
        made["metadata"]["planshift_subscription"] = known_as
        made["items"]["data"][0]["current_period_start"] = noon(2026, 3, 1)
        return made

    def worker(self, tasks: tuple[Task, ...], **settings: Any) -> Worker:  # noqa: ANN401  # fields of the settings
        chosen = replace(SETTINGS, address=self.side.address, **settings)
        return Worker(adapter=open_stripe(chosen, key=KEY), tasks=tasks)

    @property
    def invoices(self) -> list[Thing]:
        return list(reversed(self.books.of("invoice")))

    @property
    def item(self) -> Thing:
        running = next(each for each in self.books.of("subscription") if each["status"] != "canceled")
        found: Thing = running["items"]["data"][0]
        return found

    @property
    def next_bill_on(self) -> date:
        return from_day(local_day(self.item["current_period_end"], ZONE))

    def amounts(self, invoice: Thing) -> list[int]:
        return [item["amount"] for item in reversed(self.books.items_of(invoice))]


@pytest.fixture
def shop() -> Iterator[Shop]:
    with stripe_side(now=NOW) as side:
        yield Shop(side)


def ends(worker: Worker) -> date:
    after = worker.tasks[0].after
    assert after is not None  # asked of changes to a plan only
    return after.period.end


def upgrade(terms: str = "fee: 15 EUR") -> tuple[Task, ...]:
    return change(terms, held(), plan="silver")


def downgrade(terms: str = "timing: period_end") -> tuple[Task, ...]:
    return change(terms, held("silver"), plan="bronze")


# a change at once


def test_a_change_is_billed_as_decided_and_the_regular_bills_go_on(shop: Shop) -> None:
    shop.runs()
    worker = shop.worker(upgrade())
    assert worker.all_done() == list(UPGRADE)
    (invoice,) = shop.invoices
    assert (shop.amounts(invoice), invoice["total"], invoice["status"]) == ([1355, 1500, -677], 2178, "paid")
    assert next(each["description"] for each in reversed(shop.books.items_of(invoice))) == "Silver"
    assert (shop.item["price"]["id"], shop.next_bill_on) == ("price_s", date(2026, 4, 1))
    running = shop.books.of("subscription")[0]
    assert shop.books.renew(running)["total"] == 2000


def test_undoing_refunds_and_puts_the_old_price_back(shop: Shop) -> None:
    shop.runs()
    worker = shop.worker(upgrade())
    worker.all_done()
    worker.all_undone()
    (invoice,) = shop.invoices
    (note,) = shop.books.of("credit_note")
    assert [refund["amount_refunded"] for refund in note["refunds"]] == [2178]
    assert (invoice["post_payment_credit_notes_amount"], shop.books.get("cus_anna")["balance"]) == (2178, 0)
    assert (shop.item["price"]["id"], shop.next_bill_on) == ("price_b", date(2026, 4, 1))


def test_another_interval_is_not_billed_by_stripe_at_once(shop: Shop) -> None:
    shop.runs()
    worker = shop.worker(change("anchor: reset", held(), plan="bronze", price="yearly"))
    worker.all_done()
    assert [invoice["total"] for invoice in shop.invoices] == [10000 - 677]
    assert (shop.item["price"]["id"], shop.next_bill_on) == ("price_by", date(2027, 3, 11))


def test_another_interval_with_the_same_day_is_not_billed_by_stripe_at_once(shop: Shop) -> None:
    shop.runs("price_by")
    year = Period(start=date(2025, 4, 1), end=date(2026, 4, 1))
    worker = shop.worker(
        change("anchor: keep", held(price="yearly", period=year, paid=10000), plan="bronze"), **LENIENT
    )
    worker.all_done()
    assert (shop.item["price"]["id"], shop.next_bill_on) == ("price_b", date(2026, 4, 1))
    assert all("planshift_key" in invoice["metadata"] for invoice in shop.invoices)


def test_time_for_money_moves_the_next_bill(shop: Shop) -> None:
    shop.runs("price_s")
    worker = shop.worker(
        change("unused_credit: extend_time", held("silver"), plan="bronze"), account_credit="as_stripe_does"
    )
    worker.all_done()
    assert shop.next_bill_on == worker.tasks[0].after.period.end  # type: ignore[union-attr]  # a change to a plan
    worker.all_undone()
    assert shop.next_bill_on == date(2026, 4, 1)


def test_lines_for_the_next_invoice_are_on_it(shop: Shop) -> None:
    running = shop.runs()
    worker = shop.worker(upgrade("collect: next_invoice"))
    worker.all_done()
    assert shop.invoices == []
    renewed = shop.books.renew(running)
    assert sorted(shop.amounts(renewed)) == [678, 2000]
    worker.done("add_to_next_invoice", undoing=True)
    assert shop.amounts(shop.books.renew(running)) == [-678, 2000]


def test_the_invoice_run_is_left_to_its_day(shop: Shop) -> None:
    shop.runs()
    (task,) = (task for task in upgrade("collect: invoice_run") if task.step.id == "add_to_invoice_run")
    assert isinstance(task.step.action, AddToInvoiceRun)
    later = replace(task.step.action, on=date(2026, 3, 20))
    worker = shop.worker((replace(task, step=replace(task.step, action=later)),))
    worker.done("add_to_invoice_run")
    (invoice,) = shop.invoices
    assert (invoice["status"], invoice["auto_advance"]) == ("draft", True)
    assert invoice["automatically_finalizes_at"] == midnight(to_day(date(2026, 3, 20)), ZONE)
    worker.done("add_to_invoice_run", undoing=True)
    assert shop.invoices == []


def test_an_agreed_price_and_a_coupon_are_told(shop: Shop) -> None:
    shop.runs()
    (task,) = (task for task in upgrade() if task.step.id == "start_plan")
    assert isinstance(task.step.action, StartPlan)
    ten, eighteen = Discount(ppm=100_000, code="TEN"), replace(task.plan.returnable, minor=1800)
    agreed = replace(task.step.action, amount=eighteen, discount=ten)
    worker = shop.worker((replace(task, step=replace(task.step, action=agreed)),))
    worker.done("start_plan")
    running = shop.books.of("subscription")[0]
    assert (shop.item["price"]["unit_amount"], shop.item["price"]["product"]) == (1800, "prod_price_s")
    assert [each["source"]["coupon"] for each in running["discounts"]] == ["coupon_ten"]
    worker.done("start_plan", undoing=True)
    assert (shop.item["price"]["id"], running["discounts"]) == ("price_b", [])


# a change on the day of Stripe's own bill


def test_the_regular_bill_of_a_delayed_change_is_stripes(shop: Shop) -> None:
    running = shop.runs("price_s")
    worker = shop.worker(downgrade("timing: period_end, fee: 3 EUR"))
    worker.at = shop.books.now = midnight(to_day(date(2026, 4, 1)), ZONE)
    worker.all_done()
    assert shop.invoices == []
    renewed = shop.books.renew(running)
    assert (sorted(shop.amounts(renewed)), shop.next_bill_on) == ([300, 1000], date(2026, 5, 1))
    assert len(shop.invoices) == 1


def test_it_is_refused_where_stripe_would_bill_something_else(shop: Shop) -> None:
    shop.runs("price_s")
    shop.books.price("price_b", amount=1100)
    worker = shop.worker(downgrade())
    assert worker.do("issue_invoice") == Refused(
        why="Stripe would bill 11.00 EUR for the period from 2026-04-01, the decision says 10.00 EUR"
    )
    shop.worker(downgrade(), compare=False).done("issue_invoice")


def test_it_is_refused_where_stripe_has_renewed_before(shop: Shop) -> None:
    running = shop.runs("price_s")
    shop.books.renew(running)
    worker = shop.worker(downgrade())
    worker.at = noon(2026, 4, 1) + 60
    outcome = worker.do("start_plan")
    assert isinstance(outcome, Refused)
    assert "renewed" in outcome.why


def test_what_waits_for_stripes_own_bill_is_refused(shop: Shop) -> None:
    shop.runs("price_s")
    worker = shop.worker(downgrade("timing: period_end, apply: after_payment, payment_expires: 14 days"))
    outcome = worker.do("issue_invoice")
    assert isinstance(outcome, Refused)
    assert "cannot be paid first" in outcome.why


def test_what_stripe_has_billed_since_is_not_undone(shop: Shop) -> None:
    running = shop.runs("price_s")
    worker = shop.worker(downgrade())
    worker.at = shop.books.now = midnight(to_day(date(2026, 4, 1)), ZONE)
    worker.all_done()
    shop.books.renew(running)
    worker.at = shop.books.now + 60
    outcome = worker.do("start_plan", undoing=True)
    assert isinstance(outcome, Refused)
    assert "a person has to look" in outcome.why


# payments


GATED = "apply: after_payment, payment_expires: 14 days"


def test_a_declined_card_ends_a_change_that_does_not_wait(shop: Shop) -> None:
    shop.runs()
    shop.books.declining.add("cus_anna")
    worker = shop.worker(upgrade())
    worker.done("end_plan", "start_plan", "issue_invoice")
    assert worker.do("ask_payment") == Refused(why="Stripe says no: Your card was declined.")
    worker.all_undone()
    assert [invoice["status"] for invoice in shop.invoices] == ["void"]


def test_a_kept_decline_is_no_answer_once_the_card_is_good(shop: Shop) -> None:
    shop.runs()
    shop.books.declining.add("cus_anna")
    worker = shop.worker(upgrade())
    worker.done("end_plan", "start_plan", "issue_invoice")
    assert isinstance(worker.do("ask_payment"), Refused)
    shop.books.declining.clear()
    worker.done("ask_payment")
    assert [invoice["status"] for invoice in shop.invoices] == ["paid"]


def test_a_change_that_waits_outlives_a_declined_card(shop: Shop) -> None:
    shop.runs()
    shop.books.declining.add("cus_anna")
    worker = shop.worker(upgrade(GATED))
    worker.done("issue_invoice", "ask_payment")
    waits = worker.do("await_payment")
    assert isinstance(waits, Waits)
    assert waits.until == midnight(to_day(date(2026, 3, 26)), ZONE)
    shop.books.declining.clear()
    shop.books.pay(shop.invoices[0])
    worker.done("await_payment", "end_plan", "start_plan")
    assert shop.item["price"]["id"] == "price_s"


def test_the_wait_for_a_payment_ends(shop: Shop) -> None:
    shop.runs()
    shop.books.declining.add("cus_anna")
    worker = shop.worker(upgrade(GATED))
    worker.done("issue_invoice", "ask_payment")
    worker.today = date(2026, 3, 25)
    assert isinstance(worker.do("await_payment"), Waits)
    worker.today = date(2026, 3, 26)
    outcome = worker.do("await_payment")
    assert isinstance(outcome, Refused)
    assert outcome.expired


def test_a_void_invoice_is_not_waited_for(shop: Shop) -> None:
    shop.runs()
    shop.books.declining.add("cus_anna")
    worker = shop.worker(upgrade(GATED))
    worker.done("issue_invoice", "ask_payment")
    shop.books.void(shop.invoices[0])
    outcome = worker.do("await_payment")
    assert isinstance(outcome, Refused)
    assert not outcome.expired


def test_an_invoice_that_is_sent_is_sent_once(shop: Shop) -> None:
    shop.runs()
    worker = shop.worker(upgrade(), collection="send_invoice")
    worker.done("end_plan", "start_plan", "issue_invoice")
    shop.side.meet("answer_lost", at="/v1/invoices/")
    assert isinstance(worker.do("ask_payment"), Unanswered)
    worker.done("ask_payment")
    worker.done("ask_payment")
    assert shop.books.sent == [shop.invoices[0]["id"]]


# account credit


def test_credit_that_stripe_would_use_otherwise_is_refused(shop: Shop) -> None:
    shop.runs()
    shop.books.get("cus_anna")["balance"] = -500
    worker = shop.worker(upgrade())
    worker.done("end_plan", "start_plan")
    assert worker.do("issue_invoice") == Refused(
        why="Stripe would use 5.00 EUR of account credit, the decision says 0.00 EUR"
    )
    as_it_does = shop.worker(upgrade(), account_credit="as_stripe_does")
    as_it_does.done("issue_invoice")
    assert shop.books.get("cus_anna")["balance"] == 0


def test_account_credit_of_the_decision_is_used_and_comes_back(shop: Shop) -> None:
    shop.runs()
    shop.books.get("cus_anna")["balance"] = -500
    worker = shop.worker(change("fee: 15 EUR, account_credit: at_once", held(account_credit=500), plan="silver"))
    worker.all_done()
    (invoice,) = shop.invoices
    assert (invoice["amount_paid"], shop.books.get("cus_anna")["balance"]) == (1678, 0)
    worker.all_undone()
    assert shop.books.get("cus_anna")["balance"] == -500


def test_a_refund_goes_to_the_newest_invoice_that_covers_it(shop: Shop) -> None:
    running = shop.runs("price_s")
    old, new = shop.books.paid_invoice(running, amount=5000), shop.books.paid_invoice(running, amount=2000)
    worker = shop.worker(change("unused_credit: refund", held("silver"), plan="bronze"))
    worker.done("refund")
    worker.done("refund")
    (note,) = shop.books.of("credit_note")
    assert (note["invoice"], note["amount"]) == (new["id"], 678)
    assert old["post_payment_credit_notes_amount"] == 0


def test_a_refund_can_take_several_invoices_but_not_more_than_was_paid(shop: Shop) -> None:
    running = shop.runs("price_s")
    shop.books.paid_invoice(running, amount=500)
    worker = shop.worker(change("unused_credit: refund", held("silver"), plan="bronze"))
    outcome = worker.do("refund")
    assert isinstance(outcome, Refused)
    assert "cover 5.00 EUR" in outcome.why
    shop.books.paid_invoice(running, amount=400)
    worker.done("refund")
    assert sorted(note["amount"] for note in shop.books.of("credit_note")) == [278, 400]


# starts, ends and pauses


def test_a_start_begins_a_subscription_and_is_withdrawn(shop: Shop) -> None:
    worker = shop.worker(change("limits: check", held(), kind="start", plan="bronze"))
    worker.all_done()
    running = shop.books.of("subscription")[0]
    assert (running["metadata"]["planshift_subscription"], shop.next_bill_on) == ("anna-1", ends(worker))
    worker.all_undone()
    assert running["status"] == "canceled"


def test_a_cancelled_subscription_gets_a_successor_when_it_is_undone(shop: Shop) -> None:
    running = shop.runs()
    worker = shop.worker(change("unused_credit: account_credit", held(), kind="cancel", plan="", price=""))
    worker.done("end_plan")
    assert running["status"] == "canceled"
    worker.done("end_plan", undoing=True)
    worker.done("end_plan", undoing=True)
    successors = [each for each in shop.books.of("subscription") if each["status"] == "active"]
    assert len(successors) == 1
    assert (shop.item["price"]["id"], shop.next_bill_on) == ("price_b", date(2026, 4, 1))
    assert shop.invoices == []


def test_a_pause_holds_the_bills_back_and_is_taken_up_again(shop: Shop) -> None:
    running = shop.runs()
    pause = change("unused_credit: account_credit", held(), kind="cancel", plan="", price="", until=date(2026, 3, 21))
    worker = shop.worker(pause)
    worker.done("end_plan")
    resumes_at = midnight(to_day(date(2026, 3, 21)), ZONE)
    assert (running["status"], running["pause_collection"]) == (
        "active",
        {"behavior": "void", "resumes_at": resumes_at},
    )
    worker.done("end_plan", undoing=True)
    assert running["pause_collection"] is None


# who is meant


def test_subscriptions_and_customers_are_found_by_stripes_own_ids(shop: Shop) -> None:
    running = shop.runs(known_as="somebody else")
    worker = shop.worker(change("limits: check", held(id=running["id"]), plan="silver"))
    worker.all_done()
    assert shop.item["price"]["id"] == "price_s"


def test_customers_are_found_by_their_metadata(shop: Shop) -> None:
    shop.runs()
    shop.books.get("cus_anna")["metadata"]["planshift_customer"] = "anna o'neil"
    anna = held(customer=replace(held().customer, id="anna o'neil"))
    worker = shop.worker(change("limits: check", anna, plan="silver"))
    worker.all_done()
    assert shop.item["price"]["id"] == "price_s"


@pytest.mark.parametrize("step", ["start_plan", "issue_invoice"])
def test_who_is_not_there_is_refused(shop: Shop, step: str) -> None:
    anna = held(customer=replace(held().customer, id="nobody"))
    outcome = shop.worker(change("limits: check", anna, plan="silver")).do(step)
    assert outcome == Refused(why="no Stripe customer has `planshift_customer: nobody` in the metadata")


def test_a_price_that_the_settings_do_not_name_is_refused(shop: Shop) -> None:
    shop.runs()
    outcome = shop.worker(upgrade(), prices={"bronze": {"monthly": "price_b"}}).do("start_plan")
    assert outcome == Refused(why="the settings name no Stripe price for the price `monthly` of plan `silver`")


# faults


def test_a_real_time_out_leaves_open_what_was_done(shop: Shop) -> None:
    shop.runs()
    worker = shop.worker(upgrade(), timeout=1)
    shop.side.slow = 1.5
    assert worker.do("start_plan") == Unanswered(why="no answer came from Stripe")
    assert worker.adapter.ask(worker.task("start_plan")) == Unanswered(why="no answer came from Stripe")


def test_a_fault_that_stripe_keeps_is_got_over(shop: Shop) -> None:
    shop.runs()
    worker = shop.worker(upgrade())
    shop.side.meet("refusal", at="/finalize")
    assert isinstance(worker.do("issue_invoice"), Refused)
    worker.done("issue_invoice")
    assert [invoice["status"] for invoice in shop.invoices] == ["open"]


def test_a_fault_inside_stripe_after_it_has_acted_doubles_nothing(shop: Shop) -> None:
    shop.runs()
    worker = shop.worker(upgrade())
    for place in ("/v1/subscriptions", "/finalize"):
        shop.side.meet("error_after_acting", at=place)
        step = "start_plan" if place == "/v1/subscriptions" else "issue_invoice"
        assert isinstance(worker.do(step), Unanswered)
        assert isinstance(worker.adapter.ask(worker.task(step)), Done)
        worker.done(step)
    assert [invoice["total"] for invoice in shop.invoices] == [2178]


def test_nothing_is_doubled_once_stripe_has_forgotten_the_keys(shop: Shop) -> None:
    shop.runs()
    worker = shop.worker(upgrade("unused_credit: account_credit, fee: 15 EUR"), account_credit="as_stripe_does")
    worker.all_done()
    shop.side.forget_keys()
    worker.all_done()
    assert len(shop.invoices) == 1
    assert len(shop.books.of("customer_balance_transaction")) == 1


def test_a_draft_is_found_again_once_stripe_has_forgotten_the_keys(shop: Shop) -> None:
    shop.runs()
    worker = shop.worker(upgrade())
    for calls in (0, 2):
        shop.side.meet_behind("answer_lost", calls=calls)
        assert isinstance(worker.do("issue_invoice"), Unanswered)
        shop.side.forget_keys()
    worker.done("issue_invoice")
    assert [(shop.amounts(invoice), invoice["status"]) for invoice in shop.invoices] == [([1355, 1500, -677], "open")]


def test_a_key_in_use_is_waited_for(shop: Shop) -> None:
    shop.runs()
    worker = shop.worker(upgrade())
    shop.side.busy.add(worker.task("start_plan").key)
    assert isinstance(worker.do("start_plan"), Unavailable)


def test_stripe_says_when_to_come_again(shop: Shop) -> None:
    shop.runs()
    worker = shop.worker(upgrade())
    shop.side.meet("busy")
    outcome = worker.do("start_plan")
    assert isinstance(outcome, Unavailable)
    assert outcome.retry_at == worker.task("start_plan").at + 7


def test_a_wrong_key_is_a_matter_of_settings_not_of_the_change(shop: Shop) -> None:
    shop.runs()
    worker = Worker(
        adapter=open_stripe(replace(SETTINGS, address=shop.side.address), key="sk_test_wrong"), tasks=upgrade()
    )
    outcome = worker.do("start_plan")
    assert isinstance(outcome, Unavailable)
    assert "does not accept the key" in outcome.why


def test_the_sdk_does_not_retry_behind_our_back(shop: Shop) -> None:
    shop.runs()
    worker = shop.worker(upgrade())
    shop.side.meet("call_lost")
    worker.do("start_plan")
    assert sum(request.method == "POST" for request in shop.side.asked) == 1
