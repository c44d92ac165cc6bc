"""The conditions of rules with the value that each of their parts had for one decision."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import final

from planshift.decision.outcome import Outcome
from planshift.decision.reasons import shown
from planshift.diagnostics.span import Span
from planshift.expressions import tree
from planshift.expressions.lower import Shown
from planshift.expressions.printer import to_text
from planshift.expressions.typed import Typed
from planshift.expressions.types import BOOL, TEXT
from planshift.rulebook.conditions import Condition, Expression


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PartValue:
    """What one part of an expression came to: `at` is the name or the operator that its value hangs under."""

    text: str
    span: Span
    at: tuple[int, int]
    value: str
    truth: bool | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressionValues:
    """A condition, or the `let` of this name that it uses: the lines it stands on, from the first on, and its parts."""

    let: str | None
    span: Span
    lines: tuple[str, ...]
    parts: tuple[PartValue, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionValues:
    """Whether a rule held, and the condition behind it; a rule without one has no expressions."""

    rule: str
    span: Span
    held: bool
    expressions: tuple[ExpressionValues, ...]


Wanted = Callable[[str], bool]
"""Whether a rule of this title is wanted."""


def condition_values(
    outcome: Outcome, sources: Mapping[str, str], *, wanted: Wanted = lambda _: True
) -> tuple[ConditionValues, ...]:
    """The conditions of the rules that were tried, in the order of the policy.

    `sources` are the texts of the book by file, as `Book.sources` has them.
    """
    tried = outcome.rulebook.conditions(outcome.reading)
    return tuple(
        _condition(outcome, each, sources=sources, held=outcome.truth(f"rule.{k}"))
        for k, each in enumerate(tried.conditions)
        if wanted(each.rule.title)
    )


def _condition(outcome: Outcome, condition: Condition, *, sources: Mapping[str, str], held: bool) -> ConditionValues:
    return ConditionValues(
        rule=condition.rule.title,
        span=condition.rule.rule.title.span,
        held=held,
        expressions=tuple(_expression(outcome, each, sources=sources) for each in condition.expressions),
    )


def _expression(outcome: Outcome, expression: Expression, *, sources: Mapping[str, str]) -> ExpressionValues:
    span = expression.typed.node.span
    text = sources.get(span.file, "").split("\n")
    function = outcome.rulebook.conditions(outcome.reading).function(tuple(part.node for _, part in expression.parts))
    found = function.call(outcome.subscription, outcome.request, outcome.today)
    return ExpressionValues(
        let=expression.let.name if expression.let is not None else None,
        span=span,
        lines=tuple(text[span.line - 1 : span.end_line]),
        parts=tuple(
            _part(outcome, typed, shape=shape, value=value, text=text)
            for (typed, shape), value in zip(expression.parts, found, strict=True)
        ),
    )


def _part(outcome: Outcome, typed: Typed, *, shape: Shown, value: int | bool | str, text: Sequence[str]) -> PartValue:
    return PartValue(
        text=to_text(typed.node),
        span=typed.node.span,
        at=_hangs_at(typed, text),
        value=_quoted(str(value)) if shape.type == TEXT else shown(outcome, value, part=shape),
        truth=bool(value) if shape.type == BOOL else None,
    )


def _quoted(text: str) -> str:
    """A text as the rule language writes it."""
    return to_text(tree.Text(value=text))


_OPERATORS: dict[type[tree.Expr], str] = {
    tree.Within: r"\b(not|in)\b",
    tree.PercentOf: r"\bof\b",
    tree.Bounded: r"\bat\b",
    tree.Junction: r"\b(and|or)\b",
}


def _hangs_at(typed: Typed, text: Sequence[str]) -> tuple[int, int]:
    """Where the value of an expression hangs: at the operator between its first two parts, or at its beginning."""
    node = typed.node
    sign = re.escape(node.operator) if isinstance(node, tree.Binary) else _OPERATORS.get(type(node))
    if sign is None or len(typed.parts) < 2:
        return node.span.start
    before, after = (part.node.span for part in typed.parts[:2])
    for line, found in _between(before, after, text=text):
        place = re.search(sign, found)
        if place is not None:
            return line, place.start() + 1
    return node.span.start


def _between(before: Span, after: Span, *, text: Sequence[str]) -> Iterator[tuple[int, str]]:
    """What stands between two places, line by line, with blanks for what stands elsewhere or is a comment."""
    for line in range(before.end_line, min(after.line, len(text)) + 1):
        start = before.end_column - 1 if line == before.end_line else 0
        stop = after.column - 1 if line == after.line else len(text[line - 1])
        yield line, " " * start + text[line - 1][start:stop].partition("#")[0]
