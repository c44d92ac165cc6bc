"""The kinds of values that documents hold, as types for the models.

Each reads the plain meaning of a YAML value, raises `Mistakes` in the user's words, and tells editors through its JSON
Schema what to offer.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, StrictInt, WithJsonSchema

from planshift.billing.calendar import FIRST_DAY, from_day
from planshift.billing.catalog import UNLIMITED
from planshift.billing.currency import is_currency
from planshift.billing.interval import INTERVAL, Interval, parse_interval
from planshift.billing.money import MONEY, PERCENT, parse_percent
from planshift.billing.zones import is_zone
from planshift.policy.amounts import unknown_currency
from planshift.policy.locales import has_shape, normal
from planshift.policy.mistakes import Mistakes, describe, shown, wrong

T = TypeVar("T")

MAX_COUNT = 10**12
"""The largest whole number that a document may count with: limits, usage, quantities."""

LAST_YEAR = 2200
"""Dates of documents lie between 1970 and the end of this year."""

_NAME = re.compile(r"[a-z_][a-z0-9_]*(?:-[a-z0-9_]+)*")
_PRICE = re.compile(r"[a-z0-9_]+(?:[-.][a-z0-9_]+)*")
_ZONE = re.compile(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+){0,3}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?")
_QUESTION = re.compile(rf"{_NAME.pattern}\.{_NAME.pattern}")
_CURRENCY = re.compile("[A-Z]{3}")
_EVERY = re.compile(f"once|{INTERVAL.pattern}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FIRST_DATE = from_day(FIRST_DAY)
_CENTURY = Interval(months=1_200, days=36_525)


def read_name(value: str) -> str:
    """Return the name of a plan, group, add-on or the like.

    Raises:
        Mistakes: rules could not refer to it.
    """
    if len(value) <= 80 and _NAME.fullmatch(value):
        return value
    better = re.sub(r"[^a-z0-9_]+", "-", value.lower()).strip("-").lstrip("0123456789-")
    help_text = "a name is lower-case letters, digits, `_` and single `-`, and begins with a letter"
    if better and _NAME.fullmatch(better) and len(better) <= 80:
        help_text = f"write `{better}`: {help_text}"
    raise wrong("PS106", f"{shown(value)} is not a name", help_text=help_text)


def read_language(value: str) -> str:
    """Return the name of a locale.

    Raises:
        Mistakes: no locale is called so.
    """
    if has_shape(value):
        return value
    better = normal(value)
    help_text = f"write `{better}`" if has_shape(better) else "write it as `en` or `de-AT`"
    raise wrong("PS804", f"{shown(value)} is not a locale", help_text=help_text)


def read_question(value: str) -> str:
    """Return the name of a question behind that of its service.

    Raises:
        Mistakes: it is not two names with a dot between them.
    """
    service, _, question = value.partition(".")
    if not question:
        raise wrong("PS106", f"{shown(value)} is not a question", help_text="write `SERVICE.QUESTION`")
    return f"{read_name(service)}.{read_name(question)}"


def read_price_id(value: str) -> str:
    """Return the id of a price.

    Raises:
        Mistakes: it holds other characters than a price id may.
    """
    if len(value) <= 80 and _PRICE.fullmatch(value):
        return value
    help_text = "an id is lower-case letters, digits, `_`, `-` and `.`"
    raise wrong("PS106", f"{shown(value)} is not the id of a price", help_text=help_text)


def read_date(value: object) -> date:
    """Return the date of `2026-01-31`.

    Raises:
        Mistakes: there is no such day, or it is before 1970 or after 2200.
    """
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise wrong("PS117", f"{shown(value)} is not a date", help_text="write year, month and day: 2026-01-31")
    try:
        found = date.fromisoformat(value)
    except ValueError:
        raise wrong("PS117", f"there is no day `{value}` in the calendar") from None
    if not found >= _FIRST_DATE or found.year > LAST_YEAR:
        raise wrong("PS117", f"`{value}` is outside of the years 1970 to {LAST_YEAR}")
    return found


def read_interval(value: object) -> Interval:
    """Return the interval of `1 month`, `30 days` or `once`.

    Raises:
        Mistakes: it is none.
    """
    try:
        if isinstance(value, str):
            return parse_interval(value)
    except ValueError:
        pass
    help_text = "write `1 month`, `3 months`, `1 year`, `30 days`, `2 weeks` or `once`"
    raise wrong("PS116", f"{shown(value)} is not an interval", help_text=help_text)


def read_months(value: object) -> int:
    """Return the months of `12 months` or `1 year`.

    Raises:
        Mistakes: it is not a whole number of months.
    """
    interval = read_interval(value)
    if not interval.months:
        raise wrong("PS116", f"{shown(value)} is not a number of months", help_text="write `12 months` or `1 year`")
    return interval.months


def read_days(value: object) -> Interval:
    """Return the duration of `15 days` or `1 month`, never `once`.

    Raises:
        Mistakes: it is not a duration.
    """
    interval = read_interval(value)
    if interval.once:
        raise wrong("PS116", "`once` is not a duration", help_text="write `15 days` or `1 month`")
    return interval


def read_term(value: object) -> Interval:
    """Return the length of a commitment: `12 months`, `2 weeks` or `30 days`.

    Raises:
        Mistakes: it is not a duration, or longer than a century.
    """
    interval = read_days(value)
    if interval.months > _CENTURY.months or interval.days > _CENTURY.days:
        raise wrong("PS105", f"{shown(value)} is longer than 100 years")
    return interval


def read_percent(value: object) -> int:
    """Return the millionths of `12.5%`.

    Raises:
        Mistakes: it is not a percentage from 0 to 100.
    """
    if not isinstance(value, str):
        raise wrong("PS115", f"expected a percentage, found {describe(value)}", help_text='write it as text: "10%"')
    try:
        return parse_percent(value)
    except ValueError:
        raise wrong("PS115", f"{shown(value)} is not a percentage", help_text='write it as "12.5%"') from None


def read_currency(value: str) -> str:
    """Return a currency's code.

    Raises:
        Mistakes: ISO 4217 does not have it.
    """
    if not is_currency(value):
        raise Mistakes(unknown_currency(value))
    return value


def read_zone(value: str) -> str:
    """Return the name of a time zone.

    Raises:
        Mistakes: the IANA database does not have it.
    """
    if len(value) > 64 or not _ZONE.fullmatch(value) or not is_zone(value):
        raise wrong(
            "PS119",
            f"{shown(value)} is not a time zone",
            help_text="write a place, such as Europe/Stockholm, or UTC",
        )
    return value


def read_moment(value: object) -> str:
    """Return a day or an instant as it was written; the zone that gives it its meaning is known later.

    Raises:
        Mistakes: it looks like neither.
    """
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        read_date(value[:10])
        return value
    help_text = "write 2026-01-31, or with a time 2026-01-31 10:00"
    raise wrong("PS118", f"{shown(value)} is neither a date nor an instant", help_text=help_text)


def read_instant(value: object) -> str:
    """Return an instant as it was written; the zone that gives it its meaning is known later.

    Raises:
        Mistakes: it does not look like one.
    """
    if isinstance(value, str) and len(value) > 10 and _MOMENT.fullmatch(value):
        read_date(value[:10])
        return value
    help_text = "write 2026-01-31T10:00:00Z, or in the zone of the book 2026-01-31 10:00"
    raise wrong("PS118", f"{shown(value)} is not an instant", help_text=help_text)


def read_money_text(value: object) -> str:
    """Return an amount as it was written; the decimals of its currency are known later.

    Raises:
        Mistakes: it is no text.
    """
    if isinstance(value, str) and len(value) <= 60:
        return value
    help_text = 'write the amount with its currency: "9.00 EUR"'
    raise wrong("PS112", f"expected an amount of money, found {describe(value)}", help_text=help_text)


def read_limit(value: object) -> int:
    """Return a limit: a count, or `UNLIMITED`.

    Raises:
        Mistakes: it is neither.
    """
    if value == "unlimited":
        return UNLIMITED
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong(
            "PS103", f"expected a whole number, found {describe(value)}", help_text="write a count or `unlimited`"
        )
    if not 0 <= value <= MAX_COUNT:
        raise wrong("PS105", f"`{value}` is not between 0 and {MAX_COUNT:,}")
    return value


def as_list(value: object) -> object:
    """Return the value as a list of one where a single one stands."""
    return [value] if isinstance(value, str) else value


def as_mapping(value: object) -> object:
    """Return a list of names as a mapping of them to nothing."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return {item: {} for item in value}
    return value


