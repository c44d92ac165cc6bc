"""Where the money of a change goes: what is due now, what waits for the next bill, what stays with the customer.

INVARIANT: credit = debt_reduced + offset + to_account + refunded + to_next_bill + to_time, to the last unit.
INVARIANT: charges = offset + due, and due = due_now + due_later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

from planshift.billing import calendar
from planshift.billing.proration import extension_units
from planshift.expressions.form import Bool, Int
from planshift.policy.term_values import Choice
from planshift.rulebook.amounts import Prices, Swap
from planshift.rulebook.dates import Dates, Intervals, Terms, choice, whole_node
from planshift.rulebook.facts import Facts
from planshift.rulebook.fees import Extras
from planshift.rulebook.resolution import scale_of, word_of
from planshift.rulebook.sources import TermValue


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """Every amount of the change, by where it goes."""

    credit: Int
    forfeited: Int
    charges: Int
    debt_reduced: Int
    offset: Int
    to_account: Int
    refunded: Int
    to_next_bill: Int
    to_time: Int
    due: Int
    due_now: Int
    due_later: Int
    extension: Extension
    next_bill_on: Int
    next_bill: Int
    next_bill_renewal: Int
    account_used: Int


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


def settle(
    facts: Facts, terms: Terms, *, dates: Dates, spans: Intervals, price: Prices, swap: Swap, extras: Extras
) -> Settlement:
    """Send credit and charges where the terms say."""
    form, zero = facts.form, facts.form.lit(0)
    route = terms["unused_credit"]
    forfeits = route.among("forfeit")
    credit = choice(form, [(forfeits, zero)], swap.credit)
    charges = _charges(swap, extras)
    debt = choice(form, [(terms["unpaid"].among("reduce_debt"), facts.whole("subscription.debt"))], zero)
    debt_reduced = credit.least(debt)
    left = credit - debt_reduced
    offset = left.least(choice(form, [(route.among("offset", "refund"), charges)], zero))
    rest = left - offset
    later, waits = dates.immediate.negate(), terms["collect"].among("next_invoice")
    to_next = route.among("next_invoice") | (route.among("offset") & waits & dates.immediate)
    due = (charges - offset).greatest(0)
    due_later = choice(form, [(later | waits, due)], zero)
    extension = _extension(facts, terms, dates=dates, spans=spans, price=price, credit=rest)
    to_account = choice(form, [(route.among("offset", "account_credit") & to_next.negate(), rest)], zero)
    to_next_bill = choice(form, [(to_next, rest)], zero)
    next_on, renewal = _next_bill(facts, dates=dates, price=price, extension=extension)
    to_bill = renewal + due_later
    used = to_bill.least(to_next_bill + to_account + facts.whole("subscription.account_credit"))
    return Settlement(
        credit=credit,
        forfeited=choice(form, [(forfeits, swap.credit)], zero),
        charges=charges,
        debt_reduced=debt_reduced,
        offset=offset,
        to_account=to_account,
        refunded=choice(form, [(route.among("refund"), rest)], zero),
        to_next_bill=to_next_bill,
        to_time=choice(form, [(route.among("extend_time"), rest)], zero),
        due=due,
        due_now=choice(form, [(later | waits, zero)], due),
        due_later=due_later,
        extension=extension,
        next_bill_on=next_on,
        next_bill=to_bill - used,
        next_bill_renewal=renewal,
        account_used=used,
    )


def _charges(swap: Swap, extras: Extras) -> Int:
    """Everything the change bills."""
    ending = extras.contract.penalty + extras.contract.remainder
    return swap.charge + swap.charge_old + extras.fee + extras.one_time + extras.setup + ending


def _number(value: TermValue) -> int:
    return value.number if isinstance(value, Choice) else 0


def _next_bill(facts: Facts, *, dates: Dates, price: Prices, extension: Extension) -> tuple[Int, Int]:
    """The next date on which something is billed, and the recurring amount on it.

    A change that takes effect later is billed on its own day; one beyond the running period leaves a bill of the old
    plan in between. A cancellation leaves no recurring bill.
    """
    form, zero = facts.form, facts.form.lit(0)
    later = dates.immediate.negate()
    beyond = later & (dates.effective > facts.period_end)
    regular = choice(form, [(facts.is_cancel, zero), (price.to_in_arrear, zero)], price.new_renewal)
    on = choice(
        form,
        [(beyond, facts.period_end), (later, dates.effective), (extension.active, extension.then_until)],
        dates.bill_end,
    )
    amount = choice(form, [(beyond, price.old), (later, zero)], regular)
    return on, amount


def _extension(facts: Facts, terms: Terms, *, dates: Dates, spans: Intervals, price: Prices, credit: Int) -> Extension:
    """How far the unused money reaches on the new plan, by the terms `extend.*`."""
    form = facts.form
    active = terms["unused_credit"].among("extend_time") & dates.immediate & facts.is_cancel.negate()
    monthly = terms["extend.unit"].among("month")
    day = whole_node(form, calendar.civil(dates.effective)[2])
    following = whole_node(
        form, calendar.step(dates.effective, months=spans.to_months, days=spans.to_days, anchor_day=day)
    )
    length = terms["extend.period_days"].choose_int(
        lambda value: (
            (following - dates.effective).greatest(1)
            if word_of(value) == "actual"
            else form.lit(max(_number(value), 1))
        )
    )
    per_interval = choice(form, [(monthly, spans.to_months.greatest(1))], length)
    units, num, den = _units(facts, terms, credit=credit, price=price.new, per_interval=per_interval)
    after = terms["extend.starts"].among("day_after")
    starts = choice(form, [(after, dates.effective + 1)], dates.effective)
    bounded = units.least(36_500)
    ends = choice(
        form,
        [(monthly, whole_node(form, calendar.add_months(starts, bounded.least(1_200), anchor_day=day)))],
        starts + bounded,
    )
    billed = terms["charge"].among("full")

    def where_active(node: Int) -> Int:
        return choice(form, [(active, node)], form.lit(0))

    return Extension(
        active=active,
        units=where_active(units),
        num=where_active(num),
        den=where_active(den),
        starts=where_active(starts),
        ends=where_active(ends),
        then_until=where_active(choice(form, [(billed, ends + length)], ends)),
    )


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
        return (
            price.greatest(1) if power is None else price.muldiv(power, per_interval.greatest(1), "half_up").greatest(1)
        )

    rate = terms["extend.rate_scale"]
    units = terms["extend.rounding"].choose_int(
        lambda mode: rate.choose_int(lambda value: by_currency(value, lambda power: bought(word_of(mode), power)))
    )
    num = rate.choose_int(
        lambda value: by_currency(value, lambda power: credit * (per_interval if power is None else power))
    )
    return units, num, rate.choose_int(lambda value: by_currency(value, divisor))
