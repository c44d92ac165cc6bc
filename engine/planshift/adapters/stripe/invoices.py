"""Invoices: drafted, filled line by line, checked, and only then finalised. Before that nothing has happened.

An invoice of planshift's holds exactly the lines of the decision. Where Stripe's own renewal bills the first period of
a change, only the other lines are added, to that renewal's invoice.
"""

from __future__ import annotations

from typing import Final

import stripe
from stripe.params import InvoiceCreateParams

from planshift.actions.money_actions import AddToInvoiceRun, BillLine, IssueInvoice
from planshift.adapters.halting import refusal
from planshift.adapters.stripe.account import Account, runs
from planshift.adapters.stripe.amounts import from_stripe, to_stripe
from planshift.adapters.stripe.calls import KEY, mark, marked, marks, once, since
from planshift.adapters.stripe.lines import (
    item_of,
    leave_pending,
    pending_is_back,
    pending_of,
    take_pending_back,
)
from planshift.adapters.stripe.notes import give, left_to_give, noted_back, voided
from planshift.adapters.stripe.regular import compare, own_lines, stripe_bills
from planshift.adapters.stripe.subscriptions import update, updated
from planshift.billing.money import Money
from planshift.execution.ports import Done, Task

UPCOMING: Final = "upcoming:"
"""What the reference of a bill begins with that Stripe makes itself, at its next renewal of the subscription."""

BACK: Final = "planshift_taken_back"
"""The metadata of an invoice that says by which task it was taken back."""

_LINE: Final = "planshift_line"

Bill = IssueInvoice | AddToInvoiceRun


def issued(account: Account, task: Task) -> Done | None:
    """Whether a bill was issued, put down for its day, or left to Stripe's renewal."""
    invoice = invoice_of(account, task)
    if invoice is not None:
        return _done(invoice) if invoice.status != "draft" or invoice.auto_advance else None
    if pending_of(account, task) is not None or updated(account, task) is not None:
        return _left(task)
    return None


def issue(account: Account, task: Task) -> Done:
    """Issue a bill now or, where the invoice run makes it, put it down for its day."""
    bill = _bill_of(task)
    subscription = account.subscription(task)
    if subscription is not None and runs(subscription):
        if stripe_bills(account, task, subscription=subscription):
            return _with_renewal(account, task, subscription=subscription)
    else:
        subscription = None
    on = account.instant(bill.on, task) if isinstance(bill, AddToInvoiceRun) else 0
    if on <= task.at:
        _hold_credit_use(account, task, bill=bill)
    draft = _drafted(account, task, subscription=subscription)
    if draft.status != "draft":
        return _done(draft)
    for number, line in enumerate(bill.lines, start=1):
        _add(account, task, draft=draft, line=line, number=str(number))
    filled = account.client.v1.invoices.retrieve(draft.id)
    if filled.status == "draft" and filled.subtotal != to_stripe(bill.total):
        told = from_stripe(filled.subtotal, bill.total)
        raise refusal(f"the Stripe invoice {draft.id} comes to {told}, the decision to {bill.total}")
    return _done(
        _finalised(account, task, draft=draft) if on <= task.at else _put_down(account, task, draft=draft, on=on)
    )


def invoice_of(account: Account, task: Task) -> stripe.Invoice | None:
    """The invoice that the step of a task has made."""
    listed = account.client.v1.invoices.list(
        {"customer": account.customer(task), "created": {"gte": since(task)}, "limit": 100}
    )
    return marked(listed.auto_paging_iter(), task.step.key)


def taken_back(account: Account, task: Task) -> Done | None:
    """Whether a bill is gone, void or credited."""
    invoice = invoice_of(account, task)
    if invoice is not None:
        gone = invoice.status == "void" or noted_back(account, task, invoice=invoice, name=BACK)
        return Done(reference=invoice.id) if gone else None
    if updated(account, task) is not None:
        return Done()
    # Without a line of ours nothing was left there but the note, which the undoing writes over.
    _, ours = own_lines(task, _bill_of(task).lines)
    return Done() if ours and pending_is_back(account, task) else None


def take_back(account: Account, task: Task) -> Done:
    """Take a bill back: drop its draft, void it while it is open, credit it once it is paid."""
    invoice = invoice_of(account, task)
    if invoice is None:
        return _take_left_back(account, task)
    if invoice.status == "draft":
        account.client.v1.invoices.delete(invoice.id)
    elif invoice.status == "paid":
        refunded, credited = left_to_give(account, invoice)
        give(account, task, invoice=invoice, name=BACK, refunded=refunded, credited=credited)
    else:
        once(
            task.key,
            find=lambda: voided(account, invoice.id),
            make=lambda options: account.client.v1.invoices.void_invoice(invoice.id, {}, options),
            looked=True,
        )
    return Done(reference=invoice.id)


def _bill_of(task: Task) -> Bill:
    action = task.step.action
    assert isinstance(action, IssueInvoice | AddToInvoiceRun)  # as the table of deeds says
    return action


