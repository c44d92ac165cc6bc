"""Orders: how many a second two workers finish, as a ratio to bare commits of one row on the same database.

Run by hand: python -m benchmarks.orders [--orders 2000] [--workers 2] [--store sqlite] [--effects tally]

Every order moves a subscription of the hosting book up, in eight steps: the plan, package, contract, answers, invoice,
request for payment, notice. They are done in the embedded ledger or, with `--effects tally`, by an adapter that writes
one row per step, which tells what the orders cost themselves. The last lines say whether each step was done once.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, String, Table, func, insert, select, text

from planshift.actions.action import KINDS
from planshift.adapters.ledger import Ledger, open_subscription
from planshift.adapters.ledger.reports import flaws as ledger_flaws
from planshift.adapters.ledger.tables import entries
from planshift.billing.change import ChangeRequest
from planshift.billing.zones import parse_instant
from planshift.book import load
from planshift.execution.gateways import Gateways
from planshift.execution.placing import place
from planshift.execution.ports import Done, Outcome, Task
from planshift.execution.running import Runner
from planshift.execution.store.engine import Store, connect
from planshift.execution.store.migrating import open_store, upgrade
from planshift.execution.store.tables import order_steps, orders
from planshift.execution.worker import Worker
from tests.execution.postgres import binaries, fresh_database, running_server

ROOT = Path(__file__).parents[1]
AT = parse_instant("2026-03-11T10:00", "Europe/Stockholm")
COMMITS = 2_000

tally = Table("tally", MetaData(), Column("key", String(400), primary_key=True))
_TALLY = insert(tally)


@contextmanager
def fresh(kind: str) -> Iterator[str]:
    """The address of a new store."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/orders.db"
        return
    programs = binaries()
    assert programs is not None, "PostgreSQL is not installed"
    with running_server(programs) as folder, fresh_database(folder) as url:
        store = connect(url)
        upgrade(store)
        store.close()
        yield url


def placed(store: Store, number: int) -> float:
    """Place orders for as many subscriptions, and return how many a second."""
    book = load(ROOT / "policies" / "hosting")
    anna = book.subscriptions["anna-bronze"]
    request = ChangeRequest(at=AT, plan="gold", price="monthly")
    begin = time.perf_counter()
    for index in range(number):
        held = replace(anna, id=f"sub-{index:06}")
        with store.begin() as connection:
            open_subscription(connection, held, at=AT)
        place(store, book, decision=book.decide(held, request), at=AT, order=f"order-{index:06}")
    return number / (time.perf_counter() - begin)


def bare_commits(store: Store) -> float:
    """Commits of one row each, one after the other, as many a second."""
    with store.begin() as connection:
        connection.execute(text("CREATE TABLE bare (id INTEGER PRIMARY KEY, told VARCHAR(100))"))
    raw = store.engine.raw_connection()
    cursor = raw.cursor()
    mark = "%s" if store.shared else "?"
    begin = time.perf_counter()
    for index in range(COMMITS):
        if not store.shared:
            cursor.execute("BEGIN IMMEDIATE")
        cursor.execute(f"INSERT INTO bare VALUES ({mark}, {mark})", (index, "a row as short as rows are"))  # noqa: S608  # no name comes from outside
        raw.commit()
    rate = COMMITS / (time.perf_counter() - begin)
    raw.close()
    return rate


@dataclass(frozen=True)
class Tally:
    """Writes one row for each step; a second one under its key would be an error."""

    name: str = "tally"
    kinds: frozenset[str] = frozenset(KINDS)

    def perform_within(self, task: Task, *, connection: Connection) -> Outcome:
        """Write the row."""
        connection.execute(_TALLY, {"key": task.key})
        return Done()


def work(url: str, effects: str, name: str) -> None:
    """One worker process: begins when it is told to, and ends when nothing is due."""
    store = open_store(url)
    adapter = Ledger(store=store) if effects == "ledger" else Tally()
    worker = Worker(runner=Runner(store=store, gateways=Gateways((adapter,))), name=name)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    while worker.work(AT, most=worker.batch).orders:
        pass


def finished(url: str, given: argparse.Namespace) -> float:
    """Let workers finish all orders, and return how many a second; their start is not counted."""
    command = [sys.executable, "-m", "benchmarks.orders", "--work", url, given.effects]
    started = [
        subprocess.Popen([*command, f"worker-{index}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603  # this program itself
        for index in range(given.workers)
    ]
    for each in started:
        assert each.stdout is not None
        each.stdout.readline()
    begin = time.perf_counter()
    for each in started:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    for each in started:
        assert each.wait() == 0
    return given.orders / (time.perf_counter() - begin)


def report(store: Store, number: int, *, table: Table) -> None:
    """Whether each step was done once."""
    with store.reading() as connection:
        applied = connection.scalar(select(func.count()).select_from(orders).where(orders.c.state == "applied"))
        steps = connection.scalar(select(func.count()).select_from(order_steps))
        done = connection.scalar(select(func.count()).select_from(table).where(table.c.key.like("order-%")))
        wrong = list(ledger_flaws(connection))
    print(f"orders applied              {applied:>10,} of {number:,}")
    print(f"steps                       {steps:>10,}")
    print(f"effects, each once          {done:>10,}")
    print(f"flaws of the ledger         {len(wrong):>10,}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=2_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--store", choices=("postgres", "sqlite"), default="postgres")
    parser.add_argument("--effects", choices=("ledger", "tally"), default="ledger")
    parser.add_argument("--work", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        work(*given.work)
        return
    with fresh(given.store) as url:
        store = open_store(url)
        with store.begin() as connection:
            tally.create(connection)
        print(f"{given.store}, {given.workers} workers, effects in the {given.effects}")
        print(f"orders placed a second      {placed(store, given.orders):>10,.0f}")
        before = bare_commits(store)
        rate = finished(url, given)
        print(f"bare commits a second       {before:>10,.0f}")
        print(f"orders finished a second    {rate:>10,.0f}")
        print(f"ratio                       {rate / before:>10.2f}")
        report(store, given.orders, table=entries if given.effects == "ledger" else tally)
        store.close()


if __name__ == "__main__":
    main()
