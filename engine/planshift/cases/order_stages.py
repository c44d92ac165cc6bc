"""What reactions see of the order of a decision: while it waits for its day or its payment, and once it is in force."""

from __future__ import annotations

from collections.abc import Iterator

from planshift.actions.action import HoldCredit, Schedule
from planshift.actions.money_actions import AwaitPayment, IssueInvoice
from planshift.actions.plan import placed
from planshift.billing.calendar import to_day
from planshift.book import Decision
from planshift.rulebook.order_facts import OrderFacts


def stages_of(decision: Decision) -> Iterator[OrderFacts]:
    """The order of an allowed decision at each stage that it goes through, on the day of the request."""
    plan = decision.plan()
    actions = [each.step.action for each in placed(plan.steps)]
    bills = any(isinstance(action, IssueInvoice) for action in actions)
    for action in actions:
        if isinstance(action, Schedule):
            days = to_day(plan.effective_on) - decision.today
            yield OrderFacts(waiting=True, days_left=days, cancellable=action.cancellable_until is not None)
    if any(isinstance(action, AwaitPayment) for action in actions):
        yield OrderFacts(payment_awaited=True, cancellable=True, invoice_open=bills)
    held = sum(action.amount.minor for action in actions if isinstance(action, HoldCredit))
    holds = any(isinstance(action, HoldCredit) for action in actions)
    yield OrderFacts(invoice_open=bills, credit_held=holds, credit_amount=held)
