"""The exceptions of a term as an SVG: each rank a card, and an arrow that leads to it from the weaker one.

No script, no font and no file besides itself; what a book says is text in it, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final
from xml.sax.saxutils import escape

from planshift.decision.graph_widths import wrapped
from planshift.decision.term_tree import Node, TermTree, ranks_of
from planshift.diagnostics.excerpt import printable
from planshift.policy.terms import TERM

MOST_ROWS = 12
"""Of more words in one rank only so many are drawn; of one decision all that are heard."""

_WIDTH = 900
_MARGIN = 24
_STEP = 34
_VALUE = 250
_STYLE = (
    ".terms text{font-family:'DejaVu Sans',Verdana,sans-serif;font-size:13px;fill:#1f2937}",
    ".terms .title{font-size:17px;font-weight:bold}",
    ".terms .faint{font-size:11px;fill:#64748b}",
    ".terms .rank{font-size:11px;fill:#475569;font-weight:bold}",
    ".terms .value{font-weight:bold}",
    ".terms .off{fill:#94a3b8}",
    ".terms .good{fill:#166534}",
    ".terms rect{fill:#f8fafc;stroke:#cbd5e1}",
    ".terms rect.page{fill:#fff;stroke:none}",
    ".terms rect.won{fill:#dcfce7;stroke:#86efac}",
    ".terms path{fill:none;stroke:#64748b;stroke-width:1.5}",
)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One line of text, as far below the top of its row as `down`."""

    text: str
    style: str
    down: int
    right: bool = False


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One source with its word."""

    lines: tuple[_Line, ...]
    height: int
    won: bool = False


def term_svg(tree: TermTree) -> str:
    """The picture as the text of an SVG file."""
    head, top = _head(tree)
    cards: list[str] = []
    arrows: list[str] = []
    above: tuple[int, int] | None = None
    for depth, (name, nodes) in enumerate(ranks_of(tree)):
        left = _MARGIN + depth * _STEP
        rows = tuple(_rows(nodes, width=_WIDTH - _MARGIN - left - 24))
        height = 30 + sum(row.height for row in rows) + 4
        if above is not None:
            arrows.append(f'<path d="M{above[0]} {above[1]}V{top + 18}H{left - 2}" marker-end="url(#exception)"/>')
        cards += _card(name, rows, left=left, top=top, height=height)
        above = (left + _STEP // 2, top + height)
        top += height + 14
    return "\n".join((*_frame(tree, height=top + _MARGIN - 14), *head, *arrows, *cards, "</svg>", ""))


def _frame(tree: TermTree, *, height: int) -> Iterator[str]:
    size = f'width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" class="terms" {size} role="img">'
    yield f"<title>{_told(f'{tree.term}: who settles it')}</title>"
    yield f"<style>{''.join(_STYLE)}</style>"
    yield '<defs><marker id="exception" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
    yield 'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L10 5L0 10Z" style="fill:#64748b;stroke:none"/>'
    yield "</marker></defs>"
    yield f'<rect class="page" width="{_WIDTH}" height="{height}"/>'


def _head(tree: TermTree) -> tuple[list[str], int]:
    """What the picture is called, and where it begins."""
    ends = [f"{word} {plan}" for word, plan in (("from", tree.origin), ("to", tree.target)) if plan]
    lines = [_text(" ".join((tree.term, *ends)), "title", x=_MARGIN, y=_MARGIN + 16)]
    y = _MARGIN + 18
    for line in wrapped(TERM[tree.term].doc, size=11, width=_WIDTH - 2 * _MARGIN):
        y += 16
        lines.append(_text(line, "faint", x=_MARGIN, y=y))
    return lines, y + 16


def _rows(nodes: list[Node], *, width: int) -> Iterator[_Row]:
    """A row for each word; of many those that are heard, and else the first."""
    shown = nodes
    if len(nodes) > MOST_ROWS:
        heard = [node for node in nodes if node.heard]
        others = [node for node in nodes if not node.heard]
        kept = {id(node) for node in (*heard, *others[: max(0, MOST_ROWS - len(heard))])}
        shown = [node for node in nodes if id(node) in kept]
    for node in shown:
        yield _row(node, width=width)
    if len(shown) < len(nodes):
        rest = f"and {len(nodes) - len(shown):,} more"
        yield _Row(lines=(_Line(text=rest, style="faint", down=12),), height=20)


def _row(node: Node, *, width: int) -> _Row:
    """A word on the left, with its condition and its place below; its value on the right."""
    source, mood = node.word.source, " off" if node.heard is False else " good" if node.settles else ""
    left: list[_Line] = []
    down = 14
    title = "where nobody says otherwise" if source.kind == "default" else source.title
    for line in wrapped(title, size=13, width=width - _VALUE):
        left.append(_Line(text=line, style=mood.strip(), down=down))
        down += 17
    place = f"{source.span.file}:{source.span.line}" if source.span.known else ""
    for small in filter(None, (node.condition, place)):
        for line in wrapped(small, size=11, width=width - _VALUE):
            left.append(_Line(text=line, style="faint", down=down))
            down += 15
    values = wrapped(node.value, size=13, width=_VALUE - 44)  # bold letters are wider
    told = [_Line(text=line, style=f"value{mood}", down=14 + 17 * k, right=True) for k, line in enumerate(values)]
    said = "settles it" if node.settles else "holds" if node.heard else ""
    if said:
        told.append(_Line(text=said, style="faint" + mood, down=14 + 17 * len(values), right=True))
    height = max(line.down for line in (*left, *told)) + 10
    return _Row(lines=(*left, *told), height=height, won=node.settles)


def _card(name: str, rows: tuple[_Row, ...], *, left: int, top: int, height: int) -> Iterator[str]:
    """A rank: its name, and its words below each other."""
    width = _WIDTH - _MARGIN - left
    yield f'<rect x="{left}" y="{top}" width="{width}" height="{height}" rx="8"/>'
    yield _text(name, "rank", x=left + 12, y=top + 20)
    y = top + 30
    for row in rows:
        if row.won:
            yield f'<rect class="won" x="{left + 6}" y="{y - 3}" width="{width - 12}" height="{row.height}" rx="5"/>'
        for line in row.lines:
            x = _WIDTH - _MARGIN - _VALUE if line.right else left + 12
            yield _text(line.text, line.style, x=x, y=y + line.down)
        y += row.height


def _text(text: str, style: str, *, x: int, y: int) -> str:
    named = f' class="{style}"' if style else ""
    return f'<text{named} x="{x}" y="{y}">{_told(text)}</text>'


def _told(text: str) -> str:
    return escape(printable(" ".join(text.split())))
