"""An order: a requested change on its way, as its log tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, final

from planshift.actions.action import Step
from planshift.actions.plan import ActionPlan
from planshift.billing.subscription import Subscription
from planshift.execution.states import OPEN, State

Undoing = Literal["cancelled", "failed"]
"""What an order becomes once its steps are undone."""

StepState = Literal["open", "started", "done", "undoing", "undone", "skipped"]
"""`started` and `undoing` say that a call may have gone out whose outcome is not recorded yet."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """What an order is about; nothing of it ever changes.

    `decided` is the whole decision as data, as `decide --format json` prints it, and `book` the digest of the version
    that made it. `by` asked for the change. `before` is the subscription that was decided on, and `after` the same as
    the change leaves it, None for one that ends it. `zone` says where the subscription's days begin.
    `locks_on_invoice` holds where the policy lets a change be called off until its invoice is issued. `behind` is the
    order that has to be over before this one begins.
    """

    id: str
    book: str
    book_name: str
    subscription: str
    customer: str
    kind: str
    direction: str
    by: str
    person: str | None
    placed_at: int
    zone: str
    plan: ActionPlan
    before: Subscription
    after: Subscription | None
    decided: str
    locks_on_invoice: bool
    behind: str | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStep:
    """A step of an order: where it stands in the plan (`4.2`), what keeps it (`4`), and how far it is.

    `attempts` counts the tries since it last went well, `try_at` is the instant before which it is not tried again, and
    `fault` what went wrong last. `reference` is what the outside calls its result. `held` and `released` tell that a
    reaction keeps back, or has set free, what the step gives or keeps.
    """

    position: str
    within: str
    step: Step
    state: StepState = "open"
    attempts: int = 0
    try_at: int = 0
    fault: str = ""
    reference: str = ""
    held: bool = False
    released: bool = False

    @property
    def over(self) -> bool:
        """Whether those that need it may go on."""
        return self.state in ("done", "skipped")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as it stands: the fold of its log, never anything else.

    `why` says what brought it into its state. `undoing` is set while its steps are taken back. `happened` counts what
    came in for it from outside. `extra` are steps that are none of the plan: reactions asked for them, nothing waits
    for them, and they are done whatever becomes of the order; their positions are `r1`, `r2` and so on. `stuck` says
    why a person has to look at it; empty as a rule. `number` and `head` are the number and the hash of the last entry
    of its log.
    """

    placement: Placement
    state: State
    steps: tuple[OrderStep, ...]
    extra: tuple[OrderStep, ...] = ()
    why: str = ""
    undoing: Undoing | None = None
    happened: tuple[tuple[str, int], ...] = ()
    reacted: tuple[int, ...] = ()
    stuck: str = ""
    number: int
    head: str

    @property
    def id(self) -> str:
        """Its id."""
        return self.placement.id

    @property
    def open(self) -> bool:
        """Whether steps are left to do."""
        return self.state in OPEN

    @property
    def plan(self) -> ActionPlan:
        """Its action plan."""
        return self.placement.plan

    @property
    def references(self) -> dict[str, str]:
        """What the outside calls the results of the steps that are done, by step id."""
        return {each.step.id: each.reference for each in self.steps if each.reference}

    def step(self, position: str) -> OrderStep:
        """The step at a position.

        Raises:
            KeyError: there is none.
        """
        for each in (*self.steps, *self.extra):
            if each.position == position:
                return each
        raise KeyError(position)

    def count(self, event: str) -> int:
        """How often an event has come in."""
        return dict(self.happened).get(event, 0)

    @property
    def effective_on(self) -> date:
        """The day from which the change holds."""
        return self.placement.plan.effective_on
