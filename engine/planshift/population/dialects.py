"""What engines write differently: the names of their whole numbers, and where their arithmetic is another one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """A type of whole numbers: its name in the engine, and how many bits it has besides the sign."""

    name: str
    bits: int

    def holds(self, low: int, high: int) -> bool:
        """Whether every number of an interval fits."""
        limit = 1 << self.bits
        return -limit <= low and high < limit


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one engine writes SQL. `quotient` divides towards zero; `element` reads the row of a list, from 0 on."""

    name: str
    widths: tuple[Width, ...]
    quotient: Callable[[str, str], str]
    element: Callable[[str, str], str]
    listed: Callable[[str, str], str]
    """A constant list: the text of its values with commas, and the type of one."""
    rows: Callable[[str], str]
    """A table of rows, given each in brackets."""


DUCKDB = Dialect(
    name="DuckDB",
    widths=(Width(name="INTEGER", bits=31), Width(name="BIGINT", bits=63), Width(name="HUGEINT", bits=127)),
    quotient=lambda a, b: f"({a} // {b})",
    element=lambda values, key: f"{values}[{key} + 1]",
    listed=lambda values, kind: f"CAST([{values}] AS {kind}[])",
    rows=lambda rows: f"VALUES {rows}",
)
"""The engine that is built in."""


def quoted(name: str) -> str:
    """A name as every engine takes it."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text as every engine takes it."""
    return "'" + value.replace("'", "''") + "'"
