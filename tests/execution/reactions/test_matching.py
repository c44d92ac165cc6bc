"""durable-rules and the plain evaluation fire the same reactions, in the same order."""

from __future__ import annotations

from itertools import islice, product

import pytest

from planshift.execution.reactions.rulesets import (
    MOST_ALTERNATIVES,
    MOST_REACTIONS,
    TooManyAlternativesError,
    alternatives,
    rulesets_of,
)
from planshift.rulebook.reaction_names import EVENTS
from planshift.rulebook.reactions import plain
from planshift.rulebook.reactions.book_reactions import (
    BookReactions,
    arrived_key,
    happened_key,
    when_key,
)
from tests.execution.reactions.drawing import book_of, drawn_book, drawn_situations, seeded

native = pytest.importorskip("durable_rules_engine", reason="durable-rules is not installed, or does not import here")

from planshift.execution.reactions.durable import Durable  # noqa: E402  # imports what may be missing
from planshift.execution.reactions.matching import MatcherFaultError, Ruleset  # noqa: E402  # stands with its user

HISTORIES = 100_000
BOOKS = 40


@pytest.mark.parametrize("seed", range(BOOKS))
def test_the_same_reactions_fire_in_the_same_order(seed: int) -> None:
    rng = seeded(seed)
    book = drawn_book(rng, reactions=rng.choice((1, 2, 3, 5, 8, 13)))
    reactions = BookReactions(book.rulebook)
    durable = Durable(rulesets_of(reactions.all))
    fired = 0
    for event, situation in islice(drawn_situations(rng, book), HISTORIES // BOOKS):
        fact = reactions.summary(event, situation).fact
        wanted = plain.firing(reactions.all, fact)
        assert durable.match(fact) == wanted, (event, situation)
        fired += len(wanted)
    durable.close()
    assert fired or not reactions.all


def test_all_reactions_of_a_large_book_fire_at_once() -> None:
    rng = seeded(1)
    many = drawn_book(rng, reactions=3 * MOST_REACTIONS + 1)
    reactions = BookReactions(many.rulebook)
    durable = Durable(rulesets_of(reactions.all))
    everything = {happened_key(event): True for event in EVENTS}
    for each in reactions.all:
        everything |= {arrived_key(each.number): True, when_key(each.number): True}
    assert durable.match(everything) == tuple(each.number for each in reactions.all)
    for _ in range(200):
        some = {name: rng.random() < 0.9 for name in everything}
        assert durable.match(some) == plain.firing(reactions.all, some)
    durable.close()


def test_the_alternatives_of_a_reaction_exclude_each_other_and_leave_nothing_out() -> None:
    rng = seeded(2)
    for each in BookReactions(drawn_book(rng, reactions=60).rulebook).all:
        found = alternatives(each)
        for truths in product((True, False), repeat=len(each.events)):
            happened = dict(zip(each.events, truths, strict=True))
            holding = [a for a in found if all(happened[event] is value for event, value in a.items())]
            fact = {happened_key(event): value for event, value in happened.items()}
            fact |= {arrived_key(each.number): True, when_key(each.number): True}
            assert len(holding) == len(plain.firing((each,), fact))


def test_what_waits_for_too_many_alternatives_is_not_given_to_the_library() -> None:
    pairs = " and ".join(
        f"({one} or {other})" for one, other in zip(tuple(EVENTS)[:7], tuple(EVENTS)[7:14], strict=True)
    )
    (reaction,) = BookReactions(book_of(f"on {pairs} then notify_staff").rulebook).all
    assert MOST_ALTERNATIVES < 2**7
    with pytest.raises(TooManyAlternativesError, match="reaction 1 waits for more than 16 alternatives"):
        alternatives(reaction)


def test_no_two_properties_of_a_ruleset_have_one_hash() -> None:
    """The library knows properties by 32 bits of a hash and nothing else."""
    numbers = range(1, 5_001)
    names = ["id", "sid", "sentinel", *map(happened_key, EVENTS), *map(arrived_key, numbers), *map(when_key, numbers)]
    assert len({_hash(name) for name in names}) == len(names)


def _hash(name: str) -> int:
    """FNV-1a of 32 bits, as the library computes it."""
    found = 2_166_136_261
    for byte in name.encode():
        found = (found ^ byte) * 16_777_619 % 2**32
    return found


def test_a_fault_throws_the_rulesets_away_and_the_next_event_finds_new_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    reactions = BookReactions(book_of("on invoice.issued then notify_staff").rulebook)
    durable = Durable(rulesets_of(reactions.all))
    fact = {happened_key("invoice.issued"): True, arrived_key(1): True, when_key(1): True}
    assert durable.match(fact) == (1,)
    before = durable._handles

    def refuses(*_: object) -> None:
        raise native.error("Could not assert fact, error code: 303")

    with monkeypatch.context() as patched:
        patched.setattr(native, "assert_fact", refuses)
        with pytest.raises(MatcherFaultError, match="error code: 303"):
            durable.match(fact)
    assert durable._handles == ()
    assert durable.match(fact) == (1,)
    assert durable._handles != before
    durable.close()


def test_a_ruleset_that_cannot_be_made_is_a_fault() -> None:
    with pytest.raises(MatcherFaultError):
        Durable([Ruleset(text="nonsense", properties=())]).match({})
