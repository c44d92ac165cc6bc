"""The type checker, in two tables: what has a meaning, and what is said of what has none."""

from __future__ import annotations

import pytest

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.expressions.check import check_expression, check_rules
from planshift.expressions.names import Symbol, environment
from planshift.expressions.parse import parse_expression, parse_rules
from planshift.expressions.typed import Member, TypedRules, facts_read
from planshift.expressions.types import (
    BOOL,
    DATE,
    DAYS,
    MONEY,
    MONTHS,
    NUMBER,
    PERCENT,
    TEXT,
    WHOLE,
    SetOf,
    Type,
)
from tests.expressions.strategies import ENV, PLANS, SYMBOLS, TERMS


def checked(text: str) -> tuple[TypedRules, tuple[Diagnostic, ...]]:
    file, diagnostics = parse_rules(text, file="test")
    assert not diagnostics
    return check_rules(file, ENV, terms=TERMS)


def type_of(text: str) -> Type:
    expr, diagnostics = parse_expression(text, file="test")
    assert expr is not None, diagnostics
    typed, diagnostics = check_expression(expr, ENV)
    assert not diagnostics
    return typed.type


@pytest.mark.parametrize(
    "text, kind",
    [
        ("upgrade", BOOL),
        ("not upgrade and downgrade or true", BOOL),
        ("to.level", WHOLE),
        ("2.0", WHOLE),
        ("2.5", NUMBER),
        ("to.level * 2 - from.level", WHOLE),
        ("to.level / 2", NUMBER),
        ("1.5 + 1.5", WHOLE),
        ("10%", PERCENT),
        ("10% + customer.discount", PERCENT),
        ("customer.discount * 2", PERCENT),
        ("10% of to.price", MONEY),
        ("10% of 5% of to.price", MONEY),
        ("customer.discount of to.price", MONEY),
        ("10% of usage.disk_gb", NUMBER),
        ("0 EUR", MONEY),
        ("[5 EUR, 6 USD, 700 JPY]", MONEY),
        ("to.price - from.price", MONEY),
        ("to.price * 1.5", MONEY),
        ("2 * to.price / 3", MONEY),
        ("-to.price", MONEY),
        ("24 months", MONTHS),
        ("2 years - customer.tenure", MONTHS),
        ("2 weeks", DAYS),
        ("3 * 30 days", DAYS),
        ("contract.ends_on - today", DAYS),
        ("days(today, contract.ends_on)", DAYS),
        ("months(today, contract.ends_on)", MONTHS),
        ("today + 30 days", DATE),
        ("24 months + today", DATE),
        ("today - 1 year", DATE),
        ('"text"', TEXT),
        ("to", PLANS),
        ("gold", PLANS),
        ("gold = to", BOOL),
        ('to = "gold"', BOOL),
        ("to in [gold, silver, from]", BOOL),
        ("to not in held", BOOL),
        ('"ssl" in addons', BOOL),
        ("request.by = staff", BOOL),
        ("upgrade = downgrade", BOOL),
        ("to.level in [1, 2.5]", BOOL),
        ("to.price in [[5 EUR, 6 USD, 700 JPY], 0 EUR]", BOOL),
        ("if upgrade then gold else silver", PLANS),
        ("to = (if upgrade then gold else silver)", BOOL),
        ("if upgrade then 1 else 2.5", NUMBER),
        ("max(to.price, from.price, 0 EUR)", MONEY),
        ("min(today, contract.ends_on)", DATE),
        ("abs(to.level - from.level)", WHOLE),
        ("(to.price, at least 0 EUR)", MONEY),
        ("10% of to.price, at least 0 EUR, at most [50 EUR, 55 USD, 8000 JPY]", MONEY),
        ("[gold, silver]", SetOf(item=PLANS)),
        ("addons", SetOf(item=TEXT)),
        ("currency = EUR", BOOL),
    ],
)
def test_what_has_a_meaning_has_a_type(text: str, kind: Type) -> None:
    assert type_of(text) == kind


