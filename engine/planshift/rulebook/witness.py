"""A concrete change for which something holds, in words: what a person would try to see it happen."""

from __future__ import annotations

from itertools import product

from planshift.billing.catalog import Plan, Price
from planshift.rulebook.catalog_tables import CatalogTables
from planshift.rulebook.voices import Kind, intervals_of


def change_of(tables: CatalogTables, kind: Kind, *, ends: tuple[int, int]) -> str:
    """A change of a kind between two plans; of their prices the first that fit it and share a currency."""
    old, new = (tables.catalog.plans[end] for end in ends)
    if old is new and not kind.intervals:
        return f"a change of the price or the quantity of `{old.name}`"
    for before, after in product(old.prices, new.prices):
        shared = dict(before.amounts).keys() & dict(after.amounts).keys()
        if shared and intervals_of(before.interval, after.interval) == kind.intervals:
            return f"a change from {_priced(old, before)} to {_priced(new, after)}"
    return f"a change from `{old.name}` to `{new.name}`"


def _priced(plan: Plan, price: Price) -> str:
    return f"`{plan.name}`" if len(plan.prices) == 1 else f"`{plan.name}` {price.id}"
