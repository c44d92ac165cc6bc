"""One layout for rule files, comments and all.

A clause stands on a line of its own, and one that is too long is broken before each `and` or `or` that is not inside
parentheses. The words stay those of the author: parentheses that the printer of trees leaves out are kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import final

from lark import Token

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.expressions.grammar import parser
from planshift.expressions.parse import parse_rules
from planshift.expressions.syntax_errors import EFFECTS, STATEMENTS

WIDTH = 120
"""How wide a line may be where it can be broken."""

_STEP = "  "
_BLANKS = 2
_OPENING = {"LPAR": 1, "LSQB": 1, "RPAR": -1, "RSQB": -1}
_TO_SPACE = re.compile(r"#(?=[^\s#!:])")
_SPACED = re.compile(r"(\d)[ \t]*([A-Za-z]+)")
_OPERANDS_END = frozenset({"NAME", "TEXT", "NUMBER", "PERCENT", "MONEY", "DURATION", "DATE", "TRUE", "FALSE"})


@final
@dataclass(slots=True, eq=False)
class _Word:
    """A token as it is written, with the comments above it and the one behind it on its line."""

    kind: str
    text: str
    above: list[str] = field(default_factory=list)
    blanks: list[int] = field(default_factory=list)
    """How many blank lines stand before each comment above, and before the word."""
    behind: str = ""
    behind_column: int = 0
    is_sign: bool = False


@final
@dataclass(slots=True)
class _Clause:
    """The words of one line, or of one that had to be broken."""

    indent: str
    words: list[_Word]

    @property
    def opens(self) -> bool:
        """Whether a statement begins here."""
        return not self.indent


def format_rules(text: str, *, file: str) -> tuple[str | None, tuple[Diagnostic, ...]]:
    """Return the rules in their layout; None where they have mistakes, or where a layout would lose something."""
    text = text.replace("\r\n", "\n")
    rules, problems = parse_rules(text, file=file)
    if problems:
        return None, problems
    words = _words(text)
    laid_out = _laid_out(words)
    after, problems = parse_rules(laid_out, file=file)
    kept = not problems and rules == after and _comments(words) == _comments(_words(laid_out))
    return (laid_out if kept else None), ()


def _comments(words: Iterable[_Word]) -> Counter[str]:
    return Counter(comment for word in words for comment in (*word.above, word.behind) if comment)


def _words(text: str) -> list[_Word]:
    """The tokens with their comments; the last word is the end of the text."""
    words: list[_Word] = []
    at = 0
    for token in (*parser().lex(text), None):
        start = len(text) if token is None else (token.start_pos or 0)
        word = _Word("END", "") if token is None else _Word(token.type, _written(token))
        _read_gap(text[at:start], word, before=words[-1] if words else None, column=at - text.rfind("\n", 0, at) - 1)
        if token is not None:
            word.is_sign = token.type == "MINUS" and not (words and _ends_operand(words[-1]))
            at = token.end_pos or 0
        words.append(word)
    return words


def _ends_operand(word: _Word) -> bool:
    return word.kind in _OPERANDS_END or word.kind in ("RPAR", "RSQB")


def _written(token: Token) -> str:
    """A literal with its blanks as everywhere, and one sign for what has two."""
    if token.type in ("MONEY", "DURATION"):
        return _SPACED.sub(r"\1 \2", token)
    if token.type == "PERCENT":
        return re.sub(r"[ \t]", "", token)
    if token.type in ("AT_LEAST", "AT_MOST"):
        return re.sub(r"[ \t]+", " ", token)
    return str(token).replace("==", "=") if token.type == "COMPARES" else str(token)


def _read_gap(gap: str, word: _Word, *, before: _Word | None, column: int) -> None:
    """Give the comments between two tokens to the one before, on its line, or to the one that follows."""
    first, *others = gap.split("\n")
    if first.strip() and before is not None:
        before.behind, before.behind_column = _spaced(first.strip()), column + len(first) - len(first.lstrip())
    elif first.strip():
        others.insert(0, first)
    blanks = 0
    for line in others[:-1] if others and not others[-1].strip() else others:
        if line.strip():
            word.above.append(_spaced(line.strip()))
            word.blanks.append(blanks)
            blanks = 0
        else:
            blanks += 1
    word.blanks.append(blanks)


def _spaced(comment: str) -> str:
    return _TO_SPACE.sub("# ", comment, count=1) if comment[1:2] not in ("#", "!", ":") else comment


def _laid_out(words: list[_Word]) -> str:
    lines: list[str] = []
    before: _Clause | None = None
    for clause in _clauses(words):
        first = clause.words[0]
        if clause.opens and first.kind != "END" and before is not None:
            alone = first.kind in ("LET", "ALWAYS") and before.words[0].kind == first.kind
            first.blanks[0] = max(first.blanks[0], 0 if alone else 1)
        for blanks, comment in zip(first.blanks, [*first.above, None], strict=True):
            wanted = min(blanks, _BLANKS) if clause.opens else 0
            if lines and (comment is not None or first.kind != "END"):
                lines += [""] * wanted
            if comment is not None:
                lines.append(clause.indent + comment)
        lines += _lines(clause)
        before = clause if clause.opens else before
    return "\n".join(lines) + "\n" if lines else ""


def _clauses(words: list[_Word]) -> list[_Clause]:
    clauses: list[_Clause] = []
    statement = ""
    for word in words:
        if word.kind in STATEMENTS or word.kind == "END":
            statement = word.kind
            clauses.append(_Clause("", [word]))
        elif word.kind in EFFECTS or (word.kind == "WHEN" and statement == "RULE") or _answers(word, clauses):
            clauses.append(_Clause(_STEP, [word]))
        else:
            clauses[-1].words.append(word)
    return clauses


def _answers(word: _Word, clauses: list[_Clause]) -> bool:
    """Whether this is the `then` of a reaction, and not of a choice inside its condition."""
    if word.kind != "THEN" or clauses[-1].words[0].kind != "ON":
        return False
    kinds = Counter(each.kind for each in clauses[-1].words)
    return kinds["IF"] == kinds["THEN"]


def _lines(clause: _Clause) -> list[str]:
    """A clause on one line, or on as many as its comments and its length ask for."""
    words = clause.words
    if words[0].kind == "END":
        return []
    forced = {place for place in range(1, len(words)) if words[place].above or words[place - 1].behind}
    whole = _row(words, clause.indent)
    if len(whole) <= WIDTH:
        return _rows(clause, forced)
    if words[0].kind == "ALWAYS":
        forced.add(next(place for place, word in enumerate(words) if word.kind == "COLON") + 1)
        if all(len(row.partition("  #")[0]) <= WIDTH for row in _rows(clause, forced)):
            return _rows(clause, forced)
    return _rows(clause, forced | _joints(words))


def _joints(words: list[_Word]) -> set[int]:
    """Where `and` and `or` stand outside of parentheses."""
    found, depth = set(), 0
    for place, word in enumerate(words):
        depth += _OPENING.get(word.kind, 0)
        if depth == 0 and word.kind in ("AND", "OR", "IMPLIES"):
            found.add(place)
    return found


def _rows(clause: _Clause, breaks: set[int]) -> list[str]:
    rows: list[str] = []
    bounds = [0, *sorted(breaks), len(clause.words)]
    for begin, end in pairwise(bounds):
        indent = clause.indent + (_STEP if begin else "")
        part = clause.words[begin:end]
        if begin:
            rows += [indent + comment for comment in part[0].above]
        row = _row(part, indent)
        last = part[-1]
        if last.behind:
            row = row.ljust(max(len(row) + 2, last.behind_column)) + last.behind
        rows.append(row)
    return rows


def _row(words: list[_Word], indent: str) -> str:
    text = indent + words[0].text
    for before, word in pairwise(words):
        text += word.text if _touch(before, word) else f" {word.text}"
    return text


def _touch(before: _Word, word: _Word) -> bool:
    """Whether nothing stands between two words."""
    if before.kind in ("LPAR", "LSQB") or before.is_sign or word.kind in ("RPAR", "RSQB", "COMMA", "COLON"):
        return True
    return before.kind == "NAME" and word.kind == "LPAR"
