"""From what stands in a column of somebody's data to a value of the form: day numbers, minor units, positions.

A value that is none of the column's kind becomes nothing, and its row is bad: nothing is rounded, cut or guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, final

from planshift.population.columns import Column
from planshift.population.dialects import text
from planshift.rulebook.catalog_tables import MAX_AMOUNT
from planshift.rulebook.facts import LAST_DAY

Given = Literal["whole", "decimal", "float", "text", "date", "timestamp", "instant", "truth", "nested", "other"]
"""What an engine says that a column holds."""

_LAST_SECOND = (LAST_DAY + 2) * 86_400
_DIGITS = "'[+-]?[0-9]{1,18}'"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """How amounts are read: the SQL that yields the minor units of one whole one."""

    factor: str
    currency: str
    """The SQL that yields the currency's code."""


def given_of(type_name: str) -> Given:
    """What a type of DuckDB holds."""
    name = type_name.upper()
    if name.endswith("[]") or name.startswith(("STRUCT", "MAP", "JSON", "LIST")):
        return "nested" if name != "JSON" else "text"
    if name.startswith("DECIMAL"):
        return "decimal"
    kinds: dict[Given, tuple[str, ...]] = {
        "whole": (
            "TINYINT",
            "SMALLINT",
            "INTEGER",
            "BIGINT",
            "HUGEINT",
            "UTINYINT",
            "USMALLINT",
            "UINTEGER",
            "UBIGINT",
        ),
        "float": ("DOUBLE", "FLOAT"),
        "text": ("VARCHAR",),
        "date": ("DATE",),
        "instant": ("TIMESTAMP WITH TIME ZONE",),
        "truth": ("BOOLEAN",),
    }
    for kind, names in kinds.items():
        if name in names:
            return kind
    if name.startswith("ENUM"):
        return "text"
    return "timestamp" if name.startswith("TIMESTAMP") else "other"


def typed(column: Column, raw: str, *, given: Given, amounts: Amounts) -> str:
    """The SQL of a column's value, NULL where there is none; `raw` is never an empty text."""
    kinds = {"text": "VARCHAR", "name": "VARCHAR", "list": "VARCHAR", "truth": "BOOLEAN"}
    value = _read(column, raw, given, amounts)
    return f"CAST(NULL AS {kinds.get(column.kind, 'BIGINT')})" if value == "NULL" else value


def _read(column: Column, raw: str, given: Given, amounts: Amounts) -> str:
    match column.kind:
        case "whole":
            return _whole(raw, given)
        case "money":
            return _money(raw, given, amounts)
        case "percent":
            return _percent(raw, given)
        case "date":
            return _date(raw, given)
        case "instant":
            return _instant(raw, given)
        case "truth":
            return _truth(raw, given)
        case "choice":
            return _choice(raw, given, column)
        case "months" | "days":
            return _duration(raw, given, column.kind)
        case "list":
            return raw if given == "text" else f"CAST(to_json({raw}) AS VARCHAR)" if given == "nested" else "NULL"
        case _:
            return _text(raw, given, column)


def limits(column: Column) -> tuple[int, int] | None:
    """The smallest and the largest value that a column may hold; None where it holds no numbers."""
    match column.kind:
        case "whole" | "percent":
            return column.low, column.high
        case "money":
            return 0, MAX_AMOUNT
        case "date":
            return 0, LAST_DAY
        case "instant":
            return 0, _LAST_SECOND
        case "months" | "days":
            return 1, column.high
        case "choice":
            return 0, len(column.members) - 1
        case _:
            return None


def _whole(raw: str, given: Given) -> str:
    if given == "whole":
        return f"TRY_CAST({raw} AS BIGINT)"
    if given in ("decimal", "float"):
        return f"CASE WHEN {raw} = trunc({raw}) AND abs({raw}) < 1e15 THEN CAST({raw} AS BIGINT) END"
    return (
        f"CASE WHEN regexp_full_match({raw}, {_DIGITS}) THEN CAST({raw} AS BIGINT) END" if given == "text" else "NULL"
    )


