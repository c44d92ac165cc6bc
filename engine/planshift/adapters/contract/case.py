"""What the contract suite has to know of an adapter: written by whoever tests one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

from planshift.adapters.faults import FAULTS, Fault
from planshift.execution.ports import Adapter, Resident, Task

if TYPE_CHECKING:
    from sqlalchemy import Engine


class AnyCase(ABC):
    """What the suite has to know, whatever is tested."""

    unseen: frozenset[str] = frozenset()
    """Kinds of actions that leave no trace in `effects`, such as records."""

    waiting: frozenset[str] = frozenset()
    """Kinds of actions that wait until something comes in."""

    secrets: tuple[str, ...] = ()
    """Texts that must not be told to anybody: keys, passwords, what the tasks hold of the customer."""

    @property
    @abstractmethod
    def tasks(self) -> Sequence[Task]:
        """Tasks to try, in an order in which they can be done; with their undoing they are of every declared kind."""

    @abstractmethod
    def begin(self) -> None:
        """Let the other side be as if nothing had ever been done, without a fault."""

    @abstractmethod
    def effects(self) -> object:
        """What counts at the other side, as a value that can be compared; what undoing leaves behind is left out."""

    def arrive(self, task: Task) -> None:
        """Let come in what a task waits for, where its kind is one of `waiting`."""
        raise NotImplementedError


class Case(AnyCase):
    """What the suite has to know of an adapter and of the system on its other side."""

    faults: frozenset[Fault] = frozenset(FAULTS)
    """The faults that the other side can be told to show."""

    can_be_asked: bool = True
    """Whether the other side can tell what became of a call. Where it cannot, calling again has to be the question."""

    @abstractmethod
    def adapter(self) -> Adapter:
        """The adapter anew, for the same other side: as a worker that takes over makes it."""

    @abstractmethod
    def meet(self, fault: Fault) -> None:
        """Let the next call that would change something meet a fault; calls that only look are not met."""


class ResidentCase(AnyCase):
    """What the suite has to know of an adapter that lives in the database of the orders."""

    @abstractmethod
    def resident(self) -> Resident:
        """The adapter anew, as a worker that takes over makes it."""

    @abstractmethod
    def engine(self) -> Engine:
        """The database."""
