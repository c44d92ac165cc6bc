"""Typed expressions -> the compiled form.

Truths become truth nodes, texts text nodes, and everything else integers: dates day numbers, durations counts, names
of closed lists their index, money minor units of the subscription's currency. Numbers, percentages and money are exact
fractions on the way (`Ratio`); money is rounded once, where it leaves the expression.

Dates stop at the first and the last day of the calendar: what would lie beyond is that day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Final, TypeVar, cast, final

from planshift.billing.calendar import FIRST_DAY, LAST_DAY, add_months, civil, whole_months
from planshift.expressions import tree
from planshift.expressions.form import Bool, Form, Int, Node, Text
from planshift.expressions.names import Symbol
from planshift.expressions.ratio import Ratio, constant_ratio
from planshift.expressions.size import reciprocal
from planshift.expressions.typed import Amounts, Constant, Member, Typed, TypedLet, TypedTemplate, behind
from planshift.expressions.types import BOOL, DATE, DAYS, MONEY, NUMBER, PERCENT, PPM, TEXT, WHOLE, Enum, Type

_MOST_MONTHS: Final = 5_200
"""A step of this many months leaves the calendar from wherever it starts."""

_Lowered = TypeVar("_Lowered", Bool, Int, Ratio, Text)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A value to be put into a text: `node / divisor`, of a type that says how it is written."""

    type: Type
    node: Node
    divisor: int = 1


