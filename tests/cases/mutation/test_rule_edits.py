"""Every kind of edit of a rule, as the text it becomes."""

from __future__ import annotations

import pytest

from planshift.cases.mutation.edit import Edit
from planshift.cases.mutation.rule_edits import rule_edits
from planshift.expressions.parse import parse_rules

PLANS = ("bronze", "silver")


def edits(text: str) -> list[Edit]:
    rules, problems = parse_rules(text, file="policy.rules")
    assert not problems
    return list(rule_edits(rules, text, file="policy.rules", plans=PLANS))


def conditions(condition: str) -> set[tuple[str, str]]:
    """The edits of a condition, each as its kind and the condition it becomes."""
    text = f'rule "R"\n  when {condition}\n  set fee = none\n'
    head, tail = text.split(condition)
    found = ((each.kind, each.applied(text)) for each in edits(text))
    return {(kind, after.removeprefix(head).removesuffix(tail)) for kind, after in found if after.startswith(head)}


def values(value: str, term: str = "fee") -> set[tuple[str, str]]:
    text = f'rule "R"\n  when upgrade\n  set {term} = {value}\n'
    head = text.split(f" = {value}", maxsplit=1)[0] + " = "
    found = ((each.kind, each.applied(text)) for each in edits(text))
    return {(kind, after.removeprefix(head).strip()) for kind, after in found if after.startswith(head)}


@pytest.mark.parametrize(
    "condition, expected",
    [
        ("upgrade", {("not", "not upgrade")}),
        ("not upgrade", {("not", "upgrade")}),
        (
            "upgrade and loyal",
            {
                ("not", "not upgrade and loyal"),
                ("not", "upgrade and not loyal"),
                ("and/or", "upgrade or loyal"),
                ("part removed", "loyal"),
                ("part removed", "upgrade"),
            },
        ),
        (
            "customer.tenure >= 24 months",
            {
                ("comparison", "customer.tenure > 24 months"),
                ("comparison", "customer.tenure < 24 months"),
                ("duration", "customer.tenure >= 25 months"),
                ("duration", "customer.tenure >= 23 months"),
            },
        ),
        (
            "usage.sites = 5",
            {("comparison", "usage.sites != 5"), ("bound", "usage.sites = 6"), ("bound", "usage.sites = 4")},
        ),
        (
            "usage.sites * 10 > 5",
            {
                ("comparison", "usage.sites * 10 >= 5"),
                ("comparison", "usage.sites * 10 <= 5"),
                ("arithmetic", "usage.sites / 10 > 5"),
                ("bound", "usage.sites * 11 > 5"),
                ("bound", "usage.sites * 9 > 5"),
                ("bound", "usage.sites * 10 > 6"),
                ("bound", "usage.sites * 10 > 4"),
            },
        ),
        (
            "from = bronze",
            {("side", "to = bronze"), ("comparison", "from != bronze"), ("plan", "from = silver")},
        ),
        ("loyal = true", {("comparison", "loyal != true"), ("flag", "loyal = false")}),
        (
            "request.by in [staff, system]",
            {
                ("not", "request.by not in [staff, system]"),
                ("item removed", "request.by in [system]"),
                ("item removed", "request.by in [staff]"),
            },
        ),
        ("request.by not in [staff]", {("not", "request.by in [staff]")}),
        (
            "today >= 2026-03-01",
            {
                ("comparison", "today > 2026-03-01"),
                ("comparison", "today < 2026-03-01"),
                ("date", "today >= 2026-03-02"),
                ("date", "today >= 2026-02-28"),
            },
        ),
    ],
)
def test_a_condition(condition: str, expected: set[tuple[str, str]]) -> None:
    assert conditions(condition) == expected


def test_parentheses_go_with_what_stands_in_them() -> None:
    found = conditions("upgrade and (loyal or vip)")
    assert ("part removed", "upgrade") in found
    assert ("part removed", "(loyal or vip)") in found
    assert ("and/or", "upgrade or (loyal or vip)") in found
    assert ("and/or", "upgrade and (loyal and vip)") in found


