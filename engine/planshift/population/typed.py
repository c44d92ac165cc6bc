"""From what stands in a column of somebody's data to a value of the form: day numbers, minor units, positions.

A value that is none of the column's kind becomes nothing, and its row is bad: nothing is rounded, cut or guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, final

from planshift.population.columns import Column
from planshift.population.dialects import DoorDialect, text
from planshift.population.lists import shape_of
from planshift.rulebook.catalog_tables import MAX_AMOUNT
from planshift.rulebook.facts import LAST_DAY

Given = Literal["whole", "decimal", "float", "text", "date", "timestamp", "instant", "truth", "nested", "other"]
"""What an engine says that a column holds."""

_LAST_SECOND = (LAST_DAY + 2) * 86_400
_MANY = 10**18 - 1
"""No whole number beyond it is looked at."""

_DIGITS = "[+-]?[0-9]{1,18}"
_AMOUNT = "[0-9]{1,16}([.][0-9]{1,6})?"
_SHARE = "[0-9]{1,6}([.][0-9]{1,4})?%?"
_NAME = "[a-z_][a-z0-9_]*(-[a-z0-9_]+)*"
_HOUR, _MINUTE = "([01][0-9]|2[0-3])", "[0-5][0-9]"
_INSTANT = f"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ]{_HOUR}:{_MINUTE}(:[0-5][0-9])?(Z|[+-]{_HOUR}:{_MINUTE})"


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


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Typing:
    """How cells are read in a dialect: `factor` is the SQL that yields the minor units of one whole amount.

    `currency` yields the code of the currency.
    """

    dialect: DoorDialect
    factor: str
    currency: str

    def value(self, column: Column, raw: str, *, given: Given) -> str:
        """The SQL of a column's value, NULL where there is none; `raw` is never an empty text."""
        kinds = {"text": "VARCHAR", "name": "VARCHAR", "list": "VARCHAR", "truth": "BOOLEAN"}
        value = self._read(column, raw, given=given)
        return f"CAST(NULL AS {kinds.get(column.kind, 'BIGINT')})" if value == "NULL" else value

    def _read(self, column: Column, raw: str, *, given: Given) -> str:
        match column.kind:
            case "choice":
                return _choice(raw, given, column=column)
            case "truth":
                return _truth(raw, given)
            case "list":
                return self._list(raw, given, shape=shape_of(column.name))
            case "text" | "name":
                return self._text(raw, given, column=column)
            case "months" | "days":
                return self._duration(raw, given, kind=column.kind)
            case _:
                ways = {
                    "whole": self._whole,
                    "money": self._money,
                    "percent": self._percent,
                    "date": self._date,
                    "instant": self._instant,
                }
                return ways[column.kind](raw, given)

    @property
    def _wide(self) -> str:
        """The type of the widest whole numbers."""
        return self.dialect.widths[-1].name

    def _whole(self, raw: str, given: Given) -> str:
        if given == "whole":
            return f"CASE WHEN {raw} BETWEEN {-_MANY} AND {_MANY} THEN CAST({raw} AS BIGINT) END"
        if given in ("decimal", "float"):
            return f"CASE WHEN {raw} = trunc({raw}) AND abs({raw}) < 1e15 THEN CAST({raw} AS BIGINT) END"
        if given != "text":
            return "NULL"
        return f"CASE WHEN {self.dialect.matches(raw, _DIGITS)} THEN CAST({raw} AS BIGINT) END"

    def _money(self, raw: str, given: Given) -> str:
        if given == "whole":
            return f"CASE WHEN {raw} BETWEEN {-_MANY} AND {_MANY} THEN CAST({raw} AS {self._wide}) * {self.factor} END"
        if given == "decimal":
            scaled = f"({raw} * {self.factor})"
            whole = f"abs({raw}) < 1e16 AND {scaled} = trunc({scaled})"
            return f"CASE WHEN {whole} THEN CAST({scaled} AS {self._wide}) END"
        if given != "text":
            return "NULL"
        ending = f"right({raw}, 4) = ' ' || {self.currency}"
        bare = f"CASE WHEN {ending} THEN left({raw}, -4) ELSE {raw} END"
        scaled = f"(CAST({bare} AS DECIMAL(22, 6)) * {self.factor})"
        whole = f"CASE WHEN {scaled} = trunc({scaled}) THEN CAST({scaled} AS {self._wide}) END"
        return f"CASE WHEN {self.dialect.matches(bare, _AMOUNT)} THEN {whole} END"

    def _percent(self, raw: str, given: Given) -> str:
        if given == "whole":
            return f"CASE WHEN {raw} BETWEEN {-_MANY} AND {_MANY} THEN CAST({raw} AS {self._wide}) * 10000 END"
        if given == "decimal":
            return f"CASE WHEN {raw} * 10000 = trunc({raw} * 10000) THEN CAST({raw} * 10000 AS {self._wide}) END"
        if given != "text":
            return "NULL"
        read = f"CAST(CAST(rtrim({raw}, '%') AS DECIMAL(18, 4)) * 10000 AS BIGINT)"
        return f"CASE WHEN {self.dialect.matches(raw, _SHARE)} THEN {read} END"

    def _date(self, raw: str, given: Given) -> str:
        if given == "date":
            return self.dialect.day_of(raw)
        if given == "timestamp":
            day = self.dialect.day_of(f"CAST({raw} AS DATE)")
            return f"CASE WHEN {raw} = date_trunc('day', {raw}) THEN {day} END"
        return self.dialect.day(raw) if given == "text" else "NULL"

    def _instant(self, raw: str, given: Given) -> str:
        if given == "whole":
            return self._whole(raw, given)
        if given == "instant":
            return self.dialect.second_of(raw)
        if given != "text":
            return "NULL"
        seconds = f"WHEN {self.dialect.matches(raw, '[0-9]{1,10}')} THEN CAST({raw} AS BIGINT)"
        return f"CASE WHEN {self.dialect.matches(raw, _INSTANT)} THEN {self._second(raw)} {seconds} END"

    def _second(self, raw: str) -> str:
        """The seconds of a text such as `2026-01-31T10:00+02:00`, whose seconds may be left out."""

        def number(digits: str) -> str:
            return f"CAST({digits} AS BIGINT)"

        day = self.dialect.day(f"left({raw}, 10)")
        hour, minute = number(f"substr({raw}, 12, 2)"), number(f"substr({raw}, 15, 2)")
        second = f"CASE WHEN substr({raw}, 17, 1) = ':' THEN {number(f'substr({raw}, 18, 2)')} ELSE 0 END"
        west = f"CASE WHEN substr(right({raw}, 6), 1, 1) = '-' THEN 1 ELSE -1 END"
        away = f"({number(f'substr(right({raw}, 5), 1, 2)')} * 60 + {number(f'right({raw}, 2)')}) * 60"
        zone = f"CASE WHEN right({raw}, 1) = 'Z' THEN 0 ELSE {west} * {away} END"
        return f"CAST(({day}) AS BIGINT) * 86400 + {hour} * 3600 + {minute} * 60 + {second} + {zone}"

    def _duration(self, raw: str, given: Given, *, kind: str) -> str:
        if given != "text":
            return self._whole(raw, given)
        unit, longer, times = ("month", "year", 12) if kind == "months" else ("day", "week", 7)
        count = f"CAST({self.dialect.found(raw, '^[0-9]+')} AS BIGINT)"
        return (
            f"CASE WHEN {self.dialect.matches(raw, f'[0-9]{{1,6}}( {unit}s?)?')} THEN {count} "
            f"WHEN {self.dialect.matches(raw, f'[0-9]{{1,6}} {longer}s?')} THEN {count} * {times} END"
        )

    def _list(self, raw: str, given: Given, *, shape: str) -> str:
        if given not in ("text", "nested"):
            return "NULL"
        read = raw if given == "text" else self.dialect.json(raw)
        return f"CASE WHEN {self.dialect.matches(read, shape)} THEN {read} END"

    def _text(self, raw: str, given: Given, *, column: Column) -> str:
        if given not in ("text", "whole"):
            return "NULL"
        read = raw if given == "text" else f"CAST({raw} AS VARCHAR)"
        fits = f"length({read}) BETWEEN {column.low} AND {column.high}"
        named = f" AND {self.dialect.matches(read, _NAME)}" if column.kind == "name" else ""
        return f"CASE WHEN {fits}{named} THEN {read} END"


def _truth(raw: str, given: Given) -> str:
    if given == "truth":
        return raw
    if given == "text":
        return f"CASE WHEN lower({raw}) IN ('true', '1') THEN TRUE WHEN lower({raw}) IN ('false', '0') THEN FALSE END"
    return f"CASE {raw} WHEN 1 THEN TRUE WHEN 0 THEN FALSE END" if given == "whole" else "NULL"


def _choice(raw: str, given: Given, *, column: Column) -> str:
    shown = [(k, word) for k, word in enumerate(column.members) if column.low <= len(word) <= column.high]
    branches = " ".join(f"WHEN {text(word)} THEN {k}" for k, word in shown)
    return f"CASE {raw} {branches} END" if given == "text" and branches else "NULL"
