"""A change in a real Stripe account, where the environment names the key of one for testing.

    PLANSHIFT_STRIPE_TEST_KEY=sk_test_... .venv/bin/pytest tests/adapters/test_stripe_account.py

Customers, products and prices are made for each run and marked with `planshift_test`.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import stripe

from planshift.adapters.contract import tasks_of
from planshift.adapters.stripe.adapter import open_stripe
from planshift.adapters.stripe.settings import StripeSettings
from planshift.billing.change import ChangeRequest
from planshift.billing.period import Period
from planshift.book import load_text
from tests.adapters.changes import CATALOG, POLICY, Worker, held

NAMED = "PLANSHIFT_STRIPE_TEST_KEY"
MARK = {"planshift_test": "yes"}


def test_key(environment: dict[str, str]) -> str | None:
    """The key of a test account, None where there is none; a live one is refused."""
    key = environment.get(NAMED)
    if key and not key.startswith(("sk_test_", "rk_test_")):
        raise ValueError(f"{NAMED} is not a key of a test account")
    return key or None


test_key.__test__ = False  # type: ignore[attr-defined]  # its name begins like that of a test


@pytest.mark.parametrize("live", ["sk_live_1", "rk_live_1", "whatever"])
def test_a_live_key_is_refused(live: str) -> None:
    with pytest.raises(ValueError, match="not a key of a test account"):
        test_key({NAMED: live})
    assert test_key({}) is None
    assert test_key({NAMED: "sk_test_1"}) == "sk_test_1"


def price(client: stripe.StripeClient, *, amount: int) -> str:
    product = client.v1.products.create({"name": f"planshift test {amount}", "metadata": MARK})
    made = client.v1.prices.create(
        {"product": product.id, "currency": "eur", "unit_amount": amount, "recurring": {"interval": "month"}}
    )
    return made.id


def test_an_upgrade_is_billed_and_undone() -> None:
    key = test_key(dict(os.environ))
    if key is None:  # an account is one's own; the same SDK is driven against the stand-in everywhere
        pytest.skip(f"{NAMED} names no test account")
    client = stripe.StripeClient(key)
    bronze, silver = price(client, amount=1000), price(client, amount=2000)
    customer = client.v1.customers.create(
        {
            "payment_method": "pm_card_visa",
            "invoice_settings": {"default_payment_method": "pm_card_visa"},
            "metadata": MARK,
        }
    )
    running = client.v1.subscriptions.create({"customer": customer.id, "items": [{"price": bronze}]})
    settings = StripeSettings(prices={"bronze": {"monthly": bronze}, "silver": {"monthly": silver}})
    now = int(time.time())  # noqa: TID251  # the account's clock is the real one
    today = datetime.fromtimestamp(now, tz=UTC).date()
    ends = datetime.fromtimestamp(running.items.data[0].current_period_end, tz=UTC).date()
    book = load_text({"policy.yaml": POLICY.replace("TERMS", "fee: 15 EUR"), "catalog.yaml": CATALOG})
    before = held(
        id=running.id,
        customer=replace(held().customer, id=customer.id),
        period=Period(start=today, end=max(ends, today + timedelta(days=1))),
        bill_day=today.day,
        timezone="UTC",
    )
    decision = book.decide(before, ChangeRequest(at=now, plan="silver", price="monthly"))
    tasks = tasks_of(decision.plan(f"test-{now}"), before=before, after=decision.subscription_after(), at=now)
    worker = Worker(adapter=open_stripe(settings, key=key), tasks=tasks)
    worker.all_done()
    assert client.v1.subscriptions.retrieve(running.id).items.data[0].price.id == silver
    assert client.v1.invoices.retrieve(worker.references["issue_invoice"]).status == "paid"
    worker.all_done()
    worker.all_undone()
    assert client.v1.subscriptions.retrieve(running.id).items.data[0].price.id == bronze
    client.v1.subscriptions.cancel(running.id)
