"""planshift: write which subscription plan may become which as a policy, and get explained decisions.

The few verbs and the types they speak. Each is imported when it is first asked for, so importing planshift is cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planshift.actions.plan import ActionPlan
    from planshift.advice.answer import Advice
    from planshift.advice.from_decision import advise
    from planshift.billing.change import ChangeRequest
    from planshift.billing.money import Money
    from planshift.billing.subscription import Subscription
    from planshift.book import Book, Decision, Options, check, load, load_text
    from planshift.decision.quote import Quote
    from planshift.diagnostics.diagnostic import Diagnostic
    from planshift.diagnostics.errors import InvalidBook, InvalidInput, InvalidPlan, PlanshiftError, StaleQuote

__version__ = "0.1.0"

_HOMES = {
    "ActionPlan": "planshift.actions.plan",
    "Advice": "planshift.advice.answer",
    "Book": "planshift.book",
    "ChangeRequest": "planshift.billing.change",
    "Decision": "planshift.book",
    "Diagnostic": "planshift.diagnostics.diagnostic",
    "InvalidBook": "planshift.diagnostics.errors",
    "InvalidInput": "planshift.diagnostics.errors",
    "InvalidPlan": "planshift.diagnostics.errors",
    "Money": "planshift.billing.money",
    "Options": "planshift.book",
    "PlanshiftError": "planshift.diagnostics.errors",
    "Quote": "planshift.decision.quote",
    "StaleQuote": "planshift.diagnostics.errors",
    "Subscription": "planshift.billing.subscription",
    "advise": "planshift.advice.from_decision",
    "check": "planshift.book",
    "load": "planshift.book",
    "load_text": "planshift.book",
}

__all__ = [
    "ActionPlan",
    "Advice",
    "Book",
    "ChangeRequest",
    "Decision",
    "Diagnostic",
    "InvalidBook",
    "InvalidInput",
    "InvalidPlan",
    "Money",
    "Options",
    "PlanshiftError",
    "Quote",
    "StaleQuote",
    "Subscription",
    "advise",
    "check",
    "load",
    "load_text",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"planshift has no {name}")
    return getattr(import_module(_HOMES[name]), name)
