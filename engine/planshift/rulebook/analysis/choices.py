"""Choices of the form taken apart: the ways in which a choice of truths, or a comparison of a choice, comes out."""

from __future__ import annotations

from planshift.expressions.form import Arg, Bool, Int
from planshift.rulebook.analysis.state import Alternative, Claim, Clause

COMPARED = {"less": Int.__lt__, "same": Int.same}
"""The comparisons of the form, and how each is made."""

MOST_CASES = 16
"""A choice with more branches is not gone through one by one."""


def truths_of(node: Bool) -> tuple[Bool, ...]:
    """The truths that `not`, `and` or `or` join."""
    return node.args  # type: ignore[return-value]  # they join truths and nothing else


def values_of(choice: Int) -> tuple[Int, ...]:
    """The values of a choice of integers, the one behind all conditions last."""
    return choice.args[1]  # type: ignore[return-value]  # the values of an integer choice are integers


def pushed(node: Bool, choice: Int) -> Bool:
    """A comparison with a choice on one side, made in each of its branches."""
    left, right = node.args
    conditions, values = choice.args[0], values_of(choice)
    assert isinstance(conditions, tuple)  # made by Form.make_case

    def compared(value: Arg) -> Bool:
        sides = [value if side is choice else side for side in (left, right)]
        assert isinstance(sides[0], Int)  # the values of an integer choice are integers
        assert isinstance(sides[1], Int)  # as above
        return COMPARED[node.op](sides[0], sides[1])

    *branches, otherwise = map(compared, values)
    truths = [condition for condition in conditions if isinstance(condition, Bool)]
    found = node.form.cases(tuple(zip(truths, branches, strict=True)), otherwise)
    assert isinstance(found, Bool)  # a choice of truths
    return found


def alternatives_of(node: Bool, *, holds: bool) -> Clause | None:
    """The ways in which a choice of truths comes out so; None where there are too many."""
    conditions, values = node.args
    assert isinstance(conditions, tuple)  # made by Form.make_case
    assert isinstance(values, tuple)  # as above
    if len(conditions) > MOST_CASES:
        return None
    ways: list[Alternative] = []
    passed: list[Claim] = []
    for k, value in enumerate(values):
        assert isinstance(value, Bool)  # the values of a choice of truths are truths
        condition = conditions[k] if k < len(conditions) else node.form.truth(True)
        assert isinstance(condition, Bool)  # made by Form.make_case
        ways.append((*passed, (condition, True), (value, holds)))
        passed.append((condition, False))
    return tuple(ways)
