"""Up and back on one day nets to zero under exact terms, and nobody earns or loses anything by it.

Exact terms prorate both sides alike and charge nothing besides, keep the period and measure a part of it against the
whole interval (`counted_back`), and round each line once. No share of them exceeds one, as it can with rounded prices
per unit, short fixed months and months of several lengths: there a charge does, and a credit may not. The way of the
credit does not matter: what is offset, put on the account or paid back comes to the same.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from random import Random  # noqa: TID251  # seeded by hypothesis

from hypothesis import given, settings

from planshift.billing.change import ChangeRequest
from planshift.billing.interval import Interval
from planshift.billing.period import Period
from planshift.billing.subscription import Customer, Discount, Subscription
from planshift.book import Book, Decision, load_text
from tests.properties.books import EVERY, ZONES
from tests.properties.strategies import seeds
from tests.reference.days import midnight, step

PRORATION = {
    "unit": ("day", "day", "second", "hour", "month"),
    "basis": ("actual", "actual", "fixed 366", "months of 30", "30_360", "own_term"),
    "change_day": ("new", "old"),
}
EARLY: tuple[dict[str, int], ...] = ({}, {}, {"share_scale": 9})
ROUTES = ("offset", "account_credit", "refund", "next_invoice")


def draw_exact_book(chance: Random) -> Book:
    """Plans of one group, all of them with one price."""
    every = EVERY[chance.choice([name for name in EVERY if name != "once"])]
    proration = {name: chance.choice(values) for name, values in PRORATION.items()} | chance.choice(EARLY)
    if proration["unit"] != "day":
        proration["basis"] = "actual"
    terms = {
        "proration": proration,
        "unused_credit": chance.choice(ROUTES),
        "collect": chance.choice(("now", "invoice_run", "next_invoice")),
        "account_credit": chance.choice(("next_bill", "at_once")),
        "credit_basis": chance.choice(("paid", "list_price")),
        "rounding": {"mode": chance.choice(("half_up", "half_even", "up", "down"))},
        "limits": "ignore",
    }
    prices = {name: f"{chance.randint(0, 300)}.{chance.randint(0, 99):02}" for name in ("a", "b", "c")}
    plans = {name: {"prices": {"price": {"every": every, "EUR": price}}} for name, price in prices.items()}
    policy = {
        "policy_language": 1,
        "timezone": chance.choice(ZONES),
        "groups": {"all": {"direction": "by_price_per_day", "equal": "crossgrade", "members": list(plans)}},
        "terms": {"any": terms},
    }
    return load_text({"policy.yaml": json.dumps(policy), "catalog.yaml": json.dumps({"plans": plans})})


def draw_whole_period(chance: Random, interval: Interval) -> Period:
    """One interval from a day on, which is the bill day of every month."""
    start = date(2024, 1, 1) + timedelta(days=chance.randint(0, 800))
    start = start.replace(day=min(start.day, 28))
    return Period(start=start, end=step(start, interval, anchor=start.day))


def cash(decision: Decision) -> int:
    """What the customer pays by the change, at once or later, less all that is given back."""
    flow = decision.flow
    assert flow is not None
    paid = flow.account_used.minor + flow.due_now.minor + flow.due_later.minor
    return paid - flow.to_account.minor - flow.refunded.minor - flow.to_next_bill.minor


def paid_at_once(decision: Decision) -> int:
    """What the customer has to pay at once, less what is paid back."""
    assert decision.flow is not None
    return decision.due_now.minor - decision.flow.refunded.minor


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_up_and_back_on_one_day_nets_to_zero(seed: int) -> None:
    chance = Random(seed)  # noqa: S311  # chance for tests, not for secrets
    book = draw_exact_book(chance)
    first = book.catalog.plans[0].prices[0]
    for _ in range(8):
        period = draw_whole_period(chance, first.interval)
        held = Subscription(
            id="s",
            plan="a",
            price="price",
            currency="EUR",
            period=period,
            customer=Customer(id="c"),
            quantity=chance.choice((1, 3)),
            bill_day=chance.choice((0, period.end.day)),
            account_credit=chance.choice((0, 0, 1_000)),
            discount=chance.choice((Discount(), Discount(ppm=125_000))),
        )
        day = period.start + timedelta(days=chance.randint(0, period.days - 1))
        at = midnight(day, book.zone) + chance.randint(0, 79_000)
        self_made, spent, at_once = held, 0, 0
        for plan in ("b", *(["c"] if chance.random() < 0.3 else []), "a"):
            decision = book.decide(self_made, ChangeRequest(at=at, plan=plan, price="price"))
            assert decision.allowed, decision.reasons
            spent, at_once = spent + cash(decision), at_once + paid_at_once(decision)
            self_made = decision.subscription_after()
        assert spent == 0, (seed, held, at)
        # What is not paid at once waits for the next bill or comes from the account, whatever way each credit took.
        put_on_account = self_made.account_credit - held.account_credit
        assert at_once + self_made.waiting - put_on_account == 0, (seed, held, at)
        assert (self_made.plan, self_made.period.end) == ("a", period.end)
