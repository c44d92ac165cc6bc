"""A stretch of time that is billed as one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import final


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days from `start` up to and not including `end`.

    `starts_at` and `ends_at` are instants in epoch seconds and are given only where a boundary is not the local
    midnight of its day.

    Raises:
        ValueError: the period is empty or runs backwards.
    """

    start: date
    end: date
    starts_at: int | None = None
    ends_at: int | None = None

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"a period that starts on {self.start} cannot end on {self.end}")
        if self.starts_at is not None and self.ends_at is not None and self.ends_at <= self.starts_at:
            raise ValueError("a period cannot end at or before the instant at which it starts")

    @property
    def days(self) -> int:
        """How many days the period has."""
        return (self.end - self.start).days

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def __str__(self) -> str:
        return f"{self.start} to {self.end}"
