"""The tree after checking: every expression with its type and, for each name and literal, what it stands for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias, final

from planshift.expressions import tree
from planshift.expressions.names import Scope, Symbol
from planshift.expressions.size import UNIT, Size
from planshift.expressions.types import Enum, Type


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A value of an enumerated type, such as a plan."""

    kind: Enum
    name: str

    @property
    def index(self) -> int:
        """The place of the name among the members of its type."""
        return self.kind.members.index(self.name)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """Money written out: one amount per currency in minor units; `None` currency is nothing at all, in any currency."""

    pairs: tuple[tuple[str | None, int], ...]

    def of(self, code: str) -> int:
        """Return the amount in a currency; the checker saw to it that there is one for each that the book sells in."""
        return next((minor for currency, minor in self.pairs if currency in (code, None)), 0)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A literal's value: exact number, percentage (1/8 for 12.5%), count of months or days, day number, text, truth."""

    value: Fraction | int | str | bool


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TypedLet:
    """A `let` whose value is checked.

    `scopes` are those of all the facts that it reads, and `depth` counts its levels with those of the `let`s it uses.
    """

    let: tree.Let
    value: Typed
    depth: int = 1
    scopes: frozenset[Scope] = frozenset()

    @property
    def name(self) -> str:
        """What it is called."""
        return self.let.name.text


Meaning: TypeAlias = Symbol | Member | TypedLet | Amounts | Constant
"""What a leaf stands for: a fact, a name of a closed list, a `let`, money, or a literal's value."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """An expression with its type.

    `parts` are the checked parts of the node from left to right, as `tree.children` gives them; a leaf has none and has
    a `meaning` instead. `constant` is the value of a number that depends on nothing, and `size` bounds any number.
    """

    node: tree.Expr
    type: Type
    parts: tuple[Typed, ...] = ()
    meaning: Meaning | None = None
    constant: Fraction | None = None
    size: Size = UNIT


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TypedTemplate:
    """A text with checked expressions in it."""

    node: tree.Template
    parts: tuple[str | Typed, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TypedSet:
    """A term and the value that settles it.

    A value that is a name of a closed list, a truth or money may depend on facts; everything else is written out, and
    its `node` is a literal or a list of them.
    """

    effect: tree.SetTerm
    value: Typed

    @property
    def term(self) -> str:
        """The term's dotted name."""
        return self.effect.term.text


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TypedMessage:
    """What a rule says when it denies or warns."""

    effect: tree.Deny | tree.Warn
    text: TypedTemplate


TypedEffect: TypeAlias = TypedSet | TypedMessage | tree.Need


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TypedRule:
    """A rule; `when` is None where it always holds. `effects` stand in the order of the rule."""

    rule: tree.Rule
    when: Typed | None
    effects: tuple[TypedEffect, ...]

    @property
    def title(self) -> str:
        """What the rule is called; no two rules of a book are called the same."""
        return self.rule.title.text

    @property
    def sets(self) -> tuple[TypedSet, ...]:
        """The terms that it settles."""
        return tuple(effect for effect in self.effects if isinstance(effect, TypedSet))

    @property
    def denials(self) -> tuple[TypedMessage, ...]:
        """What it refuses with."""
        return tuple(e for e in self.effects if isinstance(e, TypedMessage) and isinstance(e.effect, tree.Deny))

    @property
    def warnings(self) -> tuple[TypedMessage, ...]:
        """What it warns of."""
        return tuple(e for e in self.effects if isinstance(e, TypedMessage) and isinstance(e.effect, tree.Warn))

    @property
    def needs(self) -> tuple[tree.Need, ...]:
        """What it asks for."""
        return tuple(effect for effect in self.effects if isinstance(effect, tree.Need))


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TypedReaction:
    """A reaction; its events are names joined by `and` and `or`, all of them known."""

    reaction: tree.Reaction
    when: Typed | None

    @property
    def events(self) -> tree.Expr:
        """The events that must have happened."""
        return self.reaction.events

    @property
    def actions(self) -> tuple[str, ...]:
        """What then happens."""
        return tuple(action.text for action in self.reaction.actions)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TypedAlways:
    """A statement about every possible change."""

    statement: tree.Always
    premise: Typed | None
    claim: Typed

    @property
    def title(self) -> str:
        """What it is called."""
        return self.statement.title.text


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TypedRules:
    """Everything that a rule file says, checked. Use it only when the diagnostics that came with it hold no error."""

    lets: tuple[TypedLet, ...] = ()
    rules: tuple[TypedRule, ...] = ()
    reactions: tuple[TypedReaction, ...] = ()
    always: tuple[TypedAlways, ...] = ()
    source: tree.RuleFile = field(default=tree.RuleFile(), repr=False)


def behind(typed: Typed) -> Typed:
    """Return the expression that a name stands for when it is that of a `let`, and any other expression itself."""
    while isinstance(typed.meaning, TypedLet):
        typed = typed.meaning.value
    return typed


def depth_of(typed: Typed) -> int:
    """Return how many levels an expression has together with the `let`s that it uses."""
    if isinstance(typed.meaning, TypedLet):
        return typed.meaning.depth + 1
    return 1 + max((depth_of(part) for part in typed.parts), default=0)


def walk(typed: Typed) -> Iterator[Typed]:
    """Yield an expression and all its parts, going into the values of the `let`s it uses, each of these once."""
    waiting, seen = [typed], set[str]()
    while waiting:
        part = waiting.pop()
        yield part
        waiting.extend(reversed(part.parts))
        if isinstance(part.meaning, TypedLet) and part.meaning.name not in seen:
            seen.add(part.meaning.name)
            waiting.append(part.meaning.value)


def facts_read(typed: Typed) -> tuple[Symbol, ...]:
    """Return the facts that an expression depends on, each once, in reading order."""
    return tuple(dict.fromkeys(part.meaning for part in walk(typed) if isinstance(part.meaning, Symbol)))
