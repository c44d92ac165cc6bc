"""How an adapter stops in the middle of its work with the outcome that it has found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from planshift.diagnostics.errors import PlanshiftError
from planshift.execution.ports import Done, Outcome, Reached, Refused


@dataclass(eq=False)
class Halt(PlanshiftError):
    """The work on a task ends here. Raised deep inside an adapter and answered by its `perform`; never seen outside."""

    outcome: Outcome

    def __str__(self) -> str:
        return f"the work on a task ended: {self.outcome}"


def reached(look: Callable[[], str]) -> Reached:
    """What looking at the other side came to: what it says of itself, or what the work would have ended with."""
    try:
        return Reached(how=look(), well=True)
    except Halt as halt:
        return Reached(how=halt.outcome.why if not isinstance(halt.outcome, Done) else "", well=False)


def refusal(why: str) -> Halt:
    """The end of a task that the other side cannot or may not do, now or later."""
    return Halt(Refused(why=why))
