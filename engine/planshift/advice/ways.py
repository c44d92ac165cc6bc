"""The ways to the change that is asked for: smallest sets of steps with which the book allows it.

Every set of steps is decided as a whole by the book itself, and a set is kept where it is allowed and no part of it
is. Waiting comes last in a set: for how long depends on everything else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

from planshift.advice.answer import ACTORS, STEP_KINDS, Actor, Step, StepKind, Way
from planshift.advice.deeds import deeds
from planshift.advice.facts import otherwise
from planshift.advice.moves import Move, view_of
from planshift.advice.situation import Inquiry, Situation
from planshift.advice.waiting import earliest
from planshift.billing.calendar import from_day
from planshift.book import Decision

MOST_STEPS = 3
"""More things at once are no advice."""

_MOST_TRIED = 24
"""How many sets of a size are gone on from."""

Key = tuple[StepKind, str]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Reached:
    """Where some steps lead to, which is not allowed yet."""

    steps: tuple[Step, ...]
    situation: Situation
    decision: Decision

    @property
    def keys(self) -> frozenset[Key]:
        return frozenset(map(_key, self.steps))


def _key(step: Step) -> Key:
    return step.kind, step.name


@final
class _Search:
    """The ways found so far, and the sets of steps that were tried."""

    def __init__(self, inquiry: Inquiry) -> None:
        self.inquiry = inquiry
        self.ways: dict[frozenset[Key], Way] = {}
        self._tried: set[frozenset[tuple[object, ...]]] = set()

    def beaten(self, keys: frozenset[Key]) -> bool:
        """Whether some of these steps would do."""
        return any(found <= keys for found in self.ways)

    def found_by(self, *actors: Actor) -> bool:
        """Whether there is a way that is the doing of one of these, other than passing the refusal."""
        return any(way.actor in actors and way.steps[0].kind != "override" for way in self.ways.values())

    def going_on(self, there: _Reached) -> Iterator[_Reached]:
        """Everything one more step leads to; where that is allowed, it is a way."""
        view = view_of(self.inquiry, there.situation, decision=there.decision)
        # what would have to be otherwise is told alone, or together with more where nothing can be done
        facts = () if there.steps and self.found_by("customer", "company") else otherwise(view)
        for move in (*deeds(view), *facts):
            reached = self._decided(there, move)
            if reached is not None:
                yield reached
        if not self.beaten(there.keys | {("wait", "")}):
            self._wait(there)

    def _decided(self, there: _Reached, move: Move) -> _Reached | None:
        steps = (*there.steps, move.step)
        keys = frozenset(map(_key, steps))
        tried = frozenset((*_key(step), step.value, step.day) for step in steps)
        if _key(move.step) in there.keys or tried in self._tried or self.beaten(keys):
            return None
        self._tried.add(tried)
        decision = self.inquiry.decide(move.situation)
        if decision is not None and decision.allowed:
            self.ways[keys] = Way(steps=steps, decision=decision)
            return None
        return None if decision is None else _Reached(steps=steps, situation=move.situation, decision=decision)

    def _wait(self, there: _Reached) -> None:
        waited = earliest(self.inquiry, there.situation, decision=there.decision)
        if waited is None:
            return
        day = from_day(waited.decision.today)
        step = Step(kind="wait", actor="customer", text=f"wait until {day}", value=waited.renewals, day=day)
        self.ways[there.keys | {_key(step)}] = Way(steps=(*there.steps, step), decision=waited.decision)


def ways_to(inquiry: Inquiry, situation: Situation, *, decision: Decision) -> tuple[Way, ...]:
    """The ways to a change that is not allowed as things stand, the nearest first."""
    search = _Search(inquiry)
    frontier = [_Reached(steps=(), situation=situation, decision=decision)]
    for size in range(1, MOST_STEPS + 1):
        reached = [further for there in frontier for further in search.going_on(there)]
        if size > 1 and search.found_by("customer"):
            break
        frontier = [each for each in reached if not search.beaten(each.keys)]
        frontier.sort(key=lambda each: len(each.decision.reasons))  # what has lifted something is gone on from first
        frontier = frontier[:_MOST_TRIED]
    return tuple(sorted(search.ways.values(), key=_nearness))


def _nearness(way: Way) -> tuple[int, bool, int, list[int]]:
    kinds = [step.kind for step in way.steps]
    return ACTORS.index(way.actor), "override" in kinds, len(kinds), [STEP_KINDS.index(kind) for kind in kinds]
