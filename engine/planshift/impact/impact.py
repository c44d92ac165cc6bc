"""What an edit does to everybody, as values: counts, money by currency, who is hit. Renderings read nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, final

from planshift.billing.money import Money
from planshift.comparison.difference import Moved
from planshift.decision.sheet import Sheet
from planshift.policy.document import ImpactLimits

Dimension = Literal["cause", "plan", "path", "segment", "month"]
"""By what differences are put together."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of the book: what it is called, its name and its digest."""

    name: str
    book: str
    digest: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """The money of some differences in one currency: new less old, and what is paid more and less over a year."""

    currency: str
    now: Money
    next_bill: Money
    per_year: Money
    more_per_year: Money
    less_per_year: Money

    @property
    def moved_per_year(self) -> Money:
        """What is paid more and what is paid less, signs aside."""
        return self.more_per_year + self.less_per_year


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many customers some differences are about, and how many of them are refused, pay more, and pay less."""

    customers: int
    answers: int
    refused: int
    dearer: int
    cheaper: int


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Differences that have something in common: its words, how many answers there are of it, counts and money."""

    key: tuple[str, ...]
    of: int
    counts: Counts
    sums: tuple[Sums, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class KindCount:
    """A kind of difference: in how many answers it weighs most, and in how many it is at all."""

    kind: str
    answers: int
    anywhere: int


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """One answer that differs."""

    row: int
    id: str
    plan: str
    price: str
    to_plan: str
    to_price: str
    kind: str
    cause: str
    old_verdict: str
    new_verdict: str
    reasons: tuple[str, ...]
    first_year: Money | None
    """What is paid more in the first year; less where it is negative."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Explained:
    """An answer that differs with both decisions: what is different between them, and the whole trace of each."""

    affected: Affected
    moved: tuple[Moved, ...]
    old: Sheet
    new: Sheet


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What was compared: rows of the data, answers to each, and columns of an answer; all of them, no sample."""

    subscriptions: int
    set_aside: tuple[int, int]
    answers: int
    columns: int

    @property
    def cells(self) -> int:
        """Pairs of values that were compared."""
        return self.answers * self.columns


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Impact:
    """The whole comparison."""

    old: Version
    new: Version
    title: str
    question: str
    at: str
    compared: Compared
    counts: Counts
    sums: tuple[Sums, ...]
    kinds: tuple[KindCount, ...]
    groups: Mapping[Dimension, tuple[Group, ...]]
    segment: str
    refused: tuple[Affected, ...]
    hardest: tuple[Explained, ...]
    limits: ImpactLimits
    passed: tuple[str, ...] = ()
    """The limits that are passed, each as a sentence."""

    @property
    def untouched(self) -> int:
        """Rows that at least one version can read, and all of whose answers are the same in both."""
        return self.compared.subscriptions - min(self.compared.set_aside) - self.counts.customers
