"""Where the money of a change goes.

Credit pays debt first, then, by the term `unused_credit`, the new charges; what is left goes where that term says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import final

from tests.reference.bill import Bill, less_coupon, new_side, old_side
from tests.reference.change import Change
from tests.reference.days import on_month, step
from tests.reference.evaluate import rounded
from tests.reference.ranks import Terms
from tests.reference.when import ONE_DAY, When

MOST_DAYS, MOST_MONTHS = 36_500, 1_200
"""No credit reaches further than a hundred years."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """Time bought by unused money."""

    units: int
    exact: Fraction
    unit: str
    starts_on: date
    ends_on: date
    then_until: date


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """Every amount by where it goes, and the next bill, which takes off the credit that waited for it first."""

    flow: dict[str, int]
    bought: Bought | None
    next_bill_on: date
    renewal: int
    waiting_billed: int
    waiting_on_bill: int
    credit_used: int
    account_used: int
    next_bill: int


def settle(change: Change, terms: Terms, *, when: When, bill: Bill) -> Purse:
    """Send credit and charges where the terms say."""
    route, given, held = terms.word("unused_credit"), bill.credit or 0, held_until(change, terms)
    credit = 0 if route == "forfeit" else given
    offsets = route in ("offset", "offset_then_forfeit", "refund")
    ending = bill.contract.penalty + bill.contract.remainder
    charges = (bill.charge or 0) + (bill.charge_old or 0) + bill.fee + bill.one_time + bill.setup + ending
    charges += _waiting_billed(change, when)
    reduces = terms.word("unpaid") == "reduce_debt"
    debt_reduced = min(credit, change.subscription.debt) if reduces and not held else 0
    offset = min(credit - debt_reduced, charges) if offsets and not held else 0
    rest = credit - debt_reduced - offset
    lowers = when.keeps and not held and not _on_own_day(change, terms, when)
    taken_off = min(rest, change.subscription.waiting) if lowers else 0
    rest -= taken_off
    if route == "offset_then_forfeit" and not held:
        credit, rest = credit - rest, 0
    due_held = min(ending, charges - offset) if held else 0
    due = charges - offset - due_held
    waits = change.renews or not when.immediate or terms.word("collect") == "next_invoice"
    bought = _bought(change, terms, when=when, bill=bill, credit=rest) if _extends(change, terms, when, bill) else None
    flow = {
        "credit": credit,
        "forfeited": given - credit,
        "charges": charges,
        "debt_reduced": debt_reduced,
        "offset": offset,
        "to_account": 0,
        "refunded": 0,
        "to_next_bill": taken_off,
        "to_time": 0,
        "account_used": 0,
        "due_now": 0 if waits else due,
        "due_later": due if waits else 0,
        "due_held": due_held,
    }
    flow[_place_of_rest(change, terms, when=when, extends=bought is not None)] += rest
    if terms.word("account_credit") == "at_once":
        on_account = change.subscription.account_credit + (0 if held else flow["to_account"])
        flow["account_used"] = min(flow["due_now"], on_account)
        flow["due_now"] -= flow["account_used"]
    return _with_next_bill(change, terms, when=when, bill=bill, flow=flow, bought=bought)


def held_until(change: Change, terms: Terms) -> tuple[str, ...]:
    """The events that credit and the cost of ending a contract wait for: use of the old plan is yet to be rated."""
    return terms.names("hold_credit_until") if change.old_plan is not None and change.old_plan.usage_bucket else ()


def with_next_invoice(change: Change, terms: Terms, when: When) -> bool:
    """Whether the lines wait for the regular bill that follows the change inside the running period."""
    inside = when.immediate or when.effective < change.subscription.period.end
    return terms.word("collect") == "next_invoice" and inside


def _on_own_day(change: Change, terms: Terms, when: When) -> bool:
    """Whether a renewal, or a change that takes effect later, has a bill of its own on that day."""
    return change.renews or (not when.immediate and not with_next_invoice(change, terms, when))


def _beyond(change: Change, when: When) -> bool:
    """Whether the running plan is billed once more before the change takes effect."""
    return not when.immediate and when.effective > change.subscription.period.end and not change.starts


def _waiting_billed(change: Change, when: When) -> int:
    """What earlier changes left for a bill that does not come any more."""
    return 0 if when.keeps or _beyond(change, when) else change.subscription.waiting


def _extends(change: Change, terms: Terms, when: When, bill: Bill) -> bool:
    """Time can be bought where a new plan that sells time begins at once."""
    price = change.new_price
    sells = price is not None and not price.interval.once and not price.in_arrear
    costs = rounded(bill.new.exact, terms.word("rounding.mode")) > 0
    free = when.immediate and not held_until(change, terms)
    return terms.word("unused_credit") == "extend_time" and sells and costs and free


def _place_of_rest(change: Change, terms: Terms, *, when: When, extends: bool) -> str:
    """Where the credit goes that paid neither debt nor charges; what its route cannot take stays on the account."""
    route = terms.word("unused_credit")
    if route == "refund":
        return "refunded"
    if extends:
        return "to_time"
    with_next = route == "offset" and when.immediate and terms.word("collect") == "next_invoice"
    if (route == "next_invoice" or with_next) and not change.cancels and not held_until(change, terms):
        return "to_next_bill"
    return "to_account"


def _with_next_bill(
    change: Change, terms: Terms, *, when: When, bill: Bill, flow: dict[str, int], bought: Bought | None
) -> Purse:
    """A change that takes effect later is billed on its day, or with the next bill where collection waits.

    Beyond the running period the old plan is billed first, and nothing of the change is on that bill.
    """
    on_own_day, beyond, due = _on_own_day(change, terms, when), _beyond(change, when), flow["due_later"]
    if beyond:
        on, renewal, due = change.subscription.period.end, _old_renewal(change, terms.word("rounding.mode")), 0
    elif on_own_day:
        on, renewal = when.effective, 0
    else:
        on, renewal = bought.then_until if bought else when.bill_end, _new_renewal(change, terms, bill)
    waiting = change.subscription.waiting if beyond or (when.keeps and not on_own_day) else 0
    due += waiting
    credit_used = min(renewal + due, flow["to_next_bill"])
    fresh = 0 if held_until(change, terms) else flow["to_next_bill"] - credit_used + flow["to_account"]
    used = min(renewal + due - credit_used, fresh + change.subscription.account_credit - flow["account_used"])
    return Purse(
        flow=flow,
        bought=bought,
        next_bill_on=on,
        renewal=renewal,
        waiting_billed=_waiting_billed(change, when),
        waiting_on_bill=waiting,
        credit_used=credit_used,
        account_used=used,
        next_bill=renewal + due - credit_used - used,
    )


def _new_renewal(change: Change, terms: Terms, bill: Bill) -> int:
    """What the new plan's next regular bill is known to hold: in arrear the days up to it; nothing after once."""
    price = change.new_price
    if change.cancels or price is None or price.interval.once:
        return 0
    if price.in_arrear:
        return bill.accrued
    return rounded(new_side(change, terms, renewal=True).exact, terms.word("rounding.mode"))


