"""A migration stops anywhere and goes on, and each subscription gets one order."""

from __future__ import annotations

import os
import signal
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import delete, select

from planshift.adapters.ledger.opening import open_subscription, taken_in
from planshift.adapters.ledger.tables import metadata as ledger_tables
from planshift.adapters.ledger.tables import subscriptions
from planshift.billing.subscription import Subscription
from planshift.cli.stopping import stopping
from planshift.diagnostics.errors import InternalError
from planshift.execution.placing import Standing
from planshift.execution.store.engine import Store
from planshift.execution.store.migrating import open_store
from planshift.execution.store.tables import metadata as order_tables
from planshift.execution.store.tables import orders
from planshift.migration.record import OtherMigration, TurnOver, begin, ensure_same_wish, pause, settled
from planshift.migration.report import report_of, sheet_of_report
from planshift.migration.tables import metadata
from tests.actions.shop import BRONZE, SILVER
from tests.execution.crashing import Points
from tests.execution.placing import AT, order, worker
from tests.migration.people import PEOPLE, Bench, asked, candidate, candidates


def placed(store: Store) -> Counter[str]:
    """How many orders each subscription has."""
    with store.reading() as connection:
        return Counter(connection.scalars(select(orders.c.subscription)))


def left(bench: Bench) -> list[str]:
    done = set(settled(bench.store, "spring"))
    return [each.id for each in PEOPLE if each.id not in done]


def go_on(bench: Bench) -> str:
    """Run it again: of those that are settled nothing is asked any more."""
    names = left(bench)
    return bench.run(begin(bench.store, asked())).run(candidates(each for each in PEOPLE if each.id in names))


EACH_ONCE = Counter(each.id for each in PEOPLE)


def test_the_tables_are_those_of_the_migrations(store: Store) -> None:
    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        found = compare_metadata(context, metadata)
    assert not [change for change in found if not str(change[0]).startswith("remove_")]


def test_whoever_is_killed_leaves_each_order_once(store: Store) -> None:
    """At every other point of its way, and on a server at every fifth: the steps are the same there, and slower."""
    bench, peace = Bench(store), Points()
    with peace.watch(store.engine):
        assert go_on(bench) == "finished"
    assert placed(store) == EACH_ONCE
    for point in range(1, len(peace.passed) + 1, 5 if store.shared else 2):
        _empty(store)
        assert _killed_at(point, store), f"point {point} was not reached"
        assert go_on(bench) == "finished"
        assert (placed(store), left(bench)) == (EACH_ONCE, []), peace.passed[point - 1]


def _empty(store: Store) -> None:
    with store.begin() as connection:
        for tables in (metadata, ledger_tables, order_tables):
            for table in reversed(tables.sorted_tables):
                connection.execute(delete(table))


def _killed_at(point: int, store: Store) -> bool:
    """Run it in a process of its own that ends at a point."""
    store.close()  # no connection is carried into the other process
    child = os.fork()
    if not child:
        try:
            with Points(strikes_at=point).watch(store.engine):
                go_on(Bench(store))
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def test_it_is_paused_behind_a_batch_and_goes_on(store: Store) -> None:
    bench = Bench(store)
    run = bench.run(begin(store, asked()), tick=lambda _: None if len(placed(store)) > 2 else _pause(store))
    assert run.run(candidates()) == "paused"
    assert placed(store) == Counter(["s0", "s1"])
    with store.reading() as connection:
        found = report_of(connection, "spring")
    assert (found.migration.state, found.to_do, found.through) == ("paused", 3, False)
    assert go_on(bench) == "finished"
    assert placed(store) == EACH_ONCE


def _pause(store: Store) -> None:
    pause(store, "spring")


def test_most_says_how_many_there_are_in_a_run(store: Store) -> None:
    bench = Bench(store)
    run = replace(bench.run(begin(store, asked())), most=3)
    assert run.run(candidates()) == "paused"
    assert len(placed(store)) == 3
    run = replace(bench.run(begin(store, asked())), most=2)
    assert run.run(candidates(PEOPLE[3:])) == "finished"


def test_whoever_asks_it_to_stop_is_heard_behind_a_batch(sqlite_url: str) -> None:
    bench = Bench(open_store(sqlite_url))
    run = replace(bench.run(begin(bench.store, asked())), stopped=lambda: bool(placed(bench.store)))
    assert run.run(candidates()) == "paused"
    assert placed(bench.store) == Counter(["s0", "s1"])
    bench.store.close()


@pytest.mark.parametrize("within", [False, True], ids=["between two batches", "within a batch"])
def test_a_process_that_is_asked_to_end_leaves_the_rest_to_the_next(store: Store, within: bool) -> None:
    """SIGTERM from outside: what was begun is placed, the record says paused, and another process does the rest."""
    store.close()  # no connection is carried into the other process
    there, told = os.pipe()
    child = os.fork()
    if not child:
        os._exit(0 if _until_asked(Bench(store), told, within=within) == "paused" else 1)
    os.close(told)
    assert os.read(there, 1) == b"."
    os.kill(child, signal.SIGTERM)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    os.close(there)
    bench = Bench(store)
    assert placed(store) == Counter(["s0", "s1"])
    with store.reading() as connection:
        assert report_of(connection, "spring").migration.state == "paused"
    assert left(bench) == ["s2", "s3", "s4"]
    assert go_on(bench) == "finished"
    assert placed(store) == EACH_ONCE