@final
class Lowering:
    """Makes nodes of one form.

    `inputs` gives the node that reads a fact (for a percentage in millionths; for a set it is asked for its members'
    truths only). `currencies` are the book's, and `currency` is the place of the subscription's currency among them.
    """

    def __init__(
        self, form: Form, inputs: Callable[[Symbol], Node], *, currency: Int | int = 0, currencies: Sequence[str] = ()
    ) -> None:
        self.form = form
        self._inputs = inputs
        self._currency = form.lit(currency) if isinstance(currency, int) else currency
        self._currencies = tuple(currencies)
        self._lets: dict[tuple[str, str], Bool | Int | Ratio | Text] = {}

    def value(self, typed: Typed, mode: str = "half_up") -> Node:
        """Return the node of an expression of any type but a set.

        A fraction is rounded by `mode`; percentages are in millionths, as they are in facts.
        """
        if typed.type == BOOL:
            return self.truth(typed)
        if typed.type == TEXT:
            return self.text(typed)
        if typed.type == PERCENT:
            return self.ratio(typed).scaled(Fraction(PPM)).rounded(mode)
        if typed.type in (NUMBER, MONEY):
            return self.ratio(typed).rounded(mode)
        return self.whole(typed)

    def money(self, typed: Typed, mode: str = "half_up") -> Int:
        """Return an amount in minor units, rounded once by `mode`."""
        return self.ratio(typed).rounded(mode)

    def template(self, template: TypedTemplate) -> tuple[str | Shown, ...]:
        """Return the parts of a text, with the nodes of those that have to be computed."""
        return tuple(part if isinstance(part, str) else self.shown(part) for part in template.parts)

    def shown(self, typed: Typed) -> Shown:
        """Return the value of an expression of any type but a set, to be put into a text."""
        if typed.type not in (NUMBER, PERCENT):
            return Shown(type=typed.type, node=self.value(typed))
        ratio = self.ratio(typed)
        return Shown(type=typed.type, node=ratio.node * ratio.times, divisor=ratio.over)

    # truths

    def truth(self, typed: Typed) -> Bool:
        """Return the node of an expression that answers yes or no."""
        match typed.node:
            case tree.Junction(operator=operator):
                truths = tuple(self.truth(part) for part in typed.parts)
                return self.form.all_of(truths) if operator == "and" else self.form.any_of(truths)
            case tree.Unary():
                return self.truth(typed.parts[0]).negate()
            case tree.Binary(operator=operator):
                return self._comparison(operator, *typed.parts)
            case tree.Within(negated=negated):
                found = self._within(*typed.parts)
                return found.negate() if negated else found
            case tree.IfElse():
                condition, yes, no = typed.parts
                return cast("Bool", self.truth(condition).choose(self.truth(yes), self.truth(no)))
            case _:
                return self._leaf(typed, "truth", self.truth)

    def _comparison(self, operator: tree.Operator, left: Typed, right: Typed) -> Bool:
        if operator in {"=", "!="}:
            same = self._same(left, right)
            return same if operator == "=" else same.negate()
        compare = _ORDERS[operator]
        if _is_fraction(left, right):
            return self.ratio(left).compared(self.ratio(right), compare)
        return compare(self.whole(left), self.whole(right))

    def _same(self, left: Typed, right: Typed) -> Bool:
        if left.type == BOOL:
            return self.truth(left).same(self.truth(right))
        if left.type == TEXT:
            return self.text(left).same(self.text(right))
        if _is_fraction(left, right):
            return self.ratio(left).compared(self.ratio(right), Int.same)
        return self.whole(left).same(self.whole(right))

    def _within(self, item: Typed, collection: Typed) -> Bool:
        collection, written = behind(collection), behind(item)
        symbol = collection.meaning
        if not isinstance(symbol, Symbol):
            texts = [part.meaning.value for part in collection.parts if isinstance(part.meaning, Constant)]
            if item.type == TEXT and len(texts) == len(collection.parts):
                return self.text(item).within(tuple(str(text) for text in texts))
            return self.form.any_of(tuple(self._same(item, element) for element in collection.parts))
        match written.meaning:
            case Member(name=name) | Constant(value=str(name)):
                return self._member(symbol, name)
        assert isinstance(item.type, Enum)  # the checker lets only written-out texts be looked up in a set of texts
        index = self.whole(item)
        members = enumerate(item.type.members)
        return self.form.any_of(tuple(index.same(i) & self._member(symbol, name) for i, name in members))

    def _member(self, symbol: Symbol, name: str) -> Bool:
        return cast("Bool", self._inputs(symbol.member(name)))

    # texts

    def text(self, typed: Typed) -> Text:
        """Return the node of an expression that is a text."""
        if isinstance(typed.node, tree.IfElse):
            condition, yes, no = typed.parts
            return cast("Text", self.truth(condition).choose(self.text(yes), self.text(no)))
        return self._leaf(typed, "text", self.text)

    # integers

    def whole(self, typed: Typed) -> Int:
        """Return the node of a date, a duration, a whole number, or a name of a closed list (its index)."""
        if typed.type == WHOLE:
            return self.ratio(typed).rounded("down")  # its divisor is 1
        match typed.node:
            case tree.Unary():
                return -self.whole(typed.parts[0])
            case tree.Binary(operator=operator):
                return self._arithmetic(operator, *typed.parts)
            case tree.IfElse():
                condition, yes, no = typed.parts
                return cast("Int", self.truth(condition).choose(self.whole(yes), self.whole(no)))
            case tree.Call() | tree.Bounded():
                return self._chosen(typed, [self.whole(part) for part in typed.parts])
            case _:
                return self._leaf(typed, "whole", self.whole)

    def _arithmetic(self, operator: tree.Operator, left: Typed, right: Typed) -> Int:
        a, b = self.whole(left), self.whole(right)
        if operator == "*":
            return a * b
        if left.type == DATE and right.type == DATE:
            return a - b
        if DATE in (left.type, right.type):
            day, shift, kind = (a, b, right.type) if left.type == DATE else (b, a, left.type)
            return _moved(day, -shift if operator == "-" else shift, kind)
        return a - b if operator == "-" else a + b

    def _chosen(self, typed: Typed, values: list[Int]) -> Int:
        match typed.node:
            case tree.Call(function=tree.Word(text="days")):
                return values[1] - values[0]
            case tree.Call(function=tree.Word(text="months")):
                return cast("Int", whole_months(*values))
            case _:
                return _picked(typed.node, values, least=Int.least, greatest=Int.greatest, negative=Int.__neg__)

    # fractions

    def ratio(self, typed: Typed) -> Ratio:
        """Return a number, a percentage (as a share of one) or money as an exact fraction."""
        if typed.constant is not None:
            return constant_ratio(self.form, typed.constant)
        match typed.node:
            case tree.Unary():
                return _negative(self.ratio(typed.parts[0]))
            case tree.Binary(operator="/"):
                dividend, divisor = typed.parts
                assert divisor.constant  # the checker divides by constants other than 0 only
                return self.ratio(dividend).scaled(reciprocal(divisor.constant))
            case tree.Binary(operator=operator):
                a, b = (self.ratio(part) for part in typed.parts)
                return a.plus(b) if operator == "+" else a.minus(b) if operator == "-" else a.by(b)
            case tree.PercentOf():
                percent, of = (self.ratio(part) for part in typed.parts)
                return of.by(percent)
            case tree.IfElse():
                condition = self.truth(typed.parts[0])
                yes, no = (self.ratio(part) for part in typed.parts[1:])
                return yes.joined(no, lambda a, b: cast("Int", condition.choose(a, b)))
            case tree.Call() | tree.Bounded():
                values = [self.ratio(part) for part in typed.parts]
                return _picked(typed.node, values, least=_lesser, greatest=_greater, negative=_negative)
            case _:
                return self._ratio_leaf(typed)

    def _amount(self, amounts: Amounts) -> Int:
        if not self._currencies:
            return self.form.lit(amounts.pairs[0][1])
        *others, last = [amounts.of(code) for code in self._currencies]
        branches = tuple((self._currency.same(place), value) for place, value in enumerate(others))
        return cast("Int", self.form.cases(branches, last))

    # leaves

    def _leaf(self, typed: Typed, reading: str, read: Callable[[Typed], _Lowered]) -> _Lowered:
        """What a name or a literal stands for. A `let` is made once for each reading that its uses ask for."""
        let = typed.meaning
        if not isinstance(let, TypedLet):
            return cast("_Lowered", self._node(typed))
        key = (let.name, reading)
        if key not in self._lets:
            self._lets[key] = read(let.value)
        return cast("_Lowered", self._lets[key])

    def _ratio_leaf(self, typed: Typed) -> Ratio:
        if isinstance(typed.meaning, TypedLet):
            return self._leaf(typed, "ratio", self.ratio)
        return Ratio(node=cast("Int", self._node(typed)), over=PPM if typed.type == PERCENT else 1)

    def _node(self, typed: Typed) -> Node:
        match typed.meaning:
            case Symbol() as symbol:
                return self._inputs(symbol)
            case Member(index=index):
                return self.form.lit(index)
            case Amounts() as amounts:
                return self._amount(amounts)
            case Constant(value=bool(value)):
                return self.form.truth(value)
            case Constant(value=str(value)):
                return self.form.text(value)
            case Constant(value=value):
                return self.form.lit(int(value))
            case _:
                raise AssertionError(f"{type(typed.node).__name__} stands for nothing")


