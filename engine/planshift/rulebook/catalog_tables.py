"""The catalog as columns: plans, prices and currencies become positions, their properties become tables.

The last row of the plan and price tables is *nothing*: what a cancellation goes to and a start comes from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import final

from planshift.billing import currency
from planshift.billing.catalog import Catalog, Plan, Price
from planshift.billing.rates import twelfths_of_days
from planshift.expressions.form import Table

STATUSES = ("active", "restricted", "inactive")
"""Whether a plan is sold: to everybody, by staff only, not at all."""

MAX_AMOUNT = 10**15
"""The largest amount of minor units that the engine accepts in a price, a fact or a subscription."""


@final
@dataclass(frozen=True, slots=False, kw_only=True, eq=False)
class CatalogTables:
    """Positions of plans, prices and currencies, and the columns read by them."""

    catalog: Catalog
    currencies: tuple[str, ...]
    plans: dict[str, int] = field(init=False)
    prices: dict[tuple[str, str], int] = field(init=False)
    rows: tuple[tuple[Plan, Price], ...] = field(init=False)

    def __post_init__(self) -> None:
        rows = tuple((plan, price) for plan in self.catalog.plans for price in plan.prices)
        object.__setattr__(self, "rows", rows)
        object.__setattr__(
            self, "plans", {plan.name: k for k, plan in enumerate(self.catalog.plans)} | {"": self.nothing}
        )
        index = {(plan.name, price.id): k for k, (plan, price) in enumerate(rows)}
        object.__setattr__(self, "prices", index | {("", ""): len(rows)})

    @property
    def nothing(self) -> int:
        """The plan position that stands for no plan."""
        return len(self.catalog.plans)

    @property
    def no_price(self) -> int:
        """The price position that stands for no price."""
        return len(self.rows)

    def plan_column(self, name: str, value: Callable[[Plan], int], *, nothing: int = 0) -> Table:
        """A column over plans."""
        return Table(name, (*(int(value(plan)) for plan in self.catalog.plans), nothing))

    def price_column(self, name: str, value: Callable[[Plan, Price], int], *, nothing: int = 0) -> Table:
        """A column over prices."""
        return Table(name, (*(int(value(plan, price)) for plan, price in self.rows), nothing))

    @cached_property
    def price_lengths(self) -> Table:
        """How long the intervals of prices are, in twelfths of a day; 1 for once-only prices and for nothing."""
        return self.price_column("price.length", lambda _, price: twelfths_of_days(price.interval), nothing=1)

    def plan_amounts(self, name: str, amounts: Callable[[Plan], Iterable[tuple[str, int]]]) -> Table:
        """A column over plan and currency (position `plan * currencies + currency`); missing amounts are 0."""
        return self._amounts(name, [dict(amounts(plan)) for plan in self.catalog.plans])

    def price_amounts(self, name: str, amounts: Callable[[Price], Iterable[tuple[str, int]]]) -> Table:
        """A column over price and currency (position `price * currencies + currency`); missing amounts are 0."""
        return self._amounts(name, [dict(amounts(price)) for _, price in self.rows])

    def _amounts(self, name: str, rows: list[dict[str, int]]) -> Table:
        cells = [row.get(code, 0) for row in (*rows, {}) for code in self.currencies]
        return Table(name, tuple(cells))

    @cached_property
    def price_plan(self) -> Table:
        """The plan that a price belongs to."""
        return self.price_column("price.plan", lambda plan, _: self.plans[plan.name], nothing=self.nothing)

    @cached_property
    def price_sold(self) -> Table:
        """Whether a price exists in a currency, by price and currency; nothing is sold in every currency."""
        cells = [int(c in dict(price.amounts)) for _, price in self.rows for c in self.currencies]
        return Table("price.sold", (*cells, *(1 for _ in self.currencies)))

    @cached_property
    def decimals(self) -> tuple[int, ...]:
        """The decimals of each currency, in order of the positions."""
        own = dict(self.catalog.decimals)
        return tuple(own[code] if code in own else currency.decimals(code) for code in self.currencies)

    @cached_property
    def decimals_by_currency(self) -> dict[str, int]:
        """The decimals of each currency that is sold in, and of those whose decimals the book states."""
        return dict(self.catalog.decimals) | dict(zip(self.currencies, self.decimals, strict=True))

    @cached_property
    def modules(self) -> tuple[str, ...]:
        """All modules, in order of first use."""
        return tuple(dict.fromkeys(plan.module for plan in self.catalog.plans))

    @cached_property
    def resources(self) -> tuple[str, ...]:
        """All limited resources, in order of first use."""
        return tuple(dict.fromkeys(name for plan in self.catalog.plans for name, _ in plan.limits))


def currencies_of(catalog: Catalog, default: str) -> tuple[str, ...]:
    """The currencies that prices use, the book's own first."""
    used = [currency for plan in catalog.plans for price in plan.prices for currency, _ in price.amounts]
    return tuple(dict.fromkeys([default, *used]))
