"""What people can do about a refusal: the customer with subscription and request, the company with its say.

A deed is offered where a condition that stands against the change looks at what the deed alters. Whether it helps is
for the book to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from planshift.advice.answer import Actor, Step
from planshift.advice.belongings import give_up
from planshift.advice.moves import Move, View
from planshift.advice.situation import Situation
from planshift.billing.calendar import from_day, to_day
from planshift.billing.change import ChangeRequest, Remedies
from planshift.billing.subscription import HeldAddon, Subscription
from planshift.decision.aftermath import last_call
from planshift.decision.answer import Remedy
from planshift.decision.people import title_of
from planshift.decision.words import every_text, listed

_MOST_RENEWALS = 36
OVERRIDE_REASON = "passed by staff"
"""The reason that is put on record where an override is tried."""


def deeds(view: View) -> Iterator[Move]:
    """Everything that somebody could do, the nearest first."""
    for deed in _DEEDS:
        yield from deed(view)


def _asking(view: View, step: Step, request: ChangeRequest) -> Move:
    return Move(step=step, situation=replace(view.situation, request=request))


def _holding(view: View, step: Step, subscription: Subscription) -> Move:
    return Move(step=step, situation=replace(view.situation, subscription=subscription))


def prices(view: View) -> Iterator[Move]:
    """Another price of the plan that is asked for, in the currency of the subscription."""
    request, subscription = view.request, view.subscription
    plan = view.decision.plan_named(request.plan)
    if plan is None or request.kind == "renew":
        return
    for price in plan.prices:
        minor = dict(price.amounts).get(subscription.currency)
        present = (plan.name, price.id) == (subscription.plan, subscription.price) and request.kind == "change"
        if price.id != request.price and minor is not None and not present:
            money = view.decision.money(minor)
            text = f"take the price {price.id} ({money} {every_text(str(price.interval))})"
            step = Step(kind="price", actor="customer", text=text, name=price.id, amount=money)
            yield _asking(view, step, replace(request, price=price.id))


def wished_days(view: View) -> Iterator[Move]:
    """Another wished day, or none; only where the policy leaves the day to who asks."""
    request = view.request
    if request.kind == "renew" or (request.on is None and view.decision.word("timing") != "on_date"):
        return
    end = view.subscription.period.end
    if request.on is None:
        wishes = [(from_day(view.decision.today), "today"), (end, "the end of the running period")]
    else:
        step = Step(kind="day", actor="customer", text="wish for no day and take the one that the policy sets")
        yield _asking(view, step, replace(request, on=None))
        wishes = [(end, "the end of the running period")] if request.on != end else []
    for day, called in wishes:
        step = Step(kind="day", actor="customer", text=f"wish for {called}, {day}", name=str(day), day=day)
        yield _asking(view, step, replace(request, on=day))


def _fewer_pieces(view: View) -> Iterator[Move]:
    plan = view.decision.plan_named(view.request.plan)
    if plan is None or not view.codes & {"out_of_stock", "too_many"}:
        return
    asked = view.subscription.quantity if view.request.quantity is None else view.request.quantity
    for most in dict.fromkeys((plan.quantity_max, plan.stock or 0)):
        if 0 < most < asked:
            step = Step(kind="quantity", actor="customer", text=f"take {most} instead of {asked}", value=most)
            yield _asking(view, step, replace(view.request, quantity=most))


def _pay(view: View) -> Iterator[Move]:
    held = view.subscription
    if not (held.debt or held.unpaid_invoices) or not view.reads("subscription.debt", "subscription.unpaid_invoices"):
        return
    invoices = "the open invoice" if held.unpaid_invoices < 2 else f"the {held.unpaid_invoices} open invoices"
    amount = view.decision.money(held.debt)
    text = f"pay the open {amount}" if held.debt else f"pay {invoices}"
    paid = None if held.paid is None else held.paid + held.debt - held.older_debt
    after = replace(held, debt=0, older_debt=0, unpaid_invoices=0, paid=paid)
    yield _holding(view, Step(kind="pay", actor="customer", text=text, amount=amount if held.debt else None), after)


def _renew_first(view: View) -> Iterator[Move]:
    """Where the period is over: as many renewals as bring the subscription to the day of the request."""
    if "period_over" not in view.codes:
        return
    subscription, count = view.subscription, 0
    while to_day(subscription.period.end) < view.decision.today and count < _MOST_RENEWALS:
        renewed = view.inquiry.renewed(subscription, at=view.request.at)
        if renewed is None:
            return
        subscription, count = renewed.subscription_after(), count + 1
    times = "it" if count == 1 else f"it {count} times"
    title = title_of(view.decision, subscription.plan)
    what = f" as {title}" if subscription.plan != view.subscription.plan else ""
    text = f"renew {times} first{what}, up to {subscription.period.end}"
    step = Step(kind="renew", actor="customer", text=text, value=count, day=subscription.period.end)
    yield _holding(view, step, subscription)


def _call_off(view: View) -> Iterator[Move]:
    """The change that waits, as long as the policy lets it be called off."""
    pending = view.subscription.pending
    if pending is None or not view.reads("subscription.pending"):
        return
    without = replace(view.subscription, pending=None)
    kind = "change" if pending.to_plan else "cancel"
    waits = ChangeRequest(at=view.request.at, kind=kind, plan=pending.to_plan, price=pending.to_price)
    asked = replace(waits, facts=view.request.facts, by=view.request.by)
    found = view.inquiry.decide(Situation(subscription=without, request=asked))
    last = None if found is None else last_call(found, effective=pending.effective_on)
    if last is None or to_day(last) < view.decision.today:
        return
    what = f"the change to {title_of(view.decision, pending.to_plan)}" if pending.to_plan else "the cancellation"
    text = f"call off {what} that waits for {pending.effective_on}, which is possible up to {last}"
    yield _holding(view, Step(kind="call_off", actor="customer", text=text, day=last), without)


def _remedies(view: View) -> Iterator[Move]:
    if "over_limits" not in view.codes:
        return
    chosen = view.request.remedies
    merged = {(each.kind, each.name, each.quantity): each for each in view.decision.remedies}
    for each in merged.values():
        if each.kind == "add_addon":
            bought = Remedies(add=(*chosen.add, HeldAddon(name=each.name, quantity=each.quantity)), end=chosen.end)
        else:
            bought = Remedies(add=chosen.add, end=(*chosen.end, each.name))
        yield _asking(view, _remedy_step(each), replace(view.request, remedies=bought))
    yield from _use_less(view)


def _remedy_step(remedy: Remedy) -> Step:
    times = f"{remedy.quantity} x " if remedy.quantity != 1 else ""
    if remedy.kind == "end_service":
        return Step(kind="end_service", actor="customer", text=f"end {remedy.title}", name=remedy.name)
    price = f" for {remedy.price}" if remedy.price is not None else ""
    return Step(
        kind="add_addon",
        actor="customer",
        text=f"add {times}{remedy.title}{price}",
        name=remedy.name,
        value=remedy.quantity,
        amount=remedy.price,
    )


def _use_less(view: View) -> Iterator[Move]:
    over = {fit.resource: fit for fit in view.decision.limits if fit.excess}
    usage = tuple(
        (name, count - over[name].excess if name in over else count) for name, count in view.subscription.usage
    )
    told = listed(tuple(f"{fit.allowed} {name} (now {fit.used})" for name, fit in over.items()))
    step = Step(kind="use_less", actor="customer", text=f"use no more than {told}", name=", ".join(over))
    yield _holding(view, step, replace(view.subscription, usage=usage))


def _approvals(view: View) -> Iterator[Move]:
    for each in view.against:
        if each.reason.code == "approval_missing":
            step = Step(kind="approve", actor="company", text=f"let {each.detail} approve it", name=each.detail)
            yield _asking(view, step, replace(view.request, approvals=(*view.request.approvals, each.detail)))


def _status(view: View) -> Iterator[Move]:
    """Another status of the subscription, where one is required: that is nobody's doing by the request."""
    for each in view.against:
        if each.reason.code == "wrong_status":
            now = view.subscription.status
            step = Step(
                kind="fact",
                actor="circumstances",
                text=f"subscription.status = {each.detail} (now {now})",
                name="subscription.status",
                value=each.detail,
                before=now,
                after=each.detail,
            )
            yield _holding(view, step, replace(view.subscription, status=each.detail))


def requesters(view: View) -> Iterator[Move]:
    """Somebody else who asks: staff, or the customer in person."""
    for who in ("staff", "customer"):
        if who != view.request.by and view.request.kind != "renew":
            actor: Actor = "company" if who == "staff" else "customer"
            text = "let staff ask for it" if who == "staff" else "let the customer ask for it"
            yield _asking(
                view, Step(kind="ask", actor=actor, text=text, name=who), replace(view.request, by=who, override=False)
            )


def _asked_by_others(view: View) -> Iterator[Move]:
    if view.reads("request.by"):
        yield from requesters(view)


def _override(view: View) -> Iterator[Move]:
    if view.decision.word("override") != "staff" or view.request.override or view.request.kind == "renew":
        return
    step = Step(kind="override", actor="company", text="let staff pass the refusal, with a reason on record")
    asked = replace(view.request, by="staff", override=True, override_reason=OVERRIDE_REASON)
    yield _asking(view, step, asked)


_DEEDS: tuple[Callable[[View], Iterator[Move]], ...] = (
    prices,
    wished_days,
    _fewer_pieces,
    _pay,
    _renew_first,
    _call_off,
    _remedies,
    give_up,
    _approvals,
    _status,
    _asked_by_others,
    _override,
)
