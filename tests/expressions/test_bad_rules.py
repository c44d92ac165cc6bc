"""What is said of bad rules, in full: each file of `bad/` beside the text that a person would read about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from planshift.diagnostics.codes import CODES
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.render import to_text
from planshift.expressions.check import check_rules
from planshift.expressions.parse import parse_rules
from tests.expressions.strategies import ENV, TERMS
from tests.golden import assert_golden

BAD = sorted((Path(__file__).parent / "bad").glob("*.rules"))


def found_in(path: Path) -> tuple[Diagnostic, ...]:
    file, unread = parse_rules(path.read_text(encoding="utf-8"), file=path.name)
    _, wrong = check_rules(file, ENV, terms=TERMS)
    return *unread, *wrong


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_rules_are_explained(path: Path) -> None:
    assert_golden(to_text(found_in(path), {path.name: path.read_text(encoding="utf-8")}), path.with_suffix(".txt"))


def test_every_code_of_the_rules_has_a_bad_example() -> None:
    shown = {diagnostic.code for path in BAD for diagnostic in found_in(path)}
    assert shown == {name for name, code in CODES.items() if code.phase == "rules"}


def test_every_mistake_names_the_statement_it_is_in() -> None:
    unnamed = [d for path in BAD for d in found_in(path) if not d.context]
    assert [d.message for d in unnamed] == ["this text is never closed", "`Bare` cannot stand here"], "no title to name"
