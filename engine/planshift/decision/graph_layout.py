"""Where everything of a chart stands: boxes, lines and texts in whole pixels, before anybody draws them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import final

from planshift.decision.graph_chart import MARK, Arrow, Box, Bus, Chart, Lane
from planshift.decision.graph_lines import Lines, Rect
from planshift.decision.graph_widths import width_of, wrapped

TITLE, NAME, SMALL = 20, 14, 11
_LINE = 15
_MARGIN, _PAD = 24, 20
_BETWEEN_BOXES, _BETWEEN_LANES = 22, 56
_BOX = 186
_EDGE = 20
"""How far from the side of a box the lines up and down run."""
_WIDEST_ROW = 1_900


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A line of text; `x` is its left end and `y` its base line."""

    x: int
    y: int
    text: str
    size: int
    style: str
    bold: bool = False

    @property
    def width(self) -> int:
        """How wide it is at most."""
        return width_of(self.text, size=self.size, bold=self.bold)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """A line in the language of SVG paths; with an arrow head at its end, or without."""

    path: str
    style: str
    head: bool


@final
@dataclass(slots=True, kw_only=True)
class Drawing:
    """Everything that is drawn: lanes, then lines, then boxes, then texts."""

    width: int = 0
    height: int = 0
    title: str = ""
    lanes: list[Rect] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    boxes: list[Rect] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)


def draw(chart: Chart) -> Drawing:
    """Lay out a chart."""
    drawing = Drawing(title=chart.title)
    sketches = [_Sketch(lane) for lane in chart.lanes]
    y = _MARGIN + TITLE
    drawing.words.append(Word(x=_MARGIN, y=y, text=chart.title, size=TITLE, style="title", bold=True))
    y += _MARGIN
    drawing.width = _MARGIN * 2 + width_of(chart.title, size=TITLE, bold=True)
    for row in _lane_rows(sketches):
        height = max(sketch.height for sketch in row)
        x = _MARGIN
        for sketch in row:
            sketch.put(drawing, x=x, y=y + height - sketch.height)
            x += sketch.width + _BETWEEN_LANES
        drawing.width = max(drawing.width, x - _BETWEEN_LANES + _MARGIN)
        y += height + _BETWEEN_LANES
    lowest = max(y - _BETWEEN_LANES, _arrows(drawing, chart.arrows))
    y = _legend(drawing, chart, lowest + _MARGIN + 4)
    drawing.height = y + _MARGIN
    return drawing


def _lane_rows(sketches: Sequence[_Sketch]) -> Iterator[list[_Sketch]]:
    row: list[_Sketch] = []
    for sketch in sketches:
        if row and sum(each.width + _BETWEEN_LANES for each in row) + sketch.width > _WIDEST_ROW:
            yield row
            row = []
        row.append(sketch)
    if row:
        yield row


def _legend(drawing: Drawing, chart: Chart, y: int) -> int:
    present = {"upgrade", "downgrade"} | {arrow.kind for arrow in chart.arrows}
    x = _MARGIN
    for kind, text in (
        ("upgrade", "up"),
        ("downgrade", "down"),
        ("crossgrade", "neither"),
        ("switch", "by itself, at a renewal"),
    ):
        if kind in present:
            drawing.strokes.append(Stroke(path=f"M{x} {y - 4}H{x + 30}", style=kind, head=True))
            drawing.words.append(Word(x=x + 40, y=y, text=text, size=SMALL, style="faint"))
            x += 64 + width_of(text, size=SMALL)
    drawing.width = max(drawing.width, x + _MARGIN)
    texts = [f"{MARK} may differ by a rule, or for some customers"] if chart.varies else []
    if chart.refusals:
        shown = "; ".join(title.removeprefix("rule ") for title in chart.refusals[:6])
        more = f"; and {len(chart.refusals) - 6} more" if len(chart.refusals) > 6 else ""
        texts.append(f"Rules that may refuse a change: {shown}{more}")
    drawing.width = max(drawing.width, 560)
    for text in texts:
        for line in wrapped(text, size=SMALL, width=min(drawing.width - 2 * _MARGIN, 1_000)):
            y += _LINE + 2
            drawing.words.append(Word(x=_MARGIN, y=y, text=line, size=SMALL, style="faint"))
    return y


