"""The compiled form of an expression is worth what the oracle says, for all facts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from planshift.billing.rounding import ROUNDING_MODES
from planshift.diagnostics.diagnostic import has_errors
from planshift.expressions.check import check_expression, check_rules
from planshift.expressions.form import Form, Node
from planshift.expressions.lower import Lowering
from planshift.expressions.names import Symbol
from planshift.expressions.parse import parse_expression, parse_rules
from planshift.expressions.printer import to_text
from planshift.expressions.scalar import compile_scalar
from planshift.expressions.typed import Typed
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
    Enum,
    Type,
)
from tests.expressions.strategies import CURRENCIES, ENV, PLANS, RANGES, REQUESTER, TERMS, facts, of_type
from tests.reference.evaluate import EPOCH, Oracle, Value, rounded

KINDS: tuple[Type, ...] = (BOOL, WHOLE, NUMBER, PERCENT, MONEY, MONTHS, DAYS, DATE, TEXT, PLANS, REQUESTER)


def inputs_of(form: Form) -> Callable[[Symbol], Node]:
    def inputs(symbol: Symbol) -> Node:
        if symbol.type == BOOL:
            return form.truth_input(symbol.input)
        if symbol.type == TEXT:
            return form.text_input(symbol.input)
        if isinstance(symbol.type, Enum):
            return form.whole_input(symbol.input, low=0, high=len(symbol.type.members) - 1)
        low, high = RANGES.get(symbol.name, (0, 157_419))
        return form.whole_input(symbol.input, low=low, high=high)

    return inputs


def read(name: str, facts: dict[str, Value]) -> int | bool | str:
    """What the compiled form reads of the facts."""
    base, _, member = name.removesuffix("]").partition("[")
    value = facts[base]
    if isinstance(value, frozenset):
        return member in value
    kind = ENV.symbols[base].type
    if isinstance(kind, Enum):
        return kind.members.index(str(value))
    if isinstance(value, Fraction):
        return int(value * 1_000_000 if kind == PERCENT else value)
    return plain(value, kind)


def plain(value: Value, kind: Type) -> int | bool | str:
    """A value of the oracle as the compiled form has it."""
    if isinstance(value, date):
        return (value - EPOCH).days
    assert isinstance(value, bool | int | str)
    return kind.members.index(value) if isinstance(kind, Enum) and isinstance(value, str) else value


def computed(typed: Typed, facts: dict[str, Value], mode: str = "half_up") -> int | bool | str:
    form = Form()
    currency = form.whole_input("currency", low=0, high=len(CURRENCIES) - 1)
    node = Lowering(form, inputs_of(form), currency=currency, currencies=CURRENCIES).value(typed, mode)
    names = [*ENV.symbols, *(f"{name}[{member}]" for name in ("addons", "held") for member in MEMBERS)]
    access = {name: f"facts[{name!r}]" for name in names}
    kernel = compile_scalar([node], name="kernel", parameters=["facts"], access=access)
    (answer,) = kernel.call({name: read(name, facts) for name in kernel.inputs})
    return answer


MEMBERS = ("extra-disk", "ssl", *PLANS.members)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@given(data=st.data(), known=facts(), mode=st.sampled_from(ROUNDING_MODES))
@settings(max_examples=100)
def test_the_compiled_form_agrees_with_the_oracle(
    kind: Type, data: st.DataObject, known: dict[str, Value], mode: str
) -> None:
    expr = data.draw(of_type(kind))
    typed, diagnostics = check_expression(expr, ENV, wanted=kind)
    # the one thing that can be wrong with what is drawn: a number too large, which the language refuses
    assume({d.code for d in diagnostics} <= {"PS327"} and not has_errors(diagnostics))
    expected = Oracle(facts=known, currency=str(known["currency"])).value(typed)
    if isinstance(expected, Fraction):
        expected = rounded(expected * 1_000_000 if kind == PERCENT else expected, mode)
    assert computed(typed, known, mode) == plain(expected, kind), to_text(expr)


def value_of(text: str, **known: Value) -> int | bool | str:
    expr, diagnostics = parse_expression(text, file="test")
    assert expr is not None, diagnostics
    typed, diagnostics = check_expression(expr, ENV)
    assert not diagnostics
    return computed(typed, {name.replace("__", "."): value for name, value in known.items()})


@pytest.mark.parametrize(
    "text, expected",
    [
        # a third of a cent three times over is a cent: money is rounded once, where it leaves the expression
        ("to.price / 3 + to.price / 3 + to.price / 3", 1),
        ("(10% of to.price) * 10", 1),
        # and not at all where it is only compared
        ("10% of to.price > 0 EUR", True),
        ("to.price / 3 * 3 = to.price", True),
    ],
)
def test_money_is_exact_until_it_leaves_the_expression(text: str, expected: int | bool) -> None:
    assert value_of(text, to__price=Fraction(1)) == expected


@pytest.mark.parametrize("amount, expected", [(5, 1), (-5, -1), (4, 0), (-4, 0)])
def test_a_negative_amount_rounds_like_the_positive_one(amount: int, expected: int) -> None:
    assert value_of("10% of balance", balance=Fraction(amount)) == expected


@pytest.mark.parametrize("currency, expected", [("EUR", 950), ("USD", 1000), ("JPY", 1500)])
def test_an_amount_is_taken_in_the_currency_of_the_subscription(currency: str, expected: int) -> None:
    text = "min([9.50 EUR, 10 USD, 1500 JPY], balance)"
    assert value_of(text, balance=Fraction(10**6), currency=currency) == expected


@pytest.mark.parametrize("currency", CURRENCIES)
def test_nothing_is_nothing_in_every_currency(currency: str) -> None:
    assert value_of("max(0 EUR, balance)", balance=Fraction(-5), currency=currency) == 0


def test_a_month_later_keeps_to_the_end_of_the_month() -> None:
    assert value_of("today + 1 month", today=date(2026, 1, 31)) == (date(2026, 2, 28) - EPOCH).days


def test_dates_stop_at_the_ends_of_the_calendar() -> None:
    assert value_of("today + 100 years", today=date(2390, 1, 1)) == (date(2400, 12, 31) - EPOCH).days
    assert value_of("today - 100 years", today=date(1990, 1, 1)) == 0


def test_a_let_is_made_once_for_all_its_uses() -> None:
    file, _ = parse_rules(
        'let far = today + 1 month\nrule "r" when far > today set one_time = far > today', file="test"
    )
    rules, diagnostics = check_rules(file, ENV, terms=TERMS)
    assert not diagnostics
    form = Form()
    lowering = Lowering(form, inputs_of(form))
    (rule,) = rules.rules
    assert rule.when is not None
    when = lowering.truth(rule.when)
    made = form.next_id()
    assert lowering.truth(rule.sets[0].value) is when
    assert form.next_id() == made + 1, "nothing new was made for the second use"


def test_the_braces_of_a_text_become_nodes_that_know_how_they_are_shown() -> None:
    file, _ = parse_rules('rule "r" deny "{to.price / 3} of {to} until {today}, {to.level / 2}"', file="test")
    rules, diagnostics = check_rules(file, ENV, terms=TERMS)
    assert not diagnostics
    form = Form()
    parts = Lowering(form, inputs_of(form)).template(rules.rules[0].denials[0].text)
    assert [part if isinstance(part, str) else (part.type, part.divisor) for part in parts] == [
        (MONEY, 1),
        " of ",
        (PLANS, 1),
        " until ",
        (DATE, 1),
        ", ",
        (NUMBER, 2),
    ]


@pytest.mark.parametrize("upgrade", [True, False])
def test_the_deepest_rule_can_be_compiled(upgrade: bool) -> None:
    lets = ["let a0 = upgrade", *(f"let a{n} = not (a{n - 1} and downgrade)" for n in range(1, 22))]
    deepest = "not (" * 30 + "a21 and downgrade" + ")" * 30
    file, _ = parse_rules("\n".join([*lets, f'rule "r" when {deepest} set fee = 0 EUR']), file="test")
    rules, diagnostics = check_rules(file, ENV, terms=TERMS)
    assert not diagnostics
    when = rules.rules[0].when
    assert when is not None
    known: dict[str, Value] = {"upgrade": upgrade, "downgrade": True}
    assert computed(when, known) == Oracle(facts=known, currency="EUR").value(when)