BAD = [
    # names
    ("nothing", "PS310", "nothing is called `nothing`", None),
    ("to.pirce > 0 EUR", "PS310", "nothing is called `to.pirce`", "did you mean `to.price`?"),
    (
        "to.level-from.level > 1",
        "PS310",
        "nothing is called `to.level-from.level`",
        "write blanks around the minus: `to.level - from.level`",
    ),
    ("to = glod", "PS323", "`glod` is not a plan", "did you mean `gold`?"),
    ('to = "glod"', "PS323", '`"glod"` is not a plan', "did you mean `gold`?"),
    ("request.by = bob", "PS323", "`bob` is not a requester", "it can be `customer`, `staff` or `system`"),
    ("mx(1, 2)", "PS315", "there is no function `mx`", "did you mean `max`?"),
    ("max(1)", "PS315", "`max` takes 2 to 16 values, and here it is given 1", "it gives the largest of the values"),
    ("abs(1, 2)", "PS315", "`abs` takes 1 value, and here it is given 2", "it gives the value without its sign"),
    # literals
    ("2026-02-30 > today", "PS304", "the calendar has no `2026-02-30`", "the last day of that month is `2026-02-28`"),
    ("1969-12-31 < today", "PS304", "`1969-12-31` lies outside 1970-01-01 to 2400-12-31", None),
    ("0.001 EUR", "PS304", "`EUR` has 2 decimals, and `0.001` has more", None),
    ("[1 EUR, 1 USD, 1.5 JPY]", "PS304", "`JPY` has no decimals, and `1.5` has more", None),
    ("0 EUX", "PS304", "`EUX` is not a currency", "did you mean `EUR`?"),
    ("9999999999999999", "PS304", "a number has at most 15 digits", None),
    ("101 years", "PS304", "a duration is at most 100 years", None),
    (
        "to.price > 5 EUR",
        "PS326",
        "the book also sells in `USD` and `JPY`, and this gives no amount there",
        "write one amount for each currency: `[5 EUR, ... USD, ... JPY]`",
    ),
    ("to.price > [5 EUR, 5 EUR, 6 USD, 7 JPY]", "PS326", "`EUR` is given twice", "keep one of them"),
    # operators
    ("0 EUR > 3 months", "PS320", "money cannot be compared with a duration in months", None),
    (
        "to.price > 0",
        "PS320",
        "money cannot be compared with a whole number",
        "an amount has a currency, as in `5 EUR`",
    ),
    (
        "customer.tenure > 700 days",
        "PS320",
        "a duration in months cannot be compared with a duration in days",
        "a month has no fixed number of days; compare dates instead, as in `a + 24 months <= b`",
    ),
    (
        "customer.discount > 10",
        "PS320",
        "a percentage cannot be compared with a whole number",
        "a percentage has its sign, as in `10%`",
    ),
    (
        "today > 2026-1-31",
        "PS320",
        "a date cannot be compared with a whole number",
        "a date is written as in `2026-01-31`, with all its digits and without quotes",
    ),
    (
        'today > "2026-01-31"',
        "PS320",
        "a date cannot be compared with a text",
        "a date is written as in `2026-01-31`, with all its digits and without quotes",
    ),
    (
        "contract.ends_on > 30 days",
        "PS320",
        "a date cannot be compared with a duration in days",
        "a date and a duration make another date, as in `today + 30 days`",
    ),
    ("to = staff", "PS323", "`staff` is not a plan", "it can be `trial`, `bronze`, `silver`, `gold` or `dns-only`"),
    ("to = request.by", "PS320", "a plan cannot be compared with a requester", None),
    (
        "to.price * 10%",
        "PS320",
        "money cannot be multiplied by a percentage",
        "a part of something is written as in `10% of to.price`",
    ),
    (
        "to.price + 10%",
        "PS320",
        "money cannot be added to a percentage",
        "a part of something is written as in `10% of to.price`",
    ),
    ("today - to.price", "PS320", "money cannot be subtracted from a date", None),
    ("today + today", "PS320", "a date cannot be added to a date", None),
    (
        "to.price * from.price",
        "PS320",
        "money cannot be multiplied by money",
        "an amount is multiplied by a number, as in `2 * to.price`",
    ),
    (
        "to.price / from.price",
        "PS320",
        "money cannot be divided by money",
        "compare with a product instead, as in `a > 2 * b`",
    ),
    (
        "2 months * 1.5",
        "PS320",
        "a duration in months cannot be multiplied by a number",
        "only whole numbers multiply a duration",
    ),
    ('"a" + "b"', "PS320", "a text cannot be added to a text", None),
    ("to > from", "PS321", "`>` needs an order, and a plan has none", "compare `to.level` with `from.level`"),
    ("upgrade < downgrade", "PS321", "`<` needs an order, and yes or no has none", "use `=` or `!=`"),
    ("-today", "PS321", "a date has no sign to change", None),
    ("abs(to)", "PS321", "a plan has no sign to leave out", None),
    ("max(to, from)", "PS321", "this needs an order, and a plan has none", "compare `to.level` with `from.level`"),
    ("addons = addons", "PS321", "lists are not compared", "use `in`"),
    ("to in []", "PS321", "nothing is in an empty list", "name what is meant, as in `[a, b]`"),
    ("to in gold", "PS321", "`in` needs a list on its right side, and this is a plan", "write a list, as in `[a, b]`"),
    ("10% of today", "PS321", "a percentage is taken of money or of a number, and this is a date", None),
    (
        "customer.country in addons",
        "PS321",
        "only a text that is written out can be looked up in a fact",
        'put it in quotes, as in `"ssl"`',
    ),
    ("if upgrade then 0 EUR else 1", "PS320", "both ends of an `if` must be of one type", None),
    ("if upgrade then [1] else [2]", "PS321", "an `if` cannot choose between lists", "write one rule for each list"),
    ("[1, gold]", "PS320", "the values of a list must be of one type", None),
    ("[[1], [2]]", "PS320", "the values of a list must be of one type", None),
    ("[]", "PS321", "an empty list has no meaning here", "name what is meant, as in `[a, b]`"),
    (
        "to.level / from.level",
        "PS325",
        "only a fixed number can divide",
        "multiply the other side instead, as in `a > 2 * b`",
    ),
    ("to.level / (1 - 1)", "PS325", "nothing can be divided by 0", None),
    (
        "usage.disk_gb * usage.disk_gb * usage.disk_gb * usage.disk_gb * usage.disk_gb * usage.disk_gb * usage.disk_gb",
        "PS327",
        "this can become too large a number to compute with",
        "multiply fewer values with each other",
    ),
    # places
    ("upgrade and to.level", "PS322", "`and` needs yes or no, and this is a whole number", None),
    ("not 5", "PS322", "`not` needs yes or no, and this is a whole number", None),
    ("upgrade or gold", "PS322", "`or` needs yes or no, and this is a plan", "compare it, as in `to = gold`"),
    ("if to.level then 1 else 2", "PS322", "`if` needs yes or no, and this is a whole number", None),
    (
        "5 of to.price",
        "PS322",
        "`of` needs a percentage, and this is a whole number",
        "a percentage has its sign, as in `10%`",
    ),
    (
        "days(today, 5)",
        "PS322",
        "`days` needs a date, and this is a whole number",
        "a date is written as in `2026-01-31`, with all its digits and without quotes",
    ),
]


