"""What is told of an order once a task of it has an outcome. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from planshift.actions.order_actions import SendNotice
from planshift.execution.log import (
    NEVER,
    Happened,
    LogEvent,
    StepDone,
    StepFailed,
    StepSkipped,
    StepWaits,
    Stuck,
    TurnedBack,
)
from planshift.execution.order import Order, OrderStep, Undoing
from planshift.execution.ports import Done, Outcome, Refused, Unanswered, Unavailable, Waits
from planshift.execution.retries import Retries

LONGEST_REASON: Final = 1_000
"""Of a longer text of the outside, so much is kept."""


def told_of(
    order: Order, step: OrderStep, *, outcome: Outcome, undoing: bool, at: int, retries: Retries
) -> Iterator[LogEvent]:
    """What a task comes to; `step` is as it is while the task is done, this try counted."""
    match outcome:
        case Done():
            yield StepDone(position=step.position, undoing=undoing, reference=outcome.reference)
            if not undoing:
                key = step.step.key
                yield from (Happened(event=event, source=f"{key}:{event}") for event in outcome.events)
        case Waits() if not undoing:
            until = NEVER if outcome.until is None else max(outcome.until, at + 1)
            yield StepWaits(position=step.position, why=_short(outcome.why), until=until)
        case Waits():
            until = at + retries.longest if outcome.until is None else max(outcome.until, at + 1)
            yield StepFailed(position=step.position, why=_short(outcome.why), try_at=until, undoing=True)
        case Refused():
            yield from _refused(order, step, refusal=outcome, undoing=undoing)
        case Unavailable() | Unanswered():
            yield from _passing(step, outcome, undoing=undoing, at=at, retries=retries)


def _passing(
    step: OrderStep, fault: Unavailable | Unanswered, *, undoing: bool, at: int, retries: Retries
) -> Iterator[LogEvent]:
    """Another try, or a person where there were too many; a notice is not worth the change that it tells of."""
    lost, why = isinstance(fault, Unanswered), _short(fault.why)
    if step.attempts >= retries.tries and isinstance(step.step.action, SendNotice):
        yield StepSkipped(position=step.position, why=why)
        return
    try_at = at + retries.wait(step.step.key, attempt=step.attempts)
    if isinstance(fault, Unavailable) and fault.retry_at is not None:
        try_at = max(try_at, fault.retry_at)
    yield StepFailed(position=step.position, why=why, try_at=try_at, undoing=undoing, unanswered=lost)
    if step.attempts >= retries.tries:
        yield Stuck(position=step.position, why=f"given up after {step.attempts} tries: {why}")


def _refused(order: Order, step: OrderStep, *, refusal: Refused, undoing: bool) -> Iterator[LogEvent]:
    why = _short(refusal.why)
    if isinstance(step.step.action, SendNotice):
        yield StepSkipped(position=step.position, why=why)
        return
    yield StepFailed(position=step.position, why=why, try_at=0, undoing=undoing)
    if undoing:
        yield Stuck(position=step.position, why=f"it cannot be undone: {why}")
    elif order.undoing is None:
        becomes: Undoing = "cancelled" if refusal.expired else "failed"
        yield TurnedBack(becomes=becomes, why=why)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_REASON else f"{text[:LONGEST_REASON]}…"
