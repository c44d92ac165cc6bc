"""What an advice finds: several reasons at once, facts of rules, the first day, chains of changes, and savings."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from planshift.advice.answer import Advice, Unlisted
from planshift.advice.from_decision import advise, unlisted
from planshift.advice.json_form import to_json, unlisted_to_json
from planshift.advice.told import sheet_of_advice, sheet_of_unlisted
from planshift.advice.wording import hop_text, steps_text
from planshift.billing.subscription import Subscription
from planshift.book import Book
from planshift.decision.sheet import to_text
from tests.advice.shop import AT, HELD, Planted
from tests.reference.days import local_day, midnight

COMMITTED = {"starts_on": "2026-01-01", "ends_on": "2026-09-01"}


def told(advice: Advice) -> list[str]:
    return [steps_text(way.steps) for way in advice.ways]


def test_two_reasons_at_once_are_lifted_together() -> None:
    planted = Planted(
        policy="terms: { any: { requires: [nothing_unpaid] } }\n",
        rules='rule "Commitment"\n  when downgrade and contract.active\n  deny "Until {contract.ends_on}."\n',
        held={"paid": "11.00 EUR", "debt": "9.00 EUR", "contract": COMMITTED},
    )
    advice = planted.advised()
    assert told(advice) == ["Pay the open 9.00 EUR and wait until 2026-09-01."]
    (way,) = advice.ways
    assert way.decision.subscription.debt == 0
    assert str(way.decision.effective_on) == "2026-09-01"


def test_what_is_paid_counts_for_the_period_as_far_as_it_was_open_for_it() -> None:
    planted = Planted(
        policy="terms: { any: { requires: [nothing_unpaid] } }\n",
        held={"paid": "11.00 EUR", "debt": "9.00 EUR", "older_debt": "3.00 EUR"},
    )
    (way,) = planted.advised().ways
    held = way.decision.subscription
    assert (held.paid, held.debt, held.older_debt) == (1_700, 0, 0)


def test_a_rule_says_what_it_asks_of_each_fact_that_would_lift_it() -> None:
    planted = Planted(
        policy="facts: { customer: { properties: { tickets: { type: integer, default: 4 } } } }\n",
        rules='rule "Busy"\n  when customer.tickets >= 2 and customer.tenure < 24 months\n  deny "Not now."\n',
    )
    advice = planted.advised()
    (obstacle,) = advice.obstacles
    assert obstacle.reads == (("customer.tickets", "4"), ("customer.tenure", "9 months"))
    assert [(ask.name, ask.before, ask.after) for ask in obstacle.asks] == [
        ("customer.tickets", "4", "at most 1"),
        ("customer.tenure", "9 months", "at least 24 months"),
    ]
    assert obstacle.quoted[0] == 'rule "Busy"'
    assert obstacle.place.line == "policy.rules:1"
    assert told(advice) == [
        "Wait until 2027-06-01.",
        "With customer.tickets at most 1 (now 4).",
        "With customer.tenure at least 24 months (now 9 months).",
    ]


def test_two_facts_are_told_where_no_single_one_would_do() -> None:
    facts = "{ tickets: { type: integer, default: 4 }, rating: { enum: [bad, fair, good], default: bad } }"
    planted = Planted(
        policy=f"facts: {{ customer: {{ properties: {facts} }} }}\n",
        rules='rule "Busy"\n  when customer.tickets >= 2 or customer.rating = bad\n  deny "Not now."\n',
    )
    advice = planted.advised()
    assert advice.obstacles[0].asks == ()
    assert told(advice) == ["With customer.tickets at most 1 (now 4) and customer.rating = fair (now bad)."]


@pytest.mark.parametrize(
    "condition, expected",
    [
        ("usage.sites * 10 >= to.limits.sites * 9", "usage.sites at most 1 (now 2)"),
        ("usage.sites != 7", "usage.sites at least 7 (now 2)"),
        ("usage.sites = 2", "usage.sites at most 1 (now 2)"),
        ("30% of usage.sites < 3", "usage.sites at least 10 (now 2)"),
    ],
)
def test_the_smallest_change_of_a_count_is_found_whatever_it_is_compared_with(condition: str, expected: str) -> None:
    planted = Planted(
        policy="terms: { any: { limits: ignore } }\n",
        rules=f'rule "Counted"\n  when {condition}\n  deny "No."\n',
        held={"usage": {"sites": 2}},
    )
    assert told(planted.advised())[0] == f"With {expected}."


BY_THE_DAY = {
    "commitment": Planted(
        rules='rule "Commitment"\n  when downgrade and contract.active\n  deny "No."\n', held={"contract": COMMITTED}
    ),
    "tenure": Planted(rules='rule "Loyal"\n  when customer.tenure < 13 months\n  deny "No."\n'),
    "days left": Planted(rules='rule "Late"\n  when subscription.days_left > 4 days\n  deny "No."\n'),
    "renewals": Planted(rules='rule "Often"\n  when subscription.renewals < 3\n  deny "No."\n'),
    "frequency": Planted(policy="terms: { any: { frequency: 1 per 2 months } }\n", held={"changes": ["2026-02-28"]}),
    "prices": Planted(catalog={'EUR: "10.00"': 'EUR: "10.00", from: 2026-05-20'}),
    "policy": Planted(policy="effective_from: 2026-06-15\n"),
    "all of them": Planted(
        policy="effective_from: 2026-05-01\nterms: { any: { requires: [not_in_trial] } }\n",
        rules='rule "Late"\n  when subscription.days_left > 10 days or customer.tenure < 12 months\n  deny "No."\n',
        held={"trial_ends_on": "2026-05-05"},
    ),
}


@pytest.mark.parametrize("name", BY_THE_DAY)
def test_the_day_that_is_told_is_the_first(name: str) -> None:
    planted = BY_THE_DAY[name]
    book = planted.book()
    decision = planted.decided(book)
    advice = advise(book, decision)
    (wait,) = [way.steps[0] for way in advice.ways if [step.kind for step in way.steps] == ["wait"]]
    assert wait.day == first_allowed(book, decision.subscription, at=decision.request.at, plan=decision.request.plan)


def first_allowed(book: Book, subscription: Subscription, *, at: int, plan: str) -> date | None:
    """Day after day the same question, of a subscription that renews on the day its period ends."""
    day, zone = local_day(at, book.zone), book.zone
    in_force = book.document.policy.effective_from or day
    for _ in range(800):
        day += timedelta(days=1)
        if day >= subscription.period.end:
            at = midnight(max(day, in_force), zone)
            subscription = book.renew(subscription, at=at).subscription_after()
        request = book.request(subscription, to=plan, price="monthly", at=f"{day}T00:00")
        if book.decide(subscription, request).allowed:
            return day
    return None


def test_no_day_is_told_where_a_switch_or_a_change_that_waits_comes_first() -> None:
    rules = 'rule "Commitment"\n  when downgrade and contract.active\n  deny "No."\n'
    switch = "switches:\n  - { from: { plan: middle, price: monthly }, to: { plan: large, price: monthly } }\n"
    waits = {"pending": {"to_plan": "large", "to_price": "monthly", "effective_on": "2026-04-01"}}
    assert told(Planted(rules=rules, held={"contract": COMMITTED}).advised()) == ["Wait until 2026-09-01."]
    assert told(Planted(rules=rules, held={"contract": COMMITTED}, policy=switch).advised()) == []
    assert told(Planted(rules=rules, held={"contract": COMMITTED, **waits}).advised()) == []
    in_trial = "terms: { any: { requires: [not_in_trial] } }\n"
    for ends, ways in (("2026-03-25", []), ("2026-03-18", ["Wait until 2026-03-18."])):
        sooner = {"pending": {"to_plan": "large", "to_price": "monthly", "effective_on": "2026-03-20"}}
        assert told(Planted(policy=in_trial, held={"trial_ends_on": ends, **sooner}).advised()) == ways


def test_what_waits_is_called_off_only_as_long_as_the_policy_lets_it() -> None:
    waits = {"pending": {"to_plan": "large", "to_price": "monthly", "effective_on": "2026-04-01"}}
    for until, ways in (("effective", 1), ("30 days before", 0), ("never", 0)):
        policy = f"terms: {{ any: {{ pending: refuse, cancellable_until: {until} }} }}\n"
        assert len(Planted(policy=policy, held=waits).advised().ways) == ways, until


def test_only_what_has_no_place_is_given_up() -> None:
    planted = Planted(
        policy="terms: { any: { carry: { settings: refuse } } }\n",
        catalog={"title: Small": "title: Small\n    settings: [caller_id]"},
        held={"settings": {"caller_id": "hidden", "voicemail": "off"}},
    )
    (way,) = planted.advised().ways
    assert steps_text(way.steps) == "Give up the setting voicemail."
    assert way.decision.subscription.settings == (("caller_id", "hidden"),)


def test_a_plan_without_a_road_has_its_roads_and_the_changes_that_get_there() -> None:
    planted = Planted(policy="require: [adjacent]\n", held={"plan": "small"}, asked={"to": "large"})
    roads = planted.advised().roads
    assert roads is not None
    assert [(road.title, road.direction) for road in roads.leaving] == [("Middle", "upgrade")]
    assert [(road.title, road.direction) for road in roads.arriving] == [("Middle", "upgrade")]
    assert roads.leaving[0].place.title == "group ladder"
    assert [hop_text(hop) for hop in roads.chain] == [
        "Small, monthly, to Middle, monthly: an upgrade, at once, on 2026-03-11; 6.78 EUR due",
        "Middle, monthly, to Large, monthly: an upgrade, at once, on 2026-03-11; 13.55 EUR due",
    ]


def test_a_chain_waits_where_the_policy_makes_it_wait() -> None:
    policy = "require: [adjacent]\nterms: { any: { frequency: 1 per 30 days }, upgrade: { timing: period_end } }\n"
    planted = Planted(policy=policy, held={"plan": "small"}, asked={"to": "large"})
    roads = planted.advised().roads
    assert roads is not None
    days = [(str(local_day(hop.request.at, "Europe/Stockholm")), str(hop.effective_on)) for hop in roads.chain]
    assert days == [("2026-03-11", "2026-04-01"), ("2026-04-10", "2026-05-01")]


def test_a_price_that_no_road_leads_to_is_reached_by_changing_the_price_first() -> None:
    planted = Planted(policy="require: [same_interval]\n", asked={"to": "small", "price": "yearly"})
    roads = planted.advised().roads
    assert roads is not None
    assert roads.leaving == roads.arriving == ()
    assert [(hop.request.plan, hop.request.price) for hop in roads.chain] == [("middle", "yearly"), ("small", "yearly")]


def test_an_island_has_no_roads() -> None:
    advice = Planted(asked={"to": "island"}).advised()
    assert advice.roads is not None
    assert (advice.roads.arriving, advice.roads.chain) == ((), ())
    assert "No road leads to Island." in to_text(sheet_of_advice(advice))


def test_what_is_allowed_instead_begins_with_the_nearest() -> None:
    policy_for = {"small:  { level: 1 }": "small: { level: 1, arrive: { up: true, down: false } }"}
    planted = Planted(policy_for=policy_for, held={"plan": "large"})
    entries = planted.advised().instead
    assert [(entry.request.plan, entry.request.price) for entry in entries] == [
        ("middle", "monthly"),
        ("middle", "yearly"),
    ]


def test_what_goes_the_same_way_is_nearer_than_what_is_near_in_level() -> None:
    closed = "small: { level: 5, arrive: { up: true, down: false } }\n      island: { level: 1 }"
    levels = {"small:  { level: 1 }": closed, "middle: { level: 2 }": "middle: { level: 6 }"}
    planted = Planted(policy_for={**levels, "large:  { level: 3 }": "large: { level: 7 }"})
    entries = planted.advised().instead
    assert [(entry.request.plan, entry.direction) for entry in entries] == [
        ("island", "downgrade"),
        ("middle", "term_change"),
        ("large", "upgrade"),
    ]


FEES = """
terms:
  upgrade: { fee: 5 EUR, one_time: as_requested }
