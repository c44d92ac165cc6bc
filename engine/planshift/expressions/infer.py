"""Types of expressions: from the leaves up, with what the place wants handed down so that bare names find their list.

A mistake is reported where it stands and gives the type `UNKNOWN`, which fits everywhere: one mistake, one message.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import cast, final

from planshift.diagnostics.diagnostic import Diagnostic, Label
from planshift.expressions import literals, tree
from planshift.expressions.findings import Findings
from planshift.expressions.functions import FUNCTIONS
from planshift.expressions.names import Environment, Symbol
from planshift.expressions.operators import SIGNED, arithmetic, mismatch_advice, order_refusal, refusal
from planshift.expressions.resolve import Names, enum_for_text
from planshift.expressions.size import Size, reciprocal, size_of
from planshift.expressions.typed import Constant, Member, Typed, behind
from planshift.expressions.types import (
    BOOL,
    DATE,
    MONEY,
    NUMBER,
    PERCENT,
    TEXT,
    UNKNOWN,
    WHOLE,
    Enum,
    OneOf,
    SetOf,
    Type,
    Wanted,
    fits,
    is_number,
    is_ordered,
    join,
)

_NAME_THEM = "name what is meant, as in `[a, b]`"


@final
class Inference:
    """Gives expressions their types, with the names that can be used where they stand."""

    def __init__(self, env: Environment, names: Names, findings: Findings) -> None:
        self._env = env
        self._names = names
        self._findings = findings

    def check(self, expr: tree.Expr, wanted: Wanted, *, place: str) -> Typed:
        """Return the expression with its type, which `place` (such as "`when`") wants to be `wanted`."""
        if isinstance(expr, tree.Name) and not self._names.knows(expr.text) and self._needs_more(expr, wanted, place):
            return Typed(node=expr, type=UNKNOWN)
        typed = self.infer(expr, wanted)
        if fits(typed.type, wanted):
            return typed
        advice = mismatch_advice(typed.type, wanted)
        if advice is None and wanted == BOOL and isinstance(typed.type, Enum):
            fact = self._env.example_of(typed.type)
            member = typed.meaning.name if isinstance(typed.meaning, Member) else typed.type.members[0]
            advice = f"compare it, as in `{fact} = {member}`" if fact else None
        if advice is None and isinstance(wanted, SetOf):
            advice = "write a list, as in `[a, b]`"
        message = f"{place} needs {wanted.words}, and this is {typed.type.words}"
        self._findings.add("PS322", message, span=expr.span, advice=advice)
        return Typed(node=expr, type=UNKNOWN, parts=typed.parts)

    def _needs_more(self, name: tree.Name, wanted: Wanted, place: str) -> bool:
        """Report a bare word that only lacks its quotes or its brackets."""
        if wanted == TEXT:
            advice = f'put it in double quotes: `"{name.text}"`'
        elif isinstance(wanted, SetOf):
            advice = f"write a list: `[{name.text}]`"
        else:
            return False
        message = f"{place} needs {wanted.words}, and `{name.text}` is a bare name"
        self._findings.add("PS322", message, span=name.span, advice=advice)
        return True

    def infer(  # noqa: C901, PLR0912  # one case for each kind of node
        self, expr: tree.Expr, wanted: Wanted | None = None
    ) -> Typed:
        """Return the expression with its type; `wanted` tells bare names which list they may come from."""
        match expr:
            case tree.Name():
                return self._names.resolve(expr, wanted)
            case tree.Number() | tree.Percent():
                return self._number(expr)
            case tree.Money():
                return self._money(expr, [expr])
            case tree.Duration() | tree.Date():
                return self._time(expr)
            case tree.Text():
                return self._text(expr, wanted)
            case tree.Truth(value=value):
                return Typed(node=expr, type=BOOL, meaning=Constant(value=value))
            case tree.Listing():
                return self._listing(expr, wanted)
            case tree.Unary():
                return self._unary(expr)
            case tree.Binary():
                return self._comparison(expr) if expr.operator in tree.COMPARISONS else self._arithmetic(expr)
            case tree.Junction(operator=operator, items=items):
                parts = [self.check(item, BOOL, place=f"`{operator}`") for item in items]
                return Typed(node=expr, type=BOOL, parts=tuple(parts))
            case tree.Within():
                return self._within(expr)
            case tree.PercentOf():
                return self._percent_of(expr)
            case tree.IfElse():
                return self._if_else(expr, wanted)
            case tree.Call():
                return self._call(expr)
            case tree.Bounded():
                return self._bounded(expr, wanted)

    # leaves

    def _number(self, node: tree.Number | tree.Percent) -> Typed:
        value = literals.number(node)
        if isinstance(value, Diagnostic):
            return self._literal_flaws(node, (value,))
        counts = WHOLE if value.denominator == 1 else NUMBER
        kind = PERCENT if isinstance(node, tree.Percent) else counts
        return Typed(node=node, type=kind, meaning=Constant(value=value), constant=value, size=size_of(value))

    def _time(self, node: tree.Duration | tree.Date) -> Typed:
        found = literals.duration(node) if isinstance(node, tree.Duration) else literals.day(node)
        if isinstance(found, Diagnostic):
            return self._literal_flaws(node, (found,))
        kind, value = (DATE, found) if isinstance(found, int) else found
        return Typed(node=node, type=kind, meaning=Constant(value=value), size=size_of(value))

    def _money(self, node: tree.Money | tree.Listing, items: Sequence[tree.Money]) -> Typed:
        amounts, flaws = literals.money(node, items, env=self._env)
        if amounts is None or flaws:
            return self._literal_flaws(node, flaws)
        size = Size(bits=max(size_of(minor).bits for _, minor in amounts.pairs))
        return Typed(node=node, type=MONEY, meaning=amounts, size=size)

    def _text(self, node: tree.Text, wanted: Wanted | None) -> Typed:
        kind = enum_for_text(node.value, wanted)
        if not isinstance(kind, Enum):
            return Typed(node=node, type=TEXT, meaning=Constant(value=node.value))
        if node.value in kind.members:
            return Typed(node=node, type=kind, meaning=Member(kind=kind, name=node.value))
        advice = self._findings.did_you_mean(node.value, kind.members)
        self._names.not_a_member(node, f'`"{node.value}"`', kind=kind, advice=advice)
        return Typed(node=node, type=UNKNOWN)

    def _literal_flaws(self, node: tree.Expr, flaws: Sequence[Diagnostic]) -> Typed:
        for flaw in flaws:
            self._findings.take(flaw)
        return Typed(node=node, type=UNKNOWN)

    # lists

    def _listing(self, node: tree.Listing, wanted: Wanted | None) -> Typed:
        item_wanted = _item_of(wanted)
        amounts = [item for item in node.items if isinstance(item, tree.Money)]
        if item_wanted is None and amounts and len(amounts) == len(node.items):
            return self._money(node, amounts)
        parts = tuple(self._item(item, item_wanted) for item in node.items)
        if item_wanted is None and not parts:
            self._findings.add("PS321", "an empty list has no meaning here", span=node.span, advice=_NAME_THEM)
            return Typed(node=node, type=UNKNOWN)
        kind: Type | None = item_wanted or parts[0].type
        for part in parts if item_wanted is None else ():
            kind = join(kind, part.type) if kind is not None else None
        if kind is None or isinstance(kind, SetOf):
            self._findings.add("PS320", "the values of a list must be of one type", span=node.span)
            return Typed(node=node, type=UNKNOWN, parts=parts)
        return Typed(node=node, type=SetOf(item=kind), parts=parts)

    def _item(self, item: tree.Expr, wanted: Type | None) -> Typed:
        if wanted is None:
            return self.infer(item)
        if wanted == TEXT and isinstance(item, tree.Name):
            return Typed(node=item, type=TEXT, meaning=Constant(value=item.text))
        return self.check(item, wanted, place="this list")

    def _within(self, node: tree.Within) -> Typed:
        collection: Typed | None = None
        if not isinstance(node.collection, tree.Listing):
            collection = self.infer(node.collection)
        item = self.infer(node.item, _item_of(collection.type) if collection is not None else None)
        if collection is None:
            collection = self._elements(cast("tree.Listing", node.collection), item)
        parts = (item, collection)
        if UNKNOWN in (item.type, collection.type):
            return Typed(node=node, type=BOOL, parts=parts)
        if not isinstance(collection.type, SetOf):
            message = f"`in` needs a list on its right side, and this is {collection.type.words}"
            self._findings.add("PS321", message, span=node.collection.span, advice="write a list, as in `[a, b]`")
        elif join(item.type, collection.type.item) is None:
            self._mismatch(f"{item.type.words} is never in {collection.type.words}", parts)
        elif item.type == TEXT and _is_fact(collection) and not isinstance(behind(item).meaning, Constant):
            # a set that is a fact answers for one text at a time, and the form has to know which
            message = "only a text that is written out can be looked up in a fact"
            self._findings.add("PS321", message, span=node.item.span, advice='put it in quotes, as in `"ssl"`')
        return Typed(node=node, type=BOOL, parts=parts)

    def _elements(self, node: tree.Listing, item: Typed) -> Typed:
        """The list on the right side of `in`, whose values are compared with `item`."""
        if not node.items:
            self._findings.add("PS321", "nothing is in an empty list", span=node.span, advice=_NAME_THEM)
            return Typed(node=node, type=UNKNOWN)
        parts = tuple(self.infer(element, item.type) for element in node.items)
        kind: Type | None = item.type
        for part in parts:
            joined = join(kind, part.type) if kind is not None else None
            if kind is not None and joined is None:
                self._mismatch(f"{kind.words} cannot be compared with {part.type.words}", (item, part))
            kind = joined
        if kind is None or isinstance(kind, SetOf):
            return Typed(node=node, type=UNKNOWN, parts=parts)
        return Typed(node=node, type=SetOf(item=kind), parts=parts)

    # operators

    def _unary(self, node: tree.Unary) -> Typed:
        if node.operator == "not":
            return Typed(node=node, type=BOOL, parts=(self.check(node.operand, BOOL, place="`not`"),))
        operand = self.infer(node.operand)
        if operand.type != UNKNOWN and operand.type not in SIGNED:
            self._findings.add("PS321", f"{operand.type.words} has no sign to change", span=node.span)
            return Typed(node=node, type=UNKNOWN, parts=(operand,))
        constant = None if operand.constant is None else -operand.constant
        return Typed(node=node, type=operand.type, parts=(operand,), constant=constant, size=operand.size)

    def _arithmetic(self, node: tree.Binary) -> Typed:
        left, right = self.infer(node.left), self.infer(node.right)
        parts = (left, right)
        kind = arithmetic(node.operator, left=left.type, right=right.type)
        if kind is None:
            message, advice = refusal(node.operator, left=left.type, right=right.type)
            self._mismatch(message, parts, advice=advice)
            return Typed(node=node, type=UNKNOWN, parts=parts)
        if kind == UNKNOWN:
            return Typed(node=node, type=UNKNOWN, parts=parts)
        if node.operator == "/":
            return self._quotient(node, kind, parts)
        size = left.size.times(right.size) if node.operator == "*" else left.size.plus(right.size)
        constant = _fold(node.operator, left.constant, right.constant)
        if constant is not None and size.fits:
            kind = WHOLE if kind == NUMBER and constant.denominator == 1 else kind
            size = size_of(constant)
        return self._sized(node, kind, parts, size=size, constant=constant)

    def _quotient(self, node: tree.Binary, kind: Type, parts: tuple[Typed, Typed]) -> Typed:
        left, right = parts
        if not right.constant:
            message = "nothing can be divided by 0" if right.constant == 0 else "only a fixed number can divide"
            advice = None if right.constant == 0 else "multiply the other side instead, as in `a > 2 * b`"
            self._findings.add("PS325", message, span=node.right.span, advice=advice)
            return Typed(node=node, type=UNKNOWN, parts=parts)
        constant = None if left.constant is None else left.constant * reciprocal(right.constant)
        return self._sized(node, kind, parts, size=left.size.over(right.constant), constant=constant)

    def _sized(
        self, node: tree.Expr, kind: Type, parts: tuple[Typed, ...], *, size: Size, constant: Fraction | None = None
    ) -> Typed:
        if size.fits:
            return Typed(node=node, type=kind, parts=parts, size=size, constant=constant)
        self._findings.add(
            "PS327",
            "this can become too large a number to compute with",
            span=node.span,
            advice="multiply fewer values with each other",
        )
        return Typed(node=node, type=UNKNOWN, parts=parts)

    def _comparison(self, node: tree.Binary) -> Typed:
        if self._waits_for_a_list(node.left):
            right = self.infer(node.right)
            left = self.infer(node.left, right.type)
        else:
            left = self.infer(node.left)
            right = self.infer(node.right, left.type)
        parts = (left, right)
        kind = join(left.type, right.type)
        if kind is None:
            message, advice = refusal(node.operator, left=left.type, right=right.type)
            self._mismatch(message, parts, advice=advice)
        elif isinstance(kind, SetOf):
            self._findings.add("PS321", "lists are not compared", span=node.span, advice="use `in`")
        elif node.operator not in {"=", "!="} and not is_ordered(kind):
            message, order_advice = order_refusal(node.operator, kind)
            self._findings.add("PS321", message, span=node.span, advice=order_advice)
        return self._sized(node, BOOL, parts, size=left.size.beside(right.size))

    def _waits_for_a_list(self, expr: tree.Expr) -> bool:
        """Whether the expression means something only beside another one, as `gold` does in `gold = to`."""
        return isinstance(expr, tree.Text) or (isinstance(expr, tree.Name) and not self._names.knows(expr.text))

    def _percent_of(self, node: tree.PercentOf) -> Typed:
        percent = self.check(node.percent, PERCENT, place="`of`")
        whole = self.infer(node.whole)
        parts = (percent, whole)
        kind = whole.type
        if kind not in (MONEY, UNKNOWN) and not is_number(kind):
            message = f"a percentage is taken of money or of a number, and this is {kind.words}"
            self._findings.add("PS321", message, span=node.whole.span)
            kind = UNKNOWN
        if UNKNOWN in (percent.type, kind):
            return Typed(node=node, type=UNKNOWN, parts=parts)
        constant = _fold("*", percent.constant, whole.constant)
        size = percent.size.times(whole.size)
        return self._sized(node, MONEY if kind == MONEY else NUMBER, parts, size=size, constant=constant)

    def _if_else(self, node: tree.IfElse, wanted: Wanted | None) -> Typed:
        condition = self.check(node.condition, BOOL, place="`if`")
        yes = self.infer(node.yes, wanted)
        no = self.infer(node.no, wanted or yes.type)
        parts = (condition, yes, no)
        kind = join(yes.type, no.type)
        if kind is None:
            self._mismatch("both ends of an `if` must be of one type", (yes, no))
            return Typed(node=node, type=UNKNOWN, parts=parts)
        if isinstance(kind, SetOf):
            advice = "write one rule for each list"
            self._findings.add("PS321", "an `if` cannot choose between lists", span=node.span, advice=advice)
            return Typed(node=node, type=UNKNOWN, parts=parts)
        return self._sized(node, kind, parts, size=yes.size.beside(no.size))

    def _bounded(self, node: tree.Bounded, wanted: Wanted | None) -> Typed:
        value = self.infer(node.value, wanted)
        bounds = tuple(self.infer(bound) for bound in (node.at_least, node.at_most) if bound is not None)
        return self._one_type(node, (value, *bounds))

    def _call(self, node: tree.Call) -> Typed:
        function = FUNCTIONS.get(node.function.text)
        if function is None:
            self._names.not_a_function(node.function)
            return Typed(node=node, type=UNKNOWN)
        if not function.least <= len(node.arguments) <= function.most:
            span = f"{function.least}" if function.least == function.most else f"{function.least} to {function.most}"
            values = "value" if span == "1" else "values"
            message = f"`{function.name}` takes {span} {values}, and here it is given {len(node.arguments)}"
            self._findings.add("PS315", message, span=node.span, advice=f"it gives {function.doc}")
            return Typed(node=node, type=UNKNOWN)
        if function.takes is not None and function.gives is not None:
            place = f"`{function.name}`"
            parts = tuple(self.check(argument, function.takes, place=place) for argument in node.arguments)
            return Typed(node=node, type=function.gives, parts=parts, size=Size(bits=20))
        parts = tuple(self.infer(argument) for argument in node.arguments)
        if function.signed and parts[0].type not in (*SIGNED, UNKNOWN):
            self._findings.add("PS321", f"{parts[0].type.words} has no sign to leave out", span=node.span)
            return Typed(node=node, type=UNKNOWN, parts=parts)
        return self._one_type(node, parts)

    def _one_type(self, node: tree.Call | tree.Bounded, parts: tuple[Typed, ...]) -> Typed:
        """The result of choosing between values by their size: they must be of one type that has an order."""
        kind, size = parts[0].type, parts[0].size
        for part in parts[1:]:
            joined = join(kind, part.type)
            if joined is None:
                advice = mismatch_advice(kind, part.type)
                self._mismatch(
                    f"{kind.words} cannot be compared with {part.type.words}", (parts[0], part), advice=advice
                )
                return Typed(node=node, type=UNKNOWN, parts=parts)
            kind, size = joined, size.beside(part.size)
        if kind == UNKNOWN:
            return Typed(node=node, type=UNKNOWN, parts=parts)
        if not is_ordered(kind):
            message, advice = order_refusal("<", kind)
            self._findings.add("PS321", message.replace("`<`", "this"), span=node.span, advice=advice)
            return Typed(node=node, type=UNKNOWN, parts=parts)
        return self._sized(node, kind, parts, size=size)

    def _mismatch(self, message: str, parts: tuple[Typed, Typed], *, advice: str | None = None) -> None:
        left, right = parts
        labels = tuple(Label(span=part.node.span, text=f"this is {part.type.words}") for part in parts)
        span = left.node.span.to(right.node.span)
        self._findings.add("PS320", message, span=span, advice=advice, labels=labels)


def _is_fact(typed: Typed) -> bool:
    return isinstance(behind(typed).meaning, Symbol)


def _item_of(wanted: Wanted | None) -> Type | None:
    """The type that the items of a list must have, if the place wants a list."""
    options = wanted.options if isinstance(wanted, OneOf) else (wanted,)
    return next((option.item for option in options if isinstance(option, SetOf)), None)


def _fold(operator: str, left: Fraction | None, right: Fraction | None) -> Fraction | None:
    if left is None or right is None:
        return None
    return left + right if operator == "+" else left - right if operator == "-" else left * right
