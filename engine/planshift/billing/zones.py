"""Where instants and local days meet: the only module that knows time zones.

Instants are epoch seconds, days are day numbers (`calendar`). The zones' rules come from the IANA database, and a zone
is named as it is there (`Europe/Stockholm`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from whenever import (
    Date,
    Instant,
    PlainDateTime,
    RepeatedTime,
    SkippedTime,
    Time,
    TimeZoneNotFoundError,
    ZonedDateTime,
)

from planshift.billing.calendar import FIRST_DAY, LAST_DAY, from_day, to_day
from planshift.billing.proration import SECONDS_PER_DAY

_INSTANT: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2})(:[0-5][0-9])?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_NOT_PLACES: Final = frozenset({"localtime", "posixrules", "Factory"})  # these say something else on each machine


def is_zone(name: str) -> bool:
    """Whether the IANA database knows the zone under this spelling."""
    try:
        return name not in _NOT_PLACES and Instant.from_timestamp(0).to_tz(name).tz_id == name
    except TimeZoneNotFoundError:
        return False


def local_day(instant: int, zone: str) -> int:
    """The day number of the local day that the instant belongs to."""
    return to_day(Instant.from_timestamp(instant).to_tz(zone).date().to_stdlib())


def midnight(day: int, zone: str) -> int:
    """The instant at which the local day begins: its midnight or, where the clock skips that, the moment after.

    A day that a zone skipped altogether begins when the next one does.
    """
    return _beginning(day, zone).timestamp()


def parse_instant(text: str, zone: str) -> int:
    """Read `2026-01-31T10:00:00Z`, the same with an offset, or a local `2026-01-31 10:00` of the zone.

    Of a local time that happens twice because clocks go back, the earlier one is meant.

    Raises:
        ValueError: the text is none of these, names a local time that the clock skips, or lies outside of 1970 to 2400.
    """
    match = _INSTANT.fullmatch(text)
    if match is None:
        raise ValueError(f"`{text}` is not an instant")
    on, at, seconds, offset = match.groups()
    iso = f"{on}T{at}{seconds or ':00'}"
    try:
        moment = Instant.parse_iso(iso + offset) if offset else _local(PlainDateTime.parse_iso(iso), zone)
    except SkippedTime:
        raise ValueError(f"`{text}` does not exist in {zone}: the clock skips it") from None
    except ValueError:
        raise ValueError(f"`{text}` is not an instant") from None
    instant = moment.timestamp()
    if not FIRST_DAY * SECONDS_PER_DAY <= instant < (LAST_DAY + 1) * SECONDS_PER_DAY:
        raise ValueError(f"`{text}` is outside of the years 1970 to 2400")
    return instant


def format_instant(instant: int, zone: str) -> str:
    """The instant as local time of the zone with its offset, as `parse_instant` reads it."""
    return Instant.from_timestamp(instant).to_tz(zone).to_fixed_offset().format_iso()


@lru_cache(maxsize=256)
def offset_steps(zone: str, *, first_day: int, last_day: int) -> tuple[tuple[int, int], ...]:
    """The zone's offset at the beginning of each local day from `first_day` to `last_day`, as a table of steps.

    Each pair is the first day of a stretch and its seconds east of Greenwich, so that `midnight(day)` is
    `day * 86400 - offset`. Neighbouring stretches differ.
    """
    days = {first_day}
    change = _beginning(first_day - 1, zone).next_transition()
    while change is not None:
        changed_on = to_day(change.date().to_stdlib())
        if changed_on > last_day + 1:
            break
        # A zone that crosses the date line skips the day before; one that goes back just after midnight changes on the
        # local day before, and begins the day after the next one differently.
        days.update(day for day in range(changed_on - 1, changed_on + 3) if first_day <= day <= last_day)
        change = change.next_transition()
    steps: list[tuple[int, int]] = []
    for day in sorted(days):
        offset = day * SECONDS_PER_DAY - midnight(day, zone)
        if not steps or steps[-1][1] != offset:
            steps.append((day, offset))
    return tuple(steps)


def _beginning(day: int, zone: str) -> ZonedDateTime:
    noon = Date(from_day(day)).at(Time(12))
    return noon.assume_tz(zone, disambiguation="compatible").start_of("day")


def _local(time: PlainDateTime, zone: str) -> ZonedDateTime:
    try:
        return time.assume_tz(zone, disambiguation="raise")
    except RepeatedTime:
        return time.assume_tz(zone, disambiguation="earlier")
