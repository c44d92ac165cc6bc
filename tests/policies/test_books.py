"""Every book under policies/ is clean and does what its own cases say."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from planshift.book import Book, check, load
from planshift.cases.report import report_text
from planshift.cases.run import run

POLICIES = Path(__file__).parents[2] / "policies"
BOOKS = sorted(path for path in POLICIES.iterdir() if path.is_dir())


@cache
def book_in(folder: Path) -> Book:
    return load(folder)


def test_there_are_books() -> None:
    assert BOOKS


@pytest.mark.parametrize("folder", BOOKS, ids=lambda path: path.name)
def test_a_book_checks_clean(folder: Path) -> None:
    assert check(folder) == ()


@pytest.mark.parametrize("folder", BOOKS, ids=lambda path: path.name)
def test_a_book_passes_its_own_cases(folder: Path) -> None:
    report = run(book_in(folder))
    assert report.ok, "\n" + report_text(report)
    assert not report.of("todo")


@pytest.mark.parametrize("folder", BOOKS, ids=lambda path: path.name)
def test_every_subscription_of_a_book_is_used_by_a_case(folder: Path) -> None:
    book = book_in(folder)
    used = {case.subscription.id for file in book.cases for case in file.cases}
    assert {subscription.id for subscription in book.subscriptions.values()} <= used


@pytest.mark.parametrize("folder", BOOKS, ids=lambda path: path.name)
def test_every_case_that_asks_says_whether_and_why(folder: Path) -> None:
    """A verdict alone proves little: a case tells its reasons as well, and what is due."""
    for file in book_in(folder).cases:
        for case in file.cases:
            told = {each.name for each in case.expected}
            told_all = all(each.about_offers for each in case.expected)
            assert told_all if case.request is None else told >= {"verdict", "reasons"}, f"{file.file}: {case.name}"


def test_hosting_shows_what_it_can_do() -> None:
    book = book_in(POLICIES / "hosting")
    cases = [case for file in book.cases for case in file.cases]
    assert len(book.subscriptions) >= 8
    assert len(cases) >= 25
    assert {subscription.currency for subscription in book.subscriptions.values()} == {"EUR", "USD", "JPY"}


def test_every_rule_of_hosting_is_shown_by_a_case() -> None:
    """Each rule must hold in some case that asks for a change."""
    book = book_in(POLICIES / "hosting")
    held: set[str] = set()
    for file in book.cases:
        for case in file.cases:
            if case.request is not None:
                decision = book.decide(case.subscription, case.request)
                rules = enumerate(decision.reading.kernel.rules)
                held |= {rule.title for k, rule in rules if decision.truth(f"rule.{k}")}
    assert {rule.title for rule in book.rulebook.typed_rules.rules} == held
