"""Everything that stands against a change besides its road and the rules' own words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import final

from planshift.billing.catalog import Plan
from planshift.billing.change import Remedies
from planshift.billing.subscription import Answer, Discount, HeldAddon, Subscription
from planshift.policy.term_values import Frequency, Requirement, Requirements
from tests.reference.change import Change
from tests.reference.days import step
from tests.reference.ranks import Terms
from tests.reference.when import When

THINGS = ("answers", "resources", "settings", "addons", "usage")
"""What a subscription holds in numbers, by the terms that settle it."""

NEEDS = {
    "nothing_unpaid": "unpaid",
    "not_in_trial": "in_trial",
    "stock": "out_of_stock",
    "status": "wrong_status",
    "approval": "approval_missing",
}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """One reason; no override lifts a hard one."""

    code: str
    weight: str = "denial"
    hard: bool = False


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Present use of a resource against the target; `allowed` None is without limit."""

    resource: str
    used: int
    allowed: int | None
    excess: int


def objections(change: Change, terms: Terms, *, when: When, uses: list[Use]) -> Iterator[Objection]:
    """Every objection of the request itself, of the catalog and of the terms."""
    yield from _senseless(change, terms, when)
    yield from _not_sold(change)
    yield from _people(change, terms, when)
    yield from _state(change, terms)
    yield from _lost(change, terms, when)
    asked = terms.value("requires")
    assert isinstance(asked, Requirements)
    for item in asked.items:
        yield from unmet(change, item)
    if terms.word("limits") == "check" and any(use.excess for use in uses):
        yield Objection(code="over_limits", weight="remedy")


def _senseless(change: Change, terms: Terms, when: When) -> Iterator[Objection]:
    """What nobody can carry out, whatever the policy says."""
    in_force_from = change.document.policy.effective_from
    if in_force_from is not None and change.today < in_force_from:
        yield Objection(code="book_not_in_force", hard=True)
    request = change.request
    more = request.bill_day or request.amount is not None or request.discount or request.remedies != Remedies()
    if change.same_price and change.new_quantity == change.old_quantity and not more:
        yield Objection(code="same_plan", hard=True)
    if change.new_price is not None and change.subscription.currency not in dict(change.new_price.amounts):
        yield Objection(code="no_price_in_currency", hard=True)
    if not change.starts and change.today > change.subscription.period.end:
        yield Objection(code="period_over", hard=True)
    first = when.effective + timedelta(days=terms.word("proration.change_day") == "old")
    if not change.starts and first < change.subscription.period.start:
        yield Objection(code="period_not_begun", hard=True)
    if when.out_of_range:
        yield Objection(code="date_out_of_range", hard=True)


def _not_sold(change: Change) -> Iterator[Objection]:
    plan, price = change.new_plan, change.new_price
    if plan is not None and not change.same_plan:
        if plan.status == "inactive":
            yield Objection(code="plan_not_sold")
        if plan.status == "restricted" and change.request.by != "staff":
            yield Objection(code="plan_for_staff_only")
        if plan.stock is not None and plan.stock < change.new_quantity:
            yield Objection(code="out_of_stock")
    if plan is not None and plan.quantity_max < change.new_quantity:
        yield Objection(code="too_many")
    if price is not None and not change.same_price:
        if price.retired:
            yield Objection(code="price_retired")
        if not (price.available_from or "") <= change.today.isoformat() < (price.available_until or "9999"):
            yield Objection(code="price_not_sold_then")


def _people(change: Change, terms: Terms, when: When) -> Iterator[Objection]:
    if change.request.by not in terms.names("who"):
        yield Objection(code="not_for_requester")
    allowed = {"refuse": (), "staff": ("staff",), "anyone": (change.request.by,)}[terms.word("backdating")]
    if when.backdated and change.request.by not in allowed:
        yield Objection(code="backdated")
    if terms.word("timing") != "on_date" and change.request.on not in (None, when.effective):
        yield Objection(code="day_not_open")


def _state(change: Change, terms: Terms) -> Iterator[Objection]:
    held = change.subscription
    if held.pending is not None and terms.word("pending") == "refuse":
        yield Objection(code="change_pending")
    if held.debt and terms.word("unpaid") == "refuse":
        yield Objection(code="unpaid")
    often = terms.value("frequency")
    assert isinstance(often, Frequency)
    if often.changes is not None:
        since = step(change.today, often.interval, anchor=change.today.day, times=-1)
        if len([day for day in held.changes if since < day <= change.today]) >= often.changes:
            yield Objection(code="too_frequent")


def _lost(change: Change, terms: Terms, when: When) -> Iterator[Objection]:
    """What has no place on the new plan, and may not be lost."""
    if change.cancels or change.starts:
        return
    for kind in THINGS:
        if terms.word(f"carry.{kind}") == "refuse" and not all(same for _, same in things(change, kind, when)):
            yield Objection(code="would_be_lost")
    if terms.word("carry.coupons") == "refuse" and has_coupon(change) and not takes_coupon(change):
        yield Objection(code="would_be_lost")
    agreed = change.subscription.amount is not None and change.request.amount is None
    if terms.word("carry.price_override") == "refuse" and agreed and not change.same_price:
        yield Objection(code="would_be_lost")


def has_coupon(change: Change) -> bool:
    """Whether there is a coupon that could be lost: the request brings no other."""
    return change.subscription.discount != Discount() and change.request.discount is None


