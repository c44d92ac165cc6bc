"""What stands in a list: answers, resources, settings and earlier changes, as JSON in one column each.

Of things that move only their places count, so a list becomes its keys; of earlier changes their days.
"""

from __future__ import annotations

from planshift.population.dialects import quoted, text
from planshift.rulebook.facts import LAST_DAY

_NAME = "[a-z_][a-z0-9_]*(-[a-z0-9_]+)*"
_BETWEEN = chr(31)
_EPOCH = "DATE '1970-01-01'"
_DAY = "'[0-9]{4}-[0-9]{2}-[0-9]{2}'"


def list_columns(name: str) -> str:
    """The keys of a list, or the days of changes; an empty list where nothing is given."""
    raw = _safe(name)
    if name == "changes":
        days = f"list_transform(from_json({raw}, '[\"VARCHAR\"]'), lambda x: TRY_CAST(x AS DATE) - {_EPOCH})"
        return f"coalesce(CASE WHEN json_type({raw}) = 'ARRAY' THEN {days} END, [])"
    keys = f"json_keys({raw})"
    if name == "resources":
        values = f"json_extract_string({raw}, '$.*')"
        keys = f"list_transform(list_zip({keys}, {values}), lambda x: concat_ws(chr(31), x[1], x[2]))"
    return f"coalesce(CASE WHEN json_type({raw}) = 'OBJECT' THEN {keys} END, [])"


def no_keys(name: str) -> str:
    """The keys of a list that the data does not have."""
    return "CAST([] AS BIGINT[])" if name == "changes" else "CAST([] AS VARCHAR[])"


def list_flaws(name: str, services: tuple[str, ...]) -> str:
    """Whether what stands in a list is none of its kind."""
    raw = _safe(name)
    spoilt = f"({quoted(name)} IS NOT NULL AND {raw} IS NULL)"
    if name == "changes":
        each = f"json_extract({raw}, '$[*]')"
        day = f"TRY_CAST(json_extract_string(x, '$') AS DATE) - {_EPOCH}"
        written = "json_extract_string(x, '$')"
        known = f"coalesce({day} BETWEEN 0 AND {LAST_DAY}, FALSE)"
        fits = f"json_type(x) = 'VARCHAR' AND regexp_full_match({written}, {_DAY}) AND {known}"
        return f"({spoilt} OR {_any_not(raw, each, fits, 'ARRAY')})"
    longest = "0 AND 4000" if name == "resources" else "1 AND 200"
    kinds = "('VARCHAR')" if name == "resources" else "('VARCHAR', 'UBIGINT', 'BIGINT')"
    values = f"json_type(x) IN {kinds} AND length(json_extract_string(x, '$')) BETWEEN {longest}"
    keys = f"json_keys({raw})"
    pattern = f"{_NAME}[.]{_NAME}" if name == "answers" else _NAME
    known = f" AND split_part(x, '.', 1) IN ({', '.join(map(text, services)) or 'NULL'})" if name == "answers" else ""
    long = "161" if name == "answers" else "80"
    named = f"regexp_full_match(x, {text(pattern)}) AND length(x) <= {long}{known}"
    twice = f"len(list_distinct({keys})) < len({keys})"
    wrong = (_any_not(raw, f"json_extract({raw}, '$.*')", values, "OBJECT"), _any_not(raw, keys, named, "OBJECT"))
    return f"({spoilt} OR {' OR '.join(wrong)} OR coalesce({twice}, FALSE))"


def _safe(name: str) -> str:
    """The text of a list, or nothing where it is no JSON; a day alone is a list of one."""
    raw = quoted(name)
    if name == "changes":
        alone = f"WHEN regexp_full_match({raw}, {_DAY}) THEN '[\"' || {raw} || '\"]'"
        return f"CASE {alone} WHEN json_valid({raw}) THEN {raw} END"
    return f"CASE WHEN json_valid({raw}) THEN {raw} END"


def _any_not(raw: str, items: str, fits: str, kind: str) -> str:
    """Whether it is not of the kind, or an item does not fit."""
    misfits = f"len(list_filter({items}, lambda x: NOT coalesce({fits}, FALSE))) > 0"
    return f"coalesce(json_type({raw}) <> '{kind}' OR {misfits}, FALSE)"
