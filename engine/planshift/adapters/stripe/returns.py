"""Money that goes back on invoices that were made before: refunds of paid ones, reductions of open ones."""

from __future__ import annotations

from collections.abc import Iterable

import stripe

from planshift.actions.money_actions import ReduceDebt, Refund
from planshift.adapters.halting import refusal
from planshift.adapters.stripe.account import Account
from planshift.adapters.stripe.amounts import from_stripe, to_stripe
from planshift.adapters.stripe.calls import bounded
from planshift.adapters.stripe.lines import charge_again, described, opposite_of
from planshift.adapters.stripe.notes import credit_note, notes_by, reduction
from planshift.billing.money import Money
from planshift.execution.ports import Done, Task

Place = tuple[stripe.Invoice, int]
"""An invoice, and how much can go back on it."""


def refunded(account: Account, task: Task) -> Done | None:
    """Whether an amount was paid back."""
    return _given(account, task)


def refund(account: Account, task: Task) -> Done:
    """Pay an amount back from what was paid for the subscription: on the newest invoice that covers it, or several."""
    action = task.action
    assert isinstance(action, Refund)  # as the table of deeds says
    paid = _invoices(account, task, status="paid")
    places = [(invoice, invoice.amount_paid - invoice.post_payment_credit_notes_amount) for invoice in paid]
    for invoice, amount in _spread(account, task, places=places):
        credit_note(account, task, invoice=invoice, refunded=amount, memo=described(action.lines))
    return Done(reference=_first_note(account, task))


def debt_reduced(account: Account, task: Task) -> Done | None:
    """Whether an amount was taken off what is open."""
    return _given(account, task)


def reduce_debt(account: Account, task: Task) -> Done:
    """Take an amount off the open invoices of the subscription: the newest one that covers it, or several."""
    places = [(invoice, invoice.amount_remaining) for invoice in _invoices(account, task, status="open")]
    for invoice, amount in _spread(account, task, places=places):
        reduction(account, task, invoice=invoice, amount=amount)
    return Done(reference=_first_note(account, task))


def debt_restored(account: Account, task: Task) -> Done | None:
    """Whether no reduction of a step stands any more, or what stands is charged again with the next invoice."""
    if not notes_by(account, task, key=task.step.key) or opposite_of(account, task) is not None:
        return Done()
    return None


def restore_debt(account: Account, task: Task) -> Done:
    """Void the credit notes of a reduction. Those that settled their invoice cannot be: the next one charges them."""
    settled = 0
    for note in notes_by(account, task, key=task.step.key):
        invoice = account.client.v1.invoices.retrieve(str(note.invoice))
        if invoice.status == "open":
            options: stripe.RequestOptions = {"idempotency_key": bounded(f"{task.key}:{note.id}")}
            account.client.v1.credit_notes.void_credit_note(note.id, {}, options)
        else:
            settled += note.total
    if settled:
        charge_again(account, task, told="a reduction of debt", amount=from_stripe(settled, _amount(task)))
    return Done()


def _given(account: Account, task: Task) -> Done | None:
    notes = notes_by(account, task, key=task.key)
    return Done(reference=notes[0].id) if sum(note.total for note in notes) >= to_stripe(_amount(task)) else None


def _spread(account: Account, task: Task, *, places: Iterable[Place]) -> list[Place]:
    """How what is still to be given goes over some invoices: on one where one covers it.

    Raises:
        Halt: they do not cover it together.
    """
    notes = notes_by(account, task, key=task.key)
    used = {str(note.invoice) for note in notes}
    left = to_stripe(_amount(task)) - sum(note.total for note in notes)
    free = [(invoice, there) for invoice, there in places if there > 0 and invoice.id not in used]
    for invoice, there in free:
        if there >= left:
            return [(invoice, left)]
    if sum(there for _, there in free) < left:
        covered = from_stripe(sum(there for _, there in free), _amount(task))
        raise refusal(f"{_amount(task)} is to go back, but the Stripe invoices of the subscription cover {covered}")
    spread: list[Place] = []
    for invoice, there in free:
        part = min(there, left)
        left -= part
        spread += [(invoice, part)] if part else []
    return spread


def _invoices(account: Account, task: Task, *, status: str) -> list[stripe.Invoice]:
    """The invoices of the subscription in a state, the newest first."""
    subscription = account.subscription(task)
    if subscription is None:
        raise refusal("there is no Stripe subscription whose invoices it could be about")
    listed = account.client.v1.invoices.list({"subscription": subscription.id, "status": status, "limit": 100})
    return list(listed.auto_paging_iter())


def _first_note(account: Account, task: Task) -> str:
    return notes_by(account, task, key=task.key)[0].id


def _amount(task: Task) -> Money:
    action = task.step.action
    assert isinstance(action, Refund | ReduceDebt)  # as the table of deeds says
    return action.amount
