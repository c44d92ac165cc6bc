"""Fixing the dates of a change, in the compiled form: when it takes effect, and which days each side is for.

All dates are day numbers. The credit is for the old plan's days `[stop, credit_end)` of the running period; the charge
is for the new plan's days `[begin, bill_end)`, after which it bills regularly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from planshift.billing import calendar
from planshift.expressions.form import Bool, Form, Int
from planshift.policy.term_values import Choice
from planshift.rulebook.facts import Facts
from planshift.rulebook.resolution import ResolvedTerm, word_of
from planshift.rulebook.sources import TermValue

Terms = dict[str, ResolvedTerm]

_KEPT = ("keep", "keep_next_bill")
"""The anchors that leave the running period as it is."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """Both prices' intervals, as nodes."""

    from_months: Int
    from_days: Int
    to_months: Int
    to_days: Int
    from_once: Bool
    to_once: Bool
    alike: Bool


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """The dates of a change.

    `effective` is the day it takes effect, `immediate` whether that is not after today. `stop` is the first day the
    old plan is not used any more. `bill_end` is where the part that the change bills ends, and the new plan's next
    regular bill. `keeps_period`: the running period goes on under the new plan. `whole`: the part is all of a period.
    """

    effective: Int
    immediate: Bool
    stop: Int
    credit_end: Int
    bill_end: Int
    bill_day: Int
    keeps_period: Bool
    whole: Bool
    out_of_range: Bool
    backdated: Bool


def intervals(facts: Facts) -> Intervals:
    """The intervals of the price that is left and of the price that is asked for."""
    form, tables = facts.form, facts.tables
    months = tables.price_column("price.months", lambda _, price: price.interval.months)
    days = tables.price_column("price.days", lambda _, price: price.interval.days)
    from_months, to_months = form.lookup(months, facts.from_price), form.lookup(months, facts.to_price)
    from_days, to_days = form.lookup(days, facts.from_price), form.lookup(days, facts.to_price)
    return Intervals(
        from_months=from_months,
        from_days=from_days,
        to_months=to_months,
        to_days=to_days,
        from_once=from_months.same(0) & from_days.same(0),
        to_once=to_months.same(0) & to_days.same(0),
        alike=from_months.same(to_months) & from_days.same(to_days),
    )


def interval_truth(facts: Facts, name: str) -> Bool:
    """Whether the change is to the `same_interval`, or to one of `INTERVAL_SCOPES`; a once-only price has none."""
    form, spans = facts.form, intervals(facts)
    both = (spans.from_once | spans.to_once).negate()
    if name in ("same_interval", "other_interval"):
        return both & (spans.alike if name == "same_interval" else spans.alike.negate())
    lengths = facts.tables.price_lengths
    old, new = form.lookup(lengths, facts.from_price), form.lookup(lengths, facts.to_price)
    return both & (old < new if name == "longer_interval" else new < old)


def whole_node(form: Form, value: object) -> Int:
    """What a polymorphic function of the billing package returned, as an integer node."""
    if isinstance(value, int):
        return form.lit(value)
    assert isinstance(value, Int)  # the billing functions were given integers
    return value


def choice(form: Form, branches: list[tuple[Bool, Int]], otherwise: Int) -> Int:
    """The first integer whose condition holds."""
    node = form.cases(tuple(branches), otherwise)
    assert isinstance(node, Int)  # a choice of integers
    return node


