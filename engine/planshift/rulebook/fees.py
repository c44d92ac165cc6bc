"""What a change costs besides the plan itself: its fee, one-time services, set-up, and leaving a contract early."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import final

from planshift.billing import calendar
from planshift.billing.catalog import Plan
from planshift.billing.money import PPM
from planshift.expressions.form import Bool, Int, Table
from planshift.policy.term_values import FEE_BASES, Fee
from planshift.rulebook.amounts import Prices, Swap, by_rounding
from planshift.rulebook.catalog_tables import MAX_AMOUNT
from planshift.rulebook.dates import Dates, Intervals, Terms, choice, whole_node
from planshift.rulebook.facts import Facts
from planshift.rulebook.resolution import ResolvedTerm
from planshift.rulebook.sources import Computed


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ContractOutcome:
    """What becomes of the commitment: `carries` the running one on, `begins` the target's, or `ends` with its cost."""

    carries: Bool
    begins: Bool
    ends: Bool
    penalty: Int
    remainder: Int
    months: Int
    days: Int


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """The lines besides credit and charge."""

    fee: Int
    one_time: Int
    setup: Int
    contract: ContractOutcome


def fee_amount(facts: Facts, terms: Terms, *, price: Prices, swap: Swap) -> Int:
    """The fee of the change in minor units."""
    form, term = facts.form, terms["fee"]
    computed = [
        (term.value.same(k), by_rounding(facts, terms, build=lambda mode, _scale, _power, v=value: v.build(mode)))  # type: ignore[misc]  # the default binds the loop's value
        for k, value in enumerate(term.values)
        if isinstance(value, Computed)
    ]
    fixed = _per_currency(facts, "fee.fixed", term=term, read=lambda fee: dict(fee.amounts))
    ppm = term.column(lambda value: value.ppm if isinstance(value, Fee) else 0)
    bases = {
        "to.price": price.new_unit * facts.whole("request.quantity"),
        "from.price": price.old_unit * facts.whole("subscription.quantity"),
        "charge_base": swap.charge,
    }
    named = term.column(lambda value: FEE_BASES.index(value.of) if isinstance(value, Fee) and value.of else 0)
    base = choice(form, [(named.same(k), bases[of]) for k, of in enumerate(FEE_BASES)][1:], bases[FEE_BASES[0]])
    share = by_rounding(facts, terms, build=lambda mode, _scale, _power: base.muldiv(ppm, PPM, mode))
    low = _per_currency(facts, "fee.low", term=term, read=lambda fee: dict(fee.at_least))
    high = _per_currency(facts, "fee.high", term=term, read=lambda fee: dict(fee.at_most), absent=MAX_AMOUNT)
    amount = (fixed + share).greatest(low).least(high)
    return choice(form, computed, amount).greatest(0)


def _per_currency(
    facts: Facts,
    name: str,
    *,
    term: ResolvedTerm,
    read: Callable[[Fee], Mapping[str, int]],
    absent: int = 0,
) -> Int:
    rows = tuple(value if isinstance(value, Fee) else Fee() for value in term.values)
    cells = tuple(read(row).get(currency, absent) for row in rows for currency in facts.tables.currencies)
    return facts.form.lookup(Table(name, cells), facts.by_plan_and_currency(term.value))


def one_time_amount(facts: Facts, terms: Terms) -> Int:
    """The target's one-time services, in full or not at all, by the term `one_time`."""
    services = {service.name: dict(service.one_time) for service in facts.tables.catalog.services}

    def amounts(plan: Plan) -> list[tuple[str, int]]:
        return [
            (currency, sum(services.get(name, {}).get(currency, 0) for name in plan.services))
            for currency in facts.tables.currencies
        ]

    table = facts.tables.plan_amounts("plan.one_time", amounts)
    full = facts.form.lookup(table, facts.by_plan_and_currency(facts.to_plan))
    term = terms["one_time"]
    billed = term.among("bill") | (term.among("as_requested") & facts.truth("request.bill_one_time"))
    return choice(facts.form, [(billed & facts.from_plan.same(facts.to_plan).negate(), full)], facts.form.lit(0))


