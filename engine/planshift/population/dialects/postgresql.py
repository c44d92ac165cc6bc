"""PostgreSQL, a server that customers already have.

It has no cast that yields nothing where it fails, so a text is cast behind a pattern that admits nothing else: a branch
of a CASE is computed for the rows that come to it alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from planshift.population.dialects.dialect import DoorDialect, Width, text

_LEAP = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)"
_DAY = (
    "[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
    f"|{_LEAP}-02-29"
)
"""The days that there are."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PostgreSQL(DoorDialect):
    """How PostgreSQL writes it."""

    def matches(self, value: str, pattern: str) -> str:
        """Whether the whole of a text is like a pattern."""
        return f"({value} ~ {text(f'^({pattern})$')})"

    def found(self, value: str, pattern: str) -> str:
        """The first part of a text that is like a pattern."""
        return f"substring({value} FROM {text(pattern)})"

    def day(self, value: str) -> str:
        """The day number of a text such as `2026-01-31`; nothing where there is no such day."""
        return _day(value)

    def day_of(self, value: str) -> str:
        """The day number of a date."""
        return f"CASE WHEN isfinite({value}) THEN {value} - DATE '1970-01-01' END"

    def second_of(self, value: str) -> str:
        """The seconds since 1970 of an instant; nothing where they are not whole."""
        seconds = f"extract(epoch FROM {value})"
        return f"CASE WHEN isfinite({value}) THEN CASE WHEN {seconds} % 1 = 0 THEN CAST({seconds} AS BIGINT) END END"

    def json(self, value: str) -> str:
        """The text of what is nested."""
        return f"CAST(to_json({value}) #>> '{{}}' AS TEXT)"

    def keys(self, value: str) -> str:
        """The list of the names in an object."""
        return f"pg_temp.keys({value})"

    def values(self, value: str) -> str:
        """The list of the values in an object, as texts."""
        return f"pg_temp.texts({value})"

    def members(self, value: str) -> str:
        """The list of names and values in an object, each with a `SEPARATOR` between them."""
        return f"pg_temp.members({value})"

    def days(self, value: str) -> str:
        """The list of the day numbers of all days in a text; nothing in the place of a day that there is not."""
        return f"pg_temp.days({value})"

    def length(self, items: str) -> str:
        """How many items a list has."""
        return f"cardinality({items})"

    def different(self, items: str) -> str:
        """How many different items a list has."""
        return _counted(items, "different", ())

    def within(self, items: str, *, low: int, high: int) -> str:
        """How many numbers of a list lie between two."""
        return _counted(items, "within", (str(low), str(high)))

    def sized(self, items: str, *, low: int, high: int) -> str:
        """How many texts of a list have so many signs."""
        return _counted(items, "sized", (str(low), str(high)))

    def like(self, items: str, pattern: str) -> str:
        """How many texts of a list are like a pattern as a whole."""
        return _counted(items, "matching", (text(f"^({pattern})$"),))

    def among(self, items: str, others: str) -> str:
        """How many items of a list are items of another one, too."""
        return _counted(items, "among", (others,))

    def contains(self, items: str, value: str) -> str:
        """Whether a value is an item."""
        return f"({value} = ANY({items}))"

    def unnested(self, items: str, source: str) -> str:
        """The query of the items of the lists in a column, each once for every list; the column is called `item`."""
        return f"SELECT m.item FROM {source} CROSS JOIN LATERAL (SELECT DISTINCT unnest({items}) AS item) m"

    def word_at(self, place: str, words: Sequence[str]) -> str:
        """One of some words by its place from 0 on."""
        if len(set(words)) == 1:
            return f"CAST({text(words[0])} AS TEXT)"
        return self.element(f"CAST({text(_array(words))} AS TEXT[])", place)

    def said(self, words: Sequence[tuple[str, str]]) -> str:
        """The list of the words whose conditions hold; each comes behind its condition."""
        each = ", ".join(f"CASE WHEN {condition} THEN {text(word)} END" for condition, word in words)
        return f"array_remove({self.listed(each, self.text_type)}, NULL)"

    def amount(self, minor: str, *, factor: str, decimals: int, wide: bool) -> str:
        """An amount of so many decimals, from minor units and what one is worth; any fits."""
        del wide
        return f"CAST({minor} * {factor} AS NUMERIC(38, {decimals}))"

    def plain(self, value: str) -> str:
        """A text of the data as it is handed over: in the order of the database, in which it can be compared there."""
        return f'{value} COLLATE "default"'


