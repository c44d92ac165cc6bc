"""Mappings as documents: what a program holds as plain values, read like a file that somebody wrote.

A mapping is written out as JSON, a value a line, so that a mistake can be told with the path to the value it is about.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from planshift.billing.money import Money
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.errors import InvalidInput
from planshift.diagnostics.span import whole_file

_DEEPEST = 40
_Line = tuple[str, str]
"""A line of the document and the path to the value that it holds."""


def document_of(value: Mapping[str, object]) -> tuple[str, tuple[str, ...]]:
    """The text of a mapping, and for each of its lines the path to what stands there.

    Raises:
        InvalidInput: it holds what no document can say.
    """
    lines = tuple(_lines(value, path="", before=""))
    return "\n".join(text for text, _ in lines), tuple(path for _, path in lines)


def at_paths(problems: tuple[Diagnostic, ...], paths: tuple[str, ...]) -> tuple[Diagnostic, ...]:
    """The problems of a document with the paths to what they are about as their places: nobody wrote its lines."""
    return tuple(
        replace(each, span=whole_file(_path(each.span.line, paths)), labels=(), context="") for each in problems
    )


def _path(line: int, paths: tuple[str, ...]) -> str:
    return paths[line - 1] if 0 < line <= len(paths) else ""


def _lines(value: object, *, path: str, before: str) -> Iterator[_Line]:
    if path.count(".") + path.count("[") > _DEEPEST:
        raise _impossible("PS003", "values lie too deep in each other", path)
    if isinstance(value, Mapping):
        yield f"{before}{{", path
        for key, held in value.items():
            if not isinstance(key, str):
                raise _impossible("PS006", f"a key has to be a text, not a `{type(key).__name__}`", path)
            inner = f"{path}.{key}" if path else key
            yield from _ended(_lines(held, path=inner, before=f"{json.dumps(key)}: "))
        yield "}", path
    elif isinstance(value, (list, tuple)):
        yield f"{before}[", path
        for number, held in enumerate(value):
            yield from _ended(_lines(held, path=f"{path}[{number}]", before=""))
        yield "]", path
    else:
        yield f"{before}{_scalar(value, path)}", path


def _ended(lines: Iterator[_Line]) -> Iterator[_Line]:
    """The lines of one item, its end marked by a comma."""
    *first, (last, path) = lines
    yield from first
    yield f"{last},", path


def _scalar(value: object, path: str) -> str:
    if value is None or isinstance(value, (str, bool, int, float)):
        return json.dumps(value)
    if isinstance(value, date):  # an instant is one too, as Python has it
        return json.dumps(value.isoformat())
    if isinstance(value, Money):
        return json.dumps(str(value))
    raise _impossible("PS103", f"a value of the type `{type(value).__name__}` says nothing here", path)


def _impossible(code: str, message: str, path: str) -> InvalidInput:
    return InvalidInput(diagnostics=(Diagnostic(code=code, message=message, span=whole_file(path)),))
