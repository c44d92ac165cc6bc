"""What somebody asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import final

from planshift.billing.subscription import Discount, FactValue, HeldAddon

KINDS = ("change", "cancel", "start", "renew")
REQUESTERS = ("customer", "staff", "system")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Remedies:
    """What the customer chose so that present use fits the target: add-ons to buy and held services to end (ids)."""

    add: tuple[HeldAddon, ...] = ()
    end: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRequest:
    """One request at one instant.

    `at` is in epoch seconds. `kind` is `change`, `cancel` (no target; `until` makes it a pause that credits up to that
    day), `start` (nothing is given up) or `renew` (the book finds the target, whatever plan and price say). `on` is the
    wished date for the timing `on_date`. `quantity` None keeps the present one. `bill_day` moves the bill day (1 to
    31). `discount` replaces the coupon on the new side. `approvals` are the roles that agreed, `override` lets staff
    pass denials where the policy says so. `person` is kept on record and decides nothing. `facts`
    are those that the book declares of requests; one that is left out has its default.
    """

    at: int
    plan: str = ""
    price: str = ""
    kind: str = "change"
    by: str = "customer"
    person: str = ""
    on: date | None = None
    until: date | None = None
    quantity: int | None = None
    bill_day: int = 0
    amount: int | None = None
    discount: Discount | None = None
    bill_one_time: bool = False
    approvals: tuple[str, ...] = ()
    override: bool = False
    override_reason: str = ""
    remedies: Remedies = Remedies()
    facts: tuple[tuple[str, FactValue], ...] = ()
    checked_by: str = field(default="", init=False, compare=False, repr=False)
    """The digest of the book that found nothing wrong with it; empty on a new one, however it was made."""