def text_of_number(value: object) -> object:
    """Return a whole number as its digits: ids often look like numbers."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _like(*examples: str, written: re.Pattern[str] | None = None) -> WithJsonSchema:
    """What an editor should know of a text: examples, and how it is written where one expression says that."""
    pattern = {} if written is None else {"pattern": f"^(?:{written.pattern})$"}
    return WithJsonSchema({"type": "string", **pattern, **({"examples": list(examples)} if examples else {})})


Name = Annotated[str, AfterValidator(read_name), _like(written=_NAME)]
Question = Annotated[str, AfterValidator(read_question), _like("hosting.domain", written=_QUESTION)]
PriceId = Annotated[str, AfterValidator(read_price_id), _like(written=_PRICE)]
Identifier = Annotated[
    str, BeforeValidator(text_of_number, json_schema_input_type=str | int), Field(min_length=1, max_length=200)
]
Text = Annotated[str, Field(max_length=4000)]
Language = Annotated[str, AfterValidator(read_language), _like("en", "de", "de-AT")]
Currency = Annotated[str, AfterValidator(read_currency), _like("EUR", "USD", written=_CURRENCY)]
Zone = Annotated[str, AfterValidator(read_zone), _like("Europe/Stockholm", "UTC", written=_ZONE)]
Day = Annotated[date, PlainValidator(read_date), WithJsonSchema({"type": "string", "format": "date"})]
Every = Annotated[
    Interval, PlainValidator(read_interval), _like("1 month", "1 year", "30 days", "once", written=_EVERY)
]
Term = Annotated[Interval, PlainValidator(read_term), _like("12 months", "1 year", "30 days")]
Duration = Annotated[Interval, PlainValidator(read_days), _like("15 days", "1 month")]
Percent = Annotated[int, PlainValidator(read_percent), _like("10%", "12.5%", written=PERCENT)]
Moment = Annotated[str, PlainValidator(read_moment), _like("2026-01-31", "2026-01-31 10:00", written=_MOMENT)]
Instant = Annotated[
    str, PlainValidator(read_instant), _like("2026-01-31T10:00:00Z", "2026-01-31 10:00", written=_MOMENT)
]
Money = Annotated[str, PlainValidator(read_money_text), _like("9.00 EUR", written=MONEY)]
Limit = Annotated[
    int,
    PlainValidator(read_limit),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"const": "unlimited"}]}),
]
Count = Annotated[StrictInt, Field(ge=0, le=MAX_COUNT)]
Code = Annotated[str, Field(min_length=1, max_length=200)]
Codes = Annotated[tuple[Code, ...], BeforeValidator(as_list, json_schema_input_type=Code | list[Code])]
Names = Annotated[tuple[Name, ...], BeforeValidator(as_list, json_schema_input_type=Name | list[Name])]
