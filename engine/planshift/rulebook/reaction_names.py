"""What reactions may name: the events that come in for an order, and what can be done about them."""

from __future__ import annotations

from typing import Final

EVENTS: Final[dict[str, str]] = {
    "change.requested": "the change was asked for, or somebody is about to ask for another one",
    "change.scheduled": "the change began to wait for its day",
    "change.applied": "every step of the change was done",
    "change.cancelled": "the change was called off, replaced or not paid in time, and what was done is undone",
    "change.failed": "a step failed for good, and what was done before is undone",
    "invoice.issued": "an invoice was issued",
    "invoice.paid": "an invoice was paid in full",
    "payment.failed": "a payment was tried and did not go through",
    "payment.received": "a payment came in",
    "rating.completed": "the usage up to now was rated",
    "job.completed": "the job that was to run for the subscription has run",
    "period.ended": "the running period ended",
    "renewal.due": "the subscription is due for renewal",
    "trial.ended": "the trial ended",
    "usage.reported": "new usage was reported",
}
"""What can happen to an order, each with its meaning."""

ACTIONS: Final[dict[str, str]] = {
    "apply_change": "a change that waits for its payment goes on",
    "cancel_change": "the change is called off, and what was done for it is undone",
    "expire_change": "a change that waits for its payment is given up, and what was done for it is undone",
    "hold_credit": "what the change gives to the customer, and has not given yet, is held back",
    "lock_change": "from now on nobody can call the change off",
    "notify_client": "the customer is told, with the template that is named as the event",
    "notify_staff": "staff are told, in the same way",
    "release_credit": "the credit that is held back is given",
    "replace_switch": "a renewal that carries out a switch is called off, because a change by hand takes its place",
}
"""What a reaction can do, each with what becomes of the order."""
