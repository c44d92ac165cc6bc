"""Exact fractions in the compiled form: an integer node times one constant, over another.

Divisors in rules are constants, so a fraction never needs a node below the line: sums and comparisons bring two
fractions over one constant divisor, and rounding happens once, where a value leaves the expression.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import final

from planshift.expressions.form import Bool, Form, Int


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """`node * times / over`, with `times >= 1` and `over >= 1` without a common factor."""

    node: Int
    times: int = 1
    over: int = 1

    @property
    def constant(self) -> Fraction | None:
        """The value, where it is known."""
        literal = self.node.literal
        return None if literal is None else Fraction(literal * self.times, self.over)

    def scaled(self, factor: Fraction) -> Ratio:
        """This fraction times a constant."""
        if factor == 0:
            return Ratio(node=self.node.lift(0))
        node = -self.node if factor < 0 else self.node
        return _reduced(node, self.times * abs(factor.numerator), self.over * factor.denominator)

    def plus(self, other: Ratio) -> Ratio:
        """The sum."""
        mine, others, over = self._over_one(other)
        return _reduced(mine + others, 1, over)

    def minus(self, other: Ratio) -> Ratio:
        """The difference."""
        mine, others, over = self._over_one(other)
        return _reduced(mine - others, 1, over)

    def by(self, other: Ratio) -> Ratio:
        """The product."""
        if other.constant is not None:
            return self.scaled(other.constant)
        if self.constant is not None:
            return other.scaled(self.constant)
        return _reduced(self.node * other.node, self.times * other.times, self.over * other.over)

    def joined(self, other: Ratio, choose: Callable[[Int, Int], Int]) -> Ratio:
        """One of both, as `choose` says of the whole numbers above one divisor; it must not depend on their scale."""
        mine, others, over = self._over_one(other)
        return _reduced(choose(mine, others), 1, over)

    def compared(self, other: Ratio, compare: Callable[[Int, Int], Bool]) -> Bool:
        """What `compare` says of the whole numbers above one divisor; it must not depend on their scale."""
        over = lcm(self.over, other.over)
        mine, others = self.times * over // self.over, other.times * over // other.over
        common = gcd(mine, others)
        return compare(self.node * (mine // common), other.node * (others // common))

    def rounded(self, mode: str) -> Int:
        """The nearest whole number as `mode` says; a negative one rounds like the positive one it mirrors."""
        if self.over == 1:
            return self.node * self.times
        above = self.node.greatest(0).muldiv(self.times, self.over, mode)
        if self.node.lo >= 0:
            return above
        return above - (-self.node).greatest(0).muldiv(self.times, self.over, mode)

    def _over_one(self, other: Ratio) -> tuple[Int, Int, int]:
        over = lcm(self.over, other.over)
        mine = self.node * (self.times * (over // self.over))
        return mine, other.node * (other.times * (over // other.over)), over


def constant_ratio(form: Form, value: Fraction | int) -> Ratio:
    """Return a constant as a fraction of the form."""
    exact = Fraction(value)
    return Ratio(node=form.lit(exact.numerator), over=exact.denominator)


def _reduced(node: Int, times: int, over: int) -> Ratio:
    literal = node.literal
    if literal is not None:
        return constant_ratio(node.form, Fraction(literal * times, over))
    common = gcd(times, over)
    return Ratio(node=node, times=times // common, over=over // common)
