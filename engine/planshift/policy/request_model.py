"""The model of a request for a change."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StrictBool

from planshift.policy.fields import Code, Day, Identifier, Instant, Money, Name, PriceId, Text, as_list
from planshift.policy.models import Document
from planshift.policy.subscription_model import BillDay, DiscountModel, HeldAddonModel, Quantity

Roles = Annotated[tuple[Identifier, ...], BeforeValidator(as_list, json_schema_input_type=Code | list[Identifier])]
"""One name or several."""


class RemediesModel(Document):
    """What the customer does so that present use fits the new plan."""

    add: tuple[HeldAddonModel, ...] | None = None
    """Add-ons to buy."""

    end: Roles = ()
    """Ids of running services to end."""


class RequestModel(Document):
    """What somebody asks for."""

    to: Name | None = None
    """The plan asked for; none for a cancellation."""

    price: PriceId | None = None
    """The id of its price; without one that with the interval of the present price."""

    kind: Literal["change", "cancel", "start", "renew"] = "change"
    """A change, the end of the subscription, a start with nothing given up, or the renewal that is due."""

    by: Literal["customer", "staff", "system"] = "customer"
    """Who asks."""

    person: Annotated[Text | None, Field(min_length=1)] = None
    """The name or number of the person who asks; it is kept on record and decides nothing."""

    at: Instant | None = None
    """The instant of the request."""

    on: Day | None = None
    """The wished day, where the timing is `on_date`."""

    until: Day | None = None
    """The day up to which a cancelled subscription pauses."""

    quantity: Quantity | None = None
    """How many units; without it as many as now."""

    bill_day: BillDay | None = None
    """A new day of the month for bills."""

    amount: Money | None = None
    """A price agreed for the new plan, in place of the list price."""

    discount: DiscountModel | None = None
    """A coupon for the new plan."""

    bill_one_time: StrictBool = False
    """Whether one-time services shall be billed."""

    approvals: Roles = ()
    """The roles that agreed."""

    override: StrictBool = False
    """Whether staff passes denials."""

    override_reason: Annotated[Text | None, Field(min_length=1)] = None
    """Why."""

    remedies: RemediesModel | None = None
    """What is done so that present use fits."""

    facts: dict[str, object] | None = None
    """The facts of the request that the book declares."""
