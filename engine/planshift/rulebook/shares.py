"""The shares of the period that a change credits and charges, as exact fractions in the compiled form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from planshift.billing import calendar, proration
from planshift.billing.proration import SECONDS_PER_DAY
from planshift.billing.zones import offset_steps
from planshift.expressions.form import Bool, Int, Steps
from planshift.policy.term_values import Choice
from planshift.rulebook.dates import Dates, Intervals, Terms, anchor_of, choice, whole_node
from planshift.rulebook.facts import LAST_DAY, Facts
from planshift.rulebook.resolution import word_of
from planshift.rulebook.sources import TermValue

Share = tuple[Int, Int]

SECONDS_PER_UNIT = {"second": 1, "minute": 60, "hour": 3600}
"""Units that are counted between instants; a begun minute or hour does not count."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part and what it is measured against: days `[start, end)` of `[of_start, of_end)`, and the same as instants."""

    start: Int
    end: Int
    of_start: Int
    of_end: Int
    starts_at: Int
    ends_at: Int
    of_starts_at: Int
    of_ends_at: Int
    months: Int


def midnight(facts: Facts, day: Int) -> Int:
    """The instant at which a day begins in the kernel's zone."""
    stretches = offset_steps(facts.zone, first_day=0, last_day=LAST_DAY)
    offsets = Steps("offset", tuple(start for start, _ in stretches), tuple(offset for _, offset in stretches))
    return (day * SECONDS_PER_DAY - facts.form.steps(offsets, day)).greatest(0)


def credit_stretch(facts: Facts, terms: Terms, *, dates: Dates, spans: Intervals) -> Stretch:
    """The unused part of the running period, measured against that period or, on request, the old plan's own term.

    What was paid for a part of a term is measured against that part.
    """
    own = terms["proration.basis"].holds(lambda value: basis_of(value)[0] == "own_term")
    own = own & (by_paid(facts, terms).negate() | _is_term(facts, spans))
    ending = own_term_end(facts, dates, months=spans.from_months, days=spans.from_days)
    of_start = choice(facts.form, [(own, dates.effective)], facts.period_start)
    of_end = choice(facts.form, [(own, ending)], facts.period_end)
    until = facts.truth("request.until.given")
    period_ends_at = facts.whole("subscription.period.ends_at")
    return Stretch(
        start=dates.stop,
        end=dates.credit_end,
        of_start=of_start,
        of_end=of_end,
        starts_at=change_instant(facts, terms, dates=dates),
        ends_at=choice(facts.form, [(until, midnight(facts, dates.credit_end))], period_ends_at),
        of_starts_at=choice(
            facts.form, [(own, midnight(facts, of_start))], facts.whole("subscription.period.starts_at")
        ),
        of_ends_at=choice(facts.form, [(own, midnight(facts, of_end))], period_ends_at),
        months=spans.from_months,
    )


def by_paid(facts: Facts, terms: Terms) -> Bool:
    """Whether a credit is a share of what was really debited."""
    return terms["credit_basis"].among("paid") & facts.truth("subscription.paid.given")


def _is_term(facts: Facts, spans: Intervals) -> Bool:
    """Whether the running period is one whole interval of its price."""
    end = facts.period_end
    anchor = anchor_of(end, facts.whole("subscription.bill_day"))
    back = calendar.step(end, months=-spans.from_months, days=-spans.from_days, anchor_day=anchor)
    return facts.period_start.same(whole_node(facts.form, back))


def charge_stretch(facts: Facts, terms: Terms, *, dates: Dates, spans: Intervals) -> Stretch:
    """The part of the new plan that the change bills, measured by the terms `leading` and `basis`."""
    form = facts.form
    own_term = terms["proration.basis"].holds(lambda value: basis_of(value)[0] == "own_term")
    own_period = terms["proration.leading"].among("own_period")
    as_long = spans.alike | terms["anchor"].among("keep_next_bill").negate()
    running = own_period & dates.keeps_period & own_term.negate() & as_long
    forward = own_term | own_period
    # A running period is as long as its bill days make it; a first part looks back on the day it ends on.
    own_day = whole_node(form, calendar.civil(dates.bill_end)[2])
    anchor = choice(form, [(dates.keeps_period, anchor_of(dates.bill_end, dates.bill_day))], own_day)
    back = whole_node(
        form, calendar.step(dates.bill_end, months=-spans.to_months, days=-spans.to_days, anchor_day=anchor)
    )
    ending = own_term_end(facts, dates, months=spans.to_months, days=spans.to_days)
    of_start = choice(form, [(running, facts.period_start), (forward, dates.effective)], back)
    of_end = choice(form, [(running, facts.period_end), (forward, ending)], dates.bill_end)
    keeps = dates.keeps_period
    ends_at = choice(form, [(keeps, facts.whole("subscription.period.ends_at"))], midnight(facts, dates.bill_end))
    old_day = terms["proration.change_day"].among("old")
    begin = choice(form, [(keeps, dates.stop), (old_day, dates.effective + 1)], dates.effective)
    return Stretch(
        start=begin,
        end=dates.bill_end,
        of_start=of_start,
        of_end=of_end,
        starts_at=change_instant(facts, terms, dates=dates),
        ends_at=ends_at,
        of_starts_at=choice(form, [(running, facts.whole("subscription.period.starts_at"))], midnight(facts, of_start)),
        of_ends_at=choice(form, [(running, ends_at), (forward, midnight(facts, of_end))], ends_at),
        months=spans.to_months,
    )


