"""Texts parts of which lead somewhere: to the line of a file that they tell of.

What a text says is plain words in every rendering. Where a rendering can link, the cited parts become links, and who
renders says where to: to a file beside it, or into a code host.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import final

from planshift.diagnostics.excerpt import printable
from planshift.diagnostics.span import Span


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """Words that stand for a place in a file."""

    text: str
    span: Span


Words = str | tuple[str | Cited, ...]
"""A text, or its parts in order."""

Links = Callable[[Span], str | None]
"""Says where a place is to be found; None where no link can lead."""

_SHIPPED = ("presets/", "planshift:")
_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Letters of one line that lead to the same place, or nowhere."""

    text: str
    span: Span | None = None


Line = tuple[Run, ...]
"""One printed line."""


def parts_of(words: Words) -> tuple[str | Cited, ...]:
    """The parts of a text; those that say nothing are left out."""
    parts = (words,) if isinstance(words, str) else words
    return tuple(part for part in parts if (part if isinstance(part, str) else part.text))


def joined(*words: Words) -> Words:
    """The texts one after the other."""
    parts = tuple(part for each in words for part in parts_of(each))
    return "".join(part for part in parts if isinstance(part, str)) if _plain(parts) else parts


def _plain(parts: Iterable[str | Cited]) -> bool:
    return all(isinstance(part, str) for part in parts)


def said(words: Words) -> str:
    """What a text says, without where its parts lead."""
    return "".join(part if isinstance(part, str) else part.text for part in parts_of(words))


def runs_of(words: Words) -> Line:
    """The text on one line, with nothing in it that could steer a terminal, and no blanks around or doubled."""
    found: list[Run] = []
    blank = False
    for part in parts_of(words):
        text, span = (part, None) if isinstance(part, str) else (part.text, part.span)
        core = " ".join(text.split())
        blank = blank or text[:1].isspace()
        if core:
            found.append(Run(text=f"{' ' if blank and found else ''}{printable(core)}", span=span))
            blank = text[-1:].isspace()
    return tuple(found)


def text_of(line: Line) -> str:
    """What a line says."""
    return "".join(run.text for run in line)


def piece(line: Line, *, start: int, end: int) -> Line:
    """The letters of a line from one position up to another."""
    found, at = [], 0
    for run in line:
        text = run.text[max(start - at, 0) : max(end - at, 0)]
        found += [Run(text=text, span=run.span)] if text else []
        at += len(run.text)
    return tuple(found)


def beside(span: Span) -> str | None:
    """The link to a place from the folder that its file is named from, with the line as code hosts anchor it."""
    return None if _is_shipped(span) else f"{escaped_path(span.file)}#L{span.line}"


def by_pattern(pattern: str, *, named: Callable[[str], str] = str, whole: Callable[[str], str] = str) -> Links:
    """Links by a pattern such as `https://code.example.com/blob/main/{file}#L{line}`.

    Its holes are `{file}`, which `named` calls as the pattern needs it, `{path}`, the whole path on this machine as
    `whole` tells it, `{line}` and `{column}`.
    """

    def link(span: Span) -> str | None:
        if _is_shipped(span):
            return None
        holes = {
            "{file}": escaped_path(named(span.file)),
            "{path}": escaped_path(whole(span.file)),
            "{line}": str(span.line),
            "{column}": str(span.column),
        }
        url = pattern
        for hole, value in holes.items():
            url = url.replace(hole, value)
        return url

    return link


def escaped_path(path: str) -> str:
    """The path as a link writes it."""
    return "".join(chr(byte) if byte in _SAFE else f"%{byte:02X}" for byte in path.encode())


def _is_shipped(span: Span) -> bool:
    """Whether the place is nowhere, or in a file that comes with planshift and so is not beside the book."""
    return not span.known or span.file.startswith(_SHIPPED)
