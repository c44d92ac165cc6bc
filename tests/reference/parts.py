"""Shares of a period, as counts of units: how many of how many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import final

from planshift.billing.interval import Interval
from planshift.policy.term_values import Choice
from tests.reference.change import Change
from tests.reference.days import midnight, month_length, step, whole_months
from tests.reference.evaluate import rounded
from tests.reference.ranks import Terms
from tests.reference.when import ONE_DAY, When, bill_day_of

SECONDS = {"second": 1, "minute": 60, "hour": 3600}
DAY = 86_400


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """`count` units out of `of`; `whole` parts cost the whole price, whatever the units say."""

    count: Fraction
    of: Fraction
    whole: bool = False

    @property
    def share(self) -> Fraction:
        return Fraction(1) if self.whole else self.count / self.of


WHOLE = Part(count=Fraction(1), of=Fraction(1), whole=True)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Days and instants `[start, end)` out of those `[first, last)`, billed by an interval."""

    start: date
    end: date
    first: date
    last: date
    starts_at: int
    ends_at: int
    first_at: int
    last_at: int
    interval: Interval


def credit_part(change: Change, terms: Terms, when: When) -> Part:
    """The unused part of the running period."""
    held = change.subscription.period
    by_instants = terms.word("proration.unit") in SECONDS
    own_term = terms.word("proration.basis") == "own_term" and not _paid_in_part(change, terms)
    # A period that is longer or shorter than a term of its own is not a whole one then.
    is_term = not own_term or _one_interval_on(when.effective, change.old_interval) == held.end
    if not by_instants and is_term and when.stop <= held.start and when.credit_end == held.end:
        return WHOLE
    period_at = _period_at(change)
    last = _one_interval_on(when.effective, change.old_interval) if own_term else held.end
    first = when.effective if own_term else held.start
    stretch = Stretch(
        start=when.stop,
        end=when.credit_end,
        first=first,
        last=last,
        starts_at=_instant(change, terms, when),
        ends_at=midnight(when.credit_end, change.zone) if change.request.until else period_at[1],
        first_at=midnight(first, change.zone) if own_term else period_at[0],
        last_at=midnight(last, change.zone) if own_term else period_at[1],
        interval=change.old_interval,
    )
    return _measured(terms, stretch)


def _paid_in_part(change: Change, terms: Terms) -> bool:
    """Whether the credit is of what was paid for a period that is no whole interval of its price."""
    held = change.subscription
    by_paid = terms.word("credit_basis") == "paid" and held.paid is not None
    return by_paid and _back(held.period.end, change.old_interval, bill_day=bill_day_of(change)) != held.period.start


def charge_part(change: Change, terms: Terms, when: When) -> tuple[Part, date]:
    """What the change bills of the new plan, and the first day that it bills."""
    by_instants = terms.word("proration.unit") in SECONDS
    begin = when.stop if when.keeps else _first_day(terms, when)
    stretch = _charge_stretch(change, terms, when=when, begin=begin)
    held = change.subscription.period
    # A running period that is itself a part costs a part, also from its first day on.
    is_interval = (stretch.first, stretch.last) == (held.start, held.end) and not by_instants
    if when.whole and (is_interval or not when.keeps):
        return WHOLE, begin if when.keeps else when.effective
    return _measured(terms, stretch), begin


def _first_day(terms: Terms, when: When) -> date:
    return when.effective if terms.word("proration.change_day") == "new" else when.effective + ONE_DAY


def _charge_stretch(change: Change, terms: Terms, *, when: When, begin: date) -> Stretch:
    """A running period that goes on, a first part before the first bill day, or, on request, an interval of its own."""
    held, zone, interval = change.subscription.period, change.zone, change.new_interval
    period_at = _period_at(change)
    ends_at = period_at[1] if when.keeps else midnight(when.bill_end, zone)
    own_term = terms.word("proration.basis") == "own_term"
    own_period = terms.word("proration.leading") == "own_period"
    as_long = change.old_interval == interval or terms.word("anchor") != "keep_next_bill"
    if own_period and when.keeps and as_long and not own_term:
        first, last, first_at, last_at = held.start, held.end, *period_at
    elif own_period or own_term:
        first, last = when.effective, _one_interval_on(when.effective, interval)
        first_at, last_at = midnight(first, zone), midnight(last, zone)
    else:
        first, last = _back(when.bill_end, interval, bill_day=when.bill_day if when.keeps else 0), when.bill_end
        first_at, last_at = midnight(first, zone), ends_at
    return Stretch(
        start=begin,
        end=when.bill_end,
        first=first,
        last=last,
        starts_at=_instant(change, terms, when),
        ends_at=ends_at,
        first_at=first_at,
        last_at=last_at,
        interval=interval,
    )


