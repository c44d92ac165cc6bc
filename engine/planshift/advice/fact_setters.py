"""How a situation is given another value of a fact, by the name that rules call it by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from planshift.advice.answer import Actor
from planshift.advice.moves import View
from planshift.advice.situation import Situation
from planshift.billing.calendar import FIRST_DAY, add_months, civil, from_day
from planshift.billing.subscription import FactValue, HeldAddon, Subscription

Setter = Callable[[Situation, FactValue], Situation]
Pairs = tuple[tuple[str, FactValue], ...]
Known = tuple[Setter, Actor]
"""What sets a fact, and whose doing another value of it is."""


def setter_of(view: View, name: str) -> Known | None:
    """How a fact is set; None for what cannot be otherwise by itself, such as a plan or a date."""
    side, _, rest = name.partition(".")
    facts = view.inquiry.book.document.facts
    if side in _DECLARED and rest in {fact.name for fact in facts.of(side)}:
        put = _DECLARED[side]
        return lambda there, value: put(there, rest, value), "customer" if side == "request" else "circumstances"
    if side in _NAMED:
        put = _NAMED[side]
        return lambda there, value: put(there, rest, value), "customer"
    if name in _MONTHS_SINCE:
        field = _MONTHS_SINCE[name]
        return lambda there, value: _since(there, field, months=int(value), today=view.decision.today), "circumstances"
    if name in _REQUEST:
        return lambda there, value: _on_request(there, rest, value), "customer"
    return (_SUBSCRIPTION[name], "circumstances") if name in _SUBSCRIPTION else None


def _put(pairs: Pairs, name: str, value: FactValue) -> Pairs:
    """The pairs with a name's value in its place, or behind all where it has none."""
    if name not in dict(pairs):
        return (*pairs, (name, value))
    return tuple((each, value if each == name else held) for each, held in pairs)


def _held(there: Situation, subscription: Subscription) -> Situation:
    return replace(there, subscription=subscription)


def _customer_fact(there: Situation, name: str, value: FactValue) -> Situation:
    held = there.subscription
    customer = replace(held.customer, facts=_put(held.customer.facts, name, value))
    return _held(there, replace(held, customer=customer))


def _usage_fact(there: Situation, name: str, value: FactValue) -> Situation:
    held = there.subscription
    return _held(there, replace(held, usage_facts=_put(held.usage_facts, name, value)))


def _request_fact(there: Situation, name: str, value: FactValue) -> Situation:
    return replace(there, request=replace(there.request, facts=_put(there.request.facts, name, value)))


def _usage(there: Situation, name: str, value: FactValue) -> Situation:
    held = there.subscription
    usage = (*(each for each in held.usage if each[0] != name), (name, int(value)))
    return _held(there, replace(held, usage=usage))


def _addon(there: Situation, name: str, value: FactValue) -> Situation:
    held = there.subscription
    rest = tuple(each for each in held.addons if each.name != name)
    return _held(there, replace(held, addons=(*rest, HeldAddon(name=name, quantity=int(value))) if value else rest))


def _since(there: Situation, field: str, *, months: int, today: int) -> Situation:
    """So many whole months before today."""
    day = from_day(max(add_months(today, -months, anchor_day=civil(today)[2]), FIRST_DAY, 0))
    held = there.subscription
    if field == "started_on":
        return _held(there, replace(held, started_on=day))
    return _held(there, replace(held, customer=replace(held.customer, since=day)))


def _on_request(there: Situation, field: str, value: FactValue) -> Situation:
    if field == "bill_one_time":
        return replace(there, request=replace(there.request, bill_one_time=bool(value)))
    return replace(there, request=replace(there.request, quantity=int(value)))


def _client_group(there: Situation, value: FactValue) -> Situation:
    held = there.subscription
    return _held(there, replace(held, customer=replace(held.customer, client_group=str(value) or None)))


_DECLARED = {"customer": _customer_fact, "usage": _usage_fact, "request": _request_fact}
_NAMED = {"usage": _usage, "addons": _addon}
_MONTHS_SINCE = {"customer.tenure": "since", "subscription.age": "started_on"}
_REQUEST = ("request.quantity", "request.bill_one_time")
_SUBSCRIPTION: dict[str, Callable[[Situation, FactValue], Situation]] = {
    "customer.client_group": _client_group,
    "subscription.status": lambda there, value: _held(there, replace(there.subscription, status=str(value))),
    "subscription.renewals": lambda there, value: _held(there, replace(there.subscription, renewals=int(value))),
    "subscription.account_credit": lambda there, value: _held(
        there, replace(there.subscription, account_credit=int(value))
    ),
}
