"""Where the money of a change goes: what is due now, what waits for the next bill, what stays with the customer.

INVARIANT: credit = debt_reduced + offset + to_account + refunded + to_next_bill + to_time, to the last unit.
INVARIANT: charges = offset + due, and due = account_used_now + due_now + due_later + due_held.

What earlier changes left for the next bill (`waiting`) is billed by the change itself where the running period ends
with it: the bill that it waited for never comes. Until then the next bill has it, and credit takes it off before
anything else becomes of the credit: nobody is given back what waits to be billed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from planshift.expressions.form import Bool, Int
from planshift.rulebook.amounts import Prices, Swap
from planshift.rulebook.dates import Dates, Intervals, Terms, choice
from planshift.rulebook.extension import Extension, buy_time, is_held
from planshift.rulebook.facts import Facts
from planshift.rulebook.fees import Extras

_OFFSETS = ("offset", "offset_then_forfeit", "refund")
"""The routes on which credit lowers what is charged first."""


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
    waiting: Waiting
    account_used_now: Int
    due_now: Int
    due_later: Int
    due_held: Int
    extension: Extension
    next_bill_on: Int
    next_bill: Int
    next_bill_renewal: Int
    account_used: Int
    next_bill_credit: Int


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """What is left of the credit, by where it goes; besides what is for the next bill at most one of them is not 0."""

    to_account: Int
    refunded: Int
    to_next_bill: Int
    to_time: Int

    def to_spend(self, held: Bool) -> Int:
        """What the change puts on the account to be spent from there: nothing of what is held back."""
        return choice(held.form, [(held, held.form.lit(0))], self.to_account)


def settle(
    facts: Facts, terms: Terms, *, dates: Dates, spans: Intervals, price: Prices, swap: Swap, extras: Extras
) -> Settlement:
    """Send credit and charges where the terms say."""
    form, zero = facts.form, facts.form.lit(0)
    held, waiting = is_held(facts, terms), _waiting(facts, terms, dates=dates)
    charges = _charges(swap, extras) + waiting.billed
    spent = _spend(facts, terms, credit=swap.credit, charges=charges, waiting=waiting, held=held)
    extension = buy_time(facts, terms, dates=dates, spans=spans, price=price, credit=spent.rest)
    routed = _routed(facts, terms, dates=dates, spent=spent, spendable=held.negate(), extends=extension.active)
    due = (charges - spent.offset).greatest(0)
    due_held = due.least(choice(form, [(held, extras.contract.penalty + extras.contract.remainder)], zero))
    waits = dates.immediate.negate() | terms["collect"].among("next_invoice") | facts.is_renewal
    due_later = choice(form, [(waits, due - due_held)], zero)
    account = facts.whole("subscription.account_credit")
    pays_now = terms["account_credit"].among("at_once") & waits.negate()
    used_now = choice(form, [(pays_now, (due - due_held).least(account + routed.to_spend(held)))], zero)
    next_on, renewal = _next_bill(facts, terms, dates=dates, spans=spans, price=price, swap=swap, extension=extension)
    to_bill = renewal + choice(form, [(_beyond(facts, dates), zero)], due_later) + waiting.on_bill
    lowered = to_bill.least(routed.to_next_bill)
    fresh = routed.to_spend(held) + choice(form, [(held, zero)], routed.to_next_bill - lowered)
    used = (to_bill - lowered).least(fresh + account - used_now)
    return Settlement(
        credit=spent.credit,
        forfeited=swap.credit - spent.credit,
        charges=charges,
        debt_reduced=spent.debt_reduced,
        offset=spent.offset,
        routed=routed,
        waiting=waiting,
        account_used_now=used_now,
        due_now=choice(form, [(waits, zero)], due - due_held - used_now),
        due_later=due_later,
        due_held=due_held,
        extension=extension,
        next_bill_on=next_on,
        next_bill=to_bill - lowered - used,
        next_bill_credit=lowered,
        next_bill_renewal=renewal,
        account_used=used,
    )


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What the credit pays, in this order: open debt, the charges of the change, what waits for the next bill."""

    credit: Int
    debt_reduced: Int
    offset: Int
    taken_off: Int
    rest: Int


