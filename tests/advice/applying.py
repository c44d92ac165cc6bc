"""Does what an advice says, reading nothing but its steps: how a person would carry them out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from planshift.advice.answer import Step
from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Discount, FactValue, HeldAddon, Subscription
from planshift.book import Book
from tests.reference.days import local_day, midnight, on_month

Asked = tuple[Subscription, ChangeRequest]


def applied(book: Book, asked: Asked, steps: tuple[Step, ...]) -> Asked:
    """The subscription and the request after the steps, in their order."""
    for each in steps:
        asked = _APPLY[each.kind](book, asked, each)
    return asked


def _zone(book: Book, subscription: Subscription) -> str:
    return subscription.timezone or book.zone


def _price(_: Book, asked: Asked, said: Step) -> Asked:
    return asked[0], replace(asked[1], price=said.name)


def _day(_: Book, asked: Asked, said: Step) -> Asked:
    return asked[0], replace(asked[1], on=said.day)


def _quantity(_: Book, asked: Asked, said: Step) -> Asked:
    return asked[0], replace(asked[1], quantity=_count(said))


def _count(said: Step) -> int:
    assert isinstance(said.value, int)
    return said.value


def _pay(_: Book, asked: Asked, said: Step) -> Asked:
    held, request = asked
    assert (said.amount.minor if said.amount else 0) == held.debt
    paid = None if held.paid is None else held.paid + held.debt - held.older_debt
    return replace(held, debt=0, older_debt=0, unpaid_invoices=0, paid=paid), request


def _renew(book: Book, asked: Asked, said: Step) -> Asked:
    held, request = asked
    for _ in range(_count(said)):
        held = book.renew(held, at=request.at).subscription_after()
    assert held.period.end == said.day
    return held, request


def _call_off(_: Book, asked: Asked, said: Step) -> Asked:
    held, request = asked
    assert held.pending is not None
    assert said.day is not None
    assert said.day < held.pending.effective_on
    return replace(held, pending=None), request


def _add_addon(_: Book, asked: Asked, said: Step) -> Asked:
    held, request = asked
    chosen = request.remedies
    bought = (*chosen.add, HeldAddon(name=said.name, quantity=_count(said)))
    return held, replace(request, remedies=replace(chosen, add=bought))


def _end_service(_: Book, asked: Asked, said: Step) -> Asked:
    held, request = asked
    return held, replace(request, remedies=replace(request.remedies, end=(*request.remedies.end, said.name)))


def _use_less(book: Book, asked: Asked, said: Step) -> Asked:
    """As much less as each resource is over its limit."""
    held, request = asked
    over = {fit.resource: fit.excess for fit in book.decide(held, request).limits}
    named = said.name.split(", ")
    usage = tuple((name, count - over[name] if name in named else count) for name, count in held.usage)
    return replace(held, usage=usage), request


def _give_up(book: Book, asked: Asked, said: Step) -> Asked:
    """What the decision says would be lost, of the kind that the step names."""
    held, request = asked
    plan = book.rulebook.plans[request.plan]
    match said.name:
        case "coupon":
            return replace(held, discount=Discount()), request
        case "price":
            return replace(held, amount=None), request
        case "addons":
            return replace(held, addons=tuple(each for each in held.addons if each.name in plan.addons)), request
        case "settings":
            return replace(held, settings=tuple(each for each in held.settings if each[0] in plan.settings)), request
        case "usage":
            names = {name for name, _ in plan.allowances}
            return replace(held, allowances=tuple(each for each in held.allowances if each[0] in names)), request
        case "resources":
            places = {(each.name, each.connector) for each in plan.resources}
            kept = {name for name, connector in held.resources if (name, connector) in places}
            lost = {name for name, _ in held.resources} - kept
            return replace(held, resources=tuple(each for each in held.resources if each[0] not in lost)), request
        case _:
            asks = {each.name: each.questions for each in book.catalog.services if each.name in plan.services}
            kept_answers = tuple(each for each in held.answers if each.question in asks.get(each.service, ()))
            return replace(held, answers=kept_answers), request


def _wait(book: Book, asked: Asked, said: Step) -> Asked:
    """It renews on the day its period ends; where that is before the policy is in force, on the first day of that."""
    held, request = asked
    assert said.day is not None
    for _ in range(_count(said)):
        day = max(held.period.end, book.document.policy.effective_from or held.period.end)
        held = book.renew(held, at=midnight(day, _zone(book, held))).subscription_after()
    return held, replace(request, at=midnight(said.day, _zone(book, held)))


def _approve(_: Book, asked: Asked, said: Step) -> Asked:
    return asked[0], replace(asked[1], approvals=(*asked[1].approvals, said.name))


def _ask(_: Book, asked: Asked, said: Step) -> Asked:
    return asked[0], replace(asked[1], by=said.name, override=False)


def _override(_: Book, asked: Asked, __: Step) -> Asked:
    return asked[0], replace(asked[1], by="staff", override=True, override_reason="because")


def _put(pairs: tuple[tuple[str, FactValue], ...], name: str, value: FactValue) -> tuple[tuple[str, FactValue], ...]:
    known = [key for key, _ in pairs]
    return tuple((key, value if key == name else held) for key, held in pairs) + (
        () if name in known else ((name, value),)
    )


def _fact(book: Book, asked: Asked, said: Step) -> Asked:
    held, request = asked
    value = said.value
    assert value is not None
    side, _, name = said.name.partition(".")
    declared = {fact.name for fact in book.document.facts.of(side)} if side in ("customer", "usage", "request") else ()
    if name in declared:
        return _declared(asked, side, name=name, value=value)
    if said.name in ("request.quantity", "request.bill_one_time"):
        return held, replace(request, **{name: value})  # type: ignore[arg-type]  # of the field's own type
    return _held(held, side, name=name, value=value, zone=_zone(book, held), at=request.at), request


def _declared(asked: Asked, side: str, *, name: str, value: FactValue) -> Asked:
    held, request = asked
    if side == "request":
        return held, replace(request, facts=_put(request.facts, name, value))
    if side == "usage":
        return replace(held, usage_facts=_put(held.usage_facts, name, value)), request
    return replace(held, customer=replace(held.customer, facts=_put(held.customer.facts, name, value))), request


def _held(held: Subscription, side: str, *, name: str, value: FactValue, zone: str, at: int) -> Subscription:
    match side, name:
        case "customer", "tenure":
            return replace(held, customer=replace(held.customer, since=_months_ago(at, int(value), zone=zone)))
        case "subscription", "age":
            return replace(held, started_on=_months_ago(at, int(value), zone=zone))
        case "customer", "client_group":
            return replace(held, customer=replace(held.customer, client_group=str(value) or None))
        case "subscription", _:
            return replace(held, **{name: value})  # type: ignore[arg-type]  # of the field's own type
        case "addons", _:
            rest = tuple(each for each in held.addons if each.name != name)
            return replace(held, addons=(*rest, HeldAddon(name=name, quantity=int(value))) if value else rest)
    assert side == "usage"
    return replace(held, usage=(*(each for each in held.usage if each[0] != name), (name, int(value))))


def _months_ago(at: int, months: int, *, zone: str) -> date:
    today = local_day(at, zone)
    return on_month(today, -months, anchor=today.day)


_APPLY = {
    "price": _price,
    "day": _day,
    "quantity": _quantity,
    "pay": _pay,
    "renew": _renew,
    "call_off": _call_off,
    "add_addon": _add_addon,
    "end_service": _end_service,
    "use_less": _use_less,
    "give_up": _give_up,
    "wait": _wait,
    "approve": _approve,
    "ask": _ask,
    "override": _override,
    "fact": _fact,
}
