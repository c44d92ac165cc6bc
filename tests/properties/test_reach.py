"""The random books reach what the properties speak of: a property over changes that never happen would hold."""

from __future__ import annotations

from collections import Counter

import pytest

from planshift.decision.reasons import REASON_CODES
from planshift.policy.term_values import Choice
from planshift.policy.terms import TERM
from tests.properties.strategies import asked, book_of
from tests.reference.answer import Answer
from tests.reference.decide import decide

BOOKS, REQUESTS = 200, 20

NOT_DRAWN: frozenset[str] = frozenset()
"""Values that no book says."""


@pytest.fixture(scope="module")
def answers() -> list[Answer]:
    found = []
    for seed in range(BOOKS):
        _, book = book_of(seed)
        for subscription, request in asked(book, seed, times=REQUESTS):
            rules = book.rulebook.typed_rules
            found.append(decide(book.document, rules, subscription=subscription, request=request))
    return found


@pytest.mark.xdist_group("reach")
def test_every_verdict_direction_and_reason_is_reached(answers: list[Answer]) -> None:
    verdicts = Counter(answer.verdict for answer in answers)
    assert verdicts["allowed"] > len(answers) // 4, verdicts
    assert set(verdicts) == {"allowed", "denied", "needs_remedy", "needs_approval"}
    directions = {answer.direction for answer in answers}
    assert directions == {"upgrade", "downgrade", "crossgrade", "term_change", "cancel", "start", "renewal"}
    codes = {reason.code for answer in answers for reason in answer.reasons}
    assert codes >= {*REASON_CODES, "switch_skipped"}, set(REASON_CODES) - codes


@pytest.mark.xdist_group("reach")
def test_every_value_of_every_term_decides_some_priced_change(answers: list[Answer]) -> None:
    priced = [answer.terms for answer in answers if answer.priced is not None]
    told = {(name, value) for terms in priced for name, (value, _, _) in terms.items()}
    reached = {f"{name}: {value.word}" for name, value in told if isinstance(value, Choice)}
    choices = {name: term.shape for name, term in TERM.items() if isinstance(term.default, Choice)}
    known = {
        f"{name}: {word}"
        for name, shape in choices.items()
        for word in (*shape.words, *(counted.word for counted in shape.counted))
    }
    assert known - reached == NOT_DRAWN


@pytest.mark.xdist_group("reach")
def test_every_rank_settles_some_term(answers: list[Answer]) -> None:
    ranks = {rank for answer in answers for _, rank, _ in answer.terms.values()}
    assert ranks == {
        "default", "any", "direction", "client_group", "customer", "group", "plan", "arriving", "path", "rule",
        "renewal",
    }  # fmt: skip  # one list, weak to strong


@pytest.mark.xdist_group("reach")
def test_every_kind_of_line_and_every_way_of_money_is_reached(answers: list[Answer]) -> None:
    priced = [answer.priced for answer in answers if answer.priced is not None]
    kinds = {line.kind for found in priced for line in found.lines if line.minor}
    flat = {"fee", "one_time", "setup", "penalty", "remainder", "renewal", "waiting"}
    assert kinds == {"charge", "credit", "charge_old", *flat}
    assert {name for found in priced for name, minor in found.flow.items() if minor} == set(priced[0].flow)
    assert any(found.bought for found in priced)
    assert {found.contract[0] for found in priced} == {"none", "carried_on", "begins", "ends"}
