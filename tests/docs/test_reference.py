"""The reference says what the code says, and the pages for people speak of everything that is in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from planshift.book import load, load_text
from planshift.decision.reasons import REASON_CODES
from planshift.policy.terms import TERM, TERMS, TermDefinition
from scripts import write_reference

ROOT = Path(__file__).parents[2]


def test_the_pages_are_those_of_this_code(capsys: pytest.CaptureFixture[str]) -> None:
    stale = write_reference.main(["--check"])
    assert not stale, capsys.readouterr().out


def test_every_reason_has_its_meaning() -> None:
    assert tuple(write_reference.MEANINGS) == REASON_CODES


def test_every_term_stands_under_a_heading() -> None:
    assert write_reference.TERM_SECTIONS.keys() <= TERM.keys()
    assert TERMS[0].name in write_reference.TERM_SECTIONS


def test_the_sample_knows_every_reason_but_that_of_rules() -> None:
    rulebook = load(write_reference.SAMPLE).rulebook
    raised = (*rulebook.reading().kernel.objections, *rulebook.renewals().kernel.objections)
    assert {objection.code for objection in raised} == set(REASON_CODES) - {"rule"}


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_the_example_of_a_term_works_in_a_rule(term: TermDefinition) -> None:
    value = write_reference.rule_value(term).replace("5 EUR", "[5 EUR, 6 USD]")
    files = {path.name: path.read_text(encoding="utf-8") for path in write_reference.SAMPLE.iterdir()}
    files["policy.rules"] = f'rule "example" set {term.name} = {value}'
    assert load_text(files).diagnostics == ()


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_how_a_decision_is_made_speaks_of_every_term_and_value(term: TermDefinition) -> None:
    page = ROOT.joinpath("docs", "how-a-decision-is-made.md").read_text(encoding="utf-8")
    said = set(re.findall(r"`([^`\n]+)`", page))
    wanted = {term.name, *term.shape.words, *(counted.show("N") for counted in term.shape.counted)}
    assert not wanted - said, f"the page says nothing of {sorted(wanted - said)}"
