"""The Kill Bill adapter: it keeps the contract, and what it does for a change is seen in Kill Bill's books."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

import pytest

from planshift.adapters.contract import FAULTS, AdapterContract, Case, Fault
from planshift.adapters.killbill.adapter import open_killbill
from planshift.adapters.killbill.settings import KillBillPlan, KillBillSettings
from planshift.billing.subscription import Subscription
from planshift.execution.ports import Adapter, Refused, Task, Unavailable
from tests.adapters.changes import Worker, change, held
from tests.adapters.stand_ins.in_process import HERE, NOBODY, hand_over, said
from tests.adapters.stand_ins.killbill.books import Books, Thing
from tests.adapters.stand_ins.killbill.server import API_KEY, API_SECRET, PASSWORD, USER, KillBillSide, killbill_side
from tests.adapters.stand_ins.over_http import free_port

TODAY = date(2026, 3, 11)
PLANS = {
    "bronze": {
        "monthly": KillBillPlan(product="Bronze", billing_period="MONTHLY"),
        "yearly": KillBillPlan(product="Bronze", billing_period="ANNUAL"),
    },
    "silver": {"monthly": KillBillPlan(product="Silver", billing_period="MONTHLY")},
}
SETTINGS = KillBillSettings(url="", user=USER, password=PASSWORD, api_key=API_KEY, api_secret=API_SECRET, plans=PLANS)


def set_up(books: Books, subscriptions: Sequence[Subscription]) -> None:
    """Accounts and subscriptions that stand as some of planshift's do."""
    books.prices |= {("Bronze", "MONTHLY"): 1000, ("Bronze", "ANNUAL"): 10000, ("Silver", "MONTHLY"): 2000}
    for each in subscriptions:
        account, plan = books.account(each.customer.id), PLANS[each.plan][each.price]
        named = (plan.product, plan.billing_period)
        books.subscription(account["accountId"], named, key=each.id, start=each.period.start)


class Shop:
    """A Kill Bill with Anna in it, and workers for her changes."""

    def __init__(self, side: KillBillSide) -> None:
        self.side, self.books = side, side.books

    def runs(self, plan: str = "bronze") -> Thing:
        set_up(self.books, [held(plan)])
        return next(iter(self.books.subscriptions.values()))

    def worker(self, tasks: tuple[Task, ...], **settings: Any) -> Worker:  # noqa: ANN401  # fields of the settings
        chosen = replace(SETTINGS, url=self.side.address, **settings)
        return Worker(adapter=open_killbill(chosen), tasks=tasks)

    @property
    def owed(self) -> int:
        return self.books.owed(next(iter(self.books.accounts)))

    @property
    def last(self) -> list[tuple[str, int]]:
        return [(item["itemType"], item["amount"]) for item in self.books.invoices[-1]["items"]]


@pytest.fixture
def shop() -> Iterator[Shop]:
    with killbill_side(today=TODAY) as side:
        yield Shop(side)


def upgrade(terms: str = "fee: 15 EUR") -> tuple[Task, ...]:
    return change(terms, held(), plan="silver")


def downgrade(terms: str = "timing: period_end") -> tuple[Task, ...]:
    return change(terms, held("silver"), plan="bronze")


def test_kill_bill_bills_the_change_and_planshift_the_fee(shop: Shop) -> None:
    running = shop.runs()
    worker = shop.worker(upgrade())
    assert worker.all_done() == ["end_plan", "start_plan", "issue_invoice", "ask_payment"]
    assert running["plan"] == ("Silver", "MONTHLY")
    assert [(item["itemType"], item["amount"]) for item in shop.books.invoices[1]["items"]] == [
        ("REPAIR_ADJ", -677),
        ("RECURRING", 1355),
    ]
    assert (shop.last, shop.owed) == ([("EXTERNAL_CHARGE", 1500)], 1000 + 2178)


def test_who_makes_a_call_for_which_order_is_told(shop: Shop) -> None:
    shop.runs()
    worker = shop.worker(upgrade(), created_by="billing")
    worker.all_done()
    change_call = next(each for each in shop.side.asked if each.method == "PUT")
    assert change_call.headers["x-killbill-createdby"] == "billing"
    assert change_call.headers["x-killbill-reason"] == "order order-1"
    assert change_call.headers["x-killbill-comment"].startswith(worker.task("start_plan").key)
    assert "billingPolicy=IMMEDIATE" in change_call.query
    assert "requestedDate=2026-03-11" in change_call.query


def test_undoing_leaves_nothing_owed(shop: Shop) -> None:
    running = shop.runs()
    worker = shop.worker(upgrade())
    worker.all_done()
    worker.all_undone()
    assert (running["plan"], shop.owed) == (("Bronze", "MONTHLY"), 1000)


