"""Where no road leads to the plan asked for: the roads at both ends, and the changes that get there one by one.

Whether there is a road between two plans is what the book decides: a change between them that no reason of the ladder
stands against.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import final

from planshift.advice.answer import Road, Roads
from planshift.advice.conditions import against
from planshift.advice.situation import Inquiry, Situation
from planshift.advice.waiting import earliest
from planshift.billing.catalog import Plan
from planshift.billing.change import Remedies
from planshift.billing.zones import midnight
from planshift.book import Decision
from planshift.decision.places import NO_PLACE, road_places

ROAD_CODES = frozenset(
    {"no_road", "same_level", "may_not_leave", "may_not_arrive", "not_adjacent", "same_module", "same_interval"}
)
"""The reasons that say of two plans or prices that no road leads from the one to the other."""

_MOST_HOPS = 3
_MOST_STATES = 12


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Stop:
    """Where a row of changes has come to."""

    hops: tuple[Decision, ...]
    situation: Situation

    @property
    def day(self) -> date:
        """When the last change takes effect."""
        return max(hop.effective_on for hop in self.hops if hop.effective_on is not None)


def roads_of(inquiry: Inquiry, situation: Situation, *, decision: Decision) -> Roads | None:
    """The roads at both ends of a change that none leads through, as far as they tell something; None otherwise."""
    if situation.request.kind != "change" or not ROAD_CODES & {each.reason.code for each in against(decision)}:
        return None
    plans = inquiry.book.catalog.plans
    near = _neighbours(inquiry)
    held, asked = situation.subscription.plan, situation.request.plan
    leaving = [_road(inquiry, situation, to=plan) for plan in plans if plan.name != held and (held, plan.name) in near]
    arriving = [
        _road(inquiry, _beside(situation, plan), to=inquiry.book.rulebook.plans[asked], told=plan)
        for plan in plans
        if plan.name not in (held, asked) and (plan.name, asked) in near and plan.prices
    ]
    chain = _chain(inquiry, situation)
    if any(road is not None and road.plan == asked for road in leaving):
        return Roads(chain=chain) if chain else None  # it is the price that no road leads to
    return Roads(leaving=tuple(filter(None, leaving)), arriving=tuple(filter(None, arriving)), chain=chain)


def _neighbours(inquiry: Inquiry) -> frozenset[tuple[str, str]]:
    """The pairs of plans that a group holds or a path joins: between others there is never a road."""
    ladder, plans = inquiry.book.rulebook.ladder, inquiry.book.catalog.plans
    pairs = {(road.origin, road.target) for road in ladder.roads}
    for group in ladder.groups:
        members = [member.plan for member in group.members]
        pairs |= {(a, b) for a in members for b in members if a != b}
    return frozenset((plans[a].name, plans[b].name) for a, b in pairs)


def _beside(situation: Situation, plan: Plan) -> Situation:
    """The same person with another plan, as if it had just begun."""
    held = situation.subscription
    price = next((price for price in plan.prices if price.id == held.price), plan.prices[0])
    other = replace(
        held,
        plan=plan.name,
        price=price.id,
        amount=None,
        paid=None,
        given_back=0,
        debt=0,
        older_debt=0,
        waiting=0,
        contract=None,
        pending=None,
        paid_through=None,
    )
    return replace(situation, subscription=other)


def _road(inquiry: Inquiry, situation: Situation, *, to: Plan, told: Plan | None = None) -> Road | None:
    """The road to a plan by one of its prices, if there is one; `told` is the plan at the other end."""
    for price in _prices(to, situation):
        found = inquiry.decide(_asking(situation, plan=to.name, price=price))
        if found is not None and not ROAD_CODES & {each.reason.code for each in against(found)}:
            end = told or to
            place = next(iter(road_places(found)), NO_PLACE)
            return Road(plan=end.name, title=end.title, direction=found.direction, place=place)
    return None


def _prices(plan: Plan, situation: Situation) -> list[str]:
    """The prices of a plan in the currency of the subscription: that of the request first, then the present one's."""
    sold = [price.id for price in plan.prices if situation.subscription.currency in dict(price.amounts)]
    wanted = (situation.request.price, situation.subscription.price)
    return sorted(sold, key=lambda price: wanted.index(price) if price in wanted else len(wanted))


def _asking(situation: Situation, *, plan: str, price: str) -> Situation:
    """A plain change, at the same instant and by the same person."""
    asked = replace(
        situation.request,
        plan=plan,
        price=price,
        on=None,
        quantity=None,
        bill_day=0,
        amount=None,
        discount=None,
        override=False,
        override_reason="",
        remedies=Remedies(),
    )
    return replace(situation, request=asked)


def _chain(inquiry: Inquiry, situation: Situation) -> tuple[Decision, ...]:
    """The fewest changes that lead to the plan asked for, and of those the soonest; empty where there are none."""
    goal = situation.request.plan
    steps_to = _distances(_neighbours(inquiry), goal)
    frontier = [_Stop(hops=(), situation=situation)]
    for hops in range(1, _MOST_HOPS + 1):
        reached: dict[tuple[str, str], _Stop] = {}
        for stop in frontier:
            for there in _hops(inquiry, stop, steps_to=steps_to, left=_MOST_HOPS - hops):
                state = there.hops[-1].request.plan, there.hops[-1].request.price
                if state not in reached or there.day < reached[state].day:
                    reached[state] = there
        done = [stop for (plan, _), stop in reached.items() if plan == goal]
        if done and hops > 1:
            wanted = situation.request.price
            return min(done, key=lambda stop: (stop.hops[-1].request.price != wanted, stop.day)).hops
        soonest = sorted(reached.values(), key=lambda stop: stop.day)
        frontier = [stop for stop in soonest if stop.hops[-1].request.plan != goal][:_MOST_STATES]
    return ()


def _distances(near: frozenset[tuple[str, str]], goal: str) -> dict[str, int]:
    """How many roads lie between each plan and the goal at least, were all of them open."""
    found, edge, distance = {goal: 0}, {goal}, 0
    while edge:
        distance += 1
        edge = {a for a, b in near if b in edge} - found.keys()
        found |= dict.fromkeys(edge, distance)
    return found


def _hops(inquiry: Inquiry, stop: _Stop, *, steps_to: dict[str, int], left: int) -> Iterator[_Stop]:
    """Everything that one more change leads to from which the goal can still be reached, as soon as it is allowed."""
    held = stop.situation.subscription
    for plan in inquiry.book.catalog.plans:
        if steps_to.get(plan.name, left + 1) > left:
            continue
        for price in _prices(plan, stop.situation):
            if (plan.name, price) == (held.plan, held.price):
                continue
            found = _soonest(inquiry, _asking(stop.situation, plan=plan.name, price=price))
            if found is not None and found.effective_on is not None:
                begun = midnight(found.value("effective"), inquiry.zone(held))
                request = replace(stop.situation.request, at=max(found.request.at, begun))
                there = Situation(subscription=found.subscription_after(), request=request)
                yield _Stop(hops=(*stop.hops, found), situation=there)


def _soonest(inquiry: Inquiry, asked: Situation) -> Decision | None:
    """The change as soon as it is allowed: at once, or on a later day."""
    found = inquiry.decide(asked)
    if found is None or found.allowed:
        return found
    if ROAD_CODES & {each.reason.code for each in against(found)}:
        return None
    waited = earliest(inquiry, asked, decision=found)
    return None if waited is None else waited.decision
