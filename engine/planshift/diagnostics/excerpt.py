"""Excerpts of source text with carets under the places that a message speaks of.

What is printed is safe for a terminal whatever the file holds: control and direction-changing characters become
marks, long lines are cut to a window around the place, wide characters are counted as two columns.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import final

from planshift.diagnostics.span import Span

_WINDOW = 120
_BEFORE = 40
_TAB = "    "


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A place to underline, and its caption."""

    span: Span
    caption: str = ""
    primary: bool = False


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One printed row: a source line when `number` is set, carets under one when `sign` is set, else a gap."""

    number: int = 0
    text: str = ""
    sign: str = ""
    primary: bool = False


def printable(text: str) -> str:
    """Return `text` with everything that could steer a terminal shown as a mark; tabs become blanks."""
    return text if _plain(text) else "".join(_shown(char) for char in text)


def rows(marks: Iterable[Mark], lines: tuple[str, ...]) -> Iterator[Row]:
    """Yield the rows of an excerpt of one file, given its lines, from the top down; unmarked lines are left out."""
    previous = 0
    ordered = sorted(marks, key=lambda mark: (mark.span.start, not mark.primary, mark.span.end, mark.caption))
    for number, group in groupby(ordered, key=lambda mark: mark.span.line):
        if not 0 < number <= len(lines):
            continue
        if previous and number > previous + 1:
            yield Row()
        yield from _line_rows(number, lines[number - 1], marks=tuple(group))
        previous = number


def _line_rows(number: int, line: str, *, marks: tuple[Mark, ...]) -> Iterator[Row]:
    first, last = _window(line, min(mark.span.column for mark in marks) - 1)
    lead = "…" if first else ""
    tail = "…" if last < len(line) else ""
    yield Row(number=number, text=f"{lead}{printable(line[first:last])}{tail}")
    for mark in marks:
        start = min(max(mark.span.column - 1, first), last)
        stop = mark.span.end_column - 1 if mark.span.end_line == mark.span.line else len(line)
        stop = min(max(stop, start), last)
        indent = " " * (len(lead) + width(line[first:start]))
        carets = ("^" if mark.primary else "-") * max(1, width(line[start:stop]))
        yield Row(
            text=f"{indent}{carets}{' ' if mark.caption else ''}{printable(mark.caption)}",
            sign=carets[0],
            primary=mark.primary,
        )


def _window(line: str, place: int) -> tuple[int, int]:
    if len(line) <= _WINDOW:
        return 0, len(line)
    first = max(0, min(place - _BEFORE, len(line) - _WINDOW))
    return first, first + _WINDOW


def _shown(char: str) -> str:
    if char == "\t":
        return _TAB
    if " " <= char <= "~" or not unicodedata.category(char).startswith(("C", "Z")) or char == "\xa0":
        return char
    return " " if unicodedata.category(char) == "Zs" else "\N{REPLACEMENT CHARACTER}"


def width(text: str) -> int:
    """Return how many columns a terminal needs for `text`."""
    return len(text) if _plain(text) else sum(_columns(char) for char in printable(text))


def _plain(text: str) -> bool:
    """Whether each letter is shown as it is, in one column: laying out a page asks that of every piece of it."""
    return text.isascii() and text.isprintable()


def _columns(char: str) -> int:
    if " " <= char <= "~":
        return 1
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
