"""How an amount came about, with the numbers in it: `5.00 EUR x 16/31 days = 2.58 EUR, rounded half up`.

INVARIANT: what is told comes to the amount, or says what else happened to it.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from planshift.billing.money import PPM, Money, format_minor, format_percent
from planshift.billing.rounding import muldiv
from planshift.decision.answer import Formula, Line
from planshift.decision.outcome import Outcome
from planshift.decision.rule_inputs import expression_of
from planshift.policy.term_values import Choice, Fee

_ROUNDED = {
    "half_up": "rounded half up",
    "half_even": "rounded half to even",
    "up": "rounded up",
    "down": "rounded down",
}
_FINER = "from the price before it was rounded itself"


def worked(outcome: Outcome, line: Line) -> str:
    """The whole sum of a line: formula, amount, how it was rounded and what else happened to it."""
    formula = told_formula(outcome, line)
    told, amount = product_text(formula), str(line.amount)
    if formula.base is None:
        return f"{formula.note} = {amount}" if formula.note else amount
    if not comes_to(formula, line.amount):
        return f"{told}, {formula.note or _FINER} = {amount}"
    total = amount if told == amount else f"{told} = {amount}"
    rounded = "" if _exactly(formula, line.amount) == line.amount.minor else _ROUNDED.get(formula.rounding, "")
    return ", ".join(part for part in (total, rounded, formula.note) if part)


def brief(outcome: Outcome, line: Line) -> str:
    """The sum as a cell of a table, beside its amount."""
    formula = told_formula(outcome, line)
    return ", ".join(part for part in (product_text(formula), formula.note) if part)


def product_text(formula: Formula) -> str:
    """What is multiplied, without what it comes to: `2 x 5.00 EUR x 16/31 days`; empty for a fixed amount."""
    if formula.base is None:
        return ""
    times = f"{formula.quantity} x " if formula.quantity != 1 else ""
    share = _share_text(formula)
    return f"{times}{formula.base}{f' x {share}' if share else ''}"


def comes_to(formula: Formula, amount: Money) -> bool:
    """Whether a formula, rounded once, is an amount."""
    if formula.base is None:
        return True
    exact = _exactly(formula, amount)
    return muldiv(exact.numerator, 1, exact.denominator, formula.rounding or "half_up") == amount.minor


def _exactly(formula: Formula, amount: Money) -> Fraction:
    """What a formula comes to in the minor units of an amount; a price per unit may have more decimals."""
    assert formula.base is not None  # a fixed amount has no formula
    product = formula.base.minor * formula.quantity * formula.num
    return Fraction(product, formula.den * 10 ** (formula.base.decimals - amount.decimals))


def told_formula(outcome: Outcome, line: Line) -> Formula:
    """The formula of a line as it was really computed by the terms of the change."""
    if line.kind == "charge" or (line.kind == "renewal" and outcome.renews):
        return _charge(outcome, line)
    if line.kind == "credit":
        return _credit(outcome, line)
    if line.kind == "charge_old":
        return _rounded_early(outcome, _by_piece(outcome, line.formula, new_side=False))
    return _fee(outcome, line) if line.kind == "fee" else line.formula


def _charge(outcome: Outcome, line: Line) -> Formula:
    formula, word = line.formula, outcome.word("charge")
    if word == "full":
        note = "" if outcome.renews else "in full"
        return replace(_by_piece(outcome, formula, new_side=True), num=1, den=1, note=note)
    if word == "difference":
        billed = outcome.money(outcome.value("billed"))
        return replace(formula, num=1, den=1, note=f"less {billed} that was billed before")
    told = _by_piece(outcome, formula, new_side=True)
    if word == "month_equivalent":
        months = [_months(outcome, *ends) for ends in (_old_price(outcome), _new_price(outcome))]
        share = outcome.value("credit.num") * months[0], outcome.value("credit.den") * months[1]
        return replace(told, num=share[0], den=share[1], unit="", note="by months left")
    early = _rounded_early(outcome, told)
    return early if comes_to(early, line.amount) else told


def _by_piece(outcome: Outcome, formula: Formula, *, new_side: bool) -> Formula:
    """The price of several pieces as that of one, where it is the list price and nothing was taken off."""
    asked, held = outcome.request.quantity, outcome.subscription.quantity
    quantity = held if asked is None or not new_side else asked
    unit = outcome.money(outcome.value("new_unit" if new_side else "old_unit"))
    whole = formula.base is not None and unit.minor * quantity == formula.base.minor
    return replace(formula, base=unit, quantity=quantity) if whole else formula


def _credit(outcome: Outcome, line: Line) -> Formula:
    formula = _by_piece(outcome, line.formula, new_side=False)
    if outcome.word("credit") == "full":
        return replace(formula, num=1, den=1)
    early = _rounded_early(outcome, formula)
    return early if comes_to(early, line.amount) else formula


def _rounded_early(outcome: Outcome, formula: Formula) -> Formula:
    """The formula with the rounded share, or the rounded price per unit, where the terms round one of them first."""
    rate, share = (_decimals(outcome, f"proration.{name}") for name in ("rate_scale", "share_scale"))
    base, quantity = formula.base, formula.quantity
    if base is None or formula.num == formula.den or (rate is None and share is None):
        return formula
    if rate is None:
        assert share is not None  # one of them is there
        part = muldiv(formula.num, 10**share, formula.den, "half_up")
        note = f"{_share_text(formula)} to {share} decimals"
        return replace(formula, num=part, den=10**share, unit="", note=note)
    whole = replace(base, minor=base.minor * quantity)
    decimals = max(rate, base.decimals)
    minor = muldiv(whole.minor, 10 ** (decimals - base.decimals), formula.den, "half_up")
    note = f"{whole} / {formula.den} to {decimals} decimals"
    return replace(formula, base=replace(base, minor=minor, decimals=decimals), quantity=1, den=1, note=note)


def _decimals(outcome: Outcome, term: str) -> int | None:
    """The decimals that a term rounds to; None for exact."""
    value = outcome.term(term).value
    return value.number if isinstance(value, Choice) and value.word == "decimals" else None


def _fee(outcome: Outcome, line: Line) -> Formula:
    formula, value = line.formula, outcome.term("fee").value
    if not isinstance(value, Fee):
        return replace(formula, note=expression_of(outcome, line))
    if not value.ppm or formula.base is None:
        return formula
    bound = "at least" if _exactly(formula, line.amount) < line.amount.minor else "at most"
    return replace(formula, note="" if comes_to(formula, line.amount) else f"{bound} {line.amount}")


def _old_price(outcome: Outcome) -> tuple[str, str]:
    return outcome.subscription.plan, outcome.subscription.price


def _new_price(outcome: Outcome) -> tuple[str, str]:
    return outcome.request.plan, outcome.request.price


def _months(outcome: Outcome, plan: str, price: str) -> int:
    found = outcome.plan_named(plan)
    sold = found.price(price) if found is not None else None
    return max(sold.interval.months if sold is not None else 1, 1)


def _share_text(formula: Formula) -> str:
    if formula.num == formula.den:
        return ""
    if formula.den == PPM:
        return format_percent(formula.num)
    unit = "" if formula.unit in ("", "none") else f" {formula.unit}"
    if formula.den == 1:
        return f"{formula.num}{unit}{'s' if unit and formula.num != 1 else ''}"
    decimals = len(str(formula.den)) - 1
    if not unit and formula.den == 10**decimals:
        return format_minor(formula.num, decimals)
    return f"{formula.num}/{formula.den}{unit}{'s' if unit else ''}"
