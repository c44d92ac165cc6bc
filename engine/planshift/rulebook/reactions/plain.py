"""Which reactions fire, by plain evaluation: what serves everywhere, and what every other matching is held against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from planshift.expressions import tree
from planshift.rulebook.reactions.book_reactions import Reaction, arrived_key, happened_key, when_key


def firing(reactions: Sequence[Reaction], fact: Mapping[str, bool]) -> tuple[int, ...]:
    """The numbers of the reactions that fire for a flat fact, in the order of the book."""
    return tuple(
        each.number
        for each in reactions
        if fact[arrived_key(each.number)] and fact[when_key(each.number)] and _holds(each.typed.events, fact)
    )


def _holds(events: tree.Expr, fact: Mapping[str, bool]) -> bool:
    if isinstance(events, tree.Name):
        return fact[happened_key(events.text)]
    assert isinstance(events, tree.Junction)  # the checker lets nothing else through
    truths = (_holds(each, fact) for each in events.items)
    return all(truths) if events.operator == "and" else any(truths)
