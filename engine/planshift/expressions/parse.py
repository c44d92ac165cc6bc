"""Text -> tree of the rule language: reads everything that can be read, and says of the rest what is wrong and where.

Whatever the text, the answer is a tree and diagnostics: an error costs one statement or one effect, reading goes on at
the next keyword that opens a statement, or an effect at the start of a line. Sizes are limited.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import cast, final

import lark
from lark.exceptions import UnexpectedToken
from lark.parsers.lalr_interactive_parser import InteractiveParser

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.span import Span
from planshift.expressions import tree
from planshift.expressions.from_syntax import MAX_DEPTH, Builder, Place
from planshift.expressions.grammar import parser
from planshift.expressions.syntax_errors import EFFECTS, END, STATEMENTS, syntax_error

MAX_CHARACTERS = 256 * 1024
"""How long the rules of one file may be."""
MAX_TOKENS = 20_000
"""How many words and signs one statement may have."""
MAX_ERRORS = 100
"""After this many unreadable places the rest of a text is left unread."""

_MAX_STACK = 8 * MAX_DEPTH  # a level of nesting takes at most this much of the parser's stack
_CLAUSES = {*STATEMENTS, *EFFECTS, "WHEN"}
_OPENING = {"LPAR": 1, "LSQB": 1, "RPAR": -1, "RSQB": -1}


def parse_rules(
    text: str, *, file: str, first_line: int = 1, first_column: int = 1
) -> tuple[tree.RuleFile, tuple[Diagnostic, ...]]:
    """Read the rules of a book.

    For a text inside another file, `first_line` and `first_column` say where its first character stands there, and
    every line is taken to be indented alike, as in a YAML block.
    """
    place = Place(file=file, line=first_line, column=first_column)
    reader = _Reader(text, place)
    syntax = reader.read("rules")
    builder = Builder(place, _read_hole)
    statements: list[tree.Statement] = []
    unreadable = set(reader.unreadable)
    for part in syntax.children if syntax is not None else ():
        before = len(builder.diagnostics)
        statement = builder.statement(cast("lark.Tree[lark.Token]", part))
        context = _context(part)
        builder.diagnostics[before:] = [replace(d, context=context) for d in builder.diagnostics[before:]]
        if statement is not None:
            statements.append(statement)
        elif isinstance(part, lark.Tree) and part.data == "let":
            unreadable.add(str(part.children[1]))
    rules = tree.RuleFile(statements=tuple(statements), unreadable=frozenset(unreadable), span=whole(text, place))
    return rules, (*reader.diagnostics, *builder.diagnostics)


def parse_expression(
    text: str, *, file: str, first_line: int = 1, first_column: int = 1
) -> tuple[tree.Expr | None, tuple[Diagnostic, ...]]:
    """Read one expression, with bounds or without; None where it cannot be read."""
    place = Place(file=file, line=first_line, column=first_column)
    reader = _Reader(text, place)
    syntax = reader.read("expression")
    if syntax is None or reader.diagnostics:
        return None, tuple(reader.diagnostics)
    builder = Builder(place, _read_hole)
    expr = builder.expression(syntax.children[0])
    return expr, tuple(builder.diagnostics)


def _read_hole(text: str, place: Place) -> tuple[tree.Expr | None, tuple[Diagnostic, ...]]:
    return parse_expression(text, file=place.file, first_line=place.line, first_column=place.column)


@final
class _Reader:
    """Feeds the tokens of one text to the parser, and gets it going again after each error."""

    def __init__(self, text: str, place: Place) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.unreadable: set[str] = set()
        self._text = text
        self._place = place
        self._before: lark.Token | None = None
        self._head: list[lark.Token] = []  # the first two tokens of the statement that is being read
        self._tokens = 0
        self._open = 0
        self._skipping = False
        self._lost = False

    def read(self, start: str) -> lark.Tree[lark.Token] | None:
        """Return what could be read, as a tree of tokens; None when it cannot be closed."""
        if len(self._text) > MAX_CHARACTERS:
            message = f"the text has {len(self._text)} characters, and {MAX_CHARACTERS} is the most that is read"
            self._report("PS303", message, whole(self._text[:1], self._place))
            return None
        machine = parser().parse_interactive(self._text, start=start)
        tokens: Iterator[lark.Token] = machine.lexer_thread.lex(machine.parser_state)  # type: ignore[no-untyped-call]  # Lark's
        for token in tokens:
            machine = self._take(machine, token)
            self._before = token
            if len(self.diagnostics) >= MAX_ERRORS:
                break
        return self._finish(machine)

    def _finish(self, machine: InteractiveParser) -> lark.Tree[lark.Token] | None:
        end = lark.Token(END, "")
        if self._before is not None:
            end = lark.Token.new_borrow_pos(END, "", self._before)
            end.line, end.column = self._before.end_line, self._before.end_column
            end.end_column = (end.column or 1) + 1
        try:
            if not self._skipping:
                return cast("lark.Tree[lark.Token]", machine.feed_token(end))
        except UnexpectedToken:
            self._fail(machine, end)
        closed = self._resume(machine, end)
        return None if closed is None else cast("lark.Tree[lark.Token] | None", closed.result)

    def _take(self, machine: InteractiveParser, token: lark.Token) -> InteractiveParser:
        machine = self._feed(machine, token)
        if token.type in STATEMENTS:
            # only now: what could not be followed by this keyword is a fault of the statement before it
            self._head, self._tokens, self._open = [], 0, 0
        if len(self._head) < 2:
            self._head.append(token)
        return machine

    def _feed(self, machine: InteractiveParser, token: lark.Token) -> InteractiveParser:
        if self._skipping:
            return self._recover(machine, token)
        self._tokens += 1
        self._open += _OPENING.get(token.type, 0)
        if self._tokens > MAX_TOKENS:
            return self._limit(machine, f"this statement has more than {MAX_TOKENS} words and signs", token)
        if self._open > MAX_DEPTH or len(machine.parser_state.state_stack) > _MAX_STACK:
            return self._limit(machine, f"this is more than {MAX_DEPTH} levels deep", token)
        try:
            machine.feed_token(token)
        except UnexpectedToken:
            self._fail(machine, token)
            # what stands about as far left as a statement was meant as one: the effects below it belong to no other
            left = [self._place.span(part).column for part in (token, *self._head[:1])]
            self._lost = self._opening(token) and left[0] <= left[-1] + 1
            return self._recover(machine, token)
        return machine

    def _opening(self, token: lark.Token) -> bool:
        return self._before is None or self._before.end_line != token.line

    def _recover(self, machine: InteractiveParser, token: lark.Token) -> InteractiveParser:
        """Go on at `token` if it opens something, else leave it out."""
        if self._opening(token):
            opens = token.type in STATEMENTS or (token.type in EFFECTS and not self._lost)
        else:
            opens = token.type in {"LET", "RULE", "ALWAYS"}  # `on` may be a name that was meant
        resumed = self._resume(machine, token) if opens else None
        self._skipping = resumed is None
        return resumed or machine

    def _limit(self, machine: InteractiveParser, message: str, token: lark.Token) -> InteractiveParser:
        self._report("PS303", message, self._place.span(token), advice="give parts of it a name with `let`")
        self._skipping, self._lost = True, False
        return machine

    def _fail(self, machine: InteractiveParser, token: lark.Token) -> None:
        span = self._place.span(token)
        expected: set[str] = machine.accepts()  # type: ignore[no-untyped-call]  # Lark's
        found = syntax_error(token, expected=expected, before=self._before, span=span)
        self.diagnostics.append(replace(found, context=_named(self._head)))
        if [part.type for part in self._head] == ["LET", "NAME"]:
            self.unreadable.add(str(self._head[1]))

    def _resume(self, machine: InteractiveParser, token: lark.Token) -> InteractiveParser | None:
        """Give up what was being read, and as much before it as must go for the parser to take `token`."""
        table = machine.parser_state.parse_conf.states
        stack = machine.parser_state.state_stack
        for kept in range(len(stack) if self._lost else self._whole_until(machine), 0, -1):
            if token.type not in table[stack[kept - 1]]:
                continue
            attempt: InteractiveParser = machine.copy(deepcopy_values=False)  # type: ignore[no-untyped-call]  # Lark's
            del attempt.parser_state.state_stack[kept:]
            del attempt.parser_state.value_stack[kept - 1 :]
            try:
                attempt.result = attempt.feed_token(token)
            except UnexpectedToken:
                continue
            return attempt
        return None

    def _whole_until(self, machine: InteractiveParser) -> int:
        """How much of the parser's stack stands before the keyword of the clause that was being read."""
        values = machine.parser_state.value_stack
        for place in range(len(values) - 1, -1, -1):
            if isinstance(values[place], lark.Token) and values[place].type in _CLAUSES:
                return place + 1
        return len(values) + 1

    def _report(self, code: str, message: str, span: Span, *, advice: str | None = None) -> None:
        context = _named(self._head)
        self.diagnostics.append(Diagnostic(code=code, message=message, span=span, help=advice, context=context))


def _context(part: object) -> str:
    if not isinstance(part, lark.Tree):
        return ""
    return _named([token for token in part.children[:2] if isinstance(token, lark.Token)])


def _named(head: list[lark.Token]) -> str:
    """The statement that is being read, in the user's words."""
    kinds = [token.type for token in head]
    if kinds in (["RULE", "TEXT"], ["ALWAYS", "TEXT"], ["LET", "NAME"]):
        return f"{head[0]} {head[1]}"
    return "a reaction" if kinds[:1] == ["ON"] else ""


def whole(text: str, place: Place) -> Span:
    """Return the place of all of a text."""
    lines = text.split("\n")
    return Span(
        file=place.file,
        line=place.line,
        column=place.column,
        end_line=place.line + len(lines) - 1,
        end_column=place.column + len(lines[-1]),
    )
