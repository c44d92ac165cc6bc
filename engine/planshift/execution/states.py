"""The states of an order, and every move from one to another that is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, final

from planshift.diagnostics.errors import PlanshiftError

State = Literal["pending", "scheduled", "locked", "applied", "cancelled", "failed"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """From one state to another, and when."""

    start: State
    end: State
    when: str


MOVES: Final = (
    Move(start="pending", end="scheduled", when="the change waits for its day, and may be called off"),
    Move(
        start="pending", end="locked", when="the change is in force or cannot be called off, and steps are left to do"
    ),
    Move(start="pending", end="applied", when="every step is done"),
    Move(
        start="pending", end="cancelled", when="it was called off, replaced or not paid in time; its steps are undone"
    ),
    Move(start="pending", end="failed", when="a step failed for good; those before it are undone"),
    Move(start="scheduled", end="locked", when="the point of no return is passed"),
    Move(start="scheduled", end="cancelled", when="it was called off or replaced; its steps are undone"),
    Move(start="locked", end="applied", when="every step is done"),
    Move(start="locked", end="cancelled", when="its payment did not come in time; its steps are undone"),
    Move(start="locked", end="failed", when="a step failed for good; those before it are undone"),
    Move(start="cancelled", end="scheduled", when="the order that had replaced it was undone"),
)
"""Every move there is. What does not stand here is refused."""

STATES: Final[dict[State, str]] = {
    "pending": "its steps are being done, or wait for a payment",
    "scheduled": "it waits for its day, and may be called off",
    "locked": "it cannot be called off any more, and steps are left to do",
    "applied": "every step is done",
    "cancelled": "it was called off, replaced or not paid in time",
    "failed": "a step failed for good, and what was done before is undone",
}
"""What each state means."""

OPEN: Final[frozenset[State]] = frozenset({"pending", "scheduled", "locked"})
"""The states in which steps are left to do."""

_ALLOWED: Final = frozenset((move.start, move.end) for move in MOVES)


@dataclass(eq=False)
class IllegalMove(PlanshiftError):
    """An order cannot go from its state to another one; `why` says what stands against it."""

    order: str
    start: State
    end: State
    why: str

    def __str__(self) -> str:
        return f"order {self.order} is {self.start} and cannot become {self.end}: {self.why}"


def ensure_move(order: str, *, start: State, end: State) -> None:
    """Hold that an order may go from one state to another.

    Raises:
        IllegalMove: it may not.
    """
    if (start, end) in _ALLOWED:
        return
    leads_to = [move.end for move in MOVES if move.start == start]
    why = f"from there it can only become {' or '.join(leads_to)}" if leads_to else "that is where an order ends"
    raise IllegalMove(order, start, end, why)
