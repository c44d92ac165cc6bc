"""What moves to another plan, what is lost, and what is left after: over a telephone company."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from planshift.actions.plan_actions import (
    Carried,
    DropAllowance,
    MoveAddons,
    MoveAllowance,
    MoveSettings,
    RestoreAllowance,
)
from planshift.actions.wording import words_of
from planshift.billing.change import ChangeRequest
from planshift.billing.period import Period
from planshift.billing.subscription import Answer, Customer, Discount, HeldAddon, Subscription
from planshift.billing.zones import parse_instant
from planshift.book import Book, Decision, load_text
from planshift.decision.sheet import to_text
from planshift.decision.summary import summary_of

CATALOG = """
plans:
  talk:
    title: Talk
    module: switch
    prices: { monthly: { every: 1 month, EUR: "10.00" }, yearly: { every: 1 year, EUR: "100.00" } }
    services: [line]
    resources: { number: exchange-1 }
    settings: [caller_id, voicemail]
    allowances: { minutes: 200, texts: 50 }
    addons: [second-line]
    coupons: [SPRING, WINTER]
  chat:
    title: Chat
    module: switch
    prices: { monthly: { every: 1 month, EUR: "20.00" } }
    services: [line]
    resources: { number: exchange-1 }
    settings: [caller_id]
    allowances: { minutes: 500 }
    addons: [second-line]
    coupons: [SPRING]
  data:
    title: Data
    module: switch
    prices: { monthly: { every: 1 month, EUR: "30.00" } }
    allowances: { minutes: unlimited }
    coupons: []
  all:
    title: All
    module: switch
    prices: { monthly: { every: 1 month, EUR: "40.00" } }
  mobile:
    title: Mobile
    module: switch
    prices: { monthly: { every: 1 month, EUR: "50.00" } }
    services: [net]
    resources: { trunk: exchange-1 }
    settings: [mailbox, caller_id]
    allowances: { minutes: 1000 }
    addons: [second-sim]
    coupons: [SPRING]
addons:
  second-line: { title: Second line, EUR: "2.00" }
  second-sim: { title: Second card, EUR: "3.00" }
services:
  line: { questions: [name] }
  net: { questions: [nickname] }
"""

POLICY = """
policy_language: 1
book: phone
currency: EUR
groups: { all: { direction: by_list, members: [talk, chat, data, all, mobile] } }
terms: { any: { %s } }
carry_map:
  answers: { line.name: net.nickname }
  resources: { number: trunk }
  settings: { voicemail: mailbox }
  addons: { second-line: second-sim }
  usage: { texts: minutes }
  coupons: { WINTER: SPRING }
"""

ANNA = Subscription(
    id="anna",
    customer=Customer(id="anna"),
    plan="talk",
    price="monthly",
    currency="EUR",
    period=Period(start=date(2026, 3, 1), end=date(2026, 4, 1)),
    bill_day=1,
    answers=(Answer(service="line", question="name", value="Anna"),),
    resources=(("number", "exchange-1"),),
    settings=(("caller_id", "hidden"), ("voicemail", "on")),
    addons=(HeldAddon(name="second-line", quantity=2),),
    allowances=(("minutes", 120), ("texts", 7)),
    discount=Discount(ppm=100_000, code="WINTER"),
)
AT = parse_instant("2026-03-01 10:00", "UTC")


def phone(terms: str = "") -> Book:
    return load_text({"policy.yaml": POLICY % terms, "catalog.yaml": CATALOG})


def decide(
    terms: str = "",
    *,
    to: str = "chat",
    held: Mapping[str, Any] | None = None,
    **asked: Any,  # noqa: ANN401  # the fields of a request
) -> Decision:
    """The decision about a change of Anna's plan on the first day of March."""
    request = ChangeRequest(**{"at": AT, "plan": to, "price": "monthly", **asked})
    return phone(terms).decide(replace(ANNA, **(held or {})), request)


def fates(decision: Decision, kind: str) -> dict[str, str]:
    return {move.name: move.outcome for move in decision.moves if move.kind == kind}


