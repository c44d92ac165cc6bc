"""The scalar reading: what is generated computes what the form says, and no more of it than is needed."""

from __future__ import annotations

import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planshift.billing.rounding import ROUNDING_MODES, muldiv
from planshift.expressions.form import Form, FormError, Int, Node, Steps, Table
from planshift.expressions.scalar import EarlyReturn, compile_scalar


def run(*outputs: Node, **values: int | bool | str) -> tuple[int | bool | str, ...]:
    """Compile the outputs over inputs of the given names, and call them."""
    access = {name: f"row[{name!r}]" for name in values}
    compiled = compile_scalar(outputs, name="kernel", parameters=("row",), access=access)
    return compiled.call(values)


def integer(node: Node) -> Int:
    """The node, as the integer it is."""
    assert isinstance(node, Int)
    return node


def test_a_choice_takes_the_first_branch_that_holds() -> None:
    form = Form()
    x = form.whole_input("x", low=0, high=100)
    node = form.cases(((x > 50, 3), (x > 10, 2)), 1)
    assert [run(node, x=value)[0] for value in (60, 50, 11, 10)] == [3, 2, 2, 1]


def test_a_choice_of_hundreds_of_branches_is_read() -> None:
    form = Form()
    x = form.whole_input("x", low=0, high=10_000)
    node = form.cases(tuple((x.same(k), k * 7) for k in range(600)), -1)
    assert [run(node, x=value)[0] for value in (0, 599, 600)] == [0, 599 * 7, -1]


def test_branches_of_equal_conditions_are_computed_once() -> None:
    form = Form()
    x, y = form.whole_input("x", low=0, high=100), form.whole_input("y", low=0, high=100)
    costly = (x * y + 3) % 7
    first = form.cases(((x > 50, costly),), 0)
    second = form.cases(((x > 50, costly + 1),), integer(first) + 2)
    compiled = compile_scalar(
        [first, second], name="kernel", parameters=("row",), access={"x": "row['x']", "y": "row['y']"}
    )
    assert compiled.source.count("% 7") == 1
    assert compiled.call({"x": 60, "y": 9}) == ((60 * 9 + 3) % 7, (60 * 9 + 3) % 7 + 1)
    assert compiled.call({"x": 10, "y": 9}) == (0, 2)


def test_an_early_return_leaves_the_rest_uncomputed() -> None:
    form = Form()
    x = form.whole_input("x", low=0, high=100)
    y = form.whole_input("y", low=0, high=100)
    denied = x > 50
    compiled = compile_scalar(
        [x, y * 2],
        name="kernel",
        parameters=("row",),
        access={"x": "row['x']", "y": "row['y']"},
        early=EarlyReturn(when=denied, outputs=1),
    )
    assert compiled.call({"x": 60}) == (60,)  # `y` is not even read
    assert compiled.call({"x": 50, "y": 4}) == (50, 8)


def test_tables_and_steps_answer_by_key() -> None:
    form = Form()
    x = form.whole_input("x", low=0, high=3)
    dense = form.lookup(Table("dense", (5, 6, 7, 8)), x)
    sparse = form.lookup(Table("sparse", sparse=((1, 40),), default=2), x)
    steps = form.steps(Steps("steps", (0, 2), (100, 200)), x)
    assert [run(dense, sparse, steps, x=k) for k in range(4)] == [
        (5, 2, 100),
        (6, 40, 100),
        (7, 2, 200),
        (8, 2, 200),
    ]


@given(st.integers(0, 10**18), st.integers(0, 10**9), st.integers(1, 10**9), st.sampled_from(ROUNDING_MODES))
def test_the_generated_rounding_is_the_rounding(p: int, n: int, d: int, mode: str) -> None:
    form = Form()
    a, b = form.whole_input("p", low=0, high=10**18), form.whole_input("n", low=0, high=10**9)
    c = form.whole_input("d", low=1, high=10**9)
    assert run(a.muldiv(b, c, mode), p=p, n=n, d=d) == (muldiv(p, n, d, mode),)


def test_what_could_fail_is_not_made() -> None:
    form = Form()
    x, zero = form.whole_input("x", low=-1, high=9), form.whole_input("zero", low=0, high=9)
    with pytest.raises(ValueError, match="positive"):
        x // zero
    with pytest.raises(ValueError, match="sign"):
        x.muldiv(1, 2, "half_up")
    with pytest.raises(ValueError, match="no answer"):
        form.lookup(Table("short", (1, 2)), form.whole_input("key", low=0, high=2))
    with pytest.raises(FormError, match="does not know"):
        compile_scalar([x], name="kernel", parameters=(), access={})


def test_a_fault_shows_the_generated_line() -> None:
    form = Form()
    x = form.whole_input("x", low=0, high=9)
    compiled = compile_scalar([x * x], name="kernel", parameters=("row",), access={"x": "row['x']"})
    with pytest.raises(KeyError) as caught:
        compiled.call({})
    assert "row['x']" in "".join(traceback.format_exception(caught.value))


def test_what_a_policy_says_cannot_become_code() -> None:
    form = Form()
    nasty = "'); raise SystemExit #"
    text = form.text_input("t")
    assert run(text.same(nasty), text.within((nasty, "b")), t=nasty) == (True, True)


def test_equal_nodes_are_one_and_constants_fold() -> None:
    form = Form()
    x = form.whole_input("x", low=0, high=9)
    assert x + 1 is 1 + x
    assert (x < 10).literal is True
    assert (x + 0) is x
    assert form.cases(((x > 3, 7), (x > 1, 7)), 7) is form.lit(7)
    assert integer(form.cases(((x > 3, 1),), 2)).same(3).literal is False
