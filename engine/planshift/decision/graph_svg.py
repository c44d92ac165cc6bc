"""A chart as SVG: no script, no font and no file besides itself."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from planshift.decision.graph_chart import Chart
from planshift.decision.graph_layout import Drawing, draw
from planshift.decision.graph_lines import Rect

_COLORS = {"upgrade": "#15803d", "downgrade": "#b45309", "crossgrade": "#1d4ed8", "switch": "#7e22ce"}
_STYLE = (
    "text{font-family:'DejaVu Sans',Verdana,sans-serif;fill:#1f2937;stroke:#fff;stroke-width:3;paint-order:stroke}",
    ".lane{fill:#f8fafc;stroke:#cbd5e1}",
    ".box{fill:#fff;stroke:#64748b}",
    ".gone{fill:#f1f5f9;stroke:#cbd5e1;stroke-dasharray:3 3}",
    "text.faint{fill:#64748b}",
    "text.group{fill:#334155}",
    "path{fill:none;stroke-width:2}",
    *(f"path.{kind}{{stroke:{color}}}text.{kind}{{fill:{color}}}" for kind, color in _COLORS.items()),
    "path.switch{stroke-dasharray:6 4}",
)


def to_svg(chart: Chart) -> str:
    """The picture as the text of an SVG file."""
    return "\n".join((*_lines(draw(chart)), ""))


def _lines(drawing: Drawing) -> Iterator[str]:
    size = f'width="{drawing.width}" height="{drawing.height}" viewBox="0 0 {drawing.width} {drawing.height}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
    yield f"<title>{escape(drawing.title)}</title>"
    yield f"<style>{''.join(_STYLE)}</style>"
    yield "<defs>"
    for kind, color in _COLORS.items():
        yield (
            f'<marker id="to-{kind}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" '
            f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L10 5L0 10Z" style="fill:{color};stroke:none"/>'
            "</marker>"
        )
    yield "</defs>"
    yield f'<rect width="{drawing.width}" height="{drawing.height}" fill="#fff"/>'
    yield from map(_rect, drawing.lanes)
    for stroke in drawing.strokes:
        head = f' marker-end="url(#to-{stroke.style})"' if stroke.head else ""
        faint = ' opacity="0.65"' if "C" in stroke.path else ""
        yield f'<path class="{stroke.style}" d="{stroke.path}"{head}{faint}/>'
    yield from map(_rect, drawing.boxes)
    for word in drawing.words:
        weight = ' font-weight="bold"' if word.bold else ""
        place = f'x="{word.x}" y="{word.y}" font-size="{word.size}"{weight}'
        yield f'<text class="{word.style}" {place}>{escape(word.text)}</text>'
    yield "</svg>"


def _rect(rect: Rect) -> str:
    plan = f" data-plan={quoteattr(rect.plan)}" if rect.plan else ""
    place = f'x="{rect.x}" y="{rect.y}" width="{rect.width}" height="{rect.height}" rx="8"'
    return f'<rect class="{rect.style}" {place}{plan}/>'
