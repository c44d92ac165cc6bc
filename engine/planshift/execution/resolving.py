"""What a person does about an order that cannot go on by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from planshift.diagnostics.errors import PlanshiftError
from planshift.execution.amending import amended
from planshift.execution.log import LogEvent, Resumed, StepDone, StepSkipped, TurnedBack
from planshift.execution.order import Order
from planshift.execution.store.engine import Store

Resolution = Literal["done", "skip", "turn_back"]
"""A step was done by hand (or undone, where the order turns back), is left out, or what was done is undone."""


@dataclass(eq=False)
class NothingToResolve(PlanshiftError):
    """There is nothing about an order, or a step of it, that a person has to do; `why` says how it stands."""

    order: str
    why: str

    def __str__(self) -> str:
        return f"there is nothing to resolve about order {self.order}: {self.why}"


def resume(store: Store, order: str, *, by: str, at: int, why: str = "") -> Order:
    """Let an order that went wrong go on from where it stands, at once and with all its tries.

    Raises:
        NoSuchOrder: there is none of that id.
        NothingToResolve: nothing has gone wrong with it.
    """

    def told(found: Order) -> Iterator[LogEvent]:
        _ensure_wrong(found)
        yield Resumed(by=by, why=why)

    return amended(store, order, by=told, at=at)


def resolve(
    store: Store, order: str, *, position: str, how: Resolution, by: str, at: int, why: str = "", reference: str = ""
) -> Order:
    """Settle a step that went wrong, and let the order go on. `reference` is what the outside calls its result.

    Raises:
        NoSuchOrder: there is none of that id.
        NothingToResolve: nothing has gone wrong with the order, or with that step of it.
    """

    def told(found: Order) -> Iterator[LogEvent]:
        _ensure_wrong(found)
        step = next((each for each in (*found.steps, *found.extra) if each.position == position), None)
        if step is None or not step.fault or step.state in ("done", "skipped", "undone"):
            raise NothingToResolve(found.id, f"nothing has gone wrong with a step {position}")
        undoing = found.undoing is not None
        match how:
            case "done":
                yield StepDone(position=position, undoing=undoing, reference=reference or step.reference, by=by)
            case "skip":
                yield StepSkipped(position=position, why=why or f"left out by {by}", by=by)
            case "turn_back" if undoing:
                raise NothingToResolve(found.id, "its steps are being undone already")
            case "turn_back":
                yield TurnedBack(becomes="failed", why=why or step.fault, by=by)
        yield Resumed(by=by, why=why)

    return amended(store, order, by=told, at=at)


def _ensure_wrong(order: Order) -> None:
    if not order.stuck and not any(step.fault and not step.over for step in (*order.steps, *order.extra)):
        raise NothingToResolve(order.id, f"it is {order.state}, and nothing has gone wrong with it")
