"""How an amount came about, with the numbers in it: `5.00 EUR x 16/31 days = 2.58 EUR, rounded half up`."""

from __future__ import annotations

from fractions import Fraction

from planshift.billing.money import PPM, format_percent
from planshift.billing.rounding import muldiv
from planshift.decision.answer import Formula, Line

_ROUNDED = {
    "half_up": "rounded half up",
    "half_even": "rounded half to even",
    "up": "rounded up",
    "down": "rounded down",
}


def formula_text(formula: Formula) -> str:
    """What is multiplied, without what it comes to: `2 x 5.00 EUR x 16/31 days`; empty for a fixed amount."""
    if formula.base is None:
        return ""
    times = f"{formula.quantity} x " if formula.quantity != 1 else ""
    share = _share_text(formula)
    return f"{times}{formula.base}{f' x {share}' if share else ''}"


def worked(line: Line, *, expression: str = "") -> str:
    """The whole sum: formula, amount, how it was rounded and what else happened to it.

    `expression` is what a rule computes the amount by, with its facts in place.
    """
    told, note = formula_text(line.formula), expression or _note(line)
    if not told:
        told, note = note, ""
    total = f"{told} = {line.amount}" if told not in ("", str(line.amount)) else str(line.amount)
    return ", ".join(part for part in (total, _rounding_text(line), note) if part)


def brief(line: Line, *, expression: str = "") -> str:
    """The sum as a cell of a table, beside its amount."""
    return ", ".join(part for part in (formula_text(line.formula), expression or _note(line)) if part)


def is_exact(line: Line) -> bool:
    """Whether the formula comes to the amount, with one rounding and nothing else."""
    formula = line.formula
    if formula.base is None:
        return True
    whole = muldiv(formula.base.minor * formula.quantity, formula.num, formula.den, formula.rounding or "half_up")
    return whole == line.amount.minor


def _rounding_text(line: Line) -> str:
    """How the exact value became the amount; nothing where it was one already."""
    formula = line.formula
    if formula.base is None:
        return ""
    exact = Fraction(formula.base.minor * formula.quantity * formula.num, formula.den)
    return "" if exact == line.amount.minor else _ROUNDED.get(formula.rounding, "")


def _note(line: Line) -> str:
    """What else happened; a computed amount's note ends with what it comes to, which the line says already."""
    return line.formula.note.removesuffix(f" = {line.amount}")


def _share_text(formula: Formula) -> str:
    if formula.num == formula.den:
        return ""
    if formula.den == PPM:
        return format_percent(formula.num)
    unit = "" if formula.unit in ("", "none") else f" {formula.unit}{'' if formula.den == 1 else 's'}"
    return f"{formula.num}/{formula.den}{unit}"
