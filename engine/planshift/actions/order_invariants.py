"""Invariants about the steps themselves: each once, in an order that works, undoable, on days that make sense."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Final

from planshift.actions.action import UNDONE_BY, Schedule, Step
from planshift.actions.money_actions import (
    AddToInvoiceRun,
    AddToNextInvoice,
    AwaitPayment,
    DiscountNextInvoice,
    IssueInvoice,
)
from planshift.actions.plan import ActionPlan, Placed, placed
from planshift.billing.calendar import from_day

_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")
_SECONDS_PER_DAY: Final = 86_400
_LAST_INSTANT: Final = 253_402_300_799  # the end of the year 9999


def each_step_once(plan: ActionPlan) -> Iterator[str]:
    """Ids and keys are unique, and a key is the one that order, quote and position give."""
    found = tuple(placed(plan.steps))
    for name, count in Counter(each.step.id for each in found).items():
        if count > 1:
            yield f"{count} steps have the id `{name}`"
    for each in found:
        if each.step.key != plan.key(each.step, each.position):
            yield f"the key of `{each.step.id}` is not the one that its place in the plan gives"


def each_effect_once(plan: ActionPlan) -> Iterator[str]:
    """No two steps do exactly the same thing."""
    first: dict[object, str] = {}
    for each in placed(plan.steps):
        known = first.setdefault(each.step.action, each.step.id)
        if known != each.step.id:
            yield f"`{each.step.id}` does again what `{known}` does"


def order_respects_needs(plan: ActionPlan) -> Iterator[str]:
    """A step needs only steps that stand before it, beside it: so needs exist and never run in a circle."""
    for each in placed(plan.steps):
        beside = [step.id for step in each.beside]
        before = set(beside[: each.beside.index(each.step)])
        for need in each.step.needs:
            if need not in beside:
                yield f"`{each.step.id}` needs `{need}`, which is not there"
            elif need not in before:
                circle = " and needs it in turn" if _reaches(each.beside, need, each.step.id) else ""
                yield f"`{each.step.id}` needs `{need}`, which comes later{circle}"


def _reaches(steps: tuple[Step, ...], start: str, goal: str) -> bool:
    """Whether `start` needs `goal`, directly or through others."""
    needs = {step.id: step.needs for step in steps}
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name == goal:
            return True
        if name not in seen:
            seen.add(name)
            waiting += needs.get(name, ())
    return False


def steps_can_be_undone(plan: ActionPlan) -> Iterator[str]:
    """A step does something that plans do, and is undone by what undoes that."""
    for each in placed(plan.steps):
        kind, undo = each.step.action.kind, each.step.undo
        if kind not in UNDONE_BY:
            yield f"`{each.step.id}` is a step, but `{kind}` only undoes one"
            continue
        expected, found = UNDONE_BY[kind], None if undo is None else undo.kind
        if found != expected:
            yield f"`{each.step.id}` is undone by {_named(found)}, but {_named(expected)} undoes {_one(kind)}"


def _named(kind: str | None) -> str:
    return "nothing" if kind is None else f"`{kind}`"


def _one(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} `{kind}`"


def nothing_in_the_past(plan: ActionPlan) -> Iterator[str]:
    """Nothing waits for a day, falls due or runs out before the plan was decided, or before the day it is kept for."""
    for each in placed(plan.steps):
        floor, action, name = _floor(plan, each), each.step.action, each.step.id
        if isinstance(action, Schedule):
            if action.on <= floor:
                yield f"`{name}` waits for {action.on}, which is not after {floor}"
            last = action.cancellable_until
            if last is not None and not floor <= last <= action.on:
                yield f"`{name}` can be called off until {last}, which is not between {floor} and {action.on}"
        if isinstance(action, IssueInvoice) and action.due_on < floor:
            yield f"`{name}` falls due on {action.due_on}, before {floor}"
        if isinstance(action, AddToInvoiceRun | AddToNextInvoice | DiscountNextInvoice) and action.on < floor:
            yield f"`{name}` is for a bill of {action.on}, before {floor}"
        if isinstance(action, AwaitPayment) and action.expires_on is not None and action.expires_on < floor:
            yield f"`{name}` runs out on {action.expires_on}, before {floor}"


def _floor(plan: ActionPlan, each: Placed) -> date:
    """The earliest day on which the step can be done."""
    days = [keeper.action.on for keeper in each.within if isinstance(keeper.action, Schedule)]
    return max((plan.quote.decided_on, *days))


def quote_is_whole(plan: ActionPlan) -> Iterator[str]:
    """A plan tells the decision it was made from: a fingerprint, an instant with its day, and until when it holds."""
    quote = plan.quote
    if not _FINGERPRINT.fullmatch(quote.fingerprint):
        yield "the plan does not tell which decision it was made from"
    if not 0 <= quote.computed_at <= _LAST_INSTANT:
        yield "the plan does not tell for which instant it was decided"
    # a local day and the day in UTC are never more than one day apart
    elif abs((from_day(quote.computed_at // _SECONDS_PER_DAY) - quote.decided_on).days) > 1:
        yield f"the plan says that it was decided on {quote.decided_on}, which is not the day of its instant"
    if quote.request.at != quote.computed_at:
        yield "the request of the quote is of another instant than its figures"
    if quote.valid_until <= quote.computed_at:
        yield "the quote ended before it was made"
