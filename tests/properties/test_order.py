"""The order of sources of equal rank is irrelevant: shuffled books give the same answers.

Paths, groups, members, entries of `for`, plans, prices and terms are shuffled; rules are not, for their order counts.
Places of the policy move with what stands there, so of a source only its rank is compared.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random  # noqa: TID251  # seeded: same seed, same order

import pytest

from planshift.book import load_text
from planshift.diagnostics.span import NOWHERE
from tests.properties.books import Drawn, Json
from tests.properties.strategies import asked, book_of
from tests.properties.terms import Data
from tests.reference.answer import Answer, read


def shuffled(drawn: Drawn, chance: Random) -> Drawn:
    """The same book in another order."""
    policy, catalog = _turned(drawn.policy, chance), _turned(drawn.catalog, chance)
    assert isinstance(policy, dict)
    assert isinstance(catalog, dict)
    return replace(drawn, policy=policy, catalog=catalog)


def _turned(value: Data, chance: Random) -> Data:
    if isinstance(value, list):
        turned = [_turned(item, chance) for item in value]
        return chance.sample(turned, k=len(turned)) if any(isinstance(item, dict) for item in turned) else turned
    if isinstance(value, dict):
        # Where members have no stated level, their place is one.
        placed = "direction" in value and value["direction"] != "by_level"
        ordered = {"switches", *(("members",) if placed else ())}  # of switches the first that is due counts
        entries = [(key, item if key in ordered else _turned(item, chance)) for key, item in value.items()]
        return dict(chance.sample(entries, k=len(entries)))
    return value


def told(answer: Answer) -> Answer:
    """An answer without its places, resources in the order of their names."""
    terms = {name: (value, rank, NOWHERE) for name, (value, rank, _) in answer.terms.items()}
    return replace(answer, terms=terms, uses=tuple(sorted(answer.uses)))


@pytest.mark.parametrize("seed", range(3000, 3016))
def test_the_order_of_equal_ranks_is_irrelevant(seed: int) -> None:
    drawn, book = book_of(seed, groups=2 if seed % 2 else None)
    other = load_text(shuffled(_without_levels(drawn), Random(seed)).files())  # noqa: S311  # chance for tests
    book = load_text(_without_levels(drawn).files())
    for subscription, request in asked(book, seed, times=40):
        first, second = (told(read(each.decide(subscription, request))) for each in (book, other))
        assert first == second, (seed, subscription, request)


def _without_levels(drawn: Drawn) -> Drawn:
    """Where a plan stands in several groups, its level is that in the first of them: rules must not ask for it."""
    groups = drawn.policy.get("groups")
    several = isinstance(groups, dict) and len(groups) > 1
    lines = drawn.rules.splitlines()
    kept = [line.replace("to.level", "1").replace("from.level", "1") for line in lines] if several else lines
    return replace(drawn, rules="\n".join(kept) + "\n" if kept else "")


def test_a_shuffle_keeps_everything_that_is_said() -> None:
    drawn, _ = book_of(3000)
    turned = shuffled(drawn, Random(1))  # noqa: S311  # chance for tests
    assert _sorted(turned.policy) == _sorted(drawn.policy)
    assert turned.files() != drawn.files()


def _sorted(value: Data | Json) -> object:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return sorted(map(repr, map(_sorted, value)))
    return value
