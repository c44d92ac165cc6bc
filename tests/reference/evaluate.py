"""The oracle of the rule language: walks the checked tree and computes with exact fractions and real dates.

It is slow, obvious, and shares no arithmetic with the compiled form. Values are what a person would write: a truth, a
`Fraction` (a number, a share of one for percentages, minor units for money), an int (months, days), a `date`, a `str`
(texts and names), and a frozenset of names.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import TypeAlias, final

from planshift.expressions import tree
from planshift.expressions.names import Symbol
from planshift.expressions.typed import Amounts, Constant, Member, Typed, TypedLet, TypedTemplate
from planshift.expressions.types import DATE, DAYS, MONTHS

Value: TypeAlias = bool | Fraction | int | date | str | frozenset[str]

FIRST, LAST = date(1970, 1, 1), date(2400, 12, 31)
EPOCH = date(1970, 1, 1)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Oracle:
    """Evaluates expressions for one set of facts, by their names, and one currency."""

    facts: Mapping[str, Value]
    currency: str

    def value(self, typed: Typed) -> Value:
        """What an expression is worth."""
        match typed.node:
            case tree.Unary(operator="not"):
                return not self.value(typed.parts[0])
            case tree.Unary():
                return negative(self.value(typed.parts[0]))
            case tree.Junction(operator=operator):
                found = [bool(self.value(part)) for part in typed.parts]
                return all(found) if operator == "and" else any(found)
            case tree.Binary(operator=operator):
                return self.binary(operator, typed)
            case tree.Within(negated=negated):
                return (self.value(typed.parts[0]) in self.members(typed.parts[1])) != negated
            case tree.PercentOf():
                percent, whole = typed.parts
                return self.number(percent) * self.number(whole)
            case tree.IfElse():
                condition, yes, no = typed.parts
                return self.value(yes) if self.value(condition) else self.value(no)
            case tree.Call(function=function):
                return call(function.text, [self.value(part) for part in typed.parts])
            case tree.Bounded(at_least=at_least, at_most=at_most):
                value, *bounds = [self.value(part) for part in typed.parts]
                return bounded(value, bounds, floor=at_least is not None, ceiling=at_most is not None)
            case _:
                return self.leaf(typed)

    def text(self, template: TypedTemplate) -> tuple[str | Value, ...]:
        """The parts of a text, with the values of those in braces."""
        return tuple(part if isinstance(part, str) else self.value(part) for part in template.parts)

    def number(self, typed: Typed) -> Fraction:
        value = self.value(typed)
        assert isinstance(value, Fraction)
        return value

    def members(self, typed: Typed) -> frozenset[Value]:
        if isinstance(typed.node, tree.Listing):
            return frozenset(self.value(part) for part in typed.parts)
        value = self.members(typed.meaning.value) if isinstance(typed.meaning, TypedLet) else self.leaf(typed)
        assert isinstance(value, frozenset)
        return value

    def binary(self, operator: tree.Operator, typed: Typed) -> Value:
        left, right = (self.value(part) for part in typed.parts)
        match operator:
            case "=":
                return left == right
            case "!=":
                return left != right
            case "<" | "<=" | ">" | ">=":
                return ordered(operator, compare(left, right))
            case "+" | "-":
                sign = 1 if operator == "+" else -1
                first, second = typed.parts
                if isinstance(left, date) and isinstance(right, date):
                    return (left - right).days
                if isinstance(left, date) and isinstance(right, int):
                    return moved(left, sign * right, in_months=second.type == MONTHS)
                if isinstance(right, date) and isinstance(left, int):
                    return moved(right, left, in_months=first.type == MONTHS)
                return plain(left) + sign * plain(right)
            case "*":
                product = plain(left) * plain(right)
                return int(product) if typed.type in (MONTHS, DAYS) else product
            case "/":
                return Fraction(plain(left)) / Fraction(plain(right))

    def leaf(self, typed: Typed) -> Value:
        match typed.meaning:
            case Symbol(name=name):
                return self.facts[name]
            case Member(name=name):
                return name
            case TypedLet(value=value):
                return self.value(value)
            case Amounts() as amounts:
                return Fraction(amounts.of(self.currency))
            case Constant(value=value):
                return EPOCH + timedelta(days=int(value)) if typed.type == DATE else value
            case _:
                raise AssertionError(f"nothing behind {typed.node}")


def plain(value: Value) -> Fraction | int:
    assert isinstance(value, Fraction | int)
    return value


def negative(value: Value) -> Value:
    return -plain(value)


def compare(left: Value, right: Value) -> int:
    if isinstance(left, date) and isinstance(right, date):
        return (left > right) - (left < right)
    return (plain(left) > plain(right)) - (plain(left) < plain(right))


def ordered(operator: str, order: int) -> bool:
    return {"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[operator]


def bounded(value: Value, bounds: list[Value], *, floor: bool, ceiling: bool) -> Value:
    if floor and compare(value, bounds[0]) < 0:
        value = bounds[0]
    return bounds[-1] if ceiling and compare(value, bounds[-1]) > 0 else value


def call(function: str, values: list[Value]) -> Value:
    first = values[0]
    match function:
        case "min" | "max":
            for value in values[1:]:
                if (compare(value, first) < 0) == (function == "min") and compare(value, first) != 0:
                    first = value
            return first
        case "abs":
            return negative(first) if plain(first) < 0 else first
        case "days":
            assert isinstance(first, date)
            assert isinstance(values[1], date)
            return (values[1] - first).days
        case _:
            assert isinstance(first, date)
            assert isinstance(values[1], date)
            return whole_months(first, values[1])


def after_months(day: date, months: int) -> date | None:
    """The same day of a later or earlier month, or that month's last; None outside the years that `date` knows."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return None
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def moved(day: date, shift: int, *, in_months: bool) -> date:
    """A date moved by a duration; the calendar of the trade ends at `FIRST` and `LAST`."""
    end = LAST if shift > 0 else FIRST
    if in_months:
        found = after_months(day, shift) or end
    else:
        found = day + timedelta(days=shift) if abs(shift) < 1_000_000 else end
    return min(max(found, FIRST), LAST)


def whole_months(start: date, end: date) -> int:
    """The most months that can be stepped from `start` without passing `end`."""
    months = (end.year - start.year + 1) * 12
    while (stepped := after_months(start, months)) is None or stepped > end:
        months -= 1
    return months


def rounded(value: Fraction, mode: str) -> int:
    """A fraction as a whole number; a negative one mirrors the positive one."""
    if value < 0:
        return -rounded(-value, mode)
    whole, rest = value // 1, value % 1
    half = Fraction(1, 2)
    goes_up = {
        "down": False,
        "up": rest > 0,
        "half_up": rest >= half,
        "half_even": rest > half or (rest == half and whole % 2 == 1),
    }
    return int(whole) + goes_up[mode]
