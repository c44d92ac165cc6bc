"""The tree of a rule file as it was written: every node knows its place, and nothing is resolved yet.

Two nodes are equal when they say the same, wherever they stand: spans are left out of comparisons. Literals keep their
digits as written, so that printing a tree gives back what was read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, TypeAlias, final

from planshift.diagnostics.span import NOWHERE, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Word(_Node):
    """A name or a title in its place, such as what a `let` is called."""

    text: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Number(_Node):
    """`5` or `2.5`; exact."""

    digits: str

    @property
    def value(self) -> Fraction:
        """The number."""
        return Fraction(self.digits)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Percent(_Node):
    """`12.5%`; `digits` are those before the sign."""

    digits: str

    @property
    def value(self) -> Fraction:
        """The share of one: 1/8 for `12.5%`."""
        return Fraction(self.digits) * Fraction(1, 100)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Money(_Node):
    """`9.00 EUR`: an amount in one currency, in its major unit."""

    digits: str
    currency: str

    @property
    def value(self) -> Fraction:
        """The amount in the currency's major unit."""
        return Fraction(self.digits)


Unit = Literal["day", "week", "month", "year"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Duration(_Node):
    """`24 months`, `2 years`, `30 days` or `1 week`."""

    digits: str
    unit: Unit


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Date(_Node):
    """`2026-01-31`; whether the calendar has that day is for the checker to say."""

    text: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Text(_Node):
    """`"text"`, without its quotes and escapes."""

    value: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Truth(_Node):
    """`true` or `false`."""

    value: bool


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Name(_Node):
    """A name, dotted or not: a fact, a `let`, a plan, or a value of a term; the checker finds out which."""

    text: str

    @property
    def parts(self) -> tuple[str, ...]:
        """What stands between the dots."""
        return tuple(self.text.split("."))


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(_Node):
    """`[a, b]`: a set, or, when it holds amounts and money is wanted, one amount for each currency."""

    items: tuple[Expr, ...]


Sign = Literal["not", "-"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Unary(_Node):
    """`not a` or `-a`."""

    operator: Sign
    operand: Expr


Operator = Literal["=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/"]
COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
"""The binary operators that answer yes or no."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Binary(_Node):
    """`a OP b`. Comparisons do not chain; `==` is written `=`."""

    operator: Operator
    left: Expr
    right: Expr


Connective = Literal["and", "or"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Junction(_Node):
    """`a and b and c`, or the same with `or`: two items or more, all on one level so that a long one is not deep."""

    operator: Connective
    items: tuple[Expr, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Within(_Node):
    """`item in collection`, or `item not in collection`."""

    item: Expr
    collection: Expr
    negated: bool = False


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PercentOf(_Node):
    """`10% of whole`."""

    percent: Expr
    whole: Expr


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class IfElse(_Node):
    """`if condition then yes else no`."""

    condition: Expr
    yes: Expr
    no: Expr


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Call(_Node):
    """`function(arguments)`."""

    function: Word
    arguments: tuple[Expr, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Bounded(_Node):
    """`value, at least floor, at most ceiling`, with at least one of the two; the ceiling has the last word."""

    value: Expr
    at_least: Expr | None = None
    at_most: Expr | None = None


Expr: TypeAlias = (
    Number
    | Percent
    | Money
    | Duration
    | Date
    | Text
    | Truth
    | Name
    | Listing
    | Unary
    | Binary
    | Junction
    | Within
    | PercentOf
    | IfElse
    | Call
    | Bounded
)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Template(_Node):
    """A text with expressions in braces: `"runs until {contract.ends_on}"`. No two neighbouring parts are plain."""

    parts: tuple[str | Expr, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class SetTerm(_Node):
    """`set fee = 0 EUR`: settles one term."""

    term: Word
    value: Expr


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Deny(_Node):
    """`deny "..."`: refuses the change, for the reason that the text gives."""

    text: Template


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Warn(_Node):
    """`warn "..."`: lets the change pass and says something."""

    text: Template


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Need(_Node):
    """`need stock`, `need status active` or `need approval by "finance"`: asks for something before the change.

    `quoted` tells that the argument was written as a text after `by`.
    """

    kind: Word
    argument: Word | None = None
    quoted: bool = False


Effect: TypeAlias = SetTerm | Deny | Warn | Need


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Let(_Node):
    """`let name = value`: gives an expression a name for the statements after it."""

    name: Word
    value: Expr


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(_Node):
    """`rule "title" when ... set/deny/warn/need ...`; without `when` it always holds."""

    title: Word
    when: Expr | None = None
    effects: tuple[Effect, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction(_Node):
    """`on events when ... then actions`; `events` is made of names, `and` and `or` only, which the checker sees to."""

    events: Expr
    when: Expr | None = None
    actions: tuple[Word, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Always(_Node):
    """`always "title": premise implies claim`, or a claim alone: must hold for every possible change."""

    title: Word
    premise: Expr | None = None
    claim: Expr


Statement: TypeAlias = Let | Rule | Reaction | Always


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFile(_Node):
    """What a rule file says, in its order.

    `unreadable` are the names of `let` statements that could not be read, so that using one is not reported as well.
    """

    statements: tuple[Statement, ...] = ()
    unreadable: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def lets(self) -> tuple[Let, ...]:
        """The `let` statements."""
        return tuple(statement for statement in self.statements if isinstance(statement, Let))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules, in the order in which they are tried."""
        return tuple(statement for statement in self.statements if isinstance(statement, Rule))

    @property
    def reactions(self) -> tuple[Reaction, ...]:
        """The reactions."""
        return tuple(statement for statement in self.statements if isinstance(statement, Reaction))

    @property
    def always(self) -> tuple[Always, ...]:
        """The statements about every possible change."""
        return tuple(statement for statement in self.statements if isinstance(statement, Always))


def children(expr: Expr) -> tuple[Expr, ...]:
    """Return the direct parts of an expression, from left to right."""
    match expr:
        case Listing(items=items) | Junction(items=items) | Call(arguments=items):
            return items
        case Unary(operand=operand):
            return (operand,)
        case Binary(left=first, right=second) | Within(item=first, collection=second):
            return first, second
        case PercentOf(percent=first, whole=second):
            return first, second
        case IfElse(condition=condition, yes=yes, no=no):
            return condition, yes, no
        case Bounded(value=value, at_least=at_least, at_most=at_most):
            return tuple(part for part in (value, at_least, at_most) if part is not None)
        case _:
            return ()


def names_in(expr: Expr) -> Iterator[Name]:
    """Yield every name that an expression mentions, however deep it stands."""
    waiting = [expr]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Name):
            yield part
        waiting.extend(reversed(children(part)))
