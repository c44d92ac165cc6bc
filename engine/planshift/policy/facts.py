"""The facts that a book declares beyond the built-in ones: their types, and values checked before a rule sees them.

A side (`customer`, `usage`, `request`) is a JSON Schema of an object. Of the dialect's keywords those are taken that a
type can be made of; each fact is required or has a default, so that no rule ever meets a missing one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from planshift.billing.calendar import to_day
from planshift.billing.subscription import FactValue
from planshift.expressions.types import DATE, DAYS, MONEY, MONTHS, Enum, Type
from planshift.policy.amounts import Decimals, read_money
from planshift.policy.fields import read_date, read_days, read_months
from planshift.policy.mistakes import describe, shown, wrong

SIDES = ("customer", "usage", "request")
"""Whose facts a book can declare."""

MAX_FACT = 10**12
"""The largest whole number that a fact can hold, either way."""

FORMATS: dict[str, Type] = {"date": DATE, "money": MONEY, "months": MONTHS, "days": DAYS}
"""The formats of a text that make it more than a text."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One declared fact; `default` is None where the fact is required."""

    name: str
    type: Type
    doc: str
    default: FactValue | None = None
    default_currency: str = ""
    """The currency of a default that is an amount."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FactSchema:
    """All declared facts, in the order of the book."""

    customer: tuple[Fact, ...] = ()
    usage: tuple[Fact, ...] = ()
    request: tuple[Fact, ...] = ()
    digest: str = ""
    """Identifies the declarations; empty where there are none."""

    texts: tuple[tuple[str, str], ...] = ()
    """The JSON Schema of each declared side, as JSON."""

    def of(self, side: str) -> tuple[Fact, ...]:
        """Return the facts of a side, one of `SIDES`."""
        return {"customer": self.customer, "usage": self.usage, "request": self.request}[side]


NO_FACTS = FactSchema()
"""The schema of a book that declares none."""


def fact_value(fact: Fact, value: object, *, currency: str, decimals: Decimals) -> FactValue:
    """Return a value, of which the JSON Schema has nothing to say any more, as the engine holds it.

    Amounts become minor units, dates day numbers, durations months or days, a word of a list its index.

    Raises:
        Mistakes: a text is not what its format says, or an amount is not in `currency`.
    """
    if isinstance(fact.type, Enum):
        return fact.type.members.index(str(value))
    if fact.type == MONEY:
        return _money(value, currency, decimals)
    if fact.type == DATE:
        return to_day(read_date(value))
    if fact.type == MONTHS:
        return read_months(value)
    if fact.type == DAYS:
        return _days(value)
    if isinstance(value, (bool, int, str)):
        return value
    raise wrong("PS103", f"{describe(value)} is no value of `{fact.name}`")


def _days(value: object) -> int:
    days = read_days(value).days
    if not days:
        raise wrong("PS116", f"{shown(value)} is not a number of days", help_text="write `30 days`")
    return days


def _money(value: object, currency: str, decimals: Decimals) -> int:
    found, minor = read_money(value, decimals)
    if currency and found != currency:
        help_text = "rules compare it with amounts of the subscription"
        raise wrong("PS505", f"`{value}` is not in the subscription's currency, {currency}", help_text=help_text)
    if minor < 0:
        raise wrong("PS105", "an amount cannot be negative here")
    return minor
