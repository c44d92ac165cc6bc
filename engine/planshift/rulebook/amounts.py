"""Computing the prorated lines of a change, in the compiled form.

Amounts are minor units and never negative: whether a line is owed or given back is its kind, not its sign.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

from planshift.billing.line import line_amount
from planshift.billing.money import PPM
from planshift.billing.proration import cap_credit, prorate
from planshift.expressions.form import Bool, Int
from planshift.rulebook.dates import Dates, Intervals, Terms, choice, whole_node
from planshift.rulebook.facts import Facts
from planshift.rulebook.resolution import scale_of, word_of
from planshift.rulebook.shares import SECONDS_PER_UNIT, Share, charge_stretch, credit_stretch, share, used_stretch
from planshift.rulebook.sources import TermValue


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Both sides' prices per interval.

    `old` and `new` are for the whole quantity, less the coupon; `old_unit` and `new_unit` are for one piece, before
    coupons. `billed` is what was billed for the running period and counts for the credit.
    """

    old_unit: Int
    new_unit: Int
    old: Int
    new: Int
    new_renewal: Int
    billed: Int
    from_in_arrear: Bool
    to_in_arrear: Bool


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """The two prorated sides of a change, each with the share it was computed from."""

    credit: Int
    charge: Int
    charge_old: Int
    credit_share: Share
    charge_share: Share
    charge_old_share: Share
    gives_credit: Bool
    bills: Bool
    bills_old: Bool
    begin: Int


def by_rounding(facts: Facts, terms: Terms, *, build: Callable[[str, int | None, int | None], Int]) -> Int:
    """What `build` makes of the rounding mode, the decimals of the share and the power of ten of the rate.

    The rate's power counts decimals below the minor unit, so it depends on the currency; None means not rounded.
    """

    def with_mode(mode: TermValue) -> Int:
        return terms["proration.share_scale"].choose_int(lambda scale: with_scale(word_of(mode), scale_of(scale)))

    def with_scale(mode: str, scale: int | None) -> Int:
        return terms["proration.rate_scale"].choose_int(lambda rate: with_rate(mode, scale=scale, rate=scale_of(rate)))

    def with_rate(mode: str, *, scale: int | None, rate: int | None) -> Int:
        if rate is None:
            return build(mode, scale, None)
        powers = [10 ** max(rate - decimals, 0) for decimals in facts.tables.decimals]
        branches = [(facts.currency.same(k), build(mode, None, power)) for k, power in enumerate(powers)]
        return choice(facts.form, branches[1:], branches[0][1])

    return terms["rounding.mode"].choose_int(with_mode)


def prices(facts: Facts, terms: Terms, *, in_arrear: tuple[Bool, Bool]) -> Prices:
    """The amounts of both prices in the subscription's currency."""
    form, tables = facts.form, facts.tables
    renewal = tables.price_amounts("price.renewal", lambda price: price.renewal or price.amounts)
    to_key = facts.by_plan_and_currency(facts.to_price)
    old_unit = facts.from_unit
    keeps_override = (
        facts.truth("subscription.amount.given")
        & facts.from_price.same(facts.to_price)
        & terms["carry.price_override"].among("keep", "keep_if_same")
        & facts.truth("request.amount.given").negate()
    )
    new_unit = choice(form, [(keeps_override, facts.whole("subscription.amount"))], facts.to_unit)
    agreed = keeps_override | facts.truth("request.amount.given")
    old = _price(facts, terms, unit=old_unit, new_side=False)
    paid = choice(form, [(facts.truth("subscription.paid.given"), facts.whole("subscription.paid"))], old)
    owed = terms["unpaid"].among("reduce_debt", "count_as_paid")
    billed = choice(
        form, [(owed & facts.truth("subscription.paid.given"), paid + facts.whole("subscription.debt"))], paid
    )
    return Prices(
        old_unit=old_unit,
        new_unit=new_unit,
        old=old,
        new=_price(facts, terms, unit=new_unit, new_side=True),
        new_renewal=_price(
            facts, terms, unit=choice(form, [(agreed, new_unit)], form.lookup(renewal, to_key)), new_side=True
        ),
        billed=billed,
        from_in_arrear=in_arrear[0],
        to_in_arrear=in_arrear[1],
    )


def coupon(facts: Facts, terms: Terms, *, new_side: bool) -> tuple[Int, Int]:
    """The discount of a side: a share in millionths and an amount per interval."""
    form = facts.form
    held = facts.whole("subscription.discount.ppm"), facts.whole("subscription.discount.amount")
    if not new_side:
        return held
    kept = terms["carry.coupons"].among("keep", "keep_if_same")
    asked = facts.truth("request.discount.given")
    ppm = choice(form, [(asked, facts.whole("request.discount.ppm")), (kept, held[0])], form.lit(0))
    return ppm, choice(form, [(asked, facts.whole("request.discount.amount")), (kept, held[1])], form.lit(0))


