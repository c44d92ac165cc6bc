"""Rules in the compiled form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, final

from planshift.expressions.form import Bool
from planshift.expressions.lower import Lowering, Shown
from planshift.policy.term_values import Requirement
from planshift.rulebook.facts import Facts
from planshift.rulebook.reads import Read
from planshift.rulebook.roads import RoadFinding
from planshift.rulebook.sources import Source, Statement


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RuleText:
    """What a rule says to a person when it denies or warns."""

    kind: Literal["deny", "warn"]
    parts: tuple[str | Shown, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RuleNodes:
    """A rule in the compiled form: when it holds, what it sets and when, whether it denies, and what it needs.

    `reads` are the facts that its condition and its values depend on.
    """

    title: str
    holds: Bool
    statements: tuple[tuple[Bool, Statement], ...] = ()
    denies: bool = False
    needs: tuple[Requirement, ...] = ()
    texts: tuple[RuleText, ...] = ()
    reads: tuple[Read, ...] = ()
    source: Source


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """An `always` statement in the compiled form: whether it speaks of the change that is decided, and holds for it."""

    title: str
    applies: Bool
    holds: Bool
    source: Source


LowerPromises = Callable[[Facts, RoadFinding], tuple[Promise, ...]]
"""Turns the book's `always` statements into nodes, once the amounts of the change are there to read."""

LowerRules = Callable[[Facts, RoadFinding], tuple[RuleNodes, ...]]
"""Turns the book's typed rules into nodes, once facts and road are there to read."""

LowerNames = Callable[[Facts, RoadFinding], Lowering]
"""Makes what turns the book's expressions into nodes, once facts and road are there to read."""
