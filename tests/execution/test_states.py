"""The states of an order: what may become what, and that nothing else may."""

from __future__ import annotations

from itertools import product

import pytest

from planshift.execution.states import MOVES, OPEN, STATES, IllegalMove, State, ensure_move

ALLOWED = {
    ("pending", "scheduled"),
    ("pending", "locked"),
    ("pending", "applied"),
    ("pending", "cancelled"),
    ("pending", "failed"),
    ("scheduled", "locked"),
    ("scheduled", "cancelled"),
    ("locked", "applied"),
    ("locked", "cancelled"),
    ("locked", "failed"),
    ("cancelled", "scheduled"),
}


@pytest.mark.parametrize("start, end", list(product(STATES, STATES)))
def test_every_move_is_allowed_or_refused_with_a_reason(start: State, end: State) -> None:
    if (start, end) in ALLOWED:
        ensure_move("o-1", start=start, end=end)
        return
    with pytest.raises(IllegalMove, match=f"order o-1 is {start} and cannot become {end}: ") as refused:
        ensure_move("o-1", start=start, end=end)
    ways = {to for origin, to in ALLOWED if origin == start}
    assert all(way in refused.value.why for way in ways)
    assert ways or refused.value.why == "that is where an order ends"


def test_every_move_stands_once_and_says_when() -> None:
    assert {(move.start, move.end) for move in MOVES} == ALLOWED
    assert len(MOVES) == len(ALLOWED)
    assert all(move.when for move in MOVES)


def test_an_order_is_open_where_a_step_may_be_left() -> None:
    assert {state for state in STATES if state not in OPEN} == {"applied", "cancelled", "failed"}
