"""What becomes of the things a subscription has beside its plan: what moves, what is lost, and what is left after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from planshift.billing.catalog import UNLIMITED
from planshift.billing.subscription import Answer, Discount, HeldAddon, Subscription
from planshift.decision.answer import Allowance, Move
from planshift.decision.outcome import Outcome
from planshift.rulebook.moves import movables


def moves_of(outcome: Outcome) -> Iterator[Move]:
    """What becomes of each thing of the subscription; on the same plan only what is lost is told."""
    subscription, request = outcome.subscription, outcome.request
    yield from () if _stays_put(outcome) else _things(outcome)
    yield from _coupon(outcome)
    if subscription.amount is not None and request.amount is None and not keeps_agreed_price(outcome):
        same = _stays_put(outcome) and request.price == subscription.price
        why = _why("drop") if same else "it was agreed for the old price"
        yield Move(kind="price_override", name="agreed price", value="", outcome="lost", why=why)


def _things(outcome: Outcome) -> Iterator[Move]:
    """Each thing, with the place that it finds on the new plan.

    One place holds one answer, resource or setting: what has it by its own name comes before what is mapped to it.
    """
    plan = outcome.plan_named(outcome.request.plan)
    book = outcome.rulebook
    found = movables(book.tables.catalog, outcome.subscription, plan=plan, carry_map=book.document.policy.carry_map)
    items = [item for item in found if item.kind != "usage" or not outcome.truth("allowances_over")]
    taken = {(item.kind, item.name) for item in items if item.same and item.to is None}
    for item in items:
        rule = outcome.word(f"carry.{item.kind}")
        if rule == "map" and item.to is not None:
            free = item.kind in _ADDING or (item.kind, item.to) not in taken
            stays, to = item.fits and free, item.to
            taken.add((item.kind, item.to))
            why = f"the policy maps it to {item.to}" if stays else f"the new plan has no place for it as {item.to}"
        else:
            stays, to = rule == "keep" or (rule != "drop" and item.same), None
            why = _why(rule, fits=_FITS[item.kind == "usage", item.same])
        yield Move(
            kind=item.kind,
            name=item.name,
            value=item.value,
            outcome="moves" if stays else "lost",
            why=why,
            to=to if stays else None,
        )


_ADDING = ("addons", "usage")
"""What adds up where several go to one place."""

_FITS = {
    (False, True): "the new plan has the same",
    (False, False): "the new plan has no such place",
    (True, True): "the new plan includes the same",
    (True, False): "the new plan includes none",
}
"""What the new plan offers, by whether an allowance is meant and whether there is a place."""


def _stays_put(outcome: Outcome) -> bool:
    """Whether nothing has to find a place: the plan stays, or nothing ran before."""
    return outcome.request.kind == "start" or outcome.request.plan == outcome.subscription.plan


def _goes_on(outcome: Outcome) -> bool:
    """Whether the running period goes on under its plan."""
    return _stays_put(outcome) and outcome.request.kind == "change"


def _coupon(outcome: Outcome) -> Iterator[Move]:
    """The coupon, where the request does not bring another one."""
    held = outcome.subscription.discount
    if held == Discount() or outcome.request.discount is not None:
        return
    name, stays = held.code or "coupon", outcome.truth("keeps_coupon")
    if not stays or (outcome.request.plan and not _stays_put(outcome)):
        fits = f"the new plan {'takes' if stays else 'does not take'} it"
        why = _why(outcome.word("carry.coupons"), fits=fits)
        to = _new_code(outcome) if stays else None
        yield Move(kind="coupons", name=name, value="", outcome="moves" if stays else "lost", why=why, to=to)


def _new_code(outcome: Outcome) -> str | None:
    """The code that the coupon has on the new plan, where the policy maps it to another one."""
    if outcome.word("carry.coupons") != "map" or _stays_put(outcome):
        return None
    return outcome.rulebook.document.policy.carry_map.of("coupons").get(outcome.subscription.discount.code or "")


def _why(rule: str, *, fits: str = "") -> str:
    """Who has the say: the policy, or what the new plan offers."""
    return {"keep": "the policy keeps it", "drop": "the policy drops it"}.get(rule, fits)


def keeps_agreed_price(outcome: Outcome) -> bool:
    """Whether the price agreed with the customer is that of the new side as well."""
    before, request = outcome.subscription, outcome.request
    stays = (before.plan, before.price) == (request.plan, request.price)
    word = outcome.word("carry.price_override")
    return word == "keep" or (word != "drop" and stays)


def carried_over(outcome: Outcome) -> Subscription:
    """The subscription with what it still has after the change, and the add-ons that were chosen with it."""
    before = outcome.subscription
    moves = [move for move in moves_of(outcome) if move.outcome == "moves"]
    named = {kind: [move for move in moves if move.kind == kind] for kind in ("answers", "resources", "settings")}
    included = tuple((each.name, each.total) for each in allowances_of(outcome) if each.total is not None)
    if not _goes_on(outcome):
        before = replace(before, allowances=included)
    held = replace(before, addons=_addons(outcome), discount=_discount(outcome))
    if _stays_put(outcome):
        return held
    return replace(
        held,
        answers=tuple(_answer(move) for move in named["answers"]),
        resources=tuple(sorted((move.new_name, move.value) for move in named["resources"])),
        settings=tuple(sorted((move.new_name, move.value) for move in named["settings"])),
    )


def allowances_of(outcome: Outcome) -> Iterator[Allowance]:
    """What the period that begins includes, by name; where none begins, what is left is left."""
    plan = outcome.plan_named(outcome.request.plan)
    if plan is None or _goes_on(outcome):
        return
    moves = [move for move in moves_of(outcome) if (move.kind, move.outcome) == ("usage", "moves")]
    own = dict(plan.allowances)
    for name in sorted({*own, *(move.new_name for move in moves)}):
        carried = sum(int(move.value) for move in moves if move.new_name == name)
        count = own.get(name, 0)
        free = count == UNLIMITED
        yield Allowance(
            name=name, own=None if free else count, carried=carried, total=None if free else count + carried
        )


def _answer(move: Move) -> Answer:
    service, _, question = move.new_name.partition(": ")
    return Answer(service=service, question=question, value=move.value)


def _discount(outcome: Outcome) -> Discount:
    if outcome.request.discount is not None:
        return outcome.request.discount
    held = outcome.subscription.discount
    return replace(held, code=_new_code(outcome) or held.code) if outcome.truth("keeps_coupon") else Discount()


def _addons(outcome: Outcome) -> tuple[HeldAddon, ...]:
    counts: dict[str, int] = {}
    if _stays_put(outcome):
        kept = [(addon.name, addon.quantity) for addon in outcome.subscription.addons]
    else:
        moves = (move for move in moves_of(outcome) if (move.kind, move.outcome) == ("addons", "moves"))
        kept = [(move.new_name, int(move.value)) for move in moves]
    for name, quantity in kept:
        counts[name] = counts.get(name, 0) + quantity
    for addon in outcome.request.remedies.add:
        counts[addon.name] = counts.get(addon.name, 0) + addon.quantity
    return tuple(HeldAddon(name=name, quantity=count) for name, count in counts.items())
