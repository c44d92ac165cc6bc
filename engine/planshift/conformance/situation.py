"""The running period of a published case and the instant of its change: as dated, or made for a printed ratio."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final, final

from planshift.billing.calendar import to_day
from planshift.billing.interval import Interval
from planshift.billing.period import Period
from planshift.billing.proration import SECONDS_PER_DAY
from planshift.billing.schedule import step_date
from planshift.billing.zones import midnight
from planshift.conformance.fields import Fields
from planshift.conformance.times import instant_at, period_between, read_period, zone_of

UNITS = {
    "day": "day",
    "fraction": "day",
    "second": "second",
    "minute": "minute",
    "hour": "hour",
    "month": "month",
    "none": "none",
}
"""What the format calls a unit -> the term `proration.unit`. A mere fraction is one of days that nobody has dated."""

SECONDS: Final = {"second": 1, "minute": 60, "hour": 3600}

SOME_DAY: Final = date(2001, 1, 1)
"""When a case that has no dates begins."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """When the change is asked for and in which running period; `unit` and `basis` are those its share is counted in.

    `ratio` is set where the case prints the share, which may exceed one: then several terms were paid ahead.
    """

    period: Period
    at: int
    zone: str
    unit: str
    basis: str
    ratio: Fraction | None = None


def situation_of(given: Fields) -> Situation:
    """The situation of a case.

    Raises:
        CaseMistake: its dates, or its ratio, cannot be read.
    """
    zone, proration = zone_of(given), given.optional("proration")
    unit = "day" if proration is None else proration.word("unit", of=UNITS, default="day")
    if given.has("period") and not (proration is not None and proration.has("remaining")):
        inner = given.inner("period")
        asked = (given, "change_on") if given.has("change_on") else (inner, "start")
        at = instant_at(*asked, zone=zone)
        period = read_period(inner, zone=zone, change_at=at)
        return Situation(period=period, at=at, zone=zone, unit=unit, basis=_basis(proration))
    if proration is not None and proration.has("remaining"):
        left, whole = proration.fraction("remaining"), proration.fraction("total")
        return counted(given, remaining=left, total=whole, unit=unit)
    day = given.day("change_on") if given.has("change_on") else SOME_DAY
    side = given.inner("old" if given.has("old") else "new")
    period = Period(start=day, end=step_date(day, side.interval("every", "1 month")))
    return Situation(period=period, at=midnight(to_day(day), zone), zone=zone, unit=unit, basis=_basis(proration))


def _basis(proration: Fields | None) -> str:
    """The term `proration.basis`.

    Raises:
        CaseMistake: there is no such basis.
    """
    if proration is None:
        return "actual"
    text = proration.text("basis", "actual")
    word, _, number = text.rpartition("_")
    if word == "fixed" and number.isdigit():
        return f"fixed {number}"
    known = {"actual": "actual", "30_360": "30_360", "plan_term_from_change": "own_term"}
    return proration.word("basis", of=known | {"per_calendar_month": "per_calendar_month"}, default="actual")


def counted(given: Fields, *, remaining: Fraction, total: Fraction, unit: str) -> Situation:
    """A period of `total` units with the change `remaining` units before its end.

    A ratio above one is a longer period measured against a fixed number of units, and changed inside: as a whole one it
    would be billed as one. Part units become a ratio of days.

    Raises:
        CaseMistake: the ratio is not one of a period.
    """
    if total <= 0 or remaining < 0:
        raise given.mistake("proration", "has no ratio of a period")
    zone, ratio = zone_of(given), Fraction(remaining, total)
    longer = ratio > 1
    if remaining.denominator != 1 or total.denominator != 1:
        remaining, total, unit = Fraction(ratio.numerator), Fraction(ratio.denominator), "day"
    left, whole = remaining.numerator, total.numerator
    length = left + 1 if longer else whole
    by_clock = unit in SECONDS and length * SECONDS.get(unit, 0) >= SECONDS_PER_DAY
    if not by_clock and unit != "none" and (longer or unit != "month"):
        unit = "day"
    change = given.day("change_on") if given.has("change_on") else None
    period, at = _span(left, length, unit=unit, zone=zone, change=change)
    basis = f"fixed {whole}" if longer else "actual"
    return Situation(period=period, at=at, zone=zone, unit=unit, basis=basis, ratio=ratio)


def _span(left: int, length: int, *, unit: str, zone: str, change: date | None) -> tuple[Period, int]:
    """A period of `length` units, and the instant `left` units before its end."""
    if unit == "month":
        month = Interval(months=1)
        start = SOME_DAY if change is None else step_date(change, month, times=left - length)
        moved = step_date(start, month, times=length - left)
        return Period(start=start, end=step_date(start, month, times=length)), midnight(to_day(change or moved), zone)
    if unit in SECONDS:
        second, past = SECONDS[unit], (length - left) * SECONDS[unit]
        starts_at = midnight(to_day(SOME_DAY), zone) if change is None else midnight(to_day(change), zone) - past
        at = starts_at + past
        return period_between(starts_at, at + left * second, zone=zone, change_at=at), at
    start = SOME_DAY if change is None else change - timedelta(days=length - left)
    period = Period(start=start, end=start + timedelta(days=length))
    return period, midnight(to_day(start + timedelta(days=length - left)), zone)
