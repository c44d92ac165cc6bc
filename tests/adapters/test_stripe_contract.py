"""The Stripe adapter keeps the contract of adapters, through the SDK, against the stand-in.

The contract makes thousands of calls, which are handed over in this process; faults look the same over HTTP.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

import pytest
import stripe

from planshift.adapters.contract import FAULTS, AdapterContract, Case, Fault, sample_tasks
from planshift.adapters.stripe.account import Account
from planshift.adapters.stripe.adapter import DEEDS, StripeAdapter, open_stripe
from planshift.adapters.stripe.settings import StripeSettings
from planshift.billing.calendar import to_day
from planshift.billing.zones import local_day, midnight
from planshift.execution.ports import Adapter, Task
from tests.adapters.stand_ins.in_process import Answered, Session, said
from tests.adapters.stand_ins.over_http import free_port
from tests.adapters.stand_ins.stripe.books import Books, Thing
from tests.adapters.stand_ins.stripe.server import KEY, StripeSide, stripe_side

ZONE = "Europe/Stockholm"
PRICES = {
    "bronze": {"monthly": 1000, "yearly": 10000},
    "silver": {"monthly": 2000},
    "gold": {"monthly": 4000},
    "metered": {"monthly": 4000},
    "phone": {"monthly": 1500},
}
SETTINGS = StripeSettings(
    prices={plan: {name: f"price_{plan}_{name}" for name in names} for plan, names in PRICES.items()},
    timezone=ZONE,
    collection="send_invoice",
    account_credit="as_stripe_does",
)
NOON = 12 * 3600


def own_customers(tasks: Sequence[Task]) -> tuple[Task, ...]:
    """Every subscription with a customer of its own, so that the credit of one does not pay the bills of another."""
    return tuple(replace(task, plan=replace(task.plan, customer=f"cus_{task.plan.subscription}")) for task in tasks)


KINDS = frozenset({*DEEDS, "take_back"})


ENOUGH = {"end_plan": 1, "start_plan": 1, "issue_credit": 1, "issue_invoice": 3, "ask_payment": 3}


def few(tasks: Sequence[Task]) -> list[Task]:
    """The tasks that say something new: what is in every order is seen in a few of them."""
    seen: Counter[str] = Counter()
    kept = []
    for task in tasks:
        kind = task.step.action.kind
        seen[kind] += 1
        if kind in KINDS and seen[kind] <= ENOUGH.get(kind, 10):
            kept.append(task)
    return kept


TASKS = own_customers(few(sample_tasks(KINDS)))


def set_up(books: Books, tasks: Sequence[Task]) -> None:
    """An account that stands as the subscriptions of some tasks say, its regular bills at noon."""
    for plan, names in PRICES.items():
        for name, amount in names.items():
            books.price(f"price_{plan}_{name}", amount=amount, every="year" if name == "yearly" else "month")
    for task in {task.plan.subscription: task for task in tasks}.values():
        before, customer = task.before, books.customer(task.plan.customer)
        ends = midnight(to_day(before.period.end), ZONE) + NOON
        price = f"price_{before.plan}_{before.price}"
        held = books.subscription(customer["id"], price, ends=ends)
        held["metadata"]["planshift_subscription"] = task.plan.subscription
        held["items"]["data"][0]["current_period_start"] = midnight(to_day(before.period.start), ZONE) + NOON
        if before.paid:
            books.paid_invoice(held, amount=before.paid)
        if before.debt:
            books.open_invoice(held, amount=before.debt)


def standing(books: Books) -> object:
    """What counts in an account: what runs at which price up to when, what is billed, paid and owed to whom."""
    return (
        [_held(each) for each in books.of("subscription") if each["status"] != "canceled"],
        [_billed(books, each) for each in books.of("invoice") if not _gone(books, each)],
        [(each["id"], each["balance"], _owed(books, each["id"])) for each in books.of("customer")],
    )


def _owed(books: Books, customer: str) -> int:
    """What is open, with what the next invoice will add."""
    invoices = [each for each in books.of("invoice") if each["customer"] == customer and not _gone(books, each)]
    items = [each for each in books.of("invoiceitem") if each["customer"] == customer]
    opened: int = sum(each["amount_due"] - _kept(books, each) for each in invoices)
    left: int = sum(each["amount"] for each in items if each["invoice"] is None)
    return opened + left


def _kept(books: Books, invoice: Thing) -> int:
    """What was paid for an invoice and not paid back."""
    notes = [
        note for note in books.of("credit_note") if note["invoice"] == invoice["id"] and note["status"] == "issued"
    ]
    refunded: int = sum(refund["amount_refunded"] for note in notes for refund in note["refunds"])
    paid: int = invoice["amount_paid"]
    return paid - refunded


def _held(thing: Thing) -> object:
    item = thing["items"]["data"][0]
    marks = {k: v for k, v in thing["metadata"].items() if k != "planshift_order" and not v.endswith(":undo")}
    ends = local_day(item["current_period_end"], ZONE)
    return (
        item["price"]["id"],
        item["quantity"],
        ends,
        thing["pause_collection"],
        thing["discounts"],
        sorted(marks.items()),
    )


def _billed(books: Books, thing: Thing) -> object:
    asked = thing["metadata"].get("planshift_asked") if "planshift_unasked" not in thing["metadata"] else None
    return thing["id"], thing["total"], _kept(books, thing), asked


def _gone(books: Books, thing: Thing) -> bool:
    if thing["status"] == "draft":
        return not thing["auto_advance"]
    notes = [each for each in books.of("credit_note") if each["invoice"] == thing["id"]]
    undone = [*notes, thing] if "planshift_taken_back" in thing["metadata"] else notes
    key = f"{thing['metadata'].get('planshift_key')}:undo"
    return thing["status"] == "void" or any(key in each["metadata"].values() for each in undone)


class StripeCase(Case):
    unseen: ClassVar[frozenset[str]] = frozenset({"await_payment"})  # type: ignore[misc]  # the same for every case
    waiting: ClassVar[frozenset[str]] = frozenset({"await_payment"})  # type: ignore[misc]  # as above
    secrets = (KEY, "anna.example.com")

    def __init__(self, side: StripeSide) -> None:
        self.side, self.nobody = side, False
        self._account, self._unreached = (
            Account(client=through_the_sdk(answered), settings=SETTINGS) for answered in (side.called, None)
        )

    @property
    def tasks(self) -> Sequence[Task]:
        return TASKS

    def begin(self) -> None:
        self.side.books = Books(now=TASKS[0].at)
        self.side.forget_keys()
        self.side.fault, self.nobody = None, False
        set_up(self.side.books, TASKS)

    def effects(self) -> object:
        return standing(self.side.books)

    def arrive(self, task: Task) -> None:
        self.side.fault = None  # a call that only looked has not met it
        self.side.books.pay(self.side.books.get(task.references["issue_invoice"]))

    def adapter(self) -> Adapter:
        if self.nobody:
            self.nobody = False
            return StripeAdapter(account=self._unreached)
        return StripeAdapter(account=self._account)

    def meet(self, fault: Fault) -> None:
        if fault == "down":
            self.nobody = True
        else:
            self.side.meet(fault)


def through_the_sdk(answered: Answered | None) -> stripe.StripeClient:
    """The client of the SDK, whose calls are answered in this process, or by nobody."""
    return stripe.StripeClient(KEY, max_network_retries=0, http_client=stripe.RequestsClient(session=Session(answered)))


class OverHttp(StripeCase):
    """The same as whoever runs planshift has it."""

    def adapter(self) -> Adapter:
        address = f"http://127.0.0.1:{free_port()}" if self.nobody else self.side.address
        self.nobody = False
        return open_stripe(replace(SETTINGS, address=address), key=KEY)


class TestStripe(AdapterContract):
    @pytest.fixture
    def case(self) -> Case:
        return StripeCase(StripeSide(books=Books(now=TASKS[0].at)))


@pytest.fixture(scope="module")
def side() -> Iterator[StripeSide]:
    with stripe_side(now=TASKS[0].at) as found:
        yield found


@pytest.mark.parametrize("fault", [None, *FAULTS])
def test_a_fault_is_over_http_what_it_is_in_this_process(side: StripeSide, fault: Fault | None) -> None:
    assert said(OverHttp(side), fault) == said(StripeCase(side), fault)
