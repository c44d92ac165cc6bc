"""The log of an order: what can stand in it, and the order that it tells.

An order is the fold of its log and nothing else, so whoever has the log has the order. Entries are only ever added, and
each carries the hash of the one before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Final, final, get_args

from planshift.actions.action import Step
from planshift.actions.order_actions import SendNotice
from planshift.actions.plan import placed
from planshift.billing.changing import changed
from planshift.diagnostics.errors import InternalError
from planshift.execution.order import Order, OrderStep, Placement, Undoing
from planshift.execution.states import State, ensure_move

NEVER: Final = 2**62
"""An instant that does not come."""

EXTRA: Final = "r"
"""What the positions of extra steps begin with; those of the plan begin with a digit."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """The order was placed; all that never changes about it."""

    kind: ClassVar[str] = "placed"
    placement: Placement


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted:
    """A call is about to go out. It is on record before it does, so that nobody forgets to ask what came of it."""

    kind: ClassVar[str] = "step_started"
    position: str
    undoing: bool = False


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StepDone:
    """A step was done, or undone. `by` is who says so where a person does."""

    kind: ClassVar[str] = "step_done"
    position: str
    undoing: bool = False
    reference: str = ""
    by: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StepWaits:
    """A step waits for something to come in, or for an instant."""

    kind: ClassVar[str] = "step_waits"
    position: str
    why: str
    until: int = NEVER


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StepFailed:
    """A try went wrong; another one comes at `try_at`.

    `unanswered` holds where nobody knows what came of the call: the outside is asked before the next one.
    """

    kind: ClassVar[str] = "step_failed"
    position: str
    why: str
    try_at: int
    undoing: bool = False
    unanswered: bool = False


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StepSkipped:
    """A step is not done, and what needs it goes on. `by` is who says so where a person does."""

    kind: ClassVar[str] = "step_skipped"
    position: str
    why: str
    by: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedBack:
    """From here on the steps are undone, the last one first."""

    kind: ClassVar[str] = "turned_back"
    becomes: Undoing
    why: str
    by: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The order went from one state to another."""

    kind: ClassVar[str] = "moved"
    start: State
    end: State
    why: str
    by: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """Something came in from outside, or happened by a step. `source` is what the outside calls it."""

    kind: ClassVar[str] = "happened"
    event: str
    source: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Reacted:
    """A reaction of the book fired: its number in the book, from 1, and what it asked for.

    `event` is what came in, and `because` what else made it fire: events that had happened, and what was asked about
    the order with its value.
    """

    kind: ClassVar[str] = "reacted"
    reaction: int
    actions: tuple[str, ...]
    event: str = ""
    because: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """What a reaction asked for makes no sense as the order stands, and is left; that is no fault."""

    kind: ClassVar[str] = "declined"
    reaction: int
    action: str
    why: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeAsked:
    """A reaction asks that somebody is told, `to` being `client` or `staff`: a step more, outside of the plan.

    It is done whatever becomes of the order. `template` is the name of the event behind it.
    """

    kind: ClassVar[str] = "notice_asked"
    position: str
    key: str
    to: str
    template: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A credit is kept back until it is released, by the step that gives it or that keeps it for its events."""

    kind: ClassVar[str] = "held"
    position: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """What a step keeps back, or is kept back itself, is set free."""

    kind: ClassVar[str] = "released"
    position: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """The order cannot go on by itself: a person has to look at it."""

    kind: ClassVar[str] = "stuck"
    position: str
    why: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """A person has looked, and it may go on."""

    kind: ClassVar[str] = "resumed"
    by: str
    why: str = ""


LogEvent = (
    Placed
    | StepStarted
    | StepDone
    | StepWaits
    | StepFailed
    | StepSkipped
    | TurnedBack
    | Moved
    | Happened
    | Reacted
    | Declined
    | NoticeAsked
    | Held
    | Released
    | Stuck
    | Resumed
)
"""Everything that can stand in a log."""

LOG_KINDS: Final[dict[str, type[LogEvent]]] = {event.kind: event for event in get_args(LogEvent)}
"""The events by the name that they have in the store."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of a log: what happened, when (epoch seconds), and the hash that ties it to the line before.

    `text` is the event as it is stored, and is what the hash is of.
    """

    order: str
    number: int
    at: int
    event: LogEvent
    text: str
    previous: str
    hash: str


def hash_of(*, order: str, number: int, at: int, kind: str, text: str, previous: str) -> str:
    """The hash of an entry: of everything in it, and of the hash of the entry before it."""
    parts = (previous, order, str(number), str(at), kind, text)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def told_by(entries: Iterable[Entry]) -> Order:
    """The order that a whole log tells.

    Raises:
        IllegalMove: the log has a move that is not allowed.
        InternalError: it does not begin with the placement.
    """
    order: Order | None = None
    for entry in entries:
        order = begun(entry) if order is None else after(order, entry)
    if order is None:
        raise InternalError("reading the log of an order: it is empty")
    return order


def begun(entry: Entry) -> Order:
    """The order as its first entry tells it."""
    if not isinstance(entry.event, Placed):
        raise InternalError("reading the log of an order: it does not begin with its placement")
    placement = entry.event.placement
    steps = tuple(
        OrderStep(position=each.position, within=each.position.rpartition(".")[0], step=each.step)
        for each in placed(placement.plan.steps)
    )
    return Order(placement=placement, state="pending", steps=steps, number=entry.number, head=entry.hash)


def after(order: Order, entry: Entry) -> Order:
    """The order once an entry is added to its log.

    Raises:
        IllegalMove: the entry moves it where it may not go.
    """
    event, number, head = entry.event, entry.number, entry.hash
    if isinstance(event, StepEvent) and not event.position.startswith(EXTRA):  # most of them: made anew once, not twice
        return changed(order, steps=_steps_told(order.steps, event), number=number, head=head)
    return changed(told(order, event), number=number, head=head)


def told(order: Order, event: LogEvent) -> Order:
    """The order as it stands once an event is known, whatever line of its log that comes to stand in.

    Raises:
        IllegalMove: the event moves it where it may not go.
    """
    if isinstance(event, StepEvent):
        return _with_steps(order, event)
    match event:
        case TurnedBack():
            return changed(order, undoing=event.becomes, why=event.why, stuck="")
        case Moved():
            ensure_move(order.id, start=order.state, end=event.end)
            return changed(order, state=event.end, why=event.why, undoing=None)
        case Happened():
            counts = {**dict(order.happened), event.event: order.count(event.event) + 1}
            # What waits for something to come in looks again.
            return changed(order, happened=tuple(counts.items()), steps=tuple(_awake(step) for step in order.steps))
        case Reacted() | NoticeAsked() | Declined():
            return _reacted(order, event)
        case Stuck():
            return changed(order, stuck=event.why)
        case Resumed():
            return changed(order, stuck="", steps=tuple(_afresh(step) for step in order.steps))
        case Placed():
            raise InternalError("reading the log of an order: it was placed twice")


def _reacted(order: Order, event: Reacted | NoticeAsked | Declined) -> Order:
    match event:
        case Reacted():
            return changed(order, reacted=(*order.reacted, event.reaction))
        case NoticeAsked():
            return changed(order, extra=(*order.extra, _notice(event)))
        case Declined():
            return order


StepEvent = StepStarted | StepDone | StepWaits | StepFailed | StepSkipped | Held | Released


def _with_steps(order: Order, event: StepEvent) -> Order:
    if event.position.startswith(EXTRA):
        return changed(order, extra=_steps_told(order.extra, event))
    return changed(order, steps=_steps_told(order.steps, event))


def _steps_told(steps: tuple[OrderStep, ...], event: StepEvent) -> tuple[OrderStep, ...]:
    return tuple([_step_told(step, event) if step.position == event.position else step for step in steps])


def _step_told(step: OrderStep, event: StepEvent) -> OrderStep:
    match event:
        case StepStarted():
            return changed(step, state="undoing" if event.undoing else "started", attempts=step.attempts + 1)
        case StepDone(undoing=True):
            return changed(step, state="undone", attempts=0, try_at=0, fault="")
        case StepDone():
            return changed(step, state="done", attempts=0, try_at=0, fault="", reference=event.reference)
        case StepWaits():
            return changed(step, state="open", try_at=event.until, fault="", attempts=0)
        case StepFailed():
            state = step.state if event.undoing or event.unanswered else "open"
            return changed(step, state=state, try_at=event.try_at, fault=event.why)
        case StepSkipped():
            return changed(step, state="skipped", attempts=0, try_at=0, fault=event.why)
        case Held():
            return changed(step, held=True, released=False)
        case Released():
            return changed(step, held=False, released=True)


def _notice(event: NoticeAsked) -> OrderStep:
    action = SendNotice(about="event", to=event.to, template=event.template)
    step = Step(id=f"{action.kind}:{event.position}", key=event.key, action=action)
    return OrderStep(position=event.position, within="", step=step)


def _awake(step: OrderStep) -> OrderStep:
    return changed(step, try_at=0) if step.state == "open" and not step.fault and step.try_at else step


def _afresh(step: OrderStep) -> OrderStep:
    return changed(step, attempts=0, try_at=0) if not step.over else step
