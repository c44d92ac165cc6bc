"""The ledger: a small double-entry subscription ledger, in the database that the orders are kept in.

`Ledger` carries every kind of action out and tells subscriptions as they stand. The verbs beside it are called within a
transaction of the store: `open_subscription`, `receive_payment`, `run_invoices`, `pay_refund`,
`resume_paused`. `journal`, `balances`,
`trial_balance` and `flaws` tell what is in it.
"""

from __future__ import annotations

from planshift.adapters.ledger.collecting import Happened, run_invoices
from planshift.adapters.ledger.held import LedgerRefuses
from planshift.adapters.ledger.ledger import Ledger
from planshift.adapters.ledger.opening import open_subscription
from planshift.adapters.ledger.pauses import resume_paused
from planshift.adapters.ledger.payments import pay_refund, receive_payment
from planshift.adapters.ledger.reading import subscription_held
from planshift.adapters.ledger.reports import Balance, Flaw, Posted, balances, flaws, journal, trial_balance

__all__ = [
    "Balance",
    "Flaw",
    "Happened",
    "Ledger",
    "LedgerRefuses",
    "Posted",
    "balances",
    "flaws",
    "journal",
    "open_subscription",
    "pay_refund",
    "receive_payment",
    "resume_paused",
    "run_invoices",
    "subscription_held",
    "trial_balance",
]
