"""How orders of one subscription stand to each other. Pure."""

from __future__ import annotations

from datetime import date

from planshift.actions.order_actions import QueueChange, Unschedule
from planshift.actions.plan import ActionPlan
from planshift.execution.order import Order, Placement
from planshift.execution.upcoming import locks_at, schedule_of


def queues_behind(plan: ActionPlan, other: Order) -> bool:
    """Whether a plan waits for another order to be over."""
    queued = (step.action for step in plan.steps if isinstance(step.action, QueueChange))
    return any(waits_for(other, action.behind_plan, price=action.behind_price, on=action.after) for action in queued)


def replaces(plan: ActionPlan, other: Order, *, at: int) -> bool:
    """Whether a plan calls another order off, which can still be called off at an instant."""
    if other.stuck or other.state == "locked" or at >= locks_at(other):
        return False
    cleared = (step.action for step in plan.steps if isinstance(step.action, Unschedule))
    return any(waits_for(other, action.to_plan, price=action.to_price, on=action.on) for action in cleared)


def waits_for(order: Order, plan: str, *, price: str, on: date) -> bool:
    """Whether an order is about a change to a plan and price that is in force from a day on."""
    target = order.plan.to_plan
    named = (target.plan, target.price) if target is not None else ("", "")
    return named == (plan, price) and order.effective_on == on


def waits_quietly(order: Order, *, beside: Placement) -> bool:
    """Whether an order stands in nobody's way: its change is in force and a credit is held, or a renewal passes it."""
    if order.stuck or order.undoing is not None:
        return False
    keeper = schedule_of(order)
    if keeper is None:
        return order.state == "locked" and all(each.over or each.within for each in order.steps)
    return (
        beside.kind == "renew"
        and keeper.state == "done"
        and not any(each.over or each.state == "started" for each in order.steps if each.within)
    )
