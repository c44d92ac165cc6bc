"""What one decision is about, as the documents tell it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import final

from planshift.billing.catalog import Plan, Price
from planshift.billing.change import ChangeRequest
from planshift.billing.currency import decimals
from planshift.billing.interval import ONCE, Interval
from planshift.billing.subscription import Subscription
from planshift.expressions.typed import TypedRules
from planshift.policy.document import BookDocument
from tests.reference import days


@final
@dataclass(frozen=True, kw_only=True)
class Change:
    """One book, one subscription, one request. A start gives nothing up, a cancellation begins nothing."""

    document: BookDocument
    rules: TypedRules
    subscription: Subscription
    request: ChangeRequest

    @cached_property
    def zone(self) -> str:
        return self.subscription.timezone or self.document.policy.timezone

    @cached_property
    def today(self) -> date:
        return days.local_day(self.request.at, self.zone)

    @property
    def cancels(self) -> bool:
        return self.request.kind == "cancel"

    @property
    def starts(self) -> bool:
        return self.request.kind == "start"

    @property
    def renews(self) -> bool:
        return self.request.kind == "renew"

    def plan(self, name: str) -> Plan | None:
        return next((plan for plan in self.document.catalog.plans if plan.name == name), None)

    @cached_property
    def old_plan(self) -> Plan | None:
        return None if self.starts else self.plan(self.subscription.plan)

    @cached_property
    def new_plan(self) -> Plan | None:
        return self.plan(self.request.plan)

    @cached_property
    def old_price(self) -> Price | None:
        return self.old_plan.price(self.subscription.price) if self.old_plan else None

    @cached_property
    def new_price(self) -> Price | None:
        return self.new_plan.price(self.request.price) if self.new_plan else None

    @cached_property
    def same_plan(self) -> bool:
        return self.old_plan is not None and self.old_plan is self.new_plan

    @cached_property
    def same_price(self) -> bool:
        return self.same_plan and self.old_price is self.new_price

    @property
    def old_interval(self) -> Interval:
        return self.old_price.interval if self.old_price else ONCE

    @property
    def new_interval(self) -> Interval:
        return self.new_price.interval if self.new_price else ONCE

    @property
    def has_intervals(self) -> bool:
        """Whether both sides are billed again and again."""
        return not self.old_interval.once and not self.new_interval.once

    @property
    def longer(self) -> bool:
        return self.has_intervals and days.length(self.new_interval) > days.length(self.old_interval)

    @property
    def shorter(self) -> bool:
        return self.has_intervals and days.length(self.new_interval) < days.length(self.old_interval)

    @property
    def old_quantity(self) -> int:
        return self.subscription.quantity

    @property
    def new_quantity(self) -> int:
        return self.subscription.quantity if self.request.quantity is None else self.request.quantity

    @cached_property
    def decimals(self) -> int:
        own = dict(self.document.policy.decimals)
        code = self.subscription.currency
        return own[code] if code in own else decimals(code)

    def mapped(self, kind: str, name: str) -> str:
        """The name that the book gives a thing on other plans."""
        return self.document.policy.carry_map.of(kind).get(name, name)

    def in_currency(self, amounts: tuple[tuple[str, int], ...]) -> int:
        """The amount in the subscription's currency; nothing where there is none."""
        return dict(amounts).get(self.subscription.currency, 0)

    @cached_property
    def listed_old(self) -> int:
        return self.in_currency(self.old_price.amounts) if self.old_price else 0

    @cached_property
    def listed_new(self) -> int:
        return self.in_currency(self.new_price.amounts) if self.new_price else 0

    @cached_property
    def in_trial(self) -> bool:
        ends = self.subscription.trial_ends_on
        return ends is not None and ends > self.today

    @cached_property
    def in_contract(self) -> bool:
        contract = self.subscription.contract
        return contract is not None and contract.ends_on > self.today
