"""Finding the road of a change, in the compiled form: explicit paths and groups, flags on both ends, constraints.

A plan may be in several groups; each of its places is a *slot*. Two slots that lie in one group make a road, and the
roads of all slots and paths are joined. Every reason against a change is collected, not just the first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

from planshift.expressions.form import Bool, Int, Table
from planshift.rulebook.facts import Facts
from planshift.rulebook.ladder_values import BY_PRICE, EQUAL_MEANS, GROUP_DIRECTIONS, Group, Ladder, Member
from planshift.rulebook.sources import CANCEL, CROSSGRADE, DOWNGRADE, RENEWAL, START, TERM_CHANGE, UPGRADE


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RoadFinding:
    """What the ladder says about one change.

    `pair` is the position of the explicit path (0: none) and `group` that of the group (0: none). `groups` are those of
    all groups that the change lies in, each 0 where it does not: their terms hold side by side. `reasons` are the named
    objections, each true where it stands against the change.
    """

    direction: Int
    pair: Int
    group: Int
    groups: tuple[Int, ...]
    from_level: Int
    to_level: Int
    reasons: tuple[tuple[str, Bool], ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Meeting:
    """Two places in one group: whether they meet there, what the group calls the change, what it objects.

    `level` tells that the group refuses the change because both ends stand level in it.
    """

    joined: Bool
    open: Bool
    level: Bool
    direction: Int
    group: Int
    from_level: Int
    to_level: Int
    objections: tuple[tuple[str, Bool], ...]


def find_road(facts: Facts, ladder: Ladder) -> RoadFinding:
    """The road of the change, its direction, and every objection of the ladder."""
    form = facts.form
    same_plan = facts.from_plan.same(facts.to_plan)
    path, path_direction, path_objections = _explicit(facts, ladder)
    has_path = path > 0
    path_closed = form.any_of(tuple(against for _, against in path_objections))
    meetings = _meetings(facts, ladder)
    open_group = form.any_of(tuple(m.open for m in meetings))
    joined = form.any_of(tuple(m.joined for m in meetings))
    # Paths and groups are a union: a path whose constraints fail does not close the way that a group opens.
    by_path = has_path & (path_closed & open_group).negate()
    by_group = [(m.open, m) for m in meetings]  # else one that tells up from down, though it closes the way
    by_group += [(m.joined & m.level.negate(), m) for m in meetings] + [(m.joined, m) for m in meetings]
    group_direction = _first(facts, [(holds, m.direction) for holds, m in by_group], CROSSGRADE)
    direction = _direction(facts, same_plan, by_path, path_direction, group_direction)
    moves = (same_plan | facts.is_cancel | facts.is_start | facts.is_renewal).negate()
    closed = moves & ((has_path & path_closed.negate()) | open_group).negate()
    reasons: list[tuple[str, Bool]] = [("no_road", closed & (has_path | joined).negate())]
    objections = [(name, m.joined & against) for m in meetings for name, against in m.objections]
    objections += [(name, has_path & against) for name, against in path_objections]
    reasons += [(name, closed & against) for name, against in objections]
    reasons += [(name, moves & against) for name, against in _constraints(facts, ladder.require)]
    return RoadFinding(
        direction=direction,
        pair=_first(facts, [(by_path, path)], 0),
        group=_first(facts, [(holds, m.group) for holds, m in by_group], 0),
        groups=tuple(_first(facts, [(m.joined, m.group)], 0) for m in meetings),
        from_level=_first(facts, [(h, m.from_level) for h, m in by_group], _level(facts, ladder, facts.from_plan)),
        to_level=_first(facts, [(h, m.to_level) for h, m in by_group], _level(facts, ladder, facts.to_plan)),
        reasons=_merged(facts, reasons),
    )


def _merged(facts: Facts, reasons: list[tuple[str, Bool]]) -> tuple[tuple[str, Bool], ...]:
    """One entry per name."""
    names = dict.fromkeys(name for name, _ in reasons)
    return tuple((n, facts.form.any_of(tuple(b for name, b in reasons if name == n))) for n in names)


def _first(facts: Facts, branches: list[tuple[Bool, Int]], otherwise: Int | int) -> Int:
    node = facts.form.cases(tuple(branches), otherwise)
    assert isinstance(node, Int)  # a choice of integers
    return node


def _direction(facts: Facts, same_plan: Bool, has_path: Bool, by_path: Int, by_group: Int) -> Int:
    """The code of the direction: of the kind of request first, then of the path, then of the group."""
    quantity, present = facts.whole("request.quantity"), facts.whole("subscription.quantity")
    same_price = facts.from_price.same(facts.to_price)
    return _first(
        facts,
        [
            (facts.is_cancel, facts.form.lit(CANCEL)),
            (facts.is_start, facts.form.lit(START)),
            (facts.is_renewal, facts.form.lit(RENEWAL)),
            (same_plan & same_price & (quantity > present), facts.form.lit(UPGRADE)),
            (same_plan & same_price & (quantity < present), facts.form.lit(DOWNGRADE)),
            (same_plan, facts.form.lit(TERM_CHANGE)),
            (has_path, by_path),
        ],
        by_group,
    )


def _explicit(facts: Facts, ladder: Ladder) -> tuple[Int, Int, list[tuple[str, Bool]]]:
    """The explicit path of the pair of plans: its position, its direction, and its constraints."""
    form, width = facts.form, facts.tables.nothing + 1
    if not ladder.roads:
        return form.lit(0), form.lit(CROSSGRADE), []
    cells = tuple((road.origin * width + road.target, k + 1) for k, road in enumerate(ladder.roads))
    pair = form.lookup(Table("path", sparse=cells), facts.from_plan * width + facts.to_plan)
    named = form.lookup(Table("path.direction", (0, *(max(r.direction, 0) for r in ladder.roads))), pair)
    by_price = form.lookup(Table("path.by_price", (0, *(int(r.direction == BY_PRICE) for r in ladder.roads))), pair)
    direction = _first(facts, [(by_price.same(1), _by_price(facts, form.lit(CROSSGRADE)))], named)
    objections = [
        (name, _flag(facts, f"path.{name}", [name in r.require for r in ladder.roads], pair) & against)
        for name, against in _constraints(facts, frozenset({"same_module", "same_interval"}))
    ]
    return pair, direction, objections


def _flag(facts: Facts, name: str, flags: list[bool], position: Int) -> Bool:
    """A truth per position; position 0 is nothing."""
    return facts.form.lookup(Table(name, (0, *(int(flag) for flag in flags))), position).same(1)


def _constraints(facts: Facts, require: frozenset[str]) -> list[tuple[str, Bool]]:
    """Objections for ends that differ where they must not."""
    tables, form = facts.tables, facts.form
    found: list[tuple[str, Bool]] = []
    if "same_module" in require:
        modules = tables.plan_column("plan.module", lambda plan: tables.modules.index(plan.module))
        differs = form.lookup(modules, facts.from_plan).same(form.lookup(modules, facts.to_plan)).negate()
        found.append(("same_module", differs))
    if "same_interval" in require:
        months = tables.price_column("price.months", lambda _, price: price.interval.months)
        days = tables.price_column("price.days", lambda _, price: price.interval.days)
        old, new = ([form.lookup(t, price) for t in (months, days)] for price in (facts.from_price, facts.to_price))
        once = new[0].same(0) & new[1].same(0)  # a target that is never renewed has no interval that could differ
        found.append(("same_interval", (old[0].same(new[0]) & old[1].same(new[1])).negate() & once.negate()))
    return found


def _by_price(facts: Facts, equal: Int) -> Int:
    """The direction that the prices per day of both ends give; a month is a twelfth of 365 days."""
    amounts = facts.tables.price_amounts("price.amount", lambda price: price.amounts)
    old, new = (
        facts.form.lookup(amounts, facts.by_plan_and_currency(price)) for price in (facts.from_price, facts.to_price)
    )
    return _dearer(facts, old, new, equal=equal)


def _by_amount(facts: Facts, equal: Int) -> Int:
    """The direction that the amounts per day give which this customer pays: agreed prices and pieces count."""
    old = facts.from_unit * facts.whole("subscription.quantity")
    return _dearer(facts, old, facts.to_unit * facts.whole("request.quantity"), equal=equal)


def _dearer(facts: Facts, old: Int, new: Int, *, equal: Int) -> Int:
    """The direction of two amounts, each for an interval of its side."""
    tables, form = facts.tables, facts.form
    lengths = tables.price_lengths
    old, new = old * form.lookup(lengths, facts.to_price), new * form.lookup(lengths, facts.from_price)
    return _first(facts, [(old < new, form.lit(UPGRADE)), (new < old, form.lit(DOWNGRADE))], equal)


def _slots(ladder: Ladder, plans: int) -> list[list[tuple[int, Member] | None]]:
    """Per slot and plan: the plan's place in a group, as (group position from 1, member)."""
    places: list[list[tuple[int, Member]]] = [[] for _ in range(plans + 1)]
    for k, group in enumerate(ladder.groups):
        for member in group.members:
            places[member.plan].append((k + 1, member))
    count = max(map(len, places))
    return [[row[s] if s < len(row) else None for row in places] for s in range(count)]


