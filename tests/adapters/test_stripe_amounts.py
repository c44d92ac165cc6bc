"""Amounts as Stripe documents them."""

from __future__ import annotations

import pytest

from planshift.adapters.halting import Halt
from planshift.adapters.stripe.amounts import from_stripe, to_stripe
from planshift.billing.money import Money, parse_money


@pytest.mark.parametrize(
    "written, expected",
    [
        ("10.99 EUR", 1099),
        ("-6.77 EUR", -677),
        ("500 JPY", 500),
        ("5.12 KWD", 5120),
        ("5.120 KWD", 5120),
        ("5 ISK", 500),
        ("5 UGX", 500),
        ("45.00 HUF", 4500),
        ("800.00 TWD", 80000),
        ("12.00 MGA", 12),
    ],
)
def test_amounts_are_in_stripes_smallest_unit(written: str, expected: int) -> None:
    amount = parse_money(written)
    assert to_stripe(amount) == expected
    assert from_stripe(expected, amount) == amount


@pytest.mark.parametrize("written", ["5.124 KWD", "12.50 MGA"])
def test_what_stripe_cannot_write_is_refused(written: str) -> None:
    with pytest.raises(Halt, match="Stripe cannot bill"):
        to_stripe(parse_money(written))


def test_a_currency_with_decimals_of_its_own_is_carried_over_exactly() -> None:
    assert to_stripe(Money(minor=12_300, currency="EUR", decimals=4)) == 123
    with pytest.raises(Halt):
        to_stripe(Money(minor=12_345, currency="EUR", decimals=4))
