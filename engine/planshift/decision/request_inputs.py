"""What is wrong with a request that was not read from a document, as diagnostics without a place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from planshift.billing.change import KINDS, REQUESTERS, ChangeRequest, Remedies
from planshift.billing.subscription import Subscription
from planshift.decision.fact_flaws import request_fact_flaws
from planshift.decision.flaws import (
    bad_addons,
    bad_amounts,
    bad_counts,
    bad_dates,
    bad_discount,
    flaw,
    number,
    quoted,
    unknown_price,
)
from planshift.decision.kinds import misfits
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.nearest import did_you_mean
from planshift.rulebook.facts import LAST_DAY
from planshift.rulebook.rulebook import Rulebook

FIRST_INSTANT = 86_400
LAST_INSTANT = LAST_DAY * 86_400
"""Between these an instant lies in the years 1970 to 2200 wherever the day is counted."""


def request_flaws(
    rulebook: Rulebook, subscription: Subscription, *, request: ChangeRequest, targeted: bool = True
) -> Iterator[Diagnostic]:
    """Everything about a request that the kernel must be able to rely on.

    The subscription is one without flaws. Where the request is not `targeted`, its plan and price do not matter.
    """
    strangers = tuple(misfits(request, ChangeRequest))
    if strangers:  # nothing else can be asked of them
        yield from strangers
        return
    yield from _words(request)
    yield from _numbers(request)
    if targeted:
        yield from _target(rulebook, request)
    yield from bad_addons(rulebook, request.remedies.add, at="remedies.add")
    yield from _unknown_services(subscription, request)
    yield from request_fact_flaws(rulebook, subscription, request=request)


def _words(request: ChangeRequest) -> Iterator[Diagnostic]:
    if request.kind not in KINDS:
        help_text = did_you_mean(request.kind, KINDS) or _one_of(KINDS)
        yield flaw("PS530", f"{quoted(request.kind)} is not a kind of request", help_text=help_text)
    if request.by not in REQUESTERS:
        help_text = did_you_mean(request.by, REQUESTERS) or f"{_one_of(REQUESTERS)}; who it is goes into `person`"
        yield flaw("PS531", f"{quoted(request.by)} may not ask", help_text=help_text)


def _one_of(words: Iterable[str]) -> str:
    return f"write one of {', '.join(f'`{word}`' for word in words)}"


def _numbers(request: ChangeRequest) -> Iterator[Diagnostic]:
    if not FIRST_INSTANT <= request.at < LAST_INSTANT:
        help_text = "an instant is in seconds since 1970-01-01 UTC"
        yield flaw("PS524", f"`at` is {number(request.at)}, outside of the years 1970 to 2200", help_text=help_text)
    if request.on is not None or request.until is not None:
        yield from bad_dates({"on": request.on, "until": request.until})
    if request.quantity is not None:
        yield from bad_counts({"quantity": request.quantity}, low=1)
    if request.bill_day:
        yield from bad_counts({"bill_day": request.bill_day}, high=31)
    if request.amount is not None:
        yield from bad_amounts({"amount": request.amount})
    if request.discount is not None:
        yield from bad_discount(request.discount)


def _target(rulebook: Rulebook, request: ChangeRequest) -> Iterator[Diagnostic]:
    """The plan and price, and whether the plan can hold what is to be added."""
    if request.kind == "renew":
        yield from _renewal(request)
    elif request.kind == "cancel":
        for name, value in (("plan", request.plan), ("price", request.price)):
            if value:
                yield flaw("PS515", f"a cancellation has no `{name}`")
    else:
        yield from unknown_price(rulebook, request.plan, price=request.price, of="request")
        if request.until is not None:
            yield flaw("PS515", "only a cancellation has `until`")
    if request.remedies.add and request.kind != "renew":
        plan = rulebook.plans.get(request.plan)
        sold = {addon.name for addon in rulebook.tables.catalog.addons}
        held = plan.addons if plan is not None else ()
        for name in dict.fromkeys(addon.name for addon in request.remedies.add):
            if name in sold and name not in held and (plan is not None or request.kind == "cancel"):
                listed = f"it can hold {', '.join(f'`{each}`' for each in held)}" if held else None
                if plan is not None and not held:
                    listed = "the plan has no `addons` in the catalog"
                where = f"the plan `{request.plan}`" if plan is not None else "a cancelled subscription"
                yield flaw("PS518", f"{where} cannot hold the add-on `{name}`", help_text=listed)


def _renewal(request: ChangeRequest) -> Iterator[Diagnostic]:
    """What belongs to a change that somebody asks for; plan and price are found, so they do not matter."""
    asked = {
        "on": request.on,
        "until": request.until,
        "quantity": request.quantity,
        "bill_day": request.bill_day or None,
        "amount": request.amount,
        "discount": request.discount,
        "bill_one_time": request.bill_one_time or None,
        "override": request.override or None,
        "remedies": request.remedies if request.remedies != Remedies() else None,
    }
    for name, value in asked.items():
        if value is not None:
            yield flaw("PS515", f"a renewal has no `{name}`")


def _unknown_services(subscription: Subscription, request: ChangeRequest) -> Iterator[Diagnostic]:
    if request.remedies.end:
        known = [service.id for service in subscription.services]
        for id_ in dict.fromkeys(request.remedies.end):
            if id_ not in known:
                yield flaw(
                    "PS516", f"there is no running service {quoted(id_)} to end", help_text=did_you_mean(id_, known)
                )
