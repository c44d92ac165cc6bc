"""The picture of the ladder: it holds every road that is open and none that is closed, and one can read it."""

from __future__ import annotations

from datetime import date
from functools import cache
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from planshift.billing.change import ChangeRequest
from planshift.billing.period import Period
from planshift.billing.subscription import Customer, Subscription
from planshift.billing.zones import midnight
from planshift.book import Book, load, load_text
from planshift.decision.graph_chart import Chart, chart_of
from planshift.decision.graph_layout import Word, draw
from planshift.decision.graph_lines import Lines, Rect
from planshift.decision.graph_roads import CLOSED, RoadMap, road_map
from planshift.decision.graph_svg import to_svg
from planshift.decision.graph_text import to_dot, to_mermaid

POLICIES = Path(__file__).parents[2] / "policies"
BOOKS = sorted(path.parent.name for path in POLICIES.glob("*/policy.yaml"))
NOON = midnight(date(2026, 3, 11).toordinal() - date(1970, 1, 1).toordinal(), "UTC") + 43_200


def sixty_plans() -> Book:
    """Six ladders of nine levels and six plans beside them, three of them on long paths."""
    catalog, policy = ["plans:"], ["policy_language: 1", "book: sixty", "currency: EUR", "groups:"]
    for group in range(6):
        policy += [f"  ladder-{group}:", "    members:"]
        for level in range(9):
            name = f"p{group}-{level}"
            catalog.append(
                f"  {name}: {{ title: 'A fairly long title {group} {level}', module: m, prices: {{ monthly: "
            )
            catalog.append(f"    {{ every: 1 month, EUR: '{level + 1}.00' }} }} }}")
            policy.append(f"      {name}: {{ level: {level // 2 if group == 5 else level} }}")
    price = "{ m: { every: 1 month, EUR: '1.00' } }"
    catalog += [f"  solo-{loose}: {{ module: m, prices: {price} }}" for loose in range(6)]
    policy += ["paths:", *(f"  - {{ from: solo-{k}, to: [p{k}-0, p{k + 3}-8], fee: {k} EUR }}" for k in range(3))]
    policy += ["terms:", "  upgrade: { fee: 5 EUR }", "  downgrade: { timing: period_end }"]
    return load_text({"policy.yaml": "\n".join(policy) + "\n", "catalog.yaml": "\n".join(catalog) + "\n"})


@cache
def book_named(name: str) -> Book:
    return load(POLICIES / name) if name else sixty_plans()


@cache
def roads_of(name: str) -> RoadMap:
    return road_map(book_named(name).rulebook)


@cache
def chart_named(name: str) -> Chart:
    return chart_of(roads_of(name))


def boxed(word: Word) -> tuple[int, int, int, int]:
    return word.x, word.y - word.size * 4 // 5, word.x + word.width, word.y + word.size // 5


def overlap(first: tuple[int, int, int, int], second: tuple[int, int, int, int]) -> bool:
    return first[0] < second[2] and second[0] < first[2] and first[1] < second[3] and second[1] < first[3]


def within(word: Word, rect: Rect) -> bool:
    left, top, right, bottom = boxed(word)
    return rect.x <= left and rect.y <= top and right <= rect.x + rect.width and bottom <= rect.y + rect.height


@pytest.mark.parametrize("name", BOOKS)
def test_the_roads_are_those_that_the_book_decides(name: str) -> None:
    book, roads = book_named(name), roads_of(name)
    shown = {(*plans, *prices) for plans, ways in roads.ways.items() for way in ways for prices in way.prices}
    found, facts = set(), book.document.facts
    rows = [(plan, price) for plan in book.catalog.plans for price in plan.prices]
    for old, before in rows:
        for new, after in rows:
            both = [code for code, _ in before.amounts if code in dict(after.amounts)]
            if old is new or not both:
                continue
            held = Subscription(
                id="x",
                plan=old.name,
                price=before.id,
                currency=book.currency if book.currency in both else both[0],
                period=Period(start=date(2026, 3, 1), end=date(2026, 4, 1)),
                customer=Customer(
                    id="x",
                    facts=tuple((fact.name, 0 if fact.default is None else fact.default) for fact in facts.customer),
                ),
                usage_facts=tuple((fact.name, 0 if fact.default is None else fact.default) for fact in facts.usage),
            )
            decision = book.decide(held, ChangeRequest(at=NOON, plan=new.name, price=after.id, by="staff"))
            if not CLOSED & {reason.code for reason in decision.reasons}:
                found.add((old.name, new.name, before.id, after.id))
    assert shown == found


