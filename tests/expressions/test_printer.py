"""Printing is the inverse of reading."""

from __future__ import annotations

import pytest
from hypothesis import example, given

from planshift.expressions import tree
from planshift.expressions.parse import parse_expression, parse_rules
from planshift.expressions.printer import to_text
from tests.expressions.strategies import expressions, rule_files


@given(expressions)
@example(tree.Text(value='a "quoted" \\ {brace}\n\ttab'))
@example(tree.Unary(operator="-", operand=tree.Unary(operator="-", operand=tree.Number(digits="1"))))
def test_reading_what_was_printed_gives_the_same_expression(expr: tree.Expr) -> None:
    text = to_text(expr)
    found, diagnostics = parse_expression(text, file="test")
    assert not diagnostics, text
    assert found == expr, text


@given(rule_files)
def test_reading_what_was_printed_gives_the_same_rules(file: tree.RuleFile) -> None:
    text = to_text(file)
    found, diagnostics = parse_rules(text, file="test")
    assert not diagnostics, text
    assert found == file, text


@given(rule_files)
def test_printing_twice_changes_nothing_more(file: tree.RuleFile) -> None:
    once = to_text(file)
    assert to_text(parse_rules(once, file="test")[0]) == once


@pytest.mark.parametrize(
    "written, layout",
    [
        ("a==b", "a = b"),
        ("( ( a ) )", "a"),
        ("a or (b and c)", "a or b and c"),
        ("(a or b) and c", "(a or b) and c"),
        ("(a and b) and c", "(a and b) and c"),
        ("a - (b - c)", "a - (b - c)"),
        ("(a - b) - c", "a - b - c"),
        ("not (a in [b,c,])", "not a in [b, c]"),
        ("(not a) = b", "(not a) = b"),
        ("a  not   in [ ]", "a not in []"),
        ("10 %of(x)", "10% of x"),
        ("(10% of x) of y", "(10% of x) of y"),
        ("10% of 5% of y", "10% of 5% of y"),
        ("5EUR", "5 EUR"),
        ("24months", "24 months"),
        ("1 days", "1 day"),
        ("if a then if b then c else d else e", "if a then if b then c else d else e"),
        ("(if a then b else c) + 1", "(if a then b else c) + 1"),
        ("x,at   most 5 EUR", "x, at most 5 EUR"),
        ("max((x, at least 1), 2)", "max((x, at least 1), 2)"),
        ("x, at most 5, at least 1", "x, at least 1, at most 5"),
        ("-(-5)", "--5"),
        ("-(a + b)", "-(a + b)"),
        ("-a * b", "-a * b"),
    ],
)
def test_there_is_one_layout(written: str, layout: str) -> None:
    expr, diagnostics = parse_expression(written, file="test")
    assert expr is not None, diagnostics
    assert to_text(expr) == layout


def test_a_file_has_an_empty_line_between_its_statements_but_not_between_short_ones() -> None:
    text = """\
let a = 1
let b = 2

rule "x"
  when a = b
  set fee = 0 EUR
  deny "no {a}"
  warn "{{}}"
  need stock
  need approval by "finance"

on rating.completed and job.completed when credit.held
  then release_credit, notify_staff

always "p": a implies b
always "q": b
"""
    file, diagnostics = parse_rules(text, file="test")
    assert not diagnostics
    assert to_text(file) == text
