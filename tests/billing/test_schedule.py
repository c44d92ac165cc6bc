from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planshift.billing.interval import ONCE, Interval, parse_interval
from planshift.billing.schedule import (
    BilledLine,
    BillRun,
    ScheduleError,
    Segment,
    bill_lines,
    step_date,
    whole_periods,
)
from tests.billing.strategies import anchors, dates, intervals

MONTH = Interval(months=1)
YEAR = Interval(months=12)


def a_run(data: st.DataObject) -> BillRun:
    start = data.draw(dates)
    end = data.draw(st.one_of(st.none(), st.integers(0, 500).map(lambda days: start + timedelta(days=days))))
    return BillRun(
        start=start,
        end=end,
        bill_to=start + timedelta(days=data.draw(st.integers(0, 500))),
        interval=data.draw(intervals),
        bill_day=data.draw(anchors),
        in_arrear=data.draw(st.booleans()),
        greedy=data.draw(st.booleans()),
    )


@given(data=st.data())
def test_segments_follow_each_other_without_gap_from_the_start_to_where_is_billed(data: st.DataObject) -> None:
    run = a_run(data)
    segments = run.segments()
    through = run.billed_through
    if not segments:
        assert through is None or through == run.start
        return
    assert segments[0].start == run.start
    assert segments[-1].end == through
    assert all(a.end == b.start for a, b in pairwise(segments))


@given(data=st.data())
def test_every_share_is_of_an_interval_and_only_the_ends_are_parts(data: st.DataObject) -> None:
    segments = a_run(data).segments()
    assert all(0 < Fraction(segment.num, segment.den) <= 1 for segment in segments)
    assert all((segment.num, segment.den) == (1, 1) for segment in segments[1:-1])


@given(data=st.data())
def test_a_known_end_is_never_passed(data: st.DataObject) -> None:
    run = a_run(data)
    assert run.end is None or run.billed_through is None or run.billed_through <= run.end


@given(data=st.data())
def test_arrear_bills_no_day_that_has_not_been_reached(data: st.DataObject) -> None:
    run = a_run(data)
    if run.in_arrear and not run.greedy and run.billed_through is not None:
        assert run.billed_through <= run.bill_to


@given(data=st.data())
def test_billing_later_only_adds_segments(data: st.DataObject) -> None:
    start, interval, bill_day = data.draw(dates), data.draw(intervals), data.draw(anchors)
    in_arrear = data.draw(st.booleans())
    near, far = sorted((data.draw(st.integers(0, 400)), data.draw(st.integers(0, 400))))
    early, late = (
        BillRun(
            start=start,
            bill_to=start + timedelta(days=days),
            interval=interval,
            bill_day=bill_day,
            in_arrear=in_arrear,
        ).segments()
        for days in (near, far)
    )
    assert late[: len(early)] == early


@given(data=st.data())
def test_the_next_bill_day_comes_after_everything_billed(data: st.DataObject) -> None:
    run = a_run(data)
    through = run.billed_through
    if through is not None:
        assert run.next_bill_on >= through
        assert run.last_bill_on is None or run.last_bill_on <= through
    assert run.next_bill_on >= run.first_bill_on


def test_month_ends_are_whole_periods() -> None:
    run = BillRun(start=date(2026, 1, 31), bill_to=date(2026, 4, 30), interval=MONTH, bill_day=31)
    ends = [segment.end for segment in run.segments()]
    assert ends == [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]
    assert run.whole_periods == 4
    assert all(segment.num == segment.den for segment in run.segments())


def test_a_clamped_first_bill_day_does_not_reach_ahead() -> None:
    # From 28 February a plain month count reaches 30 March, but the bill day is the 31st.
    run = BillRun(start=date(2026, 2, 28), bill_to=date(2026, 3, 30), interval=MONTH, bill_day=31, in_arrear=True)
    assert run.segments() == ()
    assert run.next_bill_on == date(2026, 3, 31)


def test_leading_whole_and_trailing_parts() -> None:
    run = BillRun(start=date(2026, 1, 1), end=date(2026, 2, 27), bill_to=date(2026, 3, 7), interval=MONTH, bill_day=15)
    assert run.segments() == (
        Segment(start=date(2026, 1, 1), end=date(2026, 1, 15), num=14, den=31),
        Segment(start=date(2026, 1, 15), end=date(2026, 2, 15)),
        Segment(start=date(2026, 2, 15), end=date(2026, 2, 27), num=12, den=28),
    )


