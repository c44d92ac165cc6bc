"""Conditions as text: each line of a rule as it stands in its file, with the value of each part hanging under it.

when upgrade and to.level - from.level >= 2 and not loyal
     |           |        | |          |        |   |
     yes         3        2 1          yes      no  yes
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import final

from planshift.decision.citing import Cited
from planshift.decision.condition_values import ConditionValues, ExpressionValues, PartValue
from planshift.decision.sheet import WIDTH, Drawing, Paragraph, Section, Sheet, sheet_of
from planshift.diagnostics.excerpt import printable, width

_LONGEST = 40
"""Longer values are cut."""

_NARROWEST = 24
_DEEPER = 4


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Hanging:
    """A value and the column of the printed line that it hangs under."""

    column: int
    text: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """The part of a line that is printed in one go, behind a lead of blanks."""

    start: int
    stop: int
    lead: int


def condition_head(condition: ConditionValues) -> str:
    """Whether a rule held, in a line."""
    told = "always holds" if not condition.expressions else "held" if condition.held else "did not hold"
    return f'rule "{condition.rule}" {told}'


def condition_text(condition: ConditionValues, *, room: int) -> str:
    """Whether a rule held, where it stands, and under that its condition with its values."""
    head = f"{condition_head(condition)} ({condition.span.file}:{condition.span.line})"
    return "\n".join((head, *(f"  {line}" for line in condition_lines(condition, room=room - 2))))


def conditions_sheet(title: str, conditions: Iterable[ConditionValues], *, room: int = WIDTH) -> Sheet:
    """The sheet of what rules made of a change."""
    return sheet_of(title, (_section(each, room=room - 2) for each in conditions))


def _section(condition: ConditionValues, *, room: int) -> Section:
    place = Paragraph(text=(Cited(text=str(condition.span), span=condition.span),), tone="faint")
    lines = tuple(condition_lines(condition, room=room))
    return Section(heading=condition_head(condition), blocks=(place, *((Drawing(lines=lines),) if lines else ())))


def condition_lines(condition: ConditionValues, *, room: int) -> Iterator[str]:
    """The condition of a rule and the `let`s that it uses, with their values, in at most `room` columns."""
    for each in condition.expressions:
        yield from _expression_lines(each, room=max(room, _NARROWEST))


def _expression_lines(expression: ExpressionValues, *, room: int) -> Iterator[str]:
    """The lines of one expression, without the indentation that all of them have and without lines of comment."""
    told = [line for line in expression.lines if not line.lstrip().startswith("#")]
    indent = min((len(line) - len(line.lstrip()) for line in told if line.strip()), default=0)
    for number, line in enumerate(expression.lines, start=expression.span.line):
        for piece in _pieces(line.rstrip(), indent, room=room) if line in told else ():
            yield " " * piece.lead + printable(line[piece.start : piece.stop]).rstrip()
            inside = [
                part for part in expression.parts if part.at[0] == number and piece.start < part.at[1] <= piece.stop
            ]
            yield from _hung([_hanging(part, piece, line=line) for part in inside], room=room)


def _pieces(line: str, indent: int, *, room: int) -> Iterator[_Piece]:
    """A line in pieces that fit, each cut behind a blank where there is one; what goes on is indented."""
    start, lead = indent, 0
    while start < len(line):
        stop = len(line)
        while lead + width(line[start:stop]) > room and stop > start + 1:
            blank = line.rfind(" ", start + 1, stop - 1)
            stop = blank + 1 if blank > 0 and line[start:blank].strip() else stop - 1
        yield _Piece(start=start, stop=stop, lead=lead)
        start, lead = stop, _DEEPER


def _hanging(part: PartValue, piece: _Piece, *, line: str) -> _Hanging:
    told = printable(part.value)
    told = told if len(told) <= _LONGEST else f"{told[: _LONGEST - 1]}…"
    return _Hanging(column=piece.lead + width(line[piece.start : part.at[1] - 1]), text=told)


def _hung(values: list[_Hanging], *, room: int) -> Iterator[str]:
    """Bars, and the values under them: from the right, each as high as there is room; what is too wide comes last."""
    waiting = sorted(values, key=lambda each: each.column)
    if not waiting:
        return
    yield _row([(each.column, "|") for each in waiting])
    while waiting:
        row, left, edge = [], [], room + 1
        for each in reversed(waiting):
            fits = each.column + width(each.text) < edge
            row.append((each.column, each.text if fits else "|"))
            left += [] if fits else [each]
            edge = each.column
        if len(left) == len(waiting):  # the last one is too wide for its place
            yield _pushed(waiting, room=room)
            left = left[1:]
        else:
            yield _row(row)
        waiting = left[::-1]


def _pushed(waiting: list[_Hanging], *, room: int) -> str:
    """The last value as far to the left as it needs to be, whatever bar it hides."""
    *others, last = waiting
    start = max(room - width(last.text), 0)
    return _row([*((each.column, "|") for each in others if each.column + 1 < start), (start, last.text)])


def _row(cells: Sequence[tuple[int, str]]) -> str:
    """Texts at their columns; of two at one column, the first."""
    line = ""
    for column, text in sorted(cells, key=lambda cell: cell[0]):
        if column >= width(line):
            line += " " * (column - width(line)) + text
    return line
