"""What Kill Bill would bill for a change, by its own dry run, beside what the decision says.

Kill Bill bills by itself what runs on: the rest of the old plan is given back, the new one charged. These lines of the
decision are its own. What else a decision bills (fees, penalties, set-up) Kill Bill knows nothing of.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Final

from planshift.actions.action import HoldCredit
from planshift.actions.money_actions import (
    AddToInvoiceRun,
    AddToNextInvoice,
    AwaitPayment,
    DiscountNextInvoice,
    ExtendPeriod,
    IssueCredit,
    IssueInvoice,
    PostLines,
    ReduceDebt,
    Refund,
)
from planshift.actions.plan import ActionPlan, placed
from planshift.adapters.halting import refusal
from planshift.adapters.killbill.api import KillBill, Thing, minor_of
from planshift.adapters.killbill.settings import KillBillPlan
from planshift.execution.ports import Task

RUNNING: Final = frozenset({"charge", "credit", "charge_old", "discount", "renewal"})
"""The kinds of lines that Kill Bill computes by itself."""

_BILLED: Final = frozenset({"RECURRING", "FIXED", "REPAIR_ADJ", "USAGE"})
_ALIEN: Final = {
    HoldCredit: "gives credit at once, and cannot keep it until events have happened",
    AwaitPayment: "bills a change when it is made, and cannot wait for its payment",
    Refund: "puts what is given back on the customer's account",
    ExtendPeriod: "cannot turn unused money into time",
    AddToNextInvoice: "bills a change when it is made",
}


def difference(killbill: KillBill, task: Task, *, action: str, plan: KillBillPlan | None) -> int:
    """By how much the decision is above what Kill Bill bills by itself, in minor units.

    Raises:
        Halt: it is not the same, and the settings do not let it be adjusted; or Kill Bill cannot do such a change.
    """
    for each in placed(task.plan.steps):
        told = _ALIEN.get(type(each.step.action))
        if told is not None:
            raise refusal(f"Kill Bill {told}")
    decided, billed = _decided(task.plan), _dry_run(killbill, task, action=action, plan=plan)
    if decided != billed and killbill.settings.differences == "refuse":
        like = task.plan.returnable
        would, says = replace(like, minor=billed), replace(like, minor=decided)
        raise refusal(f"Kill Bill would bill {would} for the change, the decision says {says}")
    return decided - billed


def _decided(plan: ActionPlan) -> int:
    """What the decision comes to for what runs on: charges less what is given back."""
    total = 0
    for each in placed(plan.steps):
        action = each.step.action
        match action:
            case IssueInvoice() | AddToInvoiceRun() | PostLines():
                total += sum(line.amount.minor for line in action.lines if line.kind in RUNNING)
            case IssueCredit() | DiscountNextInvoice():
                total -= sum(line.amount.minor for line in action.lines if line.kind in RUNNING)
            case ReduceDebt():
                total -= action.amount.minor
    return total


def _dry_run(killbill: KillBill, task: Task, *, action: str, plan: KillBillPlan | None) -> int:
    """What Kill Bill would bill for the subscription."""
    subscription = killbill.subscription(task)
    account = subscription["accountId"] if subscription is not None else killbill.account(task)
    on = task.plan.effective_on.isoformat()
    asked: dict[str, str] = {
        "dryRunType": "SUBSCRIPTION_ACTION",
        "dryRunAction": action,
        "effectiveDate": on,
        "billingPolicy": "IMMEDIATE",
    }
    if plan is not None:
        asked |= {
            "productName": plan.product,
            "productCategory": plan.category,
            "billingPeriod": plan.billing_period,
            "priceListName": plan.price_list,
        }
    if subscription is not None and action != "START_BILLING":
        asked |= {"subscriptionId": subscription["subscriptionId"], "bundleId": subscription["bundleId"]}
    found = killbill.send(
        "POST", "invoices/dryRun", task=task, body=json.dumps(asked), accountId=account, targetDate=on
    )
    items = [item for item in (found or {}).get("items") or () if _counts(item, subscription)]
    return sum(
        minor_of(item["amount"], task.plan.returnable) for item in (*items, *_ahead(killbill, task, subscription))
    )


def _ahead(killbill: KillBill, task: Task, subscription: Thing | None) -> list[Thing]:
    """What was billed before for days from the change on, where that waits for its day: the change repairs it."""
    plan = task.plan
    if subscription is None or (plan.effective_on <= plan.quote.decided_on and plan.direction != "renewal"):
        return []
    on = plan.effective_on.isoformat()
    billed = killbill.items(str(subscription["accountId"]), task=task)
    standing = (item for invoice, item in billed if invoice.get("status") != "VOID" and _counts(item, subscription))
    return [item for item in standing if (item.get("startDate") or "") >= on]


def _counts(item: Thing, subscription: Thing | None) -> bool:
    ours = subscription is None or item.get("subscriptionId") == subscription["subscriptionId"]
    return ours and item["itemType"] in _BILLED
