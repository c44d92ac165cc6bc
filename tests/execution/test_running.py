"""Orders are carried out: each step once, in its order, whatever goes wrong on the way."""

from __future__ import annotations

from planshift.execution.store.engine import Store
from planshift.execution.store.orders import load
from tests.execution.doubles import FarAway, Notebook, done_more_than_once, noted, prepare
from tests.execution.placing import AT, order, worker


def test_a_resident_carries_an_order_out(store: Store) -> None:
    prepare(store)
    placed = order(store)
    assert placed.state == "pending"
    worked = worker(store, Notebook()).work(AT)
    assert worked.orders == 1
    with store.reading() as connection:
        found = load(connection, "o-1")
    assert found.state == "applied"
    assert [step.state for step in found.steps] == ["done"] * len(placed.steps)
    assert noted(store) == sorted(step.step.key for step in placed.steps)
    assert not done_more_than_once(store)
    assert worker(store, Notebook()).work(AT).orders == 0


def test_a_system_outside_carries_an_order_out(store: Store) -> None:
    order(store)
    far = FarAway()
    worker(store, far).work(AT)
    with store.reading() as connection:
        found = load(connection, "o-1")
    assert found.state == "applied"
    assert far.performed == [step.step.key for step in found.steps]
    assert not far.asked


def test_many_orders_share_their_transactions(store: Store) -> None:
    prepare(store)
    for number in range(30):
        order(store, name=f"o-{number}", who=f"sub-{number}")
    assert worker(store, Notebook()).work(AT).orders == 30
    assert len(noted(store)) == len(set(noted(store)))
    with store.reading() as connection:
        assert {load(connection, f"o-{number}").state for number in range(30)} == {"applied"}
