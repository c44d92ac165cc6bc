from __future__ import annotations

import calendar as stdlib
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planshift.billing.calendar import (
    FIRST_DAY,
    LAST_DAY,
    add_months,
    civil,
    day_number,
    first_bill_day,
    from_day,
    is_leap,
    month_length,
    step,
    to_day,
    whole_intervals,
    whole_months,
)
from tests.billing.strategies import anchors, days

MONTHS = st.integers(-1200, 1200)


def test_every_day_from_1970_to_2400_is_the_date_of_the_standard_library() -> None:
    for day in range(FIRST_DAY, LAST_DAY + 1):
        value = from_day(day)
        parts = (value.year, value.month, value.day)
        assert civil(day) == parts
        assert day_number(*parts) == day


def test_the_range_is_what_it_says() -> None:
    assert from_day(FIRST_DAY) == date(1970, 1, 1)
    assert from_day(LAST_DAY) == date(2400, 12, 31)


def test_months_have_the_lengths_of_the_standard_library() -> None:
    for year in range(1900, 2501):
        assert is_leap(year) == stdlib.isleap(year)
        for month in range(1, 13):
            assert month_length(year, month) == stdlib.monthrange(year, month)[1]


@given(day=days)
def test_a_date_and_its_day_number_are_inverse(day: int) -> None:
    assert to_day(from_day(day)) == day


@given(day=days, months=MONTHS, anchor=anchors)
def test_a_month_step_lands_on_the_anchor_or_on_the_last_day(day: int, months: int, anchor: int) -> None:
    year, month, _ = civil(day)
    target_year, target_month, target_day = civil(add_months(day, months, anchor_day=anchor))
    assert 12 * target_year + target_month == 12 * year + month + months
    assert target_day == min(anchor, month_length(target_year, target_month))


@given(day=days, first=MONTHS, second=MONTHS, anchor=anchors)
def test_month_steps_add_up_because_the_anchor_is_remembered(day: int, first: int, second: int, anchor: int) -> None:
    there = add_months(day, first, anchor_day=anchor)
    assert add_months(there, second, anchor_day=anchor) == add_months(day, first + second, anchor_day=anchor)


@given(day=days, months=MONTHS, other=MONTHS, anchor=anchors)
def test_later_steps_are_never_earlier(day: int, months: int, other: int, anchor: int) -> None:
    near, far = sorted((months, other))
    assert add_months(day, near, anchor_day=anchor) <= add_months(day, far, anchor_day=anchor)


def test_the_31st_is_remembered_over_february() -> None:
    row = [from_day(add_months(to_day(date(2024, 1, 31)), k, anchor_day=31)) for k in range(5)]
    assert [value.day for value in row] == [31, 29, 31, 30, 31]


@given(day=days, count=st.integers(-1000, 1000), anchor=anchors)
def test_a_step_is_by_days_when_it_has_no_months(day: int, count: int, anchor: int) -> None:
    assert step(day, months=0, days=count, anchor_day=anchor) == day + count
    assert step(day, months=count or 1, days=0, anchor_day=anchor) == add_months(day, count or 1, anchor_day=anchor)


@given(start=days, length=st.integers(0, 5000))
def test_whole_months_are_the_most_that_fit(start: int, length: int) -> None:
    end = start + length
    count = whole_months(start, end)
    own_day = civil(start)[2]
    assert add_months(start, count, anchor_day=own_day) <= end
    assert add_months(start, count + 1, anchor_day=own_day) > end


@given(start=days, months=st.integers(0, 600))
def test_whole_months_undo_a_step(start: int, months: int) -> None:
    assert whole_months(start, add_months(start, months, anchor_day=civil(start)[2])) == months


def test_month_ends_are_a_month_apart() -> None:
    ends = [to_day(date(2023, month, stdlib.monthrange(2023, month)[1])) for month in range(1, 13)]
    assert [whole_months(a, b) for a, b in pairwise(ends)] == [1] * 11


@pytest.mark.parametrize("months,interval,expected", [(7, 1, 7), (7, 3, 2), (7, 12, 0)])
def test_whole_intervals_of_months(months: int, interval: int, expected: int) -> None:
    start = to_day(date(2026, 1, 31))
    end = add_months(start, months, anchor_day=31)
    assert whole_intervals(start, end, months=interval, days=0) == expected


@given(start=days, interval=st.sampled_from((1, 3, 12)), bill_day=anchors)
def test_the_first_bill_day_is_on_the_bill_day_and_not_before_the_start(
    start: int, interval: int, bill_day: int
) -> None:
    first = first_bill_day(start, months=interval, bill_day=bill_day)
    year, month, on = civil(first)
    assert on == min(bill_day, month_length(year, month))
    assert start <= first
    assert add_months(first, -interval, anchor_day=bill_day) < start


@given(start=days, bill_day=anchors)
def test_intervals_of_days_are_billed_from_their_start(start: int, bill_day: int) -> None:
    assert first_bill_day(start, months=0, bill_day=bill_day) == start
