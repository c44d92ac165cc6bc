"""The log of an order: what can stand in it, and the order that it tells.

An order is the fold of its log and nothing else, so whoever has the log has the order. Entries are only ever added, and
each carries the hash of the one before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar, Final, final, get_args

from planshift.actions.plan import placed
from planshift.diagnostics.errors import InternalError
from planshift.execution.order import Order, OrderStep, Placement, Undoing
from planshift.execution.states import State, ensure_move

NEVER: Final = 2**62
"""An instant that does not come."""


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
    """A try went wrong; another one comes at `try_at`."""

    kind: ClassVar[str] = "step_failed"
    position: str
    why: str
    try_at: int
    undoing: bool = False


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
    """A reaction of the book fired, by its number in the book, and what it asked for."""

    kind: ClassVar[str] = "reacted"
    reaction: int
    actions: tuple[str, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """What a step keeps back until events have happened is set free."""

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
    return replace(_told(order, entry.event), number=entry.number, head=entry.hash)


def _told(order: Order, event: LogEvent) -> Order:
    match event:
        case StepStarted() | StepDone() | StepWaits() | StepFailed() | StepSkipped() | Released():
            steps = tuple(_step_told(step, event) if step.position == event.position else step for step in order.steps)
            return replace(order, steps=steps)
        case TurnedBack():
            return replace(order, undoing=event.becomes, why=event.why, stuck="")
        case Moved():
            ensure_move(order.id, start=order.state, end=event.end)
            return replace(order, state=event.end, why=event.why, undoing=None)
        case Happened():
            counts = {**dict(order.happened), event.event: order.count(event.event) + 1}
            # What waits for something to come in looks again.
            return replace(order, happened=tuple(counts.items()), steps=tuple(_awake(step) for step in order.steps))
        case Reacted():
            return replace(order, reacted=(*order.reacted, event.reaction))
        case Stuck():
            return replace(order, stuck=event.why)
        case Resumed():
            return replace(order, stuck="", steps=tuple(_afresh(step) for step in order.steps))
        case Placed():
            raise InternalError("reading the log of an order: it was placed twice")


StepEvent = StepStarted | StepDone | StepWaits | StepFailed | StepSkipped | Released


def _step_told(step: OrderStep, event: StepEvent) -> OrderStep:
    match event:
        case StepStarted():
            return replace(step, state="undoing" if event.undoing else "started", attempts=step.attempts + 1)
        case StepDone(undoing=True):
            return replace(step, state="undone", attempts=0, try_at=0, fault="")
        case StepDone():
            return replace(step, state="done", attempts=0, try_at=0, fault="", reference=event.reference)
        case StepWaits():
            return replace(step, state="open", try_at=event.until, fault="", attempts=0)
        case StepFailed():
            state = step.state if event.undoing else "open"
            return replace(step, state=state, try_at=event.try_at, fault=event.why)
        case StepSkipped():
            return replace(step, state="skipped", attempts=0, try_at=0, fault=event.why)
        case Released():
            return replace(step, released=True)


def _awake(step: OrderStep) -> OrderStep:
    return replace(step, try_at=0) if step.state == "open" and not step.fault and step.try_at else step


def _afresh(step: OrderStep) -> OrderStep:
    return replace(step, attempts=0, try_at=0) if not step.over else step
