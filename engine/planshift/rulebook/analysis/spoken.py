"""Everything that a policy says of terms outside of its rules, and the values that a term can have."""

from __future__ import annotations

from collections.abc import Iterator

from planshift.expressions.typed import Typed
from planshift.policy.term_values import Choice, Fee
from planshift.policy.terms import TERM
from planshift.rulebook.draft import Draft
from planshift.rulebook.rules import leaves, value_of
from planshift.rulebook.sources import Scope, Statement, Statements, TermValue


def spoken(draft: Draft) -> Iterator[tuple[Scope, Statement]]:
    """Each statement with its scope, whoever makes it; what a path says of many pairs of plans is told once."""
    holders = draft.holders
    everybody: list[Statements] = [holders.company]
    everybody += [said for _, said in (*holders.client_groups, *holders.customers)]
    everybody += [said for _, said in (*holders.leaving, *holders.arriving)]
    everybody += [group.statements for group in draft.ladder.groups]
    everybody += {id(road.statements): road.statements for roads in draft.roads.values() for road in roads}.values()
    for statements in everybody:
        for scope, terms in statements.scopes:
            for statement in terms:
                yield scope, statement


def is_own(draft: Draft, statement: Statement) -> bool:
    """Whether the book itself says it, and not a book or a preset that it extends."""
    own = next((file for kind, file, _ in draft.document.texts if kind == "policy"), None)
    return statement.source.span.file == own


def set_by_rules(draft: Draft, term: str) -> Iterator[TermValue | None]:
    """The values that rules give a term; None for an amount that is computed."""
    for rule in draft.rules.rules:
        for effect in rule.sets:
            if effect.term == term:
                yield from (_value(draft, term, leaf) for leaf in leaves(effect.value))


def _value(draft: Draft, term: str, leaf: Typed) -> TermValue | None:
    return value_of(term, leaf, decimals=draft.tables.decimals_by_currency)


def possible_values(draft: Draft, term: str, *, direction: str) -> frozenset[TermValue | None]:
    """All values that a term can have for changes of a direction; None for an amount that is computed."""
    found: set[TermValue | None] = set(set_by_rules(draft, term))
    directions = {"any", direction}
    found |= {
        said.value
        for scope, said in spoken(draft)
        if said.term == term and (direction == "any" or scope.direction in directions)
    }
    unconditional = (draft.holders.company.about(term, Scope(direction=each)) for each in directions)
    return frozenset(found) if any(unconditional) else frozenset(found | {TERM[term].default})


def words_of(values: frozenset[TermValue | None]) -> frozenset[str]:
    """The words among some values."""
    return frozenset(value.word for value in values if isinstance(value, Choice))


def costs(value: TermValue | None) -> bool:
    """Whether a fee can come to more than nothing."""
    if not isinstance(value, Fee):
        return True
    return bool(value.ppm) or any(minor for _, minor in (*value.amounts, *value.at_least))
