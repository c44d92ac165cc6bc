"""A decision as JSON comes back unchanged, says what the decision says, and is the same for the same question."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from functools import cache

import pytest

from planshift.billing.money import Money, parse_money
from planshift.book import Decision
from planshift.decision.fingerprint import fingerprint_of, text_of
from tests.properties.strategies import decisions

pytestmark = pytest.mark.xdist_group("shared books")


def read_back(text: str) -> dict[str, object]:
    """What a program reads that was handed the text."""
    found = json.loads(text)
    assert isinstance(found, dict)
    return found


@cache
def texts() -> tuple[str, ...]:
    """Every decision as text, written once for all tests."""
    return tuple(json.dumps(decision.to_json()) for decision in decisions())


def written() -> Iterator[tuple[Decision, dict[str, object]]]:
    """Every decision with what is read of it."""
    return zip(decisions(), map(read_back, texts()), strict=True)


def amount(text: object, like: Money) -> Money:
    assert isinstance(text, str)
    return parse_money(text, decimals=like.decimals)


def test_a_decision_comes_back_from_json_unchanged() -> None:
    for decision, data in written():
        assert data == decision.to_json(), decision


def test_json_says_what_the_decision_says() -> None:
    for decision, data in written():
        assert (data["verdict"], data["direction"]) == (decision.verdict, decision.direction)
        assert [reason["code"] for reason in listed(data["reasons"])] == [reason.code for reason in decision.reasons]
        assert named(data["terms"]).keys() == decision.terms.keys()
        for name, term in decision.terms.items():
            assert named(named(data["terms"])[name])["text"] == term.text, (decision, name)


def test_amounts_and_dates_can_be_read_back_exactly() -> None:
    for decision, data in written():
        if decision.verdict == "denied":
            continue
        assert amount(data["due_now"], decision.due_now) == decision.due_now
        assert date.fromisoformat(str(data["effective_on"])) == decision.effective_on
        for line, told in zip(decision.lines, listed(data["lines"]), strict=True):
            assert amount(told["amount"], line.amount) == line.amount, decision
            assert date.fromisoformat(str(told["due_on"])) == line.due_on, decision
        flow = decision.flow
        assert flow is not None
        for name, text in named(data["flow"]).items():
            assert amount(text, decision.due_now) == getattr(flow, name), (decision, name)


def test_the_same_question_has_the_same_answer_and_fingerprint() -> None:
    for decision in decisions()[::5]:
        again = type(decision)(
            decision.rulebook,
            decision.reading,
            replace(decision.subscription),
            replace(decision.request),
            decision.today,
            decision.raw,
        )
        assert again.to_json() == decision.to_json(), decision
        assert again.fingerprint == decision.fingerprint


def test_another_question_has_another_fingerprint() -> None:
    prints = {decision.fingerprint for decision in decisions()}
    asked = {(d.rulebook.digest, d.subscription, d.request) for d in decisions()}
    assert len(prints) == len(asked)


@pytest.mark.parametrize("side", ["subscription", "request"])
def test_every_part_of_a_question_is_in_its_fingerprint(side: str) -> None:
    values = [getattr(decision, side) for decision in decisions()]
    first, digest = values[0], decisions()[0].rulebook.digest
    both = {name: text_of(getattr(decisions()[0], name)) for name in ("subscription", "request")}
    tried = 0
    for field in (each for each in fields(first) if each.compare):
        other = next((value for value in values if getattr(value, field.name) != getattr(first, field.name)), None)
        if other is not None:
            changed = both | {side: text_of(replace(first, **{field.name: getattr(other, field.name)}))}
            assert fingerprint_of(digest, **changed) != fingerprint_of(digest, **both), field.name
            tried += 1
    assert tried > 10


def listed(value: object) -> list[dict[str, object]]:
    assert isinstance(value, list)
    return value


def named(value: object) -> dict[str, object]:
    assert isinstance(value, dict)
    return value
