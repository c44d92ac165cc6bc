"""What a change gives back and what it costs, in minor units, each amount rounded once, at its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import final

from planshift.billing.catalog import Price
from planshift.billing.subscription import Discount
from planshift.policy.term_values import Fee
from tests.reference.against import takes_coupon
from tests.reference.change import Change
from tests.reference.days import on_month, whole_months
from tests.reference.evaluate import rounded
from tests.reference.parts import Part, charge_part, credit_part, used_part
from tests.reference.ranks import Terms
from tests.reference.when import When

PPM = 1_000_000


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The price of one side per interval: for one piece, and for all of them less the coupon (exact)."""

    unit: int
    quantity: int
    exact: Fraction


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """Every amount of a change before it is settled; an amount is None where there is no such line."""

    old: Side
    new: Side
    billed: int
    credit: int | None
    charge: int | None
    accrued: int
    charge_old: int | None
    fee: int
    one_time: int
    setup: int
    contract: Contract
    credit_share: Part
    charge_share: Part
    used_share: Part
    begin: date


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What becomes of the commitment."""

    outcome: str
    ends_on: date | None = None
    penalty: int = 0
    remainder: int = 0


def make_bill(change: Change, terms: Terms, when: When) -> Bill:
    """The lines of the change."""
    mode = terms.word("rounding.mode")
    old = old_side(change, by_renewal=by_renewal(terms))
    new = new_side(change, terms, renewal=by_renewal(terms) and not in_arrear(change.new_price))
    billed = _billed(change, terms, rounded(old.exact, mode))
    credit_share, (charge_share, begin) = credit_part(change, terms, when), charge_part(change, terms, when)
    given = _Given(change, terms, old=old, new=new, billed=billed, credit_share=credit_share, charge_share=charge_share)
    credit, exact_credit = given.credit() if _gives_credit(change, terms, when) else (None, Fraction(0))
    charge = given.charge() if _bills(change, terms) else None
    netted = terms.word("rounding.place") == "net" and terms.word("charge") == "prorated"
    if netted and charge is not None and credit is not None and not change.new_interval.once:
        charge = max(credit + given.net(exact_credit), 0)
    arrear = in_arrear(change.old_price)
    used_share = used_part(change, terms, when)
    bills_old = arrear and (when.effective < change.subscription.period.end or change.renews)
    return Bill(
        old=old,
        new=new,
        billed=billed,
        credit=credit,
        charge=charge,
        accrued=given.part(new.exact, charge_share),
        charge_old=given.part(old.exact, used_share) if bills_old else None,
        fee=_fee(change, terms, old=old, new=new, charge=charge or 0),
        one_time=_one_time(change, terms),
        setup=_setup(change, terms),
        contract=_contract(change, terms, when=when, old=old, credited=credit is not None or arrear),
        credit_share=credit_share,
        charge_share=charge_share,
        used_share=used_share,
        begin=begin,
    )


def less_coupon(amount: int, coupon: Discount) -> Fraction:
    """First the share, then the amount; never below nothing."""
    return max(amount * (1 - Fraction(coupon.ppm, PPM)) - coupon.amount, Fraction(0))


def by_renewal(terms: Terms) -> bool:
    """Whether both sides are computed from what renewals cost."""
    return terms.word("price_basis") == "renewal"


def in_arrear(price: Price | None) -> bool:
    """Whether a price is billed for use that has been: then the price that was used at counts, on any basis."""
    return price is not None and price.in_arrear


def old_side(change: Change, *, by_renewal: bool = False) -> Side:
    """The old price: an agreed one, or that of the catalog, on the basis of the terms."""
    held, price = change.subscription, change.old_price
    unit = change.listed_old if held.amount is None or price is None else held.amount
    if by_renewal and price is not None and price.renewal and held.amount is None and not price.in_arrear:
        unit = change.in_currency(price.renewal)
    return Side(unit=unit, quantity=held.quantity, exact=less_coupon(unit * held.quantity, held.discount))


def new_coupon(change: Change, terms: Terms) -> Discount:
    if change.request.discount is not None:
        return change.request.discount
    return change.subscription.discount if keeps_coupon(change, terms) else Discount()


def keeps_coupon(change: Change, terms: Terms) -> bool:
    rule = terms.word("carry.coupons")
    return rule == "keep" or (rule != "drop" and takes_coupon(change, mapped=rule == "map"))


def new_side(change: Change, terms: Terms, *, renewal: bool = False) -> Side:
    """The new price; a renewal may have one of its own, unless a price was agreed with the customer."""
    agreed = agreed_price(change, terms)
    listed = change.listed_new
    if renewal and change.new_price is not None and change.new_price.renewal:
        listed = change.in_currency(change.new_price.renewal)
    unit, quantity = listed if agreed is None else agreed, change.new_quantity
    return Side(unit=unit, quantity=quantity, exact=less_coupon(unit * quantity, new_coupon(change, terms)))


def agreed_price(change: Change, terms: Terms) -> int | None:
    """The price agreed for this change, or the one agreed before where the policy keeps it."""
    if change.request.amount is not None:
        return change.request.amount
    return change.subscription.amount if keeps_agreed_price(change, terms) and not change.cancels else None


def keeps_agreed_price(change: Change, terms: Terms) -> bool:
    """Whether a price that was agreed with the customer holds on the new side as well."""
    rule = terms.word("carry.price_override")
    return rule == "keep" or (rule != "drop" and change.same_price)


def _billed(change: Change, terms: Terms, price: int) -> int:
    """What was billed for the running period and counts for the credit."""
    held = change.subscription
    if held.paid is None:
        return price
    return held.paid if terms.word("unpaid") == "refuse" else held.paid + held.debt - held.older_debt


def _gives_credit(change: Change, terms: Terms, when: When) -> bool:
    """In arrear nothing is credited, nor for what was charged once, nor where the period has run to its end."""
    price = change.old_price
    if price is None or price.in_arrear or price.interval.once or when.effective >= change.subscription.period.end:
        return False
    if terms.word("credit") == "none" or terms.word("charge") == "difference":
        return False
    return terms.word("proration.unit") != "none" or terms.word("credit") == "full"


def _bills(change: Change, terms: Terms) -> bool:
    """Time that is bought by unused money is not billed, unless the charge is in full."""
    price = change.new_price
    if change.cancels or price is None or price.in_arrear or terms.word("charge") == "none":
        return False
    return terms.word("unused_credit") != "extend_time" or terms.word("charge") == "full" or price.interval.once


@final
@dataclass(frozen=True, slots=True)
class _Given:
    """What the two prorated sides are made from."""

    change: Change
    terms: Terms
    old: Side
    new: Side
    billed: int
    credit_share: Part
    charge_share: Part

    def part(self, price: Fraction, part: Part) -> int:
        """A part of a price, rounded once by the mode, after the share or the rate where the terms round these."""
        return rounded(self.unrounded(price, part), self.terms.word("rounding.mode"))

    def unrounded(self, price: Fraction, part: Part) -> Fraction:
        if part.whole:
            return price
        rate = self.terms.scale("proration.rate_scale")
        if rate is not None:
            below = 10 ** (rate - self.change.decimals)
            return Fraction(rounded(price / part.of * below, "half_up"), below) * part.count
        scale = self.terms.scale("proration.share_scale")
        share = part.share if scale is None else Fraction(rounded(part.share * 10**scale, "half_up"), 10**scale)
        return price * share

    def credit(self) -> tuple[int, Fraction]:
        """The credit, rounded and exact; never more than was paid and not yet given back."""
        by_paid = self.terms.word("credit_basis") == "paid" and self.change.subscription.paid is not None
        base = Fraction(self.billed) if by_paid else self.old.exact
        mode = self.terms.word("rounding.mode")
        exact = base if self.terms.word("credit") == "full" else self.unrounded(base, self.credit_share)
        given_back, known = self.change.subscription.given_back, self.change.subscription.paid is not None
        left = max(self.billed - given_back, 0)
        exact_left = max((Fraction(self.billed) if known else self.old.exact) - given_back, Fraction(0))
        return min(rounded(exact, mode), left), min(exact, exact_left)

    def charge(self) -> int:
        word, price = self.terms.word("charge"), rounded(self.new.exact, self.terms.word("rounding.mode"))
        if word == "full" or (word == "prorated" and self.change.new_interval.once):
            return price
        if word == "difference":
            return max(price - self.billed, 0)
        if word == "month_equivalent":
            return self.part(self.new.exact, self._rest_in_new_months())
        return self.part(self.new.exact, self.charge_share)

    def _rest_in_new_months(self) -> Part:
        """The new price per month, times the months that are left of the old period."""
        months = max(self.change.old_interval.months, 1)
        of = self.credit_share.of * max(self.change.new_interval.months, 1)
        return Part(count=self.credit_share.count * months, of=of)

    def net(self, exact_credit: Fraction) -> int:
        """What charge and credit come to, rounded once; each of them rounded early where the terms say so."""
        mode, scale = self.terms.word("rounding.mode"), self.terms.scale("rounding.side_scale")
        charge, credit = self.unrounded(self.new.exact, self.charge_share), exact_credit
        if scale is not None:
            parts = 10 ** max(scale - self.change.decimals, 0)
            charge, credit = (Fraction(rounded(side * parts, mode), parts) for side in (charge, credit))
        return rounded(charge - credit, mode)


def _fee(change: Change, terms: Terms, *, old: Side, new: Side, charge: int) -> int:
    value, mode = terms.value("fee"), terms.word("rounding.mode")
    if isinstance(value, Fraction):
        return max(rounded(value, mode), 0)
    assert isinstance(value, Fee)
    bases = {"from.price": old.unit * old.quantity, "charge_base": charge}
    base = bases.get(value.of, new.unit * new.quantity)
    amount = change.in_currency(value.amounts) + rounded(Fraction(base * value.ppm, PPM), mode)
    most = dict(value.at_most).get(change.subscription.currency)
    amount = max(amount, change.in_currency(value.at_least))
    return amount if most is None else min(amount, most)


def _one_time(change: Change, terms: Terms) -> int:
    """In full or not at all."""
    word = terms.word("one_time")
    if change.new_plan is None or change.same_plan or word == "skip":
        return 0
    if word == "as_requested" and not change.request.bill_one_time:
        return 0
    services = [s for s in change.document.catalog.services if s.name in change.new_plan.services]
    return sum(change.in_currency(service.one_time) for service in services)


def _setup(change: Change, terms: Terms) -> int:
    if change.new_price is None or change.same_price or terms.word("setup") != "bill":
        return 0
    return change.in_currency(change.new_price.setup)


def _contract(change: Change, terms: Terms, *, when: When, old: Side, credited: bool) -> Contract:
    """`destination_then_source`: the target's commitment if it has one, else the running one is carried on."""
    held = change.subscription.contract
    running = held if held is not None and held.ends_on > when.effective else None
    target = change.new_plan.contract if change.new_plan and not change.same_plan else None
    rule = terms.word("contract")
    keeps = change.same_plan or rule == "source" or (rule == "destination_then_source" and target is None)
    if running is not None and keeps and not change.cancels:
        return Contract(outcome="carried_on", ends_on=running.ends_on)
    begins = target is not None and rule in ("destination_then_source", "destination")
    penalty = remainder = 0
    if running is not None:
        leaving = terms.word("early_termination")
        as_written = leaving == "as_contract"
        penalty = running.penalty if as_written or leaving in ("penalty", "both") else 0
        asked = running.remainder if as_written else leaving in ("remainder", "both")
        remainder = _remainder(change, terms, when=when, old=old, credited=credited) if asked else 0
    if begins and target is not None:
        ends_on = on_month(when.effective, target.months, anchor=when.effective.day) + timedelta(days=target.days)
        return Contract(outcome="begins", ends_on=ends_on, penalty=penalty, remainder=remainder)
    return Contract(outcome="ends" if running else "none", penalty=penalty, remainder=remainder)


def _remainder(change: Change, terms: Terms, *, when: When, old: Side, credited: bool) -> int:
    """The old price for the rest of the contract, from where the customer's payments stop to count."""
    held = change.subscription.contract
    assert held is not None
    begin = min(when.stop if credited else change.subscription.period.end, held.ends_on)
    interval, mode = change.old_interval, terms.word("rounding.mode")
    price = rounded(old.exact, mode)
    if interval.once:
        return 0
    if not interval.months:
        return rounded(price * Fraction((held.ends_on - begin).days, interval.days), mode)
    months = whole_months(begin, held.ends_on)
    reached = on_month(begin, months, anchor=begin.day)
    following = on_month(begin, months + 1, anchor=begin.day)
    count = months + Fraction((held.ends_on - reached).days, (following - reached).days)
    return rounded(price * count / interval.months, mode)
