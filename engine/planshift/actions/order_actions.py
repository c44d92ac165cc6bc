"""Actions on the order itself: what is called off, what waits its turn, what is recorded and who is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal, final

Occasion = Literal["change_made", "change_scheduled", "change_queued", "renewed", "event"]
"""What a notice tells; `event` is what a reaction was for, and its template is named as the event."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOverride:
    """Keep on record that somebody passed objections: their codes, who, and the reason they gave."""

    kind: ClassVar[str] = "record_override"
    passed: tuple[str, ...]
    by: str
    person: str
    reason: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RecordApproval:
    """Keep on record which roles agreed, and who asked with their word."""

    kind: ClassVar[str] = "record_approval"
    roles: tuple[str, ...]
    by: str
    person: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Unschedule:
    """Call off the change that waits for the day `on`."""

    kind: ClassVar[str] = "unschedule"
    to_plan: str
    to_price: str
    on: date


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Reschedule:
    """Let a change that was called off wait for its day again."""

    kind: ClassVar[str] = "reschedule"
    to_plan: str
    to_price: str
    on: date


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class QueueChange:
    """Ask again for this change once the one that waits for the day `after` is in force: its figures differ then."""

    kind: ClassVar[str] = "queue_change"
    to_plan: str
    to_price: str
    behind_plan: str
    behind_price: str
    after: date


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class SendNotice:
    """Tell somebody: `to` is `client`, `staff`, or empty where only the blind copies go out. Nothing undoes it."""

    kind: ClassVar[str] = "send_notice"
    about: Occasion
    to: str
    bcc: tuple[str, ...] = ()
    template: str = ""
