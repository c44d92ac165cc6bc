"""Deciding: one kernel call, wrapped into a decision; and the options of a subscription."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Generic, Literal, TypeVar, final

from planshift.billing.change import ChangeRequest, Remedies
from planshift.billing.subscription import Subscription
from planshift.billing.zones import local_day
from planshift.decision.decision import Decision
from planshift.rulebook.rulebook import Rulebook

Made = TypeVar("Made", bound=Decision)

Half = Literal["plans", "terms"]
"""Other plans, or other prices of the present plan."""

_NOTHING: dict[Half | None, tuple[str, str]] = {
    None: ("no upgrade options", "other plan and price"),
    "plans": ("no upgrade options", "other plan"),
    "terms": ("no other terms", "other price of this plan"),
}
"""What a person reads first where there is nothing, and what all of it is."""

_local_day = lru_cache(maxsize=4096)(local_day)  # a batch of decisions shares its instant


def decide(rulebook: Rulebook, subscription: Subscription, *, request: ChangeRequest, made_as: type[Made]) -> Made:
    """Decide one request for one subscription; both were checked against this book."""
    if request.kind == "renew":
        return _renew(rulebook, subscription, request=request, made_as=made_as)
    reading = rulebook.reading(subscription.timezone)
    today = _local_day(request.at, reading.zone)
    return made_as(rulebook, reading, subscription, request, today, reading.call(subscription, request, today))


def _renew(rulebook: Rulebook, subscription: Subscription, *, request: ChangeRequest, made_as: type[Made]) -> Made:
    """The same for a renewal, which finds its target: the decision's request names it."""
    reading = rulebook.renewals(subscription.timezone)
    today = _local_day(request.at, reading.zone)
    raw = reading.call(subscription, request, today)
    target = reading.constants["target"] if "target" in reading.constants else raw[reading.positions["target"]]
    plan, price = rulebook.tables.rows[int(target)]
    return made_as(rulebook, reading, subscription, replace(request, plan=plan.name, price=price.id), today, raw)


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

    @property
    def other_plans(self) -> tuple[Made, ...]:
        """What is offered of other plans."""
        return self.only("plans").entries

    @property
    def other_terms(self) -> tuple[Made, ...]:
        """What is offered of other prices of the present plan."""
        return self.only("terms").entries

    def only(self, half: Half) -> Options[Made]:
        """One half of it: other plans, or other prices of the present plan, with its own reason where it is empty."""
        entries, hidden = (
            tuple(each for each in found if (each.request.plan == each.subscription.plan) == (half == "terms"))
            for found in (self.entries, self.hidden)
        )
        return Options(entries=entries, hidden=hidden, reason="" if entries else _why_empty(hidden, half=half))


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


def _why_empty(hidden: Sequence[Made], *, half: Half | None = None) -> str:
    """Why there is nothing: no road at all, or the commonest objection in words."""
    nothing, all_of_it = _NOTHING[half]
    if not hidden:
        return f"{nothing}: the catalog has no {all_of_it} in this currency"
    plans = [found for found in hidden if found.request.plan != found.subscription.plan]
    left = plans[0].from_plan if plans else None
    if left is not None and all(any(reason.code == "no_road" for reason in found.reasons) for found in plans):
        return f"{nothing}: no group and no path leads from {left.title} to another plan"
    counts: dict[str, int] = {}
    for found in hidden:
        for code in dict.fromkeys(reason.code for reason in found.reasons):
            counts[code] = counts.get(code, 0) + 1
    code = max(counts, key=lambda key: counts[key])
    example = next(r for found in hidden for r in found.reasons if r.code == code)
    most = "because" if counts[code] == len(hidden) else "most of them because"
    return f"{nothing}: every {all_of_it} is refused, {most}: {example.text}"
