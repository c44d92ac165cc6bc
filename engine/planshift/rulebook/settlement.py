"""Where the money of a change goes: what is due now, what waits for the next bill, what stays with the customer.

INVARIANT: credit = debt_reduced + offset + to_account + refunded + to_next_bill + to_time, to the last unit.
INVARIANT: charges = offset + due, and due = due_now + due_later + due_held.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

from planshift.billing import calendar
from planshift.billing.proration import extension_units
from planshift.expressions.form import Bool, Int
from planshift.policy.term_values import Choice, Names
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
    routed: Routed
    due: Int
    due_now: Int
    due_later: Int
    due_held: Int
    extension: Extension
    next_bill_on: Int
    next_bill: Int
    next_bill_renewal: Int
    account_used: Int


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """What is left of the credit, by where it goes; at most one of them is not 0."""

    to_account: Int
    refunded: Int
    to_next_bill: Int
    to_time: Int


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
    route, held = terms["unused_credit"], _held(facts, terms)
    forfeits = route.among("forfeit")
    credit = choice(form, [(forfeits, zero)], swap.credit)
    charges = _charges(swap, extras)
    reduces = terms["unpaid"].among("reduce_debt") & held.negate()
    debt_reduced = credit.least(choice(form, [(reduces, facts.whole("subscription.debt"))], zero))
    left = credit - debt_reduced
    nets = route.among("offset", "refund") & held.negate()
    offset = left.least(choice(form, [(nets, charges)], zero))
    extension = _extension(facts, terms, dates=dates, spans=spans, price=price, credit=left - offset)
    routed = _routed(facts, terms, dates=dates, rest=left - offset, spendable=held.negate(), extends=extension.active)
    ending = extras.contract.penalty + extras.contract.remainder
    due = (charges - offset).greatest(0)
    due_held = due.least(choice(form, [(held, ending)], zero))
    waits = dates.immediate.negate() | terms["collect"].among("next_invoice")
    due_later = choice(form, [(waits, due - due_held)], zero)
    next_on, renewal = _next_bill(facts, terms, dates=dates, spans=spans, price=price, swap=swap, extension=extension)
    to_bill = renewal + choice(form, [(_beyond(facts, dates), zero)], due_later)
    fresh = choice(form, [(held, zero)], routed.to_next_bill + routed.to_account)
    used = to_bill.least(fresh + facts.whole("subscription.account_credit"))
    return Settlement(
        credit=credit,
        forfeited=choice(form, [(forfeits, swap.credit)], zero),
        charges=charges,
        debt_reduced=debt_reduced,
        offset=offset,
        routed=routed,
        due=due,
        due_now=choice(form, [(waits, zero)], due - due_held),
        due_later=due_later,
        due_held=due_held,
        extension=extension,
        next_bill_on=next_on,
        next_bill=to_bill - used,
        next_bill_renewal=renewal,
        account_used=used,
    )


def _held(facts: Facts, terms: Terms) -> Bool:
    """Whether credit and the cost of ending a contract wait for events: usage of the old plan is yet to be rated."""
    buckets = facts.tables.plan_column("plan.usage_bucket", lambda plan: int(plan.usage_bucket))
    bucket = facts.form.lookup(buckets, facts.from_plan).same(1)
    return bucket & terms["hold_credit_until"].holds(lambda value: isinstance(value, Names) and bool(value.names))


def _routed(facts: Facts, terms: Terms, *, dates: Dates, rest: Int, spendable: Bool, extends: Bool) -> Routed:
    """Where the credit goes that reduces neither debt nor charges.

    What its route cannot take stays on the account: a held credit cannot be spent yet, there is no next bill after a
    cancellation, and time can be bought only where the new plan begins at once.
    """
    form, zero = facts.form, facts.form.lit(0)
    route = terms["unused_credit"]
    waits = terms["collect"].among("next_invoice") & dates.immediate
    to_next = spendable & facts.is_cancel.negate() & (route.among("next_invoice") | (route.among("offset") & waits))
    keeps = route.among("offset", "account_credit", "next_invoice") | (route.among("extend_time") & extends.negate())
    return Routed(
        to_account=choice(form, [(keeps & to_next.negate(), rest)], zero),
        refunded=choice(form, [(route.among("refund"), rest)], zero),
        to_next_bill=choice(form, [(to_next, rest)], zero),
        to_time=choice(form, [(route.among("extend_time") & extends, rest)], zero),
    )


def _charges(swap: Swap, extras: Extras) -> Int:
    """Everything the change bills."""
    ending = extras.contract.penalty + extras.contract.remainder
    return swap.charge + swap.charge_old + extras.fee + extras.one_time + extras.setup + ending


def _number(value: TermValue) -> int:
    return value.number if isinstance(value, Choice) else 0


def _next_bill(
    facts: Facts, terms: Terms, *, dates: Dates, spans: Intervals, price: Prices, swap: Swap, extension: Extension
) -> tuple[Int, Int]:
    """The next date on which something is billed, and the recurring amount on it.

    A change that takes effect later is billed on its own day, or with the next invoice where collection waits; one
    beyond the running period leaves a bill of the old plan in between. In arrear the next bill is for the days from
    the change on. A cancellation leaves no recurring bill, and neither does a price that is charged once.
    """
    form, zero = facts.form, facts.form.lit(0)
    beyond = _beyond(facts, dates)
    own_day = dates.immediate.negate() & bills_with_next_invoice(facts, terms, dates).negate()
    ends = facts.is_cancel | spans.to_once
    regular = choice(form, [(ends, zero), (price.to_in_arrear, swap.accrued)], price.new_renewal)
    old = choice(form, [(spans.from_once, zero)], price.old_renewal)
    on = choice(
        form,
        [(beyond, facts.period_end), (own_day, dates.effective), (extension.active, extension.then_until)],
        dates.bill_end,
    )
    return on, choice(form, [(beyond, old), (own_day, zero)], regular)


def _beyond(facts: Facts, dates: Dates) -> Bool:
    """Whether the running plan is billed once more before the change takes effect."""
    return dates.immediate.negate() & (dates.effective > facts.period_end) & facts.is_start.negate()


def bills_with_next_invoice(facts: Facts, terms: Terms, dates: Dates) -> Bool:
    """Whether the lines of the change wait for the regular bill that follows it inside the running period."""
    return terms["collect"].among("next_invoice") & (dates.immediate | (dates.effective < facts.period_end))


def _extension(facts: Facts, terms: Terms, *, dates: Dates, spans: Intervals, price: Prices, credit: Int) -> Extension:
    """How far the unused money reaches on the new plan, by the terms `extend.*`; what costs nothing sells no time."""
    form = facts.form
    sells_time = facts.is_cancel.negate() & spans.to_once.negate() & price.to_in_arrear.negate() & (price.new > 0)
    free = dates.immediate & _held(facts, terms).negate()
    active = terms["unused_credit"].among("extend_time") & free & sells_time
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
    months = units.least(1_200)
    ends = choice(
        form,
        [(monthly, whole_node(form, calendar.add_months(starts, months, anchor_day=day)))],
        starts + units.least(36_500),
    )
    paid_months = whole_node(form, calendar.add_months(starts, months + spans.to_months, anchor_day=day))
    paid = choice(form, [(monthly & (spans.to_months > 0), paid_months)], ends + length)
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
        then_until=where_active(choice(form, [(billed, paid)], ends)),
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
        return price if power is None else price.muldiv(power, per_interval.greatest(1), "half_up")

    def factor(power: int | None) -> Int:
        return choice(form, [(divisor(power) > 0, credit)], form.lit(0)) * (per_interval if power is None else power)

    rate = terms["extend.rate_scale"]
    units = terms["extend.rounding"].choose_int(
        lambda mode: rate.choose_int(lambda value: by_currency(value, lambda power: bought(word_of(mode), power)))
    )
    num = rate.choose_int(lambda value: by_currency(value, factor))
    return units, num, rate.choose_int(lambda value: by_currency(value, divisor)).greatest(1)
