"""Explanations: what is read to a customer, the whole trace, and the same as data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from planshift.billing.change import ChangeRequest
from planshift.book import Decision
from planshift.decision.explain import to_markdown, to_text, trace_markdown, trace_text
from planshift.policy.terms import TERMS
from tests.decision.shop import AT, HOLDERS, PLAIN, book, to_gold

RULES = """
rule "Nobody with a full disk"
  when usage.disk_gb > 20
  deny "The disk holds {usage.disk_gb} GB."

rule "Cheap"
  when to.price > 20 EUR
  set fee = 10% of to.price
"""


def decided() -> Iterator[Decision]:
    """Decisions of every verdict."""
    shop = book("limits: check, override: staff", rules=RULES)
    for holder in HOLDERS.values():
        yield shop.decide(holder, to_gold())
        yield shop.decide(holder, ChangeRequest(at=AT, kind="cancel"))
    yield shop.decide(replace(PLAIN, usage=(("disk_gb", 15),)), to_gold("yearly"))
    denied = replace(to_gold(), by="staff", override=True, override_reason="promised")
    yield shop.decide(HOLDERS["with an add-on"], denied)
    yield shop.decide(replace(PLAIN, plan="gold"), ChangeRequest(at=AT, plan="silver", price="monthly"))


DECISIONS = tuple(decided())


@pytest.mark.parametrize("decision", DECISIONS, ids=repr)
def test_the_text_keeps_its_width_and_tells_the_verdict(decision: Decision) -> None:
    for text in (to_text(decision), trace_text(decision)):
        assert all(len(line) <= 80 for line in text.splitlines())
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
    words = {"allowed": "Allowed", "denied": "Denied", "needs_remedy": "Not yet", "needs_approval": "Needs approval"}
    assert words[decision.verdict] in to_text(decision)
    assert words[decision.verdict] in to_markdown(decision)


@pytest.mark.parametrize("decision", DECISIONS, ids=repr)
def test_the_amounts_of_the_text_add_up_to_what_is_due(decision: Decision) -> None:
    """The column of the lines, with what a credit is kept for, comes to the closing line."""
    flow = decision.flow
    if flow is None or not decision.lines:
        return
    signed = sum(-line.amount.minor if line.kind == "credit" else line.amount.minor for line in decision.lines)
    kept = flow.debt_reduced + flow.to_account + flow.refunded + flow.to_next_bill + flow.to_time
    assert signed + kept.minor == (flow.due_now + flow.due_later + flow.due_held).minor
    assert str(flow.due_now if decision.immediate else flow.due_later) in to_text(decision)


@pytest.mark.parametrize("decision", DECISIONS, ids=repr)
def test_the_trace_names_every_term_and_reason(decision: Decision) -> None:
    text, data = trace_text(decision), decision.to_json()
    assert all(f"  {term.name} " in text for term in TERMS)
    assert isinstance(data["terms"], dict)
    assert set(data["terms"]) == {term.name for term in TERMS}
    assert all(f"{reason.code}: " in text for reason in decision.all_reasons)


@pytest.mark.parametrize("decision", DECISIONS, ids=repr)
def test_the_data_is_plain_and_says_the_same_each_time(decision: Decision) -> None:
    data = decision.to_json()
    again = type(decision)(
        *(getattr(decision, name) for name in ("rulebook", "reading", "subscription", "request", "today", "raw"))
    )
    assert json.loads(json.dumps(data)) == data
    assert again.to_json() == data
    assert data["verdict"] == decision.verdict
    assert data["fingerprint"] == decision.fingerprint


def test_the_data_places_what_the_policy_settled() -> None:
    data = book("fee: 15 EUR").decide(PLAIN, to_gold()).to_json()
    assert isinstance(data["lines"], list)
    fee = next(line for line in data["lines"] if line["kind"] == "fee")
    assert fee["amount"] == "15.00 EUR"
    assert fee["source"] == {"kind": "any", "title": "terms", "place": {"file": "policy.yaml", "line": 7, "column": 22}}
    assert isinstance(data["terms"], dict)
    assert data["terms"]["timing"]["source"] == {"kind": "default", "title": "built-in default", "place": None}


def test_a_rule_tells_what_it_read() -> None:
    decision = book(rules=RULES).decide(HOLDERS["with an add-on"], to_gold())
    assert decision.to_json()["rules"] == [
        {
            "title": 'rule "Nobody with a full disk"',
            "place": {"file": "policy.rules", "line": 2, "column": 6},
            "reads": {"usage.disk_gb": "27"},
        },
        {
            "title": 'rule "Cheap"',
            "place": {"file": "policy.rules", "line": 6, "column": 6},
            "reads": {"to.price": "29.00 EUR"},
        },
    ]
    assert "it read usage.disk_gb = 27" in trace_text(decision)


@pytest.mark.parametrize(
    "plan, code, place",
    [
        ("gold", "no_road", "policy.yaml:6:1, groups and paths"),
        ("silver", "same_plan", ""),
    ],
)
def test_a_reason_has_its_place(plan: str, code: str, place: str) -> None:
    asked = ChangeRequest(at=AT, plan="silver", price="monthly")
    decision = book().decide(replace(PLAIN, plan=plan), asked)
    text = trace_text(decision)
    assert f"- {code}: " in text
    assert place in text


def test_markdown_is_the_same_sheet() -> None:
    decision = book("fee: 15 EUR").decide(PLAIN, to_gold())
    assert "| fee |  |  |  | 15.00 EUR | [\\[2\\]](<policy.yaml#L7>) |" in to_markdown(decision)
    assert "15.00 EUR" in trace_markdown(decision)
