"""What the operators make of which types, and what to say where they make nothing of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from planshift.expressions import tree
from planshift.expressions.types import (
    DATE,
    DAYS,
    MONEY,
    MONTHS,
    NUMBER,
    PERCENT,
    TEXT,
    UNKNOWN,
    WHOLE,
    Enum,
    Plain,
    Type,
    Wanted,
    is_number,
    join,
)

SIGNED: Final = (WHOLE, NUMBER, PERCENT, MONEY, MONTHS, DAYS)
"""The types that can be negative: they have a minus sign and an `abs`."""

_SUMS: Mapping[tuple[Type, Type], Type] = {(DATE, MONTHS): DATE, (DATE, DAYS): DATE}
_VERBS = {"+": "added to", "-": "subtracted from", "*": "multiplied by", "/": "divided by"}
_A_MONTH_HAS_NO_DAYS = "a month has no fixed number of days; compare dates instead, as in `a + 24 months <= b`"


def arithmetic(operator: tree.Operator, *, left: Type, right: Type) -> Type | None:
    """Return the type of `left operator right`, or None where it has no meaning."""
    if UNKNOWN in (left, right):
        return UNKNOWN
    match operator:
        case "+":
            return _sum(left, right)
        case "-":
            return DAYS if left == right == DATE else None if right == DATE else _sum(left, right)
        case "*":
            return _product(left, right) or _product(right, left)
        case _:
            if is_number(right):
                return NUMBER if is_number(left) else left if left in (MONEY, PERCENT) else None
            return None


def _sum(left: Type, right: Type) -> Type | None:
    if isinstance(left, Plain) and left in SIGNED:
        joined = join(left, right)
        if joined is not None:
            return joined
    return _SUMS.get((left, right)) or _SUMS.get((right, left))


def _product(left: Type, right: Type) -> Type | None:
    if not is_number(right):
        return None
    if is_number(left):
        return join(left, right)
    if left in (MONEY, PERCENT):
        return left
    return left if left in (MONTHS, DAYS) and right == WHOLE else None


def refusal(operator: tree.Operator, *, left: Type, right: Type) -> tuple[str, str | None]:
    """Return the sentence and the advice for an operator that has no meaning between two types."""
    if operator in tree.COMPARISONS:
        return f"{left.words} cannot be compared with {right.words}", mismatch_advice(left, right)
    if operator == "-":
        message = f"{right.words} cannot be subtracted from {left.words}"
    else:
        message = f"{left.words} cannot be {_VERBS[operator]} {right.words}"
    return message, _arithmetic_advice(operator, left, right)


def _arithmetic_advice(operator: tree.Operator, left: Type, right: Type) -> str | None:
    kinds = {left, right}
    if operator == "*" and PERCENT in kinds and kinds != {PERCENT}:
        return "a part of something is written as in `10% of to.price`"
    if operator in "*/" and kinds & {MONTHS, DAYS} and NUMBER in kinds:
        return "only whole numbers multiply a duration"
    if operator == "/" and right == left:
        return "compare with a product instead, as in `a > 2 * b`"
    if operator == "*" and kinds == {MONEY}:
        return "an amount is multiplied by a number, as in `2 * to.price`"
    if operator in "+-" and PERCENT in kinds and kinds & {MONEY, NUMBER, WHOLE}:
        return "a part of something is written as in `10% of to.price`"
    return mismatch_advice(left, right)


def mismatch_advice(have: Wanted, want: Wanted) -> str | None:
    """Return what to do where one of two types, in either order, meets the other and should not."""
    for one, other in ((have, want), (want, have)):
        if one == MONTHS and other == DAYS:
            return _A_MONTH_HAS_NO_DAYS
        if one == MONEY and other in (WHOLE, NUMBER):
            return "an amount has a currency, as in `5 EUR`"
        if one == MONEY and other == PERCENT:
            return "a part of something is written as in `10% of to.price`"
        if one == PERCENT and other in (WHOLE, NUMBER):
            return "a percentage has its sign, as in `10%`"
        if one == DATE and other in (MONTHS, DAYS):
            return "a date and a duration make another date, as in `today + 30 days`"
        if one == DATE and other in (WHOLE, NUMBER, TEXT):
            return "a date is written as in `2026-01-31`, with all its digits and without quotes"
        if one in (MONTHS, DAYS) and other in (WHOLE, NUMBER):
            return "a duration has its unit, as in `30 days` or `12 months`"
    return None


def order_refusal(operator: tree.Operator, kind: Type) -> tuple[str, str | None]:
    """Return the sentence and the advice for an order comparison of a type that has no order."""
    if isinstance(kind, Enum):
        advice = "compare `to.level` with `from.level`" if kind.name == "plan" else "use `=` or `in`"
        return f"`{operator}` needs an order, and {kind.words} has none", advice
    return f"`{operator}` needs an order, and {kind.words} has none", "use `=` or `!=`"
