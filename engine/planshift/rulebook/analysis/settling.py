"""Who can settle a term: for every kind of change that there is between the plans of a book, whose word may come first.

Nothing of prices and people is looked at. Of what hangs on them it is taken that it can be, and that it need not be; so
a word that wins nowhere here wins nowhere at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial
from itertools import chain, permutations, product
from typing import Literal, TypeAlias, final

from planshift.diagnostics.span import Span
from planshift.expressions.printer import to_text
from planshift.expressions.typed import TypedSet, behind
from planshift.policy.terms import TERM
from planshift.rulebook.analysis.worlds import may_be_overridden
from planshift.rulebook.draft import Draft
from planshift.rulebook.ladder_values import Group
from planshift.rulebook.renewals import settled_always
from planshift.rulebook.sources import DIRECTIONS, SCOPES, Scope, Statement, Statements

MOST_PAIRS = 60_000
"""Where more plans than that are joined in pairs, nobody is asked."""

Interval: TypeAlias = Literal["same", "longer_interval", "shorter_interval", "other_interval"]

_HELD: Mapping[Interval, frozenset[str]] = {
    "same": frozenset({""}),
    "longer_interval": frozenset({"", "other_interval", "longer_interval"}),
    "shorter_interval": frozenset({"", "other_interval", "shorter_interval"}),
    "other_interval": frozenset({"", "other_interval"}),
}
"""Which blocks of a scope hold, by what becomes of the interval; two that differ can be of one length."""

_BETWEEN = ("upgrade", "downgrade", "crossgrade")
"""What a change from one plan to another can be."""

_ANY_PLAN = -1
"""A plan of which nothing is known."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """The changes of one direction from one plan to another."""

    origin: int
    target: int
    direction: str


Asked: TypeAlias = Callable[[], Iterable[Crossing]]
"""The changes that a holder can be asked about."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Rank:
    """The words of holders of equal strength about one change; where they are `certain`, nobody weaker is heard."""

    words: tuple[Statement, ...] = ()
    rule: TypedSet | None = None
    certain: bool = True


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word of the policy on a term, the changes it is for, and the places that settle the term there instead.

    `beaten_by` is None where the word may count.
    """

    statement: Statement
    beaten_by: tuple[Rank, ...] | None


@final
class Settling:
    """Asks, for one book, who may come first."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        holders, ladder = draft.holders, draft.ladder
        self._leaving, self._arriving = dict(holders.leaving), dict(holders.arriving)
        self._people = [said for _, said in (*holders.customers, *holders.client_groups)]
        self._groups: dict[int, list[int]] = {}
        for place, group in enumerate(ladder.groups):
            for member in group.members:
                self._groups.setdefault(member.plan, []).append(place)

    def words(self) -> Iterator[Word]:
        """Every word outside of rules that is for some change, with what becomes of it; nothing of a book too large."""
        if sum(len(group.members) ** 2 for group in self._draft.ladder.groups) > MOST_PAIRS:
            return
        told: dict[Span, tuple[Statement, list[Rank]]] = {}
        wins: set[Span] = set()
        for holder, crossings in self._holders():
            for scope, statements in holder.scopes:
                for statement in statements:
                    span = statement.source.span
                    beaten = None if span in wins else self._beaten(statement, scope, crossings)
                    if beaten is None:
                        wins.add(span)
                    elif beaten:
                        told.setdefault(span, (statement, []))[1].extend(beaten)
        for span, (statement, ranks) in told.items():
            yield Word(statement=statement, beaten_by=None if span in wins else tuple(ranks))

    def _beaten(self, statement: Statement, scope: Scope, crossings: Asked) -> list[Rank] | None:
        """Who is heard instead, change by change; None as soon as there is one in which the statement may be heard."""
        found: list[Rank] = []
        for crossing in crossings():
            if scope.direction not in ("any", crossing.direction):
                continue
            for interval in self._intervals[statement.term]:
                if scope.interval in _HELD[interval]:
                    first = self._first(statement, crossing, interval)
                    if first is None:
                        return None
                    found += [first] if first not in found else []
        return found

    def _first(self, statement: Statement, crossing: Crossing, interval: Interval) -> Rank | None:
        """The rank that is certainly heard before a statement; None where there is none."""
        for rank in self._ranks(statement.term, crossing, interval):
            if any(word is statement for word in rank.words):
                return None
            if rank.certain:
                return rank
        return None

    @cached_property
    def _intervals(self) -> Mapping[str, tuple[Interval, ...]]:
        """What has to be told apart for a term: nothing, where nobody speaks of intervals."""
        told = {
            statement.term
            for holder, _ in self._holders()
            for scope, statements in holder.scopes
            if scope.interval
            for statement in statements
        }
        every: tuple[Interval, ...] = tuple(_HELD)
        return {term: every if term in told else ("same",) for term in TERM}

    def _holders(self) -> Iterator[tuple[Statements, Asked]]:
        """Each holder with the changes that it can be asked about."""
        yield self._draft.holders.company, self._crossings
        for said in self._people:
            yield said, self._crossings
        for plan, said in self._leaving.items():
            yield said, partial(self._leading, "origin", plan)
        for plan, said in self._arriving.items():
            yield said, partial(self._leading, "target", plan)
        for group in self._draft.ladder.groups:
            if group.statements.scopes:
                yield group.statements, partial(self._within, group)
        for pair, roads in self._draft.roads.items():
            for road in roads:
                if road.statements.scopes:
                    yield road.statements, partial(self._along, pair)

    def _leading(self, end: str, plan: int) -> Iterable[Crossing]:
        return self._by_end[end, plan]

    def _within(self, group: Group) -> Iterator[Crossing]:
        for old, new in product((member.plan for member in group.members), repeat=2):
            yield from self._along((old, new))

    def _along(self, pair: tuple[int, int]) -> Iterable[Crossing]:
        return self._by_pair.get(pair, ())

    @cached_property
    def _by_pair(self) -> Mapping[tuple[int, int], list[Crossing]]:
        found: dict[tuple[int, int], list[Crossing]] = {}
        for each in self._crossings():
            found.setdefault((each.origin, each.target), []).append(each)
        return found

    @cached_property
    def _by_end(self) -> Mapping[tuple[str, int], list[Crossing]]:
        found: dict[tuple[str, int], list[Crossing]] = {}
        for each in self._crossings():
            found.setdefault(("origin", each.origin), []).append(each)
            found.setdefault(("target", each.target), []).append(each)
        return found

    def _crossings(self) -> Iterator[Crossing]:
        """Every kind of change that some road of the book may open; mostly the first few tell enough."""
        yield from self._of_each_plan()
        yield from self._between_plans()

    def _of_each_plan(self) -> Iterator[Crossing]:
        nothing, free = self._draft.tables.nothing, may_be_overridden(self._draft)
        for plan in range(nothing):
            for direction in ("upgrade", "downgrade", "term_change", "renewal"):  # of pieces, of the price
                yield Crossing(origin=plan, target=plan, direction=direction)
            yield Crossing(origin=plan, target=nothing, direction="cancel")
            yield Crossing(origin=nothing, target=plan, direction="start")
            for direction in _BETWEEN if free else ():  # a change that is let through needs no road
                yield Crossing(origin=plan, target=_ANY_PLAN, direction=direction)
                yield Crossing(origin=_ANY_PLAN, target=plan, direction=direction)

    def _between_plans(self) -> Iterator[Crossing]:
        groups = self._draft.ladder.groups
        joined = (pair for group in groups for pair in permutations((member.plan for member in group.members), 2))
        for origin, target in chain(self._draft.roads, joined):
            codes = {road.direction for road in self._draft.roads.get((origin, target), ())}
            known = bool(codes) and min(codes) >= 0 and self._goes_by_path(origin, target)
            for direction in [DIRECTIONS[code] for code in codes] if known else _BETWEEN:
                yield Crossing(origin=origin, target=target, direction=direction)
        plans = self._draft.tables.plans
        for switch in self._draft.document.policy.switches:
            if switch.from_plan in plans and switch.to_plan in plans:
                ends = plans[switch.from_plan], plans[switch.to_plan]
                yield Crossing(origin=ends[0], target=ends[1], direction="renewal")

    def _goes_by_path(self, origin: int, target: int) -> bool:
        """Whether a change goes the path between two plans for certain, not through a group where that is closed."""
        roads = self._draft.roads.get((origin, target), ())
        return not self._common(origin, target) or not any(road.require for road in roads)

    def _common(self, origin: int, target: int) -> list[int]:
        """The groups that two plans are both in."""
        others = self._groups.get(target, ())
        return [place for place in self._groups.get(origin, ()) if place in others]

    def _ranks(self, term: str, crossing: Crossing, interval: Interval) -> Iterator[Rank]:
        """Who speaks of a term for a change, stronger before weaker."""
        renews = crossing.direction == "renewal"
        if renews and term in settled_always():
            yield Rank()
            return
        for effect, when in self._rules.get(term, ()):
            yield Rank(rule=effect, certain=not renews and when in ("", crossing.direction))
        scopes = _scopes(crossing.direction, interval)
        roads = self._draft.roads.get((crossing.origin, crossing.target), ())
        common = self._common(crossing.origin, crossing.target)
        sure = self._goes_by_path(crossing.origin, crossing.target)
        plans = (self._arriving.get(crossing.target), self._leaving.get(crossing.origin))
        yield from _rank((road.statements for road in roads), term, scopes=scopes, certain=sure)
        yield from _rank(filter(None, plans), term, scopes=scopes)
        yield from _rank((self._draft.ladder.groups[k].statements for k in common), term, scopes=scopes)
        for said in self._people:
            yield from _rank([said], term, scopes=scopes, certain=False)
        yield from _rank([self._draft.holders.company], term, scopes=scopes)

    @cached_property
    def _rules(self) -> Mapping[str, list[tuple[TypedSet, str]]]:
        """What rules set, by term, with the direction that they ask for; those that ask for more are left out."""
        found: dict[str, list[tuple[TypedSet, str]]] = {}
        for rule in self._draft.rules.rules:
            when = "" if rule.when is None else to_text(behind(rule.when).node)
            if when in ("", *DIRECTIONS):
                for effect in rule.sets:
                    found.setdefault(effect.term, []).append((effect, when))
        return found


@cache
def _scopes(direction: str, interval: Interval) -> tuple[Scope, ...]:
    """The scopes that hold for a change, stronger before weaker."""
    return tuple(each for each in SCOPES if each.direction in (direction, "any") and each.interval in _HELD[interval])


def _rank(
    holders: Iterable[Statements], term: str, *, scopes: tuple[Scope, ...], certain: bool = True
) -> Iterator[Rank]:
    """The first word of each of some holders."""
    words: list[Statement] = []
    for holder in holders:
        spoken = (holder.about(term, scope) for scope in scopes)
        words += [word for word in spoken if word is not None][:1]
    if words:
        yield Rank(words=tuple(words), certain=certain)
