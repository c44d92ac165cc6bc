"""Lark's parse tree -> our tree: one node per construct, each with its place, made from the leaves up.

Nothing here calls itself, so a deep text costs time and no stack; expressions deeper than `MAX_DEPTH` are refused,
which lets everything after this step walk the tree by plain recursion.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias, cast, final

import lark

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.span import Span
from planshift.expressions import tree
from planshift.expressions.quoted import Flaw, split_template, unquote

MAX_DEPTH = 64
"""How many levels an expression may have."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a text stands in its file: the line and column of its first character; every line is indented alike."""

    file: str
    line: int = 1
    column: int = 1

    def span(self, token: lark.Token) -> Span:
        """The span of a token of the text."""
        down, right = self.line - 1, self.column - 1
        return Span(
            file=self.file,
            line=(token.line or 1) + down,
            column=(token.column or 1) + right,
            end_line=(token.end_line or 1) + down,
            end_column=(token.end_column or 1) + right,
        )


ReadHole: TypeAlias = Callable[[str, Place], tuple[tree.Expr | None, tuple[Diagnostic, ...]]]
"""Reads the expression in a text's braces."""

_Built: TypeAlias = tree.Expr | tree.Effect | tree.Statement


@final
@dataclass(frozen=True, slots=True)
class _Piece:
    """A finished part: its span includes parentheses around it, which the node's own span does not."""

    node: _Built
    span: Span
    depth: int


_Part: TypeAlias = _Piece | lark.Token
_Syntax: TypeAlias = lark.Tree[lark.Token]


@final
class Builder:
    """Makes the nodes of one text, and gathers what is wrong with them."""

    def __init__(self, place: Place, read_hole: ReadHole) -> None:
        self.diagnostics: list[Diagnostic] = []
        self._place = place
        self._read_hole = read_hole
        self._too_deep: Span | None = None

    def statement(self, syntax: _Syntax) -> tree.Statement | None:
        """Return the statement, or None where it is too deep to go on with; the diagnostics say so."""
        return cast("tree.Statement | None", self._build(syntax))

    def expression(self, syntax: _Syntax | lark.Token) -> tree.Expr | None:
        """Return the expression, or None where it is too deep to go on with; the diagnostics say so."""
        return cast("tree.Expr | None", self._build(syntax))

    def _build(self, syntax: _Syntax | lark.Token) -> _Built | None:
        self._too_deep = None
        piece = self._fold(syntax)
        if self._too_deep is None:
            return piece.node
        message = f"this is more than {MAX_DEPTH} levels deep"
        self._report("PS303", message, self._too_deep, advice="give parts of it a name with `let`")
        return None

    def _fold(self, root: _Syntax | lark.Token) -> _Piece:
        waiting: list[_Syntax | lark.Token] = [root]
        backwards: list[_Syntax | lark.Token] = []
        while waiting:
            item = waiting.pop()
            backwards.append(item)
            if isinstance(item, lark.Tree):
                waiting.extend(item.children)
        done: list[_Part] = []
        for item in reversed(backwards):
            if isinstance(item, lark.Tree):
                count = len(item.children)
                parts = done[len(done) - count :]
                del done[len(done) - count :]
                done.append(self._piece(str(item.data), parts))
            else:
                done.append(item)
        (piece,) = done
        assert isinstance(piece, _Piece)  # a rule of the grammar never reduces to a bare token
        return piece

    def _piece(self, rule: str, parts: Sequence[_Part]) -> _Piece:
        span = self._span(parts[0]).to(self._span(parts[-1]))
        depth = 1 + max((part.depth for part in parts if isinstance(part, _Piece)), default=0)
        if depth > MAX_DEPTH and self._too_deep is None:
            self._too_deep = span
        if rule == "group":
            inner = parts[1]
            assert isinstance(inner, _Piece)  # what stands between parentheses
            return _Piece(inner.node, span, inner.depth)
        return _Piece(_MAKERS[rule](self, parts, span), span, depth)

    def _span(self, part: _Part) -> Span:
        return part.span if isinstance(part, _Piece) else self._place.span(part)

    def _report(self, code: str, message: str, span: Span, *, advice: str | None = None) -> None:
        self.diagnostics.append(Diagnostic(code=code, message=message, span=span, help=advice))

    # what each rule of the grammar means

    def word(self, token: lark.Token) -> tree.Word:
        """A name, or the text between quotes, as a word."""
        text = self.text(token) if token.type == "TEXT" else str(token)
        return tree.Word(text=text, span=self._place.span(token))

    def text(self, token: lark.Token) -> str:
        """What a quoted text says."""
        value, flaws = unquote(token)
        self._flaws(flaws, self._place.span(token))
        return value

    def template(self, token: lark.Token) -> tree.Template:
        """A text whose braces hold expressions."""
        span = self._place.span(token)
        raw, flaws = split_template(token)
        self._flaws(flaws, span)
        parts: list[str | tree.Expr] = []
        for part in raw:
            if isinstance(part, str):
                parts.append(part)
                continue
            place = Place(file=span.file, line=span.line, column=span.column + part.start)
            expr, diagnostics = self._read_hole(part.text, place)
            self.diagnostics.extend(diagnostics)
            parts += [] if expr is None else [expr]
        return tree.Template(parts=tuple(parts), span=span)

    def bounded(self, parts: Sequence[_Part], span: Span) -> tree.Bounded:
        """A value with bounds; of two bounds of one kind the second is reported."""
        value, *limits = _exprs(parts)
        kinds = [token for token in _tokens(parts) if token.type in {"AT_LEAST", "AT_MOST"}]
        bounds: dict[str, tree.Expr] = {}
        for kind, limit in zip(kinds, limits, strict=True):
            if kind.type in bounds:
                self._report("PS301", f"`{_words(kind)}` is said twice", self._place.span(kind))
            bounds.setdefault(kind.type, limit)
        return tree.Bounded(value=value, at_least=bounds.get("AT_LEAST"), at_most=bounds.get("AT_MOST"), span=span)

    def _flaws(self, flaws: Sequence[Flaw], span: Span) -> None:
        for flaw in flaws:
            column = span.column + flaw.start
            at = Span(
                file=span.file,
                line=span.line,
                column=column,
                end_line=span.line,
                end_column=column + flaw.length,
            )
            self._report("PS302", flaw.message, at, advice=flaw.help)