def test_a_charge_that_is_paid_is_given_back_as_credit(shop: Shop) -> None:
    shop.runs()
    shop.books.pays = True
    worker = shop.worker(upgrade())
    worker.all_done()
    worker.done("issue_invoice", undoing=True)
    assert shop.last == [("CREDIT_ADJ", -1500)]


def test_a_change_that_kill_bill_would_bill_otherwise_is_refused(shop: Shop) -> None:
    running = shop.runs()
    shop.books.prices["Silver", "MONTHLY"] = 3000
    assert shop.worker(upgrade()).do("start_plan") == Refused(
        why="Kill Bill would bill 13.55 EUR for the change, the decision says 6.78 EUR"
    )
    assert running["plan"] == ("Bronze", "MONTHLY")


def test_a_difference_is_adjusted_where_the_settings_say_so(shop: Shop) -> None:
    shop.runs()
    shop.books.prices["Silver", "MONTHLY"] = 3000
    worker = shop.worker(upgrade("limits: check"), differences="adjust")
    assert isinstance(worker.do("issue_invoice"), Unavailable)
    worker.all_done()
    assert (shop.last, shop.owed) == ([("CREDIT_ADJ", -677)], 1000 + 678)
    worker.all_undone()
    assert shop.owed == 1000


@pytest.mark.parametrize("billed_before", [False, True])
def test_a_delayed_change_is_the_same_before_and_after_kill_bills_own_bill(shop: Shop, billed_before: bool) -> None:
    running = shop.runs("silver")
    if billed_before:
        shop.books.renew(running["subscriptionId"])
    worker = shop.worker(downgrade())
    worker.today = shop.books.today = date(2026, 4, 1)
    worker.all_done()
    assert (running["plan"], shop.owed) == (("Bronze", "MONTHLY"), 2000 + 1000)


def test_a_change_that_is_ahead_is_undone_at_kill_bill(shop: Shop) -> None:
    running = shop.runs("silver")
    worker = shop.worker(downgrade())
    worker.done("start_plan")
    assert running["plan"] == ("Bronze", "MONTHLY")
    worker.done("start_plan", undoing=True)
    worker.done("start_plan", undoing=True)
    assert (running["plan"], running["events"]) == (("Silver", "MONTHLY"), [])
    assert sum("undoChangePlan" in each.path for each in shop.side.asked) == 1


def test_a_cancellation_ahead_is_undone_and_one_in_force_is_not(shop: Shop) -> None:
    running = shop.runs()
    tasks = change("timing: period_end", held(), kind="cancel", plan="", price="")
    worker = shop.worker(tasks)
    worker.done("end_plan")
    assert running["state"] == "CANCELLED"
    worker.done("end_plan", undoing=True)
    assert running["state"] == "ACTIVE"
    worker.done("end_plan")
    worker.today = shop.books.today = date(2026, 4, 1)
    outcome = worker.do("end_plan", undoing=True)
    assert isinstance(outcome, Refused)
    assert "a person has to begin a new one" in outcome.why


def test_a_start_begins_a_subscription_and_is_withdrawn(shop: Shop) -> None:
    set_up(shop.books, [])
    shop.books.account("cus_anna")
    worker = shop.worker(change("limits: check", held(bill_day=11), kind="start", plan="bronze"))
    worker.all_done()
    (running,) = shop.books.subscriptions.values()
    assert (running["externalKey"], shop.owed) == ("anna-1", 1000)
    worker.all_undone()
    assert (running["state"], shop.owed) == ("CANCELLED", 0)


@pytest.mark.parametrize(
    "terms, told",
    [
        ("unused_credit: refund", "puts what is given back on the customer's account"),
        ("unused_credit: extend_time", "cannot turn unused money into time"),
    ],
)
def test_what_kill_bill_cannot_do_is_refused_before_anything_changes(shop: Shop, terms: str, told: str) -> None:
    running = shop.runs("silver")
    outcome = shop.worker(change(terms, held("silver"), plan="bronze")).do("start_plan")
    assert isinstance(outcome, Refused)
    assert told in outcome.why
    assert running["events"] == []


def test_a_change_that_waits_for_its_payment_is_refused(shop: Shop) -> None:
    shop.runs()
    outcome = shop.worker(upgrade("apply: after_payment, payment_expires: 14 days")).do("start_plan")
    assert outcome == Refused(why="Kill Bill bills a change when it is made, and cannot wait for its payment")


