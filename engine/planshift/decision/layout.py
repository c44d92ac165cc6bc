"""Laying out words in columns: wrapped at blanks, aligned, never wider than there is room where words allow it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Literal

from planshift.decision.citing import Line, Run, Words, piece, runs_of, text_of
from planshift.diagnostics.excerpt import printable, width

Alignment = Literal["left", "right"]

_GAP = 2
_NARROWEST = 12
_LONG = 200


def clean(text: str) -> str:
    """The text on one line, with nothing in it that could steer a terminal."""
    return printable(" ".join(text.split()))


def wrap(text: str, room: int) -> list[str]:
    """The text as lines of at most `room` columns, broken at blanks and, where a word is longer, within it."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if width(longer) <= room:
            line = longer
            continue
        lines += [line] if line else []
        *whole, line = _broken(word, room)
        lines += whole
    return [*lines, line]


def wrap_words(words: Words, room: int) -> list[Line]:
    """The same for a text whose parts lead somewhere: what is broken leads there with each of its pieces."""
    whole = runs_of(words)
    text, at = text_of(whole), 0
    lines: list[Line] = []
    for line in wrap(text, room):
        at = text.index(line, at)
        lines.append(piece(whole, start=at, end=at + len(line)))
        at += len(line)
    return lines


def _broken(word: str, room: int) -> list[str]:
    """A word in pieces of at most `room` columns; a place in a file breaks after a slash where it can."""
    pieces: list[str] = []
    while width(word) > max(room, 1):
        cut = 1
        while cut < len(word) and width(word[: cut + 1]) <= room:
            cut += 1
        slash = word.rfind("/", 1, cut) + 1
        cut = slash if slash > cut // 2 else cut
        pieces.append(word[:cut])
        word = word[cut:]
    return [*pieces, word]


def cells(
    grid: Sequence[Sequence[Words]],
    *,
    aligned: Sequence[Alignment],
    wraps: Sequence[bool],
    room: int,
    totals: Sequence[Sequence[str]] = (),
) -> list[list[Line]]:
    """For each row of a grid its printed lines; a text of the totals may lie over the empty cells that follow it."""
    rows = [
        *([text_of(runs_of(cell)) for cell in row] for row in grid),
        *([cell if align == "right" else "" for cell, align in zip(t, aligned, strict=True)] for t in totals),
    ]
    rooms = _rooms(rows, wraps=wraps, room=room)
    wrapped = [[wrap(cell, given) for cell, given in zip(row, rooms, strict=True)] for row in rows]
    needed = [max(width(line) for row in wrapped for line in row[k]) for k in range(len(rooms))]
    linked = [[wrap_words(cell, given) for cell, given in zip(row, rooms, strict=True)] for row in grid]
    printed = [_row(row, aligned=aligned, rooms=needed) for row in linked]
    return printed + [[(Run(text=_spread(total, aligned=aligned, rooms=needed)),)] for total in totals]


def _spread(row: Sequence[str], *, aligned: Sequence[Alignment], rooms: Sequence[int]) -> str:
    """A row whose texts lie over the empty cells after them."""
    line, edge = "", 0
    for cell, align, room in zip(row, aligned, rooms, strict=True):
        start = edge + (room - width(cell) if align == "right" else 0)
        if cell:
            line += " " * max(start - width(line), _GAP if line else 0) + cell
        edge += room + _GAP
    return line


def _rooms(grid: Sequence[Sequence[str]], *, wraps: Sequence[bool], room: int) -> list[int]:
    """The columns each cell gets: as many as it likes, or what makes a table that would be too wide the least long."""
    liked = [min(max(width(row[k]) for row in grid), room) for k in range(len(wraps))]
    excess = sum(liked) + _GAP * (len(liked) - 1) - room
    giving = [k for k, gives in enumerate(wraps) if gives and liked[k] > _NARROWEST]
    spare = [liked[k] - _NARROWEST for k in giving]
    if excess <= 0 or not giving:
        return liked
    excess = min(excess, sum(spare))
    heights = {
        k: [_heights(grid, k, liked[k] - less) for less in range(min(s, excess) + 1)]
        for k, s in zip(giving, spare, strict=True)
    }

    def length(cut: tuple[int, ...]) -> tuple[int, int, tuple[int, ...]]:
        """The lines of the table, then of its cells; of equals, the first column gives way."""
        columns = [heights[k][less] for k, less in zip(giving, cut, strict=True)]
        return sum(map(max, zip(*columns, strict=True))), sum(map(sum, columns)), tuple(-less for less in cut)

    every: Iterator[tuple[int, ...]] = product(*(range(len(heights[k])) for k in giving))
    best = min((cut for cut in every if sum(cut) == excess), key=length)
    given = dict(zip(giving, best, strict=True))
    return [wish - given.get(k, 0) for k, wish in enumerate(liked)]


def _heights(grid: Sequence[Sequence[str]], column: int, room: int) -> list[int]:
    """How many lines each cell of a column takes; for a long text about so many."""
    texts = [row[column] for row in grid]
    return [len(wrap(text, room)) if len(text) < _LONG else len(text) // room + 1 for text in texts]


def _row(columns: Sequence[list[Line]], *, aligned: Sequence[Alignment], rooms: Sequence[int]) -> list[Line]:
    height = max(len(lines) for lines in columns)
    printed = []
    for number in range(height):
        line: list[Run] = []
        owed = 0  # blanks that stand before what comes next, and nowhere at the end of a line
        for lines, align, room in zip(columns, aligned, rooms, strict=True):
            cell = lines[number] if number < len(lines) else ()
            blanks = max(room - width(text_of(cell)), 0)
            owed += blanks if align == "right" else 0
            if cell:
                line += [Run(text=" " * owed), *cell] if owed else cell
                owed = 0
            owed += _GAP + (blanks if align == "left" else 0)
        printed.append(tuple(line))
    return printed
