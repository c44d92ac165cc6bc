"""What Stripe tells by itself: its webhooks, verified, and translated into the events that reactions know.

An invoice that a step of an order issued was told by that step, so its `invoice.finalized` is left out here.
"""

from __future__ import annotations

import json
from typing import Any, Final

import stripe

from planshift.adapters.incoming import NotGenuine, Told
from planshift.adapters.stripe.account import SUBSCRIPTION
from planshift.adapters.stripe.calls import KEY

TOLERANCE: Final = 300
"""How many seconds old a webhook may be, or ahead of our clock."""

EVENTS: Final[dict[str, tuple[str, ...]]] = {
    "invoice.finalized": ("invoice.issued",),
    "invoice.paid": ("payment.received", "invoice.paid"),
    "invoice.payment_failed": ("payment.failed",),
}
"""What Stripe's events are called in a book; others are not told."""


def read_webhook(payload: bytes, signature: str, *, secret: str, at: int) -> tuple[Told, ...]:
    """What a webhook tells; nothing where it is about something else.

    `signature` is the header `Stripe-Signature`, `secret` that of the webhook's endpoint (`whsec_...`).

    Raises:
        NotGenuine: its signature is not Stripe's, or it was sent too long ago.
    """
    try:
        # The SDK would compare with the clock of the machine; the instant is an argument here.
        stripe.WebhookSignature.verify_header(payload, signature, secret)
        sent = int(dict(part.split("=", 1) for part in signature.split(","))["t"])
    except (stripe.SignatureVerificationError, UnicodeDecodeError) as error:
        raise NotGenuine("its signature does not fit") from error
    if abs(at - sent) > TOLERANCE:
        raise NotGenuine(f"it was signed {abs(at - sent)} seconds away from now")
    return _told(json.loads(payload))


def _told(event: dict[str, Any]) -> tuple[Told, ...]:
    names, invoice = EVENTS.get(event["type"], ()), event["data"]["object"]
    metadata = invoice.get("metadata") or {}
    subscription = _subscription_of(invoice) if names else ""
    if not subscription or (event["type"] == "invoice.finalized" and KEY in metadata):
        return ()
    return tuple(
        Told(event=name, subscription=subscription, source=f"stripe:{event['id']}:{name}", at=event["created"])
        for name in names
    )


def _subscription_of(invoice: dict[str, Any]) -> str:
    """The subscription that an invoice is for, as planshift knows it; empty where it is for none."""
    details = (invoice.get("parent") or {}).get("subscription_details") or {}
    for metadata in (invoice.get("metadata"), details.get("metadata")):
        if metadata and SUBSCRIPTION in metadata:
            return str(metadata[SUBSCRIPTION])
    return str(details.get("subscription") or "")
