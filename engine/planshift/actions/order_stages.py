"""The stages of a plan that concern the order itself: records, what is called off, what waits, notices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from planshift.actions.change import Change, Draft
from planshift.actions.money_actions import TakeBack
from planshift.actions.order_actions import (
    Occasion,
    QueueChange,
    RecordApproval,
    RecordOverride,
    Reschedule,
    SendNotice,
    Unschedule,
)
from planshift.policy.term_values import Notices


def record(change: Change) -> Iterator[Draft]:
    """The record of objections that staff passed, and of the roles that agreed."""
    request = change.request
    passed = tuple(dict.fromkeys(reason.code for reason in change.decision.reasons if reason.overridden))
    if passed:
        reason = request.override_reason
        action = RecordOverride(passed=passed, by=request.by, person=request.person, reason=reason)
        yield Draft(id=action.kind, action=action)
    if request.approvals:
        agreed = RecordApproval(roles=request.approvals, by=request.by, person=request.person)
        yield Draft(id=agreed.kind, action=agreed)


def clear(change: Change) -> Iterator[Draft]:
    """The end of a change that waited: a new one takes its place."""
    pending = change.before.pending
    if pending is not None:
        plan, price, on = pending.to_plan, pending.to_price, pending.effective_on
        action = Unschedule(to_plan=plan, to_price=price, on=on)
        yield Draft(id=action.kind, action=action, undo=Reschedule(to_plan=plan, to_price=price, on=on))


def queues(change: Change) -> bool:
    """Whether the change waits behind another one."""
    return change.before.pending is not None and change.decision.word("pending") == "queue"


def queue(change: Change) -> Iterator[Draft]:
    """The place behind the change that waits."""
    pending = change.before.pending
    if pending is not None:
        action = QueueChange(
            to_plan=change.request.plan,
            to_price=change.request.price,
            behind_plan=pending.to_plan,
            behind_price=pending.to_price,
            after=pending.effective_on,
        )
        yield Draft(id=action.kind, action=action, undo=TakeBack(step=action.kind))


def cancellable_until(change: Change) -> date | None:
    """The last day on which the change can be called off; None when that has passed before it was asked for."""
    until = change.decision.cancellable_until
    return until if until is not None and until >= change.today else None


def tell(change: Change, about: Occasion) -> Iterator[Draft]:
    """A notice to everybody whom the policy names; blind copies go with the first."""
    value = change.decision.term("notify").value
    items = value.items if isinstance(value, Notices) else ()
    told = [item.kind for item in items if item.kind in ("client", "staff")]
    bcc = tuple(item.argument for item in items if item.kind == "bcc")
    template = next((item.argument for item in items if item.kind == "template"), "")
    if bcc and not told:
        told = [""]
    for number, to in enumerate(dict.fromkeys(told)):
        action = SendNotice(about=about, to=to, bcc=bcc if number == 0 else (), template=template)
        yield Draft(id=":".join(part for part in (action.kind, about, to) if part), action=action)