def _spend(facts: Facts, terms: Terms, *, credit: Int, charges: Int, waiting: Waiting, held: Bool) -> Spent:
    """Let the credit pay what it can; the `rest` goes its way, and `credit` is what is not lost of it."""
    form, zero = facts.form, facts.form.lit(0)
    route = terms["unused_credit"]
    spendable = choice(form, [(route.among("forfeit"), zero)], credit)
    debt_reduced = spendable.least(_reducible(facts, terms, held=held))
    offset = (spendable - debt_reduced).least(choice(form, [(route.among(*_OFFSETS) & held.negate(), charges)], zero))
    left = spendable - debt_reduced - offset
    taken_off = left.least(choice(form, [(held, zero)], waiting.beside))
    loses = route.among("offset_then_forfeit") & held.negate()
    return Spent(
        credit=choice(form, [(loses, debt_reduced + offset + taken_off)], spendable),
        debt_reduced=debt_reduced,
        offset=offset,
        taken_off=taken_off,
        rest=choice(form, [(loses, zero)], left - taken_off),
    )


def _reducible(facts: Facts, terms: Terms, *, held: Bool) -> Int:
    """The open debt that the credit pays first."""
    reduces = terms["unpaid"].among("reduce_debt") & held.negate()
    return choice(facts.form, [(reduces, facts.whole("subscription.debt"))], facts.form.lit(0))


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What earlier changes left for the next bill: billed by the change, on its next bill, `beside` its own lines."""

    billed: Int
    on_bill: Int
    beside: Int


def _waiting(facts: Facts, terms: Terms, *, dates: Dates) -> Waiting:
    """Which bill has what earlier changes left: that of the change where the period ends with it, else the next one.

    The bill on the own day of a change inside of the period is not the one that it waits for.
    """
    form, zero = facts.form, facts.form.lit(0)
    left, beyond = facts.whole("subscription.waiting"), _beyond(facts, dates)
    own_day = dates.immediate.negate() & bills_with_next_invoice(facts, terms, dates=dates).negate()
    beside = choice(form, [(dates.keeps_period & own_day.negate(), left)], zero)
    return Waiting(
        billed=choice(form, [(dates.keeps_period | beyond, zero)], left),
        on_bill=choice(form, [(beyond, left)], beside),
        beside=beside,
    )


def _routed(facts: Facts, terms: Terms, *, dates: Dates, spent: Spent, spendable: Bool, extends: Bool) -> Routed:
    """Where the credit goes that reduces neither debt nor charges; what waits for the next bill it takes off there.

    What its route cannot take stays on the account: a held credit cannot be spent yet, there is no next bill after a
    cancellation, and time can be bought only where the new plan begins at once.
    """
    form, zero = facts.form, facts.form.lit(0)
    route = terms["unused_credit"]
    waits = terms["collect"].among("next_invoice") & dates.immediate
    to_next = spendable & facts.is_cancel.negate() & (route.among("next_invoice") | (route.among("offset") & waits))
    keeps = route.among("offset", "account_credit", "next_invoice", "offset_then_forfeit") | (
        route.among("extend_time") & extends.negate()
    )
    return Routed(
        to_account=choice(form, [(keeps & to_next.negate(), spent.rest)], zero),
        refunded=choice(form, [(route.among("refund"), spent.rest)], zero),
        to_next_bill=spent.taken_off + choice(form, [(to_next, spent.rest)], zero),
        to_time=choice(form, [(route.among("extend_time") & extends, spent.rest)], zero),
    )


def _charges(swap: Swap, extras: Extras) -> Int:
    """Everything the change bills."""
    ending = extras.contract.penalty + extras.contract.remainder
    return swap.charge + swap.charge_old + extras.fee + extras.one_time + extras.setup + ending


def _next_bill(
    facts: Facts, terms: Terms, *, dates: Dates, spans: Intervals, price: Prices, swap: Swap, extension: Extension
) -> tuple[Int, Int]:
    """The next date on which something is billed, and the recurring amount on it.

    A change that takes effect later is billed on its own day, or with the next invoice where collection waits; one
    beyond the running period leaves a bill of the old plan in between. A renewal is the next bill itself. In arrear
    the next bill is for the days from the change on. A cancellation leaves no recurring bill, and neither does a price
    that is charged once.
    """
    form, zero = facts.form, facts.form.lit(0)
    beyond = _beyond(facts, dates)
    own_day = dates.immediate.negate() & bills_with_next_invoice(facts, terms, dates=dates).negate()
    own_day = own_day | facts.is_renewal
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


def bills_with_next_invoice(facts: Facts, terms: Terms, *, dates: Dates) -> Bool:
    """Whether the lines of the change wait for the regular bill that follows it inside the running period."""
    return terms["collect"].among("next_invoice") & (dates.immediate | (dates.effective < facts.period_end))
