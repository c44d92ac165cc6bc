"""Days and months, exactly.

A day is an integer: the days since 1970-01-01. The functions on day numbers are polymorphic (`whole`); their divisions
have positive constants and dividends that are never negative, so that engines which cut towards zero agree with those
that round down. They hold for 1970-01-01 to 2400-12-31, and for the days a few centuries around it. The functions on
`date` at the end are for people.

A month step lands on the anchor day of the target month, or on that month's last day when the month is shorter; because
the anchor is an argument and not the present day, 31 January, 28 February, 31 March is one row of steps.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from planshift.billing.whole import Truth, Whole, both, choose, either, least, negate, same

FIRST_DAY: Final = 0
"""1970-01-01, the earliest day the trade accepts."""

LAST_DAY: Final = 157_419
"""2400-12-31, the latest day the trade accepts."""

# The year is thought to begin on 1 March: the leap day then is its last one and month lengths repeat 31 30 31 30 31.
_TO_MARCH_1600: Final = 135_080  # 1600-03-01 to 1970-01-01
_TO_MARCH_0: Final = 719_468  # the same for a year 0
_QUARTER_DAYS_OF_CENTURY: Final = 146_097  # 36524.25 days, times four
_QUARTER_DAYS_OF_YEAR: Final = 1_461  # 365.25 days, times four
_DAYS_OF_FIVE_MONTHS: Final = 153  # 31 + 30 + 31 + 30 + 31


def civil(day: Whole) -> tuple[Whole, Whole, Whole]:
    """The year, the month 1 to 12 and the day of the month of a day number.

    Counted in quarter days, a century and a year have whole average lengths with the longer one last, so that quotient
    and remainder of one division give both the count and what is left over; the remainders also keep every
    intermediate number inside narrow bounds.
    """
    quarters = 4 * (day + _TO_MARCH_1600) + 3
    century = quarters // _QUARTER_DAYS_OF_CENTURY
    quarters = 4 * (quarters % _QUARTER_DAYS_OF_CENTURY // 4) + 3
    year = quarters // _QUARTER_DAYS_OF_YEAR
    fifths = 5 * (quarters % _QUARTER_DAYS_OF_YEAR // 4) + 2
    month = fifths // _DAYS_OF_FIVE_MONTHS  # 0 is March
    day_of_month = fifths % _DAYS_OF_FIVE_MONTHS // 5 + 1
    return 1600 + 100 * century + year + (month + 2) // 12, (month + 2) % 12 + 1, day_of_month


def day_number(year: Whole, month: Whole, day_of_month: Whole) -> Whole:
    """The day number of a date; `month` is 1 to 12 and `day_of_month` exists in it."""
    months = 12 * year + month - 3
    march_year = months // 12
    leap_days = march_year // 4 - march_year // 100 + march_year // 400
    before = (_DAYS_OF_FIVE_MONTHS * (months % 12) + 2) // 5
    return 365 * march_year + leap_days + before + day_of_month - 1 - _TO_MARCH_0


def is_leap(year: Whole) -> Truth:
    """Whether the year has a 29 February."""
    century_rule = either(negate(same(year % 100, 0)), same(year % 400, 0))
    return both(same(year % 4, 0), century_rule)


def month_length(year: Whole, month: Whole) -> Whole:
    """How many days the month has, 28 to 31."""
    # Odd months are long up to July and even ones from August on; `month // 8` turns the parity over there.
    return choose(same(month, 2), choose(is_leap(year), 29, 28), 30 + (month + month // 8) % 2)


def add_months(day: Whole, months: Whole, *, anchor_day: Whole) -> Whole:
    """The anchor day of the month that lies `months` after (negative: before) the month of `day`.

    `anchor_day` is 1 to 31; where the month is shorter its last day is taken. The day of the month of `day` itself does
    not matter, so a row of steps from one date is `add_months(first, k, anchor_day=anchor)` and not a chain.
    """
    year, month, _ = civil(day)
    target = 12 * year + month - 1 + months
    year, month = target // 12, target % 12 + 1
    return day_number(year, month, least(anchor_day, month_length(year, month)))


def step(day: Whole, *, months: Whole, days: Whole, anchor_day: Whole) -> Whole:
    """The day moved by one interval: by `months` calendar months, or by `days` days when `months` is 0.

    Several or earlier intervals are the multiplied or negative counts. `anchor_day` is used for months only.
    """
    return choose(same(months, 0), day + days, add_months(day, months, anchor_day=anchor_day))


def whole_months(start: Whole, end: Whole) -> Whole:
    """The largest count of months that, stepped from `start` with its own day as anchor, does not pass `end`.

    Month ends count as in a bill run: 31 January to 28 February is one month, and so is 28 February to 31 March.
    """
    year, month, day_of_month = civil(start)
    end_year, end_month, end_day = civil(end)
    due = least(day_of_month, month_length(end_year, end_month))
    return 12 * (end_year - year) + (end_month - month) - choose(end_day < due, 1, 0)


def whole_intervals(start: Whole, end: Whole, *, months: int, days: int) -> Whole:
    """How many whole intervals fit between two days; `months` and `days` are plain counts, one of them 0."""
    if months:
        return whole_months(start, end) // months
    return (end - start) // days


def first_bill_day(start: Whole, *, months: Whole, bill_day: Whole) -> Whole:
    """The first day on or after `start` on which a bill falls due, for an interval of `months`.

    An interval of days (`months` is 0) is billed from its start and knows no bill day. Otherwise it is the bill day
    (1 to 31, clamped) of the starting month, or, when that has passed, the one an interval later: a yearly plan waits
    a year.
    """
    year, month, _ = civil(start)
    in_month = day_number(year, month, least(bill_day, month_length(year, month)))
    later = add_months(in_month, months, anchor_day=bill_day)
    return choose(same(months, 0), start, choose(in_month >= start, in_month, later))


def to_day(value: date) -> int:
    """The day number of a date."""
    return value.toordinal() - _EPOCH


def from_day(day: int) -> date:
    """The date of a day number."""
    return date.fromordinal(day + _EPOCH)


_EPOCH: Final = date(1970, 1, 1).toordinal()
