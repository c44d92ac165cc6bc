"""Advice is sound: done as it says, it does what it says. The random books of the other properties give it.

What an advice says is carried out by `applying`, which knows its steps and nothing of how they were found.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import combinations

import pytest

from planshift.advice.answer import Advice
from planshift.advice.from_decision import advise
from planshift.book import Book, Decision
from planshift.decision.answer import Line
from planshift.diagnostics.errors import InvalidInput
from tests.advice.applying import applied
from tests.properties.strategies import asked, book_of
from tests.reference.days import local_day, midnight

BLOCKS, BOOKS, REQUESTS = 4, 5, 6


@lru_cache
def advices(block: int) -> tuple[tuple[Book, Advice], ...]:
    """What is advised about requests of some books."""
    return tuple(
        (book, advise(book, book.decide(subscription, request)))
        for seed in range(block * BOOKS, (block + 1) * BOOKS)
        for book in [book_of(seed)[1]]
        for subscription, request in asked(book, seed, times=REQUESTS)
    )


@pytest.mark.parametrize("block", range(BLOCKS))
def test_every_way_done_as_it_says_is_allowed(block: int) -> None:
    for book, advice in advices(block):
        decision = advice.decision
        for way in advice.ways:
            subscription, request = applied(book, (decision.subscription, decision.request), way.steps)
            found = book.decide(subscription, request)
            assert found.allowed, (way.steps, found.reasons)
            assert found.effective_on == way.decision.effective_on, way.steps
            assert found.flow == way.decision.flow, way.steps


@pytest.mark.parametrize("block", range(BLOCKS))
def test_no_part_of_a_way_would_do(block: int) -> None:
    for book, advice in advices(block):
        decision = advice.decision
        for way in advice.ways:
            for steps in (part for size in range(len(way.steps)) for part in combinations(way.steps, size)):
                try:
                    found = book.decide(*applied(book, (decision.subscription, decision.request), steps))
                except (InvalidInput, KeyError):
                    continue
                assert not found.allowed, (way.steps, steps)


@pytest.mark.parametrize("block", range(BLOCKS))
def test_every_saving_done_as_it_says_is_allowed_and_costs_no_more_once(block: int) -> None:
    for book, advice in advices(block):
        decision = advice.decision
        for saving in advice.cheaper:
            found = book.decide(*applied(book, (decision.subscription, decision.request), saving.steps))
            assert found.allowed
            assert _once(found.lines) <= _once(decision.lines)


@pytest.mark.parametrize("block", range(BLOCKS))
def test_a_day_to_wait_for_is_the_first_on_which_the_same_is_allowed(block: int) -> None:
    for book, advice in advices(block):
        decision = advice.decision
        for way in advice.ways:
            if [step.kind for step in way.steps] == ["wait"] and decision.request.kind == "change":
                assert way.steps[0].day == _first_day(book, decision)


def _first_day(book: Book, decision: Decision) -> date | None:
    """Day after day the same question, of a subscription that renews meanwhile."""
    held, request = decision.subscription, decision.request
    zone = held.timezone or book.zone
    day = local_day(request.at, zone)
    for _ in range(1_100):
        day += timedelta(days=1)
        if day >= held.period.end:
            in_force = book.document.policy.effective_from or day
            held = book.renew(held, at=midnight(max(held.period.end, in_force), zone)).subscription_after()
        if book.decide(held, replace(request, at=midnight(day, zone))).allowed:
            return day
    return None


def _once(lines: tuple[Line, ...]) -> int:
    return sum(line.amount.minor for line in lines if line.kind in ("fee", "one_time", "setup", "penalty", "remainder"))


@pytest.mark.parametrize("block", range(BLOCKS))
def test_a_chain_is_changes_each_of_what_the_one_before_leaves(block: int) -> None:
    for _, advice in advices(block):
        chain = advice.roads.chain if advice.roads is not None else ()
        before = None
        for hop in chain:
            assert hop.allowed
            if before is not None:
                assert hop.subscription.plan == before.request.plan
                assert hop.request.at >= before.request.at
            before = hop
        if before is not None:
            assert before.request.plan == advice.decision.request.plan
            assert len(chain) > 1


@pytest.mark.parametrize("block", range(BLOCKS))
def test_what_would_be_allowed_instead_is(block: int) -> None:
    for book, advice in advices(block):
        for entry in advice.instead:
            assert book.decide(entry.subscription, entry.request).allowed
            assert entry.request.at == advice.decision.request.at
