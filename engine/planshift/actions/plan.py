"""The action plan: what a decision comes to, as a value to print, store, compare and check. It does nothing.

Everything that a plan's invariants are about is part of it: the quote it was made from, where the money goes, and how
much may be given back at most.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import final

from planshift.actions.action import Step
from planshift.actions.order_actions import QueueChange
from planshift.billing.money import Money
from planshift.decision.answer import Flow, PlanRef
from planshift.decision.quote import Quote


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ActionPlan:
    """Steps in an order in which they can be done.

    `returnable` is what counts as paid for the running period and was not given back yet; `flow` says where the
    credit and the charges of the change go. `from_plan` is None for a start, `to_plan` for a cancellation.
    """

    order: str | None
    quote: Quote
    subscription: str
    customer: str
    direction: str
    from_plan: PlanRef | None
    to_plan: PlanRef | None
    effective_on: date
    flow: Flow
    returnable: Money
    steps: tuple[Step, ...]

    @property
    def queued(self) -> bool:
        """Whether the plan only keeps a place behind another change: its figures are decided again then."""
        return any(isinstance(step.action, QueueChange) for step in self.steps)

    def key(self, step: Step, position: str) -> str:
        """The idempotency key of a step at a position such as `3` or `4.2`."""
        if self.direction == "renewal":
            return renewal_key(step, subscription=self.subscription, on=self.effective_on)
        return step_key(position, order=self.order, fingerprint=self.quote.fingerprint)


def step_key(position: str, *, order: str | None, fingerprint: str) -> str:
    """The idempotency key of a step: the order, the decision and the position together.

    An order that is decided again (its quote was stale) does not find its new steps done by the old ones' keys.
    """
    return f"{order}:{fingerprint[:12]}:{position}" if order is not None else f"{fingerprint[:24]}:{position}"


def renewal_key(step: Step, *, subscription: str, on: date) -> str:
    """The idempotency key of a step of a renewal: whoever runs it, and under whichever book, each is renewed once."""
    return f"renewal:{subscription}:{on}:{step.id}"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A step with its position in the plan (`4.2`), those beside it, and the steps it is kept by, outermost first."""

    position: str
    step: Step
    beside: tuple[Step, ...]
    within: tuple[Step, ...] = ()


def placed(steps: tuple[Step, ...]) -> Iterator[Placed]:
    """Every step of a plan from the top down, those kept for later right after the step that keeps them."""
    return _placed(steps, within=(), prefix="")


def _placed(steps: tuple[Step, ...], *, within: tuple[Step, ...], prefix: str) -> Iterator[Placed]:
    for number, step in enumerate(steps, start=1):
        position = f"{prefix}{number}"
        yield Placed(position=position, step=step, beside=steps, within=within)
        yield from _placed(step.later, within=(*within, step), prefix=f"{position}.")


def every(steps: tuple[Step, ...]) -> Iterator[Step]:
    """The same steps in the same order, where nobody asks for their positions."""
    for step in steps:
        yield step
        yield from every(step.later)