def _slot_column(slot: list[tuple[int, Member] | None], read: Callable[[int, Member], int]) -> Table:
    return Table("slot", tuple(read(*place) if place else 0 for place in slot))


def _level(facts: Facts, ladder: Ladder, plan: Int) -> Int:
    """A plan's level in its first group; 0 without one."""
    slots = _slots(ladder, facts.tables.nothing)
    if not slots:
        return facts.form.lit(0)
    return facts.form.lookup(_slot_column(slots[0], lambda _, member: member.level), plan)


def _meetings(facts: Facts, ladder: Ladder) -> list[_Meeting]:
    slots = _slots(ladder, facts.tables.nothing)
    return [_meeting(facts, ladder, a, b) for a in slots for b in slots]


def _meeting(
    facts: Facts, ladder: Ladder, a: list[tuple[int, Member] | None], b: list[tuple[int, Member] | None]
) -> _Meeting:
    """What one slot of the old plan and one slot of the new plan make of the change."""
    form = facts.form

    def read(slot: list[tuple[int, Member] | None], plan: Int, value: Callable[[int, Member], int]) -> Int:
        return form.lookup(_slot_column(slot, value), plan)

    group, other = read(a, facts.from_plan, lambda k, _: k), read(b, facts.to_plan, lambda k, _: k)
    joined = group.same(other) & (group > 0)
    old_level, new_level = (read(s, p, lambda _, m: m.level) for s, p in ((a, facts.from_plan), (b, facts.to_plan)))
    direction, refused = _group_direction(facts, ladder.groups, group, old_level, new_level)
    up, down = direction.same(UPGRADE), direction.same(DOWNGRADE)
    # whether the flag is closed: where nobody closes one, the column is constant and the objection is none
    leave_up = read(a, facts.from_plan, lambda _, m: int(not m.leave_up)).same(1)
    leave_down = read(a, facts.from_plan, lambda _, m: int(not m.leave_down)).same(1)
    arrive_up = read(b, facts.to_plan, lambda _, m: int(not m.arrive_up)).same(1)
    arrive_down = read(b, facts.to_plan, lambda _, m: int(not m.arrive_down)).same(1)
    old_step, new_step = (read(s, p, lambda _, m: m.step) for s, p in ((a, facts.from_plan), (b, facts.to_plan)))
    distance = (new_step - old_step).greatest(old_step - new_step)
    adjacent = _demands(facts, ladder.groups, "adjacent", group) | ("adjacent" in ladder.require)
    objections = [
        ("same_level", refused),
        ("may_not_leave", (up & leave_up) | (down & leave_down)),
        ("may_not_arrive", (up & arrive_up) | (down & arrive_down)),
        ("not_adjacent", adjacent & (distance > 1)),
    ]
    for name, against in _constraints(facts, frozenset({"same_module", "same_interval"})):
        objections.append((name, _demands(facts, ladder.groups, name, group) & against))
    return _Meeting(
        joined=joined,
        open=joined & form.any_of(tuple(b for _, b in objections)).negate(),
        level=refused,
        direction=direction,
        group=group,
        from_level=old_level,
        to_level=new_level,
        objections=tuple(objections),
    )


