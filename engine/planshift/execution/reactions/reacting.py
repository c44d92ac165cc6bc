"""What the firings of an event come to in the log of an order.

Every action is judged on the order as the one before it has left it. What makes no sense as the order stands is left,
and the log says so: a reaction never stops an order, and never breaks what a state allows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, final

from planshift.execution.calling_off import too_late
from planshift.execution.log import (
    EXTRA,
    Declined,
    Held,
    LogEvent,
    Moved,
    NoticeAsked,
    Reacted,
    Released,
    StepDone,
    StepSkipped,
    TurnedBack,
    told,
)
from planshift.execution.order import Order
from planshift.execution.reactions.engine import Firing, Reactions
from planshift.execution.reactions.facts import awaited_payment, giving_steps, going_on, held_steps, waits

PAID: Final = ("payment.received", "invoice.paid")
"""Events that say that a payment has come in."""


def react(reactions: Reactions, order: Order, *, event: str, at: int) -> tuple[LogEvent, ...]:
    """What the reactions of an order's book add to its log when an event has come in for it at an instant.

    The order is the one that already knows of the event. Which reactions fire is told by that one order; their actions
    then follow one another.
    """
    found: list[LogEvent] = []
    for firing in reactions.firings(order, event, at=at):
        found.append(_reacted(firing, event))
        for action in firing.actions:
            for entry in _DEEDS[action](Deed(order=order, firing=firing, event=event, at=at, action=action)):
                found.append(entry)
                order = told(order, entry)
    return tuple(found)


def _reacted(firing: Firing, event: str) -> Reacted:
    return Reacted(reaction=firing.reaction, actions=firing.actions, event=event, because=firing.because)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One action of one firing, and the order that it is about."""

    order: Order
    firing: Firing
    event: str
    at: int
    action: str

    @property
    def why(self) -> str:
        """What stands behind it, for the log."""
        return f"reaction {self.firing.reaction}: {self.firing.text}"

    def declined(self, why: str) -> Declined:
        """The record that it was left."""
        return Declined(reaction=self.firing.reaction, action=self.action, why=why)

    def over(self) -> Declined:
        """The record that the order is past it."""
        order = self.order
        return self.declined(
            f"the change is {order.state}" if not order.open else f"the change is becoming {order.undoing}"
        )


def _lock(deed: Deed) -> Iterator[LogEvent]:
    order = deed.order
    if not going_on(order):
        yield deed.over()
    elif order.state == "pending" and awaited_payment(order, at=deed.at) is not None:
        yield deed.declined("it waits for its payment, and is called off if that does not come")
    elif order.state != "locked":
        yield Moved(start=order.state, end="locked", why=deed.why)


def _cancel(deed: Deed) -> Iterator[LogEvent]:
    order = deed.order
    if order.state == "cancelled" or order.undoing == "cancelled":
        return
    why = too_late(order, at=deed.at)
    yield deed.declined(f"it cannot be called off: {why}") if why else TurnedBack(becomes="cancelled", why=deed.why)


def _expire(deed: Deed) -> Iterator[LogEvent]:
    order = deed.order
    if not going_on(order):
        yield deed.over()
    elif awaited_payment(order, at=deed.at) is None:
        yield deed.declined("it does not wait for a payment")
    else:
        yield TurnedBack(becomes="failed" if order.state == "locked" else "cancelled", why=deed.why)


def _apply(deed: Deed) -> Iterator[LogEvent]:
    """A change that waits for its payment goes on, paid or not; only what was paid is given back if it fails later."""
    order = deed.order
    step = awaited_payment(order, at=deed.at)
    if step is not None and any(order.count(event) for event in PAID):
        yield StepDone(position=step.position)
    elif step is not None:
        yield StepSkipped(position=step.position, why=deed.why)
    elif waits(order, at=deed.at):
        yield deed.declined(f"it waits for {order.effective_on}, and its amounts are those of that day")
    elif order.state != "applied" and not going_on(order):
        yield deed.over()


def _hold(deed: Deed) -> Iterator[LogEvent]:
    order = deed.order
    steps = tuple(giving_steps(order))
    if not going_on(order):
        yield deed.over()
    elif not steps:
        yield deed.declined("it has no credit left that could be held")
    for step in steps:
        if not step.held:
            yield Held(position=step.position)


def _release(deed: Deed) -> Iterator[LogEvent]:
    order = deed.order
    steps = tuple(held_steps(order))
    if not going_on(order):
        yield deed.over()
    elif not steps:
        yield deed.declined("it holds no credit back")
    for step in steps:
        yield Released(position=step.position)


def _replace_switch(deed: Deed) -> Iterator[LogEvent]:
    order = deed.order
    start, end = order.plan.from_plan, order.plan.to_plan
    switches = order.placement.kind == "renew" and start is not None and end is not None and start.plan != end.plan
    if not switches:
        yield deed.declined("it carries out no switch")
    else:
        yield from _cancel(deed)


def _notify(to: str) -> Callable[[Deed], Iterator[LogEvent]]:
    def notify(deed: Deed) -> Iterator[LogEvent]:
        order = deed.order
        position = f"{EXTRA}{len(order.extra) + 1}"
        yield NoticeAsked(position=position, key=f"{order.id}:{position}", to=to, template=deed.event)

    return notify


_DEEDS: Final[dict[str, Callable[[Deed], Iterator[LogEvent]]]] = {
    "apply_change": _apply,
    "cancel_change": _cancel,
    "expire_change": _expire,
    "hold_credit": _hold,
    "lock_change": _lock,
    "notify_client": _notify("client"),
    "notify_staff": _notify("staff"),
    "release_credit": _release,
    "replace_switch": _replace_switch,
}
"""What each action comes to."""
