"""Making nodes of the compiled form: folds constants, follows intervals, and drops what cannot matter.

A policy leaves most terms at one value; folding turns the general decision into the small function which that policy
really needs. Every rule here keeps the meaning for all inputs inside their intervals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planshift.billing.rounding import muldiv as muldiv_of_integers

if TYPE_CHECKING:
    from planshift.expressions.form import Arg, Bool, Form, Int, Node, Table

_PUSH_LIMIT = 512
"""A comparison is pushed into a choice of constants of at most this many branches."""


def add(a: Int, b: Int) -> Int:
    """`a + b`, constants last."""
    if a.literal is not None and b.literal is not None:
        return a.form.lit(a.lo + b.lo)
    if a.literal == 0:
        return b
    if b.literal == 0:
        return a
    if a.literal is not None:
        a, b = b, a
    if b.literal is not None and a.op == "add":
        inner, constant = _pair(a)
        if constant.literal is not None:
            return add(inner, a.form.lit(constant.lo + b.lo))
    return a.form.make_int("add", (a, b), bounds=(a.lo + b.lo, a.hi + b.hi))


def subtract(a: Int, b: Int) -> Int:
    """`a - b`; a constant is added with the other sign."""
    if b.literal is not None:
        return add(a, a.form.lit(-b.lo))
    if a is b:
        return a.form.lit(0)
    low = 0 if b.op == "least" and a in b.args else a.lo - b.hi  # less than all of it is left, never less than nothing
    return a.form.make_int("subtract", (a, b), bounds=(max(low, a.lo - b.hi), a.hi - b.lo))


def multiply(a: Int, b: Int) -> Int:
    """`a * b`, constants last."""
    if a.literal is not None:
        a, b = b, a
    if b.literal is not None:
        if a.literal is not None or b.literal == 0:
            return a.form.lit(a.lo * b.lo if a.literal is not None else 0)
        if b.literal == 1:
            return a
    corners = [x * y for x in (a.lo, a.hi) for y in (b.lo, b.hi)]
    return a.form.make_int("multiply", (a, b), bounds=(min(corners), max(corners)))


def divide(a: Int, b: Int) -> Int:
    """`a // b`, rounded towards minus infinity; the divisor must be positive."""
    _positive(b)
    if b.literal == 1:
        return a
    corners = [x // y for x in (a.lo, a.hi) for y in (b.lo, b.hi)]
    if min(corners) == max(corners):
        return a.form.lit(corners[0])
    return a.form.make_int("divide", (a, b), bounds=(min(corners), max(corners)))


def remainder(a: Int, b: Int) -> Int:
    """`a - b * (a // b)`, never negative; the divisor must be positive."""
    _positive(b)
    if b.literal is not None and a.lo // b.lo == a.hi // b.lo:
        return a - (a.lo // b.lo) * b.lo
    return a.form.make_int("remainder", (a, b), bounds=(0, b.hi - 1))


def muldiv(p: Int, n: Int, d: Int, mode: str) -> Int:
    """`p * n / d` rounded by `mode`; operands must not be negative, the divisor must be positive."""
    _positive(d)
    if p.lo < 0 or n.lo < 0:
        raise ValueError("the sign stays outside of a rounding")
    low = muldiv_of_integers(p.lo, n.lo, d.hi, mode)
    high = muldiv_of_integers(p.hi, n.hi, d.lo, mode)
    if low == high:
        return p.form.lit(low)
    if n is d:
        return p
    if n.literal is not None and n.literal == d.literal:
        return p
    return p.form.make_int("muldiv", (p, n, d, mode), bounds=(low, high))


def least(a: Int, b: Int) -> Int:
    """The smaller of both."""
    if a is b or a.hi <= b.lo:
        return a
    if b.hi <= a.lo:
        return b
    return a.form.make_int("least", _ordered(a, b), bounds=(min(a.lo, b.lo), min(a.hi, b.hi)))


def greatest(a: Int, b: Int) -> Int:
    """The larger of both."""
    if a is b or a.lo >= b.hi:
        return a
    if b.lo >= a.hi:
        return b
    return a.form.make_int("greatest", _ordered(a, b), bounds=(max(a.lo, b.lo), max(a.hi, b.hi)))


def less(a: Int, b: Int) -> Bool:
    """Whether `a < b`."""
    if a is b or a.lo >= b.hi:
        return a.form.truth(False)
    if a.hi < b.lo:
        return a.form.truth(True)
    if b.literal is not None and _is_choice_of_constants(a):
        limit = b.lo
        return _push(a, lambda value: value < limit)
    if a.literal is not None and _is_choice_of_constants(b):
        floor = a.lo
        return _push(b, lambda value: floor < value)
    return a.form.make_bool("less", (a, b))


def same(a: Int, b: Int) -> Bool:
    """Whether `a == b`."""
    if a is b:
        return a.form.truth(True)
    if a.hi < b.lo or b.hi < a.lo:
        return a.form.truth(False)
    if a.literal is not None and b.literal is not None:
        return a.form.truth(a.lo == b.lo)
    if a.literal is not None:
        a, b = b, a
    if b.literal is not None:
        wanted = b.lo
        if _is_choice_of_constants(a):
            return _push(a, lambda value: value == wanted)
        if a.op == "lookup" and wanted not in _table(a).answers:
            return a.form.truth(False)
        return a.form.make_bool("same", (a, b))
    return a.form.make_bool("same", _ordered(a, b))


def negation(a: Bool) -> Bool:
    """The opposite of `a`."""
    if a.literal is not None:
        return a.form.truth(not a.literal)
    if a.op == "not":
        return a.args[0]  # type: ignore[return-value]  # the one argument of `not` is a truth
    return a.form.make_bool("not", (a,))


def conjunction(truths: tuple[Bool, ...]) -> Bool:
    """Whether all of them hold."""
    return _junction(truths, op="and", neutral=True)


def disjunction(truths: tuple[Bool, ...]) -> Bool:
    """Whether one of them holds."""
    return _junction(truths, op="or", neutral=False)


def _junction(truths: tuple[Bool, ...], *, op: str, neutral: bool) -> Bool:
    form = truths[0].form
    kept: dict[Bool, None] = {}
    for truth in truths:
        parts = truth.args if truth.op == op else (truth,)
        for part in parts:
            item: Bool = part  # type: ignore[assignment]  # the arguments of and/or are truths
            if item.literal is neutral:
                continue
            if item.literal is not None or negation(item) in kept:
                return form.truth(not neutral)
            kept[item] = None
    if not kept:
        return form.truth(neutral)
    if len(kept) == 1:
        return next(iter(kept))
    return form.make_bool(op, tuple(kept))


def lookup(table: Table, key: Int) -> Int:
    """The table's answer, known at once where the key or the column leaves no doubt."""
    form = key.form
    if key.literal is not None:
        if table.sparse:
            return form.lit(dict(table.sparse).get(key.lo, table.default))
        return form.lit(table.values[key.lo])
    if not table.sparse and table.values and not (key.lo >= 0 and key.hi < len(table.values)):
        raise ValueError(f"table {table.name} has no answer for every key of [{key.lo}, {key.hi}]")
    if table.low == table.high:
        return form.lit(table.low)
    return form.make_int("lookup", (table, key), bounds=(table.low, table.high))


