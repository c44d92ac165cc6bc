"""On which lines of a file of JSON its rows stand: empty lines are no rows, and whoever looks for one counts them."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import final

_BLANK = b" \t\r\n"


@final
class Lines:
    """The lines of a file, read once."""

    def __init__(self, file: Path) -> None:
        self._rows_before = array("q", _rows_before_empty_lines(file))
        """For each empty line how many rows stand before it."""

    def of(self, row: int) -> int:
        """The line of a row, both counted from 1 on."""
        return row + bisect_left(self._rows_before, row)


def _rows_before_empty_lines(file: Path) -> Iterator[int]:
    rows = 0
    with file.open("rb") as lines:
        for line in lines:
            if line.strip(_BLANK):
                rows += 1
            else:
                yield rows
