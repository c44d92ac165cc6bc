"""Several workers: an order has one of them at a time, and who was too slow finds out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from sqlalchemy import select, update

from planshift.execution.happening import happened
from planshift.execution.ports import Outcome, Task
from planshift.execution.running import Taken
from planshift.execution.store import leases
from planshift.execution.store.engine import Store
from planshift.execution.store.orders import load
from planshift.execution.store.tables import orders
from planshift.execution.store.verifying import flaws
from tests.execution.doubles import FarAway, Notebook, done_more_than_once, noted, prepare
from tests.execution.placing import AT, order, worker

ROOT = Path(__file__).parents[2]


def state(store: Store, name: str = "o-1") -> str:
    with store.reading() as connection:
        assert not list(flaws(connection, now=AT))
        return load(connection, name).state


def test_an_order_that_is_held_is_not_taken_before_its_lease_ends(store: Store) -> None:
    prepare(store)
    order(store)
    with store.begin() as connection:
        (lease,) = leases.take_due(connection, worker="dead", now=AT, until=AT + 300, most=10)
    assert lease.number == 1
    assert worker(store, Notebook()).work(AT + 299).orders == 0
    assert worker(store, Notebook()).work(AT + 300).orders == 1
    assert state(store) == "applied"


def test_orders_are_carried_out_together_but_for_one_that_somebody_holds(store: Store) -> None:
    prepare(store)
    names = [order(store, name=f"o-{number}", who=f"sub-{number}").id for number in (1, 2, 3)]
    with store.begin() as connection:
        leases.take(connection, ["o-2"], worker="dead", now=AT, until=AT + 300)
    found = worker(store, Notebook()).carry_out_all(names, now=AT)
    assert {name: each.state for name, each in found.items()} == {"o-1": "applied", "o-2": "pending", "o-3": "applied"}
    assert not done_more_than_once(store)


def test_a_worker_that_slept_past_its_lease_is_refused(store: Store) -> None:
    order(store)
    second = FarAway()

    def sleeps(task: Task) -> Outcome | None:
        # while this call is out, time passes, and another worker takes the order over and does the rest of it
        if task.action.kind == "start_plan" and not second.performed:
            worker(store, second, name="second").work(AT + 1000)
        return None

    first = FarAway(after=sleeps)
    slept = worker(store, first, name="first").work(AT)
    assert slept.lost == 1
    assert state(store) == "applied"
    assert first.performed == [key for key in first.performed if key.split(":")[-1] in ("1", "2")]
    assert second.asked == [key for key in second.asked if key.endswith(":2")]
    assert len(second.asked) == 1


def test_a_worker_that_was_taken_over_does_nothing_even_before_the_other_one_does(store: Store) -> None:
    prepare(store)
    placed = order(store)
    with store.begin() as connection:
        (slow,) = leases.take_due(connection, worker="slow", now=AT, until=AT + 1, most=1)
        leases.take_due(connection, worker="quick", now=AT + 1, until=AT + 301, most=1)
    for adapter in (Notebook(), far := FarAway()):
        runner = worker(store, adapter).runner
        assert runner.run([Taken(order=placed, lease=slow)], now=AT + 1) == []
        assert runner.counts.lost == 1
    assert not noted(store)
    assert not far.performed
    assert state(store) == "pending"


def test_what_comes_in_while_a_call_is_out_is_not_overwritten(store: Store) -> None:
    order(store)

    def meanwhile(task: Task) -> Outcome | None:
        if task.action.kind == "start_plan":
            happened(store, "rating.completed", source=task.key, at=AT, subscription="sub-1")
        return None

    worker(store, FarAway(after=meanwhile)).work(AT)
    assert state(store) == "applied"
    with store.reading() as connection:
        assert load(connection, "o-1").count("rating.completed") == 1


def test_an_event_that_comes_as_an_order_is_let_go_is_not_slept_through(store: Store) -> None:
    order(store)
    with store.begin() as connection:
        (lease,) = leases.take_due(connection, worker="w", now=AT, until=AT + 300, most=10)
        connection.execute(update(orders).values(number=2))  # somebody has added to it since it was read
        leases.give_back(connection, lease, number=1, look_at=AT + 9999)
        row = connection.execute(select(orders.c.due_at, orders.c.leased_until)).one()
    assert (row.due_at, row.leased_until) == (AT, 0)


def test_a_lease_that_was_taken_over_is_not_given_back_by_the_one_before(store: Store) -> None:
    order(store)
    with store.begin() as connection:
        (slow,) = leases.take_due(connection, worker="slow", now=AT, until=AT + 1, most=1)
        (quick,) = leases.take_due(connection, worker="quick", now=AT + 1, until=AT + 301, most=1)
        leases.give_back(connection, slow, number=1, look_at=AT)
        assert leases.still_held(connection, quick)
        assert not leases.still_held(connection, slow)
        assert connection.execute(select(orders.c.leased_until)).scalar_one() == AT + 301


def test_threads_share_the_work_and_nothing_is_done_twice(store: Store) -> None:
    prepare(store)
    names = [f"o-{number:02}" for number in range(24)]
    for name in names:
        order(store, name=name, who=f"sub-{name}")
    workers = [worker(store, Notebook(), name=f"worker-{number}") for number in range(3)]
    counted: list[int] = []

    def works(number: int) -> None:
        while found := workers[number].work(AT, most=4).orders:
            counted.append(found)

    threads = [threading.Thread(target=works, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counted) == len(names)
    assert {state(store, name) for name in names} == {"applied"}
    assert not done_more_than_once(store)
    assert len(noted(store)) == 24 * 7


WORKS = """
import sys
from planshift.execution.store.migrating import open_store
from tests.execution.doubles import Notebook
from tests.execution.placing import AT, worker
store = open_store(sys.argv[1])
late = int(sys.argv[2])
while worker(store, Notebook(), name=f"process-{late}").work(AT + late, most=3).orders:
    pass
"""


def test_another_process_takes_over_from_one_that_was_killed(store: Store) -> None:
    prepare(store)
    names = [f"o-{number:02}" for number in range(20)]
    for name in names:
        order(store, name=name, who=f"sub-{name}")
    url = store.engine.url.render_as_string(hide_password=False)
    with _process(url, late=0) as first:
        while not noted(store):
            time.sleep(0.01)
        os.kill(first.pid, signal.SIGKILL)
    with _process(url, late=1000) as second:
        assert second.wait() == 0
    assert {state(store, name) for name in names} == {"applied"}
    assert not done_more_than_once(store)
    assert len(noted(store)) == 20 * 7


def _process(url: str, *, late: int) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'engine'}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-c", WORKS, url, str(late)]
    return subprocess.Popen(command, env=environment, cwd=ROOT)
