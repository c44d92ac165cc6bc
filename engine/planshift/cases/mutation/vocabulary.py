"""What a book speaks of: the durations, counts, people and facts that its policy and rules name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, final

from planshift.billing.subscription import FactValue
from planshift.book import Book
from planshift.expressions import tree
from planshift.expressions.types import Enum
from planshift.policy.facts import Fact

_DURATION: Final = re.compile(r"\b([0-9]{1,4})[ \t]*(day|week|month|year)s?\b")
_MONTHS: Final = {"month": 1, "year": 12}
_DAYS: Final = {"day": 1, "week": 7}
_ROLE: Final = re.compile(r"approval by[ \t]+\"?([A-Za-z][\w-]*)")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What a sample of changes should stand on both sides of."""

    months: tuple[int, ...]
    days: tuple[int, ...]
    counts: tuple[int, ...]
    roles: tuple[str, ...]
    client_groups: tuple[str, ...]
    customers: tuple[str, ...]
    coupons: tuple[str, ...]


def vocabulary_of(book: Book) -> Vocabulary:
    """The vocabulary of a book; durations and counts with those next to them."""
    text = "\n".join(text for name, text in book.sources.items() if not name.endswith("catalog.yaml"))
    durations = [(int(number), unit) for number, unit in _DURATION.findall(text)]
    policy = book.document.policy
    codes = (code for plan in book.catalog.plans for code in plan.coupons or ())
    return Vocabulary(
        months=_beside(n * _MONTHS[unit] for n, unit in durations if unit in _MONTHS),
        days=_beside((policy.invoice_days_before, *(n * _DAYS[unit] for n, unit in durations if unit in _DAYS))),
        counts=_beside(_numbers(book.document.rules)),
        roles=tuple(dict.fromkeys(_ROLE.findall(text))),
        client_groups=tuple(dict.fromkeys(each.client_group for each in policy.clients if each.client_group)),
        customers=tuple(dict.fromkeys(each.customer for each in policy.clients if each.customer)),
        coupons=tuple(dict.fromkeys((*codes, "ANOTHER"))),
    )


def fact_values(fact: Fact, counts: tuple[int, ...]) -> tuple[FactValue, ...]:
    """Some values of a declared fact: all where they are few, else those that the rules compare with."""
    if isinstance(fact.type, Enum):
        return fact.type.members
    if isinstance(fact.default, bool):
        return (True, False)
    return tuple(dict.fromkeys((0, 1, *counts))) if isinstance(fact.default, int) else ()


def _beside(numbers: Iterator[int] | tuple[int, ...]) -> tuple[int, ...]:
    near = {number + step for number in numbers for step in (-1, 0, 1)}
    return tuple(sorted(each for each in near if each >= 0))


def _numbers(rules: tree.RuleFile) -> Iterator[int]:
    for rule in rules.rules:
        yield from _numbers_in(rule.when)
    for let in rules.lets:
        yield from _numbers_in(let.value)


def _numbers_in(expr: tree.Expr | None) -> Iterator[int]:
    if isinstance(expr, tree.Number) and expr.digits.isdigit():
        yield int(expr.digits)
    for part in tree.children(expr) if expr is not None else ():
        yield from _numbers_in(part)
