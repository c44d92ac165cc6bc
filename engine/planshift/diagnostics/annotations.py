"""Messages as GitHub shows them beside the lines of a pull request: workflow commands, one to a line.

A command is `::error file=..,line=..,title=PS101::text`. What stands in a property or in the text is escaped, so that
no name and no line of a book can end it early or begin another one. Control characters become marks, as in a terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Literal

from planshift.diagnostics.diagnostic import Diagnostic, sort_diagnostics
from planshift.diagnostics.excerpt import printable
from planshift.diagnostics.places import path_from
from planshift.diagnostics.span import Span

Level = Literal["error", "warning", "notice"]

_IN_TEXT = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY = {**_IN_TEXT, ":": "%3A", ",": "%2C"}


def to_annotations(diagnostics: Iterable[Diagnostic], *, root: PurePath) -> tuple[str, ...]:
    """Return one command for each diagnostic, in reading order, its file named from `root`."""
    return tuple(
        annotation(each.severity, told(each), title=each.code, span=each.span, root=root)
        for each in sort_diagnostics(diagnostics)
    )


def annotation(level: Level, text: str, *, title: str, span: Span, root: PurePath) -> str:
    """Return the command that shows `text` at a place; the lines of the text stay apart."""
    properties = ",".join(f"{name}={_escaped(value, _IN_PROPERTY)}" for name, value in _properties(span, title, root))
    shown = "\n".join(printable(line) for line in text.split("\n"))
    return f"::{level} {properties}::{_escaped(shown, _IN_TEXT)}"


def told(diagnostic: Diagnostic) -> str:
    """Return a diagnostic as lines without an excerpt: what is wrong, the other places it is about, what to do."""
    lines = [f"{diagnostic.message} (in {diagnostic.context})" if diagnostic.context else diagnostic.message]
    lines += [f"{label.span}: {label.text}" for label in diagnostic.labels if label.span != diagnostic.span]
    lines += [f"help: {diagnostic.help}"] if diagnostic.help else []
    return "\n".join(lines)


def _properties(span: Span, title: str, root: PurePath) -> Iterator[tuple[str, str]]:
    if span.file:
        yield "file", printable(path_from(root, span.file))
    if span.known:
        yield "line", str(span.line)
        if span.end_line == span.line:  # GitHub takes columns within one line only
            yield "col", str(span.column)
        yield "endLine", str(span.end_line)
        if span.end_line == span.line:
            yield "endColumn", str(span.end_column)
    yield "title", printable(title)


def _escaped(text: str, escapes: dict[str, str]) -> str:
    return "".join(escapes.get(char, char) for char in text)