def _exprs(parts: Sequence[_Part]) -> list[tree.Expr]:
    """The parts that are expressions; used where the grammar leaves nothing else."""
    return [cast("tree.Expr", part.node) for part in parts if isinstance(part, _Piece)]


def _tokens(parts: Sequence[_Part]) -> list[lark.Token]:
    return [part for part in parts if isinstance(part, lark.Token)]


def _words(token: lark.Token) -> str:
    return " ".join(token.split())


# One function for each rule of the grammar that makes an expression. The casts say what the grammar guarantees.


def _number(_: Builder, parts: Sequence[_Part], span: Span) -> tree.Expr:
    return tree.Number(digits=_only(parts), span=span)


def _percent(_: Builder, parts: Sequence[_Part], span: Span) -> tree.Expr:
    return tree.Percent(digits=_only(parts).rstrip("% \t"), span=span)


def _money(_: Builder, parts: Sequence[_Part], span: Span) -> tree.Expr:
    written = _only(parts)
    return tree.Money(digits=written[:-3].rstrip(), currency=written[-3:], span=span)


def _duration(_: Builder, parts: Sequence[_Part], span: Span) -> tree.Expr:
    written = _only(parts)
    digits = written.rstrip("adehkmnorstwy \t")
    unit = written[len(digits) :].strip().removesuffix("s")
    return tree.Duration(digits=digits, unit=cast("tree.Unit", unit), span=span)


def _date(_: Builder, parts: Sequence[_Part], span: Span) -> tree.Expr:
    return tree.Date(text=_only(parts), span=span)


def _text(builder: Builder, parts: Sequence[_Part], span: Span) -> tree.Expr:
    return tree.Text(value=builder.text(_tokens(parts)[0]), span=span)


def _truth(_: Builder, parts: Sequence[_Part], span: Span) -> tree.Expr:
    return tree.Truth(value=_only(parts) == "true", span=span)


def _name(_: Builder, parts: Sequence[_Part], span: Span) -> tree.Expr:
    return tree.Name(text=_only(parts), span=span)


def _listing(_: Builder, parts: Sequence[_Part], span: Span) -> tree.Expr:
    return tree.Listing(items=tuple(_exprs(parts)), span=span)


def _call(builder: Builder, parts: Sequence[_Part], span: Span) -> tree.Expr:
    return tree.Call(function=builder.word(_tokens(parts)[0]), arguments=tuple(_exprs(parts)), span=span)


def _unary(_: Builder, parts: Sequence[_Part], span: Span) -> tree.Expr:
    operator = cast("tree.Sign", str(parts[0]))
    return tree.Unary(operator=operator, operand=_exprs(parts)[0], span=span)


