"""Paths that no change can ever go, plans that nobody can reach or leave, and groups without a change in them.

What `leave` and `arrive` close, the author closed; it is no mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import permutations

from planshift.diagnostics.diagnostic import Diagnostic, Label
from planshift.diagnostics.span import Span
from planshift.rulebook.analysis.crossings import NO_CURRENCY, Crossing, Pair
from planshift.rulebook.analysis.scenes import Scenes
from planshift.rulebook.draft import Draft

_WHY = {
    "same_module": "the plans run on different modules, and `require` asks for the same one",
    "same_interval": "no price of one has the interval of a price of the other, and `require` asks for the same one",
    "not_adjacent": "their levels do not follow each other, and `require` asks for that",
    "same_level": "they stand on one level, and the group refuses changes between equals",
    NO_CURRENCY: "they have no price in a common currency",
}
"""What stands against a change, in the order in which one of several is told."""

_BY_HAND = {"may_not_leave", "may_not_arrive"}
"""What the author closed."""

_MODULES = {"same_module"}


def find_closed_paths(scenes: Scenes) -> Iterator[Diagnostic]:
    """Report roads of paths that are never open: each change that goes there is refused."""
    draft = scenes.draft
    plans = draft.tables.catalog.plans
    for road in draft.ladder.roads:
        crossing = scenes.crossings.get((road.origin, road.target))
        if crossing is not None and not crossing.open and not crossing.against & _BY_HAND:
            origin, target = plans[road.origin].name, plans[road.target].name
            yield Diagnostic(
                code="PS420",
                message=f"no change from `{origin}` to `{target}` is ever allowed",
                span=road.span,
                labels=_labels(draft, crossing, (origin, target)),
                help=f"{_why(crossing)}: lift that, or take the target out",
                severity="warning",
                context=road.title,
            )


def find_cut_off_plans(scenes: Scenes) -> Iterator[Diagnostic]:
    """Report members of groups that nobody can reach, or leave, though nobody closed them by hand.

    Where all of a book asks for the same module, a group may well hold plans of several: each stays among its own.
    """
    draft = scenes.draft
    for place, plan in enumerate(draft.tables.catalog.plans):
        span = _named(draft, place)
        if span is None or plan.status == "inactive":
            continue
        into = {pair: each for pair, each in scenes.crossings.items() if pair[1] == place}
        out = {pair: each for pair, each in scenes.crossings.items() if pair[0] == place}
        closed = [what for what, pairs in (("reach", into), ("leave", out)) if _is_closed(draft, pairs)]
        if closed:
            against = [each for each in (*into.values(), *out.values()) if not each.open]
            why = dict.fromkeys(_why(each) for each in against)
            yield Diagnostic(
                code="PS421",
                message=f"nobody can {' or '.join(closed)} `{plan.name}`, though it is in a group",
                span=span,
                help=f"{'; '.join(why)}: lift that, or say with `arrive` and `leave` that it is meant so",
                severity="warning",
                context=f"plan {plan.name}",
            )


def _is_closed(draft: Draft, pairs: Mapping[Pair, Crossing]) -> bool:
    """Whether changes of a plan are offered on one side, and all of them closed by what nobody need have meant."""
    meant = _BY_HAND | (_MODULES & draft.ladder.require)
    return bool(pairs) and not any(each.open or each.against & meant for each in pairs.values())


def find_lonely_groups(scenes: Scenes) -> Iterator[Diagnostic]:
    """Report groups of one plan: they join nothing, unless they are there for their terms or to say just that."""
    for group in scenes.draft.ladder.groups:
        closed = all(not (m.leave_up or m.leave_down or m.arrive_up or m.arrive_down) for m in group.members)
        if len(group.members) == 1 and not group.statements.scopes and not closed:
            name = scenes.draft.tables.catalog.plans[group.members[0].plan].name
            yield Diagnostic(
                code="PS422",
                message=f"group `{group.name}` has the one member `{name}`, so no change lies in it",
                span=group.span,
                help="add the plans that it can be changed for, or take the group out",
                severity="warning",
                context=f"group {group.name}",
            )


def find_closed_groups(scenes: Scenes) -> Iterator[Diagnostic]:
    """Report groups whose members say by hand, each for itself, that no change between them is allowed."""
    for group in scenes.draft.ladder.groups if scenes.crossings else ():
        found = [scenes.crossings.get((one.plan, other.plan)) for one, other in permutations(group.members, 2)]
        closed = [each for each in found if each is not None and not each.open and each.against & _BY_HAND]
        if found and len(closed) == len(found) and not group.statements.scopes:
            yield Diagnostic(
                code="PS424",
                message=f"group `{group.name}` joins plans, and `arrive` and `leave` of its members close every change",
                span=group.span,
                help="open one of them, or take the group out",
                severity="warning",
                context=f"group {group.name}",
            )


def find_unread_levels(scenes: Scenes) -> Iterator[Diagnostic]:
    """Report levels that say another order than that of the list, in groups that go by the list."""
    for group in scenes.draft.document.policy.groups:
        levels = [member.level for member in group.members if member.level is not None]
        if group.direction == "by_list" and levels != sorted(levels):
            wrong = next(k for k in range(1, len(levels)) if levels[k] < levels[k - 1])
            member = [each for each in group.members if each.level is not None][wrong]
            yield Diagnostic(
                code="PS424",
                message=f"the level of `{member.plan}` says another order than the list, which the group goes by",
                span=member.span,
                labels=(Label(span=group.span, text="`direction: by_list` reads no levels"),),
                help="put the members in order, or let the group go `by_level`",
                severity="warning",
                context=f"group {group.name}",
            )


def _why(crossing: Crossing) -> str:
    return next((told for name, told in _WHY.items() if name in crossing.against), "the road is closed")


def _labels(draft: Draft, crossing: Crossing, names: Iterable[str]) -> tuple[Label, ...]:
    """Where the catalog says of both plans what keeps them apart."""
    key = "module" if "same_module" in crossing.against else "prices"
    spans = [(name, draft.document.where("catalog", "plans", name, key)) for name in names]
    what = "runs on this module" if key == "module" else "is sold so"
    return tuple(Label(span=span, text=f"`{name}` {what}") for name, span in spans if span.known)


def _named(draft: Draft, place: int) -> Span | None:
    """Where a plan is named as a member of a group."""
    name = draft.tables.catalog.plans[place].name
    members = (member for group in draft.document.policy.groups for member in group.members if member.plan == name)
    return next((member.span for member in members), None)
