"""Where something stands in a file: the place that every message points to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of one file's text.

    Lines and columns count from 1, columns count characters (not bytes), and the end is exclusive: the first
    character of a file is 1:1 to 1:2.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    @property
    def start(self) -> tuple[int, int]:
        """The first character's line and column."""
        return self.line, self.column

    @property
    def end(self) -> tuple[int, int]:
        """The line and column just after the last character."""
        return self.end_line, self.end_column

    @property
    def known(self) -> bool:
        """Whether this is a real place; false for `NOWHERE` only."""
        return self.line > 0

    def to(self, other: Span) -> Span:
        """Return the stretch from this span's first character to the last of `other`, a later span of the same file."""
        return Span(
            file=self.file,
            line=self.line,
            column=self.column,
            end_line=other.end_line,
            end_column=other.end_column,
        )

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.known else self.file or "(no file)"


NOWHERE = Span(file="", line=0, column=0, end_line=0, end_column=0)
"""The span of a value that no file holds, such as a built-in default."""


def whole_file(file: str) -> Span:
    """Return the span of a message about a file as a whole, such as one that is missing: it has no line."""
    return Span(file=file, line=0, column=0, end_line=0, end_column=0)
