"""What engines write differently: the names of their whole numbers, and where their arithmetic is another one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final


def quoted(name: str) -> str:
    """A name as every engine takes it."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text as most engines take it."""
    return "'" + value.replace("'", "''") + "'"


def enumeration(words: Sequence[str]) -> str:
    """The type of DuckDB that holds each of some words as its number among them.

    A column of it is computed and written to a file in a third of the time of a text, and in a sixth where it is the
    same for everybody. Whoever reads it or the file finds the text that it is.
    """
    return f"ENUM({', '.join(map(text, dict.fromkeys(words)))})"


def word_at(place: str, words: Sequence[str]) -> str:
    """One of some words by its place from 0 on."""
    if len(words) == 1:
        return f"CAST({text(words[0])} AS {enumeration(words)})"
    return f"CAST([{', '.join(map(text, words))}] AS {enumeration(words)}[])[{place} + 1]"


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
    """How one engine writes SQL. `element` reads the row of a list, from 0 on."""

    name: str
    widths: tuple[Width, ...]
    """Its whole numbers, from the narrowest on. Each is the type that it gives a constant which is no wider."""
    quotient: Callable[[str, str, Width], str]
    """A division towards zero, of numbers of a type."""
    element: Callable[[str, str], str]
    listed: Callable[[str, str], str]
    """A constant list: the text of its values with commas, and the type of one."""
    text_type: str
    most_listed: int
    """Longer tables are joined instead of written as a list."""
    fence: str = ""
    """What ends a step so that it is computed once, and not written again into each place that reads it."""
    quotient_bits: int = 127
    """How wide what a division yields may be."""
    text: Callable[[str], str] = text
    """How a text is written."""
    worth: int = 0
    """How many operations a column has to spare a second reader to be one."""


DUCKDB = Dialect(
    name="DuckDB",
    widths=(Width(name="INTEGER", bits=31), Width(name="BIGINT", bits=63), Width(name="HUGEINT", bits=127)),
    quotient=lambda a, b, _: f"({a} // {b})",
    element=lambda values, key: f"{values}[{key} + 1]",
    listed=lambda values, kind: f"CAST([{values}] AS {kind}[])",
    text_type="VARCHAR",
    most_listed=96,  # a list is copied with every batch of rows
)
"""The engine that is built in."""

_NUMERIC = Width(name="NUMERIC", bits=440)

POSTGRESQL = Dialect(
    name="PostgreSQL",
    widths=(Width(name="INTEGER", bits=31), Width(name="BIGINT", bits=63), _NUMERIC),
    quotient=lambda a, b, width: f"div({a}, {b})" if width is _NUMERIC else f"({a} / {b})",
    element=lambda values, key: f"({values})[{key} + 1]",
    listed=lambda values, kind: f"CAST(ARRAY[{values}] AS {kind}[])",
    text_type="TEXT",
    most_listed=4_096,  # a list is read where it lies
    fence=" OFFSET 0",  # its planner would otherwise write a step anew for each of its readers
    quotient_bits=440,
    worth=16,  # each column is copied from step to step for every row
)
"""A server that customers already have; its NUMERIC has as many digits as anybody needs."""

_DECIMAL = Width(name="DECIMAL(38,0)", bits=126)

SPARK = Dialect(
    name="Spark",
    widths=(Width(name="INT", bits=31), Width(name="BIGINT", bits=63), _DECIMAL),
    quotient=lambda a, b, _: f"({a} DIV {b})",
    element=lambda values, key: f"{values}[{key}]",
    listed=lambda values, kind: f"CAST(array({values}) AS ARRAY<{kind}>)",
    text_type="STRING",
    most_listed=4_096,
    quotient_bits=63,  # DIV yields a BIGINT whatever it divides
    text=lambda value: "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'",
    worth=16,  # planning costs as much for each column of each step as for an expression
)
"""A cluster; with `spark.sql.ansi.enabled` whatever overflows is an error."""
