"""The cases of the flagship exercise all of it; those of the other books, every rule and every term of theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from planshift.book import load
from planshift.cases.coverage import Coverage
from planshift.cases.covering import Covering
from planshift.cases.run import run

POLICIES = Path(__file__).parents[2] / "policies"


def coverage(name: str) -> Coverage:
    book = load(POLICIES / name)
    covering = Covering(book)
    run(book, watch=covering.watch, listen=covering.listen)
    return covering.coverage()


def test_everything_in_the_flagship_is_exercised() -> None:
    assert [(item.text, item.missing) for item in coverage("hosting").uncovered] == []


@pytest.mark.parametrize("name", ["atomia", "blesta", "blesta-switching", "business-manager", "engageip"])
def test_rules_conditions_terms_and_switches_of_the_other_books_are_exercised(name: str) -> None:
    found = coverage(name)
    kinds = ("rules", "conditions", "terms", "switches", "statements")
    assert [(item.text, item.missing) for item in found.uncovered if item.kind in kinds] == []
