"""Where in a policy the parts of a decision come from: every reason and every road has a place.

Where no line of the policy speaks, the place says what does: a built-in default, the catalog, or what was asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from planshift.decision.answer import Reason
from planshift.decision.citing import Cited, Words
from planshift.decision.outcome import Outcome
from planshift.diagnostics.span import NOWHERE, Span
from planshift.rulebook.ladder_values import Group, Road
from planshift.rulebook.sources import Source

_BY_ENDS = {"may_not_leave": "leave", "may_not_arrive": "arrive"}
_BY_ROAD = ("same_level", "not_adjacent", "same_module", "same_interval", *_BY_ENDS)
_BY_CATALOG = ("no_price_in_currency", "plan_not_sold", "plan_for_staff_only", "price_retired", "out_of_stock")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place and what a person calls it. Without a span, the title says all there is to say; NO_PLACE says nothing."""

    title: str
    span: Span = NOWHERE

    def __str__(self) -> str:
        return f"{self.span}, {self.title}" if self.span.known else self.title

    @property
    def cited(self) -> Words:
        """The same, its place leading to itself."""
        return (Cited(text=str(self.span), span=self.span), f", {self.title}") if self.span.known else self.title

    @property
    def line(self) -> str:
        """The file and the line, as `policy.yaml:12`; the title where there is none."""
        return f"{self.span.file}:{self.span.line}" if self.span.known else self.title


NO_PLACE = Place(title="")
"""Where no policy has a say: what was asked, or the subscription itself, speaks for itself."""


def place_of(source: Source) -> Place:
    """The place of what settled something."""
    return Place(title=source.title, span=source.span)


def term_place(outcome: Outcome, name: str) -> Place:
    """The place that settled a term."""
    return place_of(outcome.term(name).source)


def reason_place(outcome: Outcome, reason: Reason) -> Place:
    """The place that a reason comes from."""
    if reason.source is not None:
        return place_of(reason.source)
    if reason.code == "no_road":
        section = "groups" if outcome.rulebook.document.policy.groups else "paths"
        return _document_place(outcome, "groups and paths", "policy", section)
    if reason.code in _BY_ROAD:
        return _road_reason(outcome, reason.code)
    if reason.code in _BY_CATALOG:
        request = outcome.request
        path = ("catalog", "plans", request.plan, *(("prices", request.price) if "price" in reason.code else ()))
        return _document_place(outcome, "the catalog", *path)
    if reason.code == "renewal_not_due" and outcome.rulebook.document.policy.invoice_days_before:
        return _document_place(outcome, "the policy", "policy", "invoice_days_before")
    return NO_PLACE


def road_places(outcome: Outcome) -> tuple[Place, ...]:
    """The switch, and the path and the groups that join the plans, the strongest first; empty where there is none."""
    road = road_of(outcome)
    found = [] if outcome.switch is None else [switch_place(outcome)]
    found += [] if road is None else [Place(title=road.title, span=road.span)]
    found += [Place(title=f"group {group.name}", span=group.span) for group in groups_of(outcome)]
    return tuple(found)


def road_of(outcome: Outcome) -> Road | None:
    """The path that the change was found by."""
    path = outcome.value("path")
    return outcome.rulebook.ladder.roads[path - 1] if path else None


def groups_of(outcome: Outcome) -> tuple[Group, ...]:
    """Every group that both plans are in: first the one that says what the change is, then in the order of the book."""
    more = {outcome.value(name) for name in outcome.reading.kernel.outputs if name.startswith("group.")}
    numbers = dict.fromkeys((outcome.value("group"), *sorted(more)))
    return tuple(outcome.rulebook.ladder.groups[number - 1] for number in numbers if number)


def switch_place(outcome: Outcome) -> Place:
    """The switch that a renewal carries out."""
    switch = outcome.switch
    return NO_PLACE if switch is None else Place(title=switch.title, span=switch.span)


def _road_reason(outcome: Outcome, code: str) -> Place:
    group, road = outcome.value("group"), road_of(outcome)
    if road is not None and code in road.require:
        return _path_require(outcome, road)
    if road is not None or not group:
        return next(iter(road_places(outcome)), _document_place(outcome, "the policy", "policy", "require"))
    found = outcome.rulebook.ladder.groups[group - 1]
    path: tuple[str, ...] = ("policy", "groups", found.name)
    if code in _BY_ENDS:
        plan = outcome.subscription.plan if code == "may_not_leave" else outcome.request.plan
        path = (*path, "members", plan, _BY_ENDS[code])
    elif code in found.require:
        path = (*path, "require")
    elif code in outcome.rulebook.ladder.require:
        return _document_place(outcome, "the policy", "policy", "require")
    return _document_place(outcome, f"group {found.name}", *path)


def _path_require(outcome: Outcome, road: Road) -> Place:
    """The `require` of a path; the path itself where that stands in a file that is not the first of the book."""
    for path in outcome.rulebook.document.policy.paths:
        targets = (*path.upgrades, *path.downgrades, *path.crossgrades, *path.to)
        if any(target.span == road.span for target in targets):
            item = outcome.rulebook.document.where("policy", "paths", path.number - 1)
            span = outcome.rulebook.document.where("policy", "paths", path.number - 1, "require")
            if span.known and item.file == road.span.file and item.line <= road.span.line:
                return Place(title=road.title, span=span)
    return Place(title=road.title, span=road.span)


def _document_place(outcome: Outcome, title: str, *path: str) -> Place:
    return Place(title=title, span=outcome.rulebook.document.where(*path))