def takes_coupon(change: Change, *, mapped: bool = False) -> bool:
    """Whether the coupon can be used on the target: a plan that runs already asks for nothing."""
    plan = change.new_plan
    if plan is None or change.same_plan or plan.coupons is None:
        return True
    code = change.subscription.discount.code or ""
    return (change.mapped("coupons", code) if mapped else code) in plan.coupons


def mapped_things(change: Change, kind: str, when: When) -> list[tuple[str, str, bool]]:
    """Old name, new name and whether it stays, for each thing of a kind whose term says `map`.

    What keeps its name comes first where a place holds one thing only.
    """
    then = things(replace(change, subscription=_renamed(change)), kind, when)
    pairs = [(old, new, fits) for (old, _), (new, fits) in zip(things(change, kind, when), then, strict=True)]
    taken = {new for old, new, fits in pairs if old == new and fits}
    found = []
    for old, new, fits in pairs:
        stays = fits and (old == new or kind in ("addons", "usage") or new not in taken)
        found.append((old, new, stays))
        taken |= {new} if old != new else set()
    return found


def _renamed(change: Change) -> Subscription:
    """The subscription with the names that its things have on other plans."""
    held, new = change.subscription, change.mapped
    places = [new("answers", f"{answer.service}.{answer.question}").split(".", 1) for answer in held.answers]
    return replace(
        held,
        answers=tuple(
            Answer(service=service, question=question, value=answer.value)
            for (service, question), answer in zip(places, held.answers, strict=True)
        ),
        resources=tuple((new("resources", name), connector) for name, connector in held.resources),
        settings=tuple((new("settings", name), value) for name, value in held.settings),
        addons=tuple(HeldAddon(name=new("addons", each.name), quantity=each.quantity) for each in held.addons),
        allowances=tuple((new("usage", name), left) for name, left in held.allowances),
    )


def things(change: Change, kind: str, when: When) -> list[tuple[str, bool]]:
    """What the subscription holds of a kind, and whether the target has the same place for it."""
    held, plan = change.subscription, change.new_plan
    if change.same_plan or change.starts:
        return []
    if kind == "answers":
        places = {(s.name, q) for s in change.document.catalog.services for q in s.questions if _offers(plan, s.name)}
        return [(f"{a.service}: {a.question}", (a.service, a.question) in places) for a in held.answers]
    if kind == "resources":
        connected = {(r.name, r.connector) for r in plan.resources} if plan else set()
        return [(pair[0], pair in connected) for pair in held.resources]
    if kind == "usage":
        left = held.allowances if when.effective < held.period.end else ()
        return [(name, plan is not None and name in dict(plan.allowances)) for name, count in left if count]
    if kind == "settings":
        return [(name, plan is not None and name in plan.settings) for name, _ in held.settings]
    return [(addon.name, plan is not None and addon.name in plan.addons) for addon in held.addons]


def _offers(plan: Plan | None, service: str) -> bool:
    return plan is not None and service in plan.services


def unmet(change: Change, item: Requirement) -> Iterator[Objection]:
    """The objection of a requirement that does not hold."""
    held, plan = change.subscription, change.new_plan
    fails = {
        "nothing_unpaid": held.unpaid_invoices > 0 or held.debt > 0,
        "not_in_trial": change.in_trial,
        "stock": plan is not None and plan.stock is not None and plan.stock < change.new_quantity,
        "status": held.status != item.argument,
        "approval": item.argument not in change.request.approvals,
    }
    if fails[item.kind]:
        yield Objection(code=NEEDS[item.kind], weight="approval" if item.kind == "approval" else "denial")


def uses_of(change: Change, terms: Terms) -> list[Use]:
    """Use and limits of every resource of the catalog, with add-ons that stay and remedies that were chosen."""
    catalog = change.document.catalog
    resources = dict.fromkeys(name for plan in catalog.plans for name, _ in plan.limits)
    return [_use(change, terms, resource) for resource in resources]


def _use(change: Change, terms: Terms, resource: str) -> Use:
    held, plan = change.subscription, change.new_plan
    limit = dict(plan.limits).get(resource, -1) if plan else -1
    ended = [s for s in held.services if s.id in change.request.remedies.end]
    used = max(dict(held.usage).get(resource, 0) - sum(dict(s.uses).get(resource, 0) for s in ended), 0)
    if limit < 0:
        return Use(resource=resource, used=used, allowed=None, excess=0)
    allowed = limit + sum(
        dict(addon.raises).get(resource, 0) * _held_after(change, terms, addon.name)
        for addon in change.document.catalog.addons
    )
    return Use(resource=resource, used=used, allowed=allowed, excess=max(used - allowed, 0))


def _held_after(change: Change, terms: Terms, addon: str) -> int:
    """How many of an add-on there are after the change: those that stay, and those chosen that the target takes."""
    held = sum(each.quantity for each in change.subscription.addons if each.name == addon)
    chosen = sum(each.quantity for each in change.request.remedies.add if each.name == addon)
    accepts = change.new_plan is not None and addon in change.new_plan.addons
    rule = terms.word("carry.addons")
    if rule == "map" and not change.same_plan:
        held = sum(each.quantity for each in change.subscription.addons if change.mapped("addons", each.name) == addon)
    stays = change.same_plan or rule == "keep" or (rule != "drop" and accepts)
    return (held if stays else 0) + (chosen if accepts else 0)
