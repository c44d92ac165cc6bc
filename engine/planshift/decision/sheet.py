"""A sheet is what is to be said, in order and in words; its renderings only lay it out.

Text is laid out for a width in columns and holds nothing that could steer a terminal; each row has a tone, which a
command may turn into a colour. Markdown is the same sheet for a ticket or a pull request.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, final

from planshift.decision.layout import Alignment, cells, clean, wrap
from planshift.diagnostics.excerpt import width

Tone = Literal["plain", "title", "heading", "good", "bad", "wait", "faint"]
"""How a row speaks: `good`, `bad` and `wait` are answers, `faint` is what only some readers want."""

WIDTH = 80
"""How many columns a sheet takes where nobody says otherwise."""

_INDENT = 2


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One printed line."""

    text: str
    tone: Tone = "plain"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A sentence or some."""

    text: str
    tone: Tone = "plain"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One thing of a list, with notes under it."""

    text: str
    notes: tuple[str, ...] = ()
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

    pairs: tuple[tuple[str, str], ...]
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
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[tuple[str, ...], ...] = ()
    tone: Tone = "plain"


Block = Paragraph | Points | Pairs | Table


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
    yield from (Row(text=text, tone="title") for text in wrap(clean(sheet.title), width))
    for section in sheet.sections:
        yield Row(text="")
        if section.heading:
            yield Row(text=clean(section.heading), tone="heading")
        indent = _INDENT if section.heading else 0
        for block in section.blocks:
            for row in _block_rows(block, width - indent):
                yield Row(text=" " * indent + row.text if row.text else "", tone=row.tone)


def _block_rows(block: Block, width: int) -> Iterator[Row]:
    if isinstance(block, Paragraph):
        yield from (Row(text=text, tone=block.tone) for text in wrap(clean(block.text), width))
    elif isinstance(block, Points):
        for point in block.points:
            yield from _point_rows(point, width)
    elif isinstance(block, Pairs):
        yield from _pair_rows(block, width)
    else:
        yield from _table_rows(block, width)


def _point_rows(point: Point, width: int) -> Iterator[Row]:
    for number, text in enumerate(wrap(clean(point.text), width - 2)):
        yield Row(text=f"{'- ' if number == 0 else '  '}{text}", tone=point.tone)
    for note in point.notes:
        yield from (Row(text=f"    {text}", tone="faint") for text in wrap(clean(note), width - 4))


def _pair_rows(block: Pairs, width: int) -> Iterator[Row]:
    columns = (Column(heading=""), Column(heading="", wraps=True))
    yield from _table_rows(Table(columns=columns, rows=block.pairs, tone=block.tone), width)


def _table_rows(table: Table, room: int) -> Iterator[Row]:
    told = _told(table)
    columns = [column for column, here in zip(table.columns, told, strict=True) if here]
    headings = tuple(column.heading for column in columns)
    lines = cells(
        [headings, *(_pick(row, told) for row in table.rows)],
        aligned=[column.align for column in columns],
        wraps=[column.wraps for column in columns],
        room=room,
        totals=[_pick(row, told) for row in table.totals],
    )
    for number, printed in enumerate(lines):
        if number == 0 and not any(headings):
            continue
        if table.totals and number == len(table.rows) + 1:
            yield Row(text=_rule(lines), tone="faint")
        tone: Tone = "faint" if number == 0 else table.tone
        yield from (Row(text=text, tone=tone) for text in printed)


def _rule(lines: list[list[str]]) -> str:
    """A line as long as the last total, which ends where the amounts do."""
    return "-" * width(lines[-1][-1])


def _told(table: Table) -> list[bool]:
    """Which columns have something to tell."""
    every = (*table.rows, *table.totals)
    return [any(row[k] for row in every) for k in range(len(table.columns))]


def _pick(row: tuple[str, ...], told: list[bool]) -> tuple[str, ...]:
    return tuple(clean(cell) for cell, here in zip(row, told, strict=True) if here)


def to_markdown(sheet: Sheet) -> str:
    """The sheet as GitHub-flavoured Markdown, closed by a newline."""
    parts = [f"## {_escaped(sheet.title)}"]
    for section in sheet.sections:
        parts += [f"### {_escaped(section.heading)}"] if section.heading else []
        parts += [_markdown_block(block) for block in section.blocks]
    return "\n\n".join(parts) + "\n"


def _markdown_block(block: Block) -> str:
    if isinstance(block, Paragraph):
        text = _escaped(block.text)
        return f"**{text}**" if block.tone in ("good", "bad", "wait") else text
    if isinstance(block, Points):
        return "\n".join(_markdown_point(point) for point in block.points)
    if isinstance(block, Pairs):
        return "\n".join(f"- **{_escaped(name)}**: {_escaped(value)}" for name, value in block.pairs)
    return _markdown_table(block)


def _markdown_point(point: Point) -> str:
    return "\n".join((f"- {_escaped(point.text)}", *(f"  - {_escaped(note)}" for note in point.notes)))


def _markdown_table(table: Table) -> str:
    told = _told(table)
    columns = [column for column, here in zip(table.columns, told, strict=True) if here]
    if not any(column.heading for column in columns):
        return "\n".join("- " + " ".join(_escaped(cell) for cell in row if cell) for row in table.rows)
    lines = ["| " + " | ".join(_escaped(column.heading) for column in columns) + " |"]
    lines.append("|" + "|".join("---:" if column.align == "right" else "---" for column in columns) + "|")
    lines += ["| " + " | ".join(map(_escaped, _pick(row, told))) + " |" for row in table.rows]
    for row in table.totals:
        lines.append("| " + " | ".join(f"**{_escaped(cell)}**" if cell else "" for cell in _pick(row, told)) + " |")
    return "\n".join(lines)


def _escaped(text: str) -> str:
    """The text with everything marked that Markdown or HTML would read as more than text."""
    return "".join(f"\\{char}" if char in "\\`*_[]<>|#~" else char for char in clean(text)).replace("&", "&amp;")
