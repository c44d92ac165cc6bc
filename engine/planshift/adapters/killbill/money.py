"""What Kill Bill does not bill by itself: fees and the like as external charges, differences as charges or credits."""

from __future__ import annotations

from dataclasses import replace

from planshift.actions.money_actions import (
    AddToInvoiceRun,
    BillLine,
    DiscountNextInvoice,
    IssueCredit,
    IssueInvoice,
    PostLines,
)
from planshift.actions.plan import placed
from planshift.adapters.halting import Halt
from planshift.adapters.killbill.api import KillBill, Thing, minor_of, written
from planshift.adapters.killbill.checking import RUNNING
from planshift.adapters.killbill.notes import note, noted
from planshift.adapters.killbill.subscriptions import difference_of
from planshift.billing.money import Money
from planshift.execution.ports import Done, Task, Unavailable

Bill = IssueInvoice | AddToInvoiceRun | PostLines | IssueCredit | DiscountNextInvoice


def posted(killbill: KillBill, task: Task) -> Done | None:
    """Whether what a bill has beside Kill Bill's own lines was posted, or noted to be nothing."""
    found = _item(killbill, task, key=task.key)
    return _done(*found) if found is not None else noted(killbill, task)


def post(killbill: KillBill, task: Task) -> Done:
    """Post what a bill has beside Kill Bill's own lines: one charge or credit, or none."""
    lines = _others(task)
    extra = _extra(killbill, task, lines=lines)
    if not extra.minor:
        return note(killbill, task)
    told = "; ".join(line.title for line in lines) or "difference to the decision"
    return _posted(killbill, task, amount=extra, told=told)


def taken_back(killbill: KillBill, task: Task) -> Done | None:
    """Whether what was posted is void or has its opposite."""
    first = _item(killbill, task, key=task.step.key)
    if first is None:
        return noted(killbill, task)
    gone = first[0].get("status") == "VOID" or _item(killbill, task, key=task.key) is not None
    return Done(reference=str(first[0]["invoiceId"])) if gone else None


def take_back(killbill: KillBill, task: Task) -> Done:
    """Take back what was posted: void its invoice while nothing is paid of it, else post the opposite."""
    found = _item(killbill, task, key=task.step.key)
    if found is None:
        return note(killbill, task)
    invoice, item = found
    amount = replace(task.plan.returnable, minor=minor_of(item["amount"], task.plan.returnable))
    untouched = item["itemType"] == "EXTERNAL_CHARGE" and invoice.get("balance") == invoice.get("amount")
    if untouched and len(invoice["items"]) == 1:
        killbill.send("PUT", f"invoices/{invoice['invoiceId']}/voidInvoice", task=task)
    else:
        _posted(killbill, task, amount=-amount, told=f"taken back: {item.get('description') or 'lines'}")
    return Done(reference=str(invoice["invoiceId"]))


def _extra(killbill: KillBill, task: Task, *, lines: tuple[BillLine, ...]) -> Money:
    """What is to post: the other lines and, with the first bill of the plan, what the change has to be adjusted by."""
    own = sum((line.amount for line in lines), start=replace(task.plan.returnable, minor=0))
    if killbill.settings.differences == "refuse" or not _is_first(task):
        return own
    found = difference_of(task)
    if found is None:
        raise Halt(Unavailable(why="the plan has to change first: Kill Bill's own bill comes with it"))
    return replace(own, minor=own.minor + found)


def _others(task: Task) -> tuple[BillLine, ...]:
    """The lines of a bill that Kill Bill does not compute; charges told on a credit have their sign turned."""
    action = task.step.action
    assert isinstance(action, Bill)  # as the table of deeds says
    others = (line for line in action.lines if line.kind not in RUNNING)
    if isinstance(action, IssueCredit | DiscountNextInvoice):
        return tuple(replace(line, amount=-line.amount) for line in others)
    return tuple(others)


def _is_first(task: Task) -> bool:
    """Whether a bill is the first one of its plan."""
    bills = (each.step.id for each in placed(task.plan.steps) if isinstance(each.step.action, Bill))
    return next(bills, None) == task.step.id


def _posted(killbill: KillBill, task: Task, *, amount: Money, told: str) -> Done:
    account = str(killbill.running(task)["accountId"])
    size = amount if amount.minor > 0 else -amount
    fields = {"accountId": account, "currency": amount.currency, "description": told, "itemDetails": task.key}
    body, on = f"[{written(fields, size)}]", max(task.plan.effective_on, task.today).isoformat()
    if amount.minor > 0:
        killbill.send("POST", f"invoices/charges/{account}", task=task, body=body, requestedDate=on, autoCommit="true")
    else:
        killbill.send("POST", "credits", task=task, body=body, autoCommit="true")
    found = _item(killbill, task, key=task.key)
    return Done() if found is None else _done(*found)


def _item(killbill: KillBill, task: Task, *, key: str) -> tuple[Thing, Thing] | None:
    """The item that was posted under a key, with its invoice."""
    subscription = killbill.subscription(task)
    if subscription is None:
        return None
    items = killbill.items(str(subscription["accountId"]), task=task)
    return next(((invoice, item) for invoice, item in items if item.get("itemDetails") == key), None)


def _done(invoice: Thing, item: Thing) -> Done:
    charged = item["itemType"] == "EXTERNAL_CHARGE"
    return Done(reference=str(invoice["invoiceId"]), events=("invoice.issued",) if charged else ())
