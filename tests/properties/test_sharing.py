"""A book can be shared: threads get the answers that one would, and nothing that is asked or answered changes."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import FrozenInstanceError, fields, is_dataclass
from threading import Barrier

import pytest

from planshift.book import Book, load_text
from tests.properties.strategies import Asked, asked, book_of, decisions, priced
from tests.reference.answer import Answer, read

THREADS = 8


@pytest.mark.parametrize("seed", range(2000, 2004))
def test_eight_threads_get_the_answers_that_one_would(seed: int) -> None:
    drawn, alone = book_of(seed)
    questions = list(asked(alone, seed, times=60))
    expected = [read(alone.decide(*question)) for question in questions]
    shared = load_text(drawn.files())  # no reading of it is compiled yet: the threads meet in that as well
    together = Barrier(THREADS)

    def answers(start: int) -> list[Answer]:
        together.wait()
        turned = questions[start:] + questions[:start]
        found = [read(shared.decide(*question)) for question in turned]
        return found[len(questions) - start :] + found[: len(questions) - start]

    with ThreadPoolExecutor(THREADS) as pool:
        for found in pool.map(answers, range(0, 8 * THREADS, 8)):
            assert found == expected


def test_one_decision_can_be_read_by_eight_threads() -> None:
    for decision in decisions()[::100]:
        with ThreadPoolExecutor(THREADS) as pool:
            found = list(pool.map(lambda _, d=decision: d.to_json(), range(THREADS)))
        assert all(each == found[0] for each in found), decision


def test_deciding_leaves_the_question_as_it_was() -> None:
    _, book = book_of(2000)
    for question in asked(book, 7, times=30):
        before = deepcopy(question)
        first, second = book.decide(*question), book.decide(*question)
        assert read(first) == read(second)
        assert question == before
        assert hash(question.subscription) == hash(before.subscription)


def test_the_order_of_questions_changes_nothing() -> None:
    _, book = book_of(2001)
    questions = list(asked(book, 8, times=40))
    forwards = [read(book.decide(*question)) for question in questions]
    backwards = [read(book.decide(*question)) for question in reversed(questions)]
    assert forwards == backwards[::-1]


def parts(value: object) -> Iterator[object]:
    """A value and everything it is made of."""
    yield value
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from parts(getattr(value, field.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from parts(item)


def test_everything_that_is_answered_is_frozen() -> None:
    told = [
        [d.terms[name] for name in d.terms] + [d.lines, d.flow, d.next_bill, d.contract, d.moves, d.reasons, d.limits]
        for d in priced()[::20]
    ]
    held = [part for values in told for value in values for part in parts(value)]
    assert not [part for part in held if isinstance(part, (list, dict, set, bytearray))]
    for part in held:
        if is_dataclass(part) and not isinstance(part, type):
            first = fields(part)[0].name
            with pytest.raises((FrozenInstanceError, AttributeError)):
                setattr(part, first, None)


def test_neither_book_nor_decision_can_be_changed() -> None:
    _, book = book_of(2000)
    question = next(asked(book, 7, times=1))
    decision = book.decide(*question)
    for holder, name in ((book, "rulebook"), (decision, "raw"), (decision, "verdict"), (question.subscription, "plan")):
        with pytest.raises((FrozenInstanceError, AttributeError)):
            setattr(holder, name, None)
    for mapping in (decision.terms, book.sources, book.rulebook.decimals, book.subscriptions):
        with pytest.raises(TypeError):
            mapping["fee"] = None  # type: ignore[index]  # that it has no such method is what is tried


def ask(book: Book, question: Asked) -> Answer:
    return read(book.decide(*question))
