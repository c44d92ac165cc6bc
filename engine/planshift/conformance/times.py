"""Dates and instants of a case: a date is a local day, an instant without an offset is in UTC."""

from __future__ import annotations

from datetime import date

from planshift.billing.calendar import from_day, to_day
from planshift.billing.period import Period
from planshift.billing.zones import local_day, midnight, parse_instant
from planshift.conformance.fields import Fields, as_date

UTC = "UTC"

_STEADY_ZONES = {
    "-9.5": "Pacific/Marquesas",
    "4.5": "Asia/Kabul",
    "5.5": "Asia/Kolkata",
    "5.75": "Asia/Kathmandu",
    "6.5": "Asia/Yangon",
    "9.5": "Australia/Darwin",
}
"""Zones that never move their clocks, by their part hours east of Greenwich."""


def zone_of(given: Fields) -> str:
    """The zone of a case: the one it names, or one that is always its `utc_offset_hours` east of Greenwich.

    Raises:
        CaseMistake: no zone is that far east.
    """
    proration = given.optional("proration")
    if given.has("timezone"):
        return given.text("timezone")
    if proration is None or not proration.has("utc_offset_hours"):
        return UTC
    hours = proration.fraction("utc_offset_hours")
    if hours == 0:
        return UTC
    if hours.denominator == 1 and -12 <= hours <= 14:
        return f"Etc/GMT{-hours.numerator:+}"  # these zones count westwards
    text = proration.numeral("utc_offset_hours")
    if text not in _STEADY_ZONES:
        raise proration.mistake("utc_offset_hours", f"is `{text}`, and no zone is always that far east")
    return _STEADY_ZONES[text]


def instant_at(fields: Fields, name: str, *, zone: str) -> int:
    """The instant of a field: a date is its local midnight.

    Raises:
        CaseMistake: it is neither a date nor an instant.
    """
    text = fields.text(name)
    day = as_date(text)
    if day is not None:
        return midnight(to_day(day), zone)
    try:
        return parse_instant(text, UTC)
    except ValueError as error:
        raise fields.mistake(name, f"is neither a date nor an instant: {error}") from None


def day_at(fields: Fields, name: str, *, zone: str) -> date:
    """The local day of a date or an instant."""
    return local_date(instant_at(fields, name, zone=zone), zone)


def local_date(instant: int, zone: str) -> date:
    """The local day of an instant."""
    return from_day(local_day(instant, zone))


def read_period(fields: Fields, *, zone: str, change_at: int | None = None) -> Period:
    """The period of a case; its end is excluded.

    Raises:
        CaseMistake: it is empty or cannot be read.
    """
    starts_at, ends_at = instant_at(fields, "start", zone=zone), instant_at(fields, "end", zone=zone)
    try:
        return period_between(starts_at, ends_at, zone=zone, change_at=change_at)
    except ValueError as error:
        raise fields.mistake("end", f"cannot be right: {error}") from None


def period_between(starts_at: int, ends_at: int, *, zone: str, change_at: int | None = None) -> Period:
    """The period between two instants, with instants where they are not midnights.

    A period that ends with the last second of a day, or within the day of the change, has that day whole.

    Raises:
        ValueError: the period is empty.
    """
    start, last = local_day(starts_at, zone), local_day(ends_at, zone)
    inside = ends_at > midnight(last, zone)
    covered = inside and (
        ends_at + 1 == midnight(last + 1, zone) or (change_at is not None and local_day(change_at, zone) == last)
    )
    return Period(
        start=from_day(start),
        end=from_day(last + 1 if covered else last),
        starts_at=starts_at if starts_at > midnight(start, zone) else None,
        ends_at=ends_at if inside else None,
    )
