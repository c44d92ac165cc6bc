"""Policy documents as frozen values: what the rulebook is compiled from.

Every value that a diagnostic or an explanation may point at carries its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import final

from planshift.billing.catalog import Catalog
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.span import NOWHERE, Span
from planshift.expressions.tree import RuleFile
from planshift.policy.facts import NO_FACTS, FactSchema
from planshift.policy.located import Located, follow
from planshift.policy.places import key_place
from planshift.policy.read_yaml import read_yaml
from planshift.policy.term_values import TermValue


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenTerm:
    """A term that a document sets: its dotted name, its value and the place of the value."""

    name: str
    value: TermValue
    span: Span


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ScopedTerms:
    """Terms for the changes of one scope, one of `SCOPES`; with an `interval`, for some of them (`INTERVAL_SCOPES`)."""

    scope: str
    terms: tuple[SpokenTerm, ...]
    interval: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class NamePlace:
    """A name where a document uses it."""

    name: str
    span: Span


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A plan's place in a group; `level` is None where the group has none."""

    plan: str
    span: Span
    level: int | None = None
    leave_up: bool = True
    leave_down: bool = True
    arrive_up: bool = True
    arrive_down: bool = True


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Plans that can be changed for each other; `direction` and `equal` are settled, the members in file order."""

    name: str
    span: Span
    direction: str
    equal: str
    members: tuple[Member, ...]
    require: tuple[str, ...] = ()
    terms: tuple[ScopedTerms, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """Explicit roads; `number` counts from 1 in file order. Terms written on the path itself have the scope `any`."""

    number: int
    span: Span
    origins: tuple[NamePlace, ...]
    upgrades: tuple[NamePlace, ...] = ()
    downgrades: tuple[NamePlace, ...] = ()
    crossgrades: tuple[NamePlace, ...] = ()
    to: tuple[NamePlace, ...] = ()
    require: tuple[str, ...] = ()
    terms: tuple[ScopedTerms, ...] = ()

    @property
    def targets(self) -> tuple[NamePlace, ...]:
        """Every plan that it leads to."""
        return (*self.upgrades, *self.downgrades, *self.crossgrades, *self.to)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ClientTerms:
    """Terms for a client group or for one customer; exactly one of the two is set."""

    span: Span
    terms: tuple[ScopedTerms, ...]
    client_group: str | None = None
    customer: str | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTerms:
    """Terms of changes away from a plan, and of changes to it (`arriving`)."""

    plan: str
    span: Span
    leaving: tuple[ScopedTerms, ...] = ()
    arriving: tuple[ScopedTerms, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A change that happens by itself at a renewal, from any of the prices `from_prices` of `from_plan`.

    `number` counts from 1 in file order, entries that are switched off included. The target may be gone from the
    catalog: `check` warns of that, and the renewal goes on without the switch.
    """

    number: int
    span: Span
    to_span: Span
    from_plan: str
    from_prices: tuple[str, ...]
    to_plan: str
    to_price: str
    after_renewals: int = 0

    @property
    def title(self) -> str:
        """What a person would call it."""
        return f"switch {self.number} from {self.from_plan}"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CarryMap:
    """Where things go whose `carry` term is `map`: for each kind pairs of an old and a new name."""

    rows: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()

    def of(self, kind: str) -> dict[str, str]:
        """The new names of a kind by the old ones."""
        return dict(dict(self.rows).get(kind, ()))


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactLimits:
    """How much an edit may do: shares of customers in millionths, and minor units by currency; None is no limit."""

    refused: int | None = None
    dearer: int | None = None
    moved_per_year: tuple[tuple[str, int], ...] = ()


NO_LIMITS = ImpactLimits()
"""A book that lets an edit do anything."""

NO_MAP = CarryMap()
"""A book that gives nothing another name."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageText:
    """A file of messages for a locale, not read yet; without a text it could not be opened, as the problems tell."""

    locale: str
    file: str
    text: str | None
    problems: tuple[Diagnostic, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDocument:
    """`policy.yaml`, with what it extends merged in."""

    book: str
    title: str
    currency: str
    timezone: str
    language: str = "en"
    effective_from: date | None = None
    decimals: tuple[tuple[str, int], ...] = ()
    invoice_days_before: int = 0
    groups: tuple[Group, ...] = ()
    paths: tuple[Path, ...] = ()
    require: tuple[str, ...] = ()
    terms: tuple[ScopedTerms, ...] = ()
    clients: tuple[ClientTerms, ...] = ()
    plans: tuple[PlanTerms, ...] = ()
    switches: tuple[Switch, ...] = ()
    carry_map: CarryMap = NO_MAP
    impact_limits: ImpactLimits = NO_LIMITS


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class BookDocument:
    """One book as it was read: policy, catalog and rules, with what they extend merged in."""

    policy: PolicyDocument
    catalog: Catalog
    rules: RuleFile
    facts: FactSchema = NO_FACTS
    messages: tuple[MessageText, ...] = ()
    """The files of messages as they are, those that are extended behind those that extend; they are read when somebody
    wants to be told something in a locale."""
    texts: tuple[tuple[str, str, str], ...] = ()
    """Kind (`policy`, `catalog`), file and text of each document, those that are extended behind those that extend."""

    def where(self, *path: str | int) -> Span:
        """Return the place of a key or value: `where("catalog", "plans", "bronze", "prices")`.

        Of several documents the first that has the whole path counts; a path that none has leads nowhere. The texts are
        read again for it: places are wanted for messages, and the trees of a large book would fill the memory.
        """
        for kind, file, text in self.texts:
            root = _tree(kind, file, text=text) if path and kind == path[0] else None
            if root is not None and follow(root, path[1:]).steps == len(path) - 1:
                return key_place(root, path[1:])
        return NOWHERE


@lru_cache(maxsize=8)
def _tree(kind: str, file: str, *, text: str) -> Located | None:
    root, _ = read_yaml(text, file=file)
    inline = follow(root, (kind,)) if root is not None else None
    return inline.value if inline is not None and inline.steps else root
