"""The routes of a book: from which price to which one requests can go."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import product

from planshift.billing.catalog import Plan, Price
from planshift.book import Book
from planshift.comparison.world import End, Route
from planshift.rulebook.ladder_values import Group

_NEAR = 30
"""In a group of at most so many plans every pair is a route; in a larger one, only members that are near each other."""

_STEPS = (1, 2, 3)


def routes(book: Book) -> Iterator[Route]:
    """Every route that means something: on paths, in groups, on one plan; ends, renewals, and one that is no road."""
    tables = book.rulebook.tables
    joined = dict.fromkeys(_joined(book))
    for origin, target in joined:
        yield from between(tables.catalog.plans[origin], tables.catalog.plans[target])
    for position, plan in enumerate(tables.catalog.plans):
        yield from between(plan, plan)
        stranger = next((each for k, each in enumerate(tables.catalog.plans) if _apart(position, k, joined)), None)
        if stranger is not None:
            yield Route(origin=_end(plan, plan.prices[0]), target=_end(stranger, stranger.prices[0]))
        for price in plan.prices:
            yield Route(origin=_end(plan, price), kind="cancel")
            yield Route(origin=_end(plan, price), kind="renew")
        yield from (Route(origin=_end(plan, price), target=_end(plan, price), kind="start") for price in plan.prices)


def _apart(position: int, other: int, joined: dict[tuple[int, int], None]) -> bool:
    return position != other and (position, other) not in joined


def between(origin: Plan, target: Plan) -> Iterator[Route]:
    """The changes from any price of a plan to any other one of a plan."""
    for old, new in product(origin.prices, target.prices):
        yield Route(origin=_end(origin, old), target=_end(target, new))


def _end(plan: Plan, price: Price) -> End:
    return plan.name, price.id


def _joined(book: Book) -> Iterator[tuple[int, int]]:
    """The pairs of plans that a path or a group joins."""
    ladder = book.rulebook.ladder
    sources = deque([iter([(road.origin, road.target) for road in ladder.roads]), *map(_of_group, ladder.groups)])
    while sources:  # in turns, so that whoever looks at the first few sees something of each
        pair = next(sources[0], None)
        if pair is None:
            sources.popleft()
        else:
            yield pair
            sources.rotate(-1)


def _of_group(group: Group) -> Iterator[tuple[int, int]]:
    plans = [member.plan for member in sorted(group.members, key=lambda member: (member.level, member.plan))]
    if len(plans) <= _NEAR:
        yield from ((origin, target) for origin in plans for target in plans if origin != target)
        return
    for place, origin in enumerate(plans):
        for step in _STEPS:
            if place + step < len(plans):
                yield origin, plans[place + step]
                yield plans[place + step], origin
