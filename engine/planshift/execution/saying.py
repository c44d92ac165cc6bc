"""Lines about orders for the logs of a program: what was committed, told once it is."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import Final

from planshift.execution.growing import Grown
from planshift.execution.log import LogEvent, Moved, Placed, StepDone, StepFailed, StepSkipped, Stuck, TurnedBack
from planshift.execution.order import Order
from planshift.execution.telemetry import NAME, say

_TOLD: Final = {
    Placed: "order placed",
    StepDone: "step done",
    StepFailed: "step failed",
    StepSkipped: "step left out",
    TurnedBack: "order turned back",
    Moved: "order moved",
    Stuck: "order stuck",
}
"""What is told, and how; the rest is in the log of the order."""


def wanted() -> bool:
    """Whether anybody listens: gathering lines for nobody costs time."""
    return logging.getLogger(NAME).isEnabledFor(logging.INFO)


def tell(changes: Iterable[Grown]) -> None:
    """Tell what was added to the logs of orders, by ids and words of ours."""
    for change in changes:
        for entry in change.entries:
            words = _TOLD.get(type(entry.event))
            if words is not None:
                level = logging.WARNING if isinstance(entry.event, Stuck | StepFailed) else logging.INFO
                say.log(level, words, order=change.order.id, **dict(_more(change.order, entry.event)))


def _more(order: Order, event: LogEvent) -> Iterator[tuple[str, str]]:
    match event:
        case StepDone() | StepFailed() | StepSkipped() | Stuck():
            found = next(step for step in (*order.steps, *order.extra) if step.position == event.position)
            yield "kind", found.step.action.kind
            yield "key", found.step.undo_key if getattr(event, "undoing", False) else found.step.key
        case Moved():
            yield "state", event.end
        case TurnedBack():
            yield "state", event.becomes