def cases(form: Form, branches: tuple[tuple[Bool | bool, Arg | bool], ...], *, otherwise: Arg | bool) -> Node:
    """The first value whose condition holds: drops branches that cannot be reached or that change nothing."""
    kept: list[tuple[Bool, Node]] = []
    rest = _node(form, otherwise)
    for condition, value in branches:
        truth = form.truth(condition) if isinstance(condition, bool) else condition
        if truth.literal is False:
            continue
        node = _node(form, value)
        if truth.literal is True:
            rest = node
            break
        if kept and kept[-1][1] is node:
            kept[-1] = (kept[-1][0] | truth, node)
        else:
            kept.append((truth, node))
    while kept and kept[-1][1] is rest:
        kept.pop()
    if not kept:
        return rest
    if _is_truth(rest) and all(node.op == "truth" for node in (rest, *(value for _, value in kept))):
        return _truth_of_cases(kept, rest)
    return form.make_case(tuple(c for c, _ in kept), (*(v for _, v in kept), rest))


def _truth_of_cases(branches: list[tuple[Bool, Node]], rest: Node) -> Node:
    """A choice between true and false, written with and / or / not."""
    result: Bool = rest  # type: ignore[assignment]  # the caller saw that it is a truth
    for condition, value in reversed(branches):
        result = condition | result if value.args[0] == 1 else negation(condition) & result
    return result


def _is_choice_of_constants(a: Int) -> bool:
    if a.op != "case":
        return False
    values: tuple[Int, ...] = a.args[1]  # type: ignore[assignment]  # the values of an integer choice are integers
    return len(values) <= _PUSH_LIMIT and all(value.literal is not None for value in values)


def _push(a: Int, test: object) -> Bool:
    """A comparison of a choice with a constant, as a choice of truths."""
    conditions: tuple[Bool, ...] = a.args[0]  # type: ignore[assignment]  # the conditions of a choice are truths
    values: tuple[Int, ...] = a.args[1]  # type: ignore[assignment]  # the values of an integer choice are integers
    truths = [a.form.truth(test(value.lo)) for value in values]  # type: ignore[operator]  # a function of an integer
    pairs = tuple(zip(conditions, truths[:-1], strict=True))
    return cases(a.form, pairs, otherwise=truths[-1])  # type: ignore[return-value]  # a choice of truths is a truth


def _node(form: Form, value: Arg | bool) -> Node:
    if isinstance(value, bool):
        return form.truth(value)
    if isinstance(value, int):
        return form.lit(value)
    return value  # type: ignore[return-value]  # tables and tuples are never branches


def _is_truth(node: Node) -> bool:
    return node.op == "truth"


def _table(a: Int) -> Table:
    return a.args[0]  # type: ignore[return-value]  # a look-up begins with its table


def _pair(a: Int) -> tuple[Int, Int]:
    return a.args  # type: ignore[return-value]  # both arguments of an addition are integers


def _ordered(a: Int, b: Int) -> tuple[Int, Int]:
    return (a, b) if (a.rank, a.id) < (b.rank, b.id) else (b, a)


def _positive(b: Int) -> None:
    if b.lo < 1:
        raise ValueError(f"a divisor must be positive, this one lies in [{b.lo}, {b.hi}]")
