"""Days, months and instants for the oracle: the standard library and nothing else."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from planshift.billing.interval import Interval
from tests.reference.evaluate import whole_months

__all__ = ["bill_on_or_after", "length", "local_day", "midnight", "month_length", "on_month", "step", "whole_months"]


def local_day(instant: int, zone: str) -> date:
    """The day that people in the zone call today."""
    return datetime.fromtimestamp(instant, ZoneInfo(zone)).date()


def midnight(day: date, zone: str) -> int:
    """The instant at which the day begins; where the clock skips midnight, the instant at which it does."""
    return int(datetime.combine(day, time(), ZoneInfo(zone)).timestamp())


def month_length(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def on_month(day: date, months: int, *, anchor: int) -> date:
    """The anchor day of a later or earlier month, or that month's last."""
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    return date(year, month + 1, min(anchor, monthrange(year, month + 1)[1]))


def length(interval: Interval) -> Fraction:
    """The days of an interval, a month as a twelfth of 365; what is charged once counts as a twelfth of a day."""
    return Fraction(1, 12) if interval.once else Fraction(365 * interval.months, 12) + interval.days


def step(day: date, interval: Interval, *, anchor: int, times: int = 1) -> date:
    """The day moved by whole intervals."""
    if interval.months:
        return on_month(day, times * interval.months, anchor=anchor)
    return day + timedelta(days=times * interval.days)


def bill_on_or_after(start: date, interval: Interval, *, bill_day: int) -> date:
    """The first bill day: that of the starting month or, when it has passed, the one an interval later."""
    if not interval.months:
        return start
    here = on_month(start, 0, anchor=bill_day)
    return here if here >= start else on_month(start, interval.months, anchor=bill_day)
