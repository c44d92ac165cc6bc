from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planshift.billing.calendar import from_day, to_day
from planshift.billing.zones import format_instant, is_zone, local_day, midnight, offset_steps, parse_instant
from tests.billing.strategies import zones

DAYS = st.integers(to_day(date(2012, 1, 1)), to_day(date(2040, 1, 1)))
INSTANTS = st.integers(1_300_000_000, 2_200_000_000)
HOUR = 3600


def hours_of(on: date, zone: str) -> int:
    day = to_day(on)
    return (midnight(day + 1, zone) - midnight(day, zone)) // HOUR


def test_the_day_clocks_go_forward_has_23_hours() -> None:
    assert hours_of(date(2026, 3, 29), "Europe/Stockholm") == 23
    assert hours_of(date(2026, 3, 8), "America/New_York") == 23


def test_the_day_clocks_go_back_has_25_hours() -> None:
    assert hours_of(date(2026, 10, 25), "Europe/Stockholm") == 25
    assert hours_of(date(2026, 11, 1), "America/New_York") == 25


def test_a_day_whose_midnight_is_skipped_begins_with_its_first_moment() -> None:
    begins = midnight(to_day(date(2018, 11, 4)), "America/Sao_Paulo")
    assert format_instant(begins, "America/Sao_Paulo") == "2018-11-04T01:00:00-02:00"
    assert hours_of(date(2018, 11, 4), "America/Sao_Paulo") == 23


def test_a_day_that_a_zone_skipped_has_no_length() -> None:
    assert hours_of(date(2011, 12, 30), "Pacific/Apia") == 0


@given(day=DAYS, zone=zones)
def test_a_day_begins_at_its_midnight(day: int, zone: str) -> None:
    begins = midnight(day, zone)
    assert local_day(begins, zone) == day
    assert local_day(begins - 1, zone) == day - 1


@given(instant=INSTANTS, zone=zones)
def test_an_instant_lies_in_its_local_day(instant: int, zone: str) -> None:
    day = local_day(instant, zone)
    assert midnight(day, zone) <= instant < midnight(day + 1, zone)


@given(instant=INSTANTS, zone=zones)
def test_an_instant_reads_back_as_it_was_written(instant: int, zone: str) -> None:
    assert parse_instant(format_instant(instant, zone), "UTC") == instant


@pytest.mark.parametrize(
    "zone",
    [
        "UTC",
        "Europe/Stockholm",
        "America/Sao_Paulo",
        "America/St_Johns",  # until 2011 clocks went back one minute after midnight
        "Pacific/Apia",  # skipped 30 December 2011
        "Africa/Casablanca",  # four changes a year
    ],
)
def test_the_table_of_offsets_gives_every_midnight(zone: str) -> None:
    first, last = to_day(date(2008, 1, 1)), to_day(date(2013, 1, 1))
    steps = offset_steps(zone, first_day=first, last_day=last)
    assert steps[0][0] == first
    assert all(a[1] != b[1] and a[0] < b[0] for a, b in pairwise(steps))
    offsets = dict(steps)
    offset = 0
    for day in range(first, last + 1):
        offset = offsets.get(day, offset)
        assert day * 86_400 - offset == midnight(day, zone), from_day(day)


def test_a_zone_without_clock_changes_is_one_step() -> None:
    assert offset_steps("Asia/Kolkata", first_day=10_000, last_day=30_000) == ((10_000, 19_800),)


@pytest.mark.parametrize(
    "text,expected",
    [
        ("2026-01-31T10:00:00Z", 1_769_853_600),
        ("2026-01-31T10:00:00+01:00", 1_769_850_000),
        ("2026-01-31T10:00-05:00", 1_769_871_600),
        ("2026-01-31 10:00", 1_769_850_000),
        ("2026-01-31T10:00:30", 1_769_850_030),
        ("2026-10-25 02:30", 1_792_888_200),  # happens twice: the earlier one
    ],
)
def test_instants_are_read(text: str, expected: int) -> None:
    assert parse_instant(text, "Europe/Stockholm") == expected


@pytest.mark.parametrize(
    "text,message",
    [
        ("2026-03-29 02:30", "the clock skips it"),
        ("2026-02-30 10:00", "is not an instant"),
        ("2026-01-31", "is not an instant"),
        ("2026-01-31 24:00", "is not an instant"),
        ("2026-01-31T10:00:60Z", "is not an instant"),
        ("2026-01-31T10:00:00.5Z", "is not an instant"),
        ("2026-01-31T10:00:00+99:00", "is not an instant"),
        ("\u0662\u0660\u0662\u0666-01-31T10:00:00Z", "is not an instant"),
        ("1969-12-31T23:59:59Z", "outside of the years"),
        ("2401-01-01T00:00:00Z", "outside of the years"),
        ("tomorrow" * 1000, "is not an instant"),
    ],
)
def test_what_is_no_instant_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_instant(text, "Europe/Stockholm")


def test_zones_are_known_by_their_exact_name() -> None:
    assert is_zone("Europe/Stockholm")
    assert is_zone("UTC")
    for name in ("europe/stockholm", "Europe/Nowhere", "", "../zoneinfo/UTC", "localtime", "\0"):
        assert not is_zone(name)