def _binary(_: Builder, parts: Sequence[_Part], span: Span) -> tree.Expr:
    left, right = _exprs(parts)
    written = str(parts[1])
    operator = cast("tree.Operator", "=" if written == "==" else written)
    return tree.Binary(operator=operator, left=left, right=right, span=span)


def _junction(_: Builder, parts: Sequence[_Part], span: Span) -> tree.Expr:
    operator = cast("tree.Connective", str(parts[1]))
    return tree.Junction(operator=operator, items=tuple(_exprs(parts)), span=span)


def _within(_: Builder, parts: Sequence[_Part], span: Span) -> tree.Expr:
    item, collection = _exprs(parts)
    return tree.Within(item=item, collection=collection, negated=len(_tokens(parts)) == 2, span=span)


def _percent_of(_: Builder, parts: Sequence[_Part], span: Span) -> tree.Expr:
    percent, whole = _exprs(parts)
    return tree.PercentOf(percent=percent, whole=whole, span=span)


def _if_else(_: Builder, parts: Sequence[_Part], span: Span) -> tree.Expr:
    condition, yes, no = _exprs(parts)
    return tree.IfElse(condition=condition, yes=yes, no=no, span=span)


# And one for each that makes an effect or a statement.


def _set_term(builder: Builder, parts: Sequence[_Part], span: Span) -> tree.Effect:
    return tree.SetTerm(term=builder.word(_tokens(parts)[1]), value=_exprs(parts)[0], span=span)


def _deny(builder: Builder, parts: Sequence[_Part], span: Span) -> tree.Effect:
    return tree.Deny(text=builder.template(_tokens(parts)[1]), span=span)


def _warn(builder: Builder, parts: Sequence[_Part], span: Span) -> tree.Effect:
    return tree.Warn(text=builder.template(_tokens(parts)[1]), span=span)


def _need(builder: Builder, parts: Sequence[_Part], span: Span) -> tree.Effect:
    _, kind, *rest = _tokens(parts)
    argument = builder.word(rest[-1]) if rest else None
    return tree.Need(kind=builder.word(kind), argument=argument, quoted=len(rest) == 2, span=span)


def _let(builder: Builder, parts: Sequence[_Part], span: Span) -> tree.Statement:
    return tree.Let(name=builder.word(_tokens(parts)[1]), value=_exprs(parts)[0], span=span)


def _rule(builder: Builder, parts: Sequence[_Part], span: Span) -> tree.Statement:
    when = _after("WHEN", parts)
    effects = [part.node for part in parts if isinstance(part, _Piece) and part.node is not when]
    title = builder.word(_tokens(parts)[1])
    return tree.Rule(title=title, when=when, effects=tuple(cast("list[tree.Effect]", effects)), span=span)


def _reaction(builder: Builder, parts: Sequence[_Part], span: Span) -> tree.Statement:
    actions = tuple(builder.word(token) for token in _tokens(parts) if token.type == "NAME")
    return tree.Reaction(events=_exprs(parts)[0], when=_after("WHEN", parts), actions=actions, span=span)


def _always(builder: Builder, parts: Sequence[_Part], span: Span) -> tree.Statement:
    claim = _after("IMPLIES", parts)
    first = _exprs(parts)[0]
    premise = None if claim is None else first
    return tree.Always(title=builder.word(_tokens(parts)[1]), premise=premise, claim=claim or first, span=span)


def _after(keyword: str, parts: Sequence[_Part]) -> tree.Expr | None:
    """The expression that follows a keyword, if the keyword is there."""
    for token, part in pairwise(parts):
        if isinstance(token, lark.Token) and token.type == keyword and isinstance(part, _Piece):
            return cast("tree.Expr", part.node)
    return None


def _only(parts: Sequence[_Part]) -> str:
    return str(parts[0])


_MAKERS: dict[str, Callable[[Builder, Sequence[_Part], Span], _Built]] = {
    "number": _number,
    "percent": _percent,
    "money": _money,
    "duration": _duration,
    "date": _date,
    "text": _text,
    "truth": _truth,
    "name": _name,
    "listing": _listing,
    "call": _call,
    "unary": _unary,
    "binary": _binary,
    "junction": _junction,
    "within": _within,
    "percent_of": _percent_of,
    "if_else": _if_else,
    "bounded": Builder.bounded,
    "set_term": _set_term,
    "deny": _deny,
    "warn": _warn,
    "need": _need,
    "let": _let,
    "rule": _rule,
    "reaction": _reaction,
    "always": _always,
}
