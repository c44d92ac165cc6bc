"""Plans that are bought once in a ladder of equal intervals, and commitments that are counted in days."""

from __future__ import annotations

from datetime import date

import pytest

from planshift.billing.change import ChangeRequest
from planshift.billing.period import Period
from planshift.billing.subscription import Customer, Subscription
from planshift.billing.zones import parse_instant
from planshift.book import Book, load_text

CATALOG = """
plans:
  monthly: { prices: { m: { every: 1 month, EUR: "10.00" }, y: { every: 1 year, EUR: "100.00" } } }
  other:   { prices: { m: { every: 1 month, EUR: "12.00" } } }
  forever: { prices: { once: { every: once, EUR: "300.00" } } }
  bound:
    prices: { m: { every: 1 month, EUR: "9.00" } }
    contract: { term: %s, penalty: 20 EUR }
"""

POLICY = """
policy_language: 1
book: shop
currency: EUR
groups:
  all:
    require: [same_interval]
    direction: by_list
    members: { monthly: {}, other: {}, forever: {}, bound: {} }
"""

AT = parse_instant("2026-01-31 10:00", "UTC")


def shop(term: str = "30 days") -> Book:
    return load_text({"policy.yaml": POLICY, "catalog.yaml": CATALOG % term})


def holder(plan: str = "monthly", price: str = "m") -> Subscription:
    period = Period(start=date(2026, 1, 1), end=date(2026, 2, 1))
    who = Customer(id="anna")
    return Subscription(id="anna", customer=who, plan=plan, price=price, currency="EUR", period=period)


def codes(held: Subscription, plan: str, price: str) -> list[str]:
    decision = shop().decide(held, ChangeRequest(at=AT, plan=plan, price=price))
    return [reason.code for reason in decision.reasons]


def test_a_target_that_is_bought_once_has_no_interval_that_differs() -> None:
    assert codes(holder(), "forever", "once") == []
    assert codes(holder(price="y"), "forever", "once") == []


def test_what_was_bought_once_and_becomes_a_renewed_plan_still_differs() -> None:
    assert codes(holder("forever", "once"), "other", "m") == ["same_interval"]
    assert codes(holder(price="y"), "other", "m") == ["same_interval"]


@pytest.mark.parametrize(
    "term, ends_on",
    [
        ("30 days", date(2026, 3, 2)),
        ("2 weeks", date(2026, 2, 14)),
        ("1 month", date(2026, 2, 28)),
        ("1 year", date(2027, 1, 31)),
        ("100 years", date(2126, 1, 31)),
    ],
)
def test_a_commitment_runs_for_its_term(term: str, ends_on: date) -> None:
    decision = shop(term).decide(holder(), ChangeRequest(at=AT, plan="bound", price="m"))
    assert decision.contract is not None
    assert (decision.contract.outcome, decision.contract.ends_on) == ("begins", ends_on)
    after = decision.subscription_after()
    assert after.contract is not None
    assert (after.contract.starts_on, after.contract.ends_on) == (date(2026, 1, 31), ends_on)
