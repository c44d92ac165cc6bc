"""The small edits of the rules of a book.

Reactions stay, for no answer shows them; so do `always` statements, which test the policy as cases do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import combinations, pairwise
from typing import Final, final

from planshift.cases.mutation.edit import Edit, Kind, Places
from planshift.cases.mutation.neighbours import neighbours
from planshift.diagnostics.span import Span
from planshift.expressions import tree
from planshift.policy.terms import TERM

Range = tuple[int, int]

_BESIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "=": ("!=",),
    "!=": ("=",),
    "<": ("<=", ">="),
    "<=": ("<", ">"),
    ">": (">=", "<="),
    ">=": (">", "<"),
    "+": ("-",),
    "-": ("+",),
    "*": ("/",),
    "/": ("*",),
}
"""For each operator the one next to it, and of an order also its opposite."""

_TOKENS: Final = re.compile(r"#[^\n]*|[A-Za-z_][\w.-]*|==|!=|<=|>=|[<>=+\-*/]")
_SIDES: Final = {"from": "to", "to": "from"}


def rule_edits(rules: tree.RuleFile, text: str, *, file: str, plans: tuple[str, ...]) -> Iterator[Edit]:
    """The edits of the statements that stand in a file, in its order; `plans` are those of the catalog."""
    own = [each for each in rules.statements if each.span.file == file]
    walk = _Walk(text, file, plans)
    found = [edit for statement in own for edit in walk.statement(statement)]
    found += walk.orders([each for each in own if isinstance(each, tree.Rule)])
    unique = {(edit.start, edit.stop, edit.text): edit for edit in found}
    yield from sorted(unique.values(), key=lambda edit: (edit.start, edit.stop))


@final
class _Walk:
    """Goes through statements; each method yields the edits of what it is given."""

    def __init__(self, text: str, file: str, plans: tuple[str, ...]) -> None:
        self._text = text
        self._file = file
        self._places = Places(text)
        self._plans = plans
        self._about: frozenset[str] = frozenset()

    def statement(self, statement: tree.Statement) -> Iterator[Edit]:
        """The edits of one statement."""
        lines = range(statement.span.line, statement.span.end_line + 1)
        title = (statement.title.text,) if isinstance(statement, tree.Rule) else ()
        self._about = frozenset((*title, *(f"{self._file}:{line}" for line in lines)))
        if isinstance(statement, tree.Let):
            yield from self._truth(statement.value)
        elif isinstance(statement, tree.Rule):
            yield self._edit("rule removed", self._lines(statement.span), "")
            if statement.when is not None:
                yield from self._truth(statement.when)
            for effect in statement.effects:
                yield from self._effect(effect, alone=len(statement.effects) == 1)

    def orders(self, rules: list[tree.Rule]) -> Iterator[Edit]:
        """Two rules that speak of one term, each in the other's place: the first that matches settles it."""
        for first, second in combinations(rules, 2):
            shared = _terms(first) & _terms(second)
            between = rules[rules.index(first) + 1 : rules.index(second)]
            if not shared or any(_terms(each) & shared for each in between):
                continue
            (start, middle), (after, stop) = self._range(first.span), self._range(second.span)
            text = self._text[after:stop] + self._text[middle:after] + self._text[start:middle]
            spans = (first.span, second.span)
            lines = {f"{self._file}:{line}" for span in spans for line in range(span.line, span.end_line + 1)}
            self._about = frozenset(lines)
            yield self._edit("order", (start, stop), text)

    def _effect(self, effect: tree.Effect, *, alone: bool) -> Iterator[Edit]:
        if not alone:
            yield self._edit("part removed", self._lines(effect.span), "")
        if isinstance(effect, tree.Need) and effect.argument is None:
            return
        if isinstance(effect, tree.SetTerm):
            definition = TERM.get(effect.term.text)
            words = definition.shape.words if definition is not None else ()
            said = getattr(effect.value, "text", None) or getattr(effect.value, "value", None)
            if said in words:
                for word in words:
                    if word != said:
                        text = f'"{word}"' if isinstance(effect.value, tree.Text) or not word.isidentifier() else word
                        yield self._edit("value", self._range(effect.value.span), text)
            else:
                yield from self._value(effect.value)

    def _truth(self, expr: tree.Expr) -> Iterator[Edit]:
        """The edits of a condition, or of a value that a `let` names."""
        match expr:
            case tree.Junction():
                yield self._connectives(expr)
                for number, item in enumerate(expr.items):
                    yield self._edit("part removed", self._item(expr, number), "")
                    yield from self._truth(item)
            case tree.Unary(operator="not", operand=operand):
                start = self._range(expr.span)[0]
                rest = self._text[start + len("not") :]
                yield self._edit("not", (start, len(self._text) - len(rest.lstrip())), "")
                if tree.children(operand):
                    yield from self._truth(operand)
            case tree.Name():
                yield self._edit("not", (self._range(expr.span)[0],) * 2, "not ")
            case tree.Within(item=item, collection=collection, negated=negated):
                span = self._token(item, collection, ("not", "in"))
                yield self._edit("not", span, "in" if negated else "not in")
                yield from self._value(collection)
            case _:
                yield from self._value(expr)

    def _value(self, expr: tree.Expr, *, is_bound: bool = False) -> Iterator[Edit]:
        """The edits of anything else that is computed or compared."""
        match expr:
            case tree.Binary():
                yield from self._binary(expr, is_bound=is_bound)
            case tree.Number() | tree.Percent() | tree.Money() | tree.Duration() | tree.Date():
                written = self._text[slice(*self._range(expr.span))]
                for kind, text in neighbours(written, is_bound=is_bound):
                    yield self._edit(kind, self._range(expr.span), text)
            case tree.Truth(value=value):
                yield self._edit("flag", self._range(expr.span), "false" if value else "true")
            case tree.Name():
                yield from self._name(expr)
            case tree.Listing(items=items):
                yield from self._listing(items, is_bound=is_bound)
            case tree.Bounded():
                yield from self._bounds(expr)
            case tree.Junction() | tree.Unary() | tree.Within():
                yield from self._truth(expr)
            case _:
                yield from self._parts(expr, is_bound=is_bound)

    def _parts(self, expr: tree.Expr, *, is_bound: bool) -> Iterator[Edit]:
        for part in tree.children(expr):
            is_condition = isinstance(expr, tree.IfElse) and part is expr.condition
            yield from self._truth(part) if is_condition else self._value(part, is_bound=is_bound)

    def _binary(self, expr: tree.Binary, *, is_bound: bool) -> Iterator[Edit]:
        compares = expr.operator in tree.COMPARISONS
        span = self._token(expr.left, expr.right, (expr.operator, "==" if expr.operator == "=" else expr.operator))
        for other in _BESIDE[expr.operator]:
            yield self._edit("comparison" if compares else "arithmetic", span, other)
        for side in (expr.left, expr.right):
            yield from self._value(side, is_bound=compares or is_bound)

    def _name(self, name: tree.Name) -> Iterator[Edit]:
        head, dot, rest = name.text.partition(".")
        if head in _SIDES:
            yield self._edit("side", self._range(name.span), f"{_SIDES[head]}{dot}{rest}")
        elif name.text in self._plans and len(self._plans) > 1:
            following = (self._plans.index(name.text) + 1) % len(self._plans)
            yield self._edit("plan", self._range(name.span), self._plans[following])

    def _listing(self, items: tuple[tree.Expr, ...], *, is_bound: bool) -> Iterator[Edit]:
        for number, item in enumerate(items):
            yield from self._value(item, is_bound=is_bound)
            if len(items) > 1 and not isinstance(item, tree.Money):
                ends = [self._range(each.span) for each in items]
                start = ends[number][0] if number + 1 < len(ends) else ends[number - 1][1]
                stop = ends[number + 1][0] if number + 1 < len(ends) else ends[number][1]
                yield self._edit("item removed", (start, stop), "")

    def _bounds(self, expr: tree.Bounded) -> Iterator[Edit]:
        yield from self._value(expr.value)
        stop = self._range(expr.span)[1]
        for bound in (expr.at_least, expr.at_most):
            if bound is None:
                continue
            yield from self._value(bound, is_bound=True)
            begin = self._text.rindex(",", self._range(expr.value.span)[1], self._range(bound.span)[0])
            end = self._outside(self._range(bound.span))[1]
            yield self._edit("part removed", (begin, min(end, stop)), "")

    def _connectives(self, junction: tree.Junction) -> Edit:
        other = "or" if junction.operator == "and" else "and"
        ends = [self._range(item.span) for item in junction.items]
        text, at = "", ends[0][1]
        for (_, before), (after, _) in pairwise(ends):
            start, stop = self._found(before, after, (junction.operator,))
            text += self._text[at:start] + other
            at = stop
        return self._edit("and/or", (ends[0][1], ends[-1][0]), text + self._text[at : ends[-1][0]])

    def _item(self, junction: tree.Junction, number: int) -> Range:
        """Where one of several conditions stands, with the `and` that joins it to the one before or after."""
        ends = [self._outside(self._range(item.span)) for item in junction.items]
        if number == 0:
            return ends[0][0], ends[1][0]
        return ends[number - 1][1], ends[number][1]

    def _outside(self, span: Range) -> Range:
        """The same with the parentheses around it."""
        start, stop = span
        while True:
            before = len(self._text[:start].rstrip()) - 1
            after = stop + len(self._text[stop:]) - len(self._text[stop:].lstrip())
            if self._text[before : before + 1] != "(" or self._text[after : after + 1] != ")":
                return start, stop
            start, stop = before, after + 1

    def _token(self, left: tree.Expr, right: tree.Expr, tokens: tuple[str, ...]) -> Range:
        return self._found(self._range(left.span)[1], self._range(right.span)[0], tokens)

    def _found(self, start: int, stop: int, tokens: tuple[str, ...]) -> Range:
        """Where an operator stands between two parts; comments between them are passed over."""
        found = [each for each in _TOKENS.finditer(self._text, start, stop) if each[0] in tokens]
        return found[0].start(), found[-1].end()

    def _range(self, span: Span) -> Range:
        start = self._places.at(span.line - 1, span.column - 1)
        return start, self._places.at(span.end_line - 1, span.end_column - 1)

    def _lines(self, span: Span) -> Range:
        """The whole lines of a statement or an effect, where nothing else stands on them."""
        start, stop = self._range(span)
        begin = self._places.begin(span.line - 1)
        end = self._text.find("\n", stop)
        end = len(self._text) if end < 0 else end + 1
        rest = self._text[stop:end].strip()
        is_alone = not self._text[begin:start].strip() and (not rest or rest.startswith("#"))
        return (begin, end) if is_alone else (start, stop)

    def _edit(self, kind: Kind, span: Range, text: str) -> Edit:
        return self._places.edit(kind, self._file, span=span, text=text, about=self._about)


def _terms(rule: tree.Rule) -> set[str]:
    return {effect.term.text for effect in rule.effects if isinstance(effect, tree.SetTerm)}
