"""Reading rules: every node knows its place, errors are gathered, and no text can do harm."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planshift.diagnostics.codes import CODES
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.render import to_text as rendered
from planshift.diagnostics.span import Span
from planshift.expressions import tree
from planshift.expressions.check import check_rules
from planshift.expressions.from_syntax import MAX_DEPTH
from planshift.expressions.parse import MAX_CHARACTERS, MAX_ERRORS, parse_expression, parse_rules
from planshift.expressions.printer import to_text
from tests.expressions.strategies import ENV, TERMS, expressions, rule_files

DESIGN = """\
let loyal = customer.tenure >= 24 months

rule "Loyal customers move up free"
  when upgrade and loyal
  set fee = 0 EUR

rule "A big jump costs a tenth of the new price"
  when to.level - from.level >= 2 and not loyal
  set fee = 10% of to.price, at most [50 EUR, 55 USD, 8000 JPY]

rule "No downgrade inside a commitment"
  when downgrade and contract.active
  deny "Your commitment runs until {contract.ends_on}."

on rating.completed and job.completed when credit.held
  then release_credit

always "a downgrade never bills the customer": downgrade implies due_now <= 0 EUR
"""


def nodes(expr: tree.Expr) -> Iterator[tree.Expr]:
    yield expr
    for part in tree.children(expr):
        yield from nodes(part)


def under(span: Span, text: str) -> str:
    """What a span covers."""
    lines = text.split("\n")[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "\n".join(lines)


# places


@given(expressions)
def test_the_text_under_a_node_is_the_node(expr: tree.Expr) -> None:
    text = to_text(expr)
    found, _ = parse_expression(text, file="test")
    assert found is not None
    for node in nodes(found):
        assert parse_expression(under(node.span, text), file="test")[0] == node


@given(rule_files)
def test_the_text_under_a_statement_is_the_statement(file: tree.RuleFile) -> None:
    text = to_text(file)
    for statement in parse_rules(text, file="test")[0].statements:
        (again,) = parse_rules(under(statement.span, text), file="test")[0].statements
        assert again == statement


def test_an_expression_inside_a_text_knows_its_own_place() -> None:
    text = 'rule "r"\n  deny "aé {{x}} {contract.ends_on + 30 days}."'
    file, _ = parse_rules(text, file="test")
    (deny,) = file.rules[0].effects
    assert isinstance(deny, tree.Deny)
    (hole,) = [part for part in deny.text.parts if not isinstance(part, str)]
    assert under(hole.span, text) == "contract.ends_on + 30 days"
    assert isinstance(hole, tree.Binary)
    assert under(hole.right.span, text) == "30 days"


def test_rules_inside_another_file_have_their_places_there() -> None:
    file, _ = parse_rules("let a = 1\nlet b = 2", file="book.yaml", first_line=10, first_column=5)
    places = [(str(let.span), let.value.span.column) for let in file.lets]
    assert places == [("book.yaml:10:5", 13), ("book.yaml:11:5", 13)]


def test_parentheses_belong_to_what_is_around_them() -> None:
    text = "(a + b) * (c)"
    found, _ = parse_expression(text, file="test")
    assert isinstance(found, tree.Binary)
    assert under(found.span, text) == text
    assert under(found.left.span, text) == "a + b"


def test_lines_of_any_kind_count_alike() -> None:
    file, diagnostics = parse_rules("# one\r\nlet a = 1 # two\r\n\r\nlet b =\r\n  2", file="test")
    assert not diagnostics
    assert [let.span.start for let in file.lets] == [(2, 1), (4, 1)]


# reading on after errors


def test_the_rules_of_the_design_are_read() -> None:
    file, diagnostics = parse_rules(DESIGN, file="test")
    assert not diagnostics
    assert to_text(file) == DESIGN


@given(st.data())
def test_a_broken_statement_costs_no_other(data: st.DataObject) -> None:
    """Whatever is done to one line, the statements that do not have it are read as before."""
    lines = DESIGN.split("\n")
    line = data.draw(st.integers(0, len(lines) - 1))
    at = data.draw(st.integers(0, len(lines[line])))
    junk = data.draw(st.sampled_from(["@", "'", '"', " )", " (", " and", " 5", " = ", ",", " ]", "{"]))
    broken = [*lines[:line], lines[line][:at] + junk + lines[line][at:], *lines[line + 1 :]]
    before, _ = parse_rules(DESIGN, file="test")
    after, _ = parse_rules("\n".join(broken), file="test")
    for statement in before.statements:
        if not statement.span.line <= line + 1 <= statement.span.end_line + 1:
            assert statement in after.statements


def test_a_broken_effect_costs_no_other_effect() -> None:
    text = 'rule "r"\n  set fee = \n  deny "no"\n  set timing now\n  warn "so"\n'
    file, diagnostics = parse_rules(text, file="test")
    assert [d.span.line for d in diagnostics] == [3, 4]
    (rule,) = file.rules
    assert [type(effect) for effect in rule.effects] == [tree.Deny, tree.Warn]


def test_a_let_that_cannot_be_read_is_known_to_be_missing() -> None:
    file, diagnostics = parse_rules('let a = 5 +\nrule "r" when a > 3 set fee = 0 EUR', file="test")
    assert file.unreadable == {"a"}
    _, found = check_rules(file, ENV, terms=TERMS)
    assert len(diagnostics) == 1
    assert not found, "using it is not reported as well"


def test_a_file_that_is_all_wrong_is_not_read_to_its_end() -> None:
    _, diagnostics = parse_rules("let = 1\n" * 5_000, file="test")
    assert len(diagnostics) == MAX_ERRORS


# texts that mean harm

ENDLESS = {
    "parentheses": "(" * 40_000,
    "brackets": "[" * 40_000,
    "closed parentheses": "(" * 10_000 + "a" + ")" * 10_000,
    "not": "not " * 25_000 + "a",
    "minus": "-" * 40_000 + "a",
    "of": "10% of " * 20_000 + "a",
    "if": "if a then " * 20_000 + "a",
    "else": "if a then b else " * 15_000 + "a",
    "sum": "a + " * 22_000 + "a",
    "short sum": "a + " * 5_000 + "a",
    "calls": "min(" * 25_000,
    "dots": "a." * 40_000 + "a",
    "hyphens": "a-" * 40_000 + "a",
    "digits": "9" * 80_000,
    "decimals": "0." + "1" * 80_000,
    "text": '"' + "a" * 80_000,
    "escapes": '"' + "\\" * 80_001,
    "comparisons": "a < " * 22_000 + "a",
    "comment": "#" * 80_000,
    "blanks": " " * 80_000,
    "quotes": '"' * 40_001,
    "too long": "a " * MAX_CHARACTERS,
}


@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS.keys())
def test_a_text_without_end_is_refused_quickly(text: str) -> None:
    started = time.process_time()
    for reading in (f'rule "r" when {text} set fee = 0 EUR', f'rule "r" deny "{text}"'):
        file, diagnostics = parse_rules(reading, file="test")
        check_rules(file, ENV, terms=TERMS)
        rendered(diagnostics, {"test": reading})
        to_text(file)
    assert time.process_time() - started < 20, "seconds, where endless would be minutes"


@pytest.mark.parametrize(
    "text",
    ["(" * 65 + "a" + ")" * 65, "not " * 65 + "a", "a + " * 65 + "a", "-" * 65 + "a", "min(a, " * 65 + "a" + ")" * 65],
)
def test_an_expression_can_be_too_deep(text: str) -> None:
    expr, diagnostics = parse_expression(text, file="test")
    assert expr is None
    assert [d.code for d in diagnostics] == ["PS303"]


@pytest.mark.parametrize("depth", [MAX_DEPTH - 1])
@pytest.mark.parametrize("before, after", [("(", ")"), ("not ", ""), ("a + ", ""), ("-", ""), ("min(a, ", ")")])
def test_an_expression_can_be_deep(before: str, after: str, depth: int) -> None:
    _, diagnostics = parse_expression(before * depth + "a" + after * depth, file="test")
    assert not diagnostics


def test_a_long_condition_is_not_a_deep_one() -> None:
    text = " or ".join(f"to = plan-{n}" for n in range(3_000))
    expr, diagnostics = parse_expression(text, file="test")
    assert not diagnostics
    assert isinstance(expr, tree.Junction)


def sound(diagnostics: tuple[Diagnostic, ...], text: str) -> None:
    lines = text.split("\n")
    for found in diagnostics:
        assert found.code in CODES
        assert found.message
        assert found.message[0] in f"`{found.message[0].lower()}"
        assert not found.message.endswith(".")
        assert 1 <= found.span.line <= len(lines)
        assert 1 <= found.span.column <= len(lines[found.span.line - 1]) + 1
        assert found.span.start <= found.span.end
    rendered(diagnostics, {"test": text})


WORDS = "let rule when set deny warn need on then always implies and or not in if else of by true at most least"
PIECES = (
    *WORDS.split(" "),
    *("a", "to", "to.price", "gold", "x-y", "5", "2.5", "10%", "5 EUR", "3 months", "2026-02-30", '"t {a} "', '"{'),
    *(
        "(",
        ")",
        "[",
        "]",
        ",",
        ":",
        "=",
        "==",
        "<",
        ">=",
        "!=",
        "+",
        "-",
        "*",
        "/",
        "\n",
        "\n",
        "#",
        "'",
        "&&",
        "{",
        "}",
    ),
    *("\\", "\0", "\t", "\r\n", "\u2028", "é", "\N{NO-BREAK SPACE}", "\ud800", "fee", "timing", "max(", "9" * 18, '"'),
)
soup = st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join)


@given(soup | st.text(max_size=60))
def test_only_diagnostics_come_out_of_any_text(text: str) -> None:
    file, diagnostics = parse_rules(text, file="test")
    sound(diagnostics, text)
    _, found = check_rules(file, ENV, terms=TERMS)
    sound(found, text)
    expr, more = parse_expression(text, file="test")
    sound(more, text)
    assert expr is not None or more


@given(rule_files)
def test_only_diagnostics_come_out_of_any_rules(file: tree.RuleFile) -> None:
    text = to_text(file)
    again, _ = parse_rules(text, file="test")
    _, found = check_rules(again, ENV, terms=TERMS)
    sound(found, text)