def setup_amount(facts: Facts, terms: Terms) -> Int:
    """The target price's set-up amount, by the term `setup`."""
    table = facts.tables.price_amounts("price.setup", lambda price: price.setup)
    full = facts.form.lookup(table, facts.by_plan_and_currency(facts.to_price))
    billed = terms["setup"].among("bill") & facts.from_price.same(facts.to_price).negate()
    return choice(facts.form, [(billed, full)], facts.form.lit(0))


def contract_outcome(
    facts: Facts, terms: Terms, *, dates: Dates, spans: Intervals, price: Prices, settled: Bool
) -> ContractOutcome:
    """What becomes of the contract, and what leaving it early costs."""
    form = facts.form
    ends_on = facts.whole("contract.ends_on")
    running = facts.truth("contract.given") & (ends_on > dates.effective)
    months, days = (_term(facts, unit) for unit in ("months", "days"))
    offered = ((months > 0) | (days > 0)) & facts.is_cancel.negate() & facts.from_plan.same(facts.to_plan).negate()
    rule = terms["contract"]
    follows = rule.among("destination_then_source") & offered.negate()
    same_plan = facts.from_plan.same(facts.to_plan)
    carries = running & facts.is_cancel.negate() & (rule.among("source") | follows | same_plan)
    begins = offered & rule.among("destination", "destination_then_source")
    broken = running & carries.negate()
    leaving = terms["early_termination"]
    by_contract = leaving.among("as_contract")
    penalty = broken & (by_contract | leaving.among("penalty", "both"))
    rest = broken & ((by_contract & facts.truth("contract.remainder")) | leaving.among("remainder", "both"))
    amount = _remainder(facts, terms, dates=dates, spans=spans, price=price, settled=settled)
    return ContractOutcome(
        carries=carries,
        begins=begins,
        ends=broken,
        penalty=choice(form, [(penalty, facts.whole("contract.penalty"))], form.lit(0)),
        remainder=choice(form, [(rest, amount)], form.lit(0)),
        months=months,
        days=days,
    )


def _term(facts: Facts, unit: str) -> Int:
    """How many units the commitment of the new plan runs; its length is counted in months or in days."""

    def length(plan: Plan) -> int:
        return 0 if plan.contract is None else plan.contract.months if unit == "months" else plan.contract.days

    return facts.form.lookup(facts.tables.plan_column(f"plan.contract.{unit}", length), facts.to_plan)


def _remainder(facts: Facts, terms: Terms, *, dates: Dates, spans: Intervals, price: Prices, settled: Bool) -> Int:
    """The old price for the rest of the contract, from where the customer's payments stop to count.

    That is where the change settles the running period, by a credit or by billing its used days, else where the period
    ends. Counted in whole months and the days of the last one begun, or in days where the interval is of days; what is
    charged once has nothing left to charge.
    """
    form, ends_on = facts.form, facts.whole("contract.ends_on")
    begin = choice(form, [(settled, dates.stop)], facts.period_end).least(ends_on)
    whole = whole_node(form, calendar.whole_months(begin, ends_on)).greatest(0)
    day = whole_node(form, calendar.civil(begin)[2])
    reached = whole_node(form, calendar.add_months(begin, whole, anchor_day=day))
    following = whole_node(form, calendar.add_months(begin, whole + 1, anchor_day=day))
    length = (following - reached).greatest(1)
    monthly = spans.from_months > 0
    rest = choice(form, [(monthly, whole * length + (ends_on - reached).greatest(0))], (ends_on - begin).greatest(0))
    num = choice(form, [(spans.from_once, form.lit(0))], rest)
    den = choice(form, [(monthly, length * spans.from_months)], spans.from_days).greatest(1)
    return by_rounding(facts, terms, build=lambda mode, _scale, _power: price.old.muldiv(num, den, mode))
