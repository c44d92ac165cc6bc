"""Lines between boxes that no lane joins: past all others, or not at all.

A line that runs behind a box is read as one that ends there. What such a line says stands in the box that it leaves, so
nothing is lost where no way past the others is found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import final

Point = tuple[int, int]

_STEPS = 32
"""In how many pieces a bend is looked at."""
_CLEAR = 5
"""How near a line may come to a box."""
_TRACKS, _TRACK = 6, 5
"""How many lines run side by side before they share a track again, and how far apart."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Rect:
    """A rectangle with rounded corners."""

    x: int
    y: int
    width: int
    height: int
    style: str
    plan: str = ""

    @property
    def right(self) -> int:
        """Its right side."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """Its lower side."""
        return self.y + self.height

    def holds(self, point: Point, *, around: int = 0) -> bool:
        """Whether a point lies in it, or that near to it."""
        x, y = point
        return self.x - around < x < self.right + around and self.y - around < y < self.bottom + around


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line in the language of SVG paths, and the points that it passes."""

    path: str
    points: tuple[Point, ...]

    @property
    def lowest(self) -> int:
        """How far down it comes."""
        return max(y for _, y in self.points)

    def clears(self, boxes: Sequence[Rect]) -> bool:
        """Whether it keeps away from all of them."""
        return not any(box.holds(point, around=_CLEAR) for point in self.points for box in boxes)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """What lines have to run past: the boxes, and the lanes in which these stand."""

    boxes: Sequence[Rect]
    lanes: Sequence[Rect]

    def between(self, old: Rect, new: Rect, *, track: int, lower: int = 0) -> Line | None:
        """The first way from one box to another that runs past all others; nothing where there is none.

        `track` counts the lines, so that two of them that go round do not lie upon each other. `lower` moves its ends
        down, so that it is seen beside another line between the same boxes.
        """
        others = [box for box in self.boxes if box not in (old, new)]
        for line in self._ways(old, new, track=track, lower=lower):
            if line.clears(others):
                return line
        return None

    def _ways(self, old: Rect, new: Rect, *, track: int, lower: int) -> Iterator[Line]:
        if old.right <= new.x or new.right <= old.x:
            yield _bend(old, new, lower=lower)
        else:
            yield _round_the_side(old, new, lower=lower)
        yield from self._round_others(old, new, shift=(track % _TRACKS) * _TRACK, lower=lower)

    def _round_others(self, old: Rect, new: Rect, *, shift: int, lower: int) -> Iterator[Line]:
        """Along the free strips beside the lanes, and below them where no other way is clear."""
        (home,) = (lane for lane in self.lanes if lane.holds((old.x, old.y)))
        (goal,) = (lane for lane in self.lanes if lane.holds((new.x, new.y)))
        start = old.y + old.height // 2 + lower
        end = new.y + new.height // 2 + lower + (shift - _TRACKS * _TRACK // 2) // 3
        leaving = ((home.right + 10 + shift, old.right), (home.x - 10 - shift, old.x))
        entering = ((goal.x - 10 - shift, new.x), (goal.right + 10 + shift, new.right))
        for (_, leave), (back, enter) in product(leaving, entering):
            yield _corners((leave, start), (back, start), (back, end), (enter, end))
        across = min(home.bottom, goal.bottom) + 12 + shift
        for (out, leave), (back, enter) in product(leaving, entering):
            yield _corners((leave, start), (out, start), (out, across), (back, across), (back, end), (enter, end))


def _bend(old: Rect, new: Rect, *, lower: int) -> Line:
    """From side to side."""
    right = old.x < new.x
    x1, x2 = (old.right, new.x) if right else (old.x, new.right)
    y1, y2 = (rect.y + rect.height // 2 + lower for rect in (old, new))
    bend = max(30, abs(x2 - x1) // 2) * (1 if right else -1)
    return _curve((x1, y1), (x1 + bend, y1), (x2 - bend, y2), (x2, y2))


def _round_the_side(old: Rect, new: Rect, *, lower: int) -> Line:
    """One above the other: round the right side."""
    y1, y2 = (rect.y + rect.height // 2 + lower for rect in (old, new))
    out = max(old.right, new.right) + min(20 + abs(y2 - y1) // 12, 60)
    return _curve((old.right, y1), (out, y1), (out, y2), (new.right, y2))


def _curve(start: Point, first: Point, second: Point, end: Point) -> Line:
    points = tuple(
        (_on_curve(k, start[0], first[0], second[0], end[0]), _on_curve(k, start[1], first[1], second[1], end[1]))
        for k in range(_STEPS + 1)
    )
    (x1, y1), (x2, y2), (x3, y3), (x4, y4) = start, first, second, end
    return Line(path=f"M{x1} {y1}C{x2} {y2} {x3} {y3} {x4} {y4}", points=points)


def _on_curve(k: int, a: int, b: int, c: int, d: int) -> int:
    rest = _STEPS - k
    return (a * rest**3 + 3 * b * rest**2 * k + 3 * c * rest * k**2 + d * k**3) // _STEPS**3


def _corners(*points: Point) -> Line:
    """Straight from point to point, with small round corners."""
    path = [f"M{points[0][0]} {points[0][1]}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        x1, y1 = _towards(corner, before)
        x2, y2 = _towards(corner, after)
        path.append(f"L{x1} {y1}Q{corner[0]} {corner[1]} {x2} {y2}")
    path.append(f"L{points[-1][0]} {points[-1][1]}")
    passed = tuple(point for start, end in pairwise(points) for point in _straight(start, end))
    return Line(path="".join(path), points=passed)


def _towards(corner: Point, other: Point) -> Point:
    """The point at most eight pixels from a corner on the way to another one."""
    (x, y), (far_x, far_y) = corner, other
    return x + max(-8, min(8, (far_x - x) // 2)), y + max(-8, min(8, (far_y - y) // 2))


def _straight(start: Point, end: Point) -> Iterator[Point]:
    (x1, y1), (x2, y2) = start, end
    pieces = 4 * _STEPS
    for k in range(pieces + 1):
        yield x1 + (x2 - x1) * k // pieces, y1 + (y2 - y1) * k // pieces
