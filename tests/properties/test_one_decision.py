"""One decision is the oracle's decision: verdict, reasons, direction, terms with sources, dates, lines, flow.

The oracle (`tests/reference/decide.py`) reads the policy document and knows nothing of the compiled form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import pytest

from tests.properties.strategies import asked, book_of
from tests.reference.answer import read
from tests.reference.decide import decide

BLOCKS, BOOKS, REQUESTS = 16, 8, 80
"""10,240 decisions, in blocks that run side by side."""


def differences(found: object, expected: object, at: str = "") -> Iterator[str]:
    """Where two answers are not the same."""
    if found == expected:
        return
    if is_dataclass(found) and type(found) is type(expected):
        for field in fields(found):
            yield from differences(getattr(found, field.name), getattr(expected, field.name), f"{at}.{field.name}")
    elif isinstance(found, dict) and isinstance(expected, dict):
        for key in found | expected:
            yield from differences(found.get(key), expected.get(key), f"{at}.{key}")
    else:
        yield f"{at}: decided {found}, the oracle says {expected}"


@pytest.mark.parametrize("block", range(BLOCKS))
def test_one_decision_is_the_oracles_decision(block: int) -> None:
    for seed in range(block * BOOKS, (block + 1) * BOOKS):
        _, book = book_of(seed)
        rules = book.rulebook.typed_rules
        for number, (subscription, request) in enumerate(asked(book, seed, times=REQUESTS)):
            found = read(book.decide(subscription, request))
            expected = decide(book.document, rules, subscription=subscription, request=request)
            told = [f"book {seed}, request {number}", str(subscription), str(request), *differences(found, expected)]
            assert found == expected, "\n".join(told)
