"""From the models of switches to switches: which prices they lead from, and which price they lead to."""

from __future__ import annotations

from planshift.billing.catalog import Plan
from planshift.diagnostics.diagnostic import Severity
from planshift.policy.document import Switch
from planshift.policy.policy_model import SwitchEndModel, SwitchModel
from planshift.policy.spoken_terms import Against

At = tuple[str | int, ...]


def read_switch(index: int, model: SwitchModel, *, against: Against) -> Switch | None:
    """Return the switch at a place of the list; None where it is switched off, or where it has mistakes.

    That the target is gone is a warning: a renewal must not break because somebody tidied the catalog.
    """
    if not model.enabled:
        return None
    at: At = ("switches", index)
    before = _plan(model.from_, against, at=(*at, "from"))
    origins = _prices(model.from_, before, against=against, at=(*at, "from")) if before is not None else ()
    known = against.known_plan(model.to.plan, at=(*at, "to", "plan"), severity="warning")
    after = against.plans.get(model.to.plan)
    targets: tuple[str, ...] = ("",)
    if after is not None:
        targets = _prices(model.to, after, against=against, at=(*at, "to"), severity="warning") or ("",)
    if after is not None and len(targets) > 1 and not against.placing.was_cut(*at, "to"):
        message = f"`{model.to.plan}` has {len(targets)} such prices, and the switch does not say which"
        help_text = f"name one: `price: {targets[0]}` or `price: {targets[1]}`"
        against.placing.report("PS209", message, path=(*at, "to", "plan"), help_text=help_text)
    if before is None or not origins or len(targets) > 1 or (known and after is None):  # then it was reported
        return None
    return Switch(
        number=index + 1,
        span=against.placing.span(*at, "from", "plan"),
        to_span=against.placing.span(*at, "to", "plan"),
        from_plan=before.name,
        from_prices=tuple(price for price in origins if (before.name, price) != (model.to.plan, targets[0])),
        to_plan=model.to.plan,
        to_price=targets[0],
        after_renewals=model.after_renewals,
    )


def _plan(end: SwitchEndModel, against: Against, *, at: At) -> Plan | None:
    return against.plans.get(end.plan) if against.known_plan(end.plan, at=(*at, "plan")) else None


def _prices(
    end: SwitchEndModel, plan: Plan, *, against: Against, at: At, severity: Severity = "error"
) -> tuple[str, ...]:
    """Return the ids of the prices that one end of a switch means; report when there are none."""
    found = tuple(
        price.id
        for price in plan.prices
        if (end.every is None or price.interval == end.every) and (end.price is None or price.id == end.price)
    )
    if not found and against.is_whole("plans", plan.name, "prices"):
        key = "price" if end.price is not None else "every"
        wanted = f"`{end.price}`" if end.price is not None else f"every {end.every}"
        known = ", ".join(f"`{price.id}` (every {price.interval})" for price in plan.prices)
        message, help_text = f"`{end.plan}` has no price {wanted}", f"its prices are {known}"
        against.placing.report("PS202", message, path=(*at, key), help_text=help_text, severity=severity)
    return found
