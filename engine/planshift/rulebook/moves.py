"""What moves to the new plan and what has no place there, by name: answers, resources, settings, add-ons, allowances.

Lists are folded here and not in the compiled form; the kernel reads the counts as columns, and the explanation reads
the names. Both come from `movables`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, final

from planshift.billing.catalog import Catalog, Plan
from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription

Kind = Literal["answers", "resources", "settings", "addons", "usage"]
KINDS: tuple[Kind, ...] = ("answers", "resources", "settings", "addons", "usage")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Movable:
    """One thing of a subscription: `same` tells whether the target has the same place for it."""

    kind: Kind
    name: str
    value: str
    same: bool


def movables(catalog: Catalog, subscription: Subscription, *, plan: Plan | None) -> Iterator[Movable]:
    """Everything that could move to `plan` (None: the subscription ends)."""
    services = {service.name: service for service in catalog.services}
    asked = {
        (name, q) for name in (plan.services if plan else ()) if name in services for q in services[name].questions
    }
    for answer in subscription.answers:
        same = (answer.service, answer.question) in asked
        yield Movable(kind="answers", name=f"{answer.service}: {answer.question}", value=answer.value, same=same)
    connectors = {(resource.name, resource.connector) for resource in (plan.resources if plan else ())}
    for name, connector in subscription.resources:
        yield Movable(kind="resources", name=name, value=connector, same=(name, connector) in connectors)
    for name, value in subscription.settings:
        same = plan is not None and name in plan.settings
        yield Movable(kind="settings", name=name, value=value, same=same)
    for addon in subscription.addons:
        same = plan is not None and addon.name in plan.addons
        yield Movable(kind="addons", name=addon.name, value=str(addon.quantity), same=same)
    included = {name for name, _ in (plan.allowances if plan else ())}
    for name, left in subscription.allowances:
        if left:
            yield Movable(kind="usage", name=name, value=str(left), same=name in included)


@final
class Counter:
    """Counts for the kernel what would be lost."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._plans = {plan.name: plan for plan in catalog.plans}

    def lost(self, subscription: Subscription, request: ChangeRequest, *, kind: str) -> int:
        """How many things of a kind have no same place on the plan asked for; nothing is asked of a plan that ends."""
        if request.kind != "change" or request.plan == subscription.plan:
            return 0
        plan = self._plans.get(request.plan)
        return sum(1 for m in movables(self._catalog, subscription, plan=plan) if m.kind == kind and not m.same)


def ended_use(subscription: Subscription, request: ChangeRequest, *, resource: str) -> int:
    """How much of a resource the services use that the customer chose to end."""
    ended = request.remedies.end
    return sum(
        amount
        for service in subscription.services
        if service.id in ended
        for name, amount in service.uses
        if name == resource
    )


def chosen(request: ChangeRequest, addon: str) -> int:
    """How many of an add-on the customer chose to buy with the change."""
    return sum(item.quantity for item in request.remedies.add if item.name == addon)
