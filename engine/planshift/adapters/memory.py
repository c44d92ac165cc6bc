"""An adapter whose other side is a table in memory: for trying programs out, and the smallest example of an adapter.

`MemorySide` stands for a system outside. It knows every call by its key and can be told to go wrong, so that a program
meets in its tests what real systems do to it. `MemoryAdapter` speaks to it and keeps nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, final

from planshift.actions.action import KINDS, Action
from planshift.adapters.faults import Fault
from planshift.execution.ports import Done, Outcome, Reached, Refused, Task, Unanswered, Unavailable, Waits

_EVENTS: Final = {"issue_invoice": ("invoice.issued",)}


@dataclass(eq=False)
class NoAnswer(Exception):
    """The call went out, and nothing came back."""


@dataclass(eq=False)
class NotThere(Exception):
    """Nobody takes the call."""


@dataclass(eq=False)
class TryLater(Exception):
    """It asks to be called again."""


@dataclass(eq=False)
class SaysNo(Exception):
    """It will not do this."""


@final
class MemorySide:
    """A system outside that holds what was done, by key.

    Actions of the kinds in `waiting` wait until `arrive` is called for their key.
    """

    def __init__(self, *, waiting: Iterable[str] = ()) -> None:
        self._done: dict[str, Action] = {}
        self._taken_back: set[str] = set()
        self._waiting = frozenset(waiting)
        self._arrived: set[str] = set()
        self._fault: Fault | None = None

    @property
    def in_force(self) -> tuple[tuple[str, Action], ...]:
        """What was done and not taken back, in the order in which it was done, with its key."""
        return tuple((key, action) for key, action in self._done.items() if key not in self._taken_back)

    def meet(self, fault: Fault) -> None:
        """Go wrong at the next call that would change something."""
        self._fault = fault

    def arrive(self, key: str) -> None:
        """Let come in what the action of a key waits for."""
        self._arrived.add(key)

    def knows(self, key: str) -> bool:
        """Whether the call of a key was acted on."""
        return key in self._done or key in self._taken_back_as()

    def call(self, task: Task) -> bool:
        """Act on a task, once; whether it is done, and does not wait.

        Raises:
            NotThere: nobody takes the call.
            NoAnswer: nothing comes back, or nothing that is an answer.
            TryLater: it asks to be called again.
            SaysNo: it will not do this.
        """
        fault, self._fault = self._fault, None
        if fault in _BEFORE_ACTING:
            raise _BEFORE_ACTING[fault]
        done = self._act(task)
        if fault == "twice":
            self._act(task)
        if fault in ("answer_lost", "error_after_acting"):
            raise NoAnswer
        return done

    def _act(self, task: Task) -> bool:
        if task.undoing:
            self._taken_back.add(task.step.key)
        elif task.action.kind in self._waiting and task.key not in self._arrived:
            return False
        else:
            self._done.setdefault(task.key, task.action)
        return True

    def _taken_back_as(self) -> set[str]:
        return {f"{key}:undo" for key in self._taken_back}


_BEFORE_ACTING: Final[dict[Fault | None, type[Exception]]] = {
    "down": NotThere,
    "call_lost": NoAnswer,
    "garbled": NoAnswer,
    "busy": TryLater,
    "refusal": SaysNo,
}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryAdapter:
    """Carries actions out in a `MemorySide`."""

    side: MemorySide
    kinds: frozenset[str] = frozenset(KINDS)
    name: str = "memory"

    def perform(self, task: Task) -> Outcome:
        """Do a task. The same key again is answered as the first time, and does nothing more."""
        try:
            done = self.side.call(task)
        except NotThere:
            return Unavailable(why="nobody takes the call")
        except TryLater:
            return Unavailable(why="it asks to be called later", retry_at=task.at + 60)
        except NoAnswer:
            return Unanswered(why="no answer came")
        except SaysNo:
            return Refused(why="it will not do this")
        return _done(task) if done else Waits(why="nothing has come in yet")

    def ask(self, task: Task) -> Outcome | None:
        """What has become of a task whose answer was lost; None if it was not done."""
        return _done(task) if self.side.knows(task.key) else None

    def reachable(self) -> Reached:
        """It is always there: nothing lies between."""
        return Reached(how="it is in this process", well=True)


def _done(task: Task) -> Done:
    return Done(reference=f"memory:{task.key}", events=_EVENTS.get(task.action.kind, ()))