"""


def test_cheaper_ways_are_told_with_what_they_save() -> None:
    planted = Planted(
        policy=FEES,
        rules='rule "Loyal"\n  when upgrade and customer.tenure >= 12 months\n  set fee = 0 EUR\n'
        'rule "Staff"\n  when upgrade and request.by = staff\n  set fee = 2 EUR\n',
        held={"plan": "small"},
        asked={"to": "middle"},
    )
    advice = planted.advised()
    assert advice.decision.allowed
    assert [(steps_text(saving.steps), saving.saves) for saving in advice.cheaper] == [
        ("Take the price yearly (200.00 EUR every year).", ("comes to 16.67 EUR a month instead of 20.00 EUR",)),
        ("Let staff ask for it.", ("costs once 2.00 EUR instead of 5.00 EUR", "8.78 EUR instead of 11.78 EUR due now")),
        ("Wait until 2026-06-01.", ("costs once 0.00 EUR instead of 5.00 EUR",)),
    ]


def test_what_costs_more_in_one_way_is_no_saving_in_another() -> None:
    planted = Planted(
        policy="terms: { upgrade: { setup: bill } }\n",
        catalog={'EUR: "200.00"': 'EUR: "200.00", setup: { EUR: "30.00" }'},
        held={"plan": "small"},
        asked={"to": "middle"},
    )
    assert planted.advised().cheaper == ()


def test_a_cancellation_is_cheaper_once_the_commitment_is_over() -> None:
    contract = COMMITTED | {"penalty": "50 EUR", "plan": "middle"}
    advice = Planted(held={"contract": contract}, asked={"kind": "cancel", "to": None}).advised()
    assert [(steps_text(saving.steps), saving.saves) for saving in advice.cheaper] == [
        ("Wait until 2026-09-01.", ("costs once 0.00 EUR instead of 50.00 EUR",)),
    ]


def test_every_plan_that_is_not_offered_is_told_of_once() -> None:
    planted = Planted(policy="terms: { any: { who: [staff] } }\n")
    book = planted.book()
    held = book.subscription(HELD)
    found = unlisted(book, held, request=book.request(held, at=AT))
    assert [advice.decision.request.plan for advice in found.advices] == ["small", "large", "island"]
    text = to_text(sheet_of_unlisted("s1", found))
    assert "A customer may not ask for this change." in text
    assert "It takes: Let staff ask for it." in text
    assert "Every plan is offered." in to_text(sheet_of_unlisted("s1", Unlisted(advices=())))


def test_of_many_plans_the_first_that_a_road_leads_to_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planshift.advice.from_decision.MOST_PLANS", 2)
    planted = Planted(
        policy="terms: { any: { who: [staff] } }\n",
        catalog={"plans:\n": "plans:\n  atoll: { prices: { monthly: { every: 1 month, EUR: '1.00' } } }\n"},
    )
    book = planted.book()
    held = book.subscription(HELD)
    found = unlisted(book, held, request=book.request(held, at=AT))
    assert [advice.decision.request.plan for advice in found.advices] == ["small", "large"]
    assert found.left_out == 2
    assert "2 more plans are not offered." in to_text(sheet_of_unlisted("s1", found))
    assert unlisted_to_json(found)["left_out"] == 2


def test_an_advice_is_data_too_and_the_same_each_time() -> None:
    planted = Planted(
        rules='rule "Loyal"\n  when customer.tenure < 13 months\n  deny "No."\n', policy="require: [adjacent]\n"
    )
    first, second = (json.dumps(to_json(planted.advised()), sort_keys=True) for _ in range(2))
    assert first == second
    data = json.loads(first)
    assert data["why_not"][0]["source"]["place"] == {"file": "policy.rules", "line": 1, "column": 6}
    assert data["ways"][0]["steps"][0] | {"text": ""} == {
        "kind": "wait",
        "actor": "customer",
        "text": "",
        "name": "",
        "value": 4,
        "before": "",
        "after": "",
        "day": "2026-07-01",
        "amount": None,
    }
    assert data["ways"][0]["then"]["verdict"] == "allowed"


def test_a_search_that_is_cut_short_says_so() -> None:
    planted = BY_THE_DAY["all of them"]
    book = planted.book()
    advice = advise(book, planted.decided(book), most=2)
    assert not advice.complete
    assert "there may be more" in to_text(sheet_of_advice(replace(advice, ways=())))