@pytest.mark.parametrize(
    "word, caller_id, voicemail",
    [
        ("keep_if_same", "moves", "lost"),
        ("keep", "moves", "moves"),
        ("drop", "lost", "lost"),
        ("map", "moves", "lost"),
    ],
)
def test_a_setting_moves_where_the_new_plan_has_it(word: str, caller_id: str, voicemail: str) -> None:
    decision = decide(f"carry: {{ settings: {word} }}")
    assert fates(decision, "settings") == {"caller_id": caller_id, "voicemail": voicemail}
    left = tuple(pair for pair, fate in zip(ANNA.settings, (caller_id, voicemail), strict=True) if fate == "moves")
    assert decision.subscription_after().settings == left


def test_a_loss_of_settings_can_be_refused() -> None:
    decision = decide("carry: { settings: refuse }")
    assert [(reason.code, reason.text) for reason in decision.reasons] == [
        ("would_be_lost", "settings would be lost on Chat")
    ]
    assert decide("carry: { settings: refuse }", held={"settings": (("caller_id", "hidden"),)}).allowed


def test_a_plan_without_settings_is_as_it_comes() -> None:
    decision = decide(to="data")
    assert fates(decision, "settings") == {"caller_id": "lost", "voicemail": "lost"}
    assert "Lost: setting caller_id (the new plan has no such place)." in to_text(summary_of(decision), width=200)


@pytest.mark.parametrize("asked", [{"price": "yearly"}, {"quantity": 3}])
def test_on_the_same_plan_everything_stays(asked: dict[str, Any]) -> None:
    words = ", ".join(f"{kind}: drop" for kind in ("answers", "resources", "settings", "addons"))
    after = decide(f"carry: {{ {words} }}", to="talk", **asked).subscription_after()
    assert (after.answers, after.resources, after.settings) == (ANNA.answers, ANNA.resources, ANNA.settings)
    assert after.addons == ANNA.addons


def test_what_was_lost_is_not_there_any_more() -> None:
    after = decide(to="data").subscription_after()
    assert (after.answers, after.resources, after.settings, after.addons) == ((), (), (), ())
    kept = decide(to="chat").subscription_after()
    assert (kept.answers, kept.resources, kept.addons) == (ANNA.answers, ANNA.resources, ANNA.addons)


