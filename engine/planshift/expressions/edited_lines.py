"""Which lines of a text an edit changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class EditedLines:
    """The lines, from 0, in which two texts differ: from `first` to `last` of the old one; the new has `by` more."""

    first: int
    last: int
    by: int


def edited_lines(before: str, after: str) -> EditedLines:
    """Return where two texts differ: behind the longest beginning that they share, before the longest end."""
    shorter = min(len(before), len(after))
    front = _most(shorter, lambda count: before.startswith(after[:count]))
    back = _most(shorter - front, lambda count: before.endswith(after[len(after) - count :]))
    last, now = before.count("\n", 0, len(before) - back), after.count("\n", 0, len(after) - back)
    first, by = before.count("\n", 0, front), now - last
    whole = all(text[: len(text) - back].endswith("\n") for text in (before, after))
    return EditedLines(first=first, last=last - 1 if whole and last > first else last, by=by)


def _most(limit: int, holds: Callable[[int], bool]) -> int:
    """Return the largest number for which something holds that holds for all smaller ones: found by halving."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low
