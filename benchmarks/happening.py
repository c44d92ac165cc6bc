"""What an event costs from its arrival to the log of its order, and whether that and memory stay flat.

Run by hand: python -m benchmarks.happening [--events 1000000] [--orders 1000] [--folder FOLDER]

Events come in turn for orders that wait for their day, in an SQLite file. Each is taken in once, told to its order,
matched with the dozen reactions of the book, and put on record with what they ask for; a worker then does that. One
event of a hundred comes twice. In the end the whole logs of some orders are verified. Processor time is printed, and
the exit code is 1 where memory has grown, an event got lost or was taken in twice, or a log is not what was written.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.reactions import CATALOG, POLICY, RULES, STEPS, SUBSCRIPTION, memory
from planshift.adapters.ledger import Ledger, open_subscription
from planshift.billing.zones import parse_instant
from planshift.book import load_text
from planshift.execution.gateways import Gateways
from planshift.execution.growing import Reacts
from planshift.execution.happening import happened
from planshift.execution.placing import place
from planshift.execution.reactions.of_orders import reacts_of
from planshift.execution.running import Runner
from planshift.execution.store.engine import Store
from planshift.execution.store.migrating import open_store
from planshift.execution.store.tables import arrivals, order_log
from planshift.execution.store.verifying import flaws_of
from planshift.execution.worker import Worker
from planshift.rulebook.reaction_names import EVENTS

WAITS = "terms: { any: { timing: period_end, cancellable_until: never } }\n"
FROM_OUTSIDE = tuple(name for name in EVENTS if not name.startswith("change."))
TWICE = 100
"""One event of so many comes twice."""

GROWN = 4 * 1024
"""So many KiB of memory more than after the first tenth are not flat."""

HEAD = ("events", "each", "per order", "memory", "file")
ROW = "{:>10} {:>10} {:>10} {:>10} {:>10}"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Orders in a store, and who carries out what their reactions ask for."""

    store: Store
    worker: Worker
    reacts: Reacts
    orders: int

    def send(self, number: int, *, at: int) -> None:
        """One event, to the subscription whose turn it is; at times once more."""
        event = FROM_OUTSIDE[number * 7 % len(FROM_OUTSIDE)]
        name, source = f"sub-{number % self.orders}", f"event-{number}"
        heard = happened(self.store, event, source=source, at=at, subscription=name, reacts=self.reacts)
        assert heard.new, source
        assert len(heard.orders) == 1, source
        if number % TWICE == 0:
            again = happened(self.store, event, source=source, at=at, subscription=name, reacts=self.reacts)
            assert not again.new, source


def desk(store: Store, *, orders: int) -> tuple[Desk, int]:
    """Orders that wait for their day, and the instant at which that was asked for."""
    book = load_text({"policy.yaml": POLICY + WAITS, "catalog.yaml": CATALOG, "policy.rules": RULES})
    ledger, reacts = Ledger(store=store), reacts_of(store)
    found = book.subscription(SUBSCRIPTION)
    at = parse_instant("2026-03-10T10:00", book.zone)
    for number in range(orders):
        held = replace(found, id=f"sub-{number}")
        with store.begin() as connection:
            open_subscription(connection, held, at=at)
        decision = book.decide(held, book.request(held, to="large", at="2026-03-10T10:00"))
        place(store, book, decision=decision, at=at)
    runner = Runner(store=store, gateways=Gateways((ledger,), source=ledger), reacts=reacts)
    worker = Worker(runner=runner, name="worker")
    worker.work(at)
    return Desk(store=store, worker=worker, reacts=reacts, orders=orders), at


def sent(found: Desk, *, events: int, at: int, file: Path) -> bool:
    """Send events, print what each costs by the tenth of them, and tell whether memory has grown."""
    pid, step, first = os.getpid(), max(events // STEPS, 1), 0
    print(ROW.format(*HEAD))
    for begin in range(0, events, step):
        clock = time.process_time_ns()
        for number in range(begin, begin + step):
            found.send(number, at=at + number)
        found.worker.work(at + begin + step)
        each = (time.process_time_ns() - clock) // step
        now = memory(pid)
        first = first or now
        with found.store.reading() as connection:
            entries = connection.scalar(select(func.count()).select_from(order_log)) or 0
        count, size = begin + step, file.stat().st_size
        row = f"{count:,}", f"{each // 1000:,} us", entries // found.orders, f"{now // 1024} MiB", f"{size >> 20} MiB"
        print(ROW.format(*row), flush=True)
    grown = now - first > GROWN
    print("memory has grown" if grown else "memory is flat")
    return grown


def wrong(found: Desk, *, events: int, now: int) -> list[str]:
    """What is lost, there twice, or not what was written; logs are read whole of one order of a hundred."""
    with found.store.reading() as connection:
        there = connection.scalar(select(func.count()).select_from(arrivals))
        happenings = select(func.count()).select_from(order_log).where(order_log.c.kind == "happened")
        told = connection.scalar(happenings)
        some = connection.scalars(select(order_log.c.order).distinct().limit(max(found.orders // 100, 1))).all()
        bad = [str(flaw) for order in some for flaw in flaws_of(connection, order, now=now)]
    counts = [f"{number} events of {events} are {what}" for number, what in ((there, "there"), (told, "told"))]
    return [*bad, *(each for each in counts if not each.startswith(f"{events} "))]


def main() -> int:
    """Print cost and memory as events come in; 1 where something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--orders", type=int, default=1_000)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    events = asked.events // STEPS * STEPS
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        file = Path(folder) / "orders.db"
        store = open_store(f"sqlite:///{file}")
        found, at = desk(store, orders=asked.orders)
        print(f"{events:,} events for {asked.orders:,} orders in {file.parent.parent}")
        grown = sent(found, events=events, at=at, file=file)
        bad = wrong(found, events=events, now=at + events)
        store.close()
    for each in bad[:20]:
        print(each)
    print("every event is there once, and logs are what was written" if not bad else f"{len(bad)} things are wrong")
    return 1 if grown or bad else 0


if __name__ == "__main__":
    sys.exit(main())