_Value = TypeVar("_Value", Int, Ratio)

_ORDERS: dict[str, Callable[[Int, Int], Bool]] = {
    "<": Int.__lt__,
    "<=": Int.__le__,
    ">": Int.__gt__,
    ">=": Int.__ge__,
}


def _is_fraction(*values: Typed) -> bool:
    return any(value.type in (WHOLE, NUMBER, PERCENT, MONEY) for value in values)


def _moved(day: Int, shift: Int, kind: Type) -> Int:
    """A date moved by a duration, kept inside the calendar."""
    if kind == DAYS:
        moved = day + shift
    else:
        _, _, anchor = civil(day)
        months = shift.greatest(-_MOST_MONTHS).least(_MOST_MONTHS)
        moved = cast("Int", add_months(day, months, anchor_day=anchor))
    return moved.greatest(FIRST_DAY).least(LAST_DAY)


def _lesser(a: Ratio, b: Ratio) -> Ratio:
    return a.joined(b, Int.least)


def _greater(a: Ratio, b: Ratio) -> Ratio:
    return a.joined(b, Int.greatest)


def _negative(a: Ratio) -> Ratio:
    return a.scaled(Fraction(-1))


def _picked(
    node: tree.Expr,
    values: Sequence[_Value],
    *,
    least: Callable[[_Value, _Value], _Value],
    greatest: Callable[[_Value, _Value], _Value],
    negative: Callable[[_Value], _Value],
) -> _Value:
    """One of the values by its size: `min`, `max`, `abs`, or a value kept inside bounds."""
    match node:
        case tree.Call(function=tree.Word(text="min")):
            return reduce(least, values)
        case tree.Call(function=tree.Word(text="max")):
            return reduce(greatest, values)
        case tree.Call():
            return greatest(values[0], negative(values[0]))
        case _:
            bounds = iter(values[1:])
            value = values[0]
            if isinstance(node, tree.Bounded) and node.at_least is not None:
                value = greatest(value, next(bounds))
            return least(value, next(bounds)) if isinstance(node, tree.Bounded) and node.at_most is not None else value