def _counted(items: str, function: str, arguments: tuple[str, ...]) -> str:
    """How many items a function of ours counts; most lists are empty, and of those it is not asked."""
    asked = f"pg_temp.{function}({', '.join((items, *arguments))})"
    return f"CASE WHEN cardinality({items}) > 0 THEN {asked} ELSE 0 END"


def _listed(values: str, kind: str) -> str:
    """A constant list; numbers as one text, which is planned in a fraction of the time that they take one by one."""
    return f"CAST(ARRAY[{values}] AS TEXT[])" if kind == "TEXT" else f"CAST('{{{values}}}' AS {kind}[])"


def _array(words: Sequence[str]) -> str:
    """A list of texts as one text, too."""
    escaped = (word.replace("\\", "\\\\").replace('"', '\\"') for word in words)
    return "{" + ",".join(f'"{word}"' for word in escaped) + "}"


def _function(name: str, takes: str, *, yields: str, query: str) -> str:
    """A function of the connection's own.

    What looks through a list would be a query within the query, and such a one is not shared out to other processes.
    """
    kind = "LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE"
    return f"CREATE OR REPLACE FUNCTION pg_temp.{name}({takes}) RETURNS {yields} {kind} AS $body$ {query} $body$"


def _day(value: str) -> str:
    known = f"{value} ~ {text(f'^({_DAY})$')} AND left({value}, 4) <> '0000'"  # the server has no such year
    return f"CASE WHEN {known} THEN CAST({value} AS DATE) - DATE '1970-01-01' END"


_ITEMS = 'SELECT count(*) FROM unnest($1) m(x) WHERE x COLLATE "C"'

_FUNCTIONS = (
    _function("keys", "TEXT", yields="TEXT[]", query="SELECT ARRAY(SELECT json_object_keys(CAST($1 AS JSON)))"),
    _function(
        "texts", "TEXT", yields="TEXT[]", query="SELECT ARRAY(SELECT m.value FROM json_each_text(CAST($1 AS JSON)) m)"
    ),
    _function(
        "members",
        "TEXT",
        yields="TEXT[]",
        query="SELECT ARRAY(SELECT concat_ws(chr(31), m.key, m.value) FROM json_each_text(CAST($1 AS JSON)) m)",
    ),
    _function(
        "days",
        "TEXT",
        yields="BIGINT[]",
        query=f"SELECT ARRAY(SELECT {_day('m[1]')} FROM regexp_matches($1, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}', 'g') m)"
        "::BIGINT[]",
    ),
    _function("different", "TEXT[]", yields="BIGINT", query="SELECT count(DISTINCT x) FROM unnest($1) m(x)"),
    _function(
        "within",
        "BIGINT[], BIGINT, BIGINT",
        yields="BIGINT",
        query="SELECT count(*) FROM unnest($1) m(x) WHERE x BETWEEN $2 AND $3",
    ),
    _function(
        "sized",
        "TEXT[], INTEGER, INTEGER",
        yields="BIGINT",
        query="SELECT count(*) FROM unnest($1) m(x) WHERE length(x) BETWEEN $2 AND $3",
    ),
    _function("matching", "TEXT[], TEXT", yields="BIGINT", query=f"{_ITEMS} ~ $2"),
    _function("among", "TEXT[], TEXT[]", yields="BIGINT", query=f"{_ITEMS} = ANY($2)"),
)


_NUMERIC = Width(name="NUMERIC", bits=440)

POSTGRESQL = PostgreSQL(
    name="PostgreSQL",
    widths=(Width(name="INTEGER", bits=31), Width(name="BIGINT", bits=63), _NUMERIC),
    quotient=lambda a, b, width: f"div({a}, {b})" if width is _NUMERIC else f"({a} / {b})",
    element=lambda values, key: f"({values})[{key} + 1]",
    listed=_listed,
    text_type="TEXT",
    most_listed=4_096,  # a list is read where it lies
    fence=" OFFSET '0'",  # its planner would otherwise write a step anew for each of its readers; of a bare 0, which it
    # has to convert, it does not see that it is none, and shares no rows out to other processes
    quotient_bits=440,
    worth=16,  # each column is copied from step to step for every row
    prelude=_FUNCTIONS,
)
"""A server that customers already have; its NUMERIC has as many digits as anybody needs."""