def _quantity(facts: Facts, *, new_side: bool) -> Int:
    return facts.whole("request.quantity" if new_side else "subscription.quantity")


def _price(facts: Facts, terms: Terms, *, unit: Int, new_side: bool) -> Int:
    """A whole interval of one side: quantity in, coupon off, rounded once."""
    return _part(facts, terms, unit=unit, new_side=new_side, fraction=(facts.form.lit(1), facts.form.lit(1)))


def _part(facts: Facts, terms: Terms, *, unit: Int, new_side: bool, fraction: Share) -> Int:
    """A share of an interval of one side, rounded once by the terms."""
    ppm, amount = coupon(facts, terms, new_side=new_side)
    quantity = _quantity(facts, new_side=new_side)
    whole = fraction[0].literal == 1 and fraction[1].literal == 1

    def build(mode: str, share_scale: int | None, power: int | None) -> Int:
        def line(discount: Int | int, discount_ppm: Int | None) -> Int:
            node = line_amount(
                unit,
                quantity=quantity,
                discount=discount,
                discount_ppm=discount_ppm,
                num=fraction[0],
                den=fraction[1],
                mode=mode,
                share_scale=share_scale,
                rate_power=None if whole else power,
            )
            return whole_node(facts.form, node)

        # Most subscriptions have no coupon: they are spared the millionths.
        return choice(facts.form, [((ppm > 0) | (amount > 0), line(amount, ppm))], line(0, None))

    return by_rounding(facts, terms, build=build)


def _prorated(facts: Facts, terms: Terms, amount: Int, fraction: Share) -> Int:
    """A share of an amount that was billed, rounded once by the terms."""

    def build(mode: str, share_scale: int | None, power: int | None) -> Int:
        node = prorate(amount, fraction[0], fraction[1], mode=mode, share_scale=share_scale, rate_power=power)
        return whole_node(facts.form, node)

    return by_rounding(facts, terms, build=build)


def whole_or(facts: Facts, whole: Bool, *, fraction: Share) -> Share:
    """The share, or 1 where the part is a whole period."""
    one = facts.form.lit(1)
    return choice(facts.form, [(whole, one)], fraction[0]), choice(facts.form, [(whole, one)], fraction[1])


def swap(facts: Facts, terms: Terms, *, dates: Dates, spans: Intervals, price: Prices) -> Swap:
    """Credit and charge of the change."""
    by_instants = terms["proration.unit"].among(*SECONDS_PER_UNIT)
    credit_fraction = whole_or(
        facts,
        (dates.stop <= facts.period_start) & dates.credit_end.same(facts.period_end) & by_instants.negate(),
        fraction=share(facts, terms, stretch=credit_stretch(facts, terms, dates=dates, spans=spans)),
    )
    part = charge_stretch(facts, terms, dates=dates, spans=spans)
    charge_fraction = whole_or(
        facts,
        dates.whole & (by_instants & dates.keeps_period).negate(),
        fraction=share(facts, terms, stretch=part),
    )
    gives, bills, bills_old = _sides(facts, terms, dates=dates, spans=spans, price=price)
    used = _used_share(facts, terms, dates=dates, spans=spans)
    zero = facts.form.lit(0)
    credit = choice(facts.form, [(gives, _credit(facts, terms, price, credit_fraction))], zero)
    charge = _charge(facts, terms, price=price, spans=spans, fractions=(credit_fraction, charge_fraction))
    charge = choice(facts.form, [(bills, charge)], zero)
    net = terms["rounding.place"].among("net") & gives & bills & terms["charge"].among("prorated")
    charge = choice(
        facts.form, [(net, _netted(facts, terms, price, credit, (credit_fraction, charge_fraction)))], charge
    )
    return Swap(
        credit=credit,
        charge=charge,
        charge_old=choice(
            facts.form, [(bills_old, _part(facts, terms, unit=price.old_unit, new_side=False, fraction=used))], zero
        ),
        credit_share=credit_fraction,
        charge_share=charge_fraction,
        charge_old_share=used,
        gives_credit=gives,
        bills=bills,
        bills_old=bills_old,
        begin=choice(facts.form, [(dates.whole & dates.keeps_period.negate(), dates.effective)], part.start),
    )


