"""Many orders in one transaction come to what they come to one by one; one that goes wrong stays alone with that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, func, select

from planshift.actions.action import KINDS
from planshift.adapters.ledger import Ledger, flaws, open_subscription
from planshift.adapters.ledger.tables import metadata as ledger_tables
from planshift.billing.change import ChangeRequest
from planshift.billing.zones import parse_instant
from planshift.book import Book, load
from planshift.diagnostics.errors import StaleQuote
from planshift.execution.gateways import Gateways
from planshift.execution.happening import happened_to
from planshift.execution.order import Order
from planshift.execution.placing import SubscriptionBusy, place, place_all, place_each
from planshift.execution.ports import Batch, Outcome, Task
from planshift.execution.running import Runner
from planshift.execution.store.engine import Store
from planshift.execution.store.migrating import open_store
from planshift.execution.store.orders import load_many
from planshift.execution.store.tables import metadata as order_tables
from planshift.execution.store.tables import orders
from planshift.execution.worker import Worker

AT = parse_instant("2026-03-11T10:00", "Europe/Stockholm")
WRONG = "sub-4"
ORDERS = 10
TARGETS = ("gold", "silver")


@lru_cache(maxsize=1)
def hosting() -> Book:
    return load(Path(__file__).parents[2] / "policies" / "hosting")


def orders_for_all(store: Store) -> None:
    """Orders of as many subscriptions; the ledger does not have one of them."""
    book = hosting()
    anna = book.subscriptions["anna-bronze"]
    for number in range(ORDERS):
        held = replace(anna, id=f"sub-{number}")
        decision = book.decide(held, ChangeRequest(at=AT, plan=TARGETS[number % 2], price="monthly"))
        if held.id != WRONG:
            with store.begin() as connection:
                open_subscription(connection, held, at=AT)
        place(store, book, decision=decision, at=AT, order=f"o-{number}")


@dataclass(frozen=True)
class OneByOne:
    """The ledger as one that knows of no batches."""

    ledger: Ledger
    name: str = "ledger"
    kinds: frozenset[str] = frozenset(KINDS)

    def perform_within(self, task: Task, *, connection: Connection) -> Outcome:
        return self.ledger.perform_within(task, connection=connection)


@dataclass(frozen=True)
class Raises:
    """The ledger, which raises at a step of one order: as it is done or, later, as the batch is written."""

    ledger: Ledger
    late: bool
    name: str = "ledger"
    kinds: frozenset[str] = frozenset(KINDS)

    def perform_within(self, task: Task, *, connection: Connection) -> Outcome:
        raise NotImplementedError

    def batch(self, tasks: Sequence[Task], *, connection: Connection) -> Batch:
        return RaisingBatch(batch=self.ledger.batch(tasks, connection=connection), late=self.late, seen=[])


@dataclass(frozen=True)
class RaisingBatch:
    batch: Batch
    late: bool
    seen: list[str]

    def perform(self, task: Task) -> Outcome:
        if task.order == "o-2" and task.action.kind == "issue_invoice":
            self.seen.append(task.key)
            if not self.late:
                raise ZeroDivisionError
        return self.batch.perform(task)

    def write(self) -> None:
        self.batch.write()
        if self.seen:
            raise ZeroDivisionError


def worked(store: Store, adapter: Ledger | OneByOne | Raises, *, batch: int) -> None:
    runner = Runner(store=store, gateways=Gateways((adapter,)))
    Worker(runner=runner, name="worker", batch=batch).work(AT)


def everything(store: Store) -> dict[str, set[str]]:
    """Every row of every table, but for how often an order was taken."""
    found: dict[str, set[str]] = {}
    with store.reading() as connection:
        for table in (*order_tables.sorted_tables, *ledger_tables.sorted_tables):
            columns = [column for column in table.columns if column.name not in ("lease", "leased_by")]
            found[table.name] = {repr(tuple(row)) for row in connection.execute(select(*columns))}
    return found


def test_a_batch_comes_to_the_very_rows_that_one_by_one_comes_to(tmp_path: Path) -> None:
    stores = [open_store(f"sqlite:///{tmp_path / name}.db") for name in ("batch", "alone")]
    for store in stores:
        orders_for_all(store)
    worked(stores[0], Ledger(store=stores[0]), batch=ORDERS)
    worked(stores[1], OneByOne(Ledger(store=stores[1])), batch=1)
    found = [everything(store) for store in stores]
    for store in stores:
        store.close()
    assert found[0] == found[1]
    assert len(found[0]["ledger_entries"]) > ORDERS


def test_orders_that_are_placed_together_are_those_that_are_placed_one_by_one(store: Store, tmp_path: Path) -> None:
    book, anna = hosting(), hosting().subscriptions["anna-bronze"]
    held = [replace(anna, id=f"sub-{number}") for number in range(4)]
    decisions = [book.decide(each, ChangeRequest(at=AT, plan="gold", price="monthly")) for each in held]
    alone = open_store(f"sqlite:///{tmp_path / 'alone'}.db")
    wanted = [place(alone, book, decision=each, at=AT) for each in decisions]
    alone.close()
    first = place(store, book, decision=decisions[2], at=AT)
    assert place_all(store, book, decisions=decisions, at=AT) == wanted
    assert first == wanted[2]
    names = iter("ab")
    others = [book.decide(each, ChangeRequest(at=AT, plan="silver", price="monthly")) for each in (anna, held[1])]
    with pytest.raises(SubscriptionBusy):
        place_all(store, book, decisions=others, at=AT)
    with pytest.raises(SubscriptionBusy):
        place_all(store, book, decisions=[others[0], others[0]], at=AT, name=lambda _: next(names))
    with store.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(orders)) == len(
            wanted
        )  # none of those that came with a busy one


def test_what_stands_against_one_order_holds_up_no_other(store: Store) -> None:
    book, anna = hosting(), hosting().subscriptions["anna-bronze"]
    ledger, request = Ledger(store=store), ChangeRequest(at=AT, plan="gold", price="monthly")
    held = [replace(anna, id=f"sub-{number}") for number in range(4)]
    with store.begin() as connection:
        for each in (*held[:2], replace(held[2], quantity=2)):
            open_subscription(connection, each, at=AT)
    under_way = place(store, book, decision=book.decide(held[0], replace(request, plan="silver")), at=AT)
    decisions = [book.decide(each, request) for each in held]
    found = place_each(store, book, decisions=decisions, at=AT, name=lambda _: None, source=ledger)
    (stays,) = [each for each in found if isinstance(each, Order)]
    assert [type(each) for each in found] == [SubscriptionBusy, Order, StaleQuote, StaleQuote]
    twice = place_each(store, book, decisions=[decisions[1]] * 2, at=AT, name=lambda _: None, source=ledger)
    assert twice == [stays, stays]
    with store.reading() as connection:
        assert set(connection.scalars(select(orders.c.id))) == {under_way.id, stays.id}


def test_an_order_that_somebody_has_added_to_since_it_was_placed_is_read_again(store: Store) -> None:
    orders_for_all(store)
    with store.reading() as connection:
        placed = load_many(connection, ["o-0", "o-1"])
    happened_to(store, "invoice.paid", source="card-1", at=AT, order="o-1")
    worker = Worker(runner=Runner(store=store, gateways=Gateways((Ledger(store=store),))), name="worker")
    found = worker.carry_out_all(["o-0", "o-1"], now=AT, placed=placed)
    assert [found[name].count("invoice.paid") for name in ("o-0", "o-1")] == [0, 1]
    assert {each.state for each in found.values()} == {"applied"}
    with store.reading() as connection:
        assert {each.id: each for each in load_many(connection, ["o-0", "o-1"])} == found


def test_one_that_goes_wrong_is_alone_with_that(store: Store) -> None:
    orders_for_all(store)
    commits: list[Connection] = []
    event.listen(store.engine, "commit", commits.append)
    worked(store, Ledger(store=store), batch=ORDERS)
    with store.reading() as connection:
        found = load_many(connection, [f"o-{number}" for number in range(ORDERS)])
        assert not list(flaws(connection))
    states = {order.placement.subscription: order.state for order in found}
    assert states.pop(WRONG) == "failed"
    assert set(states.values()) == {"applied"}
    assert len(commits) < ORDERS  # nobody was held up by it


@pytest.mark.parametrize("late", [False, True], ids=["as it is done", "as it is written"])
def test_an_error_in_a_batch_is_found_and_only_that_step_is_tried_again(sqlite_url: str, late: bool) -> None:
    store = open_store(sqlite_url)
    orders_for_all(store)
    worked(store, Raises(Ledger(store=store), late=late), batch=ORDERS)
    with store.reading() as connection:
        found = {order.id: order for order in load_many(connection, [f"o-{number}" for number in range(ORDERS)])}
        assert not list(flaws(connection))
    store.close()
    others = {order.state for name, order in found.items() if name not in ("o-2", "o-4")}
    assert others == {"applied"}
    failed = {step.step.action.kind: (step.state, step.fault) for step in found["o-2"].steps if step.fault}
    assert failed == {"issue_invoice": ("open", "ledger raised ZeroDivisionError")}
    before = [step.state for step in found["o-2"].steps if not step.fault]
    assert "done" in before
    assert found["o-2"].state == "pending"
