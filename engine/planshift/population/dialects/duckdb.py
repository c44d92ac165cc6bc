"""DuckDB, in our process: the engine that is built in, and the one that others are measured by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from planshift.population.dialects.dialect import DoorDialect, Width, text

_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"


def enumeration(words: Sequence[str]) -> str:
    """The type that holds each of some words as its number among them.

    A column of it is computed and written to a file in a third of the time of a text, and in a sixth where it is the
    same for everybody. Whoever reads it or the file finds the text that it is.
    """
    return f"ENUM({', '.join(map(text, dict.fromkeys(words)))})"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DuckDB(DoorDialect):
    """How DuckDB writes it."""

    def matches(self, value: str, pattern: str) -> str:
        """Whether the whole of a text is like a pattern."""
        return f"regexp_full_match({value}, {text(pattern)})"

    def found(self, value: str, pattern: str) -> str:
        """The first part of a text that is like a pattern."""
        return f"regexp_extract({value}, {text(pattern)})"

    def day(self, value: str) -> str:
        """The day number of a text such as `2026-01-31`; nothing where there is no such day."""
        return f"CASE WHEN {self.matches(value, _DAY)} THEN {self.day_of(f'TRY_CAST({value} AS DATE)')} END"

    def day_of(self, value: str) -> str:
        """The day number of a date."""
        return f"({value} - DATE '1970-01-01')"

    def second_of(self, value: str) -> str:
        """The seconds since 1970 of an instant; nothing where they are not whole."""
        return f"CASE WHEN epoch_us({value}) % 1000000 = 0 THEN epoch_us({value}) // 1000000 END"

    def json(self, value: str) -> str:
        """The text of what is nested."""
        return f"CAST(to_json({value}) AS VARCHAR)"

    def keys(self, value: str) -> str:
        """The list of the names in an object."""
        return f"json_keys({value})"

    def values(self, value: str) -> str:
        """The list of the values in an object, as texts."""
        return f"json_extract_string({value}, '$.*')"

    def members(self, value: str) -> str:
        """The list of names and values in an object, each with a `SEPARATOR` between them."""
        pairs = f"list_zip({self.keys(value)}, {self.values(value)})"
        return f"list_transform({pairs}, lambda x: concat_ws(chr(31), x[1], x[2]))"

    def days(self, value: str) -> str:
        """The list of the day numbers of all days in a text; nothing in the place of a day that there is not."""
        found = f"regexp_extract_all({value}, {text(_DAY)})"
        return f"list_transform({found}, lambda x: {self.day_of('TRY_CAST(x AS DATE)')})"

    def length(self, items: str) -> str:
        """How many items a list has."""
        return f"len({items})"

    def different(self, items: str) -> str:
        """How many different items a list has."""
        return f"len(list_distinct({items}))"

    def within(self, items: str, *, low: int, high: int) -> str:
        """How many numbers of a list lie between two."""
        return _counted(items, f"x BETWEEN {low} AND {high}")

    def sized(self, items: str, *, low: int, high: int) -> str:
        """How many texts of a list have so many signs."""
        return _counted(items, f"length(x) BETWEEN {low} AND {high}")

    def like(self, items: str, pattern: str) -> str:
        """How many texts of a list are like a pattern as a whole."""
        return _counted(items, self.matches("x", pattern))

    def among(self, items: str, others: str) -> str:
        """How many items of a list are items of another one, too."""
        return _counted(items, self.contains(others, "x"))

    def contains(self, items: str, value: str) -> str:
        """Whether a value is an item."""
        return f"list_contains({items}, {value})"

    def unnested(self, items: str, source: str) -> str:
        """The query of the items of the lists in a column, each once for every list; the column is called `item`."""
        return f"SELECT unnest(list_distinct({items})) AS item FROM {source}"

    def word_at(self, place: str, words: Sequence[str]) -> str:
        """One of some words by its place from 0 on."""
        if len(words) == 1:
            return f"CAST({text(words[0])} AS {enumeration(words)})"
        return f"CAST([{', '.join(map(text, words))}] AS {enumeration(words)}[])[{place} + 1]"

    def said(self, words: Sequence[tuple[str, str]]) -> str:
        """The list of the words whose conditions hold; each comes behind its condition."""
        if not words:
            return "CAST([] AS VARCHAR[])"
        kind = enumeration([word for _, word in words])
        each = [f"CASE WHEN {condition} THEN CAST({text(word)} AS {kind}) END" for condition, word in words]
        return f"list_filter([{', '.join(each)}], lambda x: x IS NOT NULL)"

    def amount(self, minor: str, *, factor: str, decimals: int, wide: bool) -> str:
        """An amount of so many decimals, from minor units and what one is worth; `wide` ones need more than 64 bits."""
        return f"CAST({minor} AS DECIMAL({(38 if wide else 18) - decimals}, 0)) * {factor}"

    def plain(self, value: str) -> str:
        """A text of the data as it is handed over."""
        return value


def _counted(items: str, where: str) -> str:
    return f"len(list_filter({items}, lambda x: {where}))"


DUCKDB = DuckDB(
    name="DuckDB",
    widths=(Width(name="INTEGER", bits=31), Width(name="BIGINT", bits=63), Width(name="HUGEINT", bits=127)),
    quotient=lambda a, b, _: f"({a} // {b})",
    element=lambda values, key: f"{values}[{key} + 1]",
    listed=lambda values, kind: f"CAST([{values}] AS {kind}[])",
    text_type="VARCHAR",
    most_listed=96,  # a list is copied with every batch of rows
)
"""The engine that is built in."""