def _sides(facts: Facts, terms: Terms, *, dates: Dates, spans: Intervals, price: Prices) -> tuple[Bool, Bool, Bool]:
    """Whether the change credits the old plan, bills the new one, and bills used days of the old one."""
    before_end = dates.effective < facts.period_end
    unit = terms["proration.unit"]
    settled = unit.among("none").negate() | terms["credit"].among("full")
    gives = (
        facts.is_start.negate()
        & price.from_in_arrear.negate()
        & spans.from_once.negate()
        & terms["credit"].among("none").negate()
        & terms["charge"].among("difference").negate()
        & settled
        & terms["timing"].among("period_end").negate()
    )
    bills = facts.is_cancel.negate() & price.to_in_arrear.negate() & terms["charge"].among("none").negate()
    extends = terms["unused_credit"].among("extend_time")
    bills = bills & (extends & terms["charge"].among("full").negate()).negate()
    return gives, bills, facts.is_start.negate() & price.from_in_arrear & before_end


def _used_share(facts: Facts, terms: Terms, *, dates: Dates, spans: Intervals) -> Share:
    """In arrear: the used part. It is owed in any case, so where nothing is prorated it is counted in days."""
    form = facts.form
    stretch = used_stretch(facts, terms, dates=dates, spans=spans)
    num, den = share(facts, terms, stretch=stretch)
    whole = terms["proration.unit"].among("none")
    days, period = (stretch.end - stretch.start).greatest(0), (stretch.of_end - stretch.of_start).greatest(1)
    return choice(form, [(whole, days)], num), choice(form, [(whole, period)], den)


def _credit(facts: Facts, terms: Terms, price: Prices, fraction: Share) -> Int:
    """What the unused part of the running period is worth, never more than was paid and not yet given back."""
    form, given_back = facts.form, facts.whole("subscription.given_back")
    listed = _part(facts, terms, unit=price.old_unit, new_side=False, fraction=fraction)
    paid = _prorated(facts, terms, price.billed, fraction)
    by_paid = terms["credit_basis"].among("paid") & facts.truth("subscription.paid.given")
    part = choice(form, [(by_paid, paid)], listed)
    base = choice(form, [(by_paid, price.billed)], price.old)
    potential = choice(form, [(terms["credit"].among("full"), base)], part)
    return whole_node(form, cap_credit(potential, price.billed, given_back))


def _charge(facts: Facts, terms: Terms, *, price: Prices, spans: Intervals, fractions: tuple[Share, Share]) -> Int:
    """What the new plan costs up to its next regular bill, by the term `charge`."""
    form = facts.form
    (left, total), part = fractions
    by_month = left * spans.from_months.greatest(1), total * spans.to_months.greatest(1)

    def by(value: TermValue) -> Int:
        word = word_of(value)
        if word == "month_equivalent":
            return _part(facts, terms, unit=price.new_unit, new_side=True, fraction=by_month)
        if word == "difference":
            return (price.new - price.billed).greatest(0)
        if word == "none":
            return form.lit(0)
        if word == "full":
            return price.new
        return _part(facts, terms, unit=price.new_unit, new_side=True, fraction=part)

    return choice(
        form, [(spans.to_once & terms["charge"].among("prorated"), price.new)], terms["charge"].choose_int(by)
    )


def _netted(facts: Facts, terms: Terms, price: Prices, credit: Int, fractions: tuple[Share, Share]) -> Int:
    """The charge that, less the credit, is the difference of both sides rounded once.

    The rounding of a negative difference is that of its size with the sign put back. Where a rate is rounded, the rate
    of the difference is. A credit below its share of the price (a cap, or less paid) leaves nothing to net exactly.
    """
    form = facts.form
    (n1, d1), (n2, d2) = fractions
    old = _listed(facts, terms, price, new_side=False)
    new = _listed(facts, terms, price, new_side=True)
    more, less = (new * n2 * d1, old * n1 * d2)
    size = (more - less).greatest(less - more).greatest(0)
    per_unit = (new - old).greatest(old - new).greatest(0)

    def build(mode: str, _scale: int | None, power: int | None) -> Int:
        if power is None:
            return size.muldiv(1, d1 * d2 * PPM, mode)
        return whole_node(form, prorate(per_unit, n2, d2, per=PPM, mode=mode, rate_power=power))

    net = by_rounding(facts, terms, build=build)
    return choice(form, [(less > more, (credit - net).greatest(0))], credit + net)


def _listed(facts: Facts, terms: Terms, price: Prices, *, new_side: bool) -> Int:
    """A side's price for the whole quantity less its coupon, in millionths of a minor unit, so that nothing is cut."""
    ppm, amount = coupon(facts, terms, new_side=new_side)
    unit = price.new_unit if new_side else price.old_unit
    gross = unit * _quantity(facts, new_side=new_side) * (PPM - ppm)
    return (gross - amount * PPM).greatest(0)
