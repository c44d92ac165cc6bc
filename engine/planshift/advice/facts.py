"""The facts that a rule looked at, and the smallest change of one that turns a comparison in it.

The values to try come from the compiled comparisons themselves: each is asked, at both ends of what the fact can be,
whether it turns on the way there, and halving finds where.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import final

from planshift.advice.answer import Actor, Step
from planshift.advice.conditions import columns, comparisons, cone, dated, reading_any, values
from planshift.advice.fact_setters import Setter, setter_of
from planshift.advice.moves import Move, View
from planshift.advice.situation import Situation
from planshift.billing.subscription import FactValue
from planshift.decision.reasons import shown
from planshift.expressions.form import Bool, Int, Text
from planshift.expressions.lower import Shown
from planshift.expressions.types import BOOL, TEXT, Enum

_MOST_VALUES = 6
"""How many values of one fact are tried."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A fact that could be otherwise: its name in rules, how it is read, and how a situation is given another value."""

    name: str
    part: Shown
    actor: Actor
    set: Setter
    low: int = 0
    high: int = 0


def facts_of(view: View) -> Iterator[Fact]:
    """The facts that rules name and that the conditions of a view look at, where they can be otherwise."""
    reads = {name: part for rule in view.decision.reading.kernel.rules for name, part in rule.reads}
    for name, part in reads.items():
        known = setter_of(view, name)
        if name.startswith("usage.") and "over_limits" in view.codes:
            continue  # using less is a deed of its own
        if known is not None and part.divisor == 1 and part.node in view.nodes:
            low, high = (part.node.lo, part.node.hi) if isinstance(part.node, Int) else (0, 0)
            yield Fact(name=name, part=part, set=known[0], actor=known[1], low=low, high=high)


def otherwise(view: View) -> Iterator[Move]:
    """Each fact with each value that turns a comparison, the nearest value of each first."""
    for fact in facts_of(view):
        yield from moves_of(view, fact)


def moves_of(view: View, fact: Fact) -> Iterator[Move]:
    """A fact with the values that turn a comparison, the nearest first."""
    (now,) = _read(view, fact)(view.situation)
    for value in _turning_values(view, fact, now=now):
        before, after = (shown(view.decision, each, part=fact.part) for each in (now, value))
        told = f"{_bound(fact, now, value)}{after}" or "nothing"
        step = Step(
            kind="fact",
            actor=fact.actor,
            text=f"{fact.name} {told if _bound(fact, now, value) else f'= {told}'} (now {before or 'nothing'})",
            name=fact.name,
            value=value,
            before=before,
            after=told,
        )
        yield Move(step=step, situation=fact.set(view.situation, value))


def _bound(fact: Fact, now: FactValue, value: FactValue) -> str:
    """How a count is bound; other facts are one thing or another."""
    if isinstance(fact.part.type, Enum) or not isinstance(fact.part.node, Int):
        return ""
    assert isinstance(now, int)  # what an integer node comes to
    assert isinstance(value, int)  # and what it is given
    return "at least " if value > now else "at most "


def _read(view: View, fact: Fact) -> Callable[[Situation], tuple[FactValue, ...]]:
    """What reads the fact in a situation."""
    return _evaluated(view, (fact.part.node,))


def _evaluated(view: View, nodes: tuple[Int | Bool | Text, ...]) -> Callable[[Situation], tuple[FactValue, ...]]:
    day = view.decision.today

    def come_to(there: Situation) -> tuple[FactValue, ...]:
        return values(view.decision.reading, nodes, subscription=there.subscription, request=there.request, day=day)

    return come_to


def _turning_values(view: View, fact: Fact, *, now: FactValue) -> Sequence[FactValue]:
    """The values of a fact at which a comparison comes out otherwise than now."""
    kind, node = fact.part.type, fact.part.node
    own = columns(cone((node,))) - dated(view.decision.reading)
    turning = reading_any(comparisons(view.nodes), own)
    if kind == BOOL:
        return [not now]
    if isinstance(kind, Enum):
        return [k for k in range(len(kind.members)) if k != now][:_MOST_VALUES]
    if kind == TEXT:
        return [text for text in _compared_texts(turning, node) if text != now][:_MOST_VALUES]
    assert isinstance(now, int)  # every other type is read from an integer node
    found = {value for value in _turning_counts(view, fact, now=now, turning=turning) if value != now}
    return sorted(found, key=lambda value: (abs(int(value) - now), value))[:_MOST_VALUES]


def _compared_texts(turning: tuple[Bool, ...], node: Int | Bool | Text) -> list[FactValue]:
    """The constants that a text is looked up among."""
    found: dict[FactValue, None] = {}
    for each in turning:
        if each.op == "within" and each.args[0] is node:
            constants = each.args[1]
            assert isinstance(constants, tuple)  # made by Text.within
            found |= dict.fromkeys(str(text) for text in constants)
    return list(found)


def _turning_counts(view: View, fact: Fact, *, now: int, turning: tuple[Bool, ...]) -> Iterator[int]:
    """Where each comparison turns below and above the present value, and the one value that an equality asks for."""
    read = _evaluated(view, turning)
    before = read(view.situation)

    def stays(position: int, value: int) -> bool:
        return read(fact.set(view.situation, value))[position] == before[position]

    for bound in (fact.low, fact.high):
        there = read(fact.set(view.situation, bound))
        turned = (k for k in range(len(before)) if there[k] != before[k])
        yield from (_edge(partial(stays, k), now, bound) for k in turned)
    for each in turning:
        if each.op == "same" and fact.part.node in each.args:
            other = next((arg for arg in each.args if arg is not fact.part.node), fact.part.node)
            assert isinstance(other, Int)  # both sides of an equality of integers
            (value,) = _evaluated(view, (other,))(view.situation)
            yield from (int(value), *(near for near in (now - 1, now + 1) if fact.low <= near <= fact.high))


def _edge(stays: Callable[[int], bool], now: int, bound: int) -> int:
    """The value nearest to `now`, on the way to `bound`, at which something does not stay as it is."""
    while abs(bound - now) > 1:
        middle = (now + bound) // 2
        now, bound = (middle, bound) if stays(middle) else (now, middle)
    return bound
