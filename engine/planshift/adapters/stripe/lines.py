"""Lines of a bill as Stripe's invoice items."""

from __future__ import annotations

from collections.abc import Iterable

import stripe
from stripe.params import InvoiceItemCreateParams

from planshift.actions.money_actions import BillLine
from planshift.adapters.stripe.account import Account
from planshift.adapters.stripe.amounts import to_stripe
from planshift.adapters.stripe.calls import marked, marks, once, since
from planshift.billing.money import Money
from planshift.execution.ports import Task

_LONGEST_DESCRIPTION = 500


def described(lines: Iterable[BillLine]) -> str:
    """Lines in one sentence, for what has room for one description only."""
    told = "; ".join(f"{_named(line)} {line.amount}" for line in lines)
    return told if len(told) <= _LONGEST_DESCRIPTION else f"{told[: _LONGEST_DESCRIPTION - 3]}..."


def item_of(account: Account, task: Task, *, line: BillLine) -> InvoiceItemCreateParams:
    """An invoice item for a line, with the days that it is for."""
    params: InvoiceItemCreateParams = {
        "customer": account.customer(task),
        "currency": line.amount.currency.lower(),
        "amount": to_stripe(line.amount),
        "description": line.title,
        "discountable": False,
    }
    if line.start is not None and line.end is not None:
        params["period"] = {"start": account.instant(line.start, task), "end": account.instant(line.end, task)}
    if line.service is not None and line.service in account.settings.tax_codes:
        params["tax_code"] = account.settings.tax_codes[line.service]
    return params


def pending_of(account: Account, task: Task) -> stripe.InvoiceItem | None:
    """The item that a task has left for the next regular invoice, wherever it is by now."""
    listed = account.client.v1.invoice_items.list(
        {"customer": account.customer(task), "created": {"gte": since(task)}, "limit": 100}
    )
    return marked(listed.auto_paging_iter(), task.step.key if task.undoing else task.key)


def leave_pending(account: Account, task: Task, *, lines: tuple[BillLine, ...], total: Money) -> stripe.InvoiceItem:
    """Leave lines for the next regular invoice of the subscription.

    They become one item, so that they are there altogether or not at all.
    """
    subscription = account.running(task)
    single = lines[0] if len(lines) == 1 and lines[0].amount == total else None
    line = single or BillLine(kind="fee", title=described(lines), amount=total)
    params = item_of(account, task, line=line)
    params["subscription"] = subscription.id
    params["metadata"] = marks(task)
    return once(
        task.key,
        find=lambda: pending_of(account, task),
        make=lambda options: account.client.v1.invoice_items.create(params, options),
    )


def take_pending_back(account: Account, task: Task, *, item: stripe.InvoiceItem, like: Money) -> None:
    """Drop what was left for the next invoice or, where an invoice has taken it up, leave its opposite for the next."""
    if item.invoice is None:
        account.client.v1.invoice_items.delete(item.id)
        return
    charge_again(account, task, told=item.description or "lines", amount=like)


def charge_again(account: Account, task: Task, *, told: str, amount: Money) -> None:
    """Leave the opposite of something for the next invoice, because it cannot be taken away any more."""
    params = item_of(account, task, line=BillLine(kind="fee", title=f"taken back: {told}", amount=amount))
    params["subscription"] = account.running(task).id
    params["metadata"] = marks(task)
    once(
        task.key,
        find=lambda: opposite_of(account, task),
        make=lambda options: account.client.v1.invoice_items.create(params, options),
        looked=True,
    )


def opposite_of(account: Account, task: Task) -> stripe.InvoiceItem | None:
    """The item by which a task took another one back."""
    listed = account.client.v1.invoice_items.list(
        {"customer": account.customer(task), "created": {"gte": since(task)}, "limit": 100}
    )
    return marked(listed.auto_paging_iter(), task.key)


def pending_is_back(account: Account, task: Task) -> bool:
    """Whether what was left for the next invoice is gone, or has its opposite."""
    return pending_of(account, task) is None or opposite_of(account, task) is not None


def _named(line: BillLine) -> str:
    days = f" {line.start} to {line.end}" if line.start is not None and line.end is not None else ""
    return f"{line.title}{days}"
