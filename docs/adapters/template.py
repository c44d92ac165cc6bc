"""A complete small adapter to begin your own with: it puts telephone lines on plans at a switchboard.

Copy it, put your system in place of the switchboard, and run it with pytest: the tests below are the contract of all
adapters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, final

import pytest

from planshift.actions.plan_actions import ChangePackage, EndPackage, StartPackage
from planshift.adapters.contract import AdapterContract, Case, Fault, sample_tasks
from planshift.execution.ports import Adapter, Done, Outcome, Refused, Task, Unanswered, Unavailable

# The system: mostly a library of its vendor.


class Rejected(Exception):
    """The switchboard will not do this."""


class Switchboard(Protocol):
    """What the library of the switchboard offers.

    It raises `ConnectionRefusedError` where it cannot be reached, `TimeoutError` where no answer comes, and `Rejected`
    where it says no. A request that it has seen before is answered as the first time.
    """

    def put(self, line: str, plan: str | None, *, request: str) -> str:
        """Put a line on a plan, or on none; the number of the request."""

    def request(self, request: str) -> str | None:
        """The number of a request, None where there was no such request."""


# The adapter.


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchboardAdapter:
    """Puts lines on plans."""

    switchboard: Switchboard
    name: str = "switchboard"
    kinds: frozenset[str] = frozenset({"change_package", "start_package", "end_package"})

    def perform(self, task: Task) -> Outcome:
        """Do a task. `task.action` is what to do, undoing or not, and `task.key` makes it happen once."""
        try:
            line, plan = _wanted(task)
            number = self.switchboard.put(line, plan, request=task.key)
        except ConnectionRefusedError:
            return Unavailable(why="the switchboard cannot be reached")
        except Rejected:
            return Refused(why="the switchboard says no")
        except (OSError, ValueError) as error:  # a time-out, a broken connection, an answer that is none
            return Unanswered(why=f"no answer came from the switchboard ({type(error).__name__})")
        return Done(reference=number)

    def ask(self, task: Task) -> Outcome | None:
        """Find out what became of a task whose answer was lost. This changes nothing."""
        try:
            number = self.switchboard.request(task.key)
        except (OSError, ValueError) as error:
            return Unavailable(why=f"the switchboard cannot be asked ({type(error).__name__})")
        return None if number is None else Done(reference=number)


def _wanted(task: Task) -> tuple[str, str | None]:
    """The line of a task, and the plan that it is to be on."""
    match task.action:
        case ChangePackage(module=module, to_plan=plan) | StartPackage(module=module, plan=plan):
            return f"{task.plan.subscription}/{module}", plan
        case EndPackage(module=module):
            return f"{task.plan.subscription}/{module}", None
    raise AssertionError(task.action)  # `kinds` has no others


# Its tests: a switchboard that stands in for the real one, what the contract has to know of it, and the contract.


class PretendSwitchboard:
    """Remembers the plan of each line, and can be told to go wrong."""

    def __init__(self) -> None:
        self.lines: dict[str, str] = {"sample-1/panel": "bronze", "sample-17/panel": "bronze"}
        self.requests: dict[str, str] = {}
        self.fault: Fault | None = None

    def put(self, line: str, plan: str | None, *, request: str) -> str:
        """Do it once; before or behind that, go wrong as told."""
        fault, self.fault = self.fault, None
        if fault in BEFORE:
            raise BEFORE[fault]
        if request not in self.requests:
            self.requests[request] = f"no-{len(self.requests) + 1}"
            self.lines.pop(line, None)
            if plan is not None:
                self.lines[line] = plan
        if fault == "answer_lost":
            raise TimeoutError
        return self.put(line, plan, request=request) if fault == "twice" else self.requests[request]

    def request(self, request: str) -> str | None:
        """The number of a request."""
        return self.requests.get(request)


BEFORE: dict[Fault | None, type[Exception]] = {
    "down": ConnectionRefusedError,
    "call_lost": TimeoutError,
    "garbled": ValueError,
    "refusal": Rejected,
}


class SwitchboardCase(Case):
    """What the contract has to know."""

    faults = frozenset({"down", "call_lost", "garbled", "answer_lost", "twice", "refusal"})
    secrets = ("anna.example.com",)

    def __init__(self) -> None:
        self.begin()

    @property
    def tasks(self) -> Sequence[Task]:
        """Tasks of plans that planshift brings along; `tasks_of` makes them from plans of your own."""
        return sample_tasks(self.adapter().kinds)

    def begin(self) -> None:
        """Start afresh."""
        self.side = PretendSwitchboard()

    def adapter(self) -> Adapter:
        """A new adapter for the same switchboard."""
        return SwitchboardAdapter(switchboard=self.side)

    def effects(self) -> object:
        """What counts: which line is on which plan."""
        return dict(self.side.lines)

    def meet(self, fault: Fault) -> None:
        """Let the next change go wrong."""
        self.side.fault = fault


class TestSwitchboard(AdapterContract):
    """The contract."""

    @pytest.fixture
    def case(self) -> Case:
        """The case."""
        return SwitchboardCase()
