"""Labels name the change: their holes are filled with titles and the kind of change, in every place that tells them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planshift.actions.table import to_table
from planshift.billing.change import ChangeRequest
from planshift.decision.sheet import to_text
from planshift.decision.summary import summary_of
from planshift.policy.labels import check_label, fill_label
from planshift.policy.mistakes import Mistakes
from tests.decision.shop import AT, PLAIN, book, to_gold

NAMED = {"from": "Silver", "to": "Gold", "direction": "upgrade"}


@pytest.mark.parametrize(
    "text, filled",
    [
        ("Upgrade", "Upgrade"),
        ("{to} Upgrade Fee", "Gold Upgrade Fee"),
        ("{from} to {to} ({direction})", "Silver to Gold (upgrade)"),
        ("{ to }", "Gold"),
        ("{{to}} is {to}", "{to} is Gold"),
        ("two  spaces stay", "two  spaces stay"),
    ],
)
def test_holes_are_filled(text: str, filled: str) -> None:
    assert fill_label(check_label(text), NAMED) == filled


def test_what_has_no_value_leaves_no_gap() -> None:
    assert fill_label("Fee of the {to} {direction}", {**NAMED, "to": ""}) == "Fee of the upgrade"


@pytest.mark.parametrize("text", ["{plan}", "{}", "{to", "to}", "{to}}", "{to.title}", "{{to}"])
def test_holes_that_cannot_be_filled_are_mistakes(text: str) -> None:
    with pytest.raises(Mistakes):
        check_label(text)


def test_all_mistakes_of_a_label_are_told() -> None:
    with pytest.raises(Mistakes) as caught:
        check_label("{plan} and {price} }")
    assert [mistake.code for mistake in caught.value.mistakes] == ["PS104", "PS104", "PS120"]


def test_a_decision_its_lines_and_its_steps_speak_by_them() -> None:
    shop = book('fee: 5 EUR, fee_label: "{to} Upgrade Fee", label: { en: "Move to {to}", sv: "Byt till {to}" }')
    decision = shop.decide(PLAIN, to_gold())
    assert [line.title for line in decision.lines if line.kind == "fee"] == ["Gold Upgrade Fee"]
    assert decision.label == "Move to Gold"
    assert dict(decision.labels) == {"en": "Move to Gold", "sv": "Byt till Gold"}
    told = decision.to_json()
    assert (told["label"], told["labels"]) == ("Move to Gold", {"en": "Move to Gold", "sv": "Byt till Gold"})
    assert decision.terms["fee_label"].text == "{to} Upgrade Fee"
    assert "Gold Upgrade Fee" in to_table(decision.plan())
    text = to_text(summary_of(decision), width=100)
    assert "Gold Upgrade Fee" in text
    assert "Move to Gold" in text


def test_a_cancellation_and_a_start_have_one_plan_each() -> None:
    shop = book('label: "{direction}: {from} {to}"')
    cancelled = shop.decide(PLAIN, ChangeRequest(at=AT, kind="cancel"))
    started = shop.decide(replace(PLAIN), replace(to_gold(), kind="start"))
    assert (cancelled.label, started.label) == ("cancellation: Silver", "start: Gold")


def test_a_rule_sets_them_as_a_policy_does() -> None:
    shop = book(rules='rule "named"\n  when upgrade or crossgrade\n  set label = "{from} becomes {to}"')
    assert shop.decide(PLAIN, to_gold()).label == "Silver becomes Gold"
