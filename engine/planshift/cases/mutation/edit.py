"""One small edit of one file of a book, as a value."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal, final

Kind = Literal[
    "bound",
    "comparison",
    "and/or",
    "not",
    "side",
    "arithmetic",
    "flag",
    "amount",
    "percentage",
    "number",
    "duration",
    "date",
    "zone",
    "value",
    "plan",
    "rule removed",
    "part removed",
    "item removed",
    "setting removed",
    "road removed",
    "order",
]
"""What is changed: the names under which a report groups the edits."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Put `text` in place of what stands between two places of a file, counted in characters from 0.

    `line` and `column` are those of the start, from 1. `about` are the names above the place, such as `terms`,
    `upgrade`, `fee`, and the lines of what it belongs to: cases that touch any of them are asked first.
    """

    kind: Kind
    file: str
    start: int
    stop: int
    text: str
    line: int
    column: int
    about: frozenset[str] = frozenset()

    def applied(self, source: str) -> str:
        """The text of the file with the edit."""
        return source[: self.start] + self.text + source[self.stop :]

    def has(self, pattern: str) -> bool:
        """Whether some text stands in its file and line, in the title of its rule, or in a name above it."""
        wanted = pattern.casefold()
        place = f"{self.file}:{self.line}:"
        return wanted in place or any(wanted in each.casefold() for each in self.about if ":" not in each)

    def lines(self, source: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The lines that the edit touches, before and after, without those that both share."""
        begin = source.rfind("\n", 0, self.start) + 1
        end = _line_end(source, max(self.start, self.stop - source[self.start : self.stop].endswith("\n")))
        before = source[begin:end]
        after = f"{source[begin : self.start]}{self.text}{source[self.stop : max(end, self.stop)]}"
        return _apart(before.split("\n"), after.removesuffix("\n").split("\n") if after.strip() else [])


def _line_end(source: str, start: int) -> int:
    found = source.find("\n", start)
    return len(source) if found < 0 else found


def _apart(before: list[str], after: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Both without the lines that they begin with alike and end with alike."""
    while before and after and before[0] == after[0]:
        before, after = before[1:], after[1:]
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    return tuple(before), tuple(after)


@final
class Places:
    """The places of a text: from line and column, counted from 0, to a position in the text and back."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._begins = [0, *(index + 1 for index, char in enumerate(text) if char == "\n")]

    def at(self, line: int, column: int) -> int:
        """The position of a line and a column."""
        return self._begins[line] + column if line < len(self._begins) else len(self.text)

    def line(self, position: int) -> int:
        """The line of a position."""
        return bisect_right(self._begins, position) - 1

    def begin(self, line: int) -> int:
        """The position where a line begins."""
        return self.at(line, 0)

    def edit(self, kind: Kind, file: str, *, span: tuple[int, int], text: str, about: frozenset[str]) -> Edit:
        """The edit that puts a text between two positions."""
        line = self.line(span[0])
        return Edit(
            kind=kind,
            file=file,
            start=span[0],
            stop=span[1],
            text=text,
            line=line + 1,
            column=span[0] - self.begin(line) + 1,
            about=about,
        )