@pytest.mark.parametrize("text, code, message, advice", BAD, ids=[row[0] for row in BAD])
def test_what_has_no_meaning_is_explained(text: str, code: str, message: str, advice: str | None) -> None:
    expr, diagnostics = parse_expression(text, file="test")
    assert expr is not None, diagnostics
    _, diagnostics = check_expression(expr, ENV)
    assert [(d.code, d.message, d.help) for d in diagnostics] == [(code, message, advice)]


# names


def test_a_value_of_the_list_goes_before_a_fact_of_that_name() -> None:
    names = environment([*SYMBOLS, Symbol(name="gold", type=BOOL)])
    expr, _ = parse_expression("to = gold and gold", file="test")
    assert expr is not None
    typed, diagnostics = check_expression(expr, names)
    assert not diagnostics
    assert isinstance(typed.parts[0].parts[1].meaning, Member)
    assert typed.parts[1].type == BOOL


def test_a_let_is_used_by_what_stands_below_it() -> None:
    rules, diagnostics = checked('let a = to.level\nlet b = a * 2\nrule "r" when b > 3 set fee = 0 EUR')
    assert not diagnostics
    (rule,) = rules.rules
    assert rule.when is not None
    assert [fact.name for fact in facts_read(rule.when)] == ["to.level"]


