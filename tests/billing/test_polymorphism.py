"""The arithmetic runs on symbols that refuse to tell their value, and gives what it gives on plain numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planshift.billing import calendar, line, proration, rounding, whole
from tests.billing.strategies import amounts, anchors, days, modes

Value = int | bool
Operand = Any  # what a polymorphic function is given: a symbol or a plain number
ASKED = "a polymorphic function asked for a value"


class Symbol:
    """Knows how to find its value, and is indignant when somebody wants to know it too early.

    Both branches of a choice are worked out, as a columnar engine does: nothing may fail in the one not taken.
    """

    __slots__ = ("find",)
    __hash__ = None  # type: ignore[assignment]  # a set or a dict of symbols would compare values

    def __init__(self, find: Callable[[], Value]) -> None:
        self.find = cache(find)  # a symbol used twice is worked out once

    def __bool__(self) -> bool:
        raise AssertionError(ASKED)

    def __eq__(self, other: object) -> bool:
        raise AssertionError(ASKED)

    def __ne__(self, other: object) -> bool:
        raise AssertionError(ASKED)

    def __int__(self) -> int:
        raise AssertionError(ASKED)

    def __index__(self) -> int:
        raise AssertionError(ASKED)

    def _with(self, other: Operand, work: Callable[[Any, Any], Value]) -> Symbol:
        return Symbol(lambda: work(self.find(), value_of(other)))

    def __add__(self, other: Operand) -> Symbol:
        return self._with(other, lambda a, b: a + b)

    __radd__ = __add__

    def __sub__(self, other: Operand) -> Symbol:
        return self._with(other, lambda a, b: a - b)

    def __rsub__(self, other: Operand) -> Symbol:
        return self._with(other, lambda a, b: b - a)

    def __mul__(self, other: Operand) -> Symbol:
        return self._with(other, lambda a, b: a * b)

    __rmul__ = __mul__

    def __floordiv__(self, other: Operand) -> Symbol:
        return self._with(other, _quotient)

    def __rfloordiv__(self, other: Operand) -> Symbol:
        return self._with(other, lambda a, b: _quotient(b, a))

    def __mod__(self, other: Operand) -> Symbol:
        return self._with(other, lambda a, b: a - b * _quotient(a, b))

    def __rmod__(self, other: Operand) -> Symbol:
        return self._with(other, lambda a, b: b - a * _quotient(b, a))

    def __lt__(self, other: Operand) -> Symbol:
        return self._with(other, lambda a, b: a < b)

    def __le__(self, other: Operand) -> Symbol:
        return self._with(other, lambda a, b: a <= b)

    def __gt__(self, other: Operand) -> Symbol:
        return self._with(other, lambda a, b: a > b)

    def __ge__(self, other: Operand) -> Symbol:
        return self._with(other, lambda a, b: a >= b)

    def __and__(self, other: Operand) -> Symbol:
        return self._with(other, lambda a, b: a and b)

    def __or__(self, other: Operand) -> Symbol:
        return self._with(other, lambda a, b: a or b)

    def same(self, other: Operand) -> Symbol:
        return self._with(other, lambda a, b: a == b)

    def least(self, other: Operand) -> Symbol:
        return self._with(other, min)

    def greatest(self, other: Operand) -> Symbol:
        return self._with(other, max)

    def negate(self) -> Symbol:
        return Symbol(lambda: not self.find())

    def lift(self, value: int) -> Symbol:
        return Symbol(lambda: value)

    def choose(self, when_true: Operand, when_false: Operand) -> Symbol:
        return Symbol(lambda: (value_of(when_false), value_of(when_true))[self.find()])

    def muldiv(self, n: Operand, d: Operand, mode: str) -> Symbol:
        return Symbol(lambda: rounding.muldiv(self.find(), value_of(n), value_of(d), mode))


def _quotient(a: int, b: int) -> int:
    # Some engines cut towards zero: only what cannot be negative may be divided.
    assert a >= 0, "a negative number was divided"
    assert b > 0, "the divisor was not kept positive"
    return a // b


def value_of(operand: Operand) -> Any:  # noqa: ANN401  # what a symbol stands for, in whatever shape it was given
    if isinstance(operand, Symbol):
        return operand.find()
    if isinstance(operand, tuple):
        return tuple(value_of(item) for item in operand)
    return operand


def symbol(value: Value) -> Symbol:
    return Symbol(lambda: value)


def agree(function: Callable[..., Operand], /, *plain: int, **fixed: Any) -> None:  # noqa: ANN401  # options differ
    """The function gives the same on numbers, on symbols, and on each mixture with one of them plain."""
    expected = function(*plain, **fixed)
    assert value_of(function(*map(symbol, plain), **fixed)) == expected
    for position in range(len(plain)):
        mixed = [value if at == position else symbol(value) for at, value in enumerate(plain)]
        assert value_of(function(*mixed, **fixed)) == expected


@given(day=days)
def test_dates(day: int) -> None:
    agree(calendar.civil, day)
    year, month, of_month = calendar.civil(day)
    agree(calendar.day_number, year, month, of_month)
    agree(calendar.month_length, year, month)
    agree(calendar.is_leap, year)


@given(day=days, months=st.integers(0, 120), count=st.integers(0, 500), anchor=anchors)
def test_steps(day: int, months: int, count: int, anchor: int) -> None:
    agree(lambda d, m, a: calendar.add_months(d, m, anchor_day=a), day, months, anchor)
    agree(lambda d, m, a: calendar.add_months(d, 0 - m, anchor_day=a), day, months, anchor)
    agree(lambda d, m, n, a: calendar.step(d, months=m, days=n, anchor_day=a), day, months, count, anchor)
    agree(lambda d, m, a: calendar.first_bill_day(d, months=m, bill_day=a), day, months, anchor)


@given(start=days, end=days)
def test_whole_months(start: int, end: int) -> None:
    agree(calendar.whole_months, start, end)


@pytest.mark.parametrize("basis", proration.BASES)
@given(start=days, end=days, period_start=days, period_end=days, n=st.integers(1, 400))
def test_shares_of_days(*, basis: str, start: int, end: int, period_start: int, period_end: int, n: int) -> None:
    def share(a: Operand, b: Operand, c: Operand, d: Operand, m: Operand) -> Operand:
        return proration.share_of_days(start=a, end=b, period_start=c, period_end=d, basis=basis, n=m)

    agree(share, start, end, period_start, period_end, n)


@given(start=days, end=days, period_start=days, period_end=days)
def test_other_shares(start: int, end: int, period_start: int, period_end: int) -> None:
    for share in (proration.month_share, proration.share_of_seconds):
        agree(
            lambda a, b, c, d, share=share: share(a, b, period_start=c, period_end=d),
            start,
            end,
            period_start,
            period_end,
        )
    agree(proration.per_calendar_month_share, start, end)
    agree(proration.nearest_days, start)


@given(amount=amounts, num=st.integers(0, 400), den=st.integers(1, 400), mode=modes)
def test_amounts(amount: int, num: int, den: int, mode: str) -> None:
    agree(proration.prorate, amount, num, den, mode=mode)
    agree(proration.prorate, amount, num, den, mode=mode, share_scale=9)
    agree(proration.prorate, amount, num, den, mode=mode, rate_power=100)
    agree(proration.cap_credit, amount, num, den)
    agree(whole.ceil_div, amount, den)
    agree(lambda a, r: line.tax_on(a, r, mode=mode), amount, num)


@given(credit=amounts, price=amounts, units=st.integers(0, 400), den=st.integers(1, 400), mode=modes)
def test_time_bought(credit: int, price: int, units: int, den: int, mode: str) -> None:
    def bought(a: Operand, b: Operand, c: Operand, d: Operand, power: int | None = None) -> Operand:
        return proration.extension_units(a, price=b, interval_units=c, credit_den=d, mode=mode, rate_power=power)

    agree(bought, credit, price, units, den)
    agree(bought, credit, price, units, den, power=1)


@given(price=amounts, quantity=st.integers(0, 99), discount=amounts, ppm=st.integers(0, 10**6), num=st.integers(0, 40))
def test_lines(price: int, quantity: int, discount: int, ppm: int, num: int) -> None:
    def amount(a: Operand, b: Operand, c: Operand, d: Operand, e: Operand) -> Operand:
        return line.line_amount(a, quantity=b, discount=c, discount_ppm=d, num=e, den=31, mode="half_up")

    agree(amount, price, quantity, discount, ppm, num)


@given(a=st.booleans(), b=st.booleans(), x=amounts, y=amounts)
def test_words(a: bool, b: bool, x: int, y: int) -> None:
    agree(whole.both, a, b)
    agree(whole.either, a, b)
    agree(whole.negate, a)
    agree(whole.same, x, y)
    agree(whole.least, x, y)
    agree(whole.greatest, x, y)
    agree(whole.choose, a, x, y)


def test_a_function_that_looks_at_a_value_is_found_out() -> None:
    for nosy in (bool, int, lambda x: x == 1, lambda x: max(x, 1), lambda x: range(3)[x]):
        with pytest.raises(AssertionError, match="asked for a value"):
            nosy(symbol(1))
