"""For every reason there is: what is advised where it stands in the way, or why nothing can be.

A code of a new reason belongs into one of the two tables.
"""

from __future__ import annotations

import pytest

from planshift.advice.wording import steps_text
from planshift.decision.reasons import REASON_CODES
from tests.advice.shop import AT, Planted

ADVICE: dict[str, tuple[Planted, list[str]]] = {
    "same_interval": (
        Planted(policy="require: [same_interval]\n", asked={"to": "small", "price": "yearly"}),
        ["Take the price monthly (10.00 EUR every month)."],
    ),
    "same_plan": (
        Planted(asked={"to": "middle"}),
        ["Take the price yearly (200.00 EUR every year)."],
    ),
    "no_price_in_currency": (
        Planted(
            catalog={'yearly: { every: 1 year, EUR: "100.00" }': 'yearly: { every: 1 year, USD: "100.00" }'},
            asked={"price": "yearly"},
        ),
        ["Take the price monthly (10.00 EUR every month)."],
    ),
    "period_over": (
        Planted(asked={"at": "2026-05-02T10:00"}),
        ["Renew it 2 times first, up to 2026-06-01."],
    ),
    "period_not_begun": (
        Planted(asked={"at": "2026-02-20T10:00"}),
        ["Wait until 2026-03-01."],
    ),
    "date_out_of_range": (
        Planted(policy="terms: { any: { timing: on_date } }\n", asked={"on": "2026-04-20"}),
        [
            "Wish for no day and take the one that the policy sets.",
            "Wish for the end of the running period, 2026-04-01.",
            "Wait until 2026-04-01.",
        ],
    ),
    "plan_for_staff_only": (
        Planted(catalog={"title: Small": "title: Small\n    status: restricted"}),
        ["Let staff ask for it."],
    ),
    "price_retired": (
        Planted(catalog={'EUR: "100.00"': 'EUR: "100.00", retired: true'}, asked={"price": "yearly"}),
        ["Take the price monthly (10.00 EUR every month)."],
    ),
    "price_not_sold_then": (
        Planted(catalog={'EUR: "10.00"': 'EUR: "10.00", from: 2026-05-20'}),
        ["Take the price yearly (100.00 EUR every year).", "Wait until 2026-05-20."],
    ),
    "book_not_in_force": (
        Planted(policy="effective_from: 2026-06-15\n"),
        ["Wait until 2026-06-15."],
    ),
    "out_of_stock": (
        Planted(catalog={"title: Small": "title: Small\n    stock: 3"}, asked={"quantity": 5}),
        ["Take 3 instead of 5."],
    ),
    "too_many": (
        Planted(catalog={"title: Small": "title: Small\n    quantity_max: 2"}, asked={"quantity": 5}),
        ["Take 2 instead of 5."],
    ),
    "not_for_requester": (
        Planted(policy="terms: { any: { who: [staff] } }\n"),
        ["Let staff ask for it."],
    ),
    "backdated": (
        Planted(policy="terms: { any: { timing: period_start, backdating: staff } }\n"),
        ["Wait until 2026-04-01.", "Let staff ask for it."],
    ),
    "day_not_open": (
        Planted(asked={"on": "2026-03-20"}),
        [
            "Wish for no day and take the one that the policy sets.",
            "Wait until 2026-03-20.",
        ],
    ),
    "change_pending": (
        Planted(
            policy="terms: { any: { pending: refuse, cancellable_until: 10 days before } }\n",
            held={"pending": {"to_plan": "large", "to_price": "monthly", "effective_on": "2026-04-01"}},
        ),
        ["Call off the change to Large that waits for 2026-04-01, which is possible up to 2026-03-21."],
    ),
    "unpaid": (
        Planted(
            policy="terms: { any: { requires: [nothing_unpaid] } }\n", held={"paid": "11.00 EUR", "debt": "9.00 EUR"}
        ),
        ["Pay the open 9.00 EUR."],
    ),
    "too_frequent": (
        Planted(
            policy="terms: { any: { frequency: 2 per 30 days } }\n", held={"changes": ["2026-02-20", "2026-03-05"]}
        ),
        ["Wait until 2026-03-22."],
    ),
    "would_be_lost": (
        Planted(
            policy="terms: { any: { carry: { addons: refuse } } }\n",
            catalog={"limits: { sites: 5 }": "limits: { sites: 5 }\n    addons: [extra-site]"},
            held={"plan": "small", "addons": [{"name": "extra-site"}]},
            asked={"to": "large"},
        ),
        ["End the add-on One more site."],
    ),
    "in_trial": (
        Planted(policy="terms: { any: { requires: [not_in_trial] } }\n", held={"trial_ends_on": "2026-03-25"}),
        ["Wait until 2026-03-25."],
    ),
    "wrong_status": (
        Planted(policy="terms: { any: { requires: [status active] } }\n", held={"status": "suspended"}),
        ["With subscription.status = active (now suspended)."],
    ),
    "approval_missing": (
        Planted(policy="terms: { any: { requires: [approval by finance] } }\n"),
        ["Let finance approve it."],
    ),
    "over_limits": (
        Planted(
            held={
                "usage": {"sites": 4},
                "services": [
                    {"id": "a", "title": "a.example.com", "uses": {"sites": 2}},
                    {"id": "b", "title": "b.example.com", "uses": {"sites": 1}},
                    {"id": "c", "title": "c.example.com", "uses": {"sites": 1}},
                ],
            }
        ),
        [
            "Add 2 x One more site for 2.00 EUR.",
            "End a.example.com.",
            "Use no more than 2 sites (now 4).",
            "End b.example.com and end c.example.com.",
        ],
    ),
    "renewal_not_due": (
        Planted(asked={"kind": "renew", "at": AT}),
        ["Wait until 2026-04-01."],
    ),
    "rule": (
        Planted(
            rules='rule "Loyalty"\n  when downgrade and customer.tenure < 24 months\n  deny "Not before two years."\n'
        ),
        ["Wait until 2027-06-01.", "With customer.tenure at least 24 months (now 9 months)."],
    ),
}
"""For each reason what is planted, and every way that is told."""

