"""Handing a step to its adapter. Whatever the adapter does, the answer is an outcome."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError

from planshift.billing.calendar import from_day
from planshift.billing.zones import local_day
from planshift.execution.order import Order, OrderStep
from planshift.execution.ports import Adapter, Outcome, Resident, Task, Unanswered, Unavailable
from planshift.execution.telemetry import say, span

T = TypeVar("T")

_today = lru_cache(maxsize=256)(local_day)


def task_of(order: Order, step: OrderStep, *, at: int, undoing: bool) -> Task:
    """The task that a step is at an instant."""
    placement = order.placement
    return Task(
        order=order.id,
        plan=placement.plan,
        step=step.step,
        before=placement.before,
        after=placement.after,
        at=at,
        today=from_day(_today(at, placement.zone)),
        attempt=max(step.attempts, 1),
        undoing=undoing,
        references=order.references,
        zone=placement.zone,
    )


@dataclass(eq=False)
class WentWrong(Exception):
    """Ends a transaction in which a task of a resident did not go well; `after` so many steps that did."""

    outcome: Outcome
    after: int = 0


def performed_within(adapter: Resident, task: Task, *, by: Callable[[], T]) -> T:
    """What comes of a call of an adapter that lives in the database of the orders.

    Raises:
        WentWrong: it raised; whatever it has written has to be rolled back.
        OperationalError: it is the database that failed.
        InterfaceError: as above.
    """
    try:
        return by()
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # an adapter is anybody's code, and must not take the worker down
        raise WentWrong(Unavailable(why=_raised(adapter, task, error))) from error


def called(adapter: Adapter, task: Task, *, asks: bool, acts: bool) -> Outcome | None:
    """What comes of a task outside: of asking for it where a call had gone out before, else of a call.

    None says that it was only asked for, and was not done.
    """
    try:
        with span("call", order=task.order, key=task.key, kind=task.action.kind, adapter=adapter.name):
            found = adapter.ask(task) if asks else None
            if isinstance(found, Unavailable):  # nobody can tell now: whether it was done is as open as before
                return Unanswered(why=found.why)
            return adapter.perform(task) if found is None and acts else found
    except Exception as error:  # noqa: BLE001  # as above
        return Unanswered(why=_raised(adapter, task, error))


def _raised(adapter: Adapter | Resident, task: Task, error: Exception) -> str:
    """What is kept of an exception: its name, for its text may hold what must not be told."""
    why = f"{adapter.name} raised {type(error).__name__}"
    say.error("adapter raised", order=task.order, key=task.key, adapter=adapter.name, error=type(error).__name__)
    return why