def _until_asked(bench: Bench, told: int, *, within: bool) -> str:
    """Run it as the command does; behind the first batch, or within it, say so and wait until a signal has come."""
    with stopping() as stop:

        def wait() -> None:
            os.write(told, b".")
            stop.wait(timeout=10)

        def stands(subscription: Subscription, at: int) -> Standing:
            wait()
            return taken_in(subscription, at=at)

        run = bench.run(begin(bench.store, asked()), tick=lambda _: None if within else wait())
        placing = replace(run.placing, stands=stands) if within else run.placing
        return replace(run, placing=placing, stopped=stop.is_set).run(candidates())


def test_a_run_that_was_taken_over_ends_and_spoils_nothing(store: Store) -> None:
    bench, other = Bench(store), []
    run = bench.run(begin(store, asked()), tick=lambda _: other.append(go_on(bench)))
    with pytest.raises(TurnOver, match="spring was taken over by another run"):
        run.run(candidates())
    assert (other, placed(store)) == (["finished"], EACH_ONCE)
    with store.reading() as connection:
        assert report_of(connection, "spring").migration.state == "finished"


@pytest.mark.parametrize(
    "other, why",
    [
        ({"book": "b" * 64}, r"spring was begun with version .* of the book shop, and this is version bbbbbbbbbbbb"),
        ({"question": asked().question.replace("silver", "gold")}, '`to` "silver", and this says "gold"'),
        ({"data": "e" * 64}, r"other rows: people.csv has changed since"),
    ],
)
def test_a_name_stands_for_one_book_one_question_and_one_set_of_rows(
    sqlite_url: str, other: dict[str, str], why: str
) -> None:
    bench = Bench(open_store(sqlite_url))
    begin(bench.store, asked())
    found = asked(**other)
    with pytest.raises(OtherMigration, match=why):
        begin(bench.store, found)
    if "data" not in other:
        with pytest.raises(OtherMigration, match=why):
            ensure_same_wish(bench.store, "spring", question=found.question, book=found.book)
    bench.store.close()


def test_who_is_busy_is_tried_again_and_who_has_changed_is_set_aside(store: Store) -> None:
    bench = Bench(store)
    with store.begin() as connection:
        open_subscription(connection, replace(SILVER, id="s1"), at=AT)
    blocking = order(store, "timing: now, apply: after_payment, payment_expires: 7 days", name="other", who="s2")
    assert bench.run(begin(store, asked())).run(candidates()) == "finished"
    with store.reading() as connection:
        found = report_of(connection, "spring")
        known = set(connection.scalars(select(subscriptions.c.id)))
    assert found.outcomes == {"placed": 3, "changed": 1, "busy": 1}
    assert [each.why for each in found.left] == [
        f"subscription s2 has order {blocking.id} under way: its steps are being done, or wait for a payment",
        "plan is silver by now, and bronze in the data",
    ]
    assert "s2" not in known, "who gets no order is not taken in"
    assert "busy with another change" in str(sheet_of_report(found))
    assert left(bench) == ["s2"]


def test_one_that_is_kept_is_decided_as_it_is_kept(store: Store) -> None:
    """Its row says nothing of its use, so nothing contradicts it; what it uses is too much for the plan."""
    bench = Bench(store)
    with store.begin() as connection:
        open_subscription(connection, replace(BRONZE, id="s1", usage=(("sites", 11),)), at=AT)
    row = candidate(replace(BRONZE, id="s1"))
    silent = replace(row, row={name: value for name, value in row.row.items() if name != "usage_sites"})
    bench.run(begin(store, asked())).run([silent])
    with store.reading() as connection:
        (found,) = report_of(connection, "spring").left
    assert (found.outcome, found.subscription) == ("refused", "s1")


def test_a_row_that_is_decided_otherwise_alone_stops_the_run(store: Store) -> None:
    bench = Bench(store)
    wrong = candidate(PEOPLE[2], due_now=Decimal("1.00"))
    with pytest.raises(InternalError, match="deciding s2"):
        bench.run(begin(store, asked())).run([*candidates(PEOPLE[:2]), wrong])
    assert placed(store) == Counter(["s0", "s1"])
    with store.reading() as connection:
        assert report_of(connection, "spring").migration.state == "paused"


def test_orders_are_carried_out_at_once_where_that_is_asked_for(store: Store) -> None:
    bench = Bench(store)
    carrying = worker(store, bench.ledger)
    bench.run(begin(store, asked())).run(candidates(PEOPLE[:2]))  # placed, and nobody has come to them
    bench.run(begin(store, asked()), worker=carrying).run(candidates(PEOPLE[2:]))
    with store.reading() as connection:
        found = report_of(connection, "spring")
    assert (found.orders, found.through) == ({"done": 5}, True)
    held = bench.ledger.subscription("s4")
    assert held is not None
    assert held.plan == "silver"
