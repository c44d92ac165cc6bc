"""The one place where a number is rounded.

Everything else in the product keeps exact integers or exact fractions; whoever needs a whole number comes here and
says how the part that does not fit is treated.
"""

from __future__ import annotations

from typing import Final

ROUNDING_MODES: Final = ("half_up", "half_even", "up", "down")
"""`half_up`: a half goes away from zero. `half_even`: a half goes to the even neighbour. `up`: any part counts as a
whole one. `down`: any part is dropped."""


def muldiv(p: int, n: int, d: int, mode: str) -> int:
    """`p * n / d` as a whole number, rounded once, for plain ints; `whole.muldiv` is the polymorphic door.

    `p` and `n` are not negative and `d` is positive: signs are kept outside so that a credit rounds exactly like the
    charge it mirrors.

    Raises:
        ValueError: an operand is out of its range, or the mode is not one of `ROUNDING_MODES`.
    """
    if p < 0 or n < 0 or d <= 0:
        raise ValueError(f"cannot round {p} * {n} / {d}: factors are 0 or more and the divisor is positive")
    whole, rest = divmod(p * n, d)
    match mode:
        case "half_up":
            return whole + (2 * rest >= d)
        case "half_even":
            return whole + (2 * rest > d or (2 * rest == d and whole % 2 == 1))
        case "up":
            return whole + (rest > 0)
        case "down":
            return whole
        case _:
            raise ValueError(f"`{mode}` is not a rounding mode")
