"""Term resolution as DESIGN says it: the most specific source that speaks wins.

From weak to strong: built-in default, `any`, the direction's terms, client group, customer, plan group, plan, path,
rule. Within one holder what is said for the direction is more specific than what is said for `any`, and within a scope
what is said for a change of the interval than what is said beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import final

from planshift.diagnostics.span import NOWHERE, Span
from planshift.expressions import tree
from planshift.expressions.typed import Amounts, Typed, TypedRule
from planshift.expressions.types import MONEY
from planshift.policy.document import ScopedTerms, SpokenTerm
from planshift.policy.term_values import Choice, Fee, Names, TermValue
from planshift.policy.terms import TERM
from tests.reference.change import Change
from tests.reference.evaluate import Oracle
from tests.reference.roads import Road

Holders = Iterable[tuple[ScopedTerms, ...]]

Scopes = tuple[tuple[str, str], ...]
"""A direction or `any`, and the block for an interval in it, if it is one."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A term's value, or the exact amount that a rule computed, and who says so: a rank and a place."""

    value: TermValue | Fraction
    rank: str
    span: Span


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """All terms of a change."""

    settled: dict[str, Settled]

    def value(self, name: str) -> TermValue | Fraction:
        return self.settled[name].value

    def choice(self, name: str) -> Choice:
        value = self.value(name)
        assert isinstance(value, Choice)
        return value

    def word(self, name: str) -> str:
        return self.choice(name).word

    def scale(self, name: str) -> int | None:
        """The decimals that a term names; None where it says `exact`."""
        return None if self.word(name) == "exact" else self.choice(name).number

    def names(self, name: str) -> tuple[str, ...]:
        value = self.value(name)
        assert isinstance(value, Names)
        return value.names


def settle_terms(change: Change, road: Road, *, oracle: Oracle, matching: list[TypedRule]) -> Terms:
    """Every term with its value and its source; `matching` are the rules that hold, in file order."""
    settled = {
        name: Settled(value=definition.default, rank="default", span=NOWHERE) for name, definition in TERM.items()
    }
    for rank, holders, scopes in _from_weak_to_strong(change, road):
        for spoken in _said(holders, scopes):
            settled[spoken.name] = Settled(value=spoken.value, rank=rank, span=spoken.span)
    for rule in reversed(matching):  # the first that matches and speaks has the last word
        for effect in reversed(rule.sets):
            leaf = _leaf(effect.value, oracle)
            value = _meaning(effect.term, leaf, oracle=oracle, decimals={})
            settled[effect.term] = Settled(value=value, rank="rule", span=effect.effect.span)
    return Terms(settled=settled)


def _from_weak_to_strong(change: Change, road: Road) -> Iterator[tuple[str, list[tuple[ScopedTerms, ...]], Scopes]]:
    """Each rank: its holders, and the scopes in which they may speak, the stronger one first."""
    policy, customer = change.document.policy, change.subscription.customer
    every, named = (tuple((scope, block) for block in _blocks(change)) for scope in ("any", road.direction))
    both = (*named, *every)
    yield "any", [policy.terms], every
    yield "direction", [policy.terms], named
    groups = [c.terms for c in policy.clients if c.client_group and c.client_group == customer.client_group]
    yield "client_group", groups, both
    yield "customer", [c.terms for c in policy.clients if c.customer == customer.id], both
    yield "group", [group.terms for group in road.groups], both
    leaving = [p.leaving for p in policy.plans if change.old_plan and p.plan == change.old_plan.name]
    arriving = [p.arriving for p in policy.plans if change.new_plan and p.plan == change.new_plan.name]
    yield "plan", leaving, both
    yield "arriving", arriving, both
    yield "path", [path.terms for path in road.paths], both


def _blocks(change: Change) -> Iterator[str]:
    """The blocks of a scope that hold for the change, the stronger one first; the empty one is the scope itself."""
    if change.longer:
        yield "longer_interval"
    if change.shorter:
        yield "shorter_interval"
    if change.has_intervals and change.old_interval != change.new_interval:
        yield "other_interval"
    yield ""


def _said(holders: Holders, scopes: Scopes) -> Iterator[SpokenTerm]:
    """What the holders of one rank say, the first of them and the stronger scope last.

    Where two holders speak of one term they agree, or the book is refused; the first is then called its source.
    """
    for terms in reversed(list(holders)):
        for scope in reversed(scopes):
            for scoped in terms:
                if (scoped.scope, scoped.interval) == scope:
                    yield from scoped.terms


def _leaf(value: Typed, oracle: Oracle) -> Typed:
    """The value that an `if` comes to; an amount is one value, however it is computed."""
    while isinstance(value.node, tree.IfElse) and value.type != MONEY:
        condition, yes, no = value.parts
        value = yes if oracle.value(condition) else no
    return value


def _meaning(name: str, leaf: Typed, *, oracle: Oracle, decimals: dict[str, int]) -> TermValue | Fraction:
    """What a written value means for a term: the same as in a document."""
    if isinstance(leaf.meaning, Amounts):
        return Fee(amounts=tuple(sorted((code, minor) for code, minor in leaf.meaning.pairs if code is not None)))
    if leaf.type == MONEY:
        found = oracle.value(leaf)
        assert isinstance(found, Fraction)
        return found
    if isinstance(leaf.node, tree.Listing):
        return TERM[name].shape.read([str(oracle.value(part)) for part in leaf.parts], decimals)
    return TERM[name].shape.read(str(oracle.value(leaf)), decimals)
