"""Credit on the customer's account, which Stripe uses up with the next invoices that it finalises."""

from __future__ import annotations

import stripe

from planshift.actions.money_actions import IssueCredit
from planshift.adapters.stripe.account import Account
from planshift.adapters.stripe.amounts import to_stripe
from planshift.adapters.stripe.calls import marked, marks, once, since
from planshift.adapters.stripe.lines import described
from planshift.execution.ports import Done, Task


def credited(account: Account, task: Task) -> Done | None:
    """Whether an amount was put on the customer's account or, undone, taken off it again."""
    found = _transaction(account, task)
    return None if found is None else Done(reference=found.id)


def credit(account: Account, task: Task) -> Done:
    """Put an amount on the customer's account or, where that is undone, take it off again."""
    action = task.step.action
    assert isinstance(action, IssueCredit)  # as the table of deeds says
    owed, told = to_stripe(action.amount), described(action.lines)
    made = once(
        task.key,
        find=lambda: _transaction(account, task),
        make=lambda options: account.client.v1.customers.balance_transactions.create(
            account.customer(task),
            {
                "amount": owed if task.undoing else -owed,  # below zero is what the customer has
                "currency": action.amount.currency.lower(),
                "description": f"taken back: {told}" if task.undoing else told,
                "metadata": marks(task),
            },
            options,
        ),
    )
    return Done(reference=made.id)


def _transaction(account: Account, task: Task) -> stripe.CustomerBalanceTransaction | None:
    listed = account.client.v1.customers.balance_transactions.list(
        account.customer(task), {"created": {"gte": since(task)}, "limit": 100}
    )
    return marked(listed.auto_paging_iter(), task.key)
