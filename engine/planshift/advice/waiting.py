"""What waiting does: the subscription as it renews meanwhile, and the days on which an answer can change.

An answer depends on the day through some comparisons of the compiled form only. Between two days on which one of them
turns it stays the same, so it is asked for on those days, and on the days on which the subscription renews.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import final

from planshift.advice.conditions import against, columns, comparisons, cone, dated, reading_any, values
from planshift.advice.situation import Inquiry, Situation
from planshift.billing.calendar import to_day
from planshift.billing.subscription import Subscription
from planshift.billing.zones import midnight
from planshift.book import Decision
from planshift.rulebook.facts import LAST_DAY

LOOKED_AHEAD = 3 * 366
"""How many days are looked ahead. What lies further off is no advice."""

_MOST_RENEWALS = 60
_MOVED_BY_RENEWALS = frozenset(
    {
        "lost.usage",
        "subscription.account_credit",
        "subscription.debt",
        "subscription.paid",
        "subscription.period.end",
        "subscription.period.start",
        "subscription.renewals",
        "subscription.unpaid_invoices",
        "subscription.waiting",
    }
)
"""The columns that a renewal sets."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """Days on which the subscription stays as it is, and how often it has renewed before them."""

    subscription: Subscription
    renewals: int
    days: range


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """The first day on which a request is allowed, and how often the subscription renews until then."""

    situation: Situation
    decision: Decision
    renewals: int


def earliest(inquiry: Inquiry, situation: Situation, *, decision: Decision) -> Waited | None:
    """The first day after that of a request on which it is allowed, where waiting is all it takes."""
    reading = decision.reading
    moved = dated(reading) | _MOVED_BY_RENEWALS
    if "period_over" in {each.reason.code for each in against(decision)}:
        return None  # no later day helps: it has to be renewed
    if any(not columns(cone((each.holds,))) & moved for each in against(decision)):
        return None  # something stands against it that no day lifts
    nodes = comparisons(cone((reading.kernel.outputs["verdict"],)))
    turning = reading_any(nodes, dated(reading))
    for spell in spells(inquiry, situation):
        there = replace(situation, subscription=spell.subscription)
        before: object = None
        for day in spell.days:
            now = values(reading, turning, subscription=spell.subscription, request=situation.request, day=day)
            if now != before and (before is not None or spell.renewals):  # of today the answer is known
                asked = there.on(day, zone=inquiry.zone(spell.subscription))
                found = inquiry.decide(asked)
                if found is not None and found.allowed:
                    return Waited(situation=asked, decision=found, renewals=spell.renewals)
            before = now
    return None


def spells(inquiry: Inquiry, situation: Situation) -> Iterator[Spell]:
    """The subscription from the day of a request on, as it renews by itself, as far as can be told.

    Where a change waits, or a switch would make it another plan, the rest is not the same request any more.
    """
    subscription, in_force = situation.subscription, inquiry.book.document.policy.effective_from
    today = inquiry.today(situation)
    last = min(today + LOOKED_AHEAD, LAST_DAY)
    if situation.request.kind not in ("change", "cancel"):  # nothing renews meanwhile
        yield Spell(subscription=subscription, renewals=0, days=range(today, last))
        return
    if subscription.pending is not None:
        last = min(last, to_day(subscription.pending.effective_on))
    for renewals in range(_MOST_RENEWALS):
        end = to_day(subscription.period.end)
        yield Spell(subscription=subscription, renewals=renewals, days=range(today, min(end, last)))
        today = max(today, end)
        if today >= last:
            return
        # before the policy is in force nothing can change; what renewed until then is renewed by it afterwards
        first = max(today, to_day(in_force) if in_force is not None else 0)
        renewed = inquiry.renewed(subscription, at=midnight(first, inquiry.zone(subscription)))
        after = None if renewed is None else renewed.subscription_after()
        if after is None or (after.plan, after.price) != (subscription.plan, subscription.price):
            return
        subscription = after
