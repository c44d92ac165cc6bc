"""Subscriptions and requests from documents."""

from __future__ import annotations

import json
from datetime import date

import pytest

from planshift.billing.change import ChangeRequest, Remedies
from planshift.billing.period import Period
from planshift.billing.subscription import (
    Answer,
    Customer,
    Discount,
    HeldAddon,
    HeldService,
    PendingChange,
    RunningContract,
    Subscription,
)
from planshift.policy.request_documents import default_price, read_request
from planshift.policy.subscription_documents import read_subscription
from tests.policy import shop

NOW = 1_773_223_200  # 2026-03-11 11:00 in Stockholm

FULL = """
id: 1001
customer: { id: anna, client_group: resellers, since: 2024-01-31, facts: { orders: 3, credit_line: 7 EUR } }
plan: bronze
price: monthly
currency: EUR
quantity: 2
period: { start: 2026-03-01, end: 2026-04-01 }
bill_day: 31
status: suspended
started_on: 2025-01-01
renewals: 14
amount: 8.00 EUR
paid: 12.00 EUR
given_back: 1.00 EUR
debt: 4.00 EUR
unpaid_invoices: 1
account_credit: 0.50 EUR
discount: { percent: 12.5%, amount: 1 EUR, code: SPRING }
trial_ends_on: 2025-01-15
paid_through: 2026-03-15
contract:
  { starts_on: 2025-01-01, ends_on: 2027-01-01, penalty: 50 EUR, remainder: true, plan: silver, service: support }
usage: { disk_gb: 4 }
addons: [{ name: extra-disk, quantity: 2 }]
services: [{ id: s1, title: Shop, uses: { disk_gb: 3 } }, { id: 2 }]
answers: [{ service: support, question: domain, value: example.com }]
resources: { panel: shared }
settings: { night_backup: on, php: 8 }
allowances: { mails: 10 }
pending: { to_plan: silver, to_price: monthly, effective_on: 2026-04-01 }
changes: [2026-02-01, 2026-01-01]
timezone: America/New_York
"""


def read(text: str) -> Subscription:
    subscription, problems = read_subscription(text, file="s.yaml", book=shop.book())
    assert problems == ()
    assert subscription is not None
    return subscription


def anna() -> Subscription:
    return read(shop.files()["subscriptions/anna.yaml"])


def test_a_subscription_says_everything() -> None:
    assert read(FULL) == Subscription(
        id="1001",
        plan="bronze",
        price="monthly",
        currency="EUR",
        period=Period(start=date(2026, 3, 1), end=date(2026, 4, 1)),
        customer=Customer(
            id="anna",
            client_group="resellers",
            since=date(2024, 1, 31),
            facts=(("orders", 3), ("pays_by", 0), ("credit_line", 700)),
        ),
        quantity=2,
        bill_day=31,
        status="suspended",
        started_on=date(2025, 1, 1),
        renewals=14,
        amount=800,
        paid=1200,
        given_back=100,
        debt=400,
        unpaid_invoices=1,
        account_credit=50,
        discount=Discount(ppm=125_000, amount=100, code="SPRING"),
        trial_ends_on=date(2025, 1, 15),
        paid_through=date(2026, 3, 15),
        contract=RunningContract(
            starts_on=date(2025, 1, 1),
            ends_on=date(2027, 1, 1),
            penalty=5000,
            remainder=True,
            plan="silver",
            service="support",
        ),
        usage=(("disk_gb", 4),),
        addons=(HeldAddon(name="extra-disk", quantity=2),),
        services=(
            HeldService(id="s1", title="Shop", uses=(("disk_gb", 3),)),
            HeldService(id="2", title="2", uses=()),
        ),
        answers=(Answer(service="support", question="domain", value="example.com"),),
        resources=(("panel", "shared"),),
        settings=(("night_backup", "on"), ("php", "8")),
        allowances=(("mails", 10),),
        pending=PendingChange(to_plan="silver", to_price="monthly", effective_on=date(2026, 4, 1)),
        changes=(date(2026, 1, 1), date(2026, 2, 1)),
        timezone="America/New_York",
    )


def test_json_is_a_subscription_too() -> None:
    data = {
        "id": "sub-1",
        "customer": {"id": "anna", "since": "2025-01-01", "facts": {"orders": 3}},
        "plan": "bronze",
        "price": "monthly",
        "period": {"start": "2026-03-01", "end": "2026-04-01"},
        "paid": "9.00 EUR",
        "usage": {"disk_gb": 4},
    }
    assert read(json.dumps(data)) == anna()
    assert read(json.dumps(data, indent=2)) == anna()


def test_what_can_be_left_out() -> None:
    text = "id: x\nplan: silver\nperiod: { start: 2026-03-01, end: 2026-04-01 }\ncustomer: { facts: { orders: 1 } }\n"
    subscription = read(text)
    assert (subscription.price, subscription.currency, subscription.customer.id) == ("monthly", "EUR", "x")
    assert subscription.paid is None


