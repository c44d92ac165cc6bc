"""Reactions as rulesets of durable-rules: comparisons of one fact's properties with constants, `and`, `or`, no more.

What stands in a ruleset is made here from the checked tree, so nothing that somebody has written reaches the library as
it is. The alternatives of an `or` are made to exclude each other, for it fires once for each that holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from planshift.execution.reactions.matching import Ruleset
from planshift.expressions import tree
from planshift.rulebook.reactions.book_reactions import Reaction, arrived_key, happened_key, when_key

SENTINEL: Final = "sentinel"
"""The property of the fact that always fires: a state for which nothing ever fired cannot be deleted safely."""

MOST_REACTIONS: Final = 32
"""How many reactions one ruleset has: walking one fact, the library keeps at most 64 branches in mind."""

MOST_ALTERNATIVES: Final = 16
"""How many alternatives what a reaction waits for may come to."""

Alternative = Mapping[str, bool]
"""Events, each with whether it must have happened or must not."""


class TooManyAlternativesError(Exception):
    """What a reaction waits for comes to more alternatives than are matched; the text says which reaction it is."""


def rulesets_of(reactions: Sequence[Reaction]) -> tuple[Ruleset, ...]:
    """The rulesets of a book's reactions; those of the first come first.

    Raises:
        TooManyAlternativesError: a reaction waits for too much.
    """
    parts = (reactions[first : first + MOST_REACTIONS] for first in range(0, len(reactions), MOST_REACTIONS))
    return tuple(_ruleset(part) for part in parts)


def _ruleset(reactions: Sequence[Reaction]) -> Ruleset:
    rules: dict[str, object] = {SENTINEL: {"all": [{"m": {SENTINEL: True}}], "pri": 0}}
    properties: dict[str, None] = {}
    for place, each in enumerate(reactions, start=1):
        found = alternatives(each)
        condition = [_is(arrived_key(each.number)), _is(when_key(each.number)), _any_of(found)]
        rules[str(each.number)] = {"all": [{"m": {"$and": condition}}], "pri": place}
        properties |= dict.fromkeys((arrived_key(each.number), when_key(each.number)))
        properties |= dict.fromkeys(happened_key(event) for event in each.events)
    return Ruleset(text=json.dumps(rules), properties=tuple(properties))


def _any_of(found: Sequence[Alternative]) -> dict[str, object]:
    terms = [_all_of(each) for each in found]
    return terms[0] if len(terms) == 1 else {"$or": terms}


def _all_of(alternative: Alternative) -> dict[str, object]:
    terms = [_is(happened_key(event), value=value) for event, value in alternative.items()]
    return terms[0] if len(terms) == 1 else {"$and": terms}


def _is(name: str, *, value: bool = True) -> dict[str, object]:
    return {name: value}


def alternatives(reaction: Reaction) -> tuple[Alternative, ...]:
    """What a reaction waits for as alternatives of which never more than one holds.

    `a or b` comes to `a`, and to `b` without `a`.

    Raises:
        TooManyAlternativesError: there are more than are matched.
    """
    found = tuple(islice(_paths(reaction, {}), MOST_ALTERNATIVES + 1))
    if len(found) > MOST_ALTERNATIVES:
        raise TooManyAlternativesError(
            f"reaction {reaction.number} waits for more than {MOST_ALTERNATIVES} alternatives"
        )
    return found


def _paths(reaction: Reaction, known: Alternative) -> Iterator[Alternative]:
    truth = _truth(reaction.typed.events, known)
    if truth is not None:
        if truth:
            yield known
        return
    event = next(each for each in reaction.events if each not in known and _matters(reaction, each, known))
    yield from _paths(reaction, {**known, event: True})
    yield from _paths(reaction, {**known, event: False})


def _matters(reaction: Reaction, event: str, known: Alternative) -> bool:
    """Whether an event is still looked at, given what is known of others."""
    return any(name == event for name in _open(reaction.typed.events, known))


def _open(events: tree.Expr, known: Alternative) -> Iterator[str]:
    """The events that decide, given what is known of others."""
    if _truth(events, known) is not None:
        return
    if isinstance(events, tree.Name):
        yield events.text
    elif isinstance(events, tree.Junction):
        for each in events.items:
            yield from _open(each, known)


def _truth(events: tree.Expr, known: Alternative) -> bool | None:
    """Whether what is waited for has happened, as far as that is known."""
    if isinstance(events, tree.Name):
        return known.get(events.text)
    assert isinstance(events, tree.Junction)  # the checker lets nothing else through
    truths = [_truth(each, known) for each in events.items]
    settling = events.operator == "or"
    if settling in truths:
        return settling
    return None if None in truths else not settling
