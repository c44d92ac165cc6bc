"""Deciding: one kernel call, wrapped into a decision; and the options of a subscription."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Generic, TypeVar, final

from planshift.billing.change import ChangeRequest, Remedies
from planshift.billing.subscription import Subscription
from planshift.billing.zones import local_day
from planshift.decision.decision import Decision
from planshift.rulebook.rulebook import Rulebook

Made = TypeVar("Made", bound=Decision)

_local_day = lru_cache(maxsize=4096)(local_day)  # a batch of decisions shares its instant


def decide(rulebook: Rulebook, subscription: Subscription, *, request: ChangeRequest, made_as: type[Made]) -> Made:
    """Decide one request for one subscription; both were checked against this book."""
    reading = rulebook.reading(subscription.timezone)
    today = _local_day(request.at, reading.zone)
    return made_as(rulebook, reading, subscription, request, today, reading.call(subscription, request, today))


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Options(Generic[Made]):
    """What a subscription can change to: other plans with all their prices, then other prices of the same plan.

    `hidden` are those that the policy refuses, with their reasons. An empty `entries` says that no control should be
    shown, and `reason` says why.
    """

    entries: tuple[Made, ...]
    hidden: tuple[Made, ...]
    reason: str = ""


def options(
    rulebook: Rulebook, subscription: Subscription, *, request: ChangeRequest, made_as: type[Made]
) -> Options[Made]:
    """Every other plan and price in the subscription's currency, as plain changes when and by whom `request` says."""
    plain = replace(
        request,
        kind="change",
        on=None,
        until=None,
        amount=None,
        discount=None,
        override=False,
        override_reason="",
        remedies=Remedies(),
    )

    def one(plan: str, price: str) -> Made:
        return decide(rulebook, subscription, request=replace(plain, plan=plan, price=price), made_as=made_as)

    shown: list[Made] = []
    hidden: list[Made] = []
    for found in _candidates(rulebook, subscription, one):
        (hidden if found.verdict == "denied" else shown).append(found)
    return Options(entries=tuple(shown), hidden=tuple(hidden), reason="" if shown else _why_empty(hidden))


def _candidates(rulebook: Rulebook, subscription: Subscription, one: Callable[[str, str], Made]) -> Iterator[Made]:
    """Other plans in the order of the catalog, then the other prices of the same plan."""
    rows = [(plan.name, price) for plan in rulebook.tables.catalog.plans for price in plan.prices]
    sold = [(name, price.id) for name, price in rows if subscription.currency in dict(price.amounts)]
    yield from (one(name, price) for name, price in sold if name != subscription.plan)
    yield from (one(name, price) for name, price in sold if name == subscription.plan and price != subscription.price)


def _why_empty(hidden: list[Made]) -> str:
    """The commonest objection, in words."""
    if not hidden:
        return "the catalog has no other plan or price in this currency"
    counts: dict[str, int] = {}
    for found in hidden:
        for text in dict.fromkeys(reason.code for reason in found.reasons):
            counts[text] = counts.get(text, 0) + 1
    code = max(counts, key=lambda key: counts[key])
    example = next(r for found in hidden for r in found.reasons if r.code == code)
    return f"every other plan and price is refused, most of them because: {example.text}"
