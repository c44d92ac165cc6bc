"""Webhooks of Stripe: believed when they are signed, and told in the words of reactions."""

from __future__ import annotations

import json
from typing import Any

import pytest
import stripe

from planshift.adapters.incoming import NotGenuine, Told
from planshift.adapters.stripe.webhooks import EVENTS, TOLERANCE, read_webhook
from planshift.rulebook.reaction_names import EVENTS as KNOWN

SECRET = "whsec_test"  # noqa: S105  # opens nothing
AT = 1_773_219_600


def body(kind: str, **invoice: Any) -> bytes:  # noqa: ANN401  # fields of an invoice
    details = {"subscription": "sub_1", "metadata": {"planshift_subscription": "anna-1"}}
    thing = {"id": "in_1", "object": "invoice", "metadata": {}, **invoice}
    thing.setdefault("parent", {"type": "subscription_details", "subscription_details": details})
    event = {"id": "evt_1", "object": "event", "type": kind, "created": AT - 3, "data": {"object": thing}}
    return json.dumps(event).encode()


def signed(payload: bytes, *, at: int = AT, secret: str = SECRET) -> str:
    return str(stripe.WebhookSignature.generate_signature_header(payload.decode(), secret, at))


def read(payload: bytes) -> tuple[Told, ...]:
    return read_webhook(payload, signed(payload), secret=SECRET, at=AT)


def test_an_invoice_of_stripes_own_is_told_as_issued() -> None:
    (told,) = read(body("invoice.finalized"))
    assert told == Told(event="invoice.issued", subscription="anna-1", source="stripe:evt_1:invoice.issued", at=AT - 3)


def test_an_invoice_that_a_step_issued_is_not_told_twice() -> None:
    assert read(body("invoice.finalized", metadata={"planshift_key": "order-1:x:6"})) == ()


def test_a_payment_is_told_under_both_its_names() -> None:
    told = read(body("invoice.paid", metadata={"planshift_key": "order-1:x:6", "planshift_subscription": "anna-1"}))
    assert [each.event for each in told] == ["payment.received", "invoice.paid"]
    assert len({each.source for each in told}) == 2


def test_a_failed_payment_is_told() -> None:
    assert [each.event for each in read(body("invoice.payment_failed"))] == ["payment.failed"]


def test_a_subscription_without_a_name_of_ours_goes_by_its_own() -> None:
    parent = {"type": "subscription_details", "subscription_details": {"subscription": "sub_1", "metadata": {}}}
    assert read(body("invoice.paid", parent=parent))[0].subscription == "sub_1"


@pytest.mark.parametrize("kind", ["customer.updated", "invoice.created"])
def test_other_events_tell_nothing(kind: str) -> None:
    assert read(body(kind)) == ()


def test_an_invoice_for_no_subscription_tells_nothing() -> None:
    assert read(body("invoice.paid", parent=None)) == ()


def test_reactions_know_every_event() -> None:
    assert {name for names in EVENTS.values() for name in names} <= set(KNOWN)


@pytest.mark.parametrize(
    "signature",
    ["", "t=1", "nonsense", signed(body("invoice.paid"), secret="whsec_other")],  # noqa: S106  # opens nothing
)
def test_what_stripe_did_not_sign_is_not_believed(signature: str) -> None:
    with pytest.raises(NotGenuine):
        read_webhook(body("invoice.paid"), signature, secret=SECRET, at=AT)


def test_a_changed_body_is_not_believed() -> None:
    payload = body("invoice.paid")
    with pytest.raises(NotGenuine):
        read_webhook(payload.replace(b"anna-1", b"anna-2"), signed(payload), secret=SECRET, at=AT)


@pytest.mark.parametrize("late", [-TOLERANCE - 1, TOLERANCE + 1])
def test_an_old_one_is_not_believed(late: int) -> None:
    payload = body("invoice.paid")
    with pytest.raises(NotGenuine):
        read_webhook(payload, signed(payload, at=AT - late), secret=SECRET, at=AT)
    assert read_webhook(payload, signed(payload, at=AT - TOLERANCE), secret=SECRET, at=AT)