def _done(invoice: stripe.Invoice) -> Done:
    return Done(reference=invoice.id, events=() if invoice.status == "draft" else ("invoice.issued",))


def _with_renewal(account: Account, task: Task, *, subscription: stripe.Subscription) -> Done:
    """Leave the regular lines to Stripe's renewal, and the rest to be added to its invoice."""
    stripes, ours = own_lines(task, _bill_of(task).lines)
    compare(account, task, subscription=subscription, lines=stripes)
    if ours:
        leave_pending(account, task, lines=ours, total=_rest(task))
    else:
        update(account, task)
    return _left(task)


def _take_left_back(account: Account, task: Task) -> Done:
    """Take back what was left to Stripe's renewal: our lines on its invoice; its own ones follow the plan."""
    item = pending_of(account, task)
    if item is not None:
        take_pending_back(account, task, item=item, like=-_rest(task))
        return Done()
    return update(account, task)


def _left(task: Task) -> Done:
    return Done(reference=f"{UPCOMING}{task.plan.subscription}")


def _rest(task: Task) -> Money:
    """What the lines come to that Stripe's renewal does not bill by itself."""
    bill = _bill_of(task)
    _, ours = own_lines(task, bill.lines)
    return sum((line.amount for line in ours), start=bill.total - bill.total)


def _hold_credit_use(account: Account, task: Task, *, bill: Bill) -> None:
    """Hold that Stripe uses as much account credit as the decision says: it always uses all that there is.

    Raises:
        Halt: it would use another amount.
    """
    if account.settings.account_credit == "as_stripe_does":
        return
    customer = account.client.v1.customers.retrieve(account.customer(task))
    same = (customer.currency or "").upper() == bill.total.currency
    there = max(-(customer.balance or 0), 0) if same else 0
    used = min(there, to_stripe(bill.total))
    if used != to_stripe(bill.credit_used):
        told = from_stripe(used, bill.total)
        raise refusal(f"Stripe would use {told} of account credit, the decision says {bill.credit_used}")


def _drafted(account: Account, task: Task, *, subscription: stripe.Subscription | None) -> stripe.Invoice:
    """The draft of the bill, of which nobody is told."""
    bill, settings = _bill_of(task), account.settings
    params: InvoiceCreateParams = {
        "customer": account.customer(task),
        "currency": bill.total.currency.lower(),
        "auto_advance": False,
        "collection_method": settings.collection,
        "pending_invoice_items_behavior": "exclude",
        "metadata": marks(task),
    }
    if subscription is not None:
        params["subscription"] = subscription.id
    if settings.collection == "send_invoice":
        begins = bill.due_on if isinstance(bill, IssueInvoice) else bill.on
        params["days_until_due"] = max((begins - task.today).days, 0) + settings.days_until_due
    if settings.automatic_tax:
        params["automatic_tax"] = {"enabled": True}
    return once(
        f"{task.key}:draft",
        find=lambda: invoice_of(account, task),
        make=lambda options: account.client.v1.invoices.create(params, options),
    )


def _add(account: Account, task: Task, *, draft: stripe.Invoice, line: BillLine, number: str) -> None:
    """Put a line on the draft."""
    params = item_of(account, task, line=line)
    params["invoice"] = draft.id
    params["metadata"] = marks(task, **{_LINE: number})

    def there() -> stripe.InvoiceItem | None:
        listed = account.client.v1.invoice_items.list({"invoice": draft.id, "limit": 100}).auto_paging_iter()
        return next((each for each in listed if mark(each, KEY) == task.key and mark(each, _LINE) == number), None)

    once(
        f"{task.key}:line:{number}",
        find=there,
        make=lambda options: account.client.v1.invoice_items.create(params, options),
    )


def _finalised(account: Account, task: Task, *, draft: stripe.Invoice) -> stripe.Invoice:
    """The invoice, issued. What is to be paid is asked for by the next step, or by Stripe for an invoice run."""

    def issued_now() -> stripe.Invoice | None:
        found = account.client.v1.invoices.retrieve(draft.id)
        return None if found.status == "draft" else found

    by_itself = isinstance(_bill_of(task), AddToInvoiceRun)
    return once(
        f"{task.key}:finalize",
        find=issued_now,
        make=lambda options: account.client.v1.invoices.finalize_invoice(
            draft.id, {"auto_advance": by_itself}, options
        ),
    )


def _put_down(account: Account, task: Task, *, draft: stripe.Invoice, on: int) -> stripe.Invoice:
    """The draft, which Stripe finalises and collects by itself on its day."""

    def put_down_now() -> stripe.Invoice | None:
        found = account.client.v1.invoices.retrieve(draft.id)
        return found if found.auto_advance or found.status != "draft" else None

    return once(
        f"{task.key}:put-down",
        find=put_down_now,
        make=lambda options: account.client.v1.invoices.update(
            draft.id, {"auto_advance": True, "automatically_finalizes_at": on}, options
        ),
    )
