"""Time that unused money buys on the new plan, in the compiled form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

from planshift.billing import calendar
from planshift.billing.proration import extension_units
from planshift.expressions.form import Bool, Int
from planshift.policy.term_values import Choice, Names
from planshift.rulebook.amounts import Prices
from planshift.rulebook.dates import Dates, Intervals, Terms, choice, whole_node
from planshift.rulebook.facts import Facts
from planshift.rulebook.resolution import scale_of, word_of
from planshift.rulebook.sources import TermValue

_MOST_MONTHS = 1_200
_MOST_DAYS = 36_500
"""A hundred years: no credit buys more, so that dates stay inside the calendar."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """Time bought by unused money: `units` of time from `starts` to `ends`; `num / den` is the count unrounded."""

    active: Bool
    units: Int
    num: Int
    den: Int
    starts: Int
    ends: Int
    then_until: Int


def buy_time(facts: Facts, terms: Terms, *, dates: Dates, spans: Intervals, price: Prices, credit: Int) -> Extension:
    """How far the unused money reaches on the new plan, by the terms `extend.*`; what costs nothing sells no time."""
    form = facts.form
    sells_time = facts.is_cancel.negate() & spans.to_once.negate() & price.to_in_arrear.negate() & (price.new > 0)
    free = dates.immediate & is_held(facts, terms).negate()
    active = terms["unused_credit"].among("extend_time") & free & sells_time
    monthly = terms["extend.unit"].among("month")
    day = whole_node(form, calendar.civil(dates.effective)[2])
    length = _period_length(facts, terms, dates=dates, spans=spans, day=day)
    per_interval = choice(form, [(monthly, spans.to_months.greatest(1))], length)
    units, num, den = _units(facts, terms, credit=credit, price=price.new, per_interval=per_interval)
    after = terms["extend.starts"].among("day_after")
    starts = choice(form, [(after, dates.effective + 1)], dates.effective)
    months = units.least(_MOST_MONTHS)
    in_months = whole_node(form, calendar.add_months(starts, months, anchor_day=day))
    ends = choice(form, [(monthly, in_months)], starts + units.least(_MOST_DAYS))
    paid_months = whole_node(form, calendar.add_months(starts, months + spans.to_months, anchor_day=day))
    paid = choice(form, [(monthly & (spans.to_months > 0), paid_months)], ends + length)
    then_until = choice(form, [(terms["charge"].among("full"), paid)], ends)
    named = {"units": units, "num": num, "den": den, "starts": starts, "ends": ends, "then_until": then_until}
    where_active = {name: choice(form, [(active, node)], form.lit(0)) for name, node in named.items()}
    return Extension(active=active, **where_active)


def _period_length(facts: Facts, terms: Terms, *, dates: Dates, spans: Intervals, day: Int) -> Int:
    """The days that a period of the new price is taken to have."""
    form = facts.form
    following = whole_node(
        form, calendar.step(dates.effective, months=spans.to_months, days=spans.to_days, anchor_day=day)
    )

    def by(value: TermValue) -> Int:
        if word_of(value) == "actual":
            return (following - dates.effective).greatest(1)
        return form.lit(max(value.number, 1) if isinstance(value, Choice) else 1)

    return terms["extend.period_days"].choose_int(by)


def is_held(facts: Facts, terms: Terms) -> Bool:
    """Whether credit and the cost of ending a contract wait for events: usage of the old plan is yet to be rated."""
    buckets = facts.tables.plan_column("plan.usage_bucket", lambda plan: int(plan.usage_bucket))
    bucket = facts.form.lookup(buckets, facts.from_plan).same(1)
    return bucket & terms["hold_credit_until"].holds(lambda value: isinstance(value, Names) and bool(value.names))


def _units(facts: Facts, terms: Terms, *, credit: Int, price: Int, per_interval: Int) -> tuple[Int, Int, Int]:
    """Units that the credit buys, and the same unrounded as a fraction."""
    form = facts.form

    def powers(rate: TermValue) -> list[int | None]:
        scale = scale_of(rate)
        return [None if scale is None else 10 ** max(scale - decimals, 0) for decimals in facts.tables.decimals]

    def by_currency(rate: TermValue, build: Callable[[int | None], Int]) -> Int:
        built = [(facts.currency.same(k), build(power)) for k, power in enumerate(powers(rate))]
        return choice(form, built[1:], built[0][1])

    def bought(mode: str, power: int | None) -> Int:
        node = extension_units(credit, price=price, interval_units=per_interval, mode=mode, rate_power=power)
        return whole_node(form, node)

    def divisor(power: int | None) -> Int:
        return price if power is None else price.muldiv(power, per_interval.greatest(1), "half_up")

    def factor(power: int | None) -> Int:
        return choice(form, [(divisor(power) > 0, credit)], form.lit(0)) * (per_interval if power is None else power)

    rate = terms["extend.rate_scale"]
    units = terms["extend.rounding"].choose_int(
        lambda mode: rate.choose_int(lambda value: by_currency(value, lambda power: bought(word_of(mode), power)))
    )
    num = rate.choose_int(lambda value: by_currency(value, factor))
    return units, num, rate.choose_int(lambda value: by_currency(value, divisor)).greatest(1)