def _arrows(drawing: Drawing, arrows: Sequence[Arrow]) -> int:
    """Lines between boxes that no lane joins, and how far down they come; their words stand in the box they leave."""
    places: dict[str, Rect] = {}
    for rect in drawing.boxes:
        places.setdefault(rect.plan, rect)
    lines, lowest = Lines(boxes=drawing.boxes, lanes=drawing.lanes), 0
    for track, arrow in enumerate(arrows):
        # a switch leaves a little lower, so that it is seen beside a road
        lower = 9 if arrow.kind == "switch" else 0
        line = lines.between(places[arrow.origin], places[arrow.target], track=track, lower=lower)
        if line is not None:
            drawing.strokes.append(Stroke(path=line.path, style=arrow.kind, head=True))
            lowest = max(lowest, line.lowest)
    return lowest


@final
class _Sketch:
    """One lane with its measures."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        boxes = [box for row in lane.rows for box in row]
        words = [width_of(box.title, size=NAME, bold=True) for box in boxes]
        words += [width_of(text, size=SMALL) for box in boxes for text in box.prices]
        words += [
            min(width_of(text, size=SMALL) + 2 * _EDGE + 12, 280) - 28 for box in boxes for text in (box.up, box.down)
        ]
        self.box = min(max(_BOX, *(width + 2 * 14 for width in words)), 320)
        most = max(len(row) for row in lane.rows)
        self.width = max(most * (self.box + _BETWEEN_BOXES) - _BETWEEN_BOXES, 240) + 2 * _PAD
        inner = self.width - 2 * _PAD
        self.head = [(note.kind, line) for note in lane.head for line in wrapped(note.text, size=SMALL, width=inner)]
        self.notes = [line for text in lane.notes for line in wrapped(text, size=SMALL, width=inner)]
        self.heights = [max(self._height(box) for box in row) for row in lane.rows]
        self.gaps = [self._gap(k) for k in range(len(lane.rows) - 1)]
        self.top = (32 if lane.title else 14) + _LINE * len(self.head) + (10 if self.head else 0)
        bottom = _LINE * len(self.notes) + (12 if self.notes else 0) + _PAD
        self.height = self.top + sum(self.heights) + sum(sum(gap) for gap in self.gaps) + bottom

    def _lines(self, box: Box) -> list[tuple[str, str]]:
        lines = [("faint", text) for price in box.prices for text in wrapped(price, size=SMALL, width=self.box - 28)]
        for note in box.notes:
            lines += [(note.kind, line) for line in wrapped(note.text, size=SMALL, width=self.box - 28)]
        return lines

    def _name(self, box: Box) -> list[str]:
        return wrapped(box.title, size=NAME, width=(self.box - 28) * 8 // 9)

    def _height(self, box: Box) -> int:
        return 14 + 18 * len(self._name(box)) + _LINE * len(self._lines(box)) + 4

    def _label(self, text: str) -> list[str]:
        return wrapped(text, size=SMALL, width=self.box - 2 * _EDGE - 12)

    def _gap(self, upper: int) -> tuple[int, int, int]:
        """Room for labels of the row above, for the lines across, and for labels of the row below."""
        above, below = self.lane.rows[upper], self.lane.rows[upper + 1]
        down = max(len(self._label(box.down)) for box in above)
        up = max(len(self._label(box.up)) for box in below)
        return _LINE * down + 8, 22, _LINE * up + 8

    def put(self, drawing: Drawing, *, x: int, y: int) -> None:
        """Draw it with its corner at a place."""
        drawing.lanes.append(Rect(x=x, y=y, width=self.width, height=self.height, style="lane"))
        line = y + (24 if self.lane.title else 8)
        if self.lane.title:
            drawing.words.append(Word(x=x + _PAD, y=line, text=self.lane.title, size=NAME, style="group", bold=True))
        for kind, text in self.head:
            line += _LINE
            drawing.words.append(Word(x=x + _PAD, y=line, text=text, size=SMALL, style=kind))
        top = y + self.top
        for k, row in enumerate(self.lane.rows):
            lefts = self._lefts(x, len(row))
            for left, box in zip(lefts, row, strict=True):
                self._put_box(drawing, box, x=left, y=top, height=self.heights[k])
            top += self.heights[k]
            if k < len(self.gaps):
                self._put_gap(drawing, k, x=x, y=top)
                top += sum(self.gaps[k])
        line = top + 8
        for text in self.notes:
            line += _LINE
            drawing.words.append(Word(x=x + _PAD, y=line, text=text, size=SMALL, style="faint"))

    def _lefts(self, x: int, count: int) -> list[int]:
        used = count * (self.box + _BETWEEN_BOXES) - _BETWEEN_BOXES
        first = x + (self.width - used) // 2
        return [first + k * (self.box + _BETWEEN_BOXES) for k in range(count)]

    def _put_box(self, drawing: Drawing, box: Box, *, x: int, y: int, height: int) -> None:
        style = "box" if box.sold else "box gone"
        drawing.boxes.append(Rect(x=x, y=y, width=self.box, height=height, style=style, plan=box.plan))
        line = y + 6
        for text in self._name(box):
            line += 18
            drawing.words.append(
                Word(x=x + 14, y=line, text=text, size=NAME, style="name" if box.sold else "faint", bold=True)
            )
        for kind, text in self._lines(box):
            line += _LINE
            drawing.words.append(Word(x=x + 14, y=line, text=text, size=SMALL, style=kind))

    def _put_gap(self, drawing: Drawing, upper: int, *, x: int, y: int) -> None:
        """The lines between two rows, and the terms beside them."""
        above, below = self.lane.rows[upper], self.lane.rows[upper + 1]
        first, across, last = self.gaps[upper]
        end = y + first + across + last
        lefts = {
            box.plan: left for row in (above, below) for left, box in zip(self._lefts(x, len(row)), row, strict=True)
        }
        for bus in self.lane.buses[upper]:
            up = bus.way == "up"
            mid = y + first + (4 if up else across - 4)
            offset = self.box - _EDGE if up else _EDGE
            self._put_bus(drawing, bus, at={name: left + offset for name, left in lefts.items()}, ys=(y, mid, end))
        for row, start, way in ((above, y + 2, "down"), (below, y + first + across + 2, "up")):
            for box in row:
                lines = self._label(box.down if way == "down" else box.up)
                for k, text in enumerate(lines):
                    left = lefts[box.plan] + (self.box - width_of(text, size=SMALL)) // 2
                    kind = "downgrade" if way == "down" else "upgrade"
                    drawing.words.append(Word(x=left, y=start + 12 + k * _LINE, text=text, size=SMALL, style=kind))

    @staticmethod
    def _put_bus(drawing: Drawing, bus: Bus, *, at: dict[str, int], ys: tuple[int, int, int]) -> None:
        top, mid, end = ys
        style = "upgrade" if bus.way == "up" else "downgrade"
        begin, finish = (end, top) if bus.way == "up" else (top, end)
        xs = [at[name] for name in (*bus.leaving, *bus.arriving)]
        for name in bus.leaving:
            drawing.strokes.append(Stroke(path=f"M{at[name]} {begin}V{mid}", style=style, head=False))
        if min(xs) < max(xs):
            drawing.strokes.append(Stroke(path=f"M{min(xs)} {mid}H{max(xs)}", style=style, head=False))
        for name in bus.arriving:
            drawing.strokes.append(Stroke(path=f"M{at[name]} {mid}V{finish}", style=style, head=True))
