"""What is sold: plans with their prices, limits, add-ons and contracts, as frozen values.

Amounts are integers of the currency's minor unit. Maps are kept as sorted tuples of pairs so that every value is
hashable and can be shared between threads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from planshift.billing.interval import Interval

UNLIMITED = -1
"""The limit of a resource that a plan does not bound."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """One amount per currency for one interval; `amounts` pairs a currency with minor units."""

    id: str
    interval: Interval
    amounts: tuple[tuple[str, int], ...]
    in_arrear: bool = False
    setup: tuple[tuple[str, int], ...] = ()
    renewal: tuple[tuple[str, int], ...] = ()
    available_from: str | None = None
    available_until: str | None = None
    retired: bool = False


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ContractTerms:
    """A plan's minimum term: its length in months or days, what leaving early costs, and whether the rest falls due."""

    months: int = 0
    days: int = 0
    penalty: tuple[tuple[str, int], ...] = ()
    remainder: bool = False
    service: str | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A thing a plan configures at a connector; it moves to another plan that configures it identically."""

    name: str
    connector: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A component that is billed and taxed under its own code; `one_time` amounts are charged once."""

    name: str
    tax_code: str | None = None
    one_time: tuple[tuple[str, int], ...] = ()
    questions: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Addon:
    """Something a plan can hold that raises limits; amounts are per unit and interval of the plan's price."""

    name: str
    title: str
    raises: tuple[tuple[str, int], ...]
    amounts: tuple[tuple[str, int], ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a customer subscribes to.

    `allowances` is what a period includes, `settings` names what customers can set on it for themselves, `coupons` the
    codes that it takes (None: all of them).
    """

    name: str
    title: str
    module: str
    prices: tuple[Price, ...]
    limits: tuple[tuple[str, int], ...] = ()
    addons: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    resources: tuple[Resource, ...] = ()
    allowances: tuple[tuple[str, int], ...] = ()
    settings: tuple[str, ...] = ()
    coupons: tuple[str, ...] | None = None
    contract: ContractTerms | None = None
    trial: Interval | None = None
    status: str = "active"
    stock: int | None = None
    usage_bucket: bool = False
    quantity_max: int = 1_000_000

    def price(self, price_id: str) -> Price | None:
        """The price with this id, or None."""
        return next((price for price in self.prices if price.id == price_id), None)

    def takes_coupon(self, code: str | None) -> bool:
        """Whether a coupon with this code can be used on it."""
        return self.coupons is None or code in self.coupons


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """All plans, add-ons and services of a book, in the order of the file."""

    plans: tuple[Plan, ...]
    addons: tuple[Addon, ...] = ()
    services: tuple[Service, ...] = ()
    currencies: tuple[str, ...] = ()
    decimals: tuple[tuple[str, int], ...] = ()
