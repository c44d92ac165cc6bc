"""The Stripe account: whom and what a task is about there, and where days begin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import final

import stripe

from planshift.adapters.halting import refusal
from planshift.adapters.stripe.calls import mark
from planshift.adapters.stripe.settings import StripeSettings
from planshift.billing.calendar import from_day, to_day
from planshift.billing.zones import local_day, midnight
from planshift.execution.ports import Task

SUBSCRIPTION = "planshift_subscription"
"""The metadata of a Stripe subscription that names the subscription as planshift knows it."""

CUSTOMER = "planshift_customer"
"""The metadata of a Stripe customer that names the customer as planshift knows them."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account at Stripe, and how plans are told to it."""

    client: stripe.StripeClient
    settings: StripeSettings

    def customer(self, task: Task) -> str:
        """The Stripe customer of a task: known by Stripe's own id, or by what the metadata say.

        Raises:
            Halt: there is none.
        """
        name = task.plan.customer
        if name.startswith("cus_"):
            return name
        quoted = name.replace("\\", "\\\\").replace("'", "\\'")
        found = self.client.v1.customers.search({"query": f"metadata['{CUSTOMER}']:'{quoted}'", "limit": 2}).data
        if len(found) != 1:
            known = "several Stripe customers have" if found else "no Stripe customer has"
            raise refusal(f"{known} `{CUSTOMER}: {name}` in the metadata")
        return found[0].id

    def subscription(self, task: Task) -> stripe.Subscription | None:
        """The Stripe subscription of a task: one that runs before one that has ended, None where there is none."""
        name = task.plan.subscription
        named = self._named(name) if name.startswith("sub_") else None
        if named is not None and runs(named):
            return named
        listed = self.client.v1.subscriptions.list(
            {"customer": self.customer(task), "status": "all", "limit": 100, "expand": ["data.discounts"]}
        )
        known = [each for each in listed.auto_paging_iter() if mark(each, SUBSCRIPTION) == name]
        return next((each for each in known if runs(each)), named or next(iter(known), None))

    def running(self, task: Task) -> stripe.Subscription:
        """The Stripe subscription of a task, which has to run.

        Raises:
            Halt: there is none that does.
        """
        found = self.subscription(task)
        if found is None:
            raise refusal(f"no Stripe subscription is or has `{SUBSCRIPTION}: {task.plan.subscription}`")
        if not runs(found):
            raise refusal(f"the Stripe subscription {found.id} has ended")
        return found

    def day(self, instant: int, task: Task) -> date:
        """The local day of an instant."""
        return from_day(local_day(instant, self._zone(task)))

    def instant(self, day: date, task: Task) -> int:
        """The instant at which a local day begins."""
        return midnight(to_day(day), self._zone(task))

    def plan_item(self, subscription: stripe.Subscription) -> stripe.SubscriptionItem:
        """The item of a Stripe subscription that is its plan; others are what was added to it.

        Raises:
            Halt: which one it is cannot be told.
        """
        items = subscription.items.data
        prices = {price for names in self.settings.prices.values() for price in names.values()}
        plans = [item for item in items if item.price.id in prices]
        plans = plans or [item for item in items if self.settings.addon_of(item.price.id) is None]
        if len(plans) != 1:
            raise refusal(f"which item of the Stripe subscription {subscription.id} is its plan cannot be told")
        return plans[0]

    def _named(self, name: str) -> stripe.Subscription | None:
        try:
            return self.client.v1.subscriptions.retrieve(name, {"expand": ["discounts"]})
        except stripe.InvalidRequestError as error:
            if error.code == "resource_missing":
                return None
            raise

    def _zone(self, task: Task) -> str:
        return task.before.timezone or self.settings.timezone


def runs(subscription: stripe.Subscription) -> bool:
    """Whether a Stripe subscription has not ended."""
    return subscription.status not in ("canceled", "incomplete_expired")
