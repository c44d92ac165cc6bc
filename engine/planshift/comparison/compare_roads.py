"""Which roads the versions open and close: what the ladder says about every pair of prices that it can treat otherwise.

Pairs of plans about which paths, groups, modules, intervals and prices say the same in both versions are left out; all
others are asked of both versions, price by price, so what is told is what really opens and closes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import final

from planshift.book import Book, Decision
from planshift.comparison.answers import codes, differ, names_of_terms
from planshift.comparison.difference import Difference, Moved, Shows, Sign, Sought
from planshift.comparison.plain import Scene
from planshift.comparison.routes import between
from planshift.comparison.world import Route
from planshift.decision.places import road_places
from planshift.diagnostics.span import NOWHERE, Span
from planshift.expressions.typed import facts_read

LADDER = frozenset(
    {"no_road", "same_module", "same_interval", "same_level", "not_adjacent", "may_not_leave", "may_not_arrive"}
)
"""The reasons that close a road."""

MOST_PAIRS = 20_000
"""So many pairs of plans are asked about at most; where the versions can differ on more, the rest is counted."""

Pair = tuple[str, str]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """What becomes of the road between two prices: its direction before and after, None where it is closed."""

    route: Route
    old: str | None
    new: str | None
    place: Span = NOWHERE


def compare_roads(old: Book, new: Book) -> Iterator[Sought]:
    """Roads opened, closed and turned; then groups that are only called otherwise, and levels that rules read."""
    yield from _turned(old, new, pairs=tuple(_affected(old, new)))
    yield from _groups_renamed(old, new)
    yield from _levels_moved(old, new)


def _turned(old: Book, new: Book, *, pairs: Sequence[Pair]) -> Iterator[Sought]:
    if not pairs:
        return
    scenes = Scene.of(old, new), Scene.of(new, old)
    turns: dict[object, list[_Turn]] = {}
    for pair in pairs[:MOST_PAIRS]:
        found = list(_turns(pair, scenes))
        for way in dict.fromkeys((turn.old, turn.new) for turn in found):
            same = [turn for turn in found if (turn.old, turn.new) == way]
            prices = tuple((turn.route.origin[1], turn.route.target[1]) for turn in same)
            turns.setdefault((way, prices, pair[0]), []).extend(same)
    yield from (_sought(found, scenes, skipped=max(len(pairs) - MOST_PAIRS, 0)) for found in turns.values())


def _turns(pair: Pair, scenes: tuple[Scene, Scene]) -> Iterator[_Turn]:
    plans = [[scene.book.rulebook.plans.get(name) for name in pair] for scene in scenes]
    routes = dict.fromkeys(r for ends in plans if ends[0] and ends[1] for r in between(ends[0], ends[1]))
    for route in routes:
        asked = [_answer(scene, route) for scene in scenes]
        was, now = (None if each is None or LADDER & set(codes(each)) else each.direction for each in asked)
        if was != now:
            telling = asked[1] if now is not None else asked[0]
            places = road_places(telling) if telling is not None else ()
            yield _Turn(route=route, old=was, new=now, place=places[0].span if places else NOWHERE)


def _answer(scene: Scene, route: Route) -> Decision | None:
    world = scene.plain(route)
    return None if world is None else scene.book.decide(world.subscription, world.request)


_PLURAL = {"upgrade": "upgrades", "downgrade": "downgrades", "crossgrade": "crossgrades", "term_change": "term changes"}


def _sought(turns: list[_Turn], scenes: tuple[Scene, Scene], *, skipped: int) -> Sought:
    first = turns[0]
    origin, targets = first.route.origin[0], list(dict.fromkeys(turn.route.target[0] for turn in turns))
    prices = dict.fromkeys((turn.route.origin[1], turn.route.target[1]) for turn in turns)
    kind, sign = _kind(first)
    old, new = (None if way is None else _PLURAL.get(way, way) for way in (first.old, first.new))
    notes = [f"{', '.join(f'{a} -> {b}' for a, b in prices)}"]
    if skipped:
        notes.append(f"{skipped} more pairs of plans were not looked at")
    difference = Difference(
        section="roads",
        kind=kind,
        sign=sign,
        title=f"{origin} -> {', '.join(targets)}",
        moved=(Moved(what="open to", old=old, new=new),),
        notes=tuple(notes),
        old=first.place if first.new is None else NOWHERE,
        new=first.place if first.new is not None else NOWHERE,
        count=len(targets),
    )
    routes = frozenset(turn.route for turn in turns)
    known = scenes[1].book.rulebook.plans
    if origin not in known or not any(target in known for target in targets):
        return Sought(difference=difference, plans=frozenset({origin}), offers=True)

    def shows(before: Decision | None, after: Decision) -> bool:
        ends = (after.subscription.plan, after.subscription.price), (after.request.plan, after.request.price)
        if Route(origin=ends[0], target=ends[1]) not in routes or after.request.kind != "change":
            return False
        if before is None:
            return not LADDER & set(codes(after))
        return differ(before, after) or before.direction != after.direction

    return Sought(
        difference=difference, shows=shows, plans=frozenset({origin}), routes=tuple(turn.route for turn in turns)
    )


def _kind(turn: _Turn) -> tuple[str, Sign]:
    if turn.old is None:
        return "road_opened", "+"
    return ("road_closed", "-") if turn.new is None else ("road_turned", "~")


def _affected(old: Book, new: Book) -> Iterable[Pair]:
    """The pairs of different plans about which the ladder, or what it looks at, says something else."""
    touched = {plan for plan in {**old.rulebook.plans, **new.rulebook.plans} if _seen(old, plan) != _seen(new, plan)}
    everywhere = old.rulebook.ladder.require != new.rulebook.ladder.require
    found: dict[Pair, None] = {}
    before, after = (_paths(book) for book in (old, new))
    for pair in dict.fromkeys((*after, *before)):
        if everywhere or before.get(pair) != after.get(pair) or touched & set(pair):
            found[pair] = None
    groups = [_groups(book) for book in (old, new)]
    for name in dict.fromkeys((*groups[1], *groups[0])):
        first, second = (each.get(name, _NO_GROUP) for each in groups)
        found |= dict.fromkeys(_affected_in(first, second, touched=touched, everywhere=everywhere))
    return found


def _affected_in(before: _Joined, after: _Joined, *, touched: set[str], everywhere: bool) -> Iterator[Pair]:
    first, second = before.members, after.members
    plans = tuple(dict.fromkeys((*second, *first)))
    moving = {plan for plan in plans if first.get(plan) != second.get(plan) or plan in touched}
    adjacent = any("adjacent" in each.require for each in (before, after))
    every = everywhere or before.rules != after.rules or (adjacent and bool(moving))
    for origin in plans:
        others = plans if every or origin in moving else tuple(plan for plan in plans if plan in moving)
        yield from ((origin, target) for target in others if origin != target)


def _seen(book: Book, name: str) -> object:
    """What the ladder looks at in the catalog."""
    plan = book.rulebook.plans.get(name)
    if plan is None:
        return None
    return plan.module, {price.id: (price.interval, price.amounts) for price in plan.prices}


def _paths(book: Book) -> dict[Pair, object]:
    plans = book.catalog.plans
    return {
        (plans[road.origin].name, plans[road.target].name): (road.direction, road.require)
        for road in book.rulebook.ladder.roads
    }


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Joined:
    """A group as the roads in it depend on it: its members by the names of their plans."""

    direction: str = ""
    equal: str = ""
    require: frozenset[str] = frozenset()
    members: Mapping[str, tuple[object, ...]]
    span: Span = NOWHERE

    @property
    def rules(self) -> tuple[str, str, frozenset[str]]:
        """What is said of all members."""
        return self.direction, self.equal, self.require


_NO_GROUP = _Joined(members={})


def _groups(book: Book) -> dict[str, _Joined]:
    plans = book.catalog.plans
    return {
        group.name: _Joined(
            direction=group.direction,
            equal=group.equal,
            require=group.require,
            members={
                plans[each.plan].name: (
                    each.level,
                    each.leave_up,
                    each.leave_down,
                    each.arrive_up,
                    each.arrive_down,
                )
                for each in group.members
            },
            span=group.span,
        )
        for group in book.rulebook.ladder.groups
    }


def _groups_renamed(old: Book, new: Book) -> Iterator[Sought]:
    before, after = (_groups(book) for book in (old, new))
    gone = {name: group for name, group in before.items() if name not in after}
    for name, group in after.items():
        called = next((each for each, it in gone.items() if name not in before and _alike(it, group)), None)
        if called is not None:
            difference = Difference(
                section="roads",
                kind="group_renamed",
                sign="~",
                title=f"group {name}",
                moved=(Moved(what="name", old=called, new=name),),
                old=gone.pop(called).span,
                new=group.span,
                untold="nothing but its name is different",
            )
            yield Sought(difference=difference)


def _alike(first: _Joined, second: _Joined) -> bool:
    return first.rules == second.rules and dict(first.members) == dict(second.members)


def _levels_moved(old: Book, new: Book) -> Iterator[Sought]:
    """Levels, where a rule or statement reads them: roads depend on their order only."""
    if not any(_reads_levels(book) for book in (old, new)):
        return
    before, after = (_groups(book) for book in (old, new))
    for name in after:
        members = [each[name].members if name in each else {} for each in (before, after)]
        for plan in members[1]:
            if plan in members[0] and members[0][plan][0] != members[1][plan][0]:
                first, second = (str(each[plan][0]) for each in members)
                difference = Difference(
                    section="roads",
                    kind="level_moved",
                    sign="~",
                    title=plan,
                    moved=(Moved(what=f"level in {name}", old=first, new=second),),
                    old=old.document.where("policy", "groups", name, "members", plan, "level"),
                    new=new.document.where("policy", "groups", name, "members", plan, "level"),
                )
                by_place = after[name].direction not in ("by_level", "by_list")  # there only rules look at it
                yield Sought(difference=difference, shows=_about(plan), plans=frozenset({plan}), doubtful=by_place)


def _about(plan: str) -> Shows:
    def shows(before: Decision | None, after: Decision) -> bool:
        if before is None or plan not in {after.subscription.plan, after.request.plan}:
            return False
        return differ(before, after) or bool(list(names_of_terms(before, after)))

    return shows


def _reads_levels(book: Book) -> bool:
    typed = book.rulebook.typed_rules
    read = [rule.when for rule in typed.rules] + [effect.value for rule in typed.rules for effect in rule.sets]
    read += [part for statement in typed.always for part in (statement.premise, statement.claim)]
    return any(symbol.name.endswith(".level") for part in read if part is not None for symbol in facts_read(part))
