"""Repairs of values of a YAML document, as edits of its text that touch nothing but the wrong word."""

from __future__ import annotations

import re
from dataclasses import replace

from planshift.diagnostics.fix import Edit, Fix, Instead
from planshift.diagnostics.span import Span
from planshift.policy.located import Located, Mapping, Scalar, Sequence, follow, span_between, span_of
from planshift.policy.mistakes import Quoted, Step


def fixes_at(
    root: Located, path: tuple[Step, ...], *, repair: Instead | Quoted, on_key: bool = False
) -> tuple[Fix, ...]:
    """Return the repair of the value at `path`, or of its key; none where its text is not what it means."""
    found = follow(root, path)
    node = found.key if on_key and found.key is not None else found.value
    if found.steps < len(path) or not isinstance(node, Scalar) or node.start.line != node.stop.line:
        return ()
    if isinstance(repair, Quoted):
        return _quoted(node)
    span = _word(node, repair.wrong)
    return () if span is None else repair.at(span)


def added(node: Located, line: str) -> tuple[Fix, ...]:
    """Return the repair of a mapping that lacks a key which can say one thing only: it comes first."""
    if not isinstance(node, Mapping) or not node.entries:
        return ()
    first = span_of(next(iter(node.entries.values())).key)
    is_block = (node.start.line + 1, node.start.column + 1) == first.start
    put = replace(first, end_line=first.line, end_column=first.column)
    text = f"{line}\n{' ' * (first.column - 1)}" if is_block else f"{line}, "
    return (Fix(title=f"add `{line}`", edits=(Edit(span=put, text=text),)),)


def without_second(node: Located, name: str) -> tuple[Fix, ...]:
    """Return the repair of a list on one line that names something twice: the second goes."""
    items = node.items if isinstance(node, Sequence) and node.start.line == node.stop.line else ()
    places = [index for index, item in enumerate(items) if isinstance(item, Scalar) and item.text == name]
    if len(places) != 2:
        return ()
    span = span_between(node.file, start=items[places[1] - 1].stop, stop=items[places[1]].stop)
    return (Fix(title=f"remove the second `{name}`", edits=(Edit(span=span, text=""),)),)


def _quoted(node: Scalar) -> tuple[Fix, ...]:
    if node.style or not node.text.isprintable() or set(node.text) & {'"', "\\"}:
        return ()
    text = f'"{node.text}"'
    return (Fix(title=f"quote `{node.text}`", edits=(Edit(span=span_of(node), text=text),)),)


def _word(node: Scalar, wrong: str) -> Span | None:
    """Return the place of a word that a scalar has once."""
    quote = 1 if node.style in ('"', "'") else 0
    is_literal = node.stop.column - node.start.column == len(node.text) + 2 * quote
    found = list(re.finditer(rf"(?<![\w-]){re.escape(wrong)}(?![\w-])", node.text))
    if not is_literal or len(found) != 1:
        return None
    line, column = node.start.line + 1, node.start.column + 1 + quote
    return Span(
        file=node.file,
        line=line,
        column=column + found[0].start(),
        end_line=line,
        end_column=column + found[0].end(),
    )
