"""Sums of integers of the form: what two comparisons have in common, however they are written.

`usage.a < usage.b` and `usage.b <= usage.a` speak of one sum, `usage.a - usage.b`. A sum in its one way of writing it
has its integers in order, the first counted positively, and no common factor.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import gcd
from typing import final

from planshift.expressions.form import Int

Terms = tuple[tuple[Int, int], ...]
"""Integers, each with how often it counts, in the order of their ranks."""

_MOST_TERMS = 8
"""A longer sum is taken as one integer that nothing is known of but its interval."""


@final
@dataclass(frozen=True, slots=True)
class Sum:
    """`terms` added up, plus a constant."""

    terms: Terms
    constant: int = 0


def summed(node: Int, opaque: Callable[[Int], bool]) -> Sum:
    """An integer as a sum; those that are `opaque` are not taken apart."""
    if node.literal is not None:
        return Sum((), node.literal)
    if opaque(node):
        return Sum(((node, 1),))
    first, second = (node.args[0], node.args[1]) if len(node.args) == 2 else (None, None)
    if isinstance(first, Int) and isinstance(second, Int):
        if node.op in ("add", "subtract"):
            sign = 1 if node.op == "add" else -1
            found = joined(summed(first, opaque), summed(second, opaque), times=sign)
            return found if len(found.terms) <= _MOST_TERMS else Sum(((node, 1),))
        if node.op == "multiply" and second.literal is not None:
            return joined(Sum(()), summed(first, opaque), times=second.literal)
    return Sum(((node, 1),))


def joined(first: Sum, second: Sum, *, times: int) -> Sum:
    """The first sum plus some times the second."""
    counts = dict(first.terms)
    for node, count in second.terms:
        counts[node] = counts.get(node, 0) + times * count
    terms = tuple(sorted(((n, c) for n, c in counts.items() if c), key=lambda term: (term[0].rank, term[0].id)))
    return Sum(terms, first.constant + times * second.constant)


def normal(terms: Terms) -> tuple[Terms, int]:
    """The one way of writing a sum, and the factor that leads back: `terms = factor * normal`."""
    factor = gcd(*(count for _, count in terms))
    if terms[0][1] < 0:
        factor = -factor
    return tuple((node, count // factor) for node, count in terms), factor
