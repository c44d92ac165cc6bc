"""What the stages of a plan read, and what they yield."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import final

from planshift.actions.action import Action
from planshift.actions.bills import Bills, bills_of
from planshift.billing.calendar import from_day
from planshift.billing.catalog import Plan
from planshift.billing.change import ChangeRequest
from planshift.billing.money import Money
from planshift.billing.subscription import Subscription
from planshift.decision.answer import Flow
from planshift.decision.decision import Decision


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A step before it has its place."""

    id: str
    action: Action
    undo: Action | None = None


@final
@dataclass(frozen=True, eq=False)
class Change:
    """An allowed decision, with what several stages ask of it."""

    decision: Decision

    @property
    def request(self) -> ChangeRequest:
        """What was asked for."""
        return self.decision.request

    @property
    def before(self) -> Subscription:
        """The subscription as it stands."""
        return self.decision.subscription

    @cached_property
    def after(self) -> Subscription | None:
        """The subscription once the change is in force; None when it ends."""
        return self.decision.subscription_after() if self.request.plan else None

    @property
    def today(self) -> date:
        """The local day of the request."""
        return from_day(self.decision.today)

    @property
    def effective(self) -> date:
        """The day the change takes effect."""
        effective = self.decision.effective_on
        assert effective is not None  # an allowed decision has its dates
        return effective

    @property
    def flow(self) -> Flow:
        """Where the money goes."""
        flow = self.decision.flow
        assert flow is not None  # an allowed decision has its amounts
        return flow

    @cached_property
    def bills(self) -> Bills:
        """The lines of the change, by where they go."""
        return bills_of(self.decision, self.flow)

    @property
    def nothing(self) -> Money:
        """No money, in the subscription's currency."""
        return replace(self.flow.charges, minor=0)

    @property
    def starts(self) -> bool:
        """Whether nothing ran before."""
        return self.request.kind == "start"

    @property
    def moves_plan(self) -> bool:
        """Whether one plan takes the place of another; false for a change of the price alone."""
        return bool(self.request.plan) and not self.starts and self.request.plan != self.before.plan

    @property
    def renews(self) -> bool:
        """Whether the change is a renewal."""
        return self.decision.renews

    @property
    def renews_on(self) -> date | None:
        """The day of the next regular bill after the change; None when the subscription ends or is billed once."""
        after = self.after
        if after is None:
            return None
        price = self.plan(after.plan).price(after.price)
        return None if price is None or price.interval.once else after.period.end

    @property
    def later(self) -> bool:
        """Whether the change waits for its day. A renewal does not: its run comes when the invoice is to be made."""
        return not self.decision.immediate and not self.renews

    def plan(self, name: str) -> Plan:
        """A plan of the catalog, by a name that the decision has already found there."""
        plan = self.decision.plan_named(name)
        assert plan is not None  # an allowed decision names plans of its catalog
        return plan
