"""Several processes give the report that one gives, and a bar is shown to people only."""

from __future__ import annotations

import shutil
import sys
from io import StringIO
from pathlib import Path

import pytest

from planshift.book import load
from planshift.cli.jobs import progress, report_of
from planshift.diagnostics.errors import InvalidBook, InvalidInput


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The hosting book with two files of its cases, one of which fails in a place."""
    book = tmp_path / "hosting"
    shutil.copytree("policies/hosting", book, ignore=shutil.ignore_patterns("cases"))
    cases = book / "cases"
    cases.mkdir()
    for name in ("moving-up.yaml", "fees.yaml", "two-years.yaml"):
        text = Path("policies/hosting/cases", name).read_text("utf-8")
        cases.joinpath(name).write_text(text.replace("due_now: 20.33 EUR", "due_now: 20.34 EUR"), "utf-8")
    return book


def test_several_processes_give_the_same_report(folder: Path) -> None:
    book = load(folder)
    one, three = (report_of(book, None, jobs=jobs) for jobs in (1, 3))
    assert one == three
    assert [each.name for each in three.of("failed")] == ["Two years of David"]
    assert len({each.span.file for each in three.results}) == 3
    assert report_of(book, "trial", jobs=2) == report_of(book, "trial", jobs=1)


def test_a_selection_without_cases_is_refused_by_several_too(folder: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        report_of(load(folder), "no such case", jobs=2)
    assert [each.code for each in caught.value.diagnostics] == ["PS608"]


def test_mistakes_of_all_files_are_told_together(folder: Path) -> None:
    for name in ("fees.yaml", "two-years.yaml"):
        file = folder / "cases" / name
        file.write_text(file.read_text("utf-8").replace("subscription", "subscriptoin"), "utf-8")
    diagnostics = []
    for jobs in (1, 2):
        with pytest.raises(InvalidBook) as caught:
            report_of(load(folder), None, jobs=jobs)
        diagnostics.append(caught.value.diagnostics)
    assert diagnostics[0] == diagnostics[1]
    assert len({each.span.file for each in diagnostics[1]}) == 2


class Terminal(StringIO):
    """A place that says it is a terminal."""

    def isatty(self) -> bool:
        """Return what it says."""
        return True


@pytest.mark.parametrize("ci, is_shown", [("", True), ("true", False)])
def test_a_bar_is_for_people(monkeypatch: pytest.MonkeyPatch, ci: str, is_shown: bool) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv("TERM", "xterm")
    with progress("hosting", {"a": 1, "b": 1}) as tick:
        tick("a")
        tick("a")
        tick("b")
    assert ("hosting" in terminal.getvalue()) == is_shown
    assert ("100%" in terminal.getvalue()) == is_shown
