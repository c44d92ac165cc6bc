"""Finding the road: paths and groups, union; level flags on both ends; constraints; every reason against it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import final

from planshift.billing.catalog import Price
from planshift.policy.document import Group, Member, Path
from tests.reference.change import Change
from tests.reference.days import length


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One path or group that joins the two plans: what it calls the change, and what it objects."""

    holder: Path | Group
    direction: str
    against: frozenset[str]
    levels: tuple[int, int] | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """What all ways together say.

    `paths` and `groups` are those whose terms hold: the paths that can be gone, and every group that has both plans.
    """

    direction: str
    paths: tuple[Path, ...] = ()
    groups: tuple[Group, ...] = ()
    reasons: frozenset[str] = field(default_factory=frozenset)
    from_level: int = 0
    to_level: int = 0


def find_road(change: Change) -> Road:
    """The road of the change."""
    ways = [] if change.cancels or change.starts else [*_paths(change), *_groups(change)]
    # Where no way is open, one that tells up from down says what the change would be.
    holding = [way for way in ways if not way.against] or sorted(ways, key=_stands_level)
    levels = next((way.levels for way in (*holding, *ways) if way.levels), None)
    return Road(
        direction=_direction(change, holding),
        paths=tuple(way.holder for way in holding if isinstance(way.holder, Path)),
        groups=tuple(way.holder for way in ways if isinstance(way.holder, Group)),
        reasons=_reasons(change, ways),
        from_level=levels[0] if levels else _own_level(change, change.subscription.plan if change.old_plan else ""),
        to_level=levels[1] if levels else _own_level(change, change.request.plan),
    )


def _stands_level(way: Way) -> bool:
    return "same_level" in way.against


def _direction(change: Change, holding: list[Way]) -> str:
    if change.cancels or change.starts:
        return change.request.kind
    if change.renews:
        return "renewal"
    if change.same_price and change.new_quantity != change.old_quantity:
        return "upgrade" if change.new_quantity > change.old_quantity else "downgrade"
    if change.same_plan:
        return "term_change"
    return holding[0].direction if holding else "crossgrade"


def _reasons(change: Change, ways: list[Way]) -> frozenset[str]:
    if change.cancels or change.starts or change.renews or change.same_plan:
        return frozenset()
    found = _unlike(change, change.document.policy.require)
    if not ways:
        return found | {"no_road"}
    if all(way.against for way in ways):
        return found.union(*(way.against for way in ways))
    return found


def _unlike(change: Change, require: tuple[str, ...]) -> frozenset[str]:
    """Which of the required things differ at the two ends."""
    old, new = change.old_plan, change.new_plan
    found: set[str] = set()
    if "same_module" in require and (old is None or new is None or old.module != new.module):
        found.add("same_module")
    renewed = not change.new_interval.once  # what is bought once has no interval that could differ
    if "same_interval" in require and renewed and change.old_interval != change.new_interval:
        found.add("same_interval")
    return frozenset(found)


def _paths(change: Change) -> Iterator[Way]:
    for path in change.document.policy.paths:
        if change.same_plan or change.subscription.plan not in {place.name for place in path.origins}:
            continue  # a path leads from one plan to another, also where a plan stands at both of its ends
        listed = {"upgrade": path.upgrades, "downgrade": path.downgrades, "crossgrade": path.crossgrades}
        for direction, places in listed.items():
            if change.request.plan in {place.name for place in places}:
                yield Way(holder=path, direction=direction, against=_unlike(change, path.require))
        if change.request.plan in {place.name for place in path.to}:
            direction = _by_price(change) or "crossgrade"
            yield Way(holder=path, direction=direction, against=_unlike(change, path.require))


def _groups(change: Change) -> Iterator[Way]:
    for group in change.document.policy.groups:
        places = {member.plan: (member, _level(group, member)) for member in group.members}
        if change.subscription.plan in places and change.request.plan in places:
            yield _meeting(change, group, old=places[change.subscription.plan], new=places[change.request.plan])


def _level(group: Group, member: Member) -> int:
    """In a list the place counts, and so it does where no level is stated."""
    if group.direction == "by_list" or member.level is None:
        return group.members.index(member) + 1
    return member.level


def _meeting(change: Change, group: Group, *, old: tuple[Member, int], new: tuple[Member, int]) -> Way:
    (source, before), (target, after) = old, new
    if group.direction.startswith("by_price"):
        ordered = _by_price(change)
    elif group.direction == "by_amount_per_day":
        ordered = _by_amount(change)
    else:
        ordered = None if before == after else "upgrade" if after > before else "downgrade"
    direction = ordered or ("crossgrade" if group.equal == "refuse" else group.equal)
    against = set(_unlike(change, group.require))
    if ordered is None and group.equal == "refuse":
        against.add("same_level")
    flags = {
        "upgrade": (source.leave_up, target.arrive_up),
        "downgrade": (source.leave_down, target.arrive_down),
    }
    may_leave, may_arrive = flags.get(direction, (True, True))
    against |= set() if may_leave else {"may_not_leave"}
    against |= set() if may_arrive else {"may_not_arrive"}
    between = {_level(group, member) for member in group.members} - {before, after}
    adjacent = "adjacent" in (*group.require, *change.document.policy.require)
    if adjacent and any(min(before, after) < level < max(before, after) for level in between):
        against.add("not_adjacent")
    return Way(holder=group, direction=direction, against=frozenset(against), levels=(before, after))


def _by_price(change: Change) -> str | None:
    """The direction of the list prices per day; None where they are the same."""
    if change.old_price is None or change.new_price is None:
        return None
    old = _per_day(change.old_price, change.listed_old)
    new = _per_day(change.new_price, change.listed_new)
    return None if old == new else "upgrade" if new > old else "downgrade"


def _by_amount(change: Change) -> str | None:
    """The same for what the customer pays: the agreed price where there is one, times the pieces."""
    if change.old_price is None or change.new_price is None:
        return None
    held, asked = change.subscription.amount, change.request.amount
    old = (change.listed_old if held is None else held) * change.old_quantity
    new = (change.listed_new if asked is None else asked) * change.new_quantity
    before, after = _per_day(change.old_price, old), _per_day(change.new_price, new)
    return None if before == after else "upgrade" if after > before else "downgrade"


def _per_day(price: Price, amount: int) -> Fraction:
    return amount / length(price.interval)


def _own_level(change: Change, plan: str) -> int:
    """The level in the first group that has the plan; 0 without one."""
    for group in change.document.policy.groups:
        for member in group.members:
            if member.plan == plan:
                return _level(group, member)
    return 0
