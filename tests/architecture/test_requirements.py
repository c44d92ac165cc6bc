"""Every requirement is shown, the page tells by what, and nothing shows one that is not on the list."""

from __future__ import annotations

import pytest

from scripts import write_requirements

pytestmark = pytest.mark.xdist_group("source")  # each process would read all cases and tests for itself


def test_the_page_is_that_of_these_cases_and_tests(capsys: pytest.CaptureFixture[str]) -> None:
    stale = write_requirements.main(["--check"])
    assert not stale, capsys.readouterr().out


def test_nothing_shows_a_requirement_that_is_not_on_the_list() -> None:
    assert [f"{each.file.name}, {each.title}: {each.number}" for each in write_requirements.unknown_numbers()] == []


def test_no_number_stands_twice_on_the_list() -> None:
    numbers = write_requirements.numbers()
    assert len(numbers) == len(set(numbers)) == 118


def test_every_requirement_is_shown() -> None:
    assert write_requirements.open_numbers() == ()
