"""The parse tables that travel with the grammar belong to it, and make the start quick."""

from __future__ import annotations

from lark import Lark

from planshift.expressions import grammar
from planshift.expressions.syntax_errors import KEYWORDS

TEXT = grammar.GRAMMAR.read_text(encoding="utf-8")


def test_the_tables_were_made_from_this_grammar() -> None:
    stamp = grammar.TABLES.read_bytes().partition(b"\n")[0]
    assert stamp == grammar.stamp_of(TEXT), "run scripts/make_grammar_tables.py"


def test_the_tables_read_what_the_grammar_reads() -> None:
    made = grammar.build(TEXT)
    text = 'let a = 10% of b, at\nrule "r" when a in [1, 2] and not (b or c) set fee = 5 EUR, at most -x deny "n"'
    text = text.replace(", at\n", "\n")
    assert grammar.parser().parse(text, start="rules") == made.parse(text, start="rules")


def test_the_parser_is_made_once() -> None:
    assert grammar.parser() is grammar.parser()


def test_every_keyword_of_the_grammar_is_known_to_be_reserved() -> None:
    parser: Lark = grammar.parser()
    words = {t.pattern.value for t in parser.terminals if t.pattern.type == "str" and t.pattern.value.isalpha()}
    assert words == set(KEYWORDS.values())