@pytest.mark.parametrize("name", BOOKS)
def test_what_a_subscription_is_offered_is_in_the_picture(name: str) -> None:
    book, roads = book_named(name), roads_of(name)
    for held in book.subscriptions.values():
        at = midnight(held.period.start.toordinal() - 719_163, held.timezone or book.zone) + 43_200
        for found in book.options(held, ChangeRequest(at=at)).other_plans:
            ways = roads.ways[held.plan, found.request.plan]
            assert any((held.price, found.request.price) in way.prices for way in ways)


def test_terms_are_those_for_everybody_and_who_may_change_them_is_told() -> None:
    ways = roads_of("hosting").ways
    (up,) = ways["silver", "gold"]
    assert (up.direction, up.timing, up.fee) == ("upgrade", "now", "5.00 EUR")
    assert "client group resellers" in up.varies
    (path,) = ways["bronze", "silver"]
    assert (path.fee, path.path) == ("15.00 EUR", "path 2 from bronze")
    assert "client group resellers" not in path.varies  # the path is stronger
    assert "rule A big jump costs a share of the new price" not in path.varies  # that is no big jump
    assert not any(to == "classic" for _, to in ways)


def test_a_ladder_of_sixty_plans_is_bundled() -> None:
    chart = chart_named("")
    assert len(roads_of("").ways) > 400
    assert len(draw(chart).strokes) < 220
    assert len(chart.steps) < 150


@pytest.mark.parametrize("name", [*BOOKS, ""])
def test_no_text_lies_upon_another_or_outside_of_the_picture(name: str) -> None:
    drawing = draw(chart_named(name))
    for first, second in combinations(drawing.words, 2):
        assert not overlap(boxed(first), boxed(second)), (first.text, second.text)
    page = Rect(x=0, y=0, width=drawing.width, height=drawing.height, style="")
    assert all(within(word, page) for word in drawing.words)


@pytest.mark.parametrize("name", [*BOOKS, ""])
def test_boxes_keep_apart_and_hold_their_texts(name: str) -> None:
    drawing = draw(chart_named(name))
    places = [(box.x, box.y, box.x + box.width, box.y + box.height) for box in drawing.boxes]
    assert not any(overlap(first, second) for first, second in combinations(places, 2))
    for word in drawing.words:
        for box, place in zip(drawing.boxes, places, strict=True):
            assert not overlap(boxed(word), place) or within(word, box), (word.text, box.plan)


@pytest.mark.parametrize("name", [*BOOKS, ""])
def test_the_svg_is_well_formed_and_shows_every_plan(name: str) -> None:
    root = ET.fromstring(to_svg(chart_named(name)))  # noqa: S314  # we wrote it
    shown = {rect.get("data-plan") for rect in root.iter("{http://www.w3.org/2000/svg}rect")} - {None}
    assert shown == {plan.name for plan in book_named(name).catalog.plans}


@pytest.mark.parametrize("write", [to_svg, to_mermaid, to_dot])
def test_the_same_book_gives_the_same_picture(write: object) -> None:
    assert callable(write)
    first = chart_of(road_map(load(POLICIES / "hosting").rulebook))
    assert write(first) == write(chart_named("hosting"))


def test_titles_cannot_break_out() -> None:
    catalog = (
        "plans: { a: { title: '<b>\"A\" & \\ ]]></b>', module: m, prices: { m: { every: 1 month, EUR: '1.00' } } } }\n"
    )
    book = load_text({"policy.yaml": "policy_language: 1\nbook: x\ncurrency: EUR\n", "catalog.yaml": catalog})
    chart = chart_of(road_map(book.rulebook))
    root = ET.fromstring(to_svg(chart))  # noqa: S314  # we wrote it
    assert '<b>"A" & \\ ]]></b>' in " ".join("".join(root.itertext()).split())
    assert "<b>" not in to_mermaid(chart)
    assert '<b>\\"A\\" & \\\\ ]]></b>' in to_dot(chart)


@pytest.mark.parametrize("name", [*BOOKS, ""])
def test_a_line_runs_behind_no_box_but_those_it_joins(name: str) -> None:
    drawing = draw(chart_named(name))
    places = {box.plan: box for box in drawing.boxes}
    lines = Lines(boxes=drawing.boxes, lanes=drawing.lanes)
    for track, arrow in enumerate(chart_named(name).arrows):
        old, new = places[arrow.origin], places[arrow.target]
        line = lines.between(old, new, track=track)
        assert line is not None, f"{arrow.origin} to {arrow.target} is not drawn"
        for box in drawing.boxes:
            assert box in (old, new) or not any(box.holds(point) for point in line.points)
