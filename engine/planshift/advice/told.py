"""An advice as a sheet, which every rendering lays out: text, Markdown and HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from planshift.advice.answer import Actor, Advice, Obstacle, Road, Roads, Saving, Unlisted, Way
from planshift.advice.near import once
from planshift.advice.wording import ask_text, hop_text, reads_text, steps_text, way_notes
from planshift.decision.citing import Cited, Words, joined
from planshift.decision.offers import offered
from planshift.decision.places import NO_PLACE, Place
from planshift.decision.sheet import (
    Block,
    Column,
    Pairs,
    Paragraph,
    Point,
    Points,
    Section,
    Sheet,
    Table,
    sheet_of,
)
from planshift.decision.summary import TONES, opening, reason_text, verdict_text
from planshift.decision.words import listed, title_text

_MOST_WAYS = 6
_MOST_ROADS = 8

HEADINGS: dict[Actor, str] = {
    "customer": "What the customer can do",
    "company": "What the company can do",
    "circumstances": "What would have to be different",
}
"""The sections of ways, by whose doing they are."""


def sheet_of_advice(advice: Advice) -> Sheet:
    """Why not, what would have to change, and what is near."""
    decision = advice.decision
    opened = Section(blocks=(Pairs(pairs=tuple(opening(decision))),))
    verdict = Section(blocks=(Paragraph(text=verdict_text(decision), tone=TONES[decision.verdict]),))
    against = Section(heading="Why not", blocks=_points(map(_obstacle, advice.obstacles)))
    return sheet_of(title_text(decision), (opened, verdict, against, *sections_of(advice)))


def sections_of(advice: Advice) -> Iterator[Section]:
    """What would have to change and what is near, to stand behind what was said of the decision itself."""
    for actor, heading in HEADINGS.items():
        yield Section(heading=heading, blocks=tuple(_ways(advice.by(actor))))
    if not advice.decision.allowed and not advice.ways:
        yield Section(heading="What would have to change", blocks=(Paragraph(text=_nothing(advice)),))
    if advice.roads is not None:
        yield Section(heading="Which roads there are", blocks=tuple(_roads(advice, advice.roads)))
        hops = (Point(text=hop_text(hop)) for hop in advice.roads.chain)
        yield Section(heading="The way there, one change after the other", blocks=_points(hops))
    if advice.instead:
        yield Section(heading="What would be allowed instead", blocks=(offered(advice.instead),))
    yield Section(heading="Cheaper ways to the same", blocks=tuple(_savings(advice)))


def sheet_of_unlisted(title: str, found: Unlisted) -> Sheet:
    """For every plan that is not offered: why not, and the nearest way to it."""
    points = [Point(text=_plan(advice), notes=tuple(_in_short(advice))) for advice in found.advices]
    blocks = list(_points(points)) or [Paragraph(text="Every plan is offered.", tone="good")]
    if found.left_out:
        blocks.append(Paragraph(text=f"{found.left_out} more plans are not offered. Name one with --to.", tone="faint"))
    return sheet_of(title, (Section(blocks=tuple(blocks)),))


def _points(points: Iterable[Point]) -> tuple[Block, ...]:
    found = tuple(points)
    return (Points(points=found),) if found else ()


def _obstacle(obstacle: Obstacle) -> Point:
    place = () if obstacle.place == NO_PLACE else (obstacle.place.cited,)
    says = (f"| {line}" for line in obstacle.quoted if line != obstacle.place.title)  # which the place tells already
    reads = filter(None, (reads_text(obstacle),))
    return Point(text=reason_text(obstacle.reason), notes=(*place, *says, *reads, *map(ask_text, obstacle.asks)))


def _ways(ways: tuple[Way, ...]) -> Iterator[Block]:
    told = ways[:_MOST_WAYS]
    yield from _points(Point(text=steps_text(way.steps), notes=way_notes(way)) for way in told)
    if len(ways) > len(told):
        yield Paragraph(text=f"{len(ways) - len(told)} more, such as these.", tone="faint")


def _nothing(advice: Advice) -> str:
    if not advice.complete:
        return "Nothing was found yet among what was tried; there may be more."
    if advice.roads is not None and advice.roads.chain:
        return "Nothing makes it allowed as one change."
    return "Nothing that anybody could do, and no day of the next three years, was found to make it allowed."


def _roads(advice: Advice, roads: Roads) -> Iterator[Block]:
    """The roads at both ends, those that one place of the policy opens in one row."""
    old, new = advice.decision.from_plan, advice.decision.to_plan
    assert old is not None  # roads are told of changes from plan to plan
    assert new is not None  # as above
    if not roads.leaving and not roads.arriving and roads.chain:
        return
    rows = [(old.title, ends, *told) for ends, told in _by_place(roads.leaving)]
    rows += [(ends, new.title, *told) for ends, told in _by_place(roads.arriving)]
    if rows:
        columns = (
            Column(heading="from", wraps=True),
            Column(heading="to", wraps=True),
            Column(heading="change"),
            Column(heading="by", wraps=True),
            Column(heading="", wraps=True),
        )
        yield Table(columns=columns, rows=tuple(rows))
    for title, ends, found in ((old.title, "leaves", roads.leaving), (new.title, "leads to", roads.arriving)):
        if not found:
            yield Paragraph(text=f"No road {ends} {title}.")


def _by_place(roads: tuple[Road, ...]) -> Iterator[tuple[str, tuple[Words, Words, Words]]]:
    """The plans at the other end by what says so, with the kind of change and the place."""
    found: dict[tuple[str, Place], list[str]] = {}
    for road in roads:
        found.setdefault((road.direction, road.place), []).append(road.title)
    for (direction, place), titles in found.items():
        told = titles if len(titles) <= _MOST_ROADS else [*titles[:_MOST_ROADS], f"{len(titles) - _MOST_ROADS} more"]
        where = (Cited(text=place.line, span=place.span),) if place.span.known else ""
        yield listed(tuple(told)), (direction.replace("_", " "), place.title, where)


def _savings(advice: Advice) -> Iterator[Block]:
    if not advice.decision.allowed:
        return
    if advice.cheaper:
        yield from _points(map(_saving, advice.cheaper))
    elif advice.decision.request.kind in ("change", "cancel") and once(advice.decision).minor:
        yield Paragraph(text="None was found.")


def _saving(saving: Saving) -> Point:
    return Point(text=steps_text(saving.steps), notes=(*saving.saves, *way_notes(saving)))


def _plan(advice: Advice) -> str:
    target = advice.decision.to_plan
    assert target is not None  # options are plans and prices
    return f"{target.title}, {target.price}"


def _in_short(advice: Advice) -> Iterator[Words]:
    for obstacle in advice.obstacles:
        place = obstacle.place
        cited = "" if place == NO_PLACE else (" (", Cited(text=place.line, span=place.span), ")")
        yield joined(reason_text(obstacle.reason), cited)
    chain = advice.roads.chain if advice.roads is not None else ()
    if chain:
        yield f"One change after the other: {'; '.join(map(hop_text, chain))}."
    if advice.ways:
        (first, *_) = advice.ways
        passed = first.steps[0].kind == "override"
        yield "Only staff can pass it, with a reason on record." if passed else f"It takes: {steps_text(first.steps)}"