@pytest.mark.parametrize(
    "word, to, code, stays",
    [
        ("keep_if_same", "chat", "SPRING", True),
        ("keep_if_same", "chat", "WINTER", False),
        ("keep_if_same", "chat", None, False),
        ("keep_if_same", "data", "SPRING", False),
        ("keep_if_same", "all", "WINTER", True),
        ("keep_if_same", "all", None, True),
        ("refuse", "chat", "SPRING", True),
        ("map", "chat", "SPRING", True),
        ("map", "chat", "AUTUMN", False),
        ("map", "data", "WINTER", False),
        ("keep", "data", "WINTER", True),
        ("drop", "all", "SPRING", False),
    ],
)
def test_a_coupon_is_used_where_the_plan_takes_it(word: str, to: str, code: str | None, stays: bool) -> None:
    coupon = Discount(ppm=100_000, code=code)
    decision = decide(f"carry: {{ coupons: {word} }}", to=to, held={"discount": coupon})
    assert fates(decision, "coupons") == {code or "coupon": "moves" if stays else "lost"}
    assert decision.subscription_after().discount == (coupon if stays else Discount())
    assert decision.next_bill is not None
    listed = {"chat": 2000, "data": 3000, "all": 4000}[to]
    assert decision.next_bill.total.minor == (listed - listed // 10 if stays else listed)


def test_a_coupon_that_would_be_lost_can_stand_against_a_change() -> None:
    terms = "carry: { coupons: refuse }"
    refused = decide(terms)
    assert [(reason.code, reason.text) for reason in refused.reasons] == [
        ("would_be_lost", "the coupon would be lost on Chat")
    ]
    assert fates(refused, "coupons") == {"WINTER": "lost"}
    assert decide(terms, discount=Discount(ppm=200_000, code="SPRING")).allowed
    assert decide(terms, held={"discount": Discount()}).allowed
    assert decide(terms, kind="cancel", to="", price="").allowed
    assert decide(terms, to="talk", quantity=2).allowed


def test_a_coupon_stays_with_its_plan_unless_the_policy_drops_it() -> None:
    stranger = Discount(ppm=100_000, code="AUTUMN")  # given by hand: no plan lists it
    for word in ("keep", "keep_if_same", "map", "refuse"):
        decision = decide(f"carry: {{ coupons: {word} }}", to="talk", price="yearly", held={"discount": stranger})
        assert decision.subscription_after().discount == stranger
        assert fates(decision, "coupons") == {}
    dropped = decide("carry: { coupons: drop }", to="talk", price="yearly", held={"discount": stranger})
    assert fates(dropped, "coupons") == {"AUTUMN": "lost"}


@pytest.mark.parametrize("to, why", [("chat", "does not take"), ("all", "takes")])
def test_a_coupon_tells_why(to: str, why: str) -> None:
    decision = decide("carry: { coupons: keep_if_same }", to=to)
    assert [move.why for move in decision.moves if move.kind == "coupons"] == [f"the new plan {why} it"]


def test_settings_are_an_action_that_can_be_undone() -> None:
    moving = next(step for step in decide().plan().steps if step.id == "move_settings")
    assert moving.action == MoveSettings(
        from_plan="talk", to_plan="chat", items=(Carried(name="caller_id", value="hidden"),)
    )
    assert moving.undo == MoveSettings(
        from_plan="chat", to_plan="talk", items=(Carried(name="caller_id", value="hidden"),)
    )


@pytest.mark.parametrize(
    "word, minutes, texts, after",
    [
        ("keep", "moves", "moves", {"minutes": 620, "texts": 7}),
        ("keep_if_same", "moves", "lost", {"minutes": 620}),
        ("map", "moves", "moves", {"minutes": 627}),
        ("drop", "lost", "lost", {"minutes": 500}),
    ],
)
def test_what_is_left_of_an_allowance_is_added_to_the_new_one(
    word: str, minutes: str, texts: str, after: dict[str, int]
) -> None:
    decision = decide(f"carry: {{ usage: {word} }}")
    assert fates(decision, "usage") == {"minutes": minutes, "texts": texts}
    assert dict(decision.subscription_after().allowances) == after
    assert {each.name: each.total for each in decision.allowances} == after


def test_what_is_left_can_be_too_good_to_lose() -> None:
    decision = decide("carry: { usage: refuse }")
    assert [(reason.code, reason.text) for reason in decision.reasons] == [
        ("would_be_lost", "the rest of an allowance would be lost on Chat")
    ]
    kept = decide("carry: { usage: refuse }", held={"allowances": (("minutes", 120), ("texts", 0))})
    assert kept.subscription_after().allowances == (("minutes", 620),)


@pytest.mark.parametrize("terms", ["timing: period_end", "timing: period_end, carry: { usage: refuse }"])
def test_at_the_end_of_the_period_nothing_is_left(terms: str) -> None:
    decision = decide(terms)
    assert decision.allowed
    assert fates(decision, "usage") == {}
    assert decision.subscription_after().allowances == (("minutes", 500),)


@pytest.mark.parametrize("asked", [{"price": "yearly"}, {"quantity": 2}])
def test_the_same_plan_leaves_the_allowances_alone(asked: dict[str, Any]) -> None:
    decision = decide("carry: { usage: drop }", to="talk", **asked)
    assert (decision.allowances, decision.subscription_after().allowances) == ((), ANNA.allowances)


def test_a_plan_that_starts_begins_with_its_own() -> None:
    decision = decide(to="chat", kind="start", held={"discount": Discount()})
    assert decision.subscription_after().allowances == (("minutes", 500),)


def test_allowances_are_told() -> None:
    decision = decide("carry: { usage: keep_if_same }")
    text = to_text(summary_of(decision), width=200)
    assert "- Lost: 7 texts left over (the new plan includes none)." in text
    assert "120 minutes left over" in text
    assert "- The first period includes 620 minutes, 120 of them left over." in text
    assert "- The first period includes unlimited minutes." in to_text(summary_of(decide(to="data")), width=200)
    assert decision.to_json()["allowances"] == [{"name": "minutes", "own": 500, "carried": 120, "total": 620}]
    assert decide(to="data").subscription_after().allowances == (("texts", 7),)


def test_allowances_are_actions_that_can_be_undone() -> None:
    steps = {step.id: step for step in decide("carry: { usage: keep_if_same }").plan().steps}
    minutes, texts = (Carried(name="minutes", value="120"),), (Carried(name="texts", value="7"),)
    moved = steps["move_allowance"]
    assert moved.action == MoveAllowance(from_plan="talk", to_plan="chat", items=minutes)
    assert moved.undo == MoveAllowance(from_plan="chat", to_plan="talk", items=minutes)
    gone = steps["drop_allowance"]
    assert gone.action == DropAllowance(plan="talk", items=texts)
    assert gone.undo == RestoreAllowance(plan="talk", items=texts)
    assert words_of(gone.action) == "texts = 7"


MAP = "carry: { answers: map, resources: map, settings: map, addons: map, usage: map, coupons: map }"


def test_the_map_gives_things_their_new_places() -> None:
    decision = decide(MAP, to="mobile")
    assert {(move.name, move.new_name) for move in decision.moves} == {
        ("line: name", "net: nickname"),
        ("number", "trunk"),
        ("caller_id", "caller_id"),
        ("voicemail", "mailbox"),
        ("second-line", "second-sim"),
        ("minutes", "minutes"),
        ("texts", "minutes"),
        ("WINTER", "SPRING"),
    }
    assert decision.lost == ()
    after = decision.subscription_after()
    assert after.answers == (Answer(service="net", question="nickname", value="Anna"),)
    assert after.resources == (("trunk", "exchange-1"),)
    assert after.settings == (("caller_id", "hidden"), ("mailbox", "on"))
    assert after.addons == (HeldAddon(name="second-sim", quantity=2),)
    assert after.allowances == (("minutes", 1127),)
    assert after.discount == replace(ANNA.discount, code="SPRING")


def test_the_map_says_nothing_where_the_term_does_not_ask_for_it() -> None:
    decision = decide(to="mobile")
    assert all(move.to is None for move in decision.moves)
    assert {move.name for move in decision.lost} >= {"line: name", "number", "voicemail", "second-line"}


def test_what_has_a_place_by_its_own_name_comes_first() -> None:
    held = {"settings": (("mailbox", "off"), ("voicemail", "on"))}
    decision = decide(MAP, to="mobile", held=held)
    assert [(move.name, move.outcome) for move in decision.moves if move.kind == "settings"] == [
        ("mailbox", "moves"),
        ("voicemail", "lost"),
    ]
    assert decision.subscription_after().settings == (("mailbox", "off"),)


def test_mapped_add_ons_add_up() -> None:
    held = {"addons": (HeldAddon(name="second-line", quantity=2), HeldAddon(name="second-sim"))}
    after = decide(MAP, to="mobile", held=held).subscription_after()
    assert after.addons == (HeldAddon(name="second-sim", quantity=3),)


def test_on_the_same_plan_nothing_gets_another_name() -> None:
    after = decide(MAP, to="talk", price="yearly").subscription_after()
    assert (after.settings, after.addons, after.discount) == (ANNA.settings, ANNA.addons, ANNA.discount)


def test_new_names_are_told_and_undone() -> None:
    decision = decide(MAP, to="mobile")
    text = to_text(summary_of(decision), width=400)
    assert "setting voicemail as mailbox" in text
    assert "7 texts left over as minutes" in text
    assert "coupon WINTER as SPRING" in text
    moved = next(step for step in decision.plan().steps if step.id == "move_addons")
    assert moved.action == MoveAddons(
        from_plan="talk", to_plan="mobile", items=(Carried(name="second-line", value="2", to="second-sim"),)
    )
    assert moved.undo == MoveAddons(
        from_plan="mobile", to_plan="talk", items=(Carried(name="second-sim", value="2", to="second-line"),)
    )
    assert words_of(moved.action) == "second-line -> second-sim = 2"
