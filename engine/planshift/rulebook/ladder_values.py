"""Groups, paths and holders of terms with names resolved to positions; nothing is evaluated yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import final

from planshift.diagnostics.span import Span
from planshift.rulebook.sources import Statements

GROUP_DIRECTIONS = ("by_level", "by_price_per_day", "by_amount_per_day", "by_list")
"""How a group tells up from down."""

EQUAL_MEANS = ("refuse", "crossgrade", "upgrade", "downgrade")
"""What a change between equals of a group is."""

CONSTRAINTS = ("same_module", "same_interval", "adjacent")
"""What a road can demand of its two ends."""

BY_PRICE = -1
"""The direction of a path that leaves it to the prices per day."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A plan's place in a group. `step` counts the levels of the group below its own."""

    plan: int
    level: int
    step: int
    leave_up: bool = True
    leave_down: bool = True
    arrive_up: bool = True
    arrive_down: bool = True


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Plans among which changes are roads."""

    name: str
    direction: str
    equal: str
    require: frozenset[str]
    members: tuple[Member, ...]
    statements: Statements
    span: Span


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """An explicit path between two plans; `direction` is a code of `sources.DIRECTIONS` or `BY_PRICE`."""

    origin: int
    target: int
    direction: int
    require: frozenset[str]
    statements: Statements
    title: str
    span: Span


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """All roads of a book."""

    groups: tuple[Group, ...] = ()
    roads: tuple[Road, ...] = ()
    require: frozenset[str] = frozenset()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Holders:
    """Everybody who says something about terms, besides rules, groups and paths."""

    company: Statements = field(default_factory=Statements)
    client_groups: tuple[tuple[str, Statements], ...] = ()
    customers: tuple[tuple[str, Statements], ...] = ()
    leaving: tuple[tuple[int, Statements], ...] = ()
    arriving: tuple[tuple[int, Statements], ...] = ()
