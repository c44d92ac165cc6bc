"""Computing the prorated lines of a change, in the compiled form.

Amounts are minor units and never negative: whether a line is owed or given back is its kind, not its sign.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

from planshift.billing.line import line_amount
from planshift.billing.money import PPM
from planshift.billing.proration import cap_credit, prorate, rounded_share
from planshift.expressions.form import Bool, Int
from planshift.rulebook.coupons import keeps_coupon
from planshift.rulebook.dates import Dates, Intervals, Terms, choice, whole_node
from planshift.rulebook.facts import Facts
from planshift.rulebook.resolution import scale_of, word_of
from planshift.rulebook.shares import (
    SECONDS_PER_UNIT,
    Share,
    by_paid,
    charge_stretch,
    credit_stretch,
    share,
    used_stretch,
)
from planshift.rulebook.sources import TermValue


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Both sides' prices per interval.

    `old` and `new` are for the whole quantity, less the coupon; `old_unit` and `new_unit` are for one piece, before
    coupons: all four on the basis that the terms name. `old_renewal` and `new_renewal` are what a regular bill to come
    holds of each. `billed` is what was billed for the running period and counts for the credit.
    """

    old_unit: Int
    new_unit: Int
    old: Int
    new: Int
    old_renewal: Int
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
    accrued: Int


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
    renewals = [form.lookup(renewal, facts.by_plan_and_currency(key)) for key in (facts.from_price, facts.to_price)]
    same_as_now = facts.truth("subscription.amount.given") | in_arrear[0]
    by_renewal = terms["price_basis"].among("renewal")
    old_unit = choice(form, [(by_renewal & same_as_now.negate(), renewals[0])], facts.from_unit)
    carried = terms["carry.price_override"]
    keeps_override = (
        facts.truth("subscription.amount.given")
        & (carried.among("keep") | (carried.among("drop").negate() & facts.from_price.same(facts.to_price)))
        & facts.truth("request.amount.given").negate()
        & facts.is_cancel.negate()
    )
    agreed = keeps_override | facts.truth("request.amount.given")
    listed = choice(form, [(by_renewal & agreed.negate() & in_arrear[1].negate(), renewals[1])], facts.to_unit)
    new_unit = choice(form, [(keeps_override, facts.whole("subscription.amount"))], listed)
    old = _price(facts, terms, unit=old_unit, new_side=False)
    paid = choice(form, [(facts.truth("subscription.paid.given"), facts.whole("subscription.paid"))], old)
    owed = terms["unpaid"].among("reduce_debt", "count_as_paid")
    owes = (facts.whole("subscription.debt") - facts.whole("subscription.older_debt")).greatest(0)
    billed = choice(form, [(owed & facts.truth("subscription.paid.given"), paid + owes)], paid)
    return Prices(
        old_unit=old_unit,
        new_unit=new_unit,
        old=old,
        new=_price(facts, terms, unit=new_unit, new_side=True),
        old_renewal=_price(facts, terms, unit=choice(form, [(same_as_now, old_unit)], renewals[0]), new_side=False),
        new_renewal=_price(facts, terms, unit=choice(form, [(agreed, new_unit)], renewals[1]), new_side=True),
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
    kept = keeps_coupon(facts, terms)
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


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """A part of a side's period: its share as it is measured, and whether it is the whole, which costs the price."""

    measured: Share
    whole: Bool

    @property
    def share(self) -> Share:
        """The share, 1 for the whole."""
        (num, den), form = self.measured, self.whole.form
        return choice(form, [(self.whole, form.lit(1))], num), choice(form, [(self.whole, form.lit(1))], den)


def swap(facts: Facts, terms: Terms, *, dates: Dates, spans: Intervals, price: Prices) -> Swap:
    """Credit and charge of the change."""
    form, zero = facts.form, facts.form.lit(0)
    by_instants = terms["proration.unit"].among(*SECONDS_PER_UNIT)
    rest = credit_stretch(facts, terms, dates=dates, spans=spans)
    all_of_it = (dates.stop <= facts.period_start) & dates.credit_end.same(facts.period_end) & by_instants.negate()
    # Measured against a term of its own, a period that is longer or shorter than that is not a whole one.
    left = Portion(measured=share(facts, terms, stretch=rest), whole=all_of_it & rest.of_end.same(facts.period_end))
    part = charge_stretch(facts, terms, dates=dates, spans=spans)
    # A running period that is itself a part costs a part, also from its first day on.
    interval = part.of_start.same(facts.period_start) & part.of_end.same(facts.period_end) & by_instants.negate()
    billed = Portion(
        measured=share(facts, terms, stretch=part), whole=dates.whole & (dates.keeps_period.negate() | interval)
    )
    used = _used(facts, terms, dates=dates, spans=spans)
    gives, bills, bills_old = _sides(facts, terms, dates=dates, spans=spans, price=price)
    credit = choice(form, [(gives, _credit(facts, terms, price, left))], zero)
    charge = choice(form, [(bills, _charge(facts, terms, price=price, spans=spans, portions=(left, billed)))], zero)
    net = terms["rounding.place"].among("net") & gives & bills & terms["charge"].among("prorated")
    netted = _netted(facts, terms, price=price, credit=credit, portions=(left, billed))
    old = _part(facts, terms, unit=price.old_unit, new_side=False, fraction=used.measured)
    return Swap(
        credit=credit,
        charge=choice(form, [(net & spans.to_once.negate(), netted)], charge),
        charge_old=choice(form, [(bills_old & used.whole, price.old), (bills_old, old)], zero),
        credit_share=left.share,
        charge_share=billed.share,
        charge_old_share=used.share,
        gives_credit=gives,
        bills=bills,
        bills_old=bills_old,
        accrued=_new_part(facts, terms, price=price, part=billed),
        begin=choice(form, [(dates.whole & dates.keeps_period.negate(), dates.effective)], part.start),
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
        & before_end
    )
    bills = facts.is_cancel.negate() & price.to_in_arrear.negate() & terms["charge"].among("none").negate()
    extends = terms["unused_credit"].among("extend_time") & spans.to_once.negate()
    bills = bills & (extends & terms["charge"].among("full").negate()).negate()
    return gives, bills, facts.is_start.negate() & price.from_in_arrear & (before_end | facts.is_renewal)


def _used(facts: Facts, terms: Terms, *, dates: Dates, spans: Intervals) -> Portion:
    """In arrear: the used part. It is owed in any case, so where nothing is prorated it is counted in days."""
    form, unit = facts.form, terms["proration.unit"]
    stretch = used_stretch(facts, terms, dates=dates, spans=spans)
    num, den = share(facts, terms, stretch=stretch)
    days, period = (stretch.end - stretch.start).greatest(0), (stretch.of_end - stretch.of_start).greatest(1)
    none = unit.among("none")
    whole = (stretch.start <= stretch.of_start) & stretch.end.same(stretch.of_end)
    return Portion(
        measured=(choice(form, [(none, days)], num), choice(form, [(none, period)], den)),
        whole=whole & unit.among(*SECONDS_PER_UNIT).negate(),
    )


def _credit(facts: Facts, terms: Terms, price: Prices, left: Portion) -> Int:
    """What the unused part of the running period is worth, never more than was paid and not yet given back."""
    form, given_back = facts.form, facts.whole("subscription.given_back")
    listed = _part(facts, terms, unit=price.old_unit, new_side=False, fraction=left.measured)
    paid = _prorated(facts, terms, price.billed, left.measured)
    paid_for = by_paid(facts, terms)
    base = choice(form, [(paid_for, price.billed)], price.old)
    in_full = terms["credit"].among("full") | left.whole
    potential = choice(form, [(in_full, base), (paid_for, paid)], listed)
    return whole_node(form, cap_credit(potential, price.billed, given_back))


def _charge(facts: Facts, terms: Terms, *, price: Prices, spans: Intervals, portions: tuple[Portion, Portion]) -> Int:
    """What the new plan costs up to its next regular bill, by the term `charge`."""
    form = facts.form
    (left, total), part = portions[0].share, portions[1]
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
        return choice(form, [(spans.to_once, price.new)], _new_part(facts, terms, price=price, part=part))

    return terms["charge"].choose_int(by)


def _new_part(facts: Facts, terms: Terms, *, price: Prices, part: Portion) -> Int:
    """A part of the new price; the whole costs the price, whatever its units say."""
    rest = _part(facts, terms, unit=price.new_unit, new_side=True, fraction=part.measured)
    return choice(facts.form, [(part.whole, price.new)], rest)


def _netted(facts: Facts, terms: Terms, *, price: Prices, credit: Int, portions: tuple[Portion, Portion]) -> Int:
    """The charge that, less the credit, is the difference of both sides rounded once.

    The rounding of a negative difference is that of its size with the sign put back. Where a rate is rounded and both
    sides are the same part of a period, the rate of their difference is. The sides can be rounded early, to decimals
    below the minor unit.
    """
    form = facts.form
    in_full, one = terms["credit"].among("full"), form.lit(1)
    listed, new = (_listed(facts, terms, price, new_side=side) for side in (False, True))
    old = choice(form, [(by_paid(facts, terms), price.billed * PPM)], listed)
    paid = choice(form, [(facts.truth("subscription.paid.given"), price.billed * PPM)], listed)
    cap = (paid - facts.whole("subscription.given_back") * PPM).greatest(0)

    def build(mode: str, scale: int | None, power: int | None) -> Int:
        (n1, d1), (n2, d2) = (_early(portion.share, None if power else scale) for portion in portions)
        n1, d1 = choice(form, [(in_full, one)], n1), choice(form, [(in_full, one)], d1)
        back = (old * n1).least(cap * d1)
        more, less = new * n2 * d1, back * d2
        net = _size(more, less).muldiv(1, d1 * d2 * PPM, mode)
        net = _of_rounded_sides(facts, terms, sides=((new * n2, d2), (back, d1)), mode=mode, exact=net)
        if power is not None:
            alike = n1.same(n2) & d1.same(d2) & n1.same(d1).negate() & (old * n1 <= cap * d1)
            rated = prorate(_size(new, old), n2, d2, per=PPM, mode=mode, rate_power=power)
            net = choice(form, [(alike, whole_node(form, rated))], net)
        return choice(form, [(less > more, (credit - net).greatest(0))], credit + net)

    return by_rounding(facts, terms, build=build)


def _of_rounded_sides(facts: Facts, terms: Terms, *, sides: tuple[Share, Share], mode: str, exact: Int) -> Int:
    """The size of the difference of two sides that are rounded early where the terms say so, else `exact`.

    A side is a fraction of millionths of a minor unit. How far the decimals reach below the unit is the currency's.
    """

    def by(value: TermValue) -> Int:
        scale = scale_of(value)
        if scale is None:
            return exact
        powers = [10 ** max(scale - decimals, 0) for decimals in facts.tables.decimals]
        found = [
            (facts.currency.same(k), _rounded_net(sides, power=power, mode=mode)) for k, power in enumerate(powers)
        ]
        return choice(facts.form, found[1:], found[0][1])

    return terms["rounding.side_scale"].choose_int(by)


def _rounded_net(sides: tuple[Share, Share], *, power: int, mode: str) -> Int:
    new, old = (num.muldiv(power, den * PPM, mode) for num, den in sides)
    return _size(new, old).muldiv(1, power, mode)


def _size(a: Int, b: Int) -> Int:
    """How far two numbers are apart."""
    return (a - b).greatest(b - a).greatest(0)


def _early(fraction: Share, scale: int | None) -> Share:
    """The share, rounded to its decimals where the terms say so."""
    if scale is None:
        return fraction
    num, power = rounded_share(*fraction, scale)
    return whole_node(fraction[0].form, num), fraction[0].lift(power)


def _listed(facts: Facts, terms: Terms, price: Prices, *, new_side: bool) -> Int:
    """A side's price for the whole quantity less its coupon, in millionths of a minor unit, so that nothing is cut."""
    ppm, amount = coupon(facts, terms, new_side=new_side)
    unit = price.new_unit if new_side else price.old_unit
    gross = unit * _quantity(facts, new_side=new_side) * (PPM - ppm)
    return (gross - amount * PPM).greatest(0)
