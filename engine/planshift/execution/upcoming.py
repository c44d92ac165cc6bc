"""What comes next for an order at an instant. Pure: every road through an order can be tried without doing it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, final

from planshift.actions.action import HoldCredit, Schedule
from planshift.actions.order_actions import QueueChange
from planshift.billing.calendar import to_day
from planshift.billing.zones import midnight
from planshift.execution.log import NEVER
from planshift.execution.order import Order, OrderStep
from planshift.execution.states import State

DAY_AFTER = 1


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Do:
    """Do a step, or undo it. A step that was `started` may have been done: the outside is asked first."""

    step: OrderStep
    undoing: bool = False


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FindOut:
    """A call went out before the order was turned back: find out whether there is something to undo."""

    step: OrderStep


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Become:
    """Move the order to another state."""

    state: State
    why: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Nothing to do before `until`, or before something comes in."""

    until: int


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DecideAgain:
    """Its turn has come: ask for the change that stood in the queue again, and leave it to an order of its own."""


Next = Do | FindOut | Become | DecideAgain | Rest

LOCKED_BY_TIME: Final = (
    "it can no longer be called off",
    "its day has come",
    "it waits for its day, and cannot be called off",
)
"""Why an order is locked that nothing but the time has locked."""

FRONT_APPLIED: Final = "order.applied"
"""What an order is told when the one before it is over, and its change in force."""

DECIDED_AGAIN: Final = "order.decided_again"
"""What an order in a queue is told when there is an order for its change."""


def upcoming(order: Order, *, now: int) -> Next:
    """What comes next for an order at an instant (epoch seconds).

    An extra step comes first, whatever state the order is in; nothing waits for one that goes wrong.
    """
    extra = [step for step in order.extra if not step.over]
    for step in extra:
        if step.try_at <= now:
            return Do(step=step)
    found = _of_plan(order, now=now)
    if extra and isinstance(found, Rest):
        return Rest(until=min(found.until, *(step.try_at for step in extra)))
    return found


def _of_plan(order: Order, *, now: int) -> Next:
    """What comes next of the plan."""
    if order.stuck or not order.open:
        return Rest(until=NEVER)
    if order.undoing is not None:
        return _backwards(order, now=now)
    if order.state == "scheduled" and now >= locks_at(order):
        return Become(state="locked", why=LOCKED_BY_TIME[0])
    due: list[OrderStep] = []
    for step in order.steps:
        if step.state in ("open", "started") and _reached(order, step, now=now):
            if step.try_at <= now:
                return Do(step=step)
            due.append(step)
    return _settled(order, now=now) or Rest(until=min(_instants(order, due, now=now), default=NEVER))


def _backwards(order: Order, *, now: int) -> Next:
    """The steps that were done are undone, the last one first; what nothing undoes stays as it is."""
    for step in reversed(order.steps):
        if step.state == "started":
            return FindOut(step=step) if step.try_at <= now else Rest(until=step.try_at)
        if step.state in ("done", "undoing") and step.step.undo is not None:
            return Do(step=step, undoing=True) if step.try_at <= now else Rest(until=step.try_at)
    assert order.undoing is not None  # only such orders go backwards
    return Become(state=order.undoing, why=order.why)


def _settled(order: Order, *, now: int) -> Become | DecideAgain | None:
    """The move that an order makes once there is nothing to do at this instant."""
    if all(step.over for step in order.steps):
        if order.plan.queued and not order.count(DECIDED_AGAIN):
            return DecideAgain() if turn_at(order) <= now else None
        if order.state == "scheduled":
            return Become(state="locked", why=LOCKED_BY_TIME[1])
        return Become(state="applied", why="every step is done")
    left = [step for step in order.steps if not step.over]
    if order.state != "pending" or not all(_kept(order, step) for step in left):
        return None
    if schedule_of(order) is None:
        return Become(state="locked", why="the change is in force, and a credit is held")
    if now < locks_at(order):
        return Become(state="scheduled", why="it waits for its day")
    return Become(state="locked", why=LOCKED_BY_TIME[2])


def _kept(order: Order, step: OrderStep) -> bool:
    """Whether a step is kept back, or kept by another one that is done, for a day or for events."""
    keeper = _keeper(order, step)
    return step.held or (keeper is not None and (keeper.over or _kept(order, keeper)))


def _reached(order: Order, step: OrderStep, *, now: int) -> bool:
    """Whether it is a step's turn, but for the time of its next try."""
    if step.held and not step.step.later:
        return False
    needed = step.step.needs
    if needed and any(not each.over and each.within == step.within and each.step.id in needed for each in order.steps):
        return False
    keeper = _keeper(order, step)
    return keeper is None or (keeper.state == "done" and _let_go(order, keeper, now=now))


def _let_go(order: Order, keeper: OrderStep, *, now: int) -> bool:
    """Whether the steps that a step keeps for later may begin."""
    match keeper.step.action:
        case Schedule():
            return order.state != "pending" and now >= begins_at(order, keeper)
        case HoldCredit(until=events):
            return keeper.released or (not keeper.held and all(order.count(event) for event in events))
    return True


def _keeper(order: Order, step: OrderStep) -> OrderStep | None:
    return order.step(step.within) if step.within else None


def _instants(order: Order, due: list[OrderStep], *, now: int) -> Iterator[int]:
    """The instants at which something is to be looked at again."""
    yield from (step.try_at for step in due)
    if order.plan.queued and turn_at(order) > now:
        yield turn_at(order)
    if order.state == "scheduled":
        yield locks_at(order)
    keeper = schedule_of(order)
    if keeper is not None and keeper.state == "done" and begins_at(order, keeper) > now:
        yield begins_at(order, keeper)


def turn_at(order: Order) -> int:
    """The instant at which it is the turn of an order in a queue, as far as one knows.

    Behind an order of ours it is when that one is over; a change that only the biller knows of is over on its day.
    """
    if order.count(FRONT_APPLIED):
        return 0
    actions = (step.action for step in order.plan.steps if isinstance(step.action, QueueChange))
    after = next((action.after for action in actions if order.placement.behind is None), None)
    return NEVER if after is None else midnight(to_day(after), order.placement.zone)


def schedule_of(order: Order) -> OrderStep | None:
    """The step that keeps the change for its day; None where it is immediate."""
    return next((step for step in order.steps if isinstance(step.step.action, Schedule)), None)


def begins_at(order: Order, keeper: OrderStep) -> int:
    """The instant at which the steps begin that are kept for a day: its midnight in the subscription's zone."""
    assert isinstance(keeper.step.action, Schedule)  # asked of no other step
    return midnight(to_day(keeper.step.action.on), order.placement.zone)


def locks_at(order: Order) -> int:
    """The instant from which an order cannot be called off because of the time alone."""
    keeper = schedule_of(order)
    if keeper is None:
        return NEVER
    assert isinstance(keeper.step.action, Schedule)  # what `schedule_of` looks for
    last = keeper.step.action.cancellable_until
    if last is None:
        return 0
    return min(midnight(to_day(last) + DAY_AFTER, order.placement.zone), begins_at(order, keeper))