def test_every_connective_of_a_long_condition_turns_at_once_and_comments_stay() -> None:
    found = conditions("upgrade  # not a downgrade and so on\n    and loyal\n    and vip")
    assert ("and/or", "upgrade  # not a downgrade and so on\n    or loyal\n    or vip") in found
    assert ("part removed", "upgrade  # not a downgrade and so on\n    and vip") not in found
    assert ("part removed", "upgrade\n    and vip") in found


@pytest.mark.parametrize(
    "value, expected",
    [
        ("0 EUR", {("amount", "1 EUR")}),
        (
            "30% of to.price, at most 50 EUR",
            {
                ("percentage", "31% of to.price, at most 50 EUR"),
                ("percentage", "29% of to.price, at most 50 EUR"),
                ("side", "30% of from.price, at most 50 EUR"),
                ("bound", "30% of to.price, at most 55 EUR"),
                ("bound", "30% of to.price, at most 45 EUR"),
                ("part removed", "30% of to.price"),
            },
        ),
        (
            "3% of to.price, at least 5 EUR, at most 9 EUR",
            {
                ("percentage", "4% of to.price, at least 5 EUR, at most 9 EUR"),
                ("percentage", "2% of to.price, at least 5 EUR, at most 9 EUR"),
                ("side", "3% of from.price, at least 5 EUR, at most 9 EUR"),
                ("bound", "3% of to.price, at least 6 EUR, at most 9 EUR"),
                ("bound", "3% of to.price, at least 4 EUR, at most 9 EUR"),
                ("bound", "3% of to.price, at least 5 EUR, at most 10 EUR"),
                ("bound", "3% of to.price, at least 5 EUR, at most 8 EUR"),
                ("part removed", "3% of to.price, at most 9 EUR"),
                ("part removed", "3% of to.price, at least 5 EUR"),
            },
        ),
    ],
)
def test_an_amount(value: str, expected: set[tuple[str, str]]) -> None:
    assert values(value) == expected


def test_a_term_takes_each_of_its_other_words() -> None:
    assert values("none", term="provision") == {("value", "notify")}
    assert values('"warn"', term="limits") == {("value", '"check"'), ("value", '"ignore"')}
    assert len(values("now", term="timing")) == 6


RULES = """\
let loyal = customer.tenure >= 24 months

rule "One"
  when loyal
  set fee = none
  set timing = now

rule "Two"
  when upgrade
  set fee = 5 EUR   # five

rule "Three"
  when upgrade
  deny "No."

on invoice.issued when change.waiting
  then lock_change

always "small": fee <= 50 EUR
"""


def test_a_rule_can_go_with_its_lines_and_an_effect_where_there_are_others() -> None:
    after = [each.applied(RULES) for each in edits(RULES) if each.kind in {"rule removed", "part removed"}]
    assert RULES.replace('rule "Two"\n  when upgrade\n  set fee = 5 EUR   # five\n', "") in after
    assert RULES.replace("  set timing = now\n", "") in after
    assert len(after) == 5


def test_rules_that_speak_of_one_term_change_places() -> None:
    (order,) = [each for each in edits(RULES) if each.kind == "order"]
    after = order.applied(RULES)
    assert after.index('rule "Two"') < after.index('rule "One"') < after.index('rule "Three"')


def test_a_let_is_edited_but_no_reaction_and_no_promise() -> None:
    lines = {each.line for each in edits(RULES)}
    assert 1 in lines
    assert not {number for number in lines if number >= RULES[: RULES.index("on invoice")].count("\n")}


def test_what_an_edit_makes_can_be_read() -> None:
    text = RULES + 'rule "Four"\n  when upgrade and not (loyal or from != bronze)\n  warn "Look at {to.price}."\n'
    for each in edits(text):
        assert not parse_rules(each.applied(text), file="policy.rules")[1], each
