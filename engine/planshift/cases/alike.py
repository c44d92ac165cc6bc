"""When the value of a term is the one that a case expects."""

from __future__ import annotations

from planshift.billing.money import Money
from planshift.policy.term_values import Fee, Names, Notices, Requirements, TermValue
from planshift.rulebook.sources import Computed


def alike(expected: TermValue, got: TermValue | Computed | Money, *, currency: str) -> bool:
    """Whether a term has the value that a case expects; of amounts, that in the subscription's currency counts."""
    if isinstance(expected, Fee) and not expected.ppm:
        wanted = dict(expected.amounts).get(currency, 0)
        if isinstance(got, Money):
            return got.minor == wanted
        return isinstance(got, Fee) and not got.ppm and dict(got.amounts).get(currency, 0) == wanted
    if isinstance(expected, Names) and isinstance(got, Names):
        return set(expected.names) == set(got.names)
    if isinstance(expected, Requirements) and isinstance(got, Requirements):
        return set(expected.items) == set(got.items)
    if isinstance(expected, Notices) and isinstance(got, Notices):
        return set(expected.items) == set(got.items)
    return expected == got