def test_a_wrong_secret_is_a_matter_of_settings_not_of_the_change(shop: Shop) -> None:
    shop.runs()
    assert isinstance(shop.worker(upgrade(), api_secret="other").do("start_plan"), Unavailable)  # noqa: S106  # as above


def test_who_is_not_there_is_refused(shop: Shop) -> None:
    set_up(shop.books, [])
    assert shop.worker(upgrade()).do("start_plan") == Refused(why="Kill Bill has no subscription `anna-1`")


def test_settings_keep_their_secrets() -> None:
    assert PASSWORD not in repr(SETTINGS)
    assert API_SECRET not in repr(SETTINGS)


# the contract


def sample(number: int, tasks: tuple[Task, ...]) -> list[Task]:
    """The tasks of a change, with its subscription and customer named by a number."""
    named, kinds = [], open_killbill(SETTINGS).kinds
    for task in tasks:
        if task.step.action.kind in kinds:
            plan = replace(task.plan, subscription=f"sample-{number}", customer=f"customer-{number}")
            before = replace(
                task.before, id=plan.subscription, customer=replace(task.before.customer, id=plan.customer)
            )
            step = replace(task.step, key=f"order-{number}:{task.step.key}")
            named.append(replace(task, order=f"order-{number}", plan=plan, before=before, step=step))
    return named


CHANGES = (
    upgrade(),
    change("unused_credit: account_credit, charge: none", held("silver"), plan="bronze"),
    change("unused_credit: next_invoice, charge: none", held("silver"), plan="bronze"),
    change("collect: invoice_run, fee: 5 EUR", held(), plan="silver"),
    change("anchor: reset", held(), plan="bronze", price="yearly"),
    change("unused_credit: account_credit", held(paid=500, debt=500), plan="silver"),
    change("credit: full, charge: full", held("silver", paid=1000), plan="bronze"),
)
ONCE = frozenset({"end_plan", "ask_payment"})  # what is in every change is tried in the first
TASKS = [
    task
    for number, tasks in enumerate(CHANGES, start=1)
    for task in sample(number, tasks)
    if number == 1 or task.step.action.kind not in ONCE
]


class KillBillCase(Case):
    faults: ClassVar[frozenset[Fault]] = frozenset(FAULTS) - {"twice"}  # type: ignore[misc]  # it acts twice
    secrets = (PASSWORD, API_SECRET)

    def __init__(self, side: KillBillSide, *, nowhere: str) -> None:
        self.side, self.nobody, self.nowhere = side, False, nowhere

    @property
    def tasks(self) -> Sequence[Task]:
        return TASKS

    def begin(self) -> None:
        self.side.books, self.side.fault, self.nobody = Books(today=TODAY), None, False
        set_up(self.side.books, list({task.before.id: task.before for task in TASKS}.values()))

    def effects(self) -> object:
        books = self.side.books
        return [
            (each["plan"], each["state"], books.owed(each["accountId"]), _marks(each))
            for each in books.subscriptions.values()
        ]

    def adapter(self) -> Adapter:
        url = self.nowhere if self.nobody else self.side.address
        self.nobody = False
        return open_killbill(replace(SETTINGS, url=url, differences="adjust"))

    def meet(self, fault: Fault) -> None:
        if fault == "down":
            self.nobody = True
        else:
            self.side.fault = fault


def _marks(subscription: Thing) -> list[tuple[str, str]]:
    fields = [(each["name"], each["value"]) for each in subscription["fields"]]
    return sorted(each for each in fields if not each[1].endswith(":undo"))


class TestKillBill(AdapterContract):
    """Its thousands of calls are handed over in this process; faults look the same over HTTP."""

    @pytest.fixture
    def case(self, monkeypatch: pytest.MonkeyPatch) -> Case:
        return in_process(monkeypatch)


def in_process(monkeypatch: pytest.MonkeyPatch) -> KillBillCase:
    side = KillBillSide(books=Books(today=TODAY), address=HERE)
    hand_over(monkeypatch, side.called)
    return KillBillCase(side, nowhere=NOBODY)


@pytest.mark.parametrize("fault", [None, *sorted(KillBillCase.faults)])
def test_a_fault_is_over_http_what_it_is_in_this_process(monkeypatch: pytest.MonkeyPatch, fault: Fault | None) -> None:
    with killbill_side(today=TODAY) as side:
        over_http = said(KillBillCase(side, nowhere=f"http://127.0.0.1:{free_port()}"), fault)
    assert over_http == said(in_process(monkeypatch), fault)


def test_the_contract_is_tried_with_what_can_be_undone() -> None:
    assert {task.step.action.kind for task in TASKS} >= {"issue_credit", "discount_next_invoice", "post_lines"}
