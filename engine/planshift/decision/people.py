"""How a decision names plans."""

from __future__ import annotations

from planshift.decision.answer import PlanRef
from planshift.decision.outcome import Outcome


def plan_ref(outcome: Outcome, name: str, *, price: str, unit: str) -> PlanRef:
    """A plan and its price with the amount that the output `unit` holds, where it was computed."""
    plan = outcome.plan_named(name)
    found = plan.price(price) if plan else None
    amount = outcome.money(outcome.value(unit)) if outcome.priced else None
    if amount is None and found is not None:
        minor = dict(found.amounts).get(outcome.subscription.currency)
        amount = None if minor is None else outcome.money(minor)
    return PlanRef(
        plan=name,
        title=plan.title if plan else name,
        price=price,
        every=str(found.interval) if found else "",
        amount=amount,
    )


def title_of(outcome: Outcome, name: str) -> str:
    """What people call a plan."""
    plan = outcome.plan_named(name)
    return plan.title if plan else name or "nothing"
