"""The values under a condition are those of the compiled form, hang where the eye looks, and keep to the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planshift.book import Book, Decision, load, load_text
from planshift.decision.condition_text import condition_lines, condition_text
from planshift.decision.condition_values import ConditionValues, ExpressionValues, PartValue, condition_values
from planshift.diagnostics.excerpt import width
from planshift.diagnostics.span import Span

BOOKS = sorted(path.parent for path in Path(__file__).parents[2].glob("policies/*/policy.yaml"))

POLICY = """
policy_language: 1
book: shop
currency: EUR
facts:
  customer:
    type: object
    properties:
      city: { type: string, default: Köln }
      signed_on: { type: string, format: date, default: 2025-12-24 }
groups:
  all: { members: { small: { level: 1 }, large: { level: 2 }, huge: { level: 4 } } }
"""

CATALOG = """
plans:
  small: { prices: { monthly: { every: 1 month, EUR: "10.00" } } }
  large: { prices: { monthly: { every: 1 month, EUR: "30.00" } } }
  huge: { prices: { monthly: { every: 1 month, EUR: "90.00" } } }
"""

ANNA = """
id: s1
customer: { id: anna, since: 2024-01-01 }
plan: small
price: monthly
currency: EUR
period: { start: 2026-03-01, end: 2026-04-01 }
"""


def decided(rules: str, *, catalog: str = CATALOG) -> tuple[Book, Decision]:
    book = load_text(
        {"policy.yaml": POLICY, "catalog.yaml": catalog, "policy.rules": rules, "subscriptions/anna.yaml": ANNA}
    )
    held = book.subscriptions["anna"]
    return book, book.decide(held, book.request(held, to="large", at="2026-03-11T10:00"))


def values(rules: str) -> ConditionValues:
    book, decision = decided(rules)
    (only,) = condition_values(decision, book.sources)
    return only


def shown(condition: str, *, room: int = 80) -> list[str]:
    found = values(f'rule "R"\n  when {condition}\n  set fee = 1 EUR\n')
    return list(condition_lines(found, room=room))


def by_text(condition: str, lets: str = "") -> dict[str, str]:
    found = values(f'{lets}rule "R"\n  when {condition}\n  set fee = 1 EUR\n')
    return {part.text: part.value for each in found.expressions for part in each.parts}


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.name)
def test_what_is_shown_of_a_rule_is_what_the_kernel_made_of_it(path: Path) -> None:
    book = load(path)
    for held in book.subscriptions.values():
        options = book.options(held, book.request(held, at=f"{held.period.start}T10:00"))
        for decision in (*options.entries, *options.hidden):
            conditions = book.rulebook.conditions(decision.reading)
            again = conditions.function(tuple(each.holds for each in conditions.conditions))
            found = again.call(decision.subscription, decision.request, decision.today)
            told = condition_values(decision, book.sources)
            assert [each.held for each in told] == [bool(holds) for holds in found]


@pytest.mark.parametrize(
    "condition, part, value",
    [
        ("to.price - from.price > 5 EUR", "to.price - from.price", "20.00 EUR"),
        ("subscription.period.end - today > 30 days", "subscription.period.end - today", "21 days"),
        ("customer.signed_on + 3 months < today", "customer.signed_on + 3 months", "2026-03-24"),
        ("customer.tenure >= 24 months", "customer.tenure", "26 months"),
        ("to = huge", "to", "large"),
        ("from in [large, huge]", "from in [large, huge]", "no"),
        ("from not in [large, huge]", "from not in [large, huge]", "yes"),
        ('customer.city = "Bonn"', "customer.city", '"Köln"'),
        ('customer.client_group = "x"', "customer.client_group", '""'),
        ("not upgrade", "not upgrade", "no"),
        ("10% of to.price > 2 EUR", "10% of to.price", "3.00 EUR"),
        ("max(to.price, from.price) > 5 EUR", "max(to.price, from.price)", "30.00 EUR"),
        ("(downgrade or upgrade) and from = small", "downgrade or upgrade", "yes"),
    ],
)
def test_every_kind_of_value_is_told_as_a_person_writes_it(condition: str, part: str, value: str) -> None:
    assert by_text(condition)[part] == value


def test_of_an_amount_in_several_currencies_the_customers_own_is_told() -> None:
    catalog = re.sub(r'EUR: "(\d+)', r'USD: "\1.00", EUR: "\1', CATALOG)
    book, decision = decided('rule "R" when to.price > [5 EUR, 6 USD] set fee = 0 EUR', catalog=catalog)
    (found,) = condition_values(decision, book.sources)
    assert {part.text: part.value for part in found.expressions[0].parts}["[5 EUR, 6 USD]"] == "5.00 EUR"


def test_what_is_written_out_has_no_value_under_it() -> None:
    assert by_text("upgrade and to.price > 5 EUR and to != huge") == {
        "upgrade": "yes",
        "to.price > 5 EUR": "yes",
        "to.price": "30.00 EUR",
        "to != huge": "yes",
        "to": "large",
    }


def test_values_hang_under_names_and_operators() -> None:
    assert shown("upgrade and to.level - from.level >= 2") == [
        "when upgrade and to.level - from.level >= 2",
        "     |           |        | |          |",
        "     yes         2        1 1          no",
    ]


def test_a_value_without_room_hangs_lower() -> None:
    assert shown("from = to and upgrade") == [
        "when from = to and upgrade",
        "     |    | |      |",
        "     |    | large  yes",
        "     |    no",
        "     small",
    ]


def test_a_condition_on_several_lines_has_its_values_under_each() -> None:
    assert shown("upgrade  # at once\n    # the larger one\n    and to = large") == [
        "when upgrade  # at once",
        "     |",
        "     yes",
        "  and to = large",
        "      |  |",
        "      |  yes",
        "      large",
    ]


def test_an_operator_is_not_looked_for_in_a_comment() -> None:
    assert shown("to.level  # not = but >=\n    >= 3") == [
        "when to.level  # not = but >=",
        "     |",
        "     2",
        "  >= 3",
        "  |",
        "  no",
    ]


def test_a_long_line_goes_on_where_it_has_a_blank() -> None:
    lines = shown("upgrade and customer.tenure >= 24 months and to.price > 5 EUR", room=40)
    assert lines == [
        "when upgrade and customer.tenure >= 24",
        "     |           |               |",
        "     yes         26 months       yes",
        "    months and to.price > 5 EUR",
        "               |        |",
        "               |        yes",
        "               30.00 EUR",
    ]


def test_a_value_at_the_edge_of_the_page_is_moved_to_the_left() -> None:
    assert shown("upgrade and customer.signed_on != today", room=44) == [
        "when upgrade and customer.signed_on != today",
        "     |           |                  |  |",
        "     yes         2025-12-24         |  |",
        "                                  2026-03-11",
        "                                    yes",
    ]


def test_wide_letters_take_two_columns() -> None:
    lines = shown('customer.city != "東京" and upgrade')
    assert lines[0].index("upgrade") + 2 == lines[1].rindex("|")


def test_a_let_is_told_by_its_name_and_then_by_what_it_stands_for() -> None:
    found = values('let big = to.level >= 3\nrule "R" when upgrade and big set fee = 1 EUR\n')
    assert [each.let for each in found.expressions] == [None, "big"]
    assert list(condition_lines(found, room=80))[-3:] == [
        "let big = to.level >= 3",
        "          |        |",
        "          2        no",
    ]


def test_the_head_says_whether_the_rule_held() -> None:
    held = values('rule "R"\n  when upgrade\n  set fee = 1 EUR\n')
    assert condition_text(held, room=80).startswith('rule "R" held (policy.rules:1)\n  when upgrade\n')
    other = values('rule "R"\n  when downgrade\n  set fee = 1 EUR\n')
    assert condition_text(other, room=80).startswith('rule "R" did not hold (policy.rules:1)\n')
    always = values('rule "R"\n  set fee = 1 EUR\n')
    assert condition_text(always, room=80) == 'rule "R" always holds (policy.rules:1)'


def test_only_the_wanted_rules_are_told() -> None:
    rules = 'rule "One"\n  when upgrade\n  set fee = 1 EUR\n\nrule "Two"\n  when cancel\n  set fee = 2 EUR\n'
    book, decision = decided(rules)
    found = condition_values(decision, book.sources, wanted=lambda title: title == "Two")
    assert [(each.rule, each.held) for each in found] == [("Two", False)]


WORDS = st.text(alphabet="ab東é.", min_size=1, max_size=12)


@given(
    words=st.lists(st.tuples(WORDS, st.one_of(st.none(), WORDS)), min_size=1, max_size=12),
    room=st.integers(min_value=24, max_value=60),
)
def test_nothing_is_left_out_and_nothing_leaves_the_page(words: list[tuple[str, str | None]], room: int) -> None:
    line = "when " + " ".join(word for word, _ in words)
    parts, column = [], 6
    for number, (word, value) in enumerate(words):
        place = Span(file="policy.rules", line=1, column=column, end_line=1, end_column=column + len(word))
        if value is not None:
            parts.append(PartValue(text=word, span=place, at=place.start, value=f"{number}{value}"))
        column += len(word) + 1
    span = Span(file="policy.rules", line=1, column=6, end_line=1, end_column=column)
    told = ExpressionValues(let=None, span=span, lines=(line,), parts=tuple(parts))
    printed = list(condition_lines(ConditionValues(rule="R", span=span, held=True, expressions=(told,)), room=room))
    assert all(width(each) <= room for each in printed)
    told_values = " ".join(printed).split()
    assert all(part.value in told_values for part in parts)
