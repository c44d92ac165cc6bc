"""A move: a step together with the situation it leads to. Each lever of a situation offers some."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from planshift.advice.answer import Step
from planshift.advice.conditions import Against, against, columns, cone
from planshift.advice.situation import Inquiry, Situation
from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription
from planshift.book import Decision
from planshift.expressions.form import Node


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What would be different, and the situation then."""

    step: Step
    situation: Situation


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """A situation with its answer, and what the conditions look at that stand against it."""

    inquiry: Inquiry
    situation: Situation
    decision: Decision
    against: tuple[Against, ...]
    nodes: frozenset[Node]
    columns: frozenset[str]

    @property
    def subscription(self) -> Subscription:
        """Who asks."""
        return self.situation.subscription

    @property
    def request(self) -> ChangeRequest:
        """What is asked for."""
        return self.situation.request

    @property
    def codes(self) -> frozenset[str]:
        """The codes of what stands against it."""
        return frozenset(each.reason.code for each in self.against)

    def reads(self, *names: str) -> bool:
        """Whether a condition looks at one of these columns; a name that ends with a dot stands for all that follow."""
        return any(
            name in self.columns or (name.endswith(".") and any(each.startswith(name) for each in self.columns))
            for name in names
        )


def view_of(inquiry: Inquiry, situation: Situation, *, decision: Decision) -> View:
    """The view of a situation that was decided."""
    found = against(decision)
    nodes = cone(each.holds for each in found)
    return View(
        inquiry=inquiry,
        situation=situation,
        decision=decision,
        against=found,
        nodes=nodes,
        columns=columns(nodes),
    )
