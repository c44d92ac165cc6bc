"""The conditions of a book's rules, part by part: for whoever asks what came out how, and because of what.

They are made from the same names and the same road as the kernel, but in a form of their own, and only when somebody
looks into them: no decision pays for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import final

from planshift.expressions import tree
from planshift.expressions.form import Bool, Node
from planshift.expressions.lower import Lowering, Shown
from planshift.expressions.scalar import ScalarFunction, compile_scalar
from planshift.expressions.typed import (
    Amounts,
    Constant,
    Member,
    Typed,
    TypedLet,
    TypedReaction,
    TypedRule,
    TypedRules,
    walk,
)
from planshift.expressions.types import BOOL, SetOf
from planshift.rulebook.facts import Facts
from planshift.rulebook.kernel import PARAMETERS, kernel_constants
from planshift.rulebook.ladder_values import Ladder
from planshift.rulebook.reads import Read, reads_of
from planshift.rulebook.roads import find_road
from planshift.rulebook.rule_nodes import LowerNames
from planshift.rulebook.rules import rules_tried


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """A condition, or the value of a `let` that it uses: its parts that depend on facts, each with its value."""

    typed: Typed
    parts: tuple[tuple[Typed, Shown], ...]
    let: TypedLet | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A rule's condition, and the `let`s that it uses, in reading order."""

    rule: TypedRule
    holds: Bool
    expressions: tuple[Expression, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Something that is true or false by itself, not by the `and`, `or` and `not` around it, in a rule or a `let`.

    It is looked at as one reads: behind an `and` only where what stands before it holds, behind an `or` only where it
    does not, in a branch only where the branch is taken. Where it cannot be seen so, the node is a constant.
    """

    typed: Typed
    within: TypedRule | TypedLet
    seen_true: Bool
    seen_false: Bool


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionNodes:
    """A reaction, where its `when` holds for an order, and the facts that this depends on."""

    reaction: TypedReaction
    holds: Bool
    reads: tuple[Read, ...]


@final
class Conditions:
    """The conditions that are tried for a renewal, or for every other request."""

    def __init__(self, facts: Facts, lower: LowerNames, *, ladder: Ladder, rules: TypedRules) -> None:
        self._facts = facts
        lowering = lower(facts, find_road(facts, ladder))
        tried = rules_tried(rules, renewal=facts.renews)
        self.conditions = tuple(_condition(rule, lowering) for rule in tried)
        """Those of the rules that are tried, in their order."""
        self.truths = truths_of(rules, lowering, renewal=facts.renews)
        """All that is true or false in them, and in what they set."""
        self.reactions = tuple(_reaction(each, lowering) for each in rules.reactions)
        """The reactions of the book, in its order."""
        self.function: Callable[[tuple[Node, ...]], ScalarFunction] = lru_cache(maxsize=1024)(self._function)
        """What computes nodes of this form, compiled once."""

    def of_order(self, nodes: Sequence[Node]) -> ScalarFunction:
        """What computes nodes that ask about an order: it takes what is known of that besides, by name."""
        return self._function(nodes, parameters=(*PARAMETERS, "o"))

    def _function(self, nodes: Sequence[Node], *, parameters: Sequence[str] = PARAMETERS) -> ScalarFunction:
        return compile_scalar(
            nodes,
            name="condition",
            parameters=parameters,
            access=self._facts.access,
            constants=kernel_constants(self._facts),
        )


def _reaction(reaction: TypedReaction, lowering: Lowering) -> ReactionNodes:
    if reaction.when is None:
        return ReactionNodes(reaction=reaction, holds=lowering.form.truth(True), reads=())
    return ReactionNodes(
        reaction=reaction, holds=lowering.truth(reaction.when), reads=reads_of((reaction.when,), lowering)
    )


def _condition(rule: TypedRule, lowering: Lowering) -> Condition:
    if rule.when is None:
        return Condition(rule=rule, holds=lowering.form.truth(True), expressions=())
    lets = {part.meaning.name: part.meaning for part in walk(rule.when) if isinstance(part.meaning, TypedLet)}
    return Condition(
        rule=rule,
        holds=lowering.truth(rule.when),
        expressions=(
            _expression(rule.when, lowering),
            *(_expression(let.value, lowering, let=let) for let in lets.values()),
        ),
    )


def _expression(typed: Typed, lowering: Lowering, *, let: TypedLet | None = None) -> Expression:
    parts = tuple((part, lowering.shown(part)) for part in _worth_showing(typed, whole=True))
    return Expression(typed=typed, parts=parts, let=let)


def _worth_showing(typed: Typed, *, whole: bool = False) -> Iterator[Typed]:
    """The parts of an expression whose values are not written out in it; of a `let` its name alone.

    What a whole `and` or `or` comes to is told with the rule.
    """
    if typed.constant is not None or isinstance(typed.meaning, Constant | Member):
        return
    several = isinstance(typed.meaning, Amounts) and len(typed.meaning.pairs) > 1
    told_elsewhere = isinstance(typed.type, SetOf) or (whole and isinstance(typed.node, tree.Junction))
    if several or not (isinstance(typed.meaning, Amounts) or told_elsewhere):
        yield typed
    if not isinstance(typed.meaning, Amounts):
        for part in typed.parts:
            yield from _worth_showing(part)


def truths_of(rules: TypedRules, lowering: Lowering, *, renewal: bool) -> tuple[Truth, ...]:
    """All that is true or false in the rules that a renewal looks at, or every other request, in one order."""
    return tuple(_Reader(lowering).read(rules_tried(rules, renewal=renewal), lets=rules.lets))


@final
class _Reader:
    """Reads rules as a person does, and notes where something is true or false."""

    def __init__(self, lowering: Lowering) -> None:
        self._lowering = lowering
        self._form = lowering.form
        self._reached: dict[str, list[Bool]] = {}

    def read(self, rules: Sequence[TypedRule], *, lets: Sequence[TypedLet]) -> Iterator[Truth]:
        """The truths of rules, and then, the last one first, those of the `let`s that they use."""
        for rule in rules:
            always = self._form.truth(True)
            holds = always
            if rule.when is not None:
                holds = self._lowering.truth(rule.when)
                yield from self._expression(rule.when, always, within=rule)
            for effect in rule.sets:
                yield from self._parts(effect.value, holds, within=rule)
        for let in reversed(lets):
            reached = self._reached.get(let.name)
            if reached:
                yield from self._expression(let.value, self._form.any_of(tuple(reached)), within=let)

    def _expression(self, typed: Typed, reached: Bool, *, within: TypedRule | TypedLet) -> Iterator[Truth]:
        """An expression whose own truth matters."""
        inner = typed.parts[0] if isinstance(typed.node, tree.Unary) and typed.type == BOOL else typed
        if isinstance(inner.node, tree.Junction | tree.IfElse) and inner.type == BOOL:
            yield from self._parts(inner, reached, within=within)
        elif typed.type == BOOL:
            truth = self._lowering.truth(typed)
            yield Truth(typed=typed, within=within, seen_true=reached & truth, seen_false=reached & truth.negate())
            yield from self._parts(inner, reached, within=within)
        else:
            yield from self._parts(typed, reached, within=within)

    def _parts(self, typed: Typed, reached: Bool, *, within: TypedRule | TypedLet) -> Iterator[Truth]:
        """The truths inside of an expression; of a comparison those that branches in it turn on."""
        if isinstance(typed.meaning, TypedLet):
            self._reached.setdefault(typed.meaning.name, []).append(reached)
        elif isinstance(typed.node, tree.Junction):
            for part in typed.parts:
                yield from self._expression(part, reached, within=within)
                truth = self._lowering.truth(part)
                reached &= truth if typed.node.operator == "and" else truth.negate()
        elif isinstance(typed.node, tree.IfElse):
            condition, yes, no = typed.parts
            truth = self._lowering.truth(condition)
            yield from self._expression(condition, reached, within=within)
            yield from self._expression(yes, reached & truth, within=within)
            yield from self._expression(no, reached & truth.negate(), within=within)
        else:
            for part in typed.parts:
                yield from self._parts(part, reached, within=within)
