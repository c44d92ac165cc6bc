"""What a biller tells by itself: believed only once it is verified, and told in the words of reactions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, final, runtime_checkable

from planshift.diagnostics.errors import PlanshiftError


@dataclass(eq=False)
class NotGenuine(PlanshiftError):
    """What came in is not from whom it says, or was not sent now; `why` says what stands against it."""

    why: str

    def __str__(self) -> str:
        return f"this is not to be believed: {self.why}"


@dataclass(eq=False)
class NotKnownNow(PlanshiftError):
    """What came in cannot be looked up at the biller now: let it be sent again later."""

    why: str

    def __str__(self) -> str:
        return f"what happened cannot be looked up now: {self.why}"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something that happened to a subscription. `source` names it once and for all, however often it is sent."""

    event: str
    subscription: str
    source: str
    at: int


@runtime_checkable
class Telling(Protocol):
    """An adapter whose other side tells by itself what happens there."""

    def read(self, payload: bytes, *, proof: str, at: int) -> tuple[Told, ...]:
        """What something that came in tells; nothing where it is about something else.

        `proof` is what came along so that it can be believed.

        Raises:
            NotGenuine: it is not to be believed.
            NotKnownNow: the other side has to be asked about it, and does not answer.
        """
