"""What a change means besides money: the commitment, what moves or is lost, how long it can be called off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import final

from planshift.billing.calendar import from_day
from planshift.billing.interval import Interval
from planshift.billing.subscription import PendingChange
from planshift.billing.zones import local_day
from planshift.decision.answer import Line, Move
from planshift.decision.decision import Decision
from planshift.decision.places import NO_PLACE, Place, term_place
from planshift.decision.sheet import Tone
from planshift.decision.words import listed
from planshift.policy.term_values import Wait

_KINDS = {
    "answers": "answer to",
    "resources": "resource",
    "settings": "setting",
    "addons": "add-on",
    "coupons": "coupon",
    "price_override": "",
}


Told = str | int | date | Interval | tuple[Move, ...] | tuple[Line, ...] | None
"""What a sentence is about."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """A sentence, and the place that settled it.

    `key` and `values` say the same for whoever words it for customers; without a key it is not for them.
    """

    text: str
    place: Place = NO_PLACE
    tone: Tone = "plain"
    key: str = ""
    values: Mapping[str, Told] = field(default_factory=dict)


def consequences(decision: Decision) -> Iterator[Consequence]:
    """Everything that the change brings along, what hurts first; not for a denied one."""
    yield from _moves(decision)
    yield from _contract(decision)
    yield from _time(decision)
    yield from _renewal(decision) if decision.renews else _waiting(decision)
    yield from _fitting(decision)


def _moves(decision: Decision) -> Iterator[Consequence]:
    """What is lost, and what moves along; of a subscription that ends nothing is left to lose."""
    if decision.to_plan is None:
        return
    for move in decision.lost:
        place = term_place(decision, f"carry.{move.kind}")
        text = f"Lost: {_thing(move)} ({move.why})."
        yield Consequence(text=text, place=place, tone="bad", key="meaning.lost", values={"thing": (move,)})
    stays = [move for move in decision.moves if move.outcome == "moves"]
    if stays:
        text = f"Moves along: {listed(tuple(map(_thing, stays)))}."
        yield Consequence(text=text, key="meaning.moves", values={"things": tuple(stays)})
    for each in decision.allowances:
        over = f", {each.carried} of them left over" if each.carried and each.own else ""
        count = "unlimited" if each.total is None else each.total
        period = "next" if decision.renews else "first"
        key = "meaning.allowance_unlimited" if each.total is None else "meaning.allowance"
        text = f"The {period} period includes {count} {each.name}{over}."
        yield Consequence(text=text, key=key, values={"n": each.total, "name": each.name})


def _thing(move: Move) -> str:
    if move.kind == "usage":
        return f"{move.value} {move.name} left over{_becomes(move)}"
    count = f"{move.value} x " if move.kind == "addons" and move.value != "1" else ""
    kind = _KINDS.get(move.kind, move.kind)
    return f"{kind} {count}{move.name}{_becomes(move)}".strip()


def _becomes(move: Move) -> str:
    return f" as {move.to}" if move.to else ""


def _contract(decision: Decision) -> Iterator[Consequence]:
    contract = decision.contract
    if contract is None or contract.outcome == "none":
        return
    place = term_place(decision, "contract")
    texts = {
        "begins": f"A commitment begins that runs until {contract.ends_on}.",
        "carried_on": f"The commitment goes on and runs until {contract.ends_on}.",
        "ends": "The commitment ends.",
    }
    key, values = f"meaning.contract_{contract.outcome}", {"end": contract.ends_on}
    yield Consequence(text=texts[contract.outcome], place=place, key=key, values=values)


def _time(decision: Decision) -> Iterator[Consequence]:
    extension = decision.extension
    if extension is not None:
        unit = extension.unit if extension.units == 1 else f"{extension.unit}s"
        text = f"Unused money buys {extension.units} {unit}, {extension.starts_on} until {extension.ends_on}."
        values = {"start": extension.starts_on, "end": extension.ends_on}
        place = term_place(decision, "unused_credit")
        yield Consequence(text=text, place=place, key="meaning.time_bought", values=values)


def _renewal(decision: Decision) -> Iterator[Consequence]:
    """The next period, the invoice, and what still waits behind the renewal."""
    if decision.renews_on is None:
        yield Consequence(text="It is paid once and does not renew again.", key="meaning.renews_never")
    else:
        text = f"The next period runs from {decision.effective_on} until {decision.renews_on}, when it renews again."
        values = {"start": decision.effective_on, "end": decision.renews_on}
        yield Consequence(text=text, key="meaning.renews_again", values=values)
    if any(line.amount.minor for line in decision.lines):
        today = from_day(decision.today)
        yield Consequence(text=f"Its invoice is made on {today}.", key="meaning.invoiced", values={"on": today})
    pending = decision.subscription.pending
    if pending is not None:
        text = f"The {_what(pending)} on {pending.effective_on} still waits."
        yield Consequence(text=text, key="meaning.still_waits", values={"on": pending.effective_on})


def _what(pending: PendingChange) -> str:
    return f"change to {pending.to_plan}" if pending.to_plan else "cancellation"


def _waiting(decision: Decision) -> Iterator[Consequence]:
    """Everything that something else must come before, and until when one can think again."""
    held = [line for line in decision.lines if line.held_until]
    if held:
        events = tuple(dict.fromkeys(event for line in held for event in line.held_until))
        titles = listed(tuple(line.title for line in held))
        text = f"Held until {listed(events)} {'has' if len(events) == 1 else 'have'} happened: {titles}."
        place = term_place(decision, "hold_credit_until")
        yield Consequence(text=text, place=place, key="meaning.held", values={"things": tuple(held)})
    if decision.word("apply") == "after_payment" and decision.due_now.minor:
        expires = decision.term("payment_expires").text
        lapses = "" if expires == "never" else f"; unpaid, it lapses after {expires}"
        wait = decision.term("payment_expires").value
        every = wait.interval if isinstance(wait, Wait) else None
        yield Consequence(
            text=f"The change waits for its payment{lapses}.",
            place=term_place(decision, "apply"),
            key="meaning.waits_for_payment" if every is None else "meaning.lapses",
            values={"every": every},
        )
    pending = decision.subscription.pending
    if pending is not None and decision.word("pending") in ("replace", "queue"):
        verb = "replaces" if decision.word("pending") == "replace" else "is queued behind"
        text = f"It {verb} the {_what(pending)} that waits for {pending.effective_on}."
        key = "meaning.replaces" if verb == "replaces" else "meaning.queued"
        values = {"on": pending.effective_on}
        yield Consequence(text=text, place=term_place(decision, "pending"), key=key, values=values)
    if decision.quote is not None and decision.term("quote_valid").source.kind != "default":
        zone = decision.subscription.timezone or decision.rulebook.zone
        last = from_day(local_day(decision.quote.valid_until - 1, zone))
        text, place = f"These figures hold until {last}.", term_place(decision, "quote_valid")
        yield Consequence(text=text, place=place, key="meaning.quote_until", values={"last": last})
    if not decision.immediate:
        until = decision.cancellable_until
        text = "It cannot be called off." if until is None else f"It can be called off up to and including {until}."
        key = "meaning.not_cancellable" if until is None else "meaning.cancellable"
        place = term_place(decision, "cancellable_until")
        yield Consequence(text=text, place=place, key=key, values={"last": until})


def _fitting(decision: Decision) -> Iterator[Consequence]:
    """How present use fits, where nothing is over its limit and something has one."""
    bounded = [fit for fit in decision.limits if fit.allowed is not None]
    if bounded and not any(fit.excess for fit in decision.limits):
        told = listed(tuple(f"{fit.resource} {fit.used} of {fit.allowed}" for fit in bounded))
        yield Consequence(text=f"Present use fits: {told}.")
