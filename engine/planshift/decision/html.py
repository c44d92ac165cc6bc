"""Sheets as a page of their own: one file, which asks nobody for anything, for a screen of any width or for paper.

What a sheet says is text: nothing in a title, a label or a reason becomes an element, an attribute or a link. The page
forbids itself scripts and requests, whatever comes to stand in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from pathlib import Path

from planshift.decision.citing import Links, Run, Words, beside, runs_of, said
from planshift.decision.sheet import (
    Block,
    Branch,
    Column,
    Drawing,
    Pairs,
    Paragraph,
    Points,
    Section,
    Sheet,
    Table,
    Tree,
    told_columns,
)
from planshift.diagnostics.excerpt import printable

_STYLE = Path(__file__).with_name("sheet.css")
_MANY = 6
"""With so many headings a page begins with a list of them."""

_HEAD = """\
<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<main>
"""


def to_html(sheet: Sheet, *, links: Links = beside, language: str = "en", inset: str = "") -> str:
    """The sheet as a page; `links` says where its places are to be found.

    `inset` is markup that stands behind the first section, such as a drawing; whoever makes it escapes what it quotes.
    """
    return page(sheet.title, _body(sheet, links=links, inset=inset), language=language)


def page(title: str, body: Iterator[str], *, language: str = "en", style: str = "") -> str:
    """A page in the style of all pages around pieces of markup; `style` is what it needs besides."""
    head = _HEAD.format(language=escape(language), title=told(title), style=_style() + style)
    return "".join((head, *(f"{line}\n" for line in body), "</main>\n</body>\n</html>\n"))


def sections_to_html(sheet: Sheet, *, links: Links = beside, anchor: str = "") -> Iterator[str]:
    """The sections of a sheet as markup; with an `anchor` each has a name of its own, which begins with it."""
    writer = _Writer(links)
    for k, section in enumerate(sheet.sections):
        yield from writer.section(section, anchor=f"{anchor}-{k + 1}")


def told(text: str) -> str:
    """A text as markup says it, on one line."""
    return escape(printable(" ".join(text.split())))


@cache
def _style() -> str:
    return _STYLE.read_text(encoding="utf-8")


def _body(sheet: Sheet, *, links: Links, inset: str) -> Iterator[str]:
    writer = _Writer(links)
    yield f"<h1>{told(sheet.title)}</h1>"
    headings = [section.heading for section in sheet.sections if section.heading]
    if len(headings) >= _MANY:
        entries = "".join(f'<li><a href="#{_anchor(k)}">{told(text)}</a></li>' for k, text in enumerate(headings))
        yield f"<nav><ul>{entries}</ul></nav>"
    number = 0
    for k, section in enumerate(sheet.sections):
        yield from writer.section(section, anchor=_anchor(number))
        number += bool(section.heading)
        if inset and k == 0:
            yield f"<section>\n{inset}\n</section>"


def _anchor(number: int) -> str:
    return f"part-{number + 1}"


class _Writer:
    def __init__(self, links: Links) -> None:
        self._links = links

    def section(self, section: Section, *, anchor: str) -> Iterator[str]:
        """A section as lines of markup."""
        yield f'<section id="{anchor}">' if section.heading else "<section>"
        if section.heading:
            yield f"<h2>{told(section.heading)}</h2>"
        for block in section.blocks:
            yield from self._block(block)
        yield "</section>"

    def inline(self, words: Words) -> str:
        """A text within an element."""
        return "".join(map(self._run, runs_of(words)))

    def _run(self, run: Run) -> str:
        url = self._links(run.span) if run.span is not None else None
        if url is None:
            return escape(run.text)
        text = run.text.lstrip()
        lead = run.text[: len(run.text) - len(text)]
        return f'{lead}<a href="{escape(url)}">{escape(text)}</a>'

    def _block(self, block: Block) -> Iterator[str]:
        if isinstance(block, Paragraph):
            yield f"<p{_class(block.tone)}>{self.inline(block.text)}</p>"
        elif isinstance(block, Points):
            yield "<ul>"
            for point in block.points:
                yield from self._point(point.text, point.notes, tone=point.tone)
            yield "</ul>"
        elif isinstance(block, Pairs):
            yield "<dl>"
            yield from (f"<dt>{self.inline(k)}</dt><dd>{self.inline(value)}</dd>" for k, value in block.pairs)
            yield "</dl>"
        elif isinstance(block, Tree):
            yield '<ul class="tree">'
            yield from self._branches(block.branches)
            yield "</ul>"
        elif isinstance(block, Drawing):
            yield f"<pre>{escape(chr(10).join(map(printable, block.lines)))}</pre>"
        else:
            yield from self._table(block)

    def _point(self, text: Words, notes: Sequence[Words], *, tone: str) -> Iterator[str]:
        yield f"<li{_class(tone)}><span>{self.inline(text)}</span>"
        for note in notes:
            yield f'<div class="note">{self.inline(note)}</div>'
        yield "</li>"

    def _branches(self, branches: Sequence[Branch]) -> Iterator[str]:
        for branch in branches:
            yield f"<li{_class(branch.tone)}><span>{self.inline(branch.text)}</span>"
            yield from (f'<div class="note">{self.inline(note)}</div>' for note in branch.notes)
            if branch.branches:
                yield "<ul>"
                yield from self._branches(branch.branches)
                yield "</ul>"
            yield "</li>"

    def _table(self, table: Table) -> Iterator[str]:
        here = told_columns(table)
        columns = [table.columns[k] for k in here]
        headed = any(column.heading for column in columns)
        yield f"<table{_class('' if headed else 'bare')}>"
        if headed:
            cells = "".join(f'<th scope="col"{_side(column)}>{told(column.heading)}</th>' for column in columns)
            yield f"<thead><tr>{cells}</tr></thead>"
        yield "<tbody>"
        for row in table.rows:
            yield self._row(columns, [row[k] for k in here])
        yield "</tbody>"
        if table.totals:
            yield "<tfoot>"
            for total in table.totals:
                yield self._row(columns, [total[k] for k in here])
            yield "</tfoot>"
        yield "</table>"

    def _row(self, columns: Sequence[Column], row: Sequence[Words]) -> str:
        cells = (self._cell(column, cell) for column, cell in zip(columns, row, strict=True))
        return f"<tr>{''.join(cells)}</tr>"

    def _cell(self, column: Column, cell: Words) -> str:
        """A cell; on a narrow screen, where the table has no columns, it says whose it is."""
        if not said(cell).strip():
            return "<td></td>"
        name = f' data-name="{told(column.heading)}"' if column.heading else ""
        side = _side(column) or ("" if column.wraps else ' class="whole"')
        return f"<td{side}{name}>{self.inline(cell)}</td>"


def _side(column: Column) -> str:
    return ' class="number"' if column.align == "right" else ""


def _class(tone: str) -> str:
    return f' class="{tone}"' if tone and tone != "plain" else ""