def _demands(facts: Facts, groups: tuple[Group, ...], constraint: str, group: Int) -> Bool:
    return _flag(facts, f"group.{constraint}", [constraint in g.require for g in groups], group)


def _group_direction(facts: Facts, groups: tuple[Group, ...], group: Int, old: Int, new: Int) -> tuple[Int, Bool]:
    """The direction a group gives, and whether it refuses because both ends are equal."""
    form = facts.form
    modes = form.lookup(Table("group.mode", (0, *(GROUP_DIRECTIONS.index(g.direction) for g in groups))), group)
    equals = form.lookup(Table("group.equal", (0, *(EQUAL_MEANS.index(g.equal) for g in groups))), group)
    codes = {"refuse": CROSSGRADE, "crossgrade": CROSSGRADE, "upgrade": UPGRADE, "downgrade": DOWNGRADE}
    equal = form.lookup(Table("equal.direction", tuple(codes[word] for word in EQUAL_MEANS)), equals)
    by_place = _first(facts, [(new > old, form.lit(UPGRADE)), (new < old, form.lit(DOWNGRADE))], equal)
    direction, level = by_place, old.same(new)
    for word, compare in (("by_price_per_day", _by_price), ("by_amount_per_day", _by_amount)):
        mode = modes.same(GROUP_DIRECTIONS.index(word))
        direction = _first(facts, [(mode, compare(facts, equal))], direction)
        level = (mode.negate() & level) | (mode & compare(facts, form.lit(CROSSGRADE)).same(CROSSGRADE))
    return direction, level & equals.same(EQUAL_MEANS.index("refuse"))
