"""Credit notes: how money that was billed is given back, with a document that says so."""

from __future__ import annotations

import stripe
from stripe.params import CreditNoteCreateParams

from planshift.adapters.stripe.account import Account
from planshift.adapters.stripe.calls import KEY, mark, marked, marks, once, since
from planshift.execution.ports import Task


def credit_note(
    account: Account, task: Task, *, invoice: stripe.Invoice, refunded: int = 0, credited: int = 0, memo: str = ""
) -> stripe.CreditNote:
    """A credit note on a paid invoice: so much goes back to the means of payment, so much to the customer's account."""
    params: CreditNoteCreateParams = {
        "invoice": invoice.id,
        "amount": refunded + credited,
        "reason": "order_change",
        "metadata": marks(task),
    }
    if refunded:
        params["refund_amount"] = refunded
    if credited:
        params["credit_amount"] = credited
    return _made(account, task, params=params, memo=memo)


def reduction(account: Account, task: Task, *, invoice: stripe.Invoice, amount: int) -> stripe.CreditNote:
    """A credit note on an open invoice: it takes an amount off what is left to pay."""
    params: CreditNoteCreateParams = {
        "invoice": invoice.id,
        "amount": amount,
        "reason": "order_change",
        "metadata": marks(task),
    }
    return _made(account, task, params=params, memo="")


def notes_of(account: Account, invoice: str) -> list[stripe.CreditNote]:
    """The credit notes on an invoice that stand."""
    listed = account.client.v1.credit_notes.list({"invoice": invoice, "limit": 100})
    return [note for note in listed.auto_paging_iter() if note.status == "issued"]


def notes_by(account: Account, task: Task, *, key: str) -> list[stripe.CreditNote]:
    """The credit notes that the step of a key has made and that stand."""
    listed = account.client.v1.credit_notes.list(
        {"customer": account.customer(task), "created": {"gte": since(task)}, "limit": 100}
    )
    return [note for note in listed.auto_paging_iter() if note.status == "issued" and mark(note, KEY) == key]


def left_to_give(account: Account, invoice: stripe.Invoice) -> tuple[int, int]:
    """What can still be given back of a paid invoice: to the means of payment, and to the account that paid a part."""
    refunded = credited = 0
    for note in notes_of(account, invoice.id):
        sent = sum(refund.amount_refunded for refund in note.refunds)
        refunded += sent
        credited += note.post_payment_amount - sent - (note.out_of_band_amount or 0)
    from_account = invoice.total - invoice.pre_payment_credit_notes_amount - invoice.amount_paid
    return max(invoice.amount_paid - refunded, 0), max(from_account - credited, 0)


def noted_back(account: Account, task: Task, *, invoice: stripe.Invoice, name: str) -> bool:
    """Whether a task has given back on an invoice: by a credit note or, where nothing was left, by a mark."""
    return mark(invoice, name) == task.key or marked(notes_of(account, invoice.id), task.key) is not None


def give(
    account: Account, task: Task, *, invoice: stripe.Invoice, name: str, refunded: int = 0, credited: int = 0
) -> None:
    """Give back on a paid invoice, and where there is nothing to give mark it, so that it is known to be done."""
    if refunded or credited:
        credit_note(account, task, invoice=invoice, refunded=refunded, credited=credited)
    else:
        put_mark(account, task, invoice=invoice, name=name)


def put_mark(account: Account, task: Task, *, invoice: stripe.Invoice, name: str) -> None:
    """Note on an invoice that a task was done."""

    def there() -> stripe.Invoice | None:
        found = account.client.v1.invoices.retrieve(invoice.id)
        return found if mark(found, name) == task.key else None

    once(
        f"{task.key}:mark",
        find=there,
        make=lambda options: account.client.v1.invoices.update(invoice.id, {"metadata": {name: task.key}}, options),
    )


def voided(account: Account, invoice: str) -> stripe.Invoice | None:
    """An invoice, if it is void."""
    found = account.client.v1.invoices.retrieve(invoice)
    return found if found.status == "void" else None


def _made(account: Account, task: Task, *, params: CreditNoteCreateParams, memo: str) -> stripe.CreditNote:
    invoice = params["invoice"]
    if memo:
        params["memo"] = memo
    return once(
        f"{task.key}:{invoice}",
        find=lambda: marked(notes_of(account, invoice), task.key),
        make=lambda options: account.client.v1.credit_notes.create(params, options),
    )
