"""The nearest name: what a slip of the keyboard was meant to be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planshift.diagnostics.nearest import did_you_mean, nearest

NAMES = ("bronze", "silver", "gold", "to.price", "from.price", "customer.tenure", "period_end", "now", "max", "min")


@pytest.mark.parametrize(
    "name, meant",
    [
        ("glod", "gold"),
        ("Gold", "gold"),
        ("godl", "gold"),
        ("golld", "gold"),
        ("gol", "gold"),
        ("to.pirce", "to.price"),
        ("customer.tenur", "customer.tenure"),
        ("customer_tenure", "customer.tenure"),
        ("periodend", "period_end"),
        ("mx", "max"),
        ("nwo", "now"),
        ("platinum", None),
        ("", None),
        ("x" * 10_000, None),
    ],
)
def test_a_slip_finds_what_was_meant(name: str, meant: str | None) -> None:
    assert nearest(name, NAMES) == meant


@given(st.lists(st.text("abc", max_size=5), max_size=8), st.text("abc", max_size=5), st.data())
def test_the_order_of_the_names_does_not_matter(names: list[str], wanted: str, data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(names))
    assert nearest(wanted, names) == nearest(wanted, shuffled)


@given(st.sampled_from(NAMES), st.data())
def test_one_letter_too_many_is_always_forgiven(name: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(name)))
    assert nearest(f"{name[:at]}z{name[at:]}", NAMES) == name


def test_advice_is_a_question() -> None:
    assert did_you_mean("glod", NAMES) == "did you mean `gold`?"
    assert did_you_mean("platinum", NAMES) is None
