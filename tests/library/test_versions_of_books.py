"""Editing a book: it takes hold as a whole or not at all, answers tell their version, and what is done stays done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from planshift.actions.invariants import ensure
from planshift.actions.json_form import from_json, to_json
from planshift.billing.change import ChangeRequest
from planshift.billing.period import Period
from planshift.billing.subscription import Customer, Subscription
from planshift.book import Book, load_text
from planshift.diagnostics.errors import InvalidBook

CATALOG = """
plans:
  small: { title: Small, prices: { monthly: { every: 1 month, EUR: "10.00" } } }
  large: { title: Large, prices: { monthly: { every: 1 month, EUR: "30.00" } } }
  huge: { title: Huge, prices: { monthly: { every: 1 month, EUR: "60.00" } } }
"""

NO_PATH = "policy_language: 1\nbook: shop\ncurrency: EUR\n"
ONE_PATH = f"{NO_PATH}paths: [{{ from: small, upgrades: [large], fee: 5 EUR }}]\n"
TWO_PATHS = f"{ONE_PATH[:-2]}, {{ from: small, upgrades: [huge] }}, {{ from: large, upgrades: [huge] }}]\n"
BROKEN = f"{ONE_PATH}terms: {{ any: {{ timing: soon }} }}\n"

ANNA = Subscription(
    id="s1",
    customer=Customer(id="anna"),
    plan="small",
    price="monthly",
    currency="EUR",
    period=Period(start=date(2026, 6, 1), end=date(2026, 7, 1)),
    bill_day=1,
)


def shop(policy: str) -> Book:
    return load_text({"policy.yaml": policy, "catalog.yaml": CATALOG})


def up(plan: str) -> ChangeRequest:
    return ChangeRequest(at=1_781_611_200, plan=plan, price="monthly")  # noon of 16 June 2026


@pytest.mark.shows("S3.19")
def test_paths_are_added_and_taken_away() -> None:
    verdicts = [shop(policy).decide(ANNA, up("large")).verdict for policy in (NO_PATH, ONE_PATH, TWO_PATHS, NO_PATH)]
    assert verdicts == ["denied", "allowed", "allowed", "denied"]
    assert [shop(policy).decide(ANNA, up("huge")).verdict for policy in (ONE_PATH, TWO_PATHS)] == ["denied", "allowed"]


@pytest.mark.shows("S3.25")
def test_a_change_that_is_done_does_not_need_its_path_any_more() -> None:
    decision = shop(ONE_PATH).decide(ANNA, up("large"))
    kept, after = to_json(decision.plan()), decision.subscription_after()
    without = shop(NO_PATH)
    assert from_json(kept) == decision.plan() == ensure(from_json(kept))
    assert without.validated(replace(after)).plan == "large"
    assert without.decide(after, ChangeRequest(at=1_781_697_600, kind="cancel")).allowed
    assert shop(TWO_PATHS).decide(after, up("huge")).allowed


@pytest.mark.shows("S4.10")
def test_a_book_with_a_mistake_is_refused_as_a_whole_and_the_one_in_use_answers_as_before() -> None:
    used = shop(ONE_PATH)
    before = used.decide(ANNA, up("large")).to_json()
    with pytest.raises(InvalidBook) as caught:
        shop(BROKEN)
    assert [problem.code for problem in caught.value.diagnostics] == ["PS104"]
    assert used.decide(ANNA, up("large")).to_json() == before
    assert shop(ONE_PATH).decide(ANNA, up("large")).to_json() == before


@pytest.mark.shows("S4.11")
def test_an_answer_tells_the_version_of_its_book() -> None:
    old, new = shop(ONE_PATH), shop(TWO_PATHS)
    told = [book.decide(ANNA, up("large")).to_json()["book"] for book in (old, new)]
    assert told == [{"name": "shop", "digest": old.digest}, {"name": "shop", "digest": new.digest}]
    assert old.digest != new.digest
    assert old.digest == shop(ONE_PATH).digest
    assert old.decide(ANNA, up("large")).fingerprint != new.decide(ANNA, up("large")).fingerprint
