from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from planshift.billing.calendar import add_months, civil, month_length, to_day
from planshift.billing.proration import (
    BASES,
    cap_credit,
    days_between,
    extension_units,
    month_share,
    nearest_days,
    per_calendar_month_share,
    prorate,
    rounded_share,
    share_of_days,
    share_of_seconds,
)
from planshift.billing.rounding import muldiv
from tests.billing.strategies import amounts, anchors, days, modes

PERIOD_BASES = st.sampled_from(("actual", "months_of", "30_360"))


def day(year: int, month: int, of_month: int) -> int:
    return to_day(date(year, month, of_month))


@given(start=days, length=st.integers(2, 800), data=st.data(), basis=PERIOD_BASES)
def test_the_parts_of_a_period_sum_to_the_whole(start: int, length: int, data: st.DataObject, basis: str) -> None:
    end = start + length
    cut = data.draw(st.integers(start + 1, end - 1))
    shares = [
        share_of_days(start=a, end=b, period_start=start, period_end=end, basis=basis, n=31)
        for a, b in ((start, cut), (cut, end))
    ]
    assume(days_between(start, end, basis=basis, n=31) > 0)  # the 30th to the 31st are no days of a 30/360 year
    assert sum(Fraction(num, den) for num, den in shares) == 1


@given(start=days, length=st.integers(1, 800), data=st.data())
def test_calendar_months_are_additive(start: int, length: int, data: st.DataObject) -> None:
    end = start + length
    cut = data.draw(st.integers(start, end))
    first, second = per_calendar_month_share(start, cut), per_calendar_month_share(cut, end)
    assert Fraction(*first) + Fraction(*second) == Fraction(*per_calendar_month_share(start, end))


@given(start=days, length=st.integers(0, 200))
def test_each_day_is_a_part_of_its_own_calendar_month(start: int, length: int) -> None:
    one_by_one = sum((Fraction(1, month_length(*civil(start + k)[:2])) for k in range(length)), Fraction())
    assert Fraction(*per_calendar_month_share(start, start + length)) == one_by_one


def test_a_share_can_span_many_calendar_months() -> None:
    # 16 of 31 days of January, all of February and March, 14 of 30 days of April
    share = per_calendar_month_share(day(2026, 1, 16), day(2026, 4, 15))
    assert Fraction(*share) == Fraction(16, 31) + 2 + Fraction(14, 30)


@given(start=days, end=days, n=st.integers(1, 400), basis=st.sampled_from(BASES))
def test_shares_are_never_negative_and_never_divide_by_nothing(start: int, end: int, n: int, basis: str) -> None:
    num, den = share_of_days(start=start, end=end, period_start=end, period_end=start, basis=basis, n=n)
    assert num >= 0
    assert den >= 1


@given(start=days, months=st.integers(1, 60), anchor=st.integers(1, 28))
def test_months_of_n_days_count_n_for_each_month(start: int, months: int, anchor: int) -> None:
    first = add_months(start, 0, anchor_day=anchor)
    last = add_months(start, months, anchor_day=anchor)
    assert days_between(first, last, basis="months_of", n=28) == 28 * months
    assert days_between(first, last, basis="30_360") == 30 * months


def test_a_fixed_basis_takes_no_notice_of_the_period() -> None:
    share = share_of_days(start=0, end=10, period_start=0, period_end=31, basis="fixed", n=365)
    assert share == (10, 365)


@pytest.mark.parametrize("basis", ["per_calendar_month", "weeks"])
def test_only_bases_that_count_days_count_days(basis: str) -> None:
    with pytest.raises(ValueError, match="does not count days"):
        days_between(0, 1, basis=basis)


def test_an_unknown_basis_is_refused() -> None:
    with pytest.raises(ValueError, match="`weeks` does not count days"):
        share_of_days(start=0, end=1, period_start=0, period_end=1, basis="weeks")


def test_seconds_count_a_clock_change_as_it_is() -> None:
    assert share_of_seconds(0, 23 * 3600, period_start=0, period_end=47 * 3600) == (82_800, 169_200)
    assert share_of_seconds(5, 3, period_start=5, period_end=5) == (0, 1)


@pytest.mark.parametrize("seconds,expected", [(0, 0), (43_199, 0), (43_200, 1), (86_399, 1), (129_600, 2)])
def test_half_a_day_counts_as_one(seconds: int, expected: int) -> None:
    assert nearest_days(seconds) == expected


def test_a_month_begun_does_not_count() -> None:
    share = month_share(day(2026, 3, 15), day(2027, 1, 1), period_start=day(2026, 1, 1), period_end=day(2027, 1, 1))
    assert share == (9, 12)