def used_stretch(facts: Facts, terms: Terms, *, dates: Dates, spans: Intervals) -> Stretch:
    """In arrear: the used part of the running period that nothing was billed for yet.

    A period that is itself a part is measured as the term `leading` says: its price is that of a whole interval.
    """
    form, period_start = facts.form, facts.period_start
    known = facts.truth("subscription.paid_through.given")
    start = choice(form, [(known, facts.whole("subscription.paid_through").greatest(period_start))], period_start)
    back = calendar.step(
        facts.period_end,
        months=-spans.from_months,
        days=-spans.from_days,
        anchor_day=anchor_of(facts.period_end, facts.whole("subscription.bill_day")),
    )
    itself = terms["proration.leading"].among("own_period") | spans.from_once
    of_start = choice(form, [(itself, period_start)], whole_node(form, back))
    of_ends_at = facts.whole("subscription.period.ends_at")
    starts_at = facts.whole("subscription.period.starts_at")
    return Stretch(
        start=start,
        end=dates.stop.greatest(start),
        of_start=of_start,
        of_end=facts.period_end,
        starts_at=choice(form, [(start > period_start, midnight(facts, start))], starts_at),
        ends_at=change_instant(facts, terms, dates=dates),
        of_starts_at=choice(form, [(of_start.same(period_start), starts_at)], midnight(facts, of_start)),
        of_ends_at=of_ends_at,
        months=spans.from_months,
    )


def own_term_end(facts: Facts, dates: Dates, *, months: Int, days: Int) -> Int:
    """One interval on from the day of the change."""
    day_of_month = whole_node(facts.form, calendar.civil(dates.effective)[2])
    return whole_node(facts.form, calendar.step(dates.effective, months=months, days=days, anchor_day=day_of_month))


def change_instant(facts: Facts, terms: Terms, *, dates: Dates) -> Int:
    """The instant of the change: that of the request when it takes effect now, else the beginning of its day.

    A renewal has that at which the running period ends.
    """
    if facts.renews:
        return facts.whole("subscription.period.ends_at")
    at_once = terms["timing"].among("now")
    return choice(facts.form, [(at_once, facts.whole("request.at"))], midnight(facts, dates.effective))


def basis_of(value: TermValue) -> tuple[str, int]:
    """The word and the number of a basis (`fixed 30` is ("fixed", 30)); words without one count 30."""
    return (value.word, value.number or 30) if isinstance(value, Choice) else ("actual", 30)


def share(facts: Facts, terms: Terms, *, stretch: Stretch) -> Share:
    """The part over what it is measured against, by unit, basis and the rule for part days."""

    def by_unit(unit: TermValue) -> Share:
        word = word_of(unit)
        if word == "none":
            return facts.form.lit(1), facts.form.lit(1)
        if word == "month":
            num, den = proration.month_share(
                stretch.start, stretch.end, period_start=stretch.of_start, period_end=stretch.of_end
            )
            return whole_node(facts.form, num), whole_node(facts.form, den)
        if word == "day":
            return _day_share(facts, terms, stretch)
        return _instant_share(facts, terms, stretch, SECONDS_PER_UNIT[word])

    return terms["proration.unit"].choose_share(by_unit)


def _day_share(facts: Facts, terms: Terms, stretch: Stretch) -> Share:
    nearest = terms["proration.part_day"].among("nearest")

    def by_basis(value: TermValue) -> Share:
        basis, n = basis_of(value)
        counted = "actual" if basis == "own_term" else basis
        num, den = proration.share_of_days(
            start=stretch.start,
            end=stretch.end,
            period_start=stretch.of_start,
            period_end=stretch.of_end,
            basis=counted,
            n=n,
        )
        if basis == "per_calendar_month":
            den = den * stretch.months.greatest(1)
        return whole_node(facts.form, num), whole_node(facts.form, den)

    days = terms["proration.basis"].choose_share(by_basis)
    if nearest.literal is False:
        return days
    left = proration.nearest_days((stretch.ends_at - stretch.starts_at).greatest(0))
    period = proration.nearest_days((stretch.of_ends_at - stretch.of_starts_at).greatest(0))
    form = facts.form
    num = choice(form, [(nearest, whole_node(form, left))], days[0])
    return num, choice(form, [(nearest, whole_node(form, period).greatest(1))], days[1])


def _instant_share(facts: Facts, terms: Terms, stretch: Stretch, seconds: int) -> Share:
    left = (stretch.ends_at - stretch.starts_at).greatest(0)
    period = (stretch.of_ends_at - stretch.of_starts_at).greatest(1)

    def by_basis(value: TermValue) -> Share:
        basis, n = basis_of(value)
        if basis == "fixed":
            return left // seconds, facts.form.lit(n)
        return left // seconds, (period // seconds).greatest(1)

    return terms["proration.basis"].choose_share(by_basis)
