"""The rules of two versions of a book in one compiled form, so that their conditions can be compared as nodes.

The rules of the old version are read as if they stood in the new one: its plans, facts and prices give the names
their meaning. What the old version says about plans or facts that the new one does not have cannot be read so, and is
left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import final

from planshift.book import Book
from planshift.comparison.meaning import Meanings
from planshift.diagnostics.diagnostic import has_errors
from planshift.expressions import tree
from planshift.expressions.check import check_rules
from planshift.expressions.form import Form
from planshift.expressions.lower import Lowering
from planshift.expressions.names import Environment
from planshift.expressions.typed import TypedReaction, TypedRules
from planshift.rulebook.catalog_tables import MAX_AMOUNT
from planshift.rulebook.draft import Draft
from planshift.rulebook.facts import Facts
from planshift.rulebook.roads import RoadFinding, find_road
from planshift.rulebook.rule_nodes import Promise, RuleNodes
from planshift.rulebook.rules import book_lowering, lower_book_promises, lower_book_rules, term_types
from planshift.rulebook.symbols import environment_of

_OUTCOMES = ("due_now", "credit", "charge", "fee", "refunded")
"""Amounts that statements may speak of; here they are what they are called, and nothing is computed."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class OneForm:
    """One kernel's worth of conditions of both versions: of changes, or of renewals."""

    old: Book
    new: Book
    renews: bool = False

    @cached_property
    def facts(self) -> Facts:
        """The facts of the new version."""
        rulebook = self.new.rulebook
        facts = Facts(
            Form(),
            rulebook.tables,
            zone=rulebook.zone,
            renews_to=rulebook.switches.price if self.renews else None,
            carry_map=self.new.document.policy.carry_map,
        )
        facts.outcomes = {name: facts.form.whole_input(name, low=-MAX_AMOUNT, high=MAX_AMOUNT) for name in _OUTCOMES}
        return facts

    @cached_property
    def meanings(self) -> Meanings:
        """When two of its nodes mean the same."""
        return Meanings()

    @cached_property
    def road(self) -> RoadFinding:
        """The road of the new version."""
        return find_road(self.facts, self.new.rulebook.ladder)

    def _draft(self, rules: TypedRules) -> Draft:
        draft = Draft.of(self.new.document)
        draft.ladder, draft.rules = self.new.rulebook.ladder, rules
        return draft

    def rules(self, typed: TypedRules) -> Mapping[str, RuleNodes]:
        """Rules as nodes, by title; of renewals, those that speak of them."""
        return {rule.title: rule for rule in lower_book_rules(self._draft(typed))(self.facts, self.road)}

    def promises(self, typed: TypedRules) -> Mapping[str, Promise]:
        """Statements as nodes, by title."""
        return {each.title: each for each in lower_book_promises(self._draft(typed))(self.facts, self.road)}

    def reaction(self, reaction: TypedReaction) -> object:
        """What a reaction means: its events and actions in any order, and its condition."""
        lowering = self._lowering
        when = None if reaction.when is None else self.meanings.of(lowering.truth(reaction.when))
        return _events(reaction.events), when, frozenset(reaction.actions)

    @cached_property
    def _lowering(self) -> Lowering:
        return book_lowering(Draft.of(self.new.document))(self.facts, self.road)


def _events(events: tree.Expr) -> object:
    if isinstance(events, tree.Junction):
        return events.operator, frozenset(_events(part) for part in tree.children(events))
    return events.text if isinstance(events, tree.Name) else repr(events)


def read_in(old: Book, new: Book) -> TypedRules:
    """The rules of the old version with the names of the new one, as far as they make sense there."""
    draft = Draft.of(new.document)
    env = environment_of(draft.names, draft.tables)
    file = old.document.rules
    typed, problems = check_rules(file, env, terms=term_types())
    if not has_errors(problems):
        return typed
    kept = tuple(_readable(file, env))
    return check_rules(replace(file, statements=kept), env, terms=term_types())[0]


def _readable(file: tree.RuleFile, env: Environment) -> Iterator[tree.Statement]:
    """The statements that are right by themselves, with the `let`s that are."""
    lets: list[tree.Statement] = []
    for statement in file.statements:
        alone = replace(file, statements=(*lets, statement))
        if has_errors(check_rules(alone, env, terms=term_types())[1]):
            continue
        if isinstance(statement, tree.Let):
            lets.append(statement)
        yield statement
