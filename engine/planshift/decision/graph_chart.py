"""The picture of a ladder before it is drawn: plans in rows, what leads up and down, and what is said in words.

A group of n levels has n * (n - 1) roads. They are told by the roads between neighbouring rows, by what is usual in
the lane, and by a note for each road that differs from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import final

from planshift.billing.catalog import Plan
from planshift.billing.money import format_minor
from planshift.decision.graph_roads import RoadMap, Way
from planshift.diagnostics.excerpt import printable

_TIMING = {
    "now": "at once",
    "period_end": "at the end of the period",
    "contract_end": "at the end of the contract",
    "on_date": "on the day asked for",
    "next_bill_day": "on the next bill day",
    "trial_end": "at the end of the trial",
    "period_start": "from the start of the period",
}
_KIND = {"upgrade": "upgrade", "downgrade": "downgrade", "crossgrade": "change"}
_NATURAL = {"up": "upgrade", "down": "downgrade", "side": "crossgrade"}
_LISTED = 8
MARK = "*"
"""What stands behind terms that may differ."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A sentence in a box, with the kind of change it is about."""

    kind: str
    text: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A plan as it is drawn. `up` and `down` are the terms of its next step, where they are not the usual ones."""

    plan: str
    title: str
    prices: tuple[str, ...]
    sold: bool
    up: str = ""
    down: str = ""
    notes: tuple[Note, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Bus:
    """The roads between a row and the next one below: every plan of `leaving` leads to every one of `arriving`."""

    way: str
    leaving: tuple[str, ...]
    arriving: tuple[str, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A group with its rows from the highest level to the lowest, and the roads between one row and the next."""

    title: str
    head: tuple[Note, ...]
    rows: tuple[tuple[Box, ...], ...]
    buses: tuple[tuple[Bus, ...], ...]
    notes: tuple[str, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """A road outside of the groups, or a switch; `text` tells its terms."""

    origin: str
    target: str
    kind: str
    text: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Everything that a picture shows."""

    title: str
    lanes: tuple[Lane, ...]
    arrows: tuple[Arrow, ...]
    steps: tuple[Arrow, ...]
    """The roads inside of the lanes that are drawn or noted, one by one, for those who draw no buses."""
    varies: bool
    refusals: tuple[str, ...]


def words(ways: Sequence[Way], *, natural: str = "") -> str:
    """Timing and fee as a person says them; by interval where it makes a difference."""
    said: dict[str, list[str]] = {}
    for way in ways:
        text = f"{_TIMING[way.timing]}, {f'fee {way.fee}' if way.fee else 'no fee'}{MARK if way.varies else ''}"
        if natural and way.direction != natural:
            text = f"{_KIND[way.direction]} {text}"
        step = way.intervals[-1].replace("_", " ") if way.intervals else "same interval"
        said.setdefault(text, []).append(step)
    if len(said) == 1:
        return next(iter(said))
    return "; ".join(f"{' or '.join(dict.fromkeys(steps))}: {text}" for text, steps in said.items())


def chart_of(roads: RoadMap) -> Chart:
    """The picture of a ladder."""
    return _Drawing(roads).chart()


@final
class _Drawing:
    def __init__(self, roads: RoadMap) -> None:
        self.roads = roads
        self.titles = {plan.name: printable(plan.title or plan.name) for plan in roads.plans}
        self.plans = {plan.name: plan for plan in roads.plans}
        self.switches = tuple(self._switches())
        grouped = {name for _, members in roads.groups for name, _ in members}
        loose = [plan.name for plan in roads.plans if plan.name not in grouped]
        self.families, self.single = _families(loose, [*self._paths(frozenset()), *self.switches])
        self.lanes = [(name, _rows(members)) for name, members in roads.groups if members]
        self.lanes += [("", _layers(names, tuple(self._paths(frozenset())))) for names in self.families]
        self.steps: list[Arrow] = []

    def chart(self) -> Chart:
        lanes_of = [[name for row in rows for name in row] for _, rows in self.lanes]
        within = frozenset((old, new) for names in lanes_of for old, new in product(names, names))
        arrows = (*self._paths(within), *self.switches)
        lanes = [self._lane(name, rows, arrows) for name, rows in self.lanes]
        if self.single:
            wide = 1 if len(self.single) <= 8 else 4
            rows = [self.single[k : k + wide] for k in range(0, len(self.single), wide)]
            lanes.insert(0, self._loose_lane("outside of groups" if self.roads.groups else "", rows, arrows))
        every = [way for ways in self.roads.ways.values() for way in ways]
        return Chart(
            title=printable(self.roads.title),
            lanes=tuple(lanes),
            arrows=arrows,
            steps=tuple(self.steps),
            varies=any(way.varies for way in every),
            refusals=tuple(dict.fromkeys(title for way in every for title in way.refusals)),
        )

    def _paths(self, within: frozenset[tuple[str, str]]) -> Iterator[Arrow]:
        for (old, new), ways in self.roads.ways.items():
            if (old, new) not in within:
                kind = ways[0].direction
                yield Arrow(origin=old, target=new, kind=kind, text=words(ways, natural=kind))

    def _switches(self) -> Iterator[Arrow]:
        for switch in self.roads.switches:
            if switch.from_plan in self.plans and switch.to_plan in self.plans:
                count = switch.after_renewals
                after = "at the first renewal" if not count else f"after {count} renewal{'s' if count > 1 else ''}"
                yield Arrow(origin=switch.from_plan, target=switch.to_plan, kind="switch", text=after)

    def _loose_lane(self, title: str, rows: list[list[str]], arrows: Sequence[Arrow]) -> Lane:
        boxes = tuple(tuple(self._box(name, arrows) for name in row) for row in rows)
        return Lane(title=title, head=(), rows=boxes, buses=((),) * (len(rows) - 1), notes=())

    def _lane(self, title: str, rows: list[list[str]], arrows: Sequence[Arrow]) -> Lane:
        rows = self._idle_last(rows)
        place = {name: k for k, row in enumerate(rows) for name in row}
        said = {
            (a, b): words(self.roads.ways[a, b], natural=_NATURAL[_way(place, a, b)])
            for a in place
            for b in place
            if (a, b) in self.roads.ways
        }
        usual = {
            way: Counter(t for (a, b), t in said.items() if _way(place, a, b) == way).most_common(1)
            for way in ("up", "down")
        }
        common = {way: found[0][0] if found else "" for way, found in usual.items()}
        lane = _Steps(rows=rows, place=place, said=said, common=common, titles=self.titles)
        buses = tuple(tuple(lane.buses(k)) for k in range(len(rows) - 1))
        notes = tuple(lane.notes(buses))
        self.steps += lane.single(self.roads, buses)
        boxes = tuple(
            tuple(self._box(name, arrows, up=lane.own(name, "up"), down=lane.own(name, "down")) for name in row)
            for row in rows
        )
        return Lane(title=title, head=tuple(lane.head()), rows=boxes, buses=buses, notes=notes)

    def _idle_last(self, rows: list[list[str]]) -> list[list[str]]:
        """The rows without plans that nothing in the lane leads to or from; those come below."""
        names = {name for row in rows for name in row}
        busy = {name for pair in self.roads.ways if names.issuperset(pair) for name in pair}
        idle = [name for row in rows for name in row if name not in busy]
        wide = max(map(len, rows))
        kept = [found for row in rows if (found := [name for name in row if name in busy])]
        return kept + [idle[k : k + wide] for k in range(0, len(idle), wide)]

    def _box(self, name: str, arrows: Sequence[Arrow], *, up: str = "", down: str = "") -> Box:
        plan = self.plans[name]
        sold = plan.status != "inactive" and not all(price.retired for price in plan.prices)
        notes: dict[tuple[str, str], list[str]] = {}
        for arrow in arrows:
            if arrow.origin == name:
                notes.setdefault((arrow.kind, arrow.text), []).append(self.titles[arrow.target])
        return Box(
            plan=name,
            title=self.titles[name],
            prices=(*self._prices(plan), *(() if sold else ("not sold any more",))),
            sold=sold,
            up=up,
            down=down,
            notes=tuple(Note(kind=kind, text=_sentence(kind, text, to)) for (kind, text), to in notes.items()),
        )

    def _prices(self, plan: Plan) -> Iterator[str]:
        for price in plan.prices[:3]:
            amounts = dict(price.amounts)
            code = self.roads.currency if self.roads.currency in amounts else next(iter(amounts), "")
            if code:
                amount = f"{format_minor(amounts[code], self.roads.decimals[code])} {code}"
                yield f"{amount} {'once' if price.interval.once else f'per {price.interval}'.replace('per 1 ', 'per ')}"
        if len(plan.prices) > 3:
            yield f"and {len(plan.prices) - 3} more prices"


def _sentence(kind: str, text: str, targets: list[str]) -> str:
    names = _some(targets)
    return f"becomes {names} by itself {text}" if kind == "switch" else f"{_KIND[kind]} to {names}: {text}"


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_LISTED])
    return shown if len(names) <= _LISTED else f"{shown} and {len(names) - _LISTED} more"


def _rows(members: Sequence[tuple[str, int]]) -> list[list[str]]:
    levels = sorted({level for _, level in members}, reverse=True)
    return [[name for name, at in members if at == level] for level in levels]


def _way(place: dict[str, int], old: str, new: str) -> str:
    return "side" if place[old] == place[new] else "up" if place[new] < place[old] else "down"


def _layers(names: list[str], arrows: Sequence[Arrow]) -> list[list[str]]:
    """Plans that no group orders: each above those that lead up to it, as far as there is no circle."""
    height = dict.fromkeys(names, 0)
    rises = [(a.origin, a.target) for a in arrows if a.kind in ("upgrade", "switch")]
    rises += [(a.target, a.origin) for a in arrows if a.kind == "downgrade"]
    rises = [(low, high) for low, high in dict.fromkeys(rises) if low in height and high in height]
    for _ in range(min(len(names), 12)):
        before = dict(height)
        for low, high in rises:
            if (high, low) not in rises:
                height[high] = min(max(height[high], height[low] + 1), 12)
        if height == before:
            break
    return [[n for n in names if height[n] == level] for level in sorted(set(height.values()), reverse=True)]


def _families(names: list[str], arrows: Sequence[Arrow]) -> tuple[list[list[str]], list[str]]:
    """Plans outside of groups that lead to each other, directly or not; and those that stand alone."""
    head = {name: name for name in names}
    for arrow in arrows:
        if arrow.origin in head and arrow.target in head:
            old, new = head[arrow.target], head[arrow.origin]
            head = {name: new if first == old else first for name, first in head.items()}
    found: dict[str, list[str]] = {}
    for name, first in head.items():
        found.setdefault(first, []).append(name)
    families = [family for family in found.values() if len(family) > 1]
    return families, [family[0] for family in found.values() if len(family) == 1]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Steps:
    """The roads of one lane: which go between neighbouring rows, and what has to be said about the others."""

    rows: list[list[str]]
    place: dict[str, int]
    said: dict[tuple[str, str], str]
    common: dict[str, str]
    titles: dict[str, str]

    def head(self) -> Iterator[Note]:
        """What is usual in the lane."""
        for way, kind in (("up", "upgrade"), ("down", "downgrade")):
            if self.common[way]:
                taken = [pair for pair in self.said if self._goes(*pair) == way]
                chances = product(dict.fromkeys(a for a, _ in taken), dict.fromkeys(b for _, b in taken))
                far = ""
                if any(self._goes(*pair) == way and self._far(*pair) for pair in chances):
                    far = (
                        "; to any level beyond" if any(self._far(*pair) for pair in taken) else "; one level at a time"
                    )
                yield Note(kind=kind, text=f"{way}: {self.common[way]}{far}")

    def _far(self, old: str, new: str) -> bool:
        return abs(self.place[old] - self.place[new]) > 1

    def _goes(self, old: str, new: str) -> str:
        return _way(self.place, old, new)

    def _next(self, name: str, way: str) -> list[str]:
        step = self.place[name] + (-1 if way == "up" else 1)
        row = self.rows[step] if 0 <= step < len(self.rows) else []
        return [other for other in row if (name, other) in self.said]

    def own(self, name: str, way: str) -> str:
        """The terms of the next step of a plan, where all its next steps have the same and the lane has others."""
        texts = {self.said[name, other] for other in self._next(name, way)}
        text = next(iter(texts)) if len(texts) == 1 else ""
        return "" if text == self.common[way] else text

    def buses(self, upper: int) -> Iterator[Bus]:
        """What leads up and down between two neighbouring rows."""
        above, below = self.rows[upper], self.rows[upper + 1]
        for way, origins, targets in (("up", below, above), ("down", above, below)):
            leaving = tuple(a for a in origins if any((a, b) in self.said for b in targets))
            arriving = tuple(b for b in targets if any((a, b) in self.said for a in origins))
            if leaving:
                yield Bus(way=way, leaving=leaving, arriving=arriving)

    def notes(self, buses: Sequence[Sequence[Bus]]) -> Iterator[str]:
        """Every road that is not what buses, head and labels say."""
        told: dict[tuple[str, str], list[str]] = {}
        promised = dict.fromkeys(self._promised(buses))
        for (old, new), text in self.said.items():
            if (old, new) not in promised or text != self._expected(old, new):
                told.setdefault((old, text), []).append(self.titles[new])
        merged: dict[tuple[str, str], list[str]] = {}
        for (old, text), targets in told.items():
            merged.setdefault((_some(targets), text), []).append(self.titles[old])
        for (to, text), origins in merged.items():
            yield f"{_some(origins)} to {to}: {text}"
        missing: dict[str, list[str]] = {}
        for old, new in promised:
            if (old, new) not in self.said:
                missing.setdefault(old, []).append(self.titles[new])
        shut: dict[str, list[str]] = {}
        for old, targets in missing.items():
            shut.setdefault(_some(targets), []).append(self.titles[old])
        for to, origins in shut.items():
            yield f"no road from {_some(origins)} to {to}"

    def _expected(self, old: str, new: str) -> str:
        """What the picture says of a road if no note does."""
        way = self._goes(old, new)
        return self.own(old, way) or self.common[way] if way != "side" else ""

    def _promised(self, buses: Sequence[Sequence[Bus]]) -> Iterator[tuple[str, str]]:
        """The roads that the buses and the head make one believe in."""
        for bus in (bus for between in buses for bus in between):
            yield from ((a, b) for a in bus.leaving for b in bus.arriving)
        for way in ("up", "down"):
            buses_of = [bus for between in buses for bus in between if bus.way == way]
            leaving = [name for bus in buses_of for name in bus.leaving]
            arriving = [name for bus in buses_of for name in bus.arriving]
            pairs = [(a, b) for a in leaving for b in arriving if self._far(a, b)]
            pairs = [pair for pair in pairs if self._goes(*pair) == way]
            if any(pair in self.said for pair in pairs):
                yield from pairs

    def single(self, roads: RoadMap, buses: Sequence[Sequence[Bus]]) -> Iterator[Arrow]:
        """The roads that are worth an arrow of their own: between neighbours, and those that a note tells."""
        promised = set(self._promised(buses))
        for (old, new), text in self.said.items():
            near = not self._far(old, new)
            if near or (old, new) not in promised or text != self._expected(old, new):
                yield Arrow(origin=old, target=new, kind=roads.ways[old, new][0].direction, text=text)