def effective_day(facts: Facts, timing: ResolvedTerm, *, in_arrear: Bool) -> Int:
    """The day the change takes effect, by the term `timing`."""
    form, today, end = facts.form, facts.today, facts.period_end
    paid_through = facts.whole("subscription.paid_through")
    ahead = facts.truth("subscription.paid_through.given") & (paid_through > today)
    in_arrear_end = choice(form, [(ahead, paid_through)], today)

    def day_of(value: TermValue) -> Int:
        word = word_of(value)
        if word == "period_end":
            return choice(form, [(in_arrear, in_arrear_end)], end)
        if word == "contract_end":
            return choice(form, [(facts.contract_active, facts.whole("contract.ends_on"))], today)
        if word == "on_date":
            return choice(form, [(facts.truth("request.on.given"), facts.whole("request.on"))], today)
        if word == "next_bill_day":
            bill_day = facts.whole("subscription.bill_day")
            return whole_node(form, calendar.first_bill_day(today + 1, months=1, bill_day=bill_day))
        if word == "trial_end":
            return choice(form, [(facts.in_trial, facts.whole("subscription.trial_ends_on"))], today)
        return facts.period_start if word == "period_start" else today

    return timing.choose_int(day_of)


def fix_dates(facts: Facts, terms: Terms, *, spans: Intervals, in_arrear: Bool) -> Dates:
    """All dates of the change."""
    form = facts.form
    start, end = facts.period_start, facts.period_end
    effective = effective_day(facts, terms["timing"], in_arrear=in_arrear)
    inside = effective.greatest(start).least(end)
    old_day = terms["proration.change_day"].among("old")
    stop = choice(form, [(old_day, (effective + 1).greatest(start).least(end))], inside)
    until = choice(form, [(facts.truth("request.until.given"), facts.whole("request.until"))], end)
    bill_day, moved = _bill_day(facts, terms["anchor"], effective)
    # A charge for the rest of the old period lasts as long as that, whatever the new price's own interval is.
    alike = spans.alike | terms["charge"].among("month_equivalent") | terms["anchor"].among("keep_next_bill")
    keeps = alike & moved.negate() & spans.to_once.negate() & (effective < end) & facts.is_start.negate()
    first = whole_node(form, calendar.first_bill_day(effective, months=spans.to_months, bill_day=bill_day))
    next_bill = whole_node(form, calendar.step(first, months=spans.to_months, days=spans.to_days, anchor_day=bill_day))
    aligned = first.same(effective)
    bill_end = choice(form, [(keeps, end)], choice(form, [(aligned, next_bill)], first))
    whole = form.cases(((keeps, stop <= start),), aligned)
    assert isinstance(whole, Bool)  # a choice of truths
    on_date = terms["timing"].among("on_date") & facts.truth("request.on.given")
    return Dates(
        effective=effective,
        immediate=effective <= facts.today,
        stop=stop,
        credit_end=until.least(end).greatest(stop),
        bill_end=bill_end,
        bill_day=bill_day,
        keeps_period=keeps,
        whole=whole,
        out_of_range=on_date & (effective > end) & facts.is_start.negate(),
        backdated=effective < facts.today,
    )


def anchor_of(end: Int, bill_day: Int) -> Int:
    """The day of the month that the end of a period stands for: the bill day, where it ends on one."""
    year, month, day = (whole_node(end.form, part) for part in calendar.civil(end))
    on_bill_day = day.same(bill_day.least(whole_node(end.form, calendar.month_length(year, month))))
    return choice(end.form, [(on_bill_day, bill_day)], day)


def _bill_day(facts: Facts, anchor: ResolvedTerm, effective: Int) -> tuple[Int, Bool]:
    """The bill day after the change, 1 to 31, and whether the running period is given up for it.

    `realign` gives the period up although the bill day stays: a yearly plan may so move to another month.
    """
    form = facts.form
    asked = facts.whole("request.bill_day")
    day_of_month = whole_node(form, calendar.civil(effective)[2])
    fixed = anchor.column(lambda value: value.number if isinstance(value, Choice) else 1)
    kept = choice(
        form,
        [
            (anchor.among("reset"), day_of_month),
            (anchor.among(*_KEPT, "realign"), facts.whole("subscription.bill_day")),
        ],
        fixed,
    )
    moved = anchor.among(*_KEPT).negate() | (asked > 0)
    return choice(form, [(asked > 0, asked)], kept).greatest(1), moved
