"""The parts of an advice, as frozen values: what stands in the way, what lifts it, and what is allowed instead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, final, get_args

from planshift.billing.money import Money
from planshift.billing.subscription import FactValue
from planshift.book import Decision
from planshift.decision.answer import Reason
from planshift.decision.places import Place

Actor = Literal["customer", "company", "circumstances"]
"""Whose doing a step is: the customer's, who can also wait; the company's; or nobody's: something would have to be
otherwise."""

ACTORS: tuple[Actor, ...] = ("customer", "company", "circumstances")

StepKind = Literal[
    "price",
    "day",
    "quantity",
    "pay",
    "renew",
    "call_off",
    "add_addon",
    "end_service",
    "use_less",
    "give_up",
    "wait",
    "approve",
    "ask",
    "override",
    "fact",
]
"""What a step does."""

STEP_KINDS: tuple[StepKind, ...] = get_args(StepKind)
"""The kinds of steps, the nearest first."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that would be different. What it does is in the fields, `text` says it to a person.

    `name` is the price, add-on, service, role, fact or kind of thing that it is about, and `value` what that becomes:
    a count, or a fact as the engine holds it. `before` and `after` are the fact in words.
    """

    kind: StepKind
    actor: Actor
    text: str
    name: str = ""
    value: FactValue | None = None
    before: str = ""
    after: str = ""
    day: date | None = None
    amount: Money | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Steps that together make the request allowed, none of which can be left out; `decision` is the answer then."""

    steps: tuple[Step, ...]
    decision: Decision

    @property
    def actor(self) -> Actor:
        """Whose doing it is: the last in `ACTORS` that a step needs."""
        return max((step.actor for step in self.steps), key=ACTORS.index)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """One reason against a change, the place in the policy that says so, and what stands there.

    `reads` are the facts that a rule looked at, with their values. `asks` are single facts that would lift this reason,
    whatever else stands against the change.
    """

    reason: Reason
    place: Place
    quoted: tuple[str, ...] = ()
    reads: tuple[tuple[str, str], ...] = ()
    asks: tuple[Step, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """A plan that stands at the other end of a road, the kind of change that it is, and the place that says so."""

    plan: str
    title: str
    direction: str
    place: Place


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Roads:
    """Where there is no way from the present plan to the one asked for: which roads there are at both ends.

    Where a road leads to the plan, though not to the price asked for, there are none of them. `chain` are changes, each
    of what the one before leaves, that get there one after the other; empty without any.
    """

    leaving: tuple[Road, ...] = ()
    arriving: tuple[Road, ...] = ()
    chain: tuple[Decision, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """Another way to the same plan that costs less: its steps, the answer then, and what is less, in words."""

    steps: tuple[Step, ...]
    decision: Decision
    saves: tuple[str, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What one can tell somebody about a decision.

    `ways` lead to the same plan, the nearest first; `instead` are other changes that are allowed as things stand, the
    nearest to what was asked first; `cheaper` is for a change that is allowed. `complete` tells that the search came
    to its end; else there may be more.
    """

    decision: Decision
    obstacles: tuple[Obstacle, ...] = ()
    roads: Roads | None = None
    ways: tuple[Way, ...] = ()
    instead: tuple[Decision, ...] = ()
    cheaper: tuple[Saving, ...] = ()
    complete: bool = True

    def by(self, actor: Actor) -> tuple[Way, ...]:
        """The ways that are one's doing."""
        return tuple(way for way in self.ways if way.actor == actor)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Unlisted:
    """The advice for each other plan that is not offered; `left_out` counts those that nothing is told of."""

    advices: tuple[Advice, ...]
    left_out: int = 0