def _old_renewal(change: Change, mode: str) -> int:
    """What the old plan's next regular bill holds."""
    price, held = change.old_price, change.subscription
    if price is None or price.interval.once:
        return 0
    side = old_side(change)
    if held.amount is not None or price.in_arrear or not price.renewal:
        return rounded(side.exact, mode)
    return rounded(less_coupon(change.in_currency(price.renewal) * held.quantity, held.discount), mode)


def _bought(change: Change, terms: Terms, *, when: When, bill: Bill, credit: int) -> Bought:
    """How far the credit reaches on the new plan."""
    interval, effective = change.new_interval, when.effective
    following = step(effective, interval, anchor=effective.day)
    days = terms.choice("extend.period_days")
    length = (following - effective).days if days.word == "actual" else days.number
    length = max(length, 1)
    monthly = terms.word("extend.unit") == "month"
    per_interval = max(interval.months, 1) if monthly else length
    price = Fraction(rounded(bill.new.exact, terms.word("rounding.mode")))
    rate, scale = price / per_interval, terms.scale("extend.rate_scale")
    if scale is not None:
        below = 10 ** (scale - change.decimals)
        rate = Fraction(rounded(rate * below, "half_up"), below)
    exact = credit / rate if rate else Fraction(0)
    units = rounded(exact, terms.word("extend.rounding"))
    starts = effective + ONE_DAY if terms.word("extend.starts") == "day_after" else effective
    lasting = min(units, MOST_MONTHS if monthly else MOST_DAYS)
    ends = on_month(starts, lasting, anchor=effective.day) if monthly else starts + lasting * ONE_DAY
    then_until = ends
    if terms.word("charge") == "full":  # a whole period is paid besides
        by_months = monthly and interval.months
        paid_until = on_month(starts, lasting + interval.months, anchor=effective.day)
        then_until = paid_until if by_months else ends + length * ONE_DAY
    return Bought(
        units=units,
        exact=exact,
        unit="month" if monthly else "day",
        starts_on=starts,
        ends_on=ends,
        then_until=then_until,
    )
