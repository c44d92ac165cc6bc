"""An answer names every group that both plans are in; what is offered has two halves, each with its own reason."""

from __future__ import annotations

from datetime import date

import pytest

from planshift.billing.change import ChangeRequest
from planshift.billing.period import Period
from planshift.billing.subscription import Customer, Subscription
from planshift.book import Book, load_text

POLICY = """
policy_language: 1
book: shop
currency: EUR
groups:
  web:  { direction: by_level, members: { small: { level: 1 }, large: { level: 2 }, huge: { level: 3 } } }
  mail: { direction: by_level, members: { small: { level: 1 }, large: { level: 2 } } }
terms:
  term_change: { who: [staff] }
"""

CATALOG = """
plans:
  small:
    title: Small
    prices: { monthly: { every: 1 month, EUR: "10.00" }, yearly: { every: 1 year, EUR: "99.00" } }
  large: { title: Large, prices: { monthly: { every: 1 month, EUR: "30.00" } } }
  huge: { title: Huge, prices: { monthly: { every: 1 month, EUR: "60.00" } } }
  alone:
    title: Alone
    prices: { monthly: { every: 1 month, EUR: "5.00" }, yearly: { every: 1 year, EUR: "50.00" } }
"""

NOON = 1_781_611_200  # 16 June 2026


@pytest.fixture(scope="module")
def shop() -> Book:
    return load_text({"policy.yaml": POLICY, "catalog.yaml": CATALOG})


def running(plan: str) -> Subscription:
    june = Period(start=date(2026, 6, 1), end=date(2026, 7, 1))
    return Subscription(
        id="s1", customer=Customer(id="anna"), plan=plan, price="monthly", currency="EUR", period=june, bill_day=1
    )


@pytest.mark.shows("S4.20")
@pytest.mark.parametrize(
    "before, after, groups",
    [
        ("small", "large", ("web", "mail")),
        ("small", "huge", ("web",)),
        ("alone", "huge", ()),
        ("huge", "small", ("web",)),
    ],
)
def test_a_decision_names_the_groups_that_both_plans_are_in(
    shop: Book, before: str, after: str, groups: tuple[str, ...]
) -> None:
    decision = shop.decide(running(before), ChangeRequest(at=NOON, plan=after, price="monthly"))
    assert decision.groups == groups
    assert decision.path is None
    assert decision.to_json()["road"] == [{"title": f"group {name}", "place": place(shop, name)} for name in groups]


def place(shop: Book, group: str) -> dict[str, object]:
    span = next(each.span for each in shop.document.policy.groups if each.name == group)
    return {"file": span.file, "line": span.line, "column": span.column}


def test_a_cancellation_is_in_no_group(shop: Book) -> None:
    assert shop.decide(running("small"), ChangeRequest(at=NOON, kind="cancel")).groups == ()


def test_what_is_offered_has_two_halves(shop: Book) -> None:
    offered = shop.options(running("small"), ChangeRequest(at=NOON, by="staff"))
    assert [each.request.plan for each in offered.other_plans] == ["large", "huge"]
    assert [each.request.price for each in offered.other_terms] == ["yearly"]
    assert (*offered.other_plans, *offered.other_terms) == offered.entries
    assert [each.request.plan for each in offered.only("plans").hidden] == ["alone", "alone"]
    assert offered.only("terms").hidden == ()


def test_each_half_says_for_itself_why_there_is_nothing(shop: Book) -> None:
    alone = shop.options(running("alone"), ChangeRequest(at=NOON))
    assert alone.reason == "no upgrade options: no group and no path leads from Alone to another plan"
    assert alone.only("plans").reason == alone.reason
    assert alone.only("terms").reason.startswith("no other terms: every other price of this plan is refused, because: ")
    huge = shop.options(running("huge"), ChangeRequest(at=NOON))
    assert huge.reason == ""
    assert huge.only("terms").reason == "no other terms: the catalog has no other price of this plan in this currency"
