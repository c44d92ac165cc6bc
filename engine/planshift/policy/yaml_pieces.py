"""A YAML text cut into pieces: what stands on each of its lines, and where a block puts it.

Scalars come from the events of the parser. What stands between two of them is signs, blanks and comments only, so
nothing here has to know how YAML quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast, final

from planshift.policy.located import plain_scalar
from planshift.policy.read_yaml import events_of

if TYPE_CHECKING:
    from ruamel.yaml.events import CollectionStartEvent, Event, ScalarEvent

STEP = 2
"""How much further right the inside of a block stands."""

_SIGNS = "{}[],:-?"
_WORD = re.compile(r"[^\s,\[\]{}]+")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_KEPT_IN_QUOTES = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "infinity"})
_TO_SPACE = re.compile(r"#(?=[^\s#!:])")


@final
@dataclass(slots=True, eq=False)
class Block:
    """A list or mapping without braces: the column it had, the one it gets, and the block around it."""

    column: int
    target: int
    parent: Block | None


@final
@dataclass(slots=True, eq=False)
class Piece:
    """A scalar or a sign: its text, of several lines where the scalar has some, and where it stood."""

    lines: list[str]
    start: int
    column: int
    gap: int
    is_scalar: bool = False
    is_alias: bool = False
    at: int = 0
    """The column it gets."""

    @property
    def sign(self) -> str:
        """The sign; empty for a scalar."""
        return "" if self.is_scalar else self.lines[0]


@final
@dataclass(slots=True, eq=False)
class Line:
    """What begins on one line: its pieces, the comment behind them, and the text of a block scalar below."""

    blank_before: bool
    pieces: list[Piece] = field(default_factory=list)
    comment: str = ""
    comment_column: int = 0
    text_below: list[str] = field(default_factory=list)
    keeps_blanks: bool = False
    opener: Piece | None = None
    """The innermost brace that is open where the line begins."""
    depth: int = 0
    block: Block | None = None
    indent: int = -1


@final
class Places:
    """Where the blocks of a document put what begins in them, by position in the text."""

    def __init__(self, text: str) -> None:
        self.scalars: list[tuple[int, int, Event]] = []
        self.keys: set[int] = set()
        self._targets: dict[int, tuple[Block | None, int]] = {}
        self._lists: dict[int, list[tuple[int, Block]]] = {}
        self._events = iter(events_of(text))
        for event in self._events:
            if type(event).__name__ == "DocumentStartEvent":
                self._value(next(self._events), parent=None, in_flow=False)

    def of(self, piece: Piece) -> tuple[Block | None, int] | None:
        """The block that a piece at the start of a line belongs to, and its column; None inside braces."""
        if piece.sign == "-":
            begun = [block for start, block in self._lists.get(piece.column, ()) if start <= piece.start]
            return (begun[-1], begun[-1].target) if begun else None
        if piece.sign in ("---", "..."):
            return None, 0
        return self._targets.get(piece.start)

    def _value(self, event: Event, *, parent: Block | None, in_flow: bool) -> None:
        kind, start = type(event).__name__, event.start_mark.index
        if not in_flow:
            self._targets.setdefault(start, (parent, 0 if parent is None else parent.target + STEP))
        if kind == "MappingStartEvent":
            self._mapping(cast("CollectionStartEvent", event), parent=parent, in_flow=in_flow)
        elif kind == "SequenceStartEvent":
            self._sequence(cast("CollectionStartEvent", event), parent=parent, in_flow=in_flow)
        elif event.end_mark.index > start:
            self.scalars.append((start, event.end_mark.index, event))

    def _mapping(self, start: CollectionStartEvent, *, parent: Block | None, in_flow: bool) -> None:
        inside = in_flow or bool(start.flow_style)
        block: Block | None = None
        for key in self._events:
            if type(key).__name__ == "MappingEndEvent":
                return
            if block is None and not inside:
                block = _block(key, parent)
            if block is not None:
                self._targets[key.start_mark.index] = (block, block.target)
            self.keys.add(key.start_mark.index)
            self._value(key, parent=block, in_flow=True)
            self._value(next(self._events), parent=block, in_flow=inside)

    def _sequence(self, start: CollectionStartEvent, *, parent: Block | None, in_flow: bool) -> None:
        inside = in_flow or bool(start.flow_style)
        block = None if inside else _block(start, parent)
        if block is not None:
            self._lists.setdefault(block.column, []).append((start.start_mark.index, block))
        for item in self._events:
            if type(item).__name__ == "SequenceEndEvent":
                return
            self._value(item, parent=block, in_flow=inside)


def _block(first: Event, parent: Block | None) -> Block:
    return Block(first.start_mark.column, 0 if parent is None else parent.target + STEP, parent)


def lines_of(text: str) -> list[Line]:
    """The lines of a text that can be read, each with its place among the blocks."""
    places = Places(text)
    lines = list(_Cutter(text, places).lines())
    open_braces: list[Piece] = []
    for line in lines:
        line.opener, line.depth = (open_braces[-1] if open_braces else None), len(open_braces)
        for piece in line.pieces:
            if piece.sign in ("{", "["):
                open_braces.append(piece)
            elif piece.sign in ("}", "]"):
                open_braces.pop()
        if line.opener is None and line.pieces:
            _place(line, places)
    return lines


def _place(line: Line, places: Places) -> None:
    """The line's own column, and the innermost block that begins or goes on in it."""
    for number, piece in enumerate(line.pieces):
        found = places.of(piece)
        if number == 0 and found is None:
            raise UnusualLayoutError
        if found is None:
            return
        if number == 0:
            line.block, line.indent = found
        elif found[0] is not None and found[0].column == piece.column:
            line.block = found[0]
        if piece.sign != "-":
            return


