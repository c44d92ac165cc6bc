"""What the names in rules stand for, for one change."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from planshift.billing.catalog import Plan
from planshift.billing.interval import Interval
from planshift.billing.subscription import FactValue
from planshift.expressions.types import DATE, DAYS, MONTHS, Enum, Type
from tests.reference.change import Change
from tests.reference.days import whole_months
from tests.reference.evaluate import EPOCH, Oracle, Value, moved
from tests.reference.roads import Road

DIRECTIONS = ("upgrade", "downgrade", "crossgrade", "term_change", "cancel", "renewal")


def rule_facts(change: Change, road: Road) -> Oracle:
    """The oracle of the rule language with every fact that is known before the change is decided."""
    names: dict[str, Value] = {name: road.direction == name for name in DIRECTIONS}
    names |= {"longer_interval": change.longer, "shorter_interval": change.shorter}
    names["same_interval"] = change.has_intervals and change.old_interval == change.new_interval
    names |= _end("from", change.old_plan, interval=change.old_interval, change=change)
    names |= _end("to", change.new_plan, interval=change.new_interval, change=change)
    names |= {"from.level": Fraction(road.from_level), "to.level": Fraction(road.to_level)}
    agreed_now, agreed_then = change.subscription.amount, change.request.amount
    names["from.price"] = Fraction(change.listed_old if agreed_now is None else agreed_now)
    names["to.price"] = Fraction(change.listed_new if agreed_then is None else agreed_then)
    names |= _subscription(change) | _contract(change) | _customer(change) | _declared(change)
    return Oracle(facts=names, currency=change.subscription.currency)


def _end(side: str, plan: Plan | None, *, interval: Interval, change: Change) -> dict[str, Value]:
    limits = dict(plan.limits) if plan else {}
    resources = {name for each in change.document.catalog.plans for name, _ in each.limits}
    named = plan.name if plan else "nothing"
    return {
        side: named,
        f"{side}.plan": named,
        f"{side}.every": interval.months,
        f"{side}.module": plan.module if plan else "nothing",
        **{f"{side}.limits.{name}": Fraction(limits.get(name, -1)) for name in resources},
    }


def _subscription(change: Change) -> dict[str, Value]:
    held, asked = change.subscription, change.request
    return {
        "today": change.today,
        "request.by": asked.by,
        "request.quantity": Fraction(change.new_quantity),
        "request.bill_one_time": asked.bill_one_time,
        "subscription.quantity": Fraction(held.quantity),
        "subscription.renewals": Fraction(held.renewals),
        "subscription.status": held.status,
        "subscription.in_trial": change.in_trial,
        "subscription.pending": held.pending is not None,
        "subscription.debt": Fraction(held.debt),
        "subscription.account_credit": Fraction(held.account_credit),
        "subscription.unpaid_invoices": Fraction(held.unpaid_invoices),
        "subscription.period.start": held.period.start,
        "subscription.period.end": held.period.end,
        "subscription.days_left": max((held.period.end - change.today).days, 0),
        "subscription.age": _months_since(held.started_on, change.today),
    }


def _months_since(day: date | None, today: date) -> int:
    return 0 if day is None else max(whole_months(day, today), 0)


def _contract(change: Change) -> dict[str, Value]:
    contract = change.subscription.contract
    ends_on = contract.ends_on if contract else EPOCH
    return {
        "contract.active": change.in_contract,
        "contract.ends_on": ends_on,
        "contract.days_left": (ends_on - change.today).days if change.in_contract else 0,
        "contract.months_left": whole_months(change.today, ends_on) if change.in_contract else 0,
        "contract.penalty": Fraction(contract.penalty if contract else 0),
    }


def _customer(change: Change) -> dict[str, Value]:
    customer, catalog = change.subscription.customer, change.document.catalog
    resources = {name for plan in catalog.plans for name, _ in plan.limits}
    used = dict(change.subscription.usage)
    held = [addon.name for addon in change.subscription.addons for _ in range(addon.quantity)]
    return {
        "customer.id": customer.id,
        "customer.client_group": customer.client_group or "",
        "customer.tenure": _months_since(customer.since, change.today),
        **{f"usage.{name}": Fraction(used.get(name, 0)) for name in resources},
        **{f"addons.{addon.name}": Fraction(held.count(addon.name)) for addon in catalog.addons},
    }


def _declared(change: Change) -> dict[str, Value]:
    schema, held = change.document.facts, change.subscription
    left_out = tuple((fact.name, fact.default) for fact in schema.request if fact.default is not None)
    sides = (
        ("customer", schema.customer, held.customer.facts),
        ("usage", schema.usage, held.usage_facts),
        ("request", schema.request, (*left_out, *change.request.facts)),
    )
    return {
        f"{side}.{fact.name}": _fact_value(fact.type, dict(values)[fact.name])
        for side, facts, values in sides
        for fact in facts
    }


def _fact_value(kind: Type, value: FactValue) -> Value:
    """What a person would write: the engine holds dates as day numbers and words of a list as their index."""
    if isinstance(value, bool | str):
        return value
    if isinstance(kind, Enum):
        return kind.members[value]
    if kind == DATE:
        return moved(EPOCH, value, in_months=False)
    return value if kind in (MONTHS, DAYS) else Fraction(value)
