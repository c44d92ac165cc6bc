"""The values that terms can have, as frozen typed values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from planshift.billing.interval import ONCE, Interval
from planshift.policy.amounts import Amounts

FEE_BASES = ("to.price", "from.price", "charge_base")
"""What a fee can be a percentage of."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One word of a fixed list, with the number that belongs to it where it has one: `day 15` is (`day`, 15)."""

    word: str
    number: int = 0


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """Amounts per currency, or a share (millionths) of a named amount within bounds; empty bounds do not bind."""

    amounts: Amounts = ()
    ppm: int = 0
    of: str = ""
    at_least: Amounts = ()
    at_most: Amounts = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """A set of names in the order of the file: events, people, conditions."""

    names: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A condition that must hold before a change: its kind and, for `approval` and `status`, by whom and which."""

    kind: str
    argument: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Requirements:
    """All conditions that must hold."""

    items: tuple[Requirement, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Frequency:
    """At most `changes` within `interval`; None means as often as one likes."""

    changes: int | None = None
    interval: Interval = ONCE


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """How long something is waited for; None means for ever."""

    interval: Interval | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Who is told: `client`, `staff`, `bcc` with an address, or `template` with the template's name."""

    kind: str
    argument: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """All who are told."""

    items: tuple[Notice, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """A text per locale; the locale is empty where one text serves all."""

    texts: tuple[tuple[str, str], ...] = ()


TermValue = Choice | Fee | Names | Requirements | Frequency | Wait | Notices | Texts
"""What a term can be set to."""
