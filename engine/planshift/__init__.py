"""planshift: write which subscription plan may become which as a policy, and get explained decisions.

The few verbs and the types they speak. Each is imported when it is first asked for, so importing planshift is cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planshift.actions.plan import ActionPlan
    from planshift.adapters.desk import Desk, open_desk
    from planshift.adapters.incoming import NotGenuine, NotKnownNow
    from planshift.adapters.ledger.held import LedgerRefuses
    from planshift.advice.answer import Advice
    from planshift.advice.from_decision import advise
    from planshift.billing.change import ChangeRequest
    from planshift.billing.money import Money
    from planshift.billing.subscription import Subscription
    from planshift.book import Book, Decision, Options, check, load, load_text
    from planshift.decision.quote import Quote
    from planshift.diagnostics.diagnostic import Diagnostic
    from planshift.diagnostics.errors import InvalidBook, InvalidInput, InvalidPlan, PlanshiftError, StaleQuote
    from planshift.execution.calling_off import CannotCallOff
    from planshift.execution.order import Order
    from planshift.execution.placing import SubscriptionBusy
    from planshift.execution.store.engine import StoreUnusable
    from planshift.execution.store.orders import NoSuchOrder

__version__ = "0.1.0"

_HOMES = {
    "ActionPlan": "planshift.actions.plan",
    "Advice": "planshift.advice.answer",
    "Book": "planshift.book",
    "CannotCallOff": "planshift.execution.calling_off",
    "ChangeRequest": "planshift.billing.change",
    "Decision": "planshift.book",
    "Desk": "planshift.adapters.desk",
    "Diagnostic": "planshift.diagnostics.diagnostic",
    "InvalidBook": "planshift.diagnostics.errors",
    "InvalidInput": "planshift.diagnostics.errors",
    "InvalidPlan": "planshift.diagnostics.errors",
    "LedgerRefuses": "planshift.adapters.ledger.held",
    "Money": "planshift.billing.money",
    "NoSuchOrder": "planshift.execution.store.orders",
    "NotGenuine": "planshift.adapters.incoming",
    "NotKnownNow": "planshift.adapters.incoming",
    "Options": "planshift.book",
    "Order": "planshift.execution.order",
    "PlanshiftError": "planshift.diagnostics.errors",
    "Quote": "planshift.decision.quote",
    "StaleQuote": "planshift.diagnostics.errors",
    "StoreUnusable": "planshift.execution.store.engine",
    "Subscription": "planshift.billing.subscription",
    "SubscriptionBusy": "planshift.execution.placing",
    "advise": "planshift.advice.from_decision",
    "check": "planshift.book",
    "load": "planshift.book",
    "load_text": "planshift.book",
    "open_desk": "planshift.adapters.desk",
}

__all__ = [
    "ActionPlan",
    "Advice",
    "Book",
    "CannotCallOff",
    "ChangeRequest",
    "Decision",
    "Desk",
    "Diagnostic",
    "InvalidBook",
    "InvalidInput",
    "InvalidPlan",
    "LedgerRefuses",
    "Money",
    "NoSuchOrder",
    "NotGenuine",
    "NotKnownNow",
    "Options",
    "Order",
    "PlanshiftError",
    "Quote",
    "StaleQuote",
    "StoreUnusable",
    "Subscription",
    "SubscriptionBusy",
    "advise",
    "check",
    "load",
    "load_text",
    "open_desk",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"planshift has no {name}")
    return getattr(import_module(_HOMES[name]), name)
