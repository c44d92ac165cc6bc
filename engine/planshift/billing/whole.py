"""Arithmetic that is written once and read several times.

The functions of the trade run on plain ints, and the same functions run on integer nodes of the compiled form, which
lives in a package above this one. A polymorphic function therefore never asks for the value of an operand: it uses
`+ - * // %`, the four order comparisons, and the words below in place of `==`, `if`, `and`, `or`, `not`, `min` and
`max`. A divisor is a positive constant or is kept at one or more with `greatest`.

This module and `rounding` are the only ones that look at what an operand is.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from planshift.billing import rounding

Whole: TypeAlias = Any
"""An int, or an integer node of the compiled form. It is `Any` because the node class belongs to a higher layer."""

Truth: TypeAlias = Any
"""A bool, or a truth node of the compiled form; what comparing two `Whole` values yields."""

_PLAIN: Final = (bool, int)


def _plain(value: Whole) -> bool:
    # `type is` and not `isinstance`: a node class may not pass for an int, and this is the hottest line of the package.
    return type(value) in _PLAIN


def choose(condition: Truth, when_true: Whole, when_false: Whole) -> Whole:
    """`when_true` where the condition holds, else `when_false`; both are worked out beforehand."""
    if _plain(condition):
        return when_true if condition else when_false
    return condition.choose(when_true, when_false)


def least(a: Whole, b: Whole) -> Whole:
    """The smaller of two whole numbers."""
    if not _plain(a):
        return a.least(b)
    if not _plain(b):
        return b.least(a)
    return min(a, b)


def greatest(a: Whole, b: Whole) -> Whole:
    """The greater of two whole numbers."""
    if not _plain(a):
        return a.greatest(b)
    if not _plain(b):
        return b.greatest(a)
    return max(a, b)


def same(a: Whole, b: Whole) -> Truth:
    """Whether two whole numbers are equal. Nodes keep `==` for comparing expressions, so it is never used for this."""
    if not _plain(a):
        return a.same(b)
    if not _plain(b):
        return b.same(a)
    return a == b


def both(a: Truth, b: Truth) -> Truth:
    """Whether both hold. A plain operand is folded away."""
    if _plain(a):
        return b if a else False
    if _plain(b):
        return a if b else False
    return a & b


def either(a: Truth, b: Truth) -> Truth:
    """Whether at least one holds. A plain operand is folded away."""
    if _plain(a):
        return True if a else b
    if _plain(b):
        return True if b else a
    return a | b


def negate(a: Truth) -> Truth:
    """Whether it does not hold."""
    if _plain(a):
        return not a
    return a.negate()


def muldiv(p: Whole, n: Whole, d: Whole, mode: str) -> Whole:
    """`p * n / d` rounded once by `mode` (`rounding.ROUNDING_MODES`), for `p, n >= 0` and `d > 0`.

    The product is never rounded or cut before the division, however large it gets.
    """
    if not _plain(p):
        return p.muldiv(n, d, mode)
    if not _plain(n):
        return n.lift(p).muldiv(n, d, mode)
    if not _plain(d):
        return d.lift(p).muldiv(n, d, mode)
    return rounding.muldiv(p, n, d, mode)


def ceil_div(a: Whole, b: Whole) -> Whole:
    """The quotient `a / b` with any part counted as a whole one, for `a >= 0` and `b > 0`."""
    return (a + b - 1) // b
