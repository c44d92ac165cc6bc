"""Invariants about money. Sums are made of minor units, so that a plan that mixes currencies cannot stop the checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass, replace

from planshift.actions.action import Action, HoldCredit
from planshift.actions.money_actions import (
    AddToInvoiceRun,
    AddToNextInvoice,
    AskPayment,
    AwaitPayment,
    BillLine,
    DiscountNextInvoice,
    ExtendPeriod,
    IssueCredit,
    IssueInvoice,
    PostLines,
    ReduceDebt,
    Refund,
    ReleaseCredit,
)
from planshift.actions.plan import ActionPlan, placed
from planshift.billing.money import Money

Credit = IssueCredit | Refund | DiscountNextInvoice
Bill = IssueInvoice | AddToInvoiceRun | AddToNextInvoice


def totals_add_up(plan: ActionPlan) -> Iterator[str]:
    """Lines add up to the total beside them, and what is asked for, awaited and released is what there is."""
    steps = {each.step.id: each.step.action for each in placed(plan.steps)}
    for name, action in steps.items():
        if isinstance(action, Bill):
            yield from _differs(f"the lines of `{name}` come to", _sum(action.lines), action.total, what="its total is")
        if isinstance(action, PostLines) and _sum(action.lines):
            yield f"the lines of `{name}` do not cancel out"
        if isinstance(action, Credit):
            yield from _differs(
                f"the lines of `{name}` come to", _sum(action.lines), action.amount, what="its amount is"
            )
        if isinstance(action, AskPayment | AwaitPayment):
            yield from _payment(name, action, steps.get(action.invoice))
        if isinstance(action, HoldCredit):
            kept = sum(_credit_in(step.action) for step in action.steps)
            yield from _differs(f"the steps that `{name}` keeps give", kept, action.amount, what="it holds")
        if isinstance(action, ReleaseCredit):
            held = steps.get(action.hold)
            if not isinstance(held, HoldCredit) or held.amount != action.amount:
                yield f"`{name}` does not release what `{action.hold}` holds"


def _payment(name: str, action: AskPayment | AwaitPayment, bill: Action | None) -> Iterator[str]:
    if not isinstance(bill, IssueInvoice | AddToInvoiceRun):
        yield f"`{name}` is about the invoice `{action.invoice}`, which the plan does not issue"
        return
    left = bill.total.minor - bill.credit_used.minor
    if left != action.amount.minor:
        left_to_pay = _shown(left, action.amount)
        yield f"of `{action.invoice}` {left_to_pay} is to pay, but `{name}` says {action.amount}"


def credit_goes_where_it_should(plan: ActionPlan) -> Iterator[str]:
    """The credit is the sum of its parts, steps move each part, and bills use up the rest: no more and no less."""
    flow = plan.flow
    parts = (flow.debt_reduced, flow.offset, flow.to_account, flow.refunded, flow.to_next_bill, flow.to_time)
    sum_of_parts = sum(part.minor for part in parts)
    yield from _differs("the parts of the credit come to", sum_of_parts, flow.credit, what="it is")
    if plan.queued:
        return
    actions = _actions(plan)
    moved: Counter[str] = Counter()
    for action in actions:
        if isinstance(action, ReduceDebt | ExtendPeriod | Credit):
            moved[action.kind] += action.amount.minor
    for kind, part in (
        (ReduceDebt.kind, flow.debt_reduced),
        (IssueCredit.kind, flow.to_account),
        (Refund.kind, flow.refunded),
        (DiscountNextInvoice.kind, flow.to_next_bill),
        (ExtendPeriod.kind, flow.to_time),
    ):
        if moved[kind] != part.minor:
            yield f"the steps `{kind}` move {_shown(moved[kind], part)}, but {part} of the credit goes there"
    used = sum(_credit_in(action) for action in actions)
    yield from _differs("the steps give", used, flow.credit, what="the credit is")


def charges_are_billed_once(plan: ActionPlan) -> Iterator[str]:
    """What the change charges is offset, paid by credit or due, and every charge stands on exactly one bill."""
    flow = plan.flow
    parts = (flow.offset, flow.account_used, flow.due_now, flow.due_later, flow.due_held)
    due = sum(part.minor for part in parts)
    yield from _differs("what is offset and what is due come to", due, flow.charges, what="the charges are")
    if plan.queued:
        return
    billed = sum(_charged_in(action) for action in _actions(plan))
    yield from _differs("the steps bill", billed, flow.charges, what="the charges are")
    if flow.account_used.minor:
        bills = [step.action for step in plan.steps if isinstance(step.action, IssueInvoice | AddToInvoiceRun)]
        used = sum(action.credit_used.minor for action in bills)
        yield from _differs("the bills use account credit of", used, flow.account_used, what="the change uses")


def credit_was_paid(plan: ActionPlan) -> Iterator[str]:
    """No more is given back than was paid and not given back before."""
    if plan.flow.credit.minor > plan.returnable.minor:
        yield f"the plan gives back {plan.flow.credit}, but only {plan.returnable} was paid and not given back yet"


def amounts_are_not_negative(plan: ActionPlan) -> Iterator[str]:
    """Whether something is owed or given back is told by what it is, never by a sign."""
    for field in fields(plan.flow):
        amount = getattr(plan.flow, field.name)
        if amount.minor < 0:
            yield f"`{field.name}` is {amount}"
    for each in placed(plan.steps):
        for name in ("total", "amount", "credit_used", "penalty"):
            amount = getattr(each.step.action, name, None)
            if isinstance(amount, Money) and amount.minor < 0:
                yield f"`{name}` of `{each.step.id}` is {amount}"


def one_currency(plan: ActionPlan) -> Iterator[str]:
    """All amounts of a plan are of one currency."""
    found = {(money.currency, money.decimals) for money in _all_money(plan)}
    if len(found) > 1:
        names = ", ".join(f"{currency} with {decimals} decimals" for currency, decimals in sorted(found))
        yield f"the plan mixes amounts of different currencies ({names})"


def _all_money(value: object) -> Iterator[Money]:
    if isinstance(value, Money):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _all_money(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _all_money(getattr(value, field.name))


def _actions(plan: ActionPlan) -> tuple[Action, ...]:
    return tuple(each.step.action for each in placed(plan.steps))


def _credit_in(action: Action) -> int:
    """The credit that an action uses: on a bill its credit lines are negative, on a credit they are not."""
    if isinstance(action, Bill | PostLines):
        return -sum(line.amount.minor for line in action.lines if line.kind == "credit")
    if isinstance(action, Credit):
        return sum(line.amount.minor for line in action.lines if line.kind == "credit")
    return action.amount.minor if isinstance(action, ReduceDebt | ExtendPeriod) else 0


def _charged_in(action: Action) -> int:
    """The charges that an action bills."""
    if isinstance(action, Bill | PostLines):
        return sum(line.amount.minor for line in action.lines if line.kind != "credit")
    if isinstance(action, Credit):
        return -sum(line.amount.minor for line in action.lines if line.kind != "credit")
    return 0


def _sum(lines: Iterable[BillLine]) -> int:
    return sum(line.amount.minor for line in lines)


def _differs(found: str, minor: int, expected: Money, *, what: str) -> Iterator[str]:
    if minor != expected.minor:
        yield f"{found} {_shown(minor, expected)}, but {what} {expected}"


def _shown(minor: int, like: Money) -> Money:
    return replace(like, minor=minor)
