"""What a crash leaves behind: the process that carries an order out is killed at every point of its way.

Run by hand: python -m benchmarks.crash_sweep [--store sqlite] [--stride 1] [--server] [BOOK ...]

Every shape of plan that the cases of the books lead to is carried out by the ledger, by the ledger with a last step
that is refused so that all is taken back, and by a system outside that loses answers, fails after acting and is called
twice. Before and after each commit, and before, inside and after each call of an adapter, the process gets a SIGKILL;
another one takes the order over. `--server` kills the PostgreSQL server instead, and starts it again. `--stride 7`
takes every seventh point, beginning at another one for each way.

Lost are rows that are missing in the end, doubled those that are there too often, different the tables that are not as
without a crash. The exit code is 1 where there is any.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from planshift.book import load
from planshift.execution.store.engine import connect
from planshift.execution.store.migrating import open_store, upgrade
from tests.execution.crashing import Bench, Sweep, Swept, ways_of
from tests.execution.postgres import binaries, crash, fresh_database, restart, running_server

POLICIES = Path(__file__).parents[1] / "policies"
BOOKS = sorted(path.parent.name for path in POLICIES.glob("*/policy.yaml"))
ROW = "{:<18} {:>7} {:>12} {:>7} {:>8} {:>10}"


@contextmanager
def sweeping(kind: str, *, server: bool, stride: int) -> Iterator[Sweep]:
    """A sweep in a new store."""
    with tempfile.TemporaryDirectory() as folder:
        if kind == "sqlite":
            bench = Bench(store=open_store(f"sqlite:///{folder}/orders.db"), folder=Path(folder))
            yield Sweep(bench=bench, stride=stride)
            bench.store.close()
            return
        programs = binaries()
        assert programs is not None, "PostgreSQL is not installed"
        with running_server(programs) as home, fresh_database(home) as url:
            fresh = connect(url)
            upgrade(fresh)
            fresh.close()
            bench = Bench(store=open_store(url), folder=Path(folder))
            if server:
                yield Sweep(
                    bench=bench, stride=stride, strike=partial(crash, home), mend=partial(restart, programs, home)
                )
            else:
                yield Sweep(bench=bench, stride=stride)
            bench.store.close()


def swept(sweep: Sweep, name: str) -> Swept:
    """Everything of one book."""
    book, total = load(POLICIES / name), Swept()
    for number, way in enumerate(ways_of(book)):
        total.add(sweep.sweep(book, way, first=1 + number % sweep.stride))
    return total


def show(name: str, found: Swept) -> None:
    """A row of the table, and what is wrong in it."""
    print(ROW.format(name, found.ways, found.points, found.lost, found.doubled, found.different), flush=True)
    for line in found.told[:5]:
        print(f"  {line}")


def main() -> int:
    """Sweep, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("books", nargs="*", default=BOOKS)
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--stride", type=int, default=1)
    parser.add_argument("--server", action="store_true")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)  # adapters that fail are what is tried here
    struck = "the server" if given.server else "the process"
    kind = "postgres" if given.server else given.store
    print(f"{kind}, {struck} is killed at one of {given.stride} points")
    print(ROW.format("book", "ways", "kill points", "lost", "doubled", "different"))
    total, begin = Swept(), time.perf_counter()
    with sweeping(kind, server=given.server, stride=given.stride) as sweep:
        for name in given.books:
            found = swept(sweep, name)
            show(name, found)
            total.add(found)
    show("all", total)
    print(f"{time.perf_counter() - begin:.0f} seconds")
    return 1 if total.lost + total.doubled + total.different else 0


if __name__ == "__main__":
    sys.exit(main())
