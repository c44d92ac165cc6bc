"""Reading rules again after an edit: only the statement that was edited, the others are taken over.

The answer is what `parse_rules` gives for the whole text, or nothing where that cannot be known without reading it all:
then it is read. Keywords are reserved and no word or sign goes over the end of a line, so that statements which begin
lines can be read apart where each can be read without a mistake.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import fields, replace
from functools import cache
from typing import TypeVar

from planshift.diagnostics.span import Span
from planshift.expressions import tree
from planshift.expressions.edited_lines import edited_lines
from planshift.expressions.from_syntax import Place
from planshift.expressions.parse import MAX_CHARACTERS, parse_rules, whole

N = TypeVar("N")


def reparse_rules(rules: tree.RuleFile, text: str, *, before: str) -> tree.RuleFile | None:
    """Return the rules of an edited text; `rules` were those of the text `before`, which had no mistake.

    None where the whole text has to be read.
    """
    if len(text) > MAX_CHARACTERS:
        return None
    place = Place(file=rules.span.file, line=rules.span.line, column=rules.span.column)
    edit, lines = edited_lines(before, text), before.split("\n")
    starts = [statement.span.line - place.line for statement in rules.statements]
    above, below = bisect_right(starts, edit.first) - 1, bisect_right(starts, edit.last)
    start = starts[above] if above >= 0 else 0
    stop = starts[below] if below < len(starts) else len(lines)
    if not _begin_lines(rules.statements[max(above, 0) : below + 1], lines, place=place):
        return None
    piece = "\n".join(text.split("\n")[start : stop + edit.by])
    read, problems = parse_rules(piece, file=place.file, first_line=place.line + start, first_column=place.column)
    if problems or read.unreadable:
        return None
    after = (_moved(each, edit.by) if edit.by else each for each in rules.statements[below:])
    statements = (*rules.statements[: max(above, 0)], *read.statements, *after)
    return tree.RuleFile(statements=statements, span=whole(text, place))


def _begin_lines(statements: Sequence[tree.Statement], lines: Sequence[str], *, place: Place) -> bool:
    """Return whether each of the statements is the first on its line."""
    spans = [each.span for each in statements]
    return not any(lines[span.line - place.line][: span.column - place.column].strip() for span in spans)


@cache
def _fields(kind: type) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))


def _moved(part: N, by: int) -> N:
    """Return a part of a tree in its place after lines came in above it, or went."""
    if isinstance(part, tuple):
        return tuple(_moved(each, by) for each in part)  # type: ignore[return-value]  # as many parts of the same kinds
    if isinstance(part, Span):
        return replace(part, line=part.line + by, end_line=part.end_line + by)
    if isinstance(part, str | bool | None):
        return part
    kind: type = type(part)
    moved: N = kind(**{name: _moved(getattr(part, name), by) for name in _fields(kind)})
    return moved