class UnusualLayoutError(Exception):
    """The text uses a corner of YAML that no layout is made for."""


@final
class _Cutter:
    """Goes through a text once, from left to right."""

    def __init__(self, text: str, places: Places) -> None:
        self._text = text
        self._keys = places.keys
        self._scalars = sorted(places.scalars, key=lambda each: each[0])
        self._next = 0
        self._at = 0

    def lines(self) -> Iterator[Line]:
        """Every line with something on it."""
        blank = False
        while self._at < len(self._text):
            line = Line(blank)
            self._fill(line)
            blank = not line.pieces and not line.comment
            if not blank:
                yield line
                # blank lines that end the text of a block scalar stand before what follows
                blank = bool(line.text_below) and not line.text_below[-1].strip() and not line.keeps_blanks

    def _fill(self, line: Line) -> None:
        text, end = self._text, self._at
        begin, below = self._at, -1
        while self._at < len(text) and text[self._at] != "\n":
            if text[self._at] in " \t":
                self._at += 1
                continue
            column, gap = self._at - begin, self._at - end
            if text[self._at] == "#" and not self._is_scalar():
                self._comment(line, column)
                continue
            piece = Piece([], self._at, column, gap)
            below = max(below, self._piece(piece))
            line.pieces.append(piece)
            end = self._at
        self._at += 1
        if below >= 0:
            self._block_text(line, below)

    def _is_scalar(self) -> bool:
        return self._next < len(self._scalars) and self._scalars[self._next][0] == self._at

    def _comment(self, line: Line, column: int) -> None:
        stop = self._text.find("\n", self._at)
        stop = len(self._text) if stop < 0 else stop
        line.comment, line.comment_column = spaced(self._text[self._at : stop].rstrip()), column
        self._at = stop

    def _piece(self, piece: Piece) -> int:
        """Cut one piece; where it is the head of a block scalar, return where that ends."""
        if not self._is_scalar():
            sign = self._text[self._at]
            if sign not in _SIGNS or self._text.startswith(("---", "..."), self._at):
                found = _WORD.match(self._text, self._at)
                sign = found[0] if found else sign
            piece.lines = [sign]
            self._at += len(sign)
            return -1
        start, stop, event = self._scalars[self._next]
        self._next += 1
        piece.is_scalar, piece.is_alias = True, type(event).__name__ == "AliasEvent"
        if getattr(event, "style", None) in ("|", ">"):
            head = re.compile(r"[^\n#]*").match(self._text, start)
            piece.lines = [head[0].rstrip() if head else ""]
            self._at = start + len(piece.lines[0])
            return stop
        self._at = stop
        written = self._text[start:stop]
        if not piece.is_alias and "\n" not in written:
            written = _quoted(written, cast("ScalarEvent", event), is_key=start in self._keys)
        piece.lines = [each.strip() if number else each.rstrip() for number, each in enumerate(written.split("\n"))]
        return -1

    def _block_text(self, line: Line, stop: int) -> None:
        begin = self._text.rfind("\n", 0, stop) + 1
        if stop < len(self._text) and self._text[begin:stop].strip():
            raise UnusualLayoutError
        stop = len(self._text) if stop >= len(self._text) else begin
        line.text_below = self._text[self._at : stop].removesuffix("\n").split("\n") if stop > self._at else []
        line.keeps_blanks = "+" in line.pieces[-1].lines[0]
        self._at = max(self._at, stop)


def spaced(comment: str) -> str:
    """A comment with a space behind its sign."""
    return _TO_SPACE.sub("# ", comment, count=1) if comment[1:2] not in ("#", "!", ":") else comment


def _quoted(written: str, event: ScalarEvent, *, is_key: bool) -> str:
    """A scalar in the quotes it needs: names as keys need none, and single quotes only go around double ones."""
    value, style = event.value, event.style
    if style not in ("'", '"') or not written.startswith(style):
        return written
    is_name = _NAME.fullmatch(value) is not None and value.lower() not in _KEPT_IN_QUOTES
    if is_key and is_name and plain_scalar(value) == value:
        return str(value)
    if style == "'" and value.isprintable() and '"' not in value and "\\" not in value:
        return f'"{value}"'
    return written
