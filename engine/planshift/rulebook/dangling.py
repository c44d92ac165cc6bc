"""The pass that warns of what leads to something nobody can have: switches, paths and groups.

A book goes on without them: a renewal skips such a switch, and such a change is refused with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator

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
            draft.diagnostics += _switch(document, switch, before=plans[switch.from_plan], target=target, price=price)
    draft.diagnostics += _roads(document, plans)


def _switch(
    document: BookDocument, switch: Switch, *, before: Plan, target: Plan, price: Price
) -> Iterator[Diagnostic]:
    at = ("catalog", "plans", target.name)
    if before.module != target.module:
        message = f"`{target.name}` does not run on the module of `{before.name}`"
        help_text = "a switch does nothing at a module: both plans must run on the same one"
        yield _warning("PS210", switch, message, help_text=help_text, label=_label(document, *at, "module"))
    against = {
        f"`{target.name}` is not sold": (target.status == "inactive", (*at, "status")),
        f"`{target.name}` is out of stock": (target.stock == 0, (*at, "stock")),
        f"the price `{price.id}` of `{target.name}` is retired": (price.retired, (*at, "prices", price.id)),
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
        message = f"`{before.name}` is paid once there, and never renews"
        yield _warning("PS214", switch, message, help_text="a switch happens at a renewal", label=())


def _roads(document: BookDocument, plans: dict[str, Plan]) -> Iterator[Diagnostic]:
    """Targets of paths, and members of groups that somebody may arrive at."""
    policy = document.policy
    ends = [
        (place.name, place.span, f"path {path.number}")
        for path in policy.paths
        for place in (*path.upgrades, *path.downgrades, *path.crossgrades, *path.to)
    ]
    ends += [
        (member.plan, member.span, f"group {group.name}")
        for group in policy.groups
        for member in group.members
        if (member.arrive_up or member.arrive_down) and len(group.members) > 1
    ]
    for name, span, context in ends:
        plan = plans.get(name)
        gone = plan is not None and (plan.status == "inactive" or all(price.retired for price in plan.prices))
        if plan is not None and (gone or plan.stock == 0):
            why = "is out of stock" if not gone else "is not sold"
            key = "stock" if not gone else "status" if plan.status == "inactive" else "prices"
            yield Diagnostic(
                code="PS215",
                message=f"`{name}` {why}, so nobody can arrive there",
                span=span,
                labels=_label(document, "catalog", "plans", name, key),
                help="in a group, `arrive: { up: false, down: false }` says that this is meant",
                severity="warning",
                context=context,
            )


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
