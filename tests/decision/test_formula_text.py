"""What a sum tells is what was computed: it comes to the amount, or says what else happened."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planshift.book import Decision
from planshift.decision.formula_text import brief, comes_to, told_formula, worked
from tests.decision.shop import HOLDERS, PLAIN, book, to_gold

TERMS = [
    "",
    "charge: full",
    "charge: month_equivalent",
    "charge: difference",
    "credit: full",
    "credit_basis: list_price",
    "proration: { unit: second }",
    "proration: { unit: month }",
    "proration: { unit: none }",
    "proration: { basis: fixed 30 }",
    "proration: { basis: months of 30 }",
    "proration: { basis: 30_360 }",
    "proration: { basis: per_calendar_month }",
    "proration: { basis: own_term }",
    "proration: { share_scale: 4 }",
    "proration: { rate_scale: 2 }",
    "proration: { part_day: nearest }",
    "rounding: { place: net }",
    "rounding: { mode: half_even }",
    "rounding: { mode: up }",
    "rounding: { mode: down }",
    "anchor: day 20",
    "unused_credit: extend_time",
    "fee: { percent: 10%, of: to.price }",
    "fee: { percent: 10%, of: charge_base, at_least: 3 EUR }",
    "fee: { percent: 50%, of: from.price, at_most: 1 EUR }",
]


def line(decision: Decision, kind: str) -> str:
    (found,) = (line for line in decision.lines if line.kind == kind)
    return worked(decision, found)


@pytest.mark.parametrize("terms", TERMS)
def test_a_sum_comes_to_its_amount_or_says_why_not(terms: str) -> None:
    shop = book(terms)
    for holder in HOLDERS.values():
        for price in ("monthly", "yearly"):
            decision = shop.decide(holder, to_gold(price))
            for found in decision.lines:
                formula = told_formula(decision, found)
                text = worked(decision, found)
                assert str(found.amount) in text
                if not comes_to(formula, found.amount):
                    assert text.count(",") == 1, f"says nothing of what else happened: {text}"
                    assert formula.note or "before it was rounded" in text


@pytest.mark.parametrize(
    "terms, holder, kind, expected",
    [
        ("", "plain", "charge", "29.00 EUR x 16/31 days = 14.97 EUR, rounded half up"),
        ("", "plain", "credit", "19.00 EUR x 16/31 days = 9.81 EUR, rounded half up"),
        ("", "of several", "charge", "5 x 29.00 EUR x 16/31 days = 74.84 EUR, rounded half up"),
        ("", "who got back", "credit", "19.00 EUR x 16/31 days, limited to what was paid = 4.00 EUR"),
        ("charge: full", "plain", "charge", "29.00 EUR, in full"),
        ("charge: difference", "plain", "charge", "29.00 EUR, less 19.00 EUR that was billed before = 10.00 EUR"),
        ("credit: full", "plain", "credit", "19.00 EUR"),
        ("proration: { unit: none }", "plain", "charge", "29.00 EUR"),
        (
            "proration: { share_scale: 4 }",
            "of several",
            "charge",
            "5 x 29.00 EUR x 0.5161 = 74.83 EUR, rounded half up, 16/31 days to 4 decimals",
        ),
        (
            "proration: { rate_scale: 2 }",
            "plain",
            "credit",
            "0.61 EUR x 16 days = 9.76 EUR, 19.00 EUR / 31 to 2 decimals",
        ),
        (
            "rounding: { place: net }",
            "with a coupon",
            "charge",
            "26.10 EUR x 16/31 days, rounded together with the credit = 13.48 EUR",
        ),
        ("fee: 15 EUR", "plain", "fee", "15.00 EUR"),
        ("fee: { percent: 10%, of: to.price }", "of several", "fee", "5 x 29.00 EUR x 10% = 14.50 EUR"),
        (
            "fee: { percent: 10%, of: charge_base, at_least: 3 EUR }",
            "plain",
            "fee",
            "14.97 EUR x 10%, at least 3.00 EUR = 3.00 EUR",
        ),
    ],
)
def test_sums_as_they_read(terms: str, holder: str, kind: str, expected: str) -> None:
    assert line(book(terms).decide(HOLDERS[holder], to_gold()), kind) == expected


def test_half_a_price_by_months_left() -> None:
    decision = book("charge: month_equivalent").decide(PLAIN, to_gold("yearly"))
    assert line(decision, "charge") == "290.00 EUR x 16/372 = 12.47 EUR, rounded half up, by months left"


def test_an_amount_that_a_rule_computes_shows_its_numbers() -> None:
    rules = 'let base = to.price - from.price\n\nrule "A share"\n  set fee = 25% of base, at most [5 EUR]\n'
    decision = book(rules=rules).decide(replace(PLAIN, amount=1_000), to_gold())
    assert line(decision, "fee") == "25% of 19.00 EUR, at most 5.00 EUR = 4.75 EUR"


def test_the_short_form_stands_beside_the_amount() -> None:
    decision = book("charge: full").decide(PLAIN, to_gold())
    texts = {line.kind: brief(decision, line) for line in decision.lines}
    assert texts == {"charge": "29.00 EUR, in full", "credit": "19.00 EUR x 16/31 days"}
