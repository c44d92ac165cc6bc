"""Rows that are set aside: written to a file, and counted by what is wrong with them."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import final

from planshift.population.deciding import BadRow


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """How many rows have something wrong of one kind in one column, and the sentence about the first of them.

    The column is empty where the row as a whole is wrong. A row with two mistakes is counted with both.
    """

    column: str
    code: str
    rows: int
    such_as: str


def write_bad(rows: Iterable[BadRow], out: Path) -> tuple[SetAside, ...]:
    """Write a line for each thing that is wrong with a row; what there was, the most frequent first."""
    counted: dict[tuple[str, str], int] = {}
    first: dict[tuple[str, str], str] = {}
    with out.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(("row", "id", "column", "code", "reason"))
        for row in rows:
            lines.writerows((row.number or "", row.id, flaw.at, flaw.code, flaw.message) for flaw in row.flaws)
            for key, message in {(flaw.at, flaw.code): flaw.message for flaw in reversed(row.flaws)}.items():
                counted[key] = counted.get(key, 0) + 1
                first.setdefault(key, message)
    return tuple(
        SetAside(column=column, code=code, rows=number, such_as=first[column, code])
        for (column, code), number in sorted(counted.items(), key=lambda each: -each[1])
    )
