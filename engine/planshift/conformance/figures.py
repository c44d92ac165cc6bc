"""Comparing what a case expects with what the engine answers.

Figures are compared exactly, as fractions; only a case that its own file calls inexact has a tolerance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import final

from planshift.billing.money import Money
from planshift.conformance.fields import CaseMistake, Fields, as_date, as_fraction, is_null
from planshift.conformance.report import Difference
from planshift.policy.located import Located, Scalar, Sequence, span_of
from planshift.policy.located import Mapping as LocatedMapping


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LineFigure:
    """One line: its kind in the words of the format, its days, its amount."""

    kind: str
    start: date | None
    end: date | None
    amount: Fraction

    def __str__(self) -> str:
        days = f"{self.start} to {self.end}" if self.end else f"on {self.start}"
        return f"{self.kind} {days} {decimal_text(self.amount)}"


Single = Money | Fraction | int | date | str | None
Figure = Single | tuple[LineFigure, ...] | tuple[Single, ...] | tuple[tuple[date, date], ...]
"""What the engine can answer to one expected field."""

Figures = Mapping[str, Callable[[], Figure]]
"""How each field that a kind of case may expect is answered; only what a case expects is asked for."""

Answer = Figures | tuple[Figures, ...]
"""The figures of a case, or of each step of a case that has several (`expect.steps`)."""


NO_FIGURES = {"terms": "how the source writes the sum that `cycles` is"}
"""Fields under `expect` that are no figures, and what they are."""


def differences(expect: Fields, answer: Answer, *, tolerance: Fraction) -> tuple[Difference, ...]:
    """Every expected field whose figure differs, and every one that the kind of case has no figure for.

    Raises:
        CaseMistake: what is expected cannot be read.
    """
    if not isinstance(answer, tuple):
        return _differences(expect, answer, tolerance=tolerance)
    steps = tuple(expect.each("steps"))
    found = [
        Difference(f"step {number}: {each.field}", each.expected, each.got)
        for number, (step, figures) in enumerate(zip(steps, answer, strict=False), start=1)
        for each in _differences(step, figures, tolerance=tolerance)
    ]
    if len(steps) != len(answer):
        found.append(Difference("steps", str(len(steps)), str(len(answer))))
    return tuple(found)


def _differences(expect: Fields, figures: Figures, *, tolerance: Fraction) -> tuple[Difference, ...]:
    found: list[Difference] = []
    for name in expect.names():
        node = expect.node.entries[name].value
        if name in NO_FIGURES:
            continue
        if name not in figures:
            found.append(Difference(name, expected_text(node), "a figure that this kind of case does not have"))
            continue
        got = figures[name]()
        if not agrees(node, got, tolerance=tolerance):
            found.append(Difference(name, expected_text(node), figure_text(got)))
    return tuple(found)


def agrees(node: Located, got: Figure, *, tolerance: Fraction) -> bool:
    """Whether the figure is what the value says. Nothing and an amount of nothing are the same."""
    if isinstance(node, Sequence):
        return isinstance(got, tuple) and _lists_agree(node, got, tolerance=tolerance)
    if not isinstance(node, Scalar) or isinstance(got, tuple):
        return False
    if is_null(node):
        return got is None or (isinstance(got, Money) and got.minor == 0)
    if isinstance(got, date):
        return as_date(node.text) == got
    if isinstance(got, str):
        return node.text == got
    expected = as_fraction(node.text)
    return expected is not None and abs(expected - exact(got)) <= tolerance


def _lists_agree(node: Sequence, got: tuple[object, ...], *, tolerance: Fraction) -> bool:
    if any(isinstance(item, LocatedMapping) for item in node.items) or any(isinstance(x, LineFigure) for x in got):
        lines = tuple(line for line in got if isinstance(line, LineFigure))
        return _lines_agree(_expected_lines(node), lines, tolerance=tolerance)
    return len(node.items) == len(got) and all(
        agrees(item, each, tolerance=tolerance)  # type: ignore[arg-type]  # the parts of a figure are figures
        for item, each in zip(node.items, got, strict=True)
    )


def _lines_agree(expected: list[LineFigure], got: tuple[LineFigure, ...], *, tolerance: Fraction) -> bool:
    """Whether the lines are the same in any order; a line of nothing counts where both sides have one of its kind."""
    shown = {line.kind for line in expected if not line.amount} & {line.kind for line in got if not line.amount}

    def ordered(lines: list[LineFigure]) -> list[LineFigure]:
        counted = [line for line in lines if line.amount or line.kind in shown]
        return sorted(counted, key=lambda line: (line.kind, str(line.start), str(line.end), line.amount))

    ours, theirs = ordered(list(got)), ordered(expected)
    return len(ours) == len(theirs) and all(
        (a.kind, a.start, a.end) == (b.kind, b.start, b.end) and abs(a.amount - b.amount) <= tolerance
        for a, b in zip(ours, theirs, strict=True)
    )


def _expected_lines(node: Sequence) -> list[LineFigure]:
    found: list[LineFigure] = []
    for item in node.items:
        if not isinstance(item, LocatedMapping):
            raise CaseMistake("a line is a mapping of kind, from, to and amount", span_of(item))
        fields = Fields(item, "expect.lines")
        found.append(
            LineFigure(
                kind=fields.text("kind", "charge"),
                start=fields.day_or_none("from"),
                end=fields.day_or_none("to"),
                amount=fields.fraction("amount"),
            )
        )
    return found


def exact(value: Money | Fraction | int | None) -> Fraction:
    """An amount in major units, or a number, as an exact fraction; nothing is zero."""
    if isinstance(value, Money):
        return Fraction(value.minor, 10**value.decimals)
    return Fraction(value or 0)


def figure_text(got: Figure | tuple[object, ...]) -> str:
    """A figure as a person writes it."""
    if got is None:
        return "nothing"
    if isinstance(got, tuple):
        return "[" + ", ".join(figure_text(each) for each in got) + "]"  # type: ignore[arg-type]  # as above
    if isinstance(got, Fraction):
        return decimal_text(got)
    return decimal_text(exact(got)) if isinstance(got, Money) else str(got)


def expected_text(node: Located) -> str:
    """An expected value as its file writes it."""
    if isinstance(node, Scalar):
        return node.text or "nothing"
    if isinstance(node, Sequence):
        return "[" + ", ".join(expected_text(item) for item in node.items) + "]"
    return " ".join(expected_text(entry.value) for entry in node.entries.values())


def decimal_text(value: Fraction) -> str:
    """A fraction as a decimal number where it is one of at most twelve places, else as a quotient."""
    for places in range(2, 13):
        scaled = value * 10**places
        if scaled.denominator == 1:
            whole, part = divmod(abs(scaled.numerator), 10**places)
            return f"{'-' if value < 0 else ''}{whole}.{part:0{places}}"
    return str(value)
