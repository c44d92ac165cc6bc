"""What the names in rules stand for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, final

from planshift.billing import currency
from planshift.expressions.types import BOOL, Enum, SetOf, Type

Scope = Literal["change", "outcome", "order"]
"""When a fact is known: before a change is decided, once it is decided, or while its order runs."""

SCOPE_WORDS: dict[Scope, str] = {
    "change": "before a change is decided",
    "outcome": "once a change is decided",
    "order": "while the order of a change runs",
}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """A fact that rules may ask about.

    `input` is what the reader of the compiled form calls it. A fact of a `SetOf` type is a family of truths, one for
    each member (`member`). `bits` bounds the size of a number: its absolute value is below 2 to that power.
    """

    name: str
    type: Type
    doc: str = ""
    input: str = ""
    scope: Scope = "change"
    bits: int = 48
    own: bool = False
    """Whether the book gives the name, as that of a declared fact or of something it counts."""

    def member(self, name: str) -> Symbol:
        """Return the truth that says whether this set holds `name`."""
        return replace(self, name=f"{self.name}[{name}]", input=f"{self.input}[{name}]", type=BOOL, bits=1)


@final
@dataclass(frozen=True, kw_only=True)
class Environment:
    """All the names that a book knows.

    `currencies` are those that the book sells in: an amount must be given in each of them. `decimals` overrides the
    standard's precision of a currency. `events` and `actions` are what reactions may speak of.
    """

    symbols: Mapping[str, Symbol]
    currencies: tuple[str, ...] = ()
    decimals: Mapping[str, int] = field(default_factory=dict)
    events: frozenset[str] = frozenset()
    actions: frozenset[str] = frozenset()

    @cached_property
    def members(self) -> Mapping[str, tuple[Enum, ...]]:
        """For each name that is a value of an enumerated fact: the types it is a value of."""
        found: dict[str, dict[Enum, None]] = {}
        for kind in _enums(symbol.type for symbol in self.symbols.values()):
            for member in kind.members:
                found.setdefault(member, {})[kind] = None
        return {name: tuple(kinds) for name, kinds in found.items()}

    def example_of(self, kind: Enum) -> str | None:
        """Return the name of a fact of the type, for advice; the shortest."""
        holders = [symbol.name for symbol in self.symbols.values() if symbol.type == kind]
        return min(holders, key=lambda name: (len(name), name), default=None)

    def decimals_of(self, code: str) -> int | None:
        """Return how many decimals amounts in a currency have; None when there is no such currency."""
        if code in self.decimals:
            return self.decimals[code]
        return currency.decimals(code) if currency.is_currency(code) else None


def environment(
    symbols: Iterable[Symbol],
    *,
    currencies: tuple[str, ...] = (),
    decimals: Mapping[str, int] | None = None,
    events: Iterable[str] = (),
    actions: Iterable[str] = (),
) -> Environment:
    """Gather symbols into an environment; a later symbol replaces an earlier one of the same name."""
    return Environment(
        symbols={symbol.name: symbol for symbol in symbols},
        currencies=currencies,
        decimals=dict(decimals or {}),
        events=frozenset(events),
        actions=frozenset(actions),
    )


def _enums(types: Iterable[Type]) -> Iterable[Enum]:
    for kind in types:
        inner = kind.item if isinstance(kind, SetOf) else kind
        if isinstance(inner, Enum):
            yield inner
