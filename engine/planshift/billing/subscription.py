"""A customer's running plan, as it stands before a change."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import final

from planshift.billing.period import Period

FactValue = int | bool | str
"""A declared fact as the engine reads it: money in minor units, dates as day numbers, durations in their unit."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RunningContract:
    """A commitment the customer is in: half-open dates, and what leaving before `ends_on` costs (minor units).

    What leaving costs is taxed as `service`, or else as the contract of `plan` in the catalog says.
    """

    starts_on: date
    ends_on: date
    penalty: int = 0
    remainder: bool = False
    plan: str | None = None
    service: str | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class HeldAddon:
    """An add-on the subscription holds, with its quantity."""

    name: str
    quantity: int = 1


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A customer's answer to a profile question of a service."""

    service: str
    question: str
    value: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class HeldService:
    """A running thing that uses resources (a site, a mailbox) and that the customer may end to fit a smaller plan."""

    id: str
    title: str
    uses: tuple[tuple[str, int], ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """A coupon on the recurring price: a share in millionths, an amount in minor units per interval, or both."""

    ppm: int = 0
    amount: int = 0
    code: str | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PendingChange:
    """A change already asked for and not yet in force; `to_plan` and `to_price` are empty for a cancellation."""

    to_plan: str
    to_price: str
    effective_on: date


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who holds the subscription: client group, how long a customer, and the facts the book declares."""

    id: str
    client_group: str | None = None
    since: date | None = None
    facts: tuple[tuple[str, FactValue], ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One subscription. Amounts are minor units of `currency`.

    `paid` is what was really debited for `period` (None: the whole price); `given_back` what was already returned of
    it; `debt` what is billed and still open, `older_debt` the part of it that is not for the period and plan that run.
    `waiting` is what earlier changes charged and left for the next bill: in `paid` it counts as paid. `amount`
    overrides the list price per interval. `paid_through` matters in arrear only. `settings` are what the customer set
    on the running service, by name; `allowances` are what is left of the allowances of the running period. `changes`
    are the days of earlier changes, newest last.
    """

    id: str
    plan: str
    price: str
    currency: str
    period: Period
    customer: Customer
    quantity: int = 1
    bill_day: int = 0
    status: str = "active"
    started_on: date | None = None
    renewals: int = 0
    amount: int | None = None
    paid: int | None = None
    given_back: int = 0
    debt: int = 0
    older_debt: int = 0
    waiting: int = 0
    unpaid_invoices: int = 0
    account_credit: int = 0
    discount: Discount = Discount()
    trial_ends_on: date | None = None
    paid_through: date | None = None
    contract: RunningContract | None = None
    usage: tuple[tuple[str, int], ...] = ()
    usage_facts: tuple[tuple[str, FactValue], ...] = ()
    addons: tuple[HeldAddon, ...] = ()
    services: tuple[HeldService, ...] = ()
    answers: tuple[Answer, ...] = ()
    resources: tuple[tuple[str, str], ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    allowances: tuple[tuple[str, int], ...] = ()
    pending: PendingChange | None = None
    changes: tuple[date, ...] = ()
    timezone: str | None = None
    checked_by: str = field(default="", init=False, compare=False, repr=False)
    """The digest of the book that found nothing wrong with it; empty on a new one, however it was made."""