@given(start=days, months=st.integers(1, 24), anchor=anchors)
def test_the_whole_period_is_all_of_its_months(start: int, months: int, anchor: int) -> None:
    start = add_months(start, 0, anchor_day=anchor)
    end = add_months(start, months, anchor_day=anchor)
    num, den = month_share(start, end, period_start=start, period_end=end)
    assert num == den == months


@given(amount=amounts, num=st.integers(0, 400), den=st.integers(1, 400), mode=modes)
def test_a_price_is_prorated_with_one_rounding(amount: int, num: int, den: int, mode: str) -> None:
    assert prorate(amount, num, den, mode=mode) == muldiv(amount, num, den, mode)


@given(amount=amounts, den=st.integers(1, 400), data=st.data())
def test_rounding_parts_half_up_loses_or_wins_one_unit_at_most(amount: int, den: int, data: st.DataObject) -> None:
    num = data.draw(st.integers(0, den))
    parts = prorate(amount, num, den, mode="half_up") + prorate(amount, den - num, den, mode="half_up")
    assert parts - amount in (0, 1)


@given(amount=amounts, num=st.integers(0, 800), den=st.integers(1, 400), mode=modes)
def test_up_and_back_on_one_day_nets_zero(amount: int, num: int, den: int, mode: str) -> None:
    # The charge for going up is the credit for coming back: the same function of the same figures, sign outside.
    charge = prorate(amount, num, den, mode=mode)
    credit = cap_credit(prorate(amount, num, den, mode=mode), charge, 0)
    assert charge - credit == 0


def test_a_share_is_rounded_first_where_the_terms_say_so() -> None:
    # 1/30 of 19.95 is 0.665; cut to nine decimals it is just below
    assert prorate(1995, 1, 30, mode="half_up") == 67
    assert prorate(1995, 1, 30, mode="half_up", share_scale=9) == 66
    assert rounded_share(1, 30, 9) == (33_333_333, 10**9)


def test_a_rate_is_rounded_first_where_the_terms_say_so() -> None:
    # 100.00 a year: 0.27 a day, 306 days
    assert prorate(10_000, 306, 365, mode="half_up", rate_power=1) == 8262
    # the same day price with four decimals, 0.2740
    assert prorate(10_000, 306, 365, mode="half_up", rate_power=100) == 8384
    assert prorate(10_000, 306, 365, mode="half_up") == 8384


def test_share_and_rate_are_not_both_rounded() -> None:
    with pytest.raises(ValueError, match="not at both"):
        prorate(1, 1, 1, mode="up", share_scale=9, rate_power=1)


@given(potential=amounts, paid=amounts, given_back=amounts)
def test_a_credit_is_never_more_than_what_was_paid_and_not_yet_given_back(
    potential: int, paid: int, given_back: int
) -> None:
    credit = cap_credit(potential, paid, given_back)
    assert 0 <= credit <= potential
    assert credit == 0 or credit + given_back <= paid
    assert credit in (potential, paid - given_back, 0)


@given(credit=amounts, price=st.integers(1, 10**9), units=st.integers(1, 400))
def test_time_bought_rounded_down_costs_no_more_than_the_credit(credit: int, price: int, units: int) -> None:
    bought = extension_units(credit, price=price, interval_units=units, mode="down")
    assert bought * price <= credit * units
    assert (bought + 1) * price > credit * units


@pytest.mark.parametrize(
    "credit,price,units,mode,expected",
    [
        (100, 3600, 365, "down", 10),
        (1500, 6000, 30, "up", 8),
        (6720, 18000, 181, "up", 68),
        (1500, 0, 30, "up", 0),  # a free plan sells no time
    ],
)
def test_a_credit_buys_time(credit: int, price: int, units: int, mode: str, expected: int) -> None:
    assert extension_units(credit, price=price, interval_units=units, mode=mode) == expected


def test_time_is_bought_at_a_rounded_rate_where_the_terms_say_so() -> None:
    # 6.00 for 30 days is 0.20 a day
    assert extension_units(8262, price=600, interval_units=30, mode="up", rate_power=1) == 414
    # a day that costs less than half a minor unit is free at that scale
    assert extension_units(100, price=1, interval_units=30, mode="up", rate_power=1) == 0


def test_a_credit_need_not_be_rounded_before_it_buys_time() -> None:
    # 100 of 365 days of 160.00 buy exactly 50 days at 320.00 a year
    assert extension_units(16_000 * 100, price=32_000, interval_units=365, mode="up", credit_den=365) == 50
