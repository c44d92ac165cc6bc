"""Who says what about a term: sources, and the ranks that decide between them.

From weak to strong: built-in default, `any`, the direction's terms, client group, customer, plan group, plan, path,
rule (DESIGN section 4). Above all of them stands what a renewal settles itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, final

from planshift.diagnostics.span import Span
from planshift.expressions.form import Int
from planshift.expressions.lower import Shown
from planshift.policy.term_values import Choice, Fee, Frequency, Names, Notices, Requirements, Texts, Wait

SourceKind = Literal[
    "default", "any", "direction", "client_group", "customer", "group", "plan", "arriving", "path", "rule", "renewal"
]

DIRECTIONS = ("upgrade", "downgrade", "crossgrade", "term_change", "cancel", "start", "renewal")
"""What a change can be, in the order of their codes in the compiled form."""

UPGRADE, DOWNGRADE, CROSSGRADE, TERM_CHANGE, CANCEL, START, RENEWAL = range(len(DIRECTIONS))


@final
@dataclass(frozen=True, slots=True, eq=False)
class Computed:
    """A term's value that a rule computes: its amount for a rounding mode, and how the rule writes it.

    `parts` are the text with its facts as values to fill in.
    """

    build: Callable[[str], Int]
    text: str
    parts: tuple[str | Shown, ...] = ()


TermValue = Choice | Fee | Names | Requirements | Frequency | Wait | Notices | Texts | Computed
"""A term's value: what the policy package reads, or what a rule computes."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A place in a policy that settles terms: `title` is how a person would call it."""

    kind: SourceKind
    title: str
    span: Span


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One source's word on one term."""

    term: str
    value: TermValue
    source: Source


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The changes that a holder speaks of: `any` or those of a direction, of them those with such an interval."""

    direction: str
    interval: str = ""


SCOPES = tuple(
    Scope(direction=direction, interval=interval)
    for direction in (*DIRECTIONS, "any")
    for interval in ("longer_interval", "shorter_interval", "other_interval", "")
)
"""Everything that can be spoken of, stronger before weaker: within one holder the first that holds settles a term."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """What one holder of terms says, by scope, then by term."""

    scopes: tuple[tuple[Scope, tuple[Statement, ...]], ...] = ()

    def about(self, term: str, scope: Scope) -> Statement | None:
        """The word on a term in a scope."""
        for name, statements in self.scopes:
            if name == scope:
                return next((s for s in statements if s.term == term), None)
        return None

    def terms(self) -> frozenset[tuple[str, Scope]]:
        """All (term, scope) that are spoken of."""
        return frozenset((s.term, scope) for scope, statements in self.scopes for s in statements)
