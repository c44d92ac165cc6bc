"""Add-ons as items of a Stripe subscription, beside the one that is its plan: each with its own price and quantity.

They follow the plan in the very call that changes it, so that Stripe never bills a mixture. Add-ons that the settings
do not name, and items whose price nobody names, are left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import stripe
from stripe.params import SubscriptionUpdateParamsItem

from planshift.adapters.stripe.settings import StripeSettings
from planshift.billing.subscription import HeldAddon


def items_for(settings: StripeSettings, addons: Iterable[HeldAddon], *, price: str) -> Iterator[Any]:
    """The items that a new subscription has for add-ons of a plan at one of its prices.

    Raises:
        Halt: the settings name an add-on, and no Stripe price for it at that price of the plan.
    """
    for each in addons:
        if each.name in settings.addons:
            yield {"price": settings.addon(each.name, price), "quantity": each.quantity}


def changes(
    settings: StripeSettings, subscription: stripe.Subscription, *, addons: Iterable[HeldAddon], price: str
) -> Iterator[SubscriptionUpdateParamsItem]:
    """What has to change about the items of a running subscription: other prices and quantities, new ones, gone ones.

    Raises:
        Halt: as for a new one.
    """
    wanted = {each.name: each for each in addons if each.name in settings.addons}
    for item in subscription.items.data:
        name = settings.addon_of(item.price.id)
        if name is None:
            continue
        keeps = wanted.pop(name, None)
        if keeps is None:
            yield {"id": item.id, "deleted": True}
            continue
        target = settings.addon(name, price)
        if (item.price.id, item.quantity) != (target, keeps.quantity):
            yield {"id": item.id, "price": target, "quantity": keeps.quantity}
    yield from items_for(settings, wanted.values(), price=price)
