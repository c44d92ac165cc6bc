"""What stands between double quotes: escapes, and braces that hold expressions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

_MEANING = {"\\": "\\", '"': '"', "n": "\n", "t": "\t"}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """Something wrong inside the quotes: where, counted in characters from the first quote, and what."""

    start: int
    length: int
    message: str
    help: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """An expression in braces: its text, and where it starts, counted in characters from the first quote."""

    start: int
    text: str


def unquote(quoted: str) -> tuple[str, tuple[Flaw, ...]]:
    """Return the text that a literal stands for; braces mean themselves. `quoted` includes both quotes."""
    pieces, flaws = _pieces(quoted)
    return "".join(char for _, char, _ in pieces), flaws


def split_template(quoted: str) -> tuple[tuple[str | Hole, ...], tuple[Flaw, ...]]:
    """Return the plain parts and the expressions of a text with braces; `{{` and `}}` stand for single braces."""
    pieces, flaws = _pieces(quoted)
    found = list(flaws)
    parts: list[str | Hole] = []
    plain: list[str] = []
    at = 0
    while at < len(pieces):
        start, char, escaped = pieces[at]
        if char in "{}" and not escaped and pieces[at + 1 : at + 2] == [(start + 1, char, False)]:
            plain.append(char)
            at += 2
        elif char == "{" and not escaped:
            end = next((i for i in range(at, len(pieces)) if pieces[i][1] == "}"), None)
            if end is None:
                found.append(_flaw(start, "this `{` is never closed", "close it with `}`, or write `{{` for a brace"))
                break
            parts += ["".join(plain)] if plain else []
            plain = []
            parts.append(_hole(pieces[at + 1 : end], start=start + 1, flaws=found))
            at = end + 1
        else:
            if char == "}" and not escaped:
                found.append(_flaw(start, "this `}` closes nothing", "write `}}` for a brace"))
            plain.append(char)
            at += 1
    parts += ["".join(plain)] if plain else []
    return tuple(parts), tuple(found)


def _hole(inner: list[tuple[int, str, bool]], *, start: int, flaws: list[Flaw]) -> Hole:
    text = "".join(char for _, char, _ in inner)
    if any(escaped for _, _, escaped in inner):
        # one character for one column is what keeps the places inside the braces right
        flaws.append(
            Flaw(
                start=start,
                length=max(1, len(text)),
                message="a text cannot stand inside the braces of another text",
                help="give the value a name with `let` and use the name here",
            )
        )
    return Hole(start=start, text=text)


def _pieces(quoted: str) -> tuple[list[tuple[int, str, bool]], tuple[Flaw, ...]]:
    """The characters between the quotes: where each starts, what it stands for, and whether it was escaped."""
    found: list[tuple[int, str, bool]] = []
    flaws: list[Flaw] = []
    at, end = 1, len(quoted) - 1
    while at < end:
        char = quoted[at]
        if char != "\\":
            found.append((at, char, False))
            at += 1
            continue
        meaning = _MEANING.get(quoted[at + 1])
        if meaning is None:
            message = f"`\\{quoted[at + 1]}` has no meaning in a text"
            flaws.append(
                _flaw(at, message, 'write `\\\\` for a backslash, `\\"` for a quote, `\\n` for a new line', length=2)
            )
        found.append((at, meaning or quoted[at + 1], True))
        at += 2
    return found, tuple(flaws)


def _flaw(start: int, message: str, advice: str, *, length: int = 1) -> Flaw:
    return Flaw(start=start, length=length, message=message, help=advice)