def test_a_let_may_read_what_is_known_later_and_then_serves_there_only() -> None:
    text = 'let bill = due_now > 0 EUR\nalways "p": bill or not bill\nrule "r" when bill set fee = 0 EUR'
    _, diagnostics = checked(text)
    assert [(d.code, d.message, d.context) for d in diagnostics] == [
        ("PS313", "`bill` depends on what is known only once a change is decided", 'rule "r"')
    ]


def test_a_fact_of_an_order_serves_reactions() -> None:
    _, diagnostics = checked("on rating.completed when credit.held and upgrade then release_credit")
    assert not diagnostics


def test_one_mistake_in_a_let_is_reported_once() -> None:
    _, diagnostics = checked('let a = nothing\nrule "r" when a > 3 and not a set fee = a')
    assert [d.message for d in diagnostics] == ["nothing is called `nothing`"]


def test_what_a_rule_does_is_at_hand_by_kind() -> None:
    text = 'rule "r" set fee = 0 EUR deny "a {to}" warn "b" need stock set timing = now'
    rules, diagnostics = checked(text)
    assert not diagnostics
    (rule,) = rules.rules
    assert [effect.term for effect in rule.sets] == ["fee", "timing"]
    assert [len(rule.denials), len(rule.warnings), len(rule.needs)] == [1, 1, 1]
    assert len(rule.effects) == 5
    assert rule.when is None


@pytest.mark.parametrize(
    "text",
    [
        "set timing = now",
        "set timing = if upgrade then now else period_end",
        "set proration.basis = actual",
        'set proration.basis = "fixed 30"',
        "set share_scale = 9",
        "set share_scale = exact",
        "set fee = 10% of to.price, at most [50 EUR, 55 USD, 8000 JPY]",
        'set notify = [client, "bcc billing@example.com"]',
        "set notify = [rating.completed]",
        "set notify = []",
        "set requires = [stock, nothing_unpaid]",
        "set one_time = upgrade",
        'set fee_label = "Upgrade"',
        'set fee_label = if upgrade then "Up" else "Down"',
    ],
)
def test_a_term_takes_values_of_its_type(text: str) -> None:
    _, diagnostics = checked(f'rule "r" {text}')
    assert not diagnostics


def test_a_long_file_is_not_checked_for_ever() -> None:
    names = environment([*SYMBOLS, *(Symbol(name=f"fact-number-{n}", type=BOOL) for n in range(500))])
    text = "\n".join(f'rule "{n}" when fact-numbr-{n}-{n} set fee = 0 EUR' for n in range(500))
    file, _ = parse_rules(text, file="test")
    _, diagnostics = check_rules(file, names, terms=TERMS)
    assert len(diagnostics) == 500


def test_lets_can_build_on_each_other_but_not_without_end() -> None:
    lines = ["let a0 = upgrade", *(f"let a{n} = not (a{n - 1} and downgrade)" for n in range(1, 3_000))]
    _, diagnostics = checked("\n".join([*lines, 'rule "r" when a2999 set fee = 0 EUR']))
    assert {d.code for d in diagnostics} == {"PS303"}
    assert diagnostics[0].message == "`a22` is more than 64 levels deep, with the `let`s that it uses"
