"""Payments of invoices: asked for, waited for, and given back."""

from __future__ import annotations

from typing import Final

import stripe

from planshift.actions.money_actions import AskPayment, AwaitPayment, ReturnPayment
from planshift.actions.plan import placed
from planshift.adapters.halting import Halt, refusal
from planshift.adapters.stripe.account import Account
from planshift.adapters.stripe.calls import bounded, mark, once
from planshift.adapters.stripe.invoices import UPCOMING
from planshift.adapters.stripe.notes import give, left_to_give, noted_back, put_mark
from planshift.adapters.stripe.subscriptions import update, updated
from planshift.execution.ports import Done, Outcome, Refused, Task, Waits

# The metadata of an invoice that say which task has asked for its payment, has waited for it, and has given it back.
_ASKED: Final = "planshift_asked"
_UNASKED: Final = "planshift_unasked"
_AWAITED: Final = "planshift_awaited"
_RETURNED: Final = "planshift_returned"


def asked(account: Account, task: Task) -> Done | None:
    """Whether the payment of a bill was asked for, or is made already."""
    reference = _reference(task)
    if reference.startswith(UPCOMING):
        return None if updated(account, task) is None else Done(reference=reference)
    invoice = account.client.v1.invoices.retrieve(reference)
    done = (invoice.status == "paid" and invoice.amount_paid > 0) or mark(invoice, _ASKED) == task.key
    return Done(reference=invoice.id) if done else None


def ask(account: Account, task: Task) -> Done:
    """Charge the stored means of payment, or send the invoice. What Stripe's renewal bills, it asks for by itself.

    A charge that is declined is the end of a change that does not wait for its payment. One that waits leaves the
    invoice open, so that the customer can pay it in another way.
    """
    reference = _reference(task)
    if reference.startswith(UPCOMING):
        update(account, task)
        return Done(reference=reference)
    invoice = account.client.v1.invoices.retrieve(reference)
    if invoice.status == "paid":  # by the customer's account, as soon as it was issued
        put_mark(account, task, invoice=invoice, name=_ASKED)
        return Done(reference=invoice.id)
    if invoice.status != "open":
        raise refusal(f"the Stripe invoice {invoice.id} is {invoice.status}, and cannot be paid")
    if account.settings.collection == "send_invoice":
        account.client.v1.invoices.send_invoice(invoice.id, {}, {"idempotency_key": bounded(task.key)})
        put_mark(account, task, invoice=invoice, name=_ASKED)
        return Done(reference=invoice.id)
    try:
        once(
            task.key,
            find=lambda: _paid(account, invoice.id),
            make=lambda options: account.client.v1.invoices.pay(invoice.id, {"off_session": True}, options),
            looked=True,
        )
    except stripe.CardError:
        if not _waited_for(task):
            raise
        put_mark(account, task, invoice=invoice, name=_ASKED)
    return Done(reference=invoice.id)


def unasked(account: Account, task: Task) -> Done | None:
    """Whether what came in by asking was given back."""
    if task.reference.startswith(UPCOMING):
        return updated(account, task)
    return _given(account, task, invoice=task.reference, name=_UNASKED)


def unask(account: Account, task: Task) -> Done:
    """Give back what came in by asking, and was not given back yet. The invoice itself goes with its own step."""
    if task.reference.startswith(UPCOMING):
        return update(account, task)
    return _give(account, task, invoice=task.reference, name=_UNASKED)


def awaited(account: Account, task: Task) -> Done | None:
    """Whether the wait for a payment is over."""
    invoice = account.client.v1.invoices.retrieve(_reference(task))
    return Done(reference=invoice.id) if mark(invoice, _AWAITED) == task.key else None


def wait(account: Account, task: Task) -> Outcome:
    """Look whether the bill is paid; after its last day it is too late."""
    action = task.action
    assert isinstance(action, AwaitPayment)  # as the table of deeds says
    invoice = account.client.v1.invoices.retrieve(_reference(task))
    if invoice.status == "paid":
        put_mark(account, task, invoice=invoice, name=_AWAITED)
        return Done(reference=invoice.id)
    if invoice.status in ("void", "uncollectible"):
        raise refusal(f"the Stripe invoice {invoice.id} is {invoice.status}, and will not be paid")
    last = action.expires_on
    if last is None:
        return Waits(why=f"the Stripe invoice {invoice.id} is not paid yet")
    if task.today > last:
        raise Halt(Refused(why=f"the Stripe invoice {invoice.id} was not paid by {last}", expired=True))
    return Waits(why=f"the Stripe invoice {invoice.id} is not paid yet", until=task.over_at(last))


def returned(account: Account, task: Task) -> Done | None:
    """Whether what came in for a bill was paid back."""
    return _given(account, task, invoice=_reference(task), name=_RETURNED)


def give_back(account: Account, task: Task) -> Done:
    """Pay back what came in for a bill, to where it came from."""
    return _give(account, task, invoice=_reference(task), name=_RETURNED)


def _given(account: Account, task: Task, *, invoice: str, name: str) -> Done | None:
    found = account.client.v1.invoices.retrieve(invoice)
    return Done(reference=found.id) if noted_back(account, task, invoice=found, name=name) else None


def _give(account: Account, task: Task, *, invoice: str, name: str) -> Done:
    found = account.client.v1.invoices.retrieve(invoice)
    refunded = left_to_give(account, found)[0] if found.status == "paid" else 0
    give(account, task, invoice=found, name=name, refunded=refunded)
    return Done(reference=found.id)


def _reference(task: Task) -> str:
    """The Stripe invoice that the action is about, by the step that issued it."""
    action = task.action
    assert isinstance(action, AskPayment | AwaitPayment | ReturnPayment)  # as the table of deeds says
    found = task.references.get(action.invoice, "")
    if not found:
        raise refusal(f"the step `{action.invoice}` has no Stripe invoice")
    return found


def _paid(account: Account, invoice: str) -> stripe.Invoice | None:
    found = account.client.v1.invoices.retrieve(invoice)
    return found if found.status == "paid" else None


def _waited_for(task: Task) -> bool:
    action = task.action
    assert isinstance(action, AskPayment)  # asked about no other
    waits = (each.step.action for each in placed(task.plan.steps))
    return any(isinstance(each, AwaitPayment) and each.invoice == action.invoice for each in waits)
