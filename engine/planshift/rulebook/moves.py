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
from planshift.policy.document import NO_MAP, CarryMap

Kind = Literal["answers", "resources", "settings", "addons", "usage"]
KINDS: tuple[Kind, ...] = ("answers", "resources", "settings", "addons", "usage")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Movable:
    """One thing of a subscription: `same` tells whether the target has the same place for it.

    Where the book maps it, `to` is its new name, and `fits` tells whether the target has that place.
    """

    kind: Kind
    name: str
    value: str
    same: bool
    to: str | None = None
    fits: bool = False


def movables(
    catalog: Catalog, subscription: Subscription, *, plan: Plan | None, carry_map: CarryMap = NO_MAP
) -> Iterator[Movable]:
    """Everything that could move to `plan` (None: the subscription ends)."""
    places = places_of(catalog, plan)
    for kind, name, value in _things(subscription):
        key = (kind, name, value if kind == "resources" else "")
        to = carry_map.of(kind).get(name)
        fits = to is not None and (kind, to, key[2]) in places
        shown, new = name, to
        if kind == "answers":
            shown, new = name.replace(".", ": ", 1), to and to.replace(".", ": ", 1)
        yield Movable(kind=kind, name=shown, value=value, same=key in places, to=new, fits=fits)


def _things(subscription: Subscription) -> Iterator[tuple[Kind, str, str]]:
    """Kind, name and value of each thing; a question stands behind its service and a dot."""
    yield from (("answers", f"{each.service}.{each.question}", each.value) for each in subscription.answers)
    yield from (("resources", name, connector) for name, connector in subscription.resources)
    yield from (("settings", name, value) for name, value in subscription.settings)
    yield from (("addons", addon.name, str(addon.quantity)) for addon in subscription.addons)
    yield from (("usage", name, str(left)) for name, left in subscription.allowances if left)


def places_of(catalog: Catalog, plan: Plan | None) -> set[tuple[str, str, str]]:
    """Kind and name of every place that a plan has for things, and the connector of a resource."""
    if plan is None:
        return set()
    asked = {service.name: service.questions for service in catalog.services}
    return {
        *(("answers", f"{name}.{question}", "") for name in plan.services for question in asked.get(name, ())),
        *(("resources", resource.name, resource.connector) for resource in plan.resources),
        *(("settings", name, "") for name in plan.settings),
        *(("addons", name, "") for name in plan.addons),
        *(("usage", name, "") for name, _ in plan.allowances),
    }


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
