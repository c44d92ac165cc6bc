"""The model of a subscription file."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, StrictBool, StrictInt

from planshift.policy.fields import (
    Count,
    Currency,
    Day,
    Identifier,
    Moment,
    Money,
    Name,
    Percent,
    PriceId,
    Text,
    Zone,
    as_list,
)
from planshift.policy.models import Document

BillDay = Annotated[StrictInt, Field(ge=1, le=31)]
"""A day of the month; in shorter months the last day."""

Quantity = Annotated[StrictInt, Field(ge=1, le=1_000_000)]
"""How many, at least one."""


class CustomerModel(Document):
    """Who holds the subscription."""

    id: Identifier | None = None
    """The customer's id; without one it is the subscription's."""

    client_group: Identifier | None = None
    """The client group the customer belongs to."""

    since: Day | None = None
    """The first day as a customer."""

    facts: dict[str, object] | None = None
    """The facts of the customer that the book declares."""


class PeriodModel(Document):
    """A stretch of time that is billed as one: days, or instants where it does not begin at midnight."""

    start: Moment
    """The first day, or the instant at which it begins."""

    end: Moment
    """The first day after it, or the instant at which it ends."""


class RunningContractModel(Document):
    """A commitment that is running."""

    starts_on: Day
    """Its first day."""

    ends_on: Day
    """The first day after it."""

    penalty: Money | None = None
    """What leaving before its end costs."""

    remainder: StrictBool = False
    """Whether leaving before its end makes the rest fall due."""

    plan: Name | None = None
    """The plan that it came with, where that is not the running one."""

    service: Name | None = None
    """The service whose tax code leaving early bears, where that is not the one of the plan's contract."""


class DiscountModel(Document):
    """A coupon on the recurring price."""

    percent: Percent | None = None
    """The share of the price that it takes off."""

    amount: Money | None = None
    """The amount that it takes off each interval."""

    code: Text | None = None
    """The code of the coupon."""


class HeldAddonModel(Document):
    """An add-on that is held."""

    name: Name
    """The add-on."""

    quantity: Quantity = 1
    """How many of it."""


class HeldServiceModel(Document):
    """Something that runs and uses resources, and that the customer may end."""

    id: Identifier
    """Its id."""

    title: Text | None = None
    """What people call it."""

    uses: dict[Name, Count] | None = None
    """How much of each resource it uses."""


class AnswerModel(Document):
    """An answer to a profile question."""

    service: Name
    """The service that asks."""

    question: Name
    """The question."""

    value: Identifier
    """The answer."""


class PendingModel(Document):
    """A change, or without a plan a cancellation, that was asked for and is not in force."""

    to_plan: Name | None = None
    """The plan it leads to; none where the subscription ends."""

    to_price: PriceId | None = None
    """The price it leads to."""

    effective_on: Day
    """The day it takes effect."""


Days = Annotated[tuple[Day, ...], BeforeValidator(as_list, json_schema_input_type=Day | list[Day])]
"""One day or several."""


class SubscriptionModel(Document):
    """A customer's running plan, as it stands before a change."""

    id: Identifier
    """Its id."""

    customer: CustomerModel | None = None
    """Who holds it."""

    plan: Name
    """The plan."""

    price: PriceId | None = None
    """The id of the price; needed where the plan has several."""

    currency: Currency | None = None
    """The currency it is billed in; without one that of the book."""

    quantity: Quantity = 1
    """How many units of the plan."""

    period: PeriodModel
    """The running period."""

    bill_day: BillDay | None = None
    """The day of the month on which it is billed; without one the day that the period suggests."""

    status: Name = "active"
    """Its state, as rules may ask for it."""

    started_on: Day | None = None
    """Its first day."""

    renewals: Count = 0
    """How often it was renewed."""

    amount: Money | None = None
    """A price per interval agreed with the customer, in place of the list price."""

    paid: Money | None = None
    """What was really paid for the period; without it the whole price."""

    given_back: Money | None = None
    """What was already returned of it."""

    debt: Money | None = None
    """What is billed and still open."""

    older_debt: Money | None = None
    """The part of `debt` that is not for the running period and plan: of periods or plans before."""

    waiting: Money | None = None
    """What earlier changes of the period charged and left for the next bill; in `paid` it counts as paid."""

    unpaid_invoices: Count = 0
    """How many invoices are open."""

    account_credit: Money | None = None
    """Money on the customer's account."""

    discount: DiscountModel | None = None
    """A coupon."""

    trial_ends_on: Day | None = None
    """The first day after the trial."""

    paid_through: Day | None = None
    """The first day that is not paid for, where bills come in arrear."""

    contract: RunningContractModel | None = None
    """A running commitment."""

    usage: dict[Name, Count] | None = None
    """Present use of each resource."""

    usage_facts: dict[str, object] | None = None
    """The facts of use that the book declares."""

    addons: tuple[HeldAddonModel, ...] | None = None
    """The add-ons that are held."""

    services: tuple[HeldServiceModel, ...] | None = None
    """Running things that use resources."""

    answers: tuple[AnswerModel, ...] | None = None
    """Answers to profile questions."""

    resources: dict[Name, Text] | None = None
    """What is configured, and at which connector."""

    settings: dict[Name, Identifier] | None = None
    """What the customer set on the running service."""

    allowances: dict[Name, Count] | None = None
    """What is left of the allowances of the running period."""

    pending: PendingModel | None = None
    """A change that waits."""

    changes: Days = ()
    """The days of earlier changes."""

    timezone: Zone | None = None
    """Whose midnight begins a day, where it is not the book's."""
