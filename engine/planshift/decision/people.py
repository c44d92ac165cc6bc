"""How a decision names plans and changes."""

from __future__ import annotations

from collections.abc import Mapping

from planshift.decision.answer import PlanRef
from planshift.decision.outcome import Outcome
from planshift.policy.labels import fill_label
from planshift.policy.term_values import Texts

DIRECTION_NAMES = {
    "upgrade": "an upgrade",
    "downgrade": "a downgrade",
    "crossgrade": "a change to an equal plan",
    "term_change": "a change of term",
    "cancel": "a cancellation",
    "start": "a start",
    "renewal": "a renewal",
}
"""What sentences call a direction."""

_CHANGES = {"term_change": "term change", "cancel": "cancellation"}
"""What a label calls a direction, where it is not the direction's own word."""


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


def label_of(outcome: Outcome, term: str) -> str:
    """A label of the change where no locale is asked for: the one for everybody, else English, else the first."""
    labels = labels_of(outcome, term)
    return labels.get("") or labels.get("en") or next(iter(labels.values()), "")


def labels_of(outcome: Outcome, term: str, *, named: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """The texts of a label by locale, with their holes filled; under an empty locale the one for everybody.

    `named` says what the plans and the change are called, where that is not what the policy calls them.
    """
    value = outcome.term(term).value
    if not isinstance(value, Texts):
        return {}
    request, plan = outcome.request, outcome.subscription.plan
    holes = named or {
        "from": title_of(outcome, plan) if request.kind != "start" else "",
        "to": title_of(outcome, request.plan) if request.plan else "",
        "direction": _CHANGES.get(outcome.direction, outcome.direction),
    }
    return {locale: fill_label(text, holes) for locale, text in value.texts}
