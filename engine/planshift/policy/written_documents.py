"""Subscriptions and requests as the documents that somebody would write for them: the way back of their readers.

Only what is not said by leaving it out is written, in the order of the models.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import final

from planshift.billing.calendar import from_day
from planshift.billing.change import ChangeRequest
from planshift.billing.currency import decimals as iso_decimals
from planshift.billing.interval import Interval
from planshift.billing.money import Money, format_percent
from planshift.billing.subscription import (
    Customer,
    Discount,
    FactValue,
    HeldAddon,
    HeldService,
    PendingChange,
    RunningContract,
    Subscription,
)
from planshift.billing.zones import format_instant, parse_instant
from planshift.expressions.types import BOOL, DATE, DAYS, MONEY, MONTHS, Enum, Type
from planshift.policy.document import BookDocument
from planshift.policy.fact_validation import default_fits
from planshift.policy.facts import Fact
from planshift.policy.written_yaml import Data

Fields = dict[str, Data]
"""The fields of a document."""


def subscription_fields(subscription: Subscription, book: BookDocument) -> Fields:
    """The fields of a subscription file that reads as this subscription."""
    return _Writing(book, currency=subscription.currency, zone=subscription.timezone).subscription(subscription)


def request_fields(request: ChangeRequest, book: BookDocument, *, subscription: Subscription) -> Fields:
    """The fields of a request file that reads, for this subscription, as this request; its instant is left out."""
    return _Writing(book, currency=subscription.currency, zone=subscription.timezone).request(request)


def fields_over(fields: Mapping[str, Data], under: Mapping[str, Data]) -> Fields:
    """What must stand over the fields `under` so that both together say `fields`; null takes a field back."""
    over: Fields = {}
    for name, value in fields.items():
        below = under.get(name)
        if isinstance(value, Mapping) and isinstance(below, Mapping):
            inner = fields_over(value, below)
            over |= {name: inner} if inner else {}
        elif name not in under or below != value:
            over[name] = value
    return over | {name: None for name in under if name not in fields}


def instant_text(instant: int, zone: str) -> str:
    """An instant as people write it: local time of the zone, or UTC where that time happens twice."""
    local = format_instant(instant, zone)[: len("2026-03-11T10:00:00")].replace("T", " ").removesuffix(":00")
    return local if parse_instant(local, zone) == instant else format_instant(instant, "UTC").replace("+00:00", "Z")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Amounts:
    """How amounts of one currency are written."""

    currency: str
    decimals: int

    def __call__(self, minor: int | None) -> Money | None:
        """An amount; None where there is none."""
        return None if minor is None else Money(minor=minor, currency=self.currency, decimals=self.decimals)

    def unless_zero(self, minor: int) -> Money | None:
        """An amount; None where it comes to nothing."""
        return self(minor) if minor else None


@final
class _Writing:
    def __init__(self, book: BookDocument, *, currency: str, zone: str | None) -> None:
        own = dict(book.policy.decimals).get(currency)
        self._book = book
        self._money = _Amounts(currency=currency, decimals=iso_decimals(currency) if own is None else own)
        self._zone = zone or book.policy.timezone

    def subscription(self, held: Subscription) -> Fields:
        """Return the fields of a subscription."""
        return self._running(held) | self._paid(held) | self._belongings(held)

    def _running(self, held: Subscription) -> Fields:
        period = held.period
        return _said(
            id=held.id,
            customer=self._customer(held.customer),
            plan=held.plan,
            price=held.price,
            currency=_unless(held.currency, self._book.policy.currency),
            quantity=_unless(held.quantity, 1),
            period={
                "start": self._moment(period.start, period.starts_at),
                "end": self._moment(period.end, period.ends_at),
            },
            bill_day=held.bill_day or None,
            status=_unless(held.status, "active"),
            started_on=held.started_on,
            renewals=held.renewals or None,
        )

    def _paid(self, held: Subscription) -> Fields:
        money = self._money
        return _said(
            amount=money(held.amount),
            paid=money(held.paid),
            given_back=money.unless_zero(held.given_back),
            debt=money.unless_zero(held.debt),
            older_debt=money.unless_zero(held.older_debt),
            waiting=money.unless_zero(held.waiting),
            unpaid_invoices=held.unpaid_invoices or None,
            account_credit=money.unless_zero(held.account_credit),
            discount=None if held.discount == Discount() else self._discount(held.discount),
            trial_ends_on=held.trial_ends_on,
            paid_through=held.paid_through,
            contract=self._contract(held.contract),
        )

    def _belongings(self, held: Subscription) -> Fields:
        return _said(
            usage=dict(held.usage) or None,
            usage_facts=self._facts(held.usage_facts, "usage") or None,
            addons=_addons(held.addons) or None,
            services=[_service(each) for each in held.services] or None,
            answers=[_said(service=each.service, question=each.question, value=each.value) for each in held.answers]
            or None,
            resources=dict(held.resources) or None,
            settings=dict(held.settings) or None,
            allowances=dict(held.allowances) or None,
            pending=_pending(held.pending),
            changes=list(held.changes) or None,
            timezone=held.timezone,
        )

    def request(self, asked: ChangeRequest) -> Fields:
        """Return the fields of a request."""
        if asked.kind == "renew":
            return _said(kind="renew", approvals=list(asked.approvals) or None, facts=self._asked_facts(asked))
        ends = asked.kind == "cancel"
        remedies = _said(add=_addons(asked.remedies.add) or None, end=list(asked.remedies.end) or None)
        return _said(
            to=None if ends else asked.plan or None,
            price=None if ends else asked.price or None,
            kind=_unless(asked.kind, "change"),
            by=_unless(asked.by, "customer"),
            person=asked.person or None,
            on=asked.on,
            until=asked.until,
            quantity=asked.quantity,
            bill_day=asked.bill_day or None,
            amount=self._money(asked.amount),
            discount=None if asked.discount is None else self._discount(asked.discount),
            bill_one_time=asked.bill_one_time or None,
            approvals=list(asked.approvals) or None,
            override=asked.override or None,
            override_reason=asked.override_reason or None,
            remedies=remedies or None,
            facts=self._asked_facts(asked),
        )

    def _asked_facts(self, asked: ChangeRequest) -> Fields | None:
        return self._facts(asked.facts, "request") or None

    def _moment(self, day: date, instant: int | None) -> Data:
        return day if instant is None else instant_text(instant, self._zone)

    def _customer(self, customer: Customer) -> Fields:
        return _said(
            id=customer.id,
            client_group=customer.client_group,
            since=customer.since,
            facts=self._facts(customer.facts, "customer") or None,
        )

    def _discount(self, discount: Discount) -> Fields:
        percent = format_percent(discount.ppm) if discount.ppm or not discount.amount else None
        return _said(percent=percent, amount=self._money.unless_zero(discount.amount), code=discount.code)

    def _contract(self, contract: RunningContract | None) -> Fields | None:
        if contract is None:
            return None
        return _said(
            starts_on=contract.starts_on,
            ends_on=contract.ends_on,
            penalty=self._money.unless_zero(contract.penalty),
            remainder=contract.remainder or None,
            plan=contract.plan,
            service=contract.service,
        )

    def _facts(self, pairs: Iterable[tuple[str, FactValue]], side: str) -> Fields:
        declared = {fact.name: fact for fact in self._book.facts.of(side)}
        currency = self._money.currency
        return {
            name: self._fact(declared[name], value)
            for name, value in pairs
            if value != declared[name].default or not default_fits(declared[name], currency)
        }

    def _fact(self, fact: Fact, value: FactValue) -> Data:
        kind: Type = fact.type
        if isinstance(value, str):
            return value
        if isinstance(kind, Enum):
            return kind.members[value]
        if kind == BOOL:
            return bool(value)
        if kind == MONEY:
            return self._money(value)
        if kind == DATE:
            return from_day(value)
        if kind in (MONTHS, DAYS):
            return str(Interval(months=value) if kind == MONTHS else Interval(days=value))
        return value


def _said(**fields: Data) -> Fields:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value is not None}


def _unless(value: str | int, silent: str | int) -> str | int | None:
    """A value; None where leaving it out says the same."""
    return None if value == silent else value


def _addons(addons: Iterable[HeldAddon]) -> list[Fields]:
    return [_said(name=each.name, quantity=_unless(each.quantity, 1)) for each in addons]


def _pending(pending: PendingChange | None) -> Fields | None:
    if pending is None:
        return None
    return _said(to_plan=pending.to_plan or None, to_price=pending.to_price or None, effective_on=pending.effective_on)


def _service(service: HeldService) -> Fields:
    return _said(id=service.id, title=_unless(service.title, service.id), uses=dict(service.uses) or None)
