"""The pass that warns of what leads to something nobody can have: switches and paths.

A book goes on without them: a renewal skips such a switch, and such a change is refused with its reason. A group is
not asked: its members may be there for those who leave them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from planshift.billing.catalog import Plan, Price
from planshift.diagnostics.diagnostic import Diagnostic, Label
from planshift.policy.document import BookDocument, Switch
from planshift.rulebook.draft import Draft


def find_dangling(draft: Draft) -> None:
    """Report switches that cannot be carried out, and roads to plans that are not sold; all of it as warnings."""
    document = draft.document
    plans = {plan.name: plan for plan in document.catalog.plans}
    for switch in document.policy.switches:
        target = plans.get(switch.to_plan)
        price = target.price(switch.to_price) if target is not None else None
        if target is not None and price is not None:  # else it was reported when the policy was read
            ends = plans[switch.from_plan], target, price
            draft.diagnostics += _switch(document, switch, ends=ends, on=draft.on)
    draft.diagnostics += _paths(document, plans, on=draft.on)


def _switch(
    document: BookDocument, switch: Switch, *, ends: tuple[Plan, Plan, Price], on: date | None
) -> Iterator[Diagnostic]:
    before, target, price = ends
    at = ("catalog", "plans", target.name)
    if before.module != target.module:
        message = f"`{target.name}` does not run on the module of `{before.name}`"
        help_text = "a switch does nothing at a module: both plans must run on the same one"
        yield _warning("PS210", switch, message, help_text=help_text, label=_label(document, *at, "module"))
    against = {
        f"`{target.name}` is not sold": (target.status == "inactive", (*at, "status")),
        f"`{target.name}` is out of stock": (target.stock == 0, (*at, "stock")),
        f"the price `{price.id}` of `{target.name}` is retired": (price.retired, (*at, "prices", price.id)),
        f"the price `{price.id}` of `{target.name}` ended on {price.available_until}": (
            _expired(price, on),
            (*at, "prices", price.id, "until"),
        ),
    }
    help_text = "renewals go on without the switch: lead it to something that is sold, or take it out"
    for message, (holds, path) in against.items():
        if holds and (before is not target or "price" in message):
            yield _warning("PS214", switch, message, help_text=help_text, label=_label(document, *path))
    running = {code for each in before.prices if each.id in switch.from_prices for code, _ in each.amounts}
    lacking = sorted(running - {code for code, _ in price.amounts})
    if lacking:
        message = f"the price `{price.id}` of `{target.name}` has no amount in {' and '.join(lacking)}"
        label = _label(document, *at, "prices", price.id)
        yield _warning("PS214", switch, message, help_text=f"`{before.name}` is sold in it", label=label)
    if all(each.interval.once for each in before.prices if each.id in switch.from_prices):
        message = f"`{before.name}` is paid once at the price that it switches from, and never renews"
        yield _warning("PS214", switch, message, help_text="a switch happens at a renewal", label=())


def _paths(document: BookDocument, plans: dict[str, Plan], *, on: date | None) -> Iterator[Diagnostic]:
    """Targets of paths that nobody can have."""
    against = {name: _unsellable(plan, on) for name, plan in plans.items()}
    for path in document.policy.paths:
        for place in path.targets:
            why, key = against.get(place.name, ("", ""))
            if why:
                yield Diagnostic(
                    code="PS215",
                    message=f"`{place.name}` {why}, so nobody can arrive there",
                    span=place.span,
                    labels=_label(document, "catalog", "plans", place.name, key),
                    help="lead the path to something that is sold, or take the plan out of it",
                    severity="warning",
                    context=f"path {path.number}",
                )


def _unsellable(plan: Plan, on: date | None) -> tuple[str, str]:
    """Why a plan cannot be had, and the key of the catalog that says so; nothing where it can."""
    if plan.status == "inactive":
        return "is not sold", "status"
    if all(price.retired or _expired(price, on) for price in plan.prices):
        return "has no price that is still sold", "prices"
    return ("is out of stock", "stock") if plan.stock == 0 else ("", "")


def _expired(price: Price, on: date | None) -> bool:
    """Whether a price is not sold any more on a day; without a day nobody knows."""
    return on is not None and price.available_until is not None and date.fromisoformat(price.available_until) <= on


def _warning(code: str, switch: Switch, message: str, *, help_text: str, label: tuple[Label, ...]) -> Diagnostic:
    return Diagnostic(
        code=code,
        message=message,
        span=switch.to_span,
        labels=label,
        help=help_text,
        severity="warning",
        context=switch.title,
    )


def _label(document: BookDocument, *path: str) -> tuple[Label, ...]:
    span = document.where(*path)
    return (Label(span=span, text="the catalog says so"),) if span.known else ()
