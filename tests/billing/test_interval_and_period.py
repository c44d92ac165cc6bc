from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planshift.billing.interval import ONCE, Interval, parse_interval
from planshift.billing.period import Period
from tests.billing.strategies import dates, intervals


@given(interval=st.one_of(intervals, st.just(ONCE)))
def test_an_interval_reads_back_as_it_was_written(interval: Interval) -> None:
    assert parse_interval(str(interval)) == interval


@pytest.mark.parametrize(
    "text,expected",
    [
        ("1 month", Interval(months=1)),
        ("2 years", Interval(months=24)),
        ("2 weeks", Interval(days=14)),
        ("once", ONCE),
    ],
)
def test_intervals_are_read(text: str, expected: Interval) -> None:
    assert parse_interval(text) == expected


@pytest.mark.parametrize("text", ["0 days", "month", "-1 month", "1.5 months", "1  month", "10000 days", ""])
def test_what_is_no_interval_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an interval"):
        parse_interval(text)


@given(start=dates, length=st.integers(1, 4000))
def test_a_period_holds_its_start_and_not_its_end(start: date, length: int) -> None:
    period = Period(start=start, end=start + timedelta(days=length))
    assert period.days == length
    assert start in period
    assert period.end not in period
    assert period.end - timedelta(days=1) in period


@given(start=dates, length=st.integers(0, 4000))
def test_a_period_never_runs_backwards(start: date, length: int) -> None:
    with pytest.raises(ValueError, match="cannot end on"):
        Period(start=start, end=start - timedelta(days=length))


def test_instants_of_a_period_are_in_order_too() -> None:
    with pytest.raises(ValueError, match="the instant at which it starts"):
        Period(start=date(2026, 1, 1), end=date(2026, 2, 1), starts_at=5, ends_at=5)
