"""How a decision speaks: verdicts, directions, days and plans in words that can be read to a customer."""

from __future__ import annotations

from planshift.billing.calendar import from_day
from planshift.decision.answer import PlanRef
from planshift.decision.decision import Decision

_WHEN = {
    "period_end": "at the end of the running period, on",
    "contract_end": "when the commitment ends, on",
    "on_date": "on the wished day,",
    "next_bill_day": "on the next bill day,",
    "trial_end": "when the trial ends, on",
    "period_start": "from the start of the running period,",
}


def title_text(decision: Decision) -> str:
    """What was asked, in one line."""
    old, new = decision.from_plan, decision.to_plan
    whose = decision.subscription.id
    if decision.request.kind == "start" or old is None:
        return f"{whose}: start with {new.title if new else 'nothing'}"
    if new is None:
        return f"{whose}: cancel {old.title}"
    if decision.renews:
        return f"{whose}: {_renewal_title(old, new)}"
    before, after = quantities(decision)
    if old.plan == new.plan and before != after:
        return f"{whose}: {old.title}, {before} to {after}"
    if old.plan == new.plan:
        return f"{whose}: {old.title}, {old.price} to {new.price}"
    return f"{whose}: {old.title} to {new.title}"


def _renewal_title(old: PlanRef, new: PlanRef) -> str:
    if old.plan != new.plan:
        return f"{old.title} renews as {new.title}"
    return f"{old.title} renews" if old.price == new.price else f"{old.title} renews, {old.price} to {new.price}"


def renewal_text(decision: Decision) -> str:
    """Whether a subscription renews, when, and as what."""
    if decision.verdict == "denied":
        return "Not renewed."
    new, switch = decision.to_plan, decision.switch
    assert new is not None  # a renewal leads to a plan
    what = "as it is" if switch is None else f"as {new.title}, {new.price}, by {switch.title}"
    told = f"enews on {decision.effective_on} {what}."
    return f"R{told}" if decision.allowed else f"Needs approval. It r{told}"


def plan_text(plan: PlanRef, *, quantity: int) -> str:
    """A plan with its price: `Gold, 2 x 29.00 EUR every month`."""
    times = f"{quantity} x " if quantity != 1 else ""
    price = f"{times}{plan.amount} " if plan.amount is not None else ""
    return f"{plan.title}, {price}{every_text(plan.every)}"


def every_text(interval: str) -> str:
    """An interval as people say it: `every month`, `every 3 months`, `once`."""
    return interval if interval in ("", "once") else f"every {interval.removeprefix('1 ')}"


def when_text(decision: Decision) -> str:
    """When the change takes effect; not for a denied one."""
    day = decision.effective_on
    if day == from_day(decision.today):
        return f"at once, on {day}"
    return f"{_WHEN.get(decision.word('timing'), 'on')} {day}"


def quantities(decision: Decision) -> tuple[int, int]:
    """How many pieces the subscription has, and how many it would have."""
    present, asked = decision.subscription.quantity, decision.request.quantity
    return present, present if asked is None else asked


def listed(words: tuple[str, ...]) -> str:
    """The words as a sentence lists them: `a, b and c`."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
