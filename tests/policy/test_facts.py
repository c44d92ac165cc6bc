"""Facts: declared as a JSON Schema, checked before a rule sees them, held as whole numbers, truths and texts."""

from __future__ import annotations

import subprocess
import sys

import pytest

from planshift.billing.subscription import FactValue
from planshift.expressions.types import BOOL, DATE, DAYS, MONEY, MONTHS, TEXT, WHOLE, Enum
from planshift.policy.document import BookDocument
from planshift.policy.fact_validation import read_facts
from planshift.policy.mistakes import Mistake
from planshift.policy.read_yaml import read_yaml
from tests.policy import shop

DECLARED = """
policy_language: 1
currency: EUR
facts:
  customer:
    type: object
    properties:
      orders: { type: integer, minimum: 0, maximum: 100, description: How often they ordered }
      vip: { type: boolean, default: false }
      pays_by: { enum: [card, invoice] }
      note: { type: string, default: "", maxLength: 5 }
      line: { type: string, format: money, default: 5 EUR }
      born: { type: string, format: date, default: 2000-01-01 }
      bound: { type: string, format: months, default: 1 year }
      slow: { type: string, format: days, default: 2 weeks }
    required: [orders, pays_by]
  usage:
    properties:
      calls: { type: integer }
    required: [calls]
"""


def book() -> BookDocument:
    return shop.book(shop.files(policy=DECLARED))


def facts(text: str, *, currency: str = "EUR") -> tuple[dict[str, FactValue], list[Mistake]]:
    root, problems = read_yaml(text, file="facts.yaml")
    assert not problems
    pairs, mistakes = read_facts(book().facts, root, side="customer", currency=currency, decimals={})
    return dict(pairs), list(mistakes)


def test_the_type_checker_knows_them() -> None:
    schema = book().facts
    assert [(fact.name, fact.type) for fact in schema.of("customer")] == [
        ("orders", WHOLE),
        ("vip", BOOL),
        ("pays_by", Enum(name="customer.pays_by", members=("card", "invoice"))),
        ("note", TEXT),
        ("line", MONEY),
        ("born", DATE),
        ("bound", MONTHS),
        ("slow", DAYS),
    ]
    assert schema.of("customer")[0].doc == "How often they ordered"
    assert [fact.name for fact in schema.of("usage")] == ["calls"]


def test_defaults_are_filled_in_and_the_order_is_that_of_the_book() -> None:
    found, mistakes = facts("{ pays_by: invoice, orders: 3 }")
    assert not mistakes
    assert list(found.items()) == [
        ("orders", 3),
        ("vip", False),
        ("pays_by", 1),
        ("note", ""),
        ("line", 500),
        ("born", 10957),
        ("bound", 12),
        ("slow", 14),
    ]


def test_values_take_the_place_of_defaults() -> None:
    text = "{ pays_by: card, orders: 0, vip: true, note: x, line: 7.50 EUR, born: 1970-01-02"
    found, mistakes = facts(f"{text}, bound: 3 months, slow: 1 day }}")
    assert not mistakes
    assert list(found.values()) == [0, True, 0, "x", 750, 1, 3, 1]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("{ pays_by: card }", [("PS102", ())]),
        ("{ pays_by: card, orders: -1 }", [("PS105", ("orders",))]),
        ("{ pays_by: card, orders: 101 }", [("PS105", ("orders",))]),
        ("{ pays_by: card, orders: true }", [("PS103", ("orders",))]),
        ("{ pays_by: card, orders: 1.5 }", [("PS103", ("orders",))]),
        ("{ pays_by: card, orders: '1' }", [("PS103", ("orders",))]),
        ("{ pays_by: cash, orders: 1 }", [("PS104", ("pays_by",))]),
        ("{ pays_by: card, orders: 1, vip: 1 }", [("PS103", ("vip",))]),
        ("{ pays_by: card, orders: 1, note: toolong }", [("PS105", ("note",))]),
        ("{ pays_by: card, orders: 1, line: 5 }", [("PS103", ("line",))]),
        ("{ pays_by: card, orders: 1, line: 5 USD }", [("PS505", ("line",))]),
        ("{ pays_by: card, orders: 1, line: -5 EUR }", [("PS105", ("line",))]),
        ("{ pays_by: card, orders: 1, born: 2000-02-30 }", [("PS117", ("born",))]),
        ("{ pays_by: card, orders: 1, slow: 1 month }", [("PS116", ("slow",))]),
        ("{ pays_by: card, orders: 1, vipp: true }", [("PS501", ("vipp",))]),
        ("{ pays_by: card, orders: [1], vip: { a: b } }", [("PS103", ("orders",)), ("PS103", ("vip",))]),
        ("[]", [("PS103", ())]),
    ],
)
def test_what_does_not_fit_is_refused(text: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    found = [(mistake.code, mistake.at) for mistake in facts(text)[1]]
    assert sorted(found) == sorted(expected)


def test_a_default_amount_is_not_taken_for_another_currency() -> None:
    _, mistakes = facts("{ pays_by: card, orders: 1 }", currency="USD")
    assert [mistake.code for mistake in mistakes] == ["PS505"]


def test_the_validator_is_loaded_for_facts_only() -> None:
    program = (
        "import sys, pathlib; from planshift.policy.from_yaml import read_book;"
        f"assert read_book(pathlib.Path({str(shop.BASE)!r}))[0]; print('jsonschema' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
