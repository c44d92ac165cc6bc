"""Laws that every plan keeps, whatever the policy says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planshift.actions.invariants import check
from planshift.actions.json_form import from_json, to_json
from planshift.actions.plan import placed
from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Discount, HeldAddon, PendingChange, RunningContract, Subscription
from planshift.billing.zones import parse_instant
from planshift.book import load
from tests.actions.shop import BRONZE, BUSY, METERED, SILVER, decide

TERMS: Mapping[str, tuple[str, ...]] = {
    "timing": ("now", "period_end", "contract_end", "next_bill_day", "on_date"),
    "charge": ("prorated", "full", "none", "month_equivalent", "difference"),
    "credit": ("prorated", "full", "none"),
    "unpaid": ("reduce_debt", "count_as_paid"),
    "unused_credit": ("offset", "account_credit", "refund", "next_invoice", "extend_time", "forfeit"),
    "collect": ("now", "invoice_run", "next_invoice"),
    "account_credit": ("next_bill", "at_once"),
    "apply": ("first", "after_payment", "regardless"),
    "payment_expires": ("never", "14 days", "1 month"),
    "anchor": ("keep", "keep_next_bill", "realign", "reset", "day 15"),
    "fee": ("none", "15 EUR"),
    "setup": ("skip", "bill"),
    "contract": ("destination_then_source", "destination", "source", "none"),
    "early_termination": ("as_contract", "penalty", "remainder", "both", "none"),
    "hold_credit_until": ("none", "[rating.completed, job.completed]"),
    "limits": ("ignore", "check"),
    "provision": ("notify", "none"),
    "cancellable_until": ("effective", "invoice_issued", "3 days before", "never"),
    "pending": ("replace", "queue"),
    "notify": ("nobody", "client", "[client, staff, bcc billing@example.com]", "bcc billing@example.com"),
}

HOSTING = load(Path(__file__).parents[2] / "policies" / "hosting")

policies = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in TERMS.items()}).map(
    lambda terms: ", ".join(f"{name}: {value}" for name, value in terms.items())
)
"""Terms as a policy file writes them."""

CONTRACT = RunningContract(starts_on=date(2026, 1, 1), ends_on=date(2026, 6, 15), penalty=2500)
PENDING = PendingChange(to_plan="gold", to_price="monthly", effective_on=date(2026, 4, 1))


def _owing(subscription: Subscription, debt: int, **held: Any) -> Subscription:  # noqa: ANN401  # its fields
    """The subscription with a part of its period billed and still open."""
    assert subscription.paid is not None  # the shop's subscriptions say what was paid
    return replace(subscription, paid=subscription.paid - debt, debt=debt, **held)


subscriptions = st.builds(
    _owing,
    st.sampled_from((BRONZE, SILVER, METERED, BUSY)),
    debt=st.sampled_from((0, 250, 900)),
    given_back=st.sampled_from((0, 100)),
    account_credit=st.sampled_from((0, 300, 10_000)),
    waiting=st.sampled_from((0, 700)),
    discount=st.sampled_from((Discount(), Discount(ppm=100_000, code="TEN"))),
    contract=st.sampled_from((None, CONTRACT)),
    pending=st.sampled_from((None, PENDING)),
    addons=st.sampled_from(((), (HeldAddon(name="extra-sites", quantity=2),))),
)

TARGETS = (
    *((plan, "monthly") for plan in ("bronze", "silver", "gold", "metered", "names")),
    ("bronze", "yearly"),
    ("starter", "once"),
)
requests: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.builds(
        lambda target, rest: {"plan": target[0], "price": target[1], **rest},
        st.sampled_from(TARGETS),
        st.fixed_dictionaries(
            {},
            optional={
                "quantity": st.sampled_from((1, 3)),
                "by": st.sampled_from(("customer", "staff", "system")),
                "on": st.dates(date(2026, 3, 11), date(2026, 4, 1)),
                "kind": st.sampled_from(("change", "start")),
            },
        ),
    ),
    st.just({"kind": "cancel"}),
    st.just({"kind": "cancel", "until": date(2026, 3, 20)}),
)


@settings(max_examples=40)
@given(terms=policies, asked=st.lists(st.tuples(subscriptions, requests), min_size=4, max_size=10))
def test_a_plan_of_a_decision_holds_every_invariant(
    terms: str, asked: list[tuple[Subscription, dict[str, Any]]]
) -> None:
    for subscription, request in asked:
        decision = decide(terms, subscription=subscription, **request)
        if not decision.allowed:
            continue
        plan = decision.plan("order-1")
        assert check(plan) == ()
        assert from_json(to_json(plan)) == plan
        assert decision.plan("order-1") == plan
        keys = [each.step.key for each in placed(plan.steps)]
        assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("name", sorted(HOSTING.subscriptions))
def test_every_option_of_the_example_book_can_be_planned(name: str) -> None:
    subscription = HOSTING.subscriptions[name]
    at = parse_instant(f"{subscription.period.start} 12:00", HOSTING.zone)
    options = HOSTING.options(subscription, ChangeRequest(at=at, by="staff", on=subscription.period.end))
    for decision in options.entries:
        if decision.allowed:
            assert check(decision.plan()) == ()
