"""The log alone tells an order: rows are read from it, and whoever changes a line of it is found out."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from planshift.actions.json_form import plain, plain_in_order
from planshift.actions.plan import ActionPlan
from planshift.execution.calling_off import CannotCallOff, call_off
from planshift.execution.codec import decode, encode
from planshift.execution.growing import grown
from planshift.execution.happening import happened
from planshift.execution.log import LOG_KINDS, Happened, told_by
from planshift.execution.order import Order
from planshift.execution.ports import Done, Outcome, Refused, Task, Unanswered, Unavailable, Waits
from planshift.execution.resolving import NothingToResolve, resolve, resume
from planshift.execution.restoring import restored
from planshift.execution.retries import Retries
from planshift.execution.store.engine import Store
from planshift.execution.store.migrating import open_store
from planshift.execution.store.orders import Tampered, load, log_of
from planshift.execution.store.tables import order_log, order_steps, orders
from planshift.execution.store.verifying import Flaw, flaws, rebuild
from tests.actions.strategies import plans
from tests.execution.doubles import FarAway, Notebook, prepare
from tests.execution.placing import AT, GATED, LATER, NOW, order, worker
from tests.execution.stores import new_store

DAY = 86_400


def all_flaws(store: Store, now: int = AT) -> list[Flaw]:
    with store.reading() as connection:
        return list(flaws(connection, now=now))


def applied(store: Store) -> Order:
    prepare(store)
    order(store)
    worker(store, Notebook()).work(AT)
    with store.reading() as connection:
        return load(connection, "o-1")


CHANGED: dict[str, Callable[[Any], object]] = {
    "at": lambda value: value + 1,
    "kind": lambda value: "step_skipped" if value != "step_skipped" else "step_done",
    "event": lambda value: value.replace("{", '{"x":1,', 1),
    "previous": lambda value: "0" * 64 if value != "0" * 64 else "1" * 64,
    "hash": lambda value: value[::-1],
    "number": lambda value: value + 100,
    "order": lambda _: "o-2",
}


def test_every_column_of_the_log_is_under_its_hash() -> None:
    assert set(CHANGED) == {column.name for column in order_log.columns}


@pytest.mark.parametrize("line", [1, 3, 8])
@pytest.mark.parametrize("column", sorted(CHANGED))
def test_a_line_of_the_log_that_was_changed_is_told(store: Store, column: str, line: int) -> None:
    applied(store)
    order(store, name="o-2", who="sub-2")
    mine = (order_log.c.order == "o-1") & (order_log.c.number == line)
    with store.begin() as connection:
        value = connection.execute(select(order_log.c[column]).where(mine)).scalar_one()
        values = {column: CHANGED[column](value)} | ({"number": 77} if column == "order" else {})
        connection.execute(update(order_log).where(mine).values(values))
    assert [flaw.order for flaw in all_flaws(store)][:1] == ["o-1"]
    with store.reading() as connection, pytest.raises(Tampered, match="the log of order o-1 was tampered with: entry"):
        load(connection, "o-1")


@pytest.mark.parametrize("line", [1, 4, 9])
def test_a_line_that_was_taken_out_is_told(store: Store, line: int) -> None:
    assert applied(store).number == 9
    with store.begin() as connection:
        connection.execute(delete(order_log).where(order_log.c.number == line))
    assert all_flaws(store)


def test_a_log_that_was_taken_out_is_told(store: Store) -> None:
    applied(store)
    with store.begin() as connection:
        connection.execute(delete(order_log))
    assert all_flaws(store) == [Flaw(order="o-1", why="it has no log")]


def test_a_line_that_was_put_in_is_told(store: Store) -> None:
    last = applied(store)
    with store.begin() as connection:
        change = grown(last, (Happened(event="invoice.paid"),), at=AT)
        entry = change.entries[0]
        row = {"order": "o-1", "number": entry.number, "at": AT, "kind": "happened", "event": entry.text}
        connection.execute(insert(order_log), row | {"previous": entry.previous, "hash": entry.hash})
    assert [flaw.why for flaw in all_flaws(store)] == ["the end of its log is not there, or its row is of another time"]


def test_an_order_whose_log_was_changed_is_left_alone_and_the_others_go_on(store: Store) -> None:
    prepare(store)
    for number in range(3):
        order(store, name=f"o-{number}", who=f"sub-{number}")
    with store.begin() as connection:
        connection.execute(update(order_log).where(order_log.c.order == "o-1").values(at=1))
    worker(store, Notebook()).work(AT)
    with store.reading() as connection:
        states = {row.id: row.state for row in connection.execute(select(orders.c.id, orders.c.state))}
    assert states == {"o-0": "applied", "o-1": "pending", "o-2": "applied"}
    assert {flaw.order for flaw in all_flaws(store)} == {"o-1"}
    with store.begin() as connection:
        connection.execute(update(order_steps).where(order_steps.c.order == "o-2").values(fault="it rains"))
    assert {flaw.order for flaw in all_flaws(store)} == {"o-1", "o-2"}


ROWS = {
    "state": "locked",
    "stuck": "so",
    "subscription": "sub-9",
    "customer": "eve",
    "kind": "renew",
    "placed_at": 1,
    "effective_on": "2026-01-01",
    "behind": "o-7",
    "due_at": 2**62,
}


@pytest.mark.parametrize("column", sorted(ROWS))
def test_a_row_that_says_something_else_is_told_and_rebuilt_from_the_log(store: Store, column: str) -> None:
    order(store)
    assert not all_flaws(store)
    with store.begin() as connection:
        connection.execute(update(orders).values({column: ROWS[column]}))
        connection.execute(update(order_steps).where(order_steps.c.position == "2").values(state="done"))
        connection.execute(delete(order_steps).where(order_steps.c.position == "3"))
    assert {flaw.order for flaw in all_flaws(store)} == {"o-1"}
    assert len(all_flaws(store)) == 3
    with store.begin() as connection:
        rebuild(connection, "o-1", at=AT)
    assert not all_flaws(store)


def test_every_event_of_a_log_comes_back_as_it_went(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    last = applied(store)
    with store.reading() as connection:
        entries = log_of(connection, last.id)
    for entry in entries:
        assert decode(entry.event.kind, encode(entry.event)) == entry.event
    assert told_by(entries) == last
    assert {entry.event.kind for entry in entries} <= LOG_KINDS.keys()
    store.close()


@given(found=plans)
def test_a_plan_is_restored_as_it_was(found: ActionPlan) -> None:
    text = json.dumps(plain(found), sort_keys=True)
    assert restored(json.loads(text), ActionPlan) == found
    assert json.dumps(plain_in_order(found)) == text  # with its keys in their order as they come


OUTCOMES = st.sampled_from(
    [
        *[None] * 6,
        Done(reference="x", events=("invoice.issued",)),
        Waits(why="not yet"),
        Waits(why="not yet", until=AT + 5 * DAY),
        Unavailable(why="it rains"),
        Unanswered(why="time-out"),
        Refused(why="no"),
        Refused(why="late", expired=True),
    ]
)
DEEDS = st.lists(
    st.tuples(st.sampled_from(["work", "work", "call off", "event", "resume", "skip", "turn back"]), st.integers(0, 9)),
    max_size=12,
)


@settings(max_examples=60)
@given(terms=st.sampled_from([NOW, LATER, GATED]), outside=st.booleans(), outcomes=st.data(), deeds=DEEDS)
def test_rows_are_what_the_log_tells_whatever_happens(
    terms: str, outside: bool, outcomes: st.DataObject, deeds: list[tuple[str, int]]
) -> None:
    def drawn(_: Task) -> Outcome | None:
        return outcomes.draw(OUTCOMES)

    with tempfile.TemporaryDirectory() as folder:
        store = new_store(Path(folder) / "orders.db")
        prepare(store)
        order(store, terms)
        adapter = FarAway(before=drawn, after=drawn) if outside else Notebook(answers=drawn)
        now = AT
        for deed, days in (*deeds, ("work", 1)):
            now += days * DAY
            _do(store, deed, adapter=adapter, at=now)
            assert not all_flaws(store, now)
        store.close()


def _do(store: Store, deed: str, *, adapter: FarAway | Notebook, at: int) -> None:
    try:
        match deed:
            case "work":
                worker(store, adapter, retries=Retries(first=60, longest=DAY, tries=3)).work(at)
            case "call off":
                call_off(store, "o-1", by="customer", at=at)
            case "event":
                happened(store, "invoice.issued", source=f"e-{at}", at=at, subscription="sub-1")
            case "resume":
                resume(store, "o-1", by="eve", at=at)
            case "skip":
                resolve(store, "o-1", position=_wrong(store), how="skip", by="eve", at=at)
            case "turn back":
                resolve(store, "o-1", position=_wrong(store), how="turn_back", by="eve", at=at)
    except (CannotCallOff, NothingToResolve):
        pass  # as it stands, there is nothing to call off or to resolve


def _wrong(store: Store) -> str:
    with store.reading() as connection:
        steps = load(connection, "o-1").steps
    return next((step.position for step in steps if step.fault), "1")
