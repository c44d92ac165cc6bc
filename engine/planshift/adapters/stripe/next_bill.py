"""The next regular bill of a subscription at Stripe: what is left for it, and the day that it falls on."""

from __future__ import annotations

from planshift.actions.bills import negated
from planshift.actions.money_actions import AddToNextInvoice, BumpRenewal, DiscountNextInvoice, ExtendPeriod
from planshift.adapters.stripe.account import Account
from planshift.adapters.stripe.lines import leave_pending, pending_is_back, pending_of, take_pending_back
from planshift.adapters.stripe.subscriptions import move_bill
from planshift.billing.money import Money
from planshift.execution.ports import Done, Task

NextInvoice = AddToNextInvoice | DiscountNextInvoice


def added(account: Account, task: Task) -> Done | None:
    """Whether lines were left for the next regular invoice."""
    found = pending_of(account, task)
    return None if found is None else Done(reference=found.id)


def add(account: Account, task: Task) -> Done:
    """Leave lines for the next regular invoice of the subscription."""
    action = _next_invoice(task)
    lines = negated(action.lines) if isinstance(action, DiscountNextInvoice) else action.lines
    return Done(reference=leave_pending(account, task, lines=lines, total=_billed(action)).id)


def dropped(account: Account, task: Task) -> Done | None:
    """Whether lines left for the next invoice are gone again."""
    return Done() if pending_is_back(account, task) else None


def drop(account: Account, task: Task) -> Done:
    """Drop lines that were left for the next invoice."""
    item = pending_of(account, task)
    if item is not None:
        take_pending_back(account, task, item=item, like=-_billed(_next_invoice(task)))
    return Done()


def extend(account: Account, task: Task) -> Done:
    """Give time: put the next regular bill on the day up to which it was given or, undone, back where it was."""
    action = task.step.action
    assert isinstance(action, ExtendPeriod)  # as the table of deeds says
    return move_bill(account, task, to=task.before.period.end if task.undoing else action.ends_on)


def bump(account: Account, task: Task) -> Done:
    """Put the next regular bill on another day."""
    action = task.action
    assert isinstance(action, BumpRenewal)  # as the table of deeds says
    return move_bill(account, task, to=action.to_day)


def _next_invoice(task: Task) -> NextInvoice:
    action = task.step.action
    assert isinstance(action, AddToNextInvoice | DiscountNextInvoice)  # as the table of deeds says
    return action


def _billed(action: NextInvoice) -> Money:
    """What the next invoice grows by."""
    return action.total if isinstance(action, AddToNextInvoice) else -action.amount
