"""Giving up what would be lost: the things of a subscription that have no place on the plan asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from planshift.advice.answer import Step
from planshift.advice.moves import Move, View
from planshift.billing.subscription import Discount, Subscription
from planshift.decision.words import listed
from planshift.rulebook.moves import KINDS, Movable, movables

_TEXTS = {
    "answers": "give up the answer to {}",
    "resources": "give up the resource {}",
    "settings": "give up the setting {}",
    "addons": "end the add-on {}",
    "usage": "use up what is left of {}",
}


def give_up(view: View) -> Iterator[Move]:
    """What would be lost, kind by kind."""
    if "would_be_lost" not in view.codes:
        return
    held = view.subscription
    plan = view.decision.plan_named(view.request.plan)
    lost = [each for each in movables(view.inquiry.book.catalog, held, plan=plan) if not each.same]
    for kind in KINDS:
        names = [each for each in lost if each.kind == kind]
        if names and view.reads(f"lost.{kind}"):
            text = _TEXTS[kind].format(listed(tuple(_called(view, each) for each in names)))
            yield _move(view, kind, text, after=_without(held, names))
    if held.discount != Discount() and view.reads("subscription.coupon"):
        code = f" {held.discount.code}" if held.discount.code else ""
        yield _move(view, "coupon", f"go without the coupon{code}", after=replace(held, discount=Discount()))
    if held.amount is not None and view.reads("subscription.amount.given"):
        agreed = view.decision.money(held.amount)
        yield _move(view, "price", f"give up the agreed price of {agreed}", after=replace(held, amount=None))


def _move(view: View, name: str, text: str, *, after: Subscription) -> Move:
    step = Step(kind="give_up", actor="customer", text=text, name=name)
    return Move(step=step, situation=replace(view.situation, subscription=after))


def _called(view: View, thing: Movable) -> str:
    if thing.kind != "addons":
        return thing.name
    return next(addon.title for addon in view.inquiry.book.catalog.addons if addon.name == thing.name)


def _without(held: Subscription, lost: list[Movable]) -> Subscription:
    """The subscription without these things, which are of one kind."""
    names = {each.name for each in lost}
    match lost[0].kind:
        case "answers":
            kept = tuple(each for each in held.answers if f"{each.service}: {each.question}" not in names)
            return replace(held, answers=kept)
        case "resources":
            return replace(held, resources=tuple(each for each in held.resources if each[0] not in names))
        case "settings":
            return replace(held, settings=tuple(each for each in held.settings if each[0] not in names))
        case "addons":
            return replace(held, addons=tuple(each for each in held.addons if each.name not in names))
        case "usage":
            return replace(held, allowances=tuple(each for each in held.allowances if each[0] not in names))
