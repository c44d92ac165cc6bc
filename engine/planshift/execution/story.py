"""What happened to an order, in words: its log as a person reads it, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from planshift.actions.action import Action, HoldCredit
from planshift.actions.money_actions import AwaitPayment
from planshift.actions.wording import amount_of, words_of
from planshift.billing.zones import format_instant
from planshift.decision.answer import PlanRef
from planshift.decision.people import DIRECTION_NAMES
from planshift.decision.sheet import Block, Column, Pairs, Paragraph, Section, Sheet, Table, Tone, sheet_of
from planshift.execution.log import (
    NEVER,
    Declined,
    Entry,
    Happened,
    Held,
    LogEvent,
    Moved,
    NoticeAsked,
    Placed,
    Reacted,
    Released,
    Resumed,
    StepDone,
    StepFailed,
    StepSkipped,
    StepStarted,
    StepWaits,
    Stuck,
    TurnedBack,
)
from planshift.execution.order import Order, OrderStep
from planshift.execution.states import STATES, State
from planshift.execution.upcoming import begins_at, locks_at, schedule_of

STATE_TONES: Mapping[State, Tone] = {
    "pending": "wait",
    "scheduled": "wait",
    "locked": "wait",
    "applied": "good",
    "cancelled": "bad",
    "failed": "bad",
}
"""How each state speaks."""

_UNTOLD = (StepStarted,)
"""What only machines look at: the line after it says what came of the call."""


def title_of(order: Order) -> str:
    """What an order is called: its id, whose it is, and from what to what."""
    return f"{order.id}: {order.placement.subscription}, {change_words(order)}"


def change_words(order: Order) -> str:
    """From which plan to which."""
    old, new = order.plan.from_plan, order.plan.to_plan
    if old is None or new is None:
        return f"start of {_plan(new)}" if old is None else f"end of {_plan(old)}"
    if order.placement.kind == "renew" and old == new:
        return f"renewal of {_plan(old)}"
    if old.plan == new.plan:
        return f"{_plan(old)} to {new.price}"
    same = old.price == new.price
    return f"{old.title} to {new.title}" if same else f"{_plan(old)} to {_plan(new)}"


def _plan(found: PlanRef | None) -> str:
    return "nothing" if found is None else f"{found.title}, {found.price}"


def instant_text(instant: int, zone: str) -> str:
    """An instant as local time of a zone, to the minute."""
    return format_instant(instant, zone).replace("T", " ")[:16]


def story_of(order: Order, entries: Iterable[Entry], *, now: int) -> Sheet:
    """The sheet of an order: what it is about, where it stands, what happened and what comes next."""
    happened = _table(order, entries)
    return sheet_of(
        title_of(order),
        (
            Section(blocks=(Pairs(pairs=tuple(_opening(order))),)),
            Section(blocks=tuple(_standing(order, now=now))),
            Section(heading="What happened", blocks=(happened,)),
            Section(heading="What comes next", blocks=tuple(_next(order, now=now))),
        ),
    )


def _opening(order: Order) -> Iterator[tuple[str, str]]:
    placement = order.placement
    if placement.customer != placement.subscription:
        yield "customer", placement.customer
    by = {"customer": "the customer", "system": "the system"}.get(placement.by, placement.by)
    person = f" ({placement.person})" if placement.person else ""
    yield "asked", f"by {by}{person}, {instant_text(placement.placed_at, placement.zone)} ({placement.zone})"
    yield (
        "what",
        f"{DIRECTION_NAMES.get(order.plan.direction, order.plan.direction)}, in force from {order.effective_on}",
    )
    yield "book", f"{placement.book_name}, version {placement.book[:12]}"


def _standing(order: Order, *, now: int) -> Iterator[Block]:
    """Where it stands, and what a person can do about it."""
    text = f"{order.state.capitalize()}: {order.why or STATES[order.state]}."
    yield Paragraph(text=text, tone=STATE_TONES[order.state])
    if order.stuck:
        yield Paragraph(text=f"Stuck: {order.stuck}.", tone="bad")
        yield Paragraph(text=f"Once its cause is mended: planshift order resume {order.id} --by NAME")
    for step in _gone_wrong(order):
        told = f"Step {step.position} went wrong: {step.fault}. To settle it by hand: planshift order resolve"
        yield Paragraph(text=f"{told} {order.id} {step.position} done|left-out|give-up --by NAME", tone="wait")
    if order.undoing is not None:
        yield Paragraph(text="Its steps are being undone, the last one first.", tone="wait")
    keeper = schedule_of(order)
    if order.state == "scheduled" and keeper is not None and now < locks_at(order):
        until = instant_text(locks_at(order), order.placement.zone)
        yield Paragraph(text=f"It can be called off until {until}: planshift cancel {order.id}")


def _gone_wrong(order: Order) -> Iterator[OrderStep]:
    """The steps that did not go well and are still to be done, or undone."""
    yield from (step for step in (*order.steps, *order.extra) if step.fault and step.state not in ("skipped", "undone"))


def _table(order: Order, entries: Iterable[Entry]) -> Table:
    rows: list[tuple[str, str, str]] = []
    before = ""
    for entry in entries:
        if isinstance(entry.event, _UNTOLD):
            continue
        when = instant_text(entry.at, order.placement.zone)
        what, detail = words_of_event(order, entry.event)
        rows.append(("" if when == before else when, what, detail))
        before = when
    columns = (Column(heading="when"), Column(heading="what"), Column(heading="", wraps=True))
    return Table(columns=columns, rows=tuple(rows))


def words_of_event(order: Order, event: LogEvent) -> tuple[str, str]:
    """A line of a log in words: what happened, and more of it."""
    match event:
        case Placed():
            return "placed", change_words(order)
        case StepStarted() | StepDone() | StepWaits() | StepFailed() | StepSkipped() | Held() | Released():
            step = _step(order, event.position)
            return _step_words(step, event)
        case TurnedBack():
            return "turned back", f"{event.why}{_by(event.by)}"
        case Moved():
            return event.end, f"{event.why}{_by(event.by)}"
        case Happened():
            own = event.source.startswith(f"{order.id}:") or event.source.startswith("renewal:")
            return event.event, "" if own else event.source
        case Reacted() | Declined() | NoticeAsked():
            return _reaction_words(event)
        case Stuck():
            return "stuck", f"{_step(order, event.position).step.action.kind}: {event.why}"
        case Resumed():
            return "resumed", f"by {event.by}{f': {event.why}' if event.why else ''}"


def _reaction_words(event: Reacted | Declined | NoticeAsked) -> tuple[str, str]:
    match event:
        case Reacted():
            why = f" because of {', '.join(event.because)}" if event.because else ""
            return "reaction", f"{event.reaction} at {event.event}{why}: {', '.join(event.actions)}"
        case Declined():
            return "left out", f"{event.action}, which reaction {event.reaction} asked for: {event.why}"
        case NoticeAsked():
            return "notice asked", f"to {event.to}, about {event.template}"


def _step_words(
    step: OrderStep, event: StepStarted | StepDone | StepWaits | StepFailed | StepSkipped | Held | Released
) -> tuple[str, str]:
    kind = step.step.action.kind
    match event:
        case StepDone(undoing=True):
            undo = step.step.undo
            return f"{kind} undone", f"{'' if undo is None else _words(undo)}{_by(event.by)}"
        case StepDone():
            reference = f" as {event.reference}" if event.reference else ""
            return kind, f"{_action_words(step)}{reference}{_by(event.by)}"
        case StepWaits():
            return f"{kind} waits", event.why
        case StepFailed():
            doing = "undoing " if event.undoing else ""
            return f"{doing}{kind} failed", event.why
        case StepSkipped():
            return f"{kind} left out", f"{event.why}{_by(event.by)}"
        case StepStarted():
            return f"{kind} begun", ""
        case Held():
            return f"{kind} held back", ""
        case Released():
            return f"{kind} released", ""


def _action_words(step: OrderStep) -> str:
    return _words(step.step.action)


def _words(action: Action) -> str:
    amount = amount_of(action)
    return f"{words_of(action)}{'' if amount is None else f', {amount}'}"


def _by(person: str) -> str:
    return f" (says {person})" if person else ""


def _step(order: Order, position: str) -> OrderStep:
    return next(step for step in (*order.steps, *order.extra) if step.position == position)


def _next(order: Order, *, now: int) -> Iterator[Block]:
    """The steps that are left, each with what it waits for."""
    left = [step for step in order.steps if not step.over and step.state != "undone"] if order.open else []
    if order.undoing is not None:
        left = [step for step in reversed(order.steps) if step.state == "done" and step.step.undo is not None]
    left += [step for step in order.extra if not step.over]
    if not left:
        return
    rows = tuple(
        (_when(order, step, now=now), step.position, step.step.action.kind, _action_words(step)) for step in left
    )
    columns = (
        Column(heading="when", wraps=True),
        Column(heading="step"),
        Column(heading="what"),
        Column(heading="", wraps=True),
    )
    yield Table(columns=columns, rows=rows)


def _when(order: Order, step: OrderStep, *, now: int) -> str:
    zone = order.placement.zone
    if isinstance(step.step.action, AwaitPayment) and step.try_at > now:
        until = step.step.action.expires_on
        return "when paid" if until is None else f"when paid, until {until}"
    if now < step.try_at < NEVER:
        return f"again at {instant_text(step.try_at, zone)}"
    if step.within:
        keeper = order.step(step.within)
        if isinstance(keeper.step.action, HoldCredit):
            return f"after {' and '.join(keeper.step.action.until)}"
        if keeper is schedule_of(order):
            return instant_text(begins_at(order, keeper), zone)[:10]
    return "then" if now >= step.try_at else "when something comes in"


def story_json(order: Order, entries: Iterable[Entry], *, now: int) -> dict[str, object]:
    """The same as data: where the order stands, its steps, and its log."""
    return {
        **row_json(order),
        "stuck": order.stuck,
        "why": order.why,
        "undoing": order.undoing,
        "cancellable_until": locks_at(order) if order.state == "scheduled" else None,
        "steps": [
            {
                "position": step.position,
                "kind": step.step.action.kind,
                "state": step.state,
                "when": "" if step.over or not order.open else _when(order, step, now=now),
                "attempts": step.attempts,
                "fault": step.fault,
                "reference": step.reference,
            }
            for step in (*order.steps, *order.extra)
        ],
        "log": [
            {
                "number": each.number,
                "at": each.at,
                "event": each.event.kind,
                "words": list(words_of_event(order, each.event)),
            }
            for each in entries
        ],
    }


def row_json(order: Order) -> dict[str, object]:
    """What a list of orders says of one, as data."""
    placement = order.placement
    return {
        "order": order.id,
        "subscription": placement.subscription,
        "customer": placement.customer,
        "what": change_words(order),
        "kind": placement.kind,
        "direction": order.plan.direction,
        "state": order.state,
        "placed_at": placement.placed_at,
        "effective_on": order.effective_on.isoformat(),
        "book": placement.book,
    }
