"""How often a price is billed: whole calendar months, or whole days, or once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import final

INTERVAL = re.compile(r"(\d{1,4}) (day|week|month|year)s?")
"""How an interval is written that is not `once`."""

_MONTHS = {"month": 1, "year": 12}
_DAYS = {"day": 1, "week": 7}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A step in time: `months` or `days`, one of them zero; both zero means once."""

    months: int = 0
    days: int = 0

    @property
    def once(self) -> bool:
        """Whether the price is charged one time only."""
        return not self.months and not self.days

    def __str__(self) -> str:
        if self.once:
            return "once"
        if self.months:
            count, word = (self.months // 12, "year") if self.months % 12 == 0 else (self.months, "month")
        else:
            count, word = (self.days, "day")
        return f"{count} {word}" if count == 1 else f"{count} {word}s"


ONCE = Interval()


def parse_interval(text: str) -> Interval:
    """Read `1 month`, `3 months`, `1 year`, `30 days`, `2 weeks` or `once`.

    Raises:
        ValueError: the text is none of these, or counts nothing.
    """
    if text == "once":
        return ONCE
    match = INTERVAL.fullmatch(text)
    if match is None or int(match[1]) == 0:
        raise ValueError(f"`{text}` is not an interval")
    count, word = int(match[1]), match[2]
    return Interval(months=count * _MONTHS.get(word, 0), days=count * _DAYS.get(word, 0))
