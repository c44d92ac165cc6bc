"""The wall clock: what "now" is where nobody says `--at`. Nothing else in planshift looks at it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from time import time_ns


def now() -> int:
    """The present instant, in epoch seconds."""
    return time_ns() // 1_000_000_000


def today() -> date:
    """The present day in UTC."""
    return datetime.fromtimestamp(now(), UTC).date()
