"""What the tests of the rule language draw from.

`expressions`, `statements` and `rule_files` are any trees that can be printed, whatever they mean. `of_type` draws
expressions that mean something in `ENV`, together with which `facts` give values to its names.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any

from hypothesis import strategies as st

from planshift.expressions import tree
from planshift.expressions.names import Environment, Symbol, environment
from planshift.expressions.syntax_errors import RESERVED
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
    OneOf,
    SetOf,
    Type,
    Wanted,
    plan_type,
)
from tests.reference.evaluate import Value

# trees of any meaning

_part = st.from_regex(r"[a-z_][a-z0-9_]{0,5}(-[a-z0-9_]{1,3}){0,2}", fullmatch=True)
names = st.lists(_part, min_size=1, max_size=3).map(".".join).filter(
    lambda name: name not in RESERVED
) | st.sampled_from(["EUR", "Gold", "at", "least", "days", "on-hold", "request.by", "rule.title"])
digits = st.from_regex(r"[0-9]{1,6}(\.[0-9]{1,4})?", fullmatch=True)
counts = st.from_regex(r"[0-9]{1,4}", fullmatch=True)
texts = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t") | st.sampled_from('{}"\\#\n\t'),
    max_size=12,
)
words = names.map(lambda name: tree.Word(text=name))
titles = texts.map(lambda text: tree.Word(text=text))

leaves = (
    digits.map(lambda written: tree.Number(digits=written))
    | digits.map(lambda written: tree.Percent(digits=written))
    | st.builds(tree.Money, digits=digits, currency=st.from_regex(r"[A-Z]{3}", fullmatch=True))
    | st.builds(tree.Duration, digits=counts, unit=st.sampled_from(["day", "week", "month", "year"]))
    | st.dates().map(lambda day: tree.Date(text=day.isoformat()))
    | st.booleans().map(lambda value: tree.Truth(value=value))
    | names.map(lambda name: tree.Name(text=name))
)
text_leaves = texts.map(lambda text: tree.Text(value=text))

OPERATORS: tuple[tree.Operator, ...] = ("=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/")


def _larger(inner: st.SearchStrategy[tree.Expr]) -> st.SearchStrategy[tree.Expr]:
    several = st.lists(inner, min_size=2, max_size=4).map(tuple)
    return (
        st.builds(tree.Binary, operator=st.sampled_from(OPERATORS), left=inner, right=inner)
        | st.builds(tree.Unary, operator=st.sampled_from(["not", "-"]), operand=inner)
        | st.builds(tree.Junction, operator=st.sampled_from(["and", "or"]), items=several)
        | st.builds(tree.Within, item=inner, collection=inner, negated=st.booleans())
        | st.builds(tree.PercentOf, percent=inner, whole=inner)
        | st.builds(tree.IfElse, condition=inner, yes=inner, no=inner)
        | st.builds(tree.Call, function=words, arguments=st.lists(inner, max_size=3).map(tuple))
        | st.builds(tree.Listing, items=st.lists(inner, max_size=3).map(tuple))
        | st.builds(tree.Bounded, value=inner, at_least=inner, at_most=st.none() | inner)
        | st.builds(tree.Bounded, value=inner, at_least=st.none(), at_most=inner)
    )


expressions: st.SearchStrategy[tree.Expr] = st.recursive(leaves | text_leaves, _larger, max_leaves=12)
"""Any expression."""
textless: st.SearchStrategy[tree.Expr] = st.recursive(leaves, _larger, max_leaves=4)
"""Any expression that can stand in the braces of a text."""


def _joined(parts: list[str | tree.Expr]) -> tree.Template:
    merged: list[str | tree.Expr] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    return tree.Template(parts=tuple(merged))


templates = st.lists(texts | textless, max_size=4).map(_joined)
effects = (
    st.builds(tree.SetTerm, term=words, value=expressions)
    | st.builds(tree.Deny, text=templates)
    | st.builds(tree.Warn, text=templates)
    | st.builds(tree.Need, kind=words)
    | st.builds(tree.Need, kind=words, argument=words)
    | st.builds(tree.Need, kind=words, argument=titles, quoted=st.just(True))
)
statements: st.SearchStrategy[tree.Statement] = (
    st.builds(tree.Let, name=words, value=expressions.filter(lambda e: not isinstance(e, tree.Bounded)))
    | st.builds(
        tree.Rule,
        title=titles,
        when=st.none() | expressions,
        effects=st.lists(effects, min_size=1, max_size=3).map(tuple),
    )
    | st.builds(
        tree.Reaction,
        events=expressions,
        when=st.none() | expressions,
        actions=st.lists(words, min_size=1, max_size=3).map(tuple),
    )
    | st.builds(tree.Always, title=titles, premise=st.none() | expressions, claim=expressions)
)
rule_files = st.lists(statements, max_size=4).map(lambda found: tree.RuleFile(statements=tuple(found)))
"""Any rule file."""

# a small book, and expressions that mean something in it

PLANS = plan_type(("trial", "bronze", "silver", "gold", "dns-only"))
REQUESTER = Enum(name="requester", members=("customer", "staff", "system"))
CURRENCIES = ("EUR", "USD", "JPY")
CURRENCY = Enum(name="currency", members=CURRENCIES)
COUNTRY = ("DE", "FR", "SE")


def _symbol(name: str, kind: Type, **other: Any) -> Symbol:  # noqa: ANN401  # whatever else a symbol has
    return Symbol(name=name, type=kind, input=name, **other)


SYMBOLS = (
    _symbol("to", PLANS),
    _symbol("from", PLANS),
    _symbol("to.level", WHOLE, bits=16),
    _symbol("from.level", WHOLE, bits=16),
    _symbol("usage.disk_gb", WHOLE, bits=20),
    _symbol("to.price", MONEY),
    _symbol("from.price", MONEY),
    _symbol("balance", MONEY),
    _symbol("customer.discount", PERCENT, bits=21),
    _symbol("customer.tenure", MONTHS, bits=16),
    _symbol("trial.left", DAYS, bits=16),
    _symbol("today", DATE, bits=20),
    _symbol("contract.ends_on", DATE, bits=20),
    _symbol("upgrade", BOOL),
    _symbol("downgrade", BOOL),
    _symbol("contract.active", BOOL),
    _symbol("request.by", REQUESTER),
    _symbol("currency", CURRENCY),
    _symbol("customer.country", TEXT),
    _symbol("addons", SetOf(item=TEXT)),
    _symbol("held", SetOf(item=PLANS)),
    _symbol("due_now", MONEY, scope="outcome"),
    _symbol("credit.held", BOOL, scope="order"),
)
ADDONS = ("extra-disk", "ssl")
RANGES: dict[str, tuple[int, int]] = {
    "to.level": (0, 9),
    "from.level": (0, 9),
    "usage.disk_gb": (0, 1_000_000),
    "to.price": (0, 10**9),
    "from.price": (0, 10**9),
    "balance": (-(10**9), 10**9),
    "customer.discount": (0, 1_000_000),
    "customer.tenure": (0, 600),
    "trial.left": (-1_000, 1_000),
}
"""The integers that the compiled form reads: minor units, millionths, months, days."""
ENV: Environment = environment(
    SYMBOLS,
    currencies=CURRENCIES,
    events=("rating.completed", "job.completed", "invoice.issued"),
    actions=("release_credit", "notify_staff"),
)
TERMS: dict[str, Wanted] = {
    "timing": Enum(name="timing", members=("now", "period_end", "contract_end")),
    "proration.unit": Enum(name="proration.unit", members=("second", "day", "month", "none")),
    "proration.basis": OneOf(options=(Enum(name="proration.basis", members=("actual", "own_term")), TEXT)),
    "share_scale": OneOf(options=(Enum(name="share_scale", members=("exact",)), WHOLE)),
    "fee": MONEY,
    "fee_label": TEXT,
    "notify": SetOf(item=TEXT),
    "requires": SetOf(item=Enum(name="requirement", members=("stock", "nothing_unpaid"))),
    "one_time": BOOL,
}

_dates = st.dates(min_value=date(1970, 1, 1), max_value=date(2400, 12, 31))
_small = st.sampled_from(["0", "1", "2", "3", "7", "12", "100", "0.5", "2.25", "0.1"])


def _name(name: str) -> st.SearchStrategy[tree.Expr]:
    return st.just(tree.Name(text=name))


def _facts_of(kind: Type) -> st.SearchStrategy[tree.Expr]:
    return st.sampled_from([tree.Name(text=s.name) for s in SYMBOLS if s.type == kind and s.scope == "change"])


def _money(written: str) -> tree.Expr:
    return tree.Listing(items=tuple(tree.Money(digits=written, currency=code) for code in CURRENCIES))


def _number(written: str) -> tree.Expr:
    return tree.Number(digits=written)


def _leaf(kind: Type) -> st.SearchStrategy[tree.Expr]:
    whole = _small.filter(lambda written: "." not in written).map(_number)
    literal: dict[Type, st.SearchStrategy[tree.Expr]] = {
        BOOL: st.booleans().map(lambda value: tree.Truth(value=value)),
        WHOLE: whole,
        NUMBER: _small.map(_number) | _facts_of(WHOLE),
        PERCENT: _small.map(lambda written: tree.Percent(digits=written)),
        MONEY: st.integers(0, 99).map(str).map(_money),
        MONTHS: st.builds(tree.Duration, digits=st.integers(0, 50).map(str), unit=st.sampled_from(["month", "year"])),
        DAYS: st.builds(tree.Duration, digits=st.integers(0, 400).map(str), unit=st.sampled_from(["day", "week"])),
        DATE: _dates.map(lambda day: tree.Date(text=day.isoformat())),
        TEXT: st.sampled_from([*COUNTRY, "extra-disk", ""]).map(lambda value: tree.Text(value=value)),
        PLANS: st.sampled_from(PLANS.members).map(lambda name: tree.Name(text=name)),
        REQUESTER: st.sampled_from(REQUESTER.members).map(lambda name: tree.Name(text=name)),
    }
    return literal[kind] if kind == NUMBER else literal[kind] | _facts_of(kind)


_ORDERED = (WHOLE, NUMBER, PERCENT, MONEY, MONTHS, DAYS, DATE)
_COMPARED = (*_ORDERED, BOOL, TEXT, PLANS, REQUESTER)


@cache
def of_type(kind: Type, depth: int = 3) -> st.SearchStrategy[tree.Expr]:
    """Expressions of one type in `ENV`, at most `depth` levels above their leaves."""
    if depth == 0:
        return _leaf(kind)
    same = of_type(kind, depth - 1)
    truth = of_type(BOOL, depth - 1)
    found = _leaf(kind) | st.builds(tree.IfElse, condition=truth, yes=same, no=same)
    if kind == BOOL:
        return found | _truths(depth)
    if kind in _ORDERED:
        pair = st.tuples(same, same)
        chosen = st.builds(tree.Call, function=st.sampled_from(["min", "max"]).map(_word), arguments=pair)
        found = found | chosen | st.builds(tree.Bounded, value=same, at_least=same, at_most=same)
    if kind in _ORDERED and kind != DATE:
        found |= st.builds(tree.Binary, operator=st.sampled_from(["+", "-"]), left=same, right=same)
        found |= st.builds(tree.Unary, operator=st.just("-"), operand=same)
        found |= st.builds(tree.Call, function=st.just(_word("abs")), arguments=st.tuples(same))
    return found | _special(kind, depth) if kind in _ORDERED else found


def _special(kind: Type, depth: int) -> st.SearchStrategy[tree.Expr]:
    """What only this type can be made with."""
    whole, same = of_type(WHOLE, depth - 1), of_type(kind, depth - 1)
    if kind == DATE:
        shift = of_type(MONTHS, depth - 1) | of_type(DAYS, depth - 1)
        return st.builds(tree.Binary, operator=st.sampled_from(["+", "-"]), left=same, right=shift)
    dates = st.tuples(of_type(DATE, depth - 1), of_type(DATE, depth - 1))
    if kind == MONTHS:
        between = st.builds(tree.Call, function=st.just(_word("months")), arguments=dates)
        return between | st.builds(tree.Binary, operator=st.just("*"), left=same, right=whole)
    if kind == DAYS:
        between = st.builds(tree.Call, function=st.just(_word("days")), arguments=dates)
        return between | dates.map(lambda pair: tree.Binary(operator="-", left=pair[0], right=pair[1]))
    if kind == WHOLE:
        return st.builds(tree.Binary, operator=st.just("*"), left=same, right=same)
    number = of_type(NUMBER, depth - 1)
    divided = st.builds(
        tree.Binary, operator=st.just("/"), left=same, right=_small.filter(lambda w: w != "0").map(_number)
    )
    share = st.builds(tree.PercentOf, percent=of_type(PERCENT, depth - 1), whole=same)
    scaled = divided | st.builds(tree.Binary, operator=st.just("*"), left=same, right=number)
    return scaled if kind == PERCENT else scaled | share


def _truths(depth: int) -> st.SearchStrategy[tree.Expr]:
    truth = of_type(BOOL, depth - 1)
    found: st.SearchStrategy[tree.Expr] = st.builds(tree.Unary, operator=st.just("not"), operand=truth) | st.builds(
        tree.Junction, operator=st.sampled_from(["and", "or"]), items=st.lists(truth, min_size=2, max_size=3).map(tuple)
    )
    for kind in _COMPARED:
        side = of_type(kind, depth - 1)
        operators = OPERATORS[:6] if kind in _ORDERED else OPERATORS[:2]
        found |= st.builds(tree.Binary, operator=st.sampled_from(operators), left=side, right=side)
        listing = st.lists(side, min_size=1, max_size=3).map(lambda items: tree.Listing(items=tuple(items)))
        found |= st.builds(tree.Within, item=side, collection=listing, negated=st.booleans())
    held = st.builds(tree.Within, item=of_type(PLANS, depth - 1), collection=_name("held"), negated=st.booleans())
    addon = st.sampled_from(ADDONS).map(lambda value: tree.Text(value=value))
    return found | held | st.builds(tree.Within, item=addon, collection=_name("addons"), negated=st.booleans())


def _word(text: str) -> tree.Word:
    return tree.Word(text=text)


@st.composite
def facts(draw: st.DrawFn) -> dict[str, Value]:
    """A value for every name of `ENV` that is known before a change is decided."""
    found: dict[str, Value] = {}
    for symbol in SYMBOLS:
        if symbol.name in RANGES:
            number = draw(st.integers(*RANGES[symbol.name]))
            exact = Fraction(number, 1_000_000 if symbol.type == PERCENT else 1)
            found[symbol.name] = number if symbol.type in (MONTHS, DAYS) else exact
        elif symbol.type == DATE:
            found[symbol.name] = draw(_dates)
        elif symbol.type == TEXT:
            found[symbol.name] = draw(st.sampled_from([*COUNTRY, "NO", ""]))
        elif symbol.type == BOOL:
            found[symbol.name] = draw(st.booleans())
        elif isinstance(symbol.type, Enum):
            found[symbol.name] = draw(st.sampled_from(symbol.type.members))
        elif isinstance(symbol.type, SetOf):
            members = symbol.type.item.members if isinstance(symbol.type.item, Enum) else ADDONS
            found[symbol.name] = draw(st.frozensets(st.sampled_from(members)))
    return found
