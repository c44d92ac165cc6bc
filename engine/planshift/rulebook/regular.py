"""What regular bills come to, by themselves and over a year: for reports on everybody, not for a decision.

A year is twelve months or 365 days, so that bills of every interval can be put beside each other: 9.00 a month are
108.00 a year, and 9.00 for thirty days are 109.50. A price that is billed once has no regular bills.
"""

from __future__ import annotations

from planshift.billing.whole import muldiv
from planshift.expressions.form import Bool, Int
from planshift.rulebook.amounts import Prices
from planshift.rulebook.dates import Intervals, choice, whole_node
from planshift.rulebook.facts import Facts

YEAR = 12 * 365
"""A year in the twelfths of a day in which lengths of intervals are counted."""


def regular_bills(facts: Facts, spans: Intervals, *, price: Prices) -> dict[str, Int]:
    """What a regular bill holds of the plan that is left and of the one that is asked for, and of a year of them."""
    form, lengths = facts.form, facts.tables.price_lengths
    found: dict[str, Int] = {}
    sides: tuple[tuple[str, Int, Int, Bool], ...] = (
        ("old", price.old_renewal, facts.from_price, spans.from_once),
        ("new", price.new_renewal, facts.to_price, spans.to_once),
    )
    for side, amount, key, once in sides:
        bill = choice(form, [(once, form.lit(0))], amount)
        found[f"{side}_bill"] = bill
        found[f"{side}_year"] = whole_node(form, muldiv(bill, YEAR, form.lookup(lengths, key), mode="half_up"))
    return found
