"""The passes that turn groups and paths into roads between positions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import reduce

from planshift.policy import document
from planshift.rulebook.draft import Draft
from planshift.rulebook.ladder_values import BY_PRICE, Group, Member, Road
from planshift.rulebook.sources import CROSSGRADE, DOWNGRADE, UPGRADE, Scope, Statement, Statements
from planshift.rulebook.statements import statements_of


def resolve_groups(draft: Draft) -> None:
    """Fill the groups of `draft.ladder`; members that the catalog does not know were reported when it was read."""
    groups = tuple(
        Group(
            name=group.name,
            direction=_direction(group),
            equal=group.equal,
            require=frozenset(group.require),
            members=tuple(_members(draft, group)),
            statements=statements_of(group.terms, kind="group", title=f"group {group.name}"),
            span=group.span,
        )
        for group in draft.document.policy.groups
    )
    draft.ladder = replace(draft.ladder, groups=groups, require=frozenset(draft.document.policy.require))


def _members(draft: Draft, group: document.Group) -> Iterator[Member]:
    plans = draft.tables.plans
    levels = [_level(group, place) for place in range(len(group.members))]
    steps = {level: step for step, level in enumerate(sorted(set(levels)))}
    for member, level in zip(group.members, levels, strict=True):
        if member.plan in plans:
            yield Member(
                plan=plans[member.plan],
                level=level,
                step=steps[level],
                leave_up=member.leave_up,
                leave_down=member.leave_down,
                arrive_up=member.arrive_up,
                arrive_down=member.arrive_down,
            )


def _direction(group: document.Group) -> str:
    """Comparing prices per day and per month is the same: a month is a twelfth of 365 days."""
    return "by_price_per_day" if group.direction == "by_price_per_month" else group.direction


def _level(group: document.Group, place: int) -> int:
    """The stated level; in a list, the place counts where none is stated."""
    level = group.members[place].level
    return place + 1 if level is None or group.direction == "by_list" else level


def resolve_paths(draft: Draft) -> None:
    """Fill the roads of `draft.ladder`: one for each pair of plans that some path joins."""
    kept = draft.kept.roads.on(draft.tables.plans)
    for path in draft.document.policy.paths:
        for road in kept.of(path) or kept.keep(path, tuple(_roads_of_path(draft, path))):
            draft.roads.setdefault((road.origin, road.target), []).append(road)
    draft.ladder = replace(draft.ladder, roads=tuple(reduce(_joined, roads) for roads in draft.roads.values()))


def _roads_of_path(draft: Draft, path: document.Path) -> Iterator[Road]:
    """One road for each pair of different plans that a path names."""
    plans = draft.tables.plans
    kinds = (
        (path.upgrades, UPGRADE),
        (path.downgrades, DOWNGRADE),
        (path.crossgrades, CROSSGRADE),
        (path.to, BY_PRICE),
    )
    for origin in path.origins:
        title = f"path {path.number} from {origin.name}"
        statements = statements_of(path.terms, kind="path", title=title)
        for targets, direction in kinds:
            for target in targets:
                if origin.name in plans and target.name in plans and origin.name != target.name:
                    yield Road(
                        origin=plans[origin.name],
                        target=plans[target.name],
                        direction=direction,
                        require=frozenset(path.require),
                        statements=statements,
                        title=title,
                        span=target.span,
                    )


def _joined(first: Road, second: Road) -> Road:
    """Two paths between the same plans: the union of what they say; disagreement is found by `conflicts`."""
    found: dict[Scope, dict[str, Statement]] = {}
    for scope, statements in first.statements.scopes + second.statements.scopes:
        for statement in statements:
            found.setdefault(scope, {}).setdefault(statement.term, statement)
    scopes = tuple((scope, tuple(terms.values())) for scope, terms in found.items())
    return replace(first, require=first.require & second.require, statements=Statements(scopes=scopes))
