"""One layout for the YAML files of a book.

What people chose stays: block or flow, where lines break, single blank lines, columns that they aligned. What nobody
chooses is made alike: indentation, spaces inside braces and around signs, needless quotes, spaces at the end of lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import final

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.policy.located import Located, Mapping, Scalar, Sequence, plain
from planshift.policy.read_yaml import read_yaml
from planshift.policy.yaml_pieces import STEP, Block, Line, Piece, UnusualLayoutError, lines_of

_BEFORE_COMMENT = 2


def format_yaml(text: str, *, file: str) -> tuple[str | None, tuple[Diagnostic, ...]]:
    """Return the text in its layout; None where it has mistakes, or where a layout would lose something of it."""
    text = text.replace("\r\n", "\n")
    root, problems = read_yaml(text, file=file)
    if problems:
        return None, problems
    try:
        lines = lines_of(text)
        laid_out = _Layout(lines).text()
        if laid_out == text:  # as most files are: nothing of it can be lost
            return text, ()
        after, problems = read_yaml(laid_out, file=file)
        kept = not problems and same_data(root, after) and _comments(lines) == _comments(lines_of(laid_out))
    except UnusualLayoutError:
        kept, laid_out = False, ""
    return (laid_out if kept else None), ()


def same_data(one: Located | None, other: Located | None) -> bool:
    """Whether two documents say the same: texts, their order, and what each means."""
    if isinstance(one, Scalar) and isinstance(other, Scalar):
        return one.text == other.text and plain(one) == plain(other) and _is_block(one) == _is_block(other)
    if isinstance(one, Sequence) and isinstance(other, Sequence):
        pairs = zip(one.items, other.items, strict=False)
        return len(one.items) == len(other.items) and all(same_data(*pair) for pair in pairs)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        entries = other.entries
        return list(one.entries) == list(entries) and all(
            same_data(entry.value, entries[name].value) for name, entry in one.entries.items()
        )
    return one is other


def _is_block(node: Scalar) -> str:
    return node.style if node.style in ("|", ">") else ""


def _comments(lines: Iterable[Line]) -> Counter[str]:
    return Counter(line.comment for line in lines if line.comment)


@final
class _Layout:
    """Gives every piece its column, from the outermost lines to those in the innermost braces."""

    def __init__(self, lines: list[Line]) -> None:
        self._lines = lines
        self._line_of = {id(piece): line for line in lines for piece in line.pieces}

    def text(self) -> str:
        """Return the whole text."""
        together: dict[tuple[int, int], list[Line]] = {}
        for line in self._lines:
            if line.pieces:
                together.setdefault((line.depth, id(line.opener or line.block)), []).append(line)
        for _, lines in sorted(together.items(), key=lambda each: each[0][0]):
            for line in lines:
                if line.opener is not None:
                    line.indent = self._inside(line.opener, closes=line.pieces[0].sign in ("}", "]"))
            _arrange(lines)
        for number, line in enumerate(self._lines):
            if not line.pieces:
                line.indent = self._beside(number) if line.opener is None else self._inside(line.opener)
        shown = [part for number, line in enumerate(self._lines) for part in _shown(line, is_first=number == 0)]
        return "\n".join(shown) + "\n" if shown else ""

    def _inside(self, opener: Piece, *, closes: bool = False) -> int:
        """The column of a line inside braces: a step further in, or below what follows the brace on its line."""
        line = self._line_of[id(opener)]
        if opener is line.pieces[-1]:
            own = next(piece.at for piece in line.pieces if piece.sign != "-")
            return own if closes else own + STEP
        return opener.at if closes else line.pieces[line.pieces.index(opener) + 1].at

    def _beside(self, number: int) -> int:
        """The column of a comment on its own line: that of what follows, or of the block that it ends."""
        column = self._lines[number].comment_column
        after = next((line for line in self._lines[number + 1 :] if line.pieces), None)
        before = next((line for line in reversed(self._lines[:number]) if line.pieces), None)
        source, target = (0, 0) if after is None else (after.pieces[0].column, after.indent)
        if column <= source:
            return target
        block = self._outer(before)
        while block is not None and block.column > column:
            block = block.parent
        return target if block is None or block.column <= source else block.target

    def _outer(self, line: Line | None) -> Block | None:
        while line is not None and line.opener is not None:
            line = self._line_of[id(line.opener)]
        return None if line is None else line.block


def _arrange(lines: list[Line]) -> None:
    """Place the pieces of lines that stand together, and keep the columns that somebody made among them."""
    by_column: dict[int, list[tuple[Line, int]]] = {}
    behind: list[tuple[Line, int]] = []
    for line in lines:
        broken = False
        for place, piece in enumerate(line.pieces):
            if broken:
                behind.append((line, place))
            else:
                by_column.setdefault(piece.column, []).append((line, place))
            broken = broken or len(piece.lines) > 1
    for _, members in sorted(by_column.items()):
        movable = [each for each in members if _can_align(*each)]
        aligned = len(movable) > 1 and any(line.pieces[place].gap > 1 for line, place in movable)
        for line, place in members:
            line.pieces[place].at = _natural(line, place)
        if aligned:
            furthest = max(line.pieces[place].at for line, place in movable)
            for line, place in movable:
                line.pieces[place].at = furthest
    for line, place in behind:
        line.pieces[place].at = _natural(line, place)


def _can_align(line: Line, place: int) -> bool:
    """Values and items are what people put below each other."""
    return place > 0 and line.pieces[place - 1].sign in (",", ":") and line.pieces[place].sign not in (",", ":", "]")


def _natural(line: Line, place: int) -> int:
    if place == 0:
        return line.indent
    before, piece = line.pieces[place - 1], line.pieces[place]
    return _end(line, before) + _gap(before, piece)


def _end(line: Line, piece: Piece) -> int:
    begin = piece.at if len(piece.lines) == 1 else line.indent + STEP
    return begin + len(piece.lines[-1])


def _gap(before: Piece, piece: Piece) -> int:
    if piece.sign == "," or (piece.sign == ":" and not before.is_alias):
        return 0
    if before.sign == "[" or piece.sign == "]" or (before.sign == "{" and piece.sign == "}"):
        return 0
    return 1


def _shown(line: Line, *, is_first: bool) -> list[str]:
    """The finished lines."""
    parts, current = ([""] if line.blank_before and not is_first else []), ""
    for piece in line.pieces:
        current = current.ljust(piece.at) + piece.lines[0]
        for more in piece.lines[1:]:
            parts.append(current)
            current = " " * (line.indent + STEP) + more if more else ""
    if line.comment and not line.pieces:
        current = " " * line.indent + line.comment
    elif line.comment:
        column = line.comment_column + line.indent - line.pieces[0].column
        if column <= len(current):
            column = len(current) + _BEFORE_COMMENT
        current = current.ljust(column) + line.comment
    return [*parts, current, *_text_below(line)]


def _text_below(line: Line) -> list[str]:
    """The text of a block scalar, moved to its place; its lines are its author's."""
    texts = list(line.text_below)
    while texts and not texts[-1].strip() and not line.keeps_blanks:
        texts.pop()
    if not texts:
        return []
    first = next((text for text in texts if text.strip()), "")
    had = len(first) - len(first.lstrip(" "))
    head = line.pieces[-1].lines[0]
    parent = line.block
    target = (0 if parent is None else parent.target) + STEP
    if any(sign.isdigit() for sign in head):
        target = had + (0 if parent is None else parent.target - parent.column)
    return [" " * target + text[had:] if text[had:] else "" for text in texts]
