"""Plans at Kill Bill: changed, ended, begun, and put back, each found again by the comment on its event."""

from __future__ import annotations

import json
from typing import Final

from planshift.actions.plan_actions import ChangeTerm, EndPlan, StartPlan
from planshift.adapters.halting import refusal
from planshift.adapters.killbill.api import KillBill, Thing
from planshift.adapters.killbill.checking import difference
from planshift.adapters.killbill.notes import note, noted
from planshift.adapters.killbill.settings import KillBillPlan
from planshift.execution.ports import Done, Task

_DIFFERENCE: Final = " difference="


def changed(killbill: KillBill, task: Task) -> Done | None:
    """Whether a plan was changed, begun or ended by a task."""
    subscription = killbill.subscription(task)
    event = None if subscription is None else _event(subscription, key=task.key)
    return None if subscription is None or event is None else _done(subscription, told=event[1])


def start(killbill: KillBill, task: Task) -> Done:
    """Put the subscription on a plan or, where nothing ran before, begin it."""
    plan = _target(killbill, task)
    if task.plan.from_plan is None:
        return _begin(killbill, task, plan=plan)
    return _change(killbill, task, plan=plan, checked=True)


def end(killbill: KillBill, task: Task) -> Done:
    """End a plan. Where another takes its place, the start of that one changes the subscription: it is only noted."""
    action = task.step.action
    assert isinstance(action, EndPlan)  # as the table of deeds says
    if task.plan.to_plan is not None:
        return note(killbill, task)
    if action.until is not None:
        raise refusal("Kill Bill pauses bundles, not plans: a plan that ends up to a day is not its own")
    found = difference(killbill, task, action="STOP_BILLING", plan=None)
    return _cancel(killbill, task, told=_told(task, found))


def ended(killbill: KillBill, task: Task) -> Done | None:
    """Whether a plan was ended."""
    return noted(killbill, task) if task.plan.to_plan is not None else changed(killbill, task)


def put_back(killbill: KillBill, task: Task) -> Done:
    """Take a change back: one that is ahead is undone, one that is in force is followed by the change back."""
    subscription = killbill.running(task)
    if task.plan.from_plan is None:
        return _cancel(killbill, task, told=task.key)
    event = _event(subscription, key=task.step.key)
    if event is not None and event[0]["effectiveDate"][:10] > task.today.isoformat():
        killbill.send("PUT", f"subscriptions/{subscription['subscriptionId']}/undoChangePlan", task=task)
        return _done(subscription, told=task.key)
    before = task.before
    return _change(killbill, task, plan=killbill.settings.plan(before.plan, before.price), checked=False)


def is_back(killbill: KillBill, task: Task) -> Done | None:
    """Whether a change was taken back: another followed it, or it is not there any more."""
    subscription = killbill.subscription(task)
    if subscription is None:
        return None
    gone = _event(subscription, key=task.step.key) is None
    return _done(subscription, told=task.key) if gone or _event(subscription, key=task.key) is not None else None


def resume(killbill: KillBill, task: Task) -> Done:
    """Let a plan that was ended run on, as long as its end is ahead."""
    subscription = killbill.running(task)
    if task.plan.to_plan is not None:
        return note(killbill, task)
    event = _event(subscription, key=task.step.key)
    if event is not None and event[0]["effectiveDate"][:10] <= task.today.isoformat():
        raise refusal("Kill Bill does not take up a subscription again that has ended: a person has to begin a new one")
    killbill.send("PUT", f"subscriptions/{subscription['subscriptionId']}/uncancel", task=task)
    return _done(subscription, told=task.key)


def resumed(killbill: KillBill, task: Task) -> Done | None:
    """Whether a plan that was ended runs on."""
    return noted(killbill, task) if task.plan.to_plan is not None else is_back(killbill, task)


def difference_of(task: Task) -> int | None:
    """What the change of a task's plan has to be adjusted by; None while the change is not made."""
    for step in ("start_plan", "change_term", "end_plan"):
        reference = task.references.get(step, "")
        if _DIFFERENCE in reference:
            return int(reference.partition(_DIFFERENCE)[2])
    return None


def _target(killbill: KillBill, task: Task) -> KillBillPlan:
    action = task.action
    assert isinstance(action, StartPlan | ChangeTerm)  # as the table of deeds says
    quantity = action.quantity if isinstance(action, StartPlan) else action.to_quantity
    if quantity != 1 or action.amount is not None or action.discount is not None:
        raise refusal("Kill Bill's plan is told by its catalog: no quantity, agreed price or coupon goes with it")
    price = action.price if isinstance(action, StartPlan) else action.to_price
    return killbill.settings.plan(action.plan, price)


def _change(killbill: KillBill, task: Task, *, plan: KillBillPlan, checked: bool) -> Done:
    subscription = killbill.running(task)
    found = difference(killbill, task, action="CHANGE", plan=plan) if checked else 0
    on = max(task.plan.effective_on, task.today) if task.undoing else task.plan.effective_on
    told = _told(task, found)
    killbill.send(
        "PUT",
        f"subscriptions/{subscription['subscriptionId']}",
        task=task,
        body=json.dumps(_plan_fields(plan)),
        comment=told,
        requestedDate=on.isoformat(),
        billingPolicy="IMMEDIATE",
        callCompletion="true",
    )
    return _done(subscription, told=told)


def _begin(killbill: KillBill, task: Task, *, plan: KillBillPlan) -> Done:
    found = difference(killbill, task, action="START_BILLING", plan=plan)
    told, on = _told(task, found), task.plan.effective_on.isoformat()
    fields = {**_plan_fields(plan), "accountId": killbill.account(task), "externalKey": task.plan.subscription}
    query = {"entitlementDate": on, "billingDate": on, "callCompletion": "true"}
    killbill.send("POST", "subscriptions", task=task, body=json.dumps(fields), comment=told, **query)
    return _done(killbill.running(task), told=told)


def _cancel(killbill: KillBill, task: Task, *, told: str) -> Done:
    subscription = killbill.running(task)
    killbill.send(
        "DELETE",
        f"subscriptions/{subscription['subscriptionId']}",
        task=task,
        comment=told,
        requestedDate=task.plan.effective_on.isoformat(),
        entitlementPolicy="IMMEDIATE",
        billingPolicy="IMMEDIATE",
        useRequestedDateForBilling="true",
        callCompletion="true",
    )
    return _done(subscription, told=told)


def _plan_fields(plan: KillBillPlan) -> dict[str, str]:
    return {
        "productName": plan.product,
        "productCategory": plan.category,
        "billingPeriod": plan.billing_period,
        "priceList": plan.price_list,
    }


def _event(subscription: Thing, *, key: str) -> tuple[Thing, str] | None:
    """The event of a subscription that was made under a key, with what its comment says."""
    for event in subscription.get("events") or ():
        for log in event.get("auditLogs") or ():
            told = str(log.get("comments") or "")
            if told.partition(_DIFFERENCE)[0] == key:
                return event, told
    return None


def _told(task: Task, found: int) -> str:
    """The comment of a change: its key, and by how much it has to be adjusted."""
    return f"{task.key}{_DIFFERENCE}{found}"


def _done(subscription: Thing, *, told: str) -> Done:
    return Done(reference=f"{subscription['subscriptionId']}{''.join(told.partition(_DIFFERENCE)[1:])}")
