"""The end of a subscription at Stripe, its pause, and what takes them back."""

from __future__ import annotations

from planshift.actions.plan_actions import EndPlan
from planshift.adapters.halting import refusal
from planshift.adapters.stripe.account import Account, runs
from planshift.adapters.stripe.subscriptions import create, had, put, update, updated
from planshift.execution.ports import Done, Task


def ended(account: Account, task: Task) -> Done | None:
    """Whether a plan was ended."""
    if _until_cancelled(task):
        return _gone(account, task)
    return updated(account, task)


def end(account: Account, task: Task) -> Done:
    """End a Stripe subscription, or pause its bills up to a day: without a bill, and without credit for its rest.

    Where another plan takes its place, the start of that one changes the subscription: here it is only noted.
    """
    action = _end_of(task)
    if _until_cancelled(task):
        return _cancel(account, task)
    if action.until is None:
        return update(account, task)
    resumes_at = account.instant(action.until, task)
    return update(account, task, change={"pause_collection": {"behavior": "void", "resumes_at": resumes_at}})


def resume(account: Account, task: Task) -> Done:
    """Let the plan that was ended run on: taken up after its pause, or begun anew where it was cancelled.

    A Stripe subscription that is cancelled stays so. Its successor bills from the day on which the old one would have.
    """
    found = account.subscription(task)
    if found is None:
        raise refusal("there is no Stripe subscription to take up again")
    if not runs(found):
        return create(account, task, wanted=had(task))
    return update(account, task, change=None if found.pause_collection is None else {"pause_collection": ""})


def withdrawn(account: Account, task: Task) -> Done | None:
    """Whether a start was taken away."""
    return _gone(account, task) if task.plan.from_plan is None else updated(account, task)


def withdraw(account: Account, task: Task) -> Done:
    """Take a start away: what it replaced is put back, what began with it is cancelled."""
    return _cancel(account, task) if task.plan.from_plan is None else put(account, task, wanted=had(task))


def _end_of(task: Task) -> EndPlan:
    action = task.step.action
    assert isinstance(action, EndPlan)  # as the table of deeds says
    return action


def _until_cancelled(task: Task) -> bool:
    """Whether an end is for good."""
    return task.plan.to_plan is None and _end_of(task).until is None


def _gone(account: Account, task: Task) -> Done | None:
    found = account.subscription(task)
    return Done(reference=found.id) if found is not None and not runs(found) else None


def _cancel(account: Account, task: Task) -> Done:
    # Stripe takes no idempotency key for what it deletes: whether it was done is seen by the subscription's state.
    gone = account.client.v1.subscriptions.cancel(account.running(task).id, {"invoice_now": False, "prorate": False})
    return Done(reference=gone.id)
