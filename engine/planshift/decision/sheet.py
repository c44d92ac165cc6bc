"""A sheet is what is to be said, in order and in words; its renderings only lay it out.

Text is laid out for a width in columns and holds nothing that could steer a terminal; each row has a tone, which a
command may turn into a colour, and runs that lead somewhere, which it may turn into links. `decision.markdown` and
`decision.html` lay out the same sheet for a ticket or a pull request, and as a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, final

from planshift.decision.citing import Line, Run, Words, parts_of, said, text_of
from planshift.decision.layout import Alignment, cells, clean, wrap, wrap_words
from planshift.diagnostics.excerpt import printable, width

Tone = Literal["plain", "title", "heading", "good", "bad", "wait", "faint"]
"""How a row speaks: `good`, `bad` and `wait` are answers, `faint` is what only some readers want."""

WIDTH = 80
"""How many columns a sheet takes where nobody says otherwise."""

_INDENT = 2
_NARROW = 20


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One printed line."""

    line: Line = ()
    tone: Tone = "plain"

    @property
    def text(self) -> str:
        """What it says."""
        return text_of(self.line)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A sentence or some."""

    text: Words
    tone: Tone = "plain"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One thing of a list, with notes under it."""

    text: Words
    notes: tuple[Words, ...] = ()
    tone: Tone = "plain"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Things that stand beside each other."""

    points: tuple[Point, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Names with what belongs to them."""

    pairs: tuple[tuple[str, Words], ...]
    tone: Tone = "plain"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table; one that `wraps` gives way where the table is too wide."""

    heading: str
    align: Alignment = "left"
    wraps: bool = False


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under headings; `totals` stand under a rule. A column without a heading and a cell is left out."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Words, ...], ...]
    totals: tuple[tuple[str, ...], ...] = ()
    tone: Tone = "plain"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Lines in which every blank counts; whoever makes it keeps to the width of a page."""

    lines: tuple[str, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A thing of a tree, with notes under it and the branches that grow out of it."""

    text: Words
    notes: tuple[Words, ...] = ()
    branches: tuple[Branch, ...] = ()
    tone: Tone = "plain"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """Things within things."""

    branches: tuple[Branch, ...]


Block = Paragraph | Points | Pairs | Table | Drawing | Tree


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Blocks under a heading; without one they follow what stands before."""

    blocks: tuple[Block, ...]
    heading: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A title and its sections."""

    title: str
    sections: tuple[Section, ...]


def sheet_of(title: str, sections: Iterable[Section]) -> Sheet:
    """The sheet of these sections, without those that say nothing."""
    return Sheet(title=title, sections=tuple(section for section in sections if section.blocks))


def to_text(sheet: Sheet, *, width: int = WIDTH) -> str:
    """The sheet as lines of text, closed by a newline."""
    return "".join(f"{row.text}\n" for row in rows(sheet, width=width))


def rows(sheet: Sheet, *, width: int = WIDTH) -> Iterator[Row]:
    """The printed lines of a sheet, none of them wider than `width` where its words allow it."""
    yield from (_row(text, tone="title") for text in wrap(clean(sheet.title), width))
    for section in sheet.sections:
        yield Row()
        if section.heading:
            yield _row(clean(section.heading), tone="heading")
        indent = _INDENT if section.heading else 0
        for block in section.blocks:
            for row in _block_rows(block, width - indent):
                yield _behind(" " * indent, row)


def _row(text: str, *, tone: Tone = "plain") -> Row:
    return Row(line=(Run(text=text),) if text else (), tone=tone)


def _behind(lead: str, row: Row) -> Row:
    """The row behind a lead; an empty one stays empty."""
    return Row(line=(Run(text=lead), *row.line), tone=row.tone) if lead and row.line else row


def _block_rows(block: Block, width: int) -> Iterator[Row]:
    if isinstance(block, Paragraph):
        yield from (Row(line=line, tone=block.tone) for line in wrap_words(block.text, width))
    elif isinstance(block, Points):
        for point in block.points:
            yield from _point_rows(point, width)
    elif isinstance(block, Pairs):
        yield from _pair_rows(block, width)
    elif isinstance(block, Drawing):
        yield from (Row(line=(Run(text=printable(line)),)) for line in block.lines)
    elif isinstance(block, Tree):
        yield from _branch_rows(block.branches, width)
    else:
        yield from _table_rows(block, width)


def _point_rows(point: Point, width: int) -> Iterator[Row]:
    for number, line in enumerate(wrap_words(point.text, width - 2)):
        yield _behind("- " if number == 0 else "  ", Row(line=line or (Run(text=""),), tone=point.tone))
    for note in point.notes:
        yield from (_behind("    ", Row(line=line, tone="faint")) for line in wrap_words(note, width - 4))


def _branch_rows(branches: tuple[Branch, ...], width: int, *, trunk: str = "") -> Iterator[Row]:
    """Branches as lines that grow out of a trunk to their left."""
    for number, branch in enumerate(branches):
        last = number == len(branches) - 1
        lead, on = f"{trunk}{'└── ' if last else '├── '}", f"{trunk}{'    ' if last else '│   '}"
        room = max(width - len(lead), _NARROW)
        for k, line in enumerate(wrap_words(branch.text, room)):
            yield _behind(lead if k == 0 else on, Row(line=line, tone=branch.tone))
        under = f"{on}{'│   ' if branch.branches else '    '}"
        for note in branch.notes:
            yield from (_behind(under, Row(line=line, tone="faint")) for line in wrap_words(note, room))
        yield from _branch_rows(branch.branches, width, trunk=on)


def _pair_rows(block: Pairs, width: int) -> Iterator[Row]:
    columns = (Column(heading=""), Column(heading="", wraps=True))
    yield from _table_rows(Table(columns=columns, rows=block.pairs, tone=block.tone), width)


def _table_rows(table: Table, room: int) -> Iterator[Row]:
    here = told_columns(table)
    columns = [table.columns[k] for k in here]
    headings = tuple(column.heading for column in columns)
    lines = cells(
        [headings, *(tuple(row[k] for k in here) for row in table.rows)],
        aligned=[column.align for column in columns],
        wraps=[column.wraps for column in columns],
        room=room,
        totals=[tuple(clean(row[k]) for k in here) for row in table.totals],
    )
    for number, printed in enumerate(lines):
        if number == 0 and not any(headings):
            continue
        if table.totals and number == len(table.rows) + 1:
            yield _row(_rule(lines), tone="faint")
        tone: Tone = "faint" if number == 0 else table.tone
        yield from (Row(line=line, tone=tone) for line in printed)


def _rule(lines: list[list[Line]]) -> str:
    """A line as long as the last total, which ends where the amounts do."""
    return "-" * width(text_of(lines[-1][-1]))


def told_columns(table: Table) -> tuple[int, ...]:
    """The columns that have something to tell."""
    every = (*table.rows, *table.totals)
    return tuple(k for k in range(len(table.columns)) if any(parts_of(row[k]) for row in every))


def words_of(sheet: Sheet) -> Iterator[str]:
    """Every text of a sheet in reading order."""
    yield sheet.title
    for section in sheet.sections:
        yield section.heading
        for block in section.blocks:
            yield from map(said, _texts(block))


def _texts(block: Block) -> Iterator[Words]:
    if isinstance(block, Paragraph):
        yield block.text
    elif isinstance(block, Points):
        for point in block.points:
            yield from (point.text, *point.notes)
    elif isinstance(block, Pairs):
        for name, value in block.pairs:
            yield from (name, value)
    elif isinstance(block, Tree):
        yield from _branch_texts(block.branches)
    elif isinstance(block, Drawing):
        yield from block.lines
    else:
        yield from (column.heading for column in block.columns)
        for row in (*block.rows, *block.totals):
            yield from row


def _branch_texts(branches: tuple[Branch, ...]) -> Iterator[Words]:
    for branch in branches:
        yield from (branch.text, *branch.notes)
        yield from _branch_texts(branch.branches)