def _money(raw: str, given: Given, amounts: Amounts) -> str:
    if given == "whole":
        return f"TRY_CAST(TRY_CAST({raw} AS DECIMAL(18, 0)) * {amounts.factor} AS HUGEINT)"
    if given == "decimal":
        scaled = f"({raw} * {amounts.factor})"
        return f"CASE WHEN abs({raw}) < 1e16 AND {scaled} = trunc({scaled}) THEN CAST({scaled} AS HUGEINT) END"
    if given != "text":
        return "NULL"
    bare = f"CASE WHEN ends_with({raw}, ' ' || {amounts.currency}) THEN left({raw}, -4) ELSE {raw} END"
    scaled = f"(CAST({bare} AS DECIMAL(22, 6)) * {amounts.factor})"
    pattern = "'[0-9]{1,16}([.][0-9]{1,6})?'"
    whole = f"CASE WHEN {scaled} = trunc({scaled}) THEN CAST({scaled} AS HUGEINT) END"
    return f"CASE WHEN regexp_full_match({bare}, {pattern}) THEN {whole} END"


def _percent(raw: str, given: Given) -> str:
    if given == "whole":
        return f"TRY_CAST({raw} AS BIGINT) * 10000"
    if given == "decimal":
        return f"CASE WHEN {raw} * 10000 = trunc({raw} * 10000) THEN CAST({raw} * 10000 AS BIGINT) END"
    bare = f"rtrim({raw}, '%')"
    read = f"CAST(CAST({bare} AS DECIMAL(18, 4)) * 10000 AS BIGINT)"
    pattern = "'[0-9]{1,6}([.][0-9]{1,4})?%?'"
    return f"CASE WHEN regexp_full_match({raw}, {pattern}) THEN {read} END" if given == "text" else "NULL"


def _date(raw: str, given: Given) -> str:
    if given == "date":
        return f"({raw} - DATE '1970-01-01')"
    if given == "timestamp":
        return f"CASE WHEN {raw} = date_trunc('day', {raw}) THEN CAST({raw} AS DATE) - DATE '1970-01-01' END"
    read = f"TRY_CAST({raw} AS DATE) - DATE '1970-01-01'"
    pattern = "'[0-9]{4}-[0-9]{2}-[0-9]{2}'"
    return f"CASE WHEN regexp_full_match({raw}, {pattern}) THEN {read} END" if given == "text" else "NULL"


def _instant(raw: str, given: Given) -> str:
    if given == "whole":
        return f"TRY_CAST({raw} AS BIGINT)"
    moment = raw if given == "instant" else f"TRY_CAST({raw} AS TIMESTAMPTZ)"
    pattern = "'[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})'"
    micro = f"epoch_us({moment})"
    read = f"CASE WHEN {micro} % 1000000 = 0 THEN {micro} // 1000000 END"
    if given == "instant":
        return read
    seconds = f"WHEN regexp_full_match({raw}, '[0-9]{{1,10}}') THEN CAST({raw} AS BIGINT)"
    return f"CASE WHEN regexp_full_match({raw}, {pattern}) THEN {read} {seconds} END" if given == "text" else "NULL"


def _truth(raw: str, given: Given) -> str:
    if given == "truth":
        return raw
    if given == "text":
        return f"CASE WHEN lower({raw}) IN ('true', '1') THEN TRUE WHEN lower({raw}) IN ('false', '0') THEN FALSE END"
    return f"CASE {raw} WHEN 1 THEN TRUE WHEN 0 THEN FALSE END" if given == "whole" else "NULL"


def _choice(raw: str, given: Given, column: Column) -> str:
    shown = [(k, word) for k, word in enumerate(column.members) if column.low <= len(word) <= column.high]
    branches = " ".join(f"WHEN {text(word)} THEN {k}" for k, word in shown)
    return f"CASE {raw} {branches} END" if given == "text" else "NULL"


def _duration(raw: str, given: Given, kind: str) -> str:
    if given != "text":
        return _whole(raw, given)
    unit, longer, times = ("month", "year", 12) if kind == "months" else ("day", "week", 7)
    count = f"CAST(regexp_extract({raw}, '^[0-9]+') AS BIGINT)"
    return (
        f"CASE WHEN regexp_full_match({raw}, '[0-9]{{1,6}}( {unit}s?)?') THEN {count} "
        f"WHEN regexp_full_match({raw}, '[0-9]{{1,6}} {longer}s?') THEN {count} * {times} END"
    )


_NAME = "'[a-z_][a-z0-9_]*(-[a-z0-9_]+)*'"


def _text(raw: str, given: Given, column: Column) -> str:
    if given not in ("text", "whole"):
        return "NULL"
    read = raw if given == "text" else f"CAST({raw} AS VARCHAR)"
    fits = f"length({read}) BETWEEN {column.low} AND {column.high}"
    named = f" AND regexp_full_match({read}, {_NAME})" if column.kind == "name" else ""
    return f"CASE WHEN {fits}{named} THEN {read} END"
