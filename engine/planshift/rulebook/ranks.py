"""The ranks of every term of a book, strongest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, final

from planshift.diagnostics.span import NOWHERE
from planshift.expressions.form import Bool, Form, Int
from planshift.policy.terms import TermDefinition
from planshift.rulebook.dates import interval_truth
from planshift.rulebook.facts import Facts
from planshift.rulebook.ladder_values import Holders, Ladder
from planshift.rulebook.renewals import settled_by_renewal
from planshift.rulebook.resolution import Guarded, Keyed, Rank
from planshift.rulebook.roads import RoadFinding
from planshift.rulebook.sources import DIRECTIONS, SCOPES, Scope, Source, Statement, Statements


class SettingRule(Protocol):
    """A rule as the ranks see it."""

    @property
    def statements(self) -> tuple[tuple[Bool, Statement], ...]:
        """What it sets, and where."""


@final
class Ranks:
    """Answers, for each term, who may speak of it in this book."""

    def __init__(
        self, facts: Facts, road: RoadFinding, *, ladder: Ladder, holders: Holders, rules: Iterable[SettingRule]
    ) -> None:
        self._facts = facts
        self._form: Form = facts.form
        self._direction = road.direction
        self._rules = tuple(rules)
        self._company = holders.company
        self._texts = self._named_holders(facts, holders)
        by_pair = {k + 1: r.statements for k, r in enumerate(ladder.roads)}
        by_group = {k + 1: g.statements for k, g in enumerate(ladder.groups)}
        self._keyed: tuple[tuple[Int, Mapping[int, Statements]], ...] = (
            (road.pair, by_pair),
            (facts.to_plan, dict(holders.arriving)),
            (facts.from_plan, dict(holders.leaving)),
            *((group, by_group) for group in road.groups),
        )
        self._facts = facts
        self._intervals: dict[str, Bool] = {}
        self._spoken = self._scopes_by_term()

    @staticmethod
    def default(definition: TermDefinition) -> Statement:
        """The built-in word on a term."""
        source = Source(kind="default", title="built-in default", span=NOWHERE)
        return Statement(term=definition.name, value=definition.default, source=source)

    def about(self, term: str) -> list[Rank]:
        """The ranks that speak of a term, strongest first."""
        ranks: list[Rank] = list(settled_by_renewal(self._facts, term))
        ranks += [
            Guarded(condition=condition, statement=statement)
            for rule in self._rules
            for condition, statement in rule.statements
            if statement.term == term
        ]
        for key, holders in self._keyed:
            ranks += self._keyed_ranks(term, key, holders)
        for condition, statements in self._texts:
            ranks += self._scoped(term, statements, condition)
        return ranks + self._scoped(term, self._company, self._form.truth(True))

    def _keyed_ranks(self, term: str, key: Int, holders: Mapping[int, Statements]) -> list[Rank]:
        ranks: list[Rank] = []
        for scope in self._spoken.get(term, ()):
            reached = {k: holder for k, holder in holders.items() if key.lo <= k <= key.hi}
            said = {k: s for k, holder in reached.items() if (s := holder.about(term, scope)) is not None}
            if said:
                ranks.append(Keyed(key=key, guard=self._in_scope(scope), statements=said))
        return ranks

    def _scoped(self, term: str, statements: Statements, condition: Bool) -> list[Rank]:
        found: list[Rank] = []
        for scope in self._spoken.get(term, ()):
            statement = statements.about(term, scope)
            if statement is not None:
                found.append(Guarded(condition=condition & self._in_scope(scope), statement=statement))
        return found

    def _in_scope(self, scope: Scope) -> Bool:
        every = scope.direction == "any"
        named = self._form.truth(True) if every else self._direction.same(DIRECTIONS.index(scope.direction))
        if not scope.interval:
            return named
        if scope.interval not in self._intervals:
            self._intervals[scope.interval] = interval_truth(self._facts, scope.interval)
        return named & self._intervals[scope.interval]

    def _scopes_by_term(self) -> dict[str, list[Scope]]:
        """The scopes in which somebody speaks of each term, stronger before weaker."""
        holders = [self._company, *(s for _, s in self._texts), *(s for _, held in self._keyed for s in held.values())]
        spoken: frozenset[tuple[str, Scope]] = frozenset().union(*(holder.terms() for holder in holders))
        found: dict[str, list[Scope]] = {}
        for term, scope in sorted(spoken, key=lambda said: SCOPES.index(said[1])):
            found.setdefault(term, []).append(scope)
        return found

    @staticmethod
    def _named_holders(facts: Facts, holders: Holders) -> tuple[tuple[Bool, Statements], ...]:
        """Customers, then client groups: stronger first."""
        customer: Callable[[str], Bool] = lambda name: facts.text("customer.id").same(name)  # noqa: E731  # two short readers side by side
        group: Callable[[str], Bool] = lambda name: facts.text("customer.client_group").same(name)  # noqa: E731  # two short readers side by side
        return (
            *((customer(name), statements) for name, statements in holders.customers),
            *((group(name), statements) for name, statements in holders.client_groups),
        )
