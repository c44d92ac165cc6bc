"""Orders: how many a second two workers finish, as a ratio to bare commits of one row on the same database.

Run by hand: python -m benchmarks.orders [--orders 2000] [--workers 2] [--store sqlite] [--effects tally] [--folder DIR]

Every order moves a subscription of the hosting book up, in eight steps: the plan, package, contract, answers, invoice,
request for payment, notice. They are done in the embedded ledger or, with `--effects tally`, by an adapter that writes
one row per step, which tells what the orders cost themselves. The last lines say whether each step was done once.

A bare commit writes one row and waits until it is on the disk; one connection makes them, one after the other, before
and after the orders. In a folder that is kept in memory that costs nothing, and the ratio says nothing: the first lines
tell which folder it is, and the last ones what a commit took.
"""

from __future__ import annotations

import argparse
import statistics
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
from planshift.book import Decision, load
from planshift.execution.gateways import Gateways
from planshift.execution.placing import place_all
from planshift.execution.ports import Done, Outcome, Task
from planshift.execution.running import Runner
from planshift.execution.store.engine import Store, connect
from planshift.execution.store.migrating import open_store, upgrade
from planshift.execution.store.tables import order_steps, orders
from planshift.execution.worker import Worker
from tests.execution.postgres import binaries, fresh_database, running_server

ROOT = Path(__file__).parents[1]
AT = parse_instant("2026-03-11T10:00", "Europe/Stockholm")
COMMITS = 1_000
TOGETHER = 100
"""How many orders are placed at once."""

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


def called(decision: Decision) -> str:
    """What the order for a decision is called."""
    return decision.subscription.id.replace("sub", "order")


def placed(store: Store, number: int) -> float:
    """Decide and place orders for as many subscriptions, and return how many a second."""
    book = load(ROOT / "policies" / "hosting")
    anna = book.subscriptions["anna-bronze"]
    request = ChangeRequest(at=AT, plan="gold", price="monthly")
    took = 0.0
    for first in range(0, number, TOGETHER):
        held = [replace(anna, id=f"sub-{index:06}") for index in range(first, min(first + TOGETHER, number))]
        with store.begin() as connection:
            for each in held:
                open_subscription(connection, each, at=AT)
        begin = time.perf_counter()
        decisions = [book.decide(each, request) for each in held]
        place_all(
            store, book, decisions=decisions, at=AT, name=lambda each: each.subscription.id.replace("sub", "order")
        )
        took += time.perf_counter() - begin
    return number / took


def bare_commits(store: Store) -> list[float]:
    """The seconds that each of some commits of one row took, one after the other."""
    with store.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS bare (told VARCHAR(100))"))
    raw = store.engine.raw_connection()
    cursor = raw.cursor()
    found = []
    for _ in range(COMMITS):
        begin = time.perf_counter()
        if not store.shared:
            cursor.execute("BEGIN IMMEDIATE")
        cursor.execute("INSERT INTO bare VALUES ('a row as short as rows are')")
        raw.commit()
        found.append(time.perf_counter() - begin)
    raw.close()
    return found


def kept_in(store: Store, folder: str) -> str:
    """What is known of how durable a commit is: the settings of the database, and the file system under it."""
    mounts = [line.split() for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    inside = [each for each in mounts if Path(folder).resolve().is_relative_to(each[1])]
    system = max(inside, key=lambda each: len(each[1]))[2]
    asks, names = "PRAGMA", ("journal_mode", "synchronous")
    if store.shared:
        asks, names = "SHOW", ("fsync", "synchronous_commit")
    with store.reading() as connection:
        told = [f"{name} {connection.scalar(text(f'{asks} {name}'))}" for name in names]
    memory = ", WHICH IS MEMORY: THE RATIO SAYS NOTHING" if system in ("tmpfs", "ramfs") else ""
    return f"{', '.join(told)}; a folder of {folder} on {system}{memory}"


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
    begin = time.process_time()
    while worker.work(AT, most=worker.batch).orders:
        pass
    sys.stdout.write(f"{time.process_time() - begin}\n")


def finished(url: str, given: argparse.Namespace) -> tuple[float, float]:
    """Let workers finish all orders: how many a second, and their processor's seconds; their start is not counted."""
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
    used = 0.0
    for each in started:
        assert each.stdout is not None
        used += float(each.stdout.readline())
        assert each.wait() == 0
    return given.orders / (time.perf_counter() - begin), used


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
    parser.add_argument("--folder", default="/var/tmp", help="where the database is kept for the time being")  # noqa: S108  # on a disk, as a rule
    parser.add_argument("--work", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        work(*given.work)
        return
    tempfile.tempdir = given.folder
    with fresh(given.store) as url:
        store = open_store(url)
        with store.begin() as connection:
            tally.create(connection)
        print(f"{given.store}, {given.workers} workers, effects in the {given.effects}")
        print(kept_in(store, given.folder))
        print(f"orders placed a second      {placed(store, given.orders):>10,.0f}")
        commits = bare_commits(store)
        rate, used = finished(url, given)
        commits += bare_commits(store)
        bare = len(commits) / sum(commits)
        half, each = 1000 * statistics.median(commits), 1000 * used / given.orders
        print(f"bare commits a second       {bare:>10,.0f}   (half of them within {half:.1f} ms)")
        print(f"orders finished a second    {rate:>10,.0f}   ({each:.1f} ms of processor each, at the workers)")
        print(f"ratio                       {rate / bare:>10.2f}")
        report(store, given.orders, table=entries if given.effects == "ledger" else tally)
        store.close()


if __name__ == "__main__":
    main()
