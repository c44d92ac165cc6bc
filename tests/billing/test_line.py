from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planshift.billing.interval import ONCE, Interval
from planshift.billing.line import line_amount, tax_on
from planshift.billing.rates import price_per_day, price_per_month
from planshift.billing.rounding import muldiv
from tests.billing.strategies import intervals


def test_a_line_is_price_times_quantity_less_discount_for_a_share() -> None:
    assert line_amount(1000, quantity=3, discount=500, num=1, den=2, mode="half_up") == 1250
    assert line_amount(10, quantity=1000, per=100, mode="half_up") == 100
    assert line_amount(12_000, discount_ppm=100_000, num=1, den=2, mode="half_up") == 5400


def test_a_discount_never_makes_a_line_negative() -> None:
    assert line_amount(1000, discount=1001, mode="up") == 0


@given(
    price=st.integers(0, 10**6),
    quantity=st.integers(0, 100),
    per=st.integers(1, 1000),
    discount=st.integers(0, 10**6),
    ppm=st.integers(0, 10**6),
    num=st.integers(0, 40),
    den=st.integers(1, 31),
)
def test_a_line_is_rounded_once(
    *, price: int, quantity: int, per: int, discount: int, ppm: int, num: int, den: int
) -> None:
    exact = max(Fraction(price * quantity, per) * Fraction(10**6 - ppm, 10**6) - discount, Fraction()) * Fraction(
        num, den
    )
    amount = line_amount(
        price, quantity=quantity, per=per, discount=discount, discount_ppm=ppm, num=num, den=den, mode="half_even"
    )
    assert amount == round(exact)


def test_a_share_rounded_early_is_not_touched_by_the_size_of_a_pack() -> None:
    assert line_amount(1995, quantity=10, per=10, num=1, den=30, mode="half_up", share_scale=9) == 66


@given(amount=st.integers(0, 10**12), ppm=st.integers(0, 10**6))
def test_tax_is_a_share_of_the_rounded_line(amount: int, ppm: int) -> None:
    assert tax_on(amount, ppm, mode="half_up") == muldiv(amount, ppm, 10**6, "half_up")


def test_prices_of_different_intervals_compare() -> None:
    assert price_per_month(30_000, Interval(months=12)) == 2500
    assert price_per_month(18_000, Interval(months=12)) == 1500
    assert price_per_day(36_500, Interval(months=12)) == 100
    assert price_per_day(700, Interval(days=7)) == 100


@given(amount=st.integers(0, 10**9), interval=intervals, other=intervals)
def test_comparing_per_day_and_per_month_agree(amount: int, interval: Interval, other: Interval) -> None:
    by_day = price_per_day(amount, interval) < price_per_day(amount, other)
    assert by_day == (price_per_month(amount, interval) < price_per_month(amount, other))


def test_what_is_charged_once_has_no_rate() -> None:
    with pytest.raises(ValueError, match="has no rate"):
        price_per_day(100, ONCE)
