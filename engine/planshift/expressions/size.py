"""How large a number in a rule can become: each is a whole number over a constant divisor, and both are bounded.

Without a bound a few lines that square each other would keep a computer busy for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import final

MAX_BITS = 120
"""The most that the whole number above the divisor may take; products of two facts fit."""
MAX_DIVISOR_BITS = 60
"""The most that the divisor may take."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A bound: the number is a whole number below `2 ** bits` in absolute value, divided by `divisor`."""

    bits: int = 1
    divisor: int = 1

    @property
    def fits(self) -> bool:
        """Whether the number stays within the limits of the language."""
        return self.bits <= MAX_BITS and self.divisor.bit_length() <= MAX_DIVISOR_BITS

    def plus(self, other: Size) -> Size:
        """The size of a sum or a difference."""
        both = self.beside(other)
        return Size(bits=both.bits + 1, divisor=both.divisor)

    def times(self, other: Size) -> Size:
        """The size of a product."""
        return Size(bits=self.bits + other.bits, divisor=self.divisor * other.divisor)

    def over(self, divisor: Fraction) -> Size:
        """The size of a quotient by a constant."""
        return self.times(size_of(reciprocal(divisor)))

    def beside(self, other: Size) -> Size:
        """The size that holds either of two numbers over one divisor."""
        divisor = lcm(self.divisor, other.divisor)
        bits = max(one.bits + (divisor // one.divisor).bit_length() for one in (self, other))
        return Size(bits=bits if divisor > 1 else max(self.bits, other.bits), divisor=divisor)


UNIT = Size()
"""The size of what is no number, and of 0 and 1."""


def reciprocal(value: Fraction) -> Fraction:
    """Return one over a constant that is not 0."""
    return Fraction(value.denominator, value.numerator)


def size_of(value: Fraction | int) -> Size:
    """Return the size of a constant."""
    exact = Fraction(value)
    return Size(bits=max(1, exact.numerator.bit_length()), divisor=exact.denominator)