def test_a_leading_part_is_measured_as_the_terms_say() -> None:
    run = BillRun(start=date(2026, 3, 2), bill_to=date(2026, 3, 2), interval=MONTH, bill_day=20)
    assert run.segments()[0].den == 28  # 20 February to 20 March
    assert run.segments(leading="own_period")[0].den == 31  # 2 March to 2 April
    part = run.segments(basis="per_calendar_month")[0]
    assert Fraction(part.num, part.den) == Fraction(18, 31)


def test_calendar_month_shares_are_divided_by_the_interval() -> None:
    run = BillRun(start=date(2026, 3, 17), bill_to=date(2026, 3, 17), interval=YEAR, bill_day=1)
    part = run.segments(basis="per_calendar_month")[0]
    assert Fraction(part.num, part.den) == (Fraction(15, 31) + 11) / 12


def test_lines_carry_quantity_discount_and_rounding() -> None:
    lines = bill_lines(
        amount=1000,
        start=date(2026, 1, 1),
        bill_to=date(2026, 1, 15),
        interval=MONTH,
        bill_day=15,
        quantity=3,
        discount=400,
        mode="down",
    )
    assert lines == (
        BilledLine(start=date(2026, 1, 1), end=date(2026, 1, 15), amount=1174, num=14, den=31),
        BilledLine(start=date(2026, 1, 15), end=date(2026, 2, 15), amount=2600, num=1, den=1),
    )


def test_nine_decimals_of_the_share_can_cost_a_cent() -> None:
    # Kill Bill's figure: one day of thirty of 19.95
    lines = bill_lines(
        amount=1995,
        start=date(2016, 9, 7),
        bill_to=date(2016, 9, 7),
        interval=Interval(days=30),
        end=date(2016, 9, 8),
        share_scale=9,
    )
    assert [line.amount for line in lines] == [66]


@pytest.mark.parametrize("greedy,through", [(False, date(2026, 2, 1)), (True, date(2026, 3, 1))])
def test_a_greedy_run_bills_the_running_interval_in_arrear(*, greedy: bool, through: date) -> None:
    run = BillRun(
        start=date(2026, 1, 1), bill_to=date(2026, 2, 10), interval=MONTH, bill_day=1, in_arrear=True, greedy=greedy
    )
    assert run.billed_through == through


def test_in_arrear_a_known_end_is_billed_on_the_day_it_comes() -> None:
    run = BillRun(
        start=date(2026, 1, 20),
        end=date(2026, 1, 25),
        bill_to=date(2026, 1, 25),
        interval=MONTH,
        bill_day=1,
        in_arrear=True,
    )
    assert [(segment.num, segment.den) for segment in run.segments()] == [(5, 31)]


@pytest.mark.parametrize(
    "end,bill_to",
    [(date(2026, 1, 1), date(2026, 3, 1)), (None, date(2026, 1, 1)), (date(2026, 3, 1), date(2026, 1, 1))],
)
def test_dates_out_of_order_are_refused(end: date | None, bill_to: date) -> None:
    with pytest.raises(ScheduleError, match="before the start"):
        bill_lines(amount=1, start=date(2026, 2, 1), end=end, bill_to=bill_to, interval=MONTH)


def test_what_is_charged_once_is_no_row_of_bills() -> None:
    with pytest.raises(ScheduleError, match="has no bill days"):
        BillRun(start=date(2026, 2, 1), bill_to=date(2026, 2, 1), interval=ONCE)
    with pytest.raises(ScheduleError, match="has no periods"):
        whole_periods(date(2026, 2, 1), date(2026, 2, 1), interval=ONCE)


def test_an_unknown_measure_of_a_leading_part_is_refused() -> None:
    run = BillRun(start=date(2026, 2, 2), bill_to=date(2026, 2, 2), interval=MONTH)
    with pytest.raises(ValueError, match="`forward` does not say"):
        run.segments(leading="forward")


@pytest.mark.parametrize(
    "every,times,expected",
    [
        ("30 days", 2, date(2016, 6, 7)),
        ("1 week", -3, date(2016, 3, 18)),
        ("1 month", 1, date(2016, 5, 8)),
        ("1 year", -1, date(2015, 4, 8)),
    ],
)
def test_dates_are_stepped(every: str, times: int, expected: date) -> None:
    assert step_date(date(2016, 4, 8), parse_interval(every), times=times) == expected


def test_a_step_can_remember_another_day() -> None:
    assert step_date(date(2026, 2, 28), MONTH, anchor_day=31) == date(2026, 3, 31)
    assert step_date(date(2026, 2, 28), MONTH) == date(2026, 3, 28)


@given(start=dates, interval=intervals, times=st.integers(0, 50))
def test_whole_periods_undo_a_step(start: date, interval: Interval, times: int) -> None:
    assert whole_periods(start, step_date(start, interval, times=times), interval=interval) == times
