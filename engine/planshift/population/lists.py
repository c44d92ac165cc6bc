"""What stands in a list: answers, resources, settings and earlier changes, as JSON in one column each.

Of things that move only their places count, so a list becomes its keys; of earlier changes their days. Lists are flat,
so a pattern says what is one, and no engine has to read any other JSON.
"""

from __future__ import annotations

from planshift.population.dialects import DoorDialect, quoted
from planshift.rulebook.facts import LAST_DAY

_NAME = "[a-z_][a-z0-9_]*(-[a-z0-9_]+)*"
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_BLANK = "[ \\t\\r\\n]*"

_HEX = "[0-9a-fA-F]"
_SIGN = (
    f"\\\\u(000[1-9a-fA-F]|00[1-9a-fA-F]{_HEX}|0[1-9a-fA-F]{_HEX}{_HEX}|[1-9abcefABCEF]{_HEX}{_HEX}{_HEX}"
    f"|[dD][0-7]{_HEX}{_HEX}|[dD][89abAB]{_HEX}{_HEX}\\\\u[dD][c-fC-F]{_HEX}{_HEX})"
)
"""A sign by its number: two of them where one alone stands for nothing, and never 0, which not every engine has."""

_TEXT = f'"([^"\\\\\\x00-\\x1f]|\\\\["\\\\/bfnrt]|{_SIGN})*"'
_WHOLE = "-?(0|[1-9][0-9]*)"


def shape_of(name: str) -> str:
    """The pattern of a list: an object of texts, or a list of days, of which one may stand alone."""
    if name == "changes":
        days = _several(f'"{_DAY}"')
        return f"{_DAY}|{_BLANK}\\[{_BLANK}({days})?\\]{_BLANK}"
    value = _TEXT if name == "resources" else f"({_TEXT}|{_WHOLE})"
    members = _several(f"{_TEXT}{_BLANK}:{_BLANK}{value}")
    return f"{_BLANK}\\{{{_BLANK}({members})?\\}}{_BLANK}"


def _several(each: str) -> str:
    return f"{each}{_BLANK}(,{_BLANK}{each}{_BLANK})*"


def parts_of(name: str, dialect: DoorDialect) -> dict[str, str]:
    """What is read of a list that has its shape, by column: its keys or the days of changes, and its values."""
    column = quoted(name)
    if name == "changes":
        return {keys_column(name): _given(column, dialect.days(column), dialect.listed("", "BIGINT"))}
    nothing = dialect.listed("", dialect.text_type)
    read = {keys_column(name): dialect.keys(column), _values_column(name): dialect.values(column)}
    return {part: _given(column, items, nothing) for part, items in read.items()}


def _given(column: str, items: str, nothing: str) -> str:
    return f"CASE WHEN {column} IS NULL THEN {nothing} ELSE {items} END"


def keys_column(name: str) -> str:
    """The column of what counts of a list: where things have their place, or the days of changes."""
    return f"keys {name}"


def _values_column(name: str) -> str:
    return f"values {name}"


def places_in(name: str, dialect: DoorDialect) -> str:
    """What counts of a list of which the parts are read: of a resource, its connector belongs to it."""
    column = quoted(name)
    if name != "resources":
        return quoted(keys_column(name))
    return _given(column, dialect.members(column), dialect.listed("", dialect.text_type))


def no_keys(name: str, dialect: DoorDialect) -> str:
    """What counts of a list that the data does not have."""
    return dialect.listed("", "BIGINT" if name == "changes" else dialect.text_type)


def misfits(name: str, *, services: tuple[str, ...], dialect: DoorDialect) -> str:
    """Whether the parts of a list are none of its kind."""
    keys, values = quoted(keys_column(name)), quoted(_values_column(name))
    if name == "changes":
        fit = [(keys, dialect.within(keys, low=0, high=LAST_DAY))]
    else:
        longest, low, high = (161 if name == "answers" else 80), *((0, 4000) if name == "resources" else (1, 200))
        pattern = f"({'|'.join(services)})[.]{_NAME}" if name == "answers" else _NAME
        fit = [
            (values, dialect.sized(values, low=low, high=high)),
            (keys, dialect.sized(keys, low=1, high=longest)),
            (keys, dialect.like(keys, pattern) if services or name != "answers" else "0"),
            (keys, dialect.different(keys)),
        ]
    return f"({' OR '.join(f'{fitting} < {dialect.length(items)}' for items, fitting in fit)})"