NOTHING: dict[str, tuple[Planted, str]] = {
    "no_road": (Planted(asked={"to": "island"}), "the policy would have to have a road"),
    "same_level": (
        Planted(policy_for={"middle: { level: 2 }": "middle: { level: 1 }"}),
        "the levels stand in the policy",
    ),
    "may_not_leave": (
        Planted(policy_for={"middle: { level: 2 }": "middle: { level: 2, leave: { up: true, down: false } }"}),
        "the flag stands in the policy",
    ),
    "may_not_arrive": (
        Planted(policy_for={"small:  { level: 1 }": "small: { level: 1, arrive: { up: false, down: false } }"}),
        "the flag stands in the policy",
    ),
    "not_adjacent": (
        Planted(policy="require: [adjacent]\n", held={"plan": "large"}),
        "one change cannot skip a level; the roads tell that two of them get there",
    ),
    "same_module": (
        Planted(
            policy="require: [same_module]\n",
            catalog={
                "title: Middle": "title: Middle\n    module: web",
                "title: Small": "title: Small\n    module: mail",
            },
        ),
        "what runs a plan stands in the catalog",
    ),
    "plan_not_sold": (
        Planted(catalog={"title: Small": "title: Small\n    status: inactive"}),
        "what is sold stands in the catalog",
    ),
    "nothing_to_renew": (
        Planted(
            catalog={'every: 1 month, EUR: "40.00"': 'every: once, EUR: "40.00"'},
            held={"plan": "large"},
            asked={"kind": "renew", "at": "2026-04-01T00:00"},
        ),
        "what is paid once has no renewal",
    ),
}
"""Reasons that neither a person nor a day can lift, and why."""


def test_every_reason_is_in_one_of_the_tables() -> None:
    assert sorted((*ADVICE, *NOTHING)) == sorted(REASON_CODES)


@pytest.mark.parametrize("code", ADVICE)
def test_what_is_advised(code: str) -> None:
    planted, expected = ADVICE[code]
    advice = planted.advised()
    assert [obstacle.reason.code for obstacle in advice.obstacles] == [code]
    assert [steps_text(way.steps) for way in advice.ways] == expected
    assert advice.complete


@pytest.mark.parametrize("code", NOTHING)
def test_nothing_is_advised_where_nothing_helps(code: str) -> None:
    planted, _why = NOTHING[code]
    advice = planted.advised()
    assert code in [obstacle.reason.code for obstacle in advice.obstacles]
    assert advice.ways == ()
    assert advice.complete
