"""The parser of the rule language, made once per process from `grammar.lark`.

Making the parse tables from the grammar takes longer than everything else that a small check does, so the finished
tables travel beside the grammar in `grammar.tables`, written by `scripts/make_grammar_tables.py`. They are used only
when they belong to this grammar and this version of Lark; otherwise they are made anew.
"""

from __future__ import annotations

import hashlib
from functools import cache
from io import BytesIO
from pathlib import Path

import lark

GRAMMAR = Path(__file__).with_name("grammar.lark")
TABLES = Path(__file__).with_name("grammar.tables")
STARTS = ("rules", "expression", "unreadable")


@cache
def parser() -> lark.Lark:
    """Return the one parser; it keeps no state between texts."""
    grammar = GRAMMAR.read_text(encoding="utf-8")
    if TABLES.is_file():
        stamp, _, tables = TABLES.read_bytes().partition(b"\n")
        if stamp == stamp_of(grammar):
            return lark.Lark.load(BytesIO(tables))
    return build(grammar)


def build(grammar: str) -> lark.Lark:
    """Make the parser from the grammar's text."""
    return lark.Lark(grammar, parser="lalr", lexer="basic", start=list(STARTS), keep_all_tokens=True)


def stamp_of(grammar: str) -> bytes:
    """Return the line that tells which grammar and which Lark some tables were made with."""
    return f"lark {lark.__version__} grammar {hashlib.sha256(grammar.encode()).hexdigest()}".encode()
