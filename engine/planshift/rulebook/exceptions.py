"""The exceptions of a term: everybody who speaks of it, from weak to strong, and when each of them is heard.

They are the ranks by which the kernel resolves the term, in the same order and with the same conditions, only that each
is looked at by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import final

from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription
from planshift.expressions.form import Bool
from planshift.expressions.printer import to_text
from planshift.expressions.scalar import ScalarFunction, compile_scalar
from planshift.policy.terms import TERM
from planshift.rulebook.facts import Facts
from planshift.rulebook.kernel import PARAMETERS, kernel_constants
from planshift.rulebook.ladder_values import Holders, Ladder
from planshift.rulebook.ranks import Ranks
from planshift.rulebook.resolution import Guarded, Rank
from planshift.rulebook.roads import find_road
from planshift.rulebook.rulebook import Rulebook
from planshift.rulebook.sources import Scope, Source, Statement, Statements
from planshift.rulebook.voices import kinds_between


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What one source says about the term; `holds` is whether it is heard for a change."""

    statement: Statement
    holds: Bool

    @property
    def source(self) -> Source:
        """Who says it."""
        return self.statement.source


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Exceptions:
    """All words on a term, from weak to strong; the last one that is heard settles it."""

    term: str
    words: tuple[Word, ...]
    facts: Facts

    @cached_property
    def _heard(self) -> ScalarFunction:
        return compile_scalar(
            [word.holds for word in self.words],
            name="heard",
            parameters=PARAMETERS,
            access=self.facts.access,
            constants=kernel_constants(self.facts),
        )

    def heard(self, subscription: Subscription, request: ChangeRequest, *, today: int) -> tuple[bool, ...]:
        """For each word whether it is heard for a change, of which `today` is the local day."""
        return tuple(bool(truth) for truth in self._heard.call(subscription, request, today))


def exceptions_of(rulebook: Rulebook, term: str, *, zone: str | None = None) -> Exceptions:
    """The exceptions of a term of a book, for every kind of change but renewals, which settle most terms themselves."""
    facts = rulebook.facts(zone or rulebook.zone, renews=False)
    road = find_road(facts, rulebook.ladder)
    rules = rulebook.lower_rules(facts, road)
    ranks = Ranks(facts, road, ladder=rulebook.ladder, holders=rulebook.holders, rules=rules)
    default = Word(statement=ranks.default(TERM[term]), holds=facts.form.truth(True))
    found = (word for rank in reversed(ranks.about(term)) for word in _words(rank))
    return Exceptions(term=term, words=(default, *_joined(found, facts)), facts=facts)


def _words(rank: Rank) -> Iterator[Word]:
    """The words of one rank, each with its own condition."""
    if isinstance(rank, Guarded):
        yield Word(statement=rank.statement, holds=rank.condition)
    else:
        for key, statement in rank.statements.items():
            yield Word(statement=statement, holds=rank.guard & rank.key.same(key))


def _joined(words: Iterable[Word], facts: Facts) -> Iterator[Word]:
    """The same with each source once: a path speaks for all of its roads with one word."""
    alike: dict[Statement, list[Bool]] = {}
    for word in words:
        alike.setdefault(word.statement, []).append(word.holds)
    for statement, conditions in alike.items():
        yield Word(statement=statement, holds=facts.form.any_of(tuple(conditions)))


def condition_text(rulebook: Rulebook, source: Source) -> str:
    """When a source is heard beyond what it is called, in words: the condition of a rule, the roads of a path."""
    if source.kind == "rule":
        rule = next(each for each in rulebook.typed_rules.rules if f'rule "{each.title}"' == source.title)
        return f"when {to_text(rule.rule.when)}" if rule.rule.when is not None else "always"
    if source.kind == "path":
        plans = rulebook.tables.catalog.plans
        return f"to {', '.join(plans[target].name for target in _targets(rulebook)[source])}"
    return ""


def concerning(rulebook: Rulebook, *, origin: str, target: str) -> Callable[[Word], bool]:
    """Whether words can be heard for a change between two plans; `origin` or `target` may be empty for any plan."""
    told: dict[Statement, bool] = {}
    for statements, fits in _holders(rulebook, origin, target=target):
        for scope, said in statements.scopes:
            reached = fits and _in_reach(rulebook, scope, origin=origin, target=target)
            for statement in said:
                told[statement] = reached or told.get(statement, False)
    return lambda word: told.get(word.statement, True)  # a rule and the built-in default are always concerned


def _in_reach(rulebook: Rulebook, scope: Scope, *, origin: str, target: str) -> bool:
    """Whether a change between the plans can be one that a scope speaks of."""
    if not origin or not target:
        return True
    plans = rulebook.tables.plans
    kinds = kinds_between(rulebook.tables, plans[origin], target=plans[target])
    return any(kind.within(scope) for kind in kinds)


def _holders(rulebook: Rulebook, origin: str, *, target: str) -> Iterator[tuple[Statements, bool]]:
    """Everybody who may speak of a term, with whether they have a say in changes between two plans."""
    plans = rulebook.tables.plans
    ends = (plans[origin] if origin else None, plans[target] if target else None)
    yield from _everywhere(rulebook.holders)
    yield from ((said, ends[0] in (None, plan)) for plan, said in rulebook.holders.leaving)
    yield from ((said, ends[1] in (None, plan)) for plan, said in rulebook.holders.arriving)
    yield from _on_roads(rulebook.ladder, origin=ends[0], target=ends[1])


def _everywhere(holders: Holders) -> Iterator[tuple[Statements, bool]]:
    yield holders.company, True
    yield from ((statements, True) for _, statements in (*holders.client_groups, *holders.customers))


def _on_roads(ladder: Ladder, *, origin: int | None, target: int | None) -> Iterator[tuple[Statements, bool]]:
    for group in ladder.groups:
        members = {member.plan for member in group.members}
        yield group.statements, all(end is None or end in members for end in (origin, target))
    for road in ladder.roads:
        yield road.statements, origin in (None, road.origin) and target in (None, road.target)


@lru_cache(maxsize=4)
def _targets(rulebook: Rulebook) -> dict[Source, tuple[int, ...]]:
    """Where the roads lead that each source speaks of."""
    found: dict[Source, dict[int, None]] = {}
    for road in rulebook.ladder.roads:
        for _, said in road.statements.scopes:
            for statement in said:
                found.setdefault(statement.source, {})[road.target] = None
    return {source: tuple(targets) for source, targets in found.items()}
