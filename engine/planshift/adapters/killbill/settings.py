"""What has to be said about a Kill Bill server before planshift can work with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, final

from planshift.adapters.halting import refusal
from planshift.adapters.over_http import Line

Differences = Literal["refuse", "adjust"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class KillBillPlan:
    """A plan as Kill Bill's catalog has it: product, billing period and price list."""

    product: str
    billing_period: str
    price_list: str = "DEFAULT"
    category: str = "BASE"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class KillBillSettings:
    """How a book's plans are told to a tenant of a Kill Bill server.

    `plans` gives for a plan and one of its prices what it is in Kill Bill's catalog. Kill Bill computes and bills a
    change by itself: where it comes to another amount than the decision, the change is refused, or `adjust`ed by a
    charge or credit of the difference. `user` and `password` are the server's, `api_key` and `api_secret` the tenant's.
    `push_secret` is what push notifications bring along to be believed.
    """

    url: str
    user: str
    password: str = field(repr=False)
    api_key: str
    api_secret: str = field(repr=False)
    plans: Mapping[str, Mapping[str, KillBillPlan]]
    differences: Differences = "refuse"
    created_by: str = "planshift"
    push_secret: str = field(default="", repr=False)
    line: Line = field(default_factory=lambda: Line(timeout=30))

    def plan(self, plan: str, price: str) -> KillBillPlan:
        """What a plan's price is in Kill Bill's catalog.

        Raises:
            Halt: the settings do not say it.
        """
        found = self.plans.get(plan, {}).get(price)
        if found is None:
            raise refusal(f"the settings name no Kill Bill plan for the price `{price}` of plan `{plan}`")
        return found
