"""What the rules of a decision read, in words: each fact with the value it had, computed amounts with their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from planshift.decision.answer import Line
from planshift.decision.outcome import Outcome
from planshift.decision.places import Place, place_of
from planshift.decision.reasons import shown
from planshift.expressions.lower import Shown
from planshift.rulebook.sources import Computed


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FiredRule:
    """A rule whose condition held, and the facts it read with their values."""

    place: Place
    reads: tuple[tuple[str, str], ...]


def fired_rules(outcome: Outcome) -> tuple[FiredRule, ...]:
    """The rules whose conditions held, in the order of the policy."""
    found = []
    for k, rule in enumerate(outcome.reading.kernel.rules):
        if outcome.truth(f"rule.{k}"):
            values = _values(outcome, tuple(value for _, value in rule.reads))
            reads = tuple((name, value) for (name, _), value in zip(rule.reads, values, strict=True))
            found.append(FiredRule(place=place_of(rule.source), reads=reads))
    return tuple(found)


def expression_of(outcome: Outcome, line: Line) -> str:
    """What a rule computes the amount of a line by, with its facts in place; empty for every other line."""
    term = outcome.reading.kernel.terms["fee"]
    value = term.values[outcome.value("term.fee")]
    if line.kind != "fee" or not isinstance(value, Computed):
        return ""
    holes = iter(_values(outcome, tuple(part for part in value.parts if isinstance(part, Shown))))
    return "".join(part if isinstance(part, str) else next(holes) for part in value.parts)


def _values(outcome: Outcome, parts: Sequence[Shown]) -> list[str]:
    found = outcome.reading.holes(tuple(parts)).call(outcome.subscription, outcome.request, outcome.today)
    return [shown(outcome, value, part=part) for value, part in zip(found, parts, strict=True)]
