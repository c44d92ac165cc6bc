"""What Kill Bill tells by itself: its push notifications, as a reason to look.

A push is not signed, and may come late, twice or never. So it is believed only that something may have happened to an
invoice. What did is asked of the server: whether the invoice is issued, which payments of it went through or failed,
and whether anything is left to pay. Each of these is known by an id of Kill Bill's, and counts once, whatever push came
first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from hmac import compare_digest
from typing import Final

from planshift.adapters.halting import Halt
from planshift.adapters.incoming import NotGenuine, NotKnownNow, Told
from planshift.adapters.killbill.api import UUID, KillBill, Thing
from planshift.execution.ports import Done

ABOUT_INVOICES: Final = frozenset(
    {"INVOICE_CREATION", "INVOICE_ADJUSTMENT", "INVOICE_PAYMENT_SUCCESS", "INVOICE_PAYMENT_FAILED"}
)
"""The pushes that are looked into; others tell nothing that reactions know."""

_FAILED: Final = frozenset({"PAYMENT_FAILURE", "PLUGIN_FAILURE"})


def read_push(killbill: KillBill, payload: bytes, *, proof: str, at: int) -> tuple[Told, ...]:
    """What a push comes to; nothing where it is about something else.

    `proof` is the secret that came with the address which was registered at Kill Bill.

    Raises:
        NotGenuine: the secret is another one, or what came in is no push.
        NotKnownNow: the server does not answer.
    """
    secret = killbill.settings.push_secret
    if not secret:
        raise NotGenuine("the settings name no secret for push notifications")
    if not compare_digest(proof.encode(), secret.encode()):
        raise NotGenuine("its secret is another one")
    push = _read(payload)
    number = str(push.get("objectId") or "")
    if push.get("eventType") not in ABOUT_INVOICES or push.get("objectType") != "INVOICE" or not UUID.fullmatch(number):
        return ()
    try:
        return tuple(_looked_up(killbill, number, at=at))
    except Halt as halt:
        why = "the call was answered otherwise" if isinstance(halt.outcome, Done) else halt.outcome.why
        raise NotKnownNow(why) from halt


def _read(payload: bytes) -> Thing:
    try:
        found = json.loads(payload)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise NotGenuine("it is no push notification of Kill Bill")
    return found


def _looked_up(killbill: KillBill, number: str, *, at: int) -> Iterator[Told]:
    """What has happened to an invoice by now, for each subscription that it bills."""
    invoice = killbill.look(f"invoices/{number}", at=at)
    if not isinstance(invoice, dict) or invoice.get("status") != "COMMITTED":
        return
    happened = [("invoice.issued", f"{number}:issued")]
    for payment in killbill.look(f"invoices/{number}/payments", at=at) or ():
        happened += _of_payment(payment)
    if not invoice.get("balance"):
        happened.append(("invoice.paid", f"{number}:paid"))
    for name in _subscriptions(killbill, invoice, at=at):
        for event, what in happened:
            yield Told(event=event, subscription=name, source=f"killbill:{what}:{name}", at=at)


def _of_payment(payment: Thing) -> Iterator[tuple[str, str]]:
    for transaction in payment.get("transactions") or ():
        known_as = str(transaction["transactionId"])
        if transaction.get("transactionType") == "PURCHASE" and transaction.get("status") == "SUCCESS":
            yield "payment.received", known_as
        elif transaction.get("status") in _FAILED:
            yield "payment.failed", known_as


def _subscriptions(killbill: KillBill, invoice: Thing, *, at: int) -> Iterator[str]:
    """The subscriptions that an invoice has items of, by their external keys, or by Kill Bill's ids without one."""
    billed = (str(item["subscriptionId"]) for item in invoice.get("items") or () if item.get("subscriptionId"))
    for number in dict.fromkeys(billed):
        found = killbill.look(f"subscriptions/{number}", at=at)
        if isinstance(found, dict):
            yield str(found.get("externalKey") or number)
