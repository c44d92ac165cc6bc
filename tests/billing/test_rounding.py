from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planshift.billing.rounding import ROUNDING_MODES, muldiv
from planshift.billing.whole import ceil_div
from tests.billing.strategies import amounts, counts, divisors, modes

DECIMAL_MODES = {
    "half_up": ROUND_HALF_UP,
    "half_even": ROUND_HALF_EVEN,
    "up": ROUND_CEILING,
    "down": ROUND_DOWN,
}


def rounded(value: Fraction, mode: str) -> int:
    """The slow and obvious way."""
    whole, rest = floor(value), value - floor(value)
    half = Fraction(1, 2)
    goes_up = {
        "half_up": rest >= half,
        "half_even": rest > half or (rest == half and whole % 2 == 1),
        "up": rest > 0,
        "down": False,
    }
    return whole + goes_up[mode]


@given(p=amounts, n=counts, d=divisors, mode=modes)
def test_muldiv_is_the_fraction_rounded_once(p: int, n: int, d: int, mode: str) -> None:
    assert muldiv(p, n, d, mode) == rounded(Fraction(p * n, d), mode)


@given(p=st.integers(0, 10**6), half=st.integers(1, 1000), mode=modes)
def test_halves_go_where_the_decimal_module_sends_them(p: int, half: int, mode: str) -> None:
    with localcontext(Context(prec=40)):
        expected = (Decimal(p) / 2).quantize(Decimal(1), rounding=DECIMAL_MODES[mode])
    assert muldiv(p, half, 2 * half, mode) == int(expected)


def test_products_beyond_64_bits_are_exact() -> None:
    assert muldiv(10**18, 10**18, 10**18, "down") == 10**18
    assert muldiv(10**30 + 1, 10**30, 10**30, "half_even") == 10**30 + 1


@given(p=amounts, n=counts, d=divisors)
def test_modes_differ_by_one_at_most(p: int, n: int, d: int) -> None:
    answers = sorted(muldiv(p, n, d, mode) for mode in ROUNDING_MODES)
    assert answers[-1] - answers[0] <= 1
    assert answers[0] == muldiv(p, n, d, "down")
    assert answers[-1] == muldiv(p, n, d, "up")


@given(a=amounts, b=divisors)
def test_ceil_div_rounds_up(a: int, b: int) -> None:
    assert ceil_div(a, b) == muldiv(a, 1, b, "up")


@pytest.mark.parametrize("p,n,d", [(-1, 1, 1), (1, -1, 1), (1, 1, 0), (1, 1, -1)])
def test_signs_stay_outside(p: int, n: int, d: int) -> None:
    with pytest.raises(ValueError, match="cannot round"):
        muldiv(p, n, d, "half_up")


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(ValueError, match="`nearest` is not a rounding mode"):
        muldiv(1, 1, 1, "nearest")
