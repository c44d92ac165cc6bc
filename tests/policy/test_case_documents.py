"""Cases: a subscription, a request and what must come out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from planshift.billing.money import Money
from planshift.policy.case_documents import Case, read_cases, read_subscriptions
from planshift.policy.expectations import Expected
from planshift.policy.term_values import Choice, Fee
from tests.policy import shop

CASES = """
now: 2026-03-11 10:00
subscription: anna
cases:
  - name: Everything
    given: { paid: 5.00 EUR, customer: { client_group: resellers } }
    when: { to: silver }
    expect:
      verdict: allowed
      reasons: []
      due_now: 12.30 EUR
      lines: { charge: 12.30 EUR, credit: null }
      next_bill_on: 2026-04-01
      cancellable_until: null
      contract: { outcome: begins, penalty: 0 EUR }
      excess: { disk_gb: 3 }
      terms: { timing: now, proration.basis: fixed 30, fee: 5 EUR }
      sources: { timing: policy }
  - name: Options
    now: 2026-03-12T09:00:00Z
    given:
      id: other
      plan: silver
      period: { start: 2026-03-01, end: 2026-04-01 }
      customer: { facts: { orders: 1 } }
    expect: { options: [bronze] }
    todo: not yet
"""


def cases(text: str) -> tuple[Case, ...]:
    (file,), problems, sources = read_cases(shop.book(), shop.files() | {"cases/up.yaml": text})
    assert problems == ()
    assert set(sources) == {"cases/up.yaml", "subscriptions/anna.yaml"}
    return file.cases


def eur(minor: int) -> Money:
    return Money(minor=minor, currency="EUR", decimals=2)


def test_what_is_given_stands_over_the_file() -> None:
    first, second = cases(CASES)
    assert (first.subscription.paid, first.subscription.customer.client_group) == (500, "resellers")
    assert first.subscription.customer.since == date(2025, 1, 1)
    assert (second.subscription.id, second.subscription.plan) == ("other", "silver")
    assert second.subscription.customer.since == date(2025, 1, 1)


def test_what_is_asked_for() -> None:
    first, second = cases(CASES)
    assert first.request is not None
    assert (first.request.plan, first.request.price, first.request.at) == ("silver", "monthly", 1_773_219_600)
    assert second.request is None
    assert (second.now, second.todo) == (1_773_306_000, "not yet")


def test_what_must_come_out() -> None:
    first, _ = cases(CASES)
    assert {expected.name: expected.value for expected in first.expected} == {
        "verdict": "allowed",
        "reasons": (),
        "due_now": eur(1230),
        "lines": ("charge", "credit"),
        "lines.charge": eur(1230),
        "lines.credit": None,
        "next_bill_on": date(2026, 4, 1),
        "cancellable_until": None,
        "contract.outcome": "begins",
        "contract.penalty": eur(0),
        "excess.disk_gb": 3,
        "terms.timing": Choice(word="now"),
        "terms.proration.basis": Choice(word="fixed", number=30),
        "terms.fee": Fee(amounts=(("EUR", 500),)),
        "sources.timing": "policy",
    }


def test_every_expectation_has_its_place() -> None:
    first, _ = cases(CASES)
    by_name: dict[str, Expected] = {expected.name: expected for expected in first.expected}
    assert str(by_name["lines.credit"].span) == "cases/up.yaml:12:43"
    assert str(first.span) == "cases/up.yaml:5:11"


def test_a_mistake_in_one_case_leaves_the_others() -> None:
    text = CASES.replace("to: silver", "to: sliver")
    (file,), problems, _ = read_cases(shop.book(), shop.files() | {"cases/up.yaml": text})
    assert [problem.code for problem in problems] == ["PS520"]
    assert [case.name for case in file.cases] == ["Options"]


def test_subscriptions_come_by_name(tmp_path: Path) -> None:
    (pair,), problems, _ = read_subscriptions(shop.book(), shop.BASE)
    assert problems == ()
    assert (pair[0], pair[1].id) == ("anna", "sub-1")
    assert read_subscriptions(shop.book(), tmp_path)[:2] == ((), ())
