"""Any action plan that the types allow, sensible or not."""

from __future__ import annotations

from datetime import date
from typing import get_args

from hypothesis import strategies as st

from planshift.actions.action import KINDS, Action, HoldCredit, Schedule, Step
from planshift.actions.plan import ActionPlan
from planshift.billing.money import Money

days = st.dates(min_value=date(1900, 1, 1), max_value=date(2400, 12, 31))
amounts = st.builds(
    Money,
    minor=st.integers(-(10**30), 10**30),
    currency=st.sampled_from(["EUR", "USD", "JPY", "KWD"]),
    decimals=st.integers(0, 6),
)
texts = st.text(max_size=12)

st.register_type_strategy(Money, amounts)
st.register_type_strategy(date, days)
st.register_type_strategy(int, st.integers(-(10**18), 10**18))
st.register_type_strategy(str, texts)

KEEPERS = (Schedule, HoldCredit)
LEAVES: tuple[type[Action], ...] = tuple(action for action in get_args(Action) if action not in KEEPERS)


@st.composite
def _leaf(draw: st.DrawFn) -> Action:
    """Any action that keeps no steps; as one strategy, since a choice of all of them prints endlessly."""
    return draw(st.from_type(draw(st.sampled_from(LEAVES))))


leaves: st.SearchStrategy[Action] = _leaf()


def _steps(actions: st.SearchStrategy[Action]) -> st.SearchStrategy[tuple[Step, ...]]:
    step = st.builds(
        Step,
        id=texts,
        key=texts,
        action=actions,
        needs=st.lists(texts, max_size=2).map(tuple),
        undo=st.none() | leaves,
    )
    return st.lists(step, max_size=3).map(tuple)


def _keepers(steps: st.SearchStrategy[tuple[Step, ...]]) -> st.SearchStrategy[tuple[Step, ...]]:
    schedule = st.builds(
        Schedule, to_plan=texts, to_price=texts, on=days, cancellable_until=st.none() | days, steps=steps
    )
    hold = st.builds(HoldCredit, amount=amounts, until=st.lists(texts, max_size=2).map(tuple), steps=steps)
    return _steps(leaves | schedule | hold)


steps = st.recursive(_steps(leaves), _keepers, max_leaves=3)
plans: st.SearchStrategy[ActionPlan] = st.builds(ActionPlan, order=st.none() | texts, steps=steps)

assert set(KINDS.values()) == set(get_args(Action))