def test_a_period_can_begin_at_an_instant() -> None:
    text = 'id: x\nplan: silver\ncustomer: { facts: { orders: 1 } }\nperiod: { start: "%s", end: "%s" }\n'
    period = read(text % ("2026-03-01T10:30:00Z", "2026-04-01 00:00")).period
    assert (period.start, period.end) == (date(2026, 3, 1), date(2026, 4, 1))
    assert (period.starts_at, period.ends_at) == (1_772_361_000, None)


@pytest.mark.parametrize(
    "line, code",
    [
        ("period: { start: 2026-04-01, end: 2026-04-01 }", "PS510"),
        ("paid: 9.01 EUR", "PS511"),
        ("debt: 9.01 EUR", "PS511"),
        ("given_back: 9.01 EUR", "PS528"),
        ("paid: 9.00 USD", "PS505"),
        ("paid: 9.00", "PS112"),
        ("paid: 9", "PS112"),
        ("paid: .nan", "PS112"),
        ("paid: -9.00 EUR", "PS105"),
        ("quantity: 1.0", "PS103"),
        ("quantity: true", "PS103"),
        ("quantity: 0", "PS105"),
        ("plan: gold", "PS520"),
        ("price: weekly", "PS521"),
        ("timezone: Nowhere", "PS119"),
        ("started_on: 2026-03-02", "PS512"),
        ("started_on: 1969-12-31", "PS117"),
        ("usage: { disk_gb: 99999999999999 }", "PS105"),
        ("trial_ends_on: 2201-01-01", "PS117"),
        ("nothing: 1", "PS101"),
    ],
)
def test_a_subscription_that_cannot_be_is_refused(line: str, code: str) -> None:
    key = line.partition(":")[0]
    rows = [row for row in shop.files()["subscriptions/anna.yaml"].splitlines() if not row.startswith(f"{key}:")]
    text = "\n".join([*rows, line, ""])
    subscription, problems = read_subscription(text, file="s.yaml", book=shop.book())
    assert subscription is None
    assert [problem.code for problem in problems] == [code]
    assert problems[0].span.line == len(rows) + 1


def test_an_agreed_price_bounds_what_can_be_paid() -> None:
    text = shop.files()["subscriptions/anna.yaml"].replace("paid: 9.00 EUR", "amount: 5.00 EUR\npaid: 5.01 EUR")
    _, problems = read_subscription(text, file="s.yaml", book=shop.book())
    assert [problem.code for problem in problems] == ["PS511"]


def request(text: str, *, now: int | None = NOW) -> ChangeRequest:
    found, problems = read_request(text, file="r.yaml", book=shop.book(), subscription=anna(), now=now)
    assert problems == ()
    assert found is not None
    return found


def test_a_request_says_everything() -> None:
    text = """
to: silver
price: monthly
by: staff
person: kim
at: 2026-03-11 11:00
on: 2026-03-20
quantity: 3
bill_day: 15
amount: 18.00 EUR
discount: { amount: 1.00 EUR }
bill_one_time: true
approvals: finance
override: true
override_reason: as promised
remedies: { add: [{ name: extra-disk }] }
"""
    assert request(text, now=None) == ChangeRequest(
        at=NOW,
        plan="silver",
        price="monthly",
        by="staff",
        person="kim",
        on=date(2026, 3, 20),
        quantity=3,
        bill_day=15,
        amount=1800,
        discount=Discount(amount=100),
        bill_one_time=True,
        approvals=("finance",),
        override=True,
        override_reason="as promised",
        remedies=Remedies(add=(HeldAddon(name="extra-disk"),)),
    )


def test_a_request_is_made_whole() -> None:
    assert request("to: silver") == ChangeRequest(at=NOW, plan="silver", price="monthly")
    assert request("price: yearly") == ChangeRequest(at=NOW, plan="bronze", price="yearly")
    assert request("quantity: 2") == ChangeRequest(at=NOW, plan="bronze", price="monthly", quantity=2)
    assert request("kind: cancel") == ChangeRequest(at=NOW, kind="cancel")
    assert request("to: trial") == ChangeRequest(at=NOW, plan="trial", price="trial")


def test_the_price_that_is_meant() -> None:
    assert default_price(shop.book(), anna(), plan="silver") == "monthly"
    assert default_price(shop.book(), anna(), plan="nothing") is None


@pytest.mark.parametrize(
    "text, codes",
    [
        ("to: gold", ["PS520"]),
        ("by: me\nto: silver", ["PS104"]),
        ("by: customer", ["PS102"]),
        ("kind: cancel\nto: silver", ["PS515"]),
        ("to: silver\nuntil: 2026-05-01", ["PS515"]),
        ("to: silver\noverride: true", ["PS102"]),
        ("to: silver\nremedies: { end: [s1] }", ["PS516"]),
        ("to: silver\nat: 2026-03-11", ["PS118"]),
        ("[]", ["PS103"]),
        ("", ["PS010"]),
    ],
)
def test_a_request_that_cannot_be_is_refused(text: str, codes: list[str]) -> None:
    found, problems = read_request(text, file="r.yaml", book=shop.book(), subscription=anna(), now=NOW)
    assert found is None
    assert [problem.code for problem in problems] == codes


def test_bytes_are_read_too() -> None:
    subscription, problems = read_subscription(b"id: \xff", file="s.yaml", book=shop.book())
    assert subscription is None
    assert [problem.code for problem in problems] == ["PS002"]
