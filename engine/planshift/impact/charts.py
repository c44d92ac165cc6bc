"""Charts as SVG that stands in a page: no script, no font, and the colours of the page, by day and by night.

Lengths are whole numbers. What a chart shows stands in a table as well, so that nobody needs to see it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, final

from planshift.decision.html import told

STYLE: Final = """\
.chart { margin: 0 0 1rem; }
.chart text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: var(--ink); }
.chart text.soft { fill: var(--soft); }
.chart .more { fill: var(--bad); } .chart .less { fill: var(--good); } .chart .plain { fill: var(--link); }
.chart .rest { fill: var(--line); } .chart line { stroke: var(--soft); stroke-width: 1; }
.chart figcaption, figcaption { font-size: .85rem; color: var(--soft); margin: 0 0 .4rem; }
figure { margin: 0 0 1.25rem; break-inside: avoid; }
details { margin: 0 0 .75rem; }
summary { cursor: pointer; }
details section { margin: .75rem 0 0; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
@media (max-width: 48rem) { .pair { grid-template-columns: 1fr; } }
@media print {
  .chart .more, .chart .less, .chart .plain { fill: #444; } .chart .rest { fill: #ddd; }
  details:not([open]) { display: none; }
}
"""

_WIDTH, _LABEL, _VALUE, _ROW, _BAR = 760, 220, 150, 26, 16
_LONGEST = 32


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar: what it is called, how long it is (backwards where negative), and the figure beside it."""

    label: str
    value: int
    text: str


def bars(caption: str, shown: Sequence[Bar], *, signed: bool = False) -> Iterator[str]:
    """Bars under each other; `signed` ones say by their colour whether something is more or less."""
    most = max((abs(bar.value) for bar in shown), default=0)
    if not most:
        return
    both = any(bar.value < 0 for bar in shown) and any(bar.value > 0 for bar in shown)
    room = _WIDTH - _LABEL - _VALUE
    length, zero = (room // 2, _LABEL + room // 2) if both else (room, _LABEL)
    height = _ROW * len(shown) + 6
    yield f"<figure><figcaption>{told(caption)}</figcaption>"
    yield f'<svg class="chart" viewBox="0 0 {_WIDTH} {height}" role="img"><title>{told(caption)}</title>'
    for number, bar in enumerate(shown):
        yield from _bar(
            bar, top=_ROW * number + 4, size=abs(bar.value) * length // most, zero=zero, signed=signed, back=both
        )
    yield f'<line x1="{zero}" y1="0" x2="{zero}" y2="{height}"/>'
    yield "</svg></figure>"


def _bar(bar: Bar, *, top: int, size: int, zero: int, signed: bool, back: bool) -> Iterator[str]:
    kind = "plain" if not signed else "more" if bar.value > 0 else "less"
    start = zero - size if back and bar.value < 0 else zero
    middle = top + _BAR - 3
    yield f'<text x="0" y="{middle}">{told(_short(bar.label))}</text>'
    if bar.value:
        yield f'<rect class="{kind}" x="{start}" y="{top}" width="{max(size, 1)}" height="{_BAR}" rx="2"/>'
    yield f'<text class="soft" x="{_WIDTH}" y="{middle}" text-anchor="end">{told(bar.text)}</text>'


def share(caption: str, part: int, *, whole: int) -> Iterator[str]:
    """One bar that is all, and the part of it that is meant."""
    if not whole:
        return
    size = max(part * _WIDTH // whole, 2) if part else 0
    yield f"<figure><figcaption>{told(caption)}</figcaption>"
    yield f'<svg class="chart" viewBox="0 0 {_WIDTH} 20" role="img"><title>{told(caption)}</title>'
    yield f'<rect class="rest" x="0" y="0" width="{_WIDTH}" height="20" rx="3"/>'
    if size:
        yield f'<rect class="plain" x="0" y="0" width="{size}" height="20" rx="3"/>'
    yield "</svg></figure>"


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1]}…"