def used_part(change: Change, terms: Terms, when: When) -> Part:
    """In arrear: the used part that nothing was billed for yet. Where nothing is prorated it is counted in days."""
    held, zone, interval = change.subscription, change.zone, change.old_interval
    start = max(held.paid_through or held.period.start, held.period.start)
    itself = terms.word("proration.leading") == "own_period" or interval.once
    first = held.period.start if itself else _back(held.period.end, interval, bill_day=bill_day_of(change))
    period_at = _period_at(change)
    stretch = Stretch(
        start=start,
        end=max(when.stop, start),
        first=first,
        last=held.period.end,
        starts_at=period_at[0] if start == held.period.start else midnight(start, zone),
        ends_at=_instant(change, terms, when),
        first_at=period_at[0] if first == held.period.start else midnight(first, zone),
        last_at=period_at[1],
        interval=interval,
    )
    unit = terms.word("proration.unit")
    if unit not in SECONDS and stretch.start <= stretch.first and stretch.end == stretch.last:
        return WHOLE
    if unit == "none":
        return _part((stretch.end - start).days, (held.period.end - first).days)
    return _measured(terms, stretch)


def _back(end: date, interval: Interval, *, bill_day: int) -> date:
    """One interval back from the end of a period, on the bill day where it ends on one, else on its own day."""
    anchor = bill_day if end.day == min(bill_day, month_length(end)) else end.day
    return step(end, interval, anchor=anchor, times=-1)


def _one_interval_on(day: date, interval: Interval) -> date:
    return step(day, interval, anchor=day.day)


def _period_at(change: Change) -> tuple[int, int]:
    held = change.subscription.period
    starts_at = midnight(held.start, change.zone) if held.starts_at is None else held.starts_at
    return starts_at, midnight(held.end, change.zone) if held.ends_at is None else held.ends_at


def _instant(change: Change, terms: Terms, when: When) -> int:
    """The instant of the change: that of the request where it takes effect now, else the beginning of its day.

    A renewal has that at which the running period ends.
    """
    if change.renews:
        return _period_at(change)[1]
    return change.request.at if terms.word("timing") == "now" else midnight(when.effective, change.zone)


def _measured(terms: Terms, stretch: Stretch) -> Part:
    unit, basis = terms.word("proration.unit"), terms.choice("proration.basis")
    if unit == "none":
        return Part(count=Fraction(1), of=Fraction(1))
    if unit == "month":
        count, of = whole_months(stretch.start, stretch.end), whole_months(stretch.first, stretch.last)
        return _part(count, of)
    if unit in SECONDS:
        length, per = max(stretch.ends_at - stretch.starts_at, 0), max(stretch.last_at - stretch.first_at, 1)
        of = basis.number if basis.word == "fixed" else per // SECONDS[unit]
        return _part(length // SECONDS[unit], of)
    if terms.word("proration.part_day") == "nearest":
        return _part(_nearest(stretch.ends_at - stretch.starts_at), _nearest(stretch.last_at - stretch.first_at))
    return _days(stretch, basis)


def _part(count: int, of: int) -> Part:
    return Part(count=Fraction(max(count, 0)), of=Fraction(max(of, 1)))


def _nearest(seconds: int) -> int:
    return rounded(Fraction(max(seconds, 0), DAY), "half_up")


def _days(stretch: Stretch, basis: Choice) -> Part:
    start, end, first, last = stretch.start, stretch.end, stretch.first, stretch.last
    match basis.word:
        case "fixed":
            return _part((end - start).days, basis.number)
        case "months_of":
            return _part(_conventional(start, end, basis.number), _conventional(first, last, basis.number))
        case "30_360":
            return _part(_thirty(start, end), _thirty(first, last))
        case "per_calendar_month":
            months = _calendar_months(start, end)
            return Part(count=months, of=Fraction(max(stretch.interval.months, 1)))
        case _:
            return _part((end - start).days, (last - first).days)


def _conventional(start: date, end: date, length: int) -> int:
    """Days counted as if every month whose end is crossed had `length` of them."""
    return length * (12 * (end.year - start.year) + end.month - start.month) + end.day - start.day


def _thirty(start: date, end: date) -> int:
    """The same with months of 30, the 31st being read as the 30th."""
    return _conventional(start.replace(day=min(start.day, 30)), end.replace(day=min(end.day, 30)), 30)


def _calendar_months(start: date, end: date) -> Fraction:
    """Each day is a part of its own month."""
    found, day = Fraction(0), start
    while day < end:
        stop = min(end, day.replace(day=1) + month_length(day) * ONE_DAY)
        found += Fraction((stop - day).days, month_length(day))
        day = stop
    return found
