"""What a crash leaves behind: the process that carries an order out is killed at every point of its way.

Run by hand: python -m benchmarks.crash_sweep [--store sqlite] [--stride 1] [--part 1] [--server] [BOOK ...]

Every shape of plan that the cases of the books lead to is carried out by the ledger, by the ledger with a last step
that is refused so that all is taken back, and by a system outside that loses answers, fails after acting and is called
twice. Of one plan of each kind of waiting somebody who listens is told as well. Before and after each commit, and
before, inside and after each call of an adapter or a listener, the process gets a SIGKILL; another one takes the order
over. `--server` kills the PostgreSQL server instead, and starts it again. `--stride 7` takes every seventh point,
beginning at another one for each way; its seven parts take all points between them.

*Ways* are shapes by who carries them out. After each kill all tables are read; *left* is in how many different ways
they were left behind, each of which is taken over. Lost are rows that are missing in the end, doubled those that are
there too often, different the tables that are not as without a crash. The exit code is 1 where there is any. *Told
again* is how often a listener was told what it knew, which is agreed with it; what it is not told at all is lost, and
what it is told after something that came later is different. Databases are put into memory, where there is a folder
for that.
"""

from __future__ import annotations

import argparse
import logging
import resource
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
from tests.execution.crashing import Bench, ways_of
from tests.execution.postgres import binaries, crash, fresh_database, restart, running_server
from tests.execution.sweeping import Sweep, Swept

POLICIES = Path(__file__).parents[1] / "policies"
BOOKS = sorted(path.parent.name for path in POLICIES.glob("*/policy.yaml"))
MEMORY = Path("/dev/shm")  # noqa: S108  # a file system in memory, not a shared folder of secrets
HEAD = ("book", "ways", "points", "kills", "left", "lost", "doubled", "different", "told again")
ROW = "{:<18} {:>6} {:>8} {:>8} {:>7} {:>6} {:>8} {:>10} {:>11}"


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


def swept(sweep: Sweep, name: str, *, part: int) -> Swept:
    """Everything of one book."""
    book, total = load(POLICIES / name), Swept()
    for number, way in enumerate(ways_of(book)):
        total.add(sweep.sweep(book, way, first=1 + (number + part - 1) % sweep.stride))
    return total


def show(name: str, found: Swept) -> None:
    """A row of the table, and what is wrong in it."""
    counts = (found.ways, found.points, found.kills, found.left)
    print(ROW.format(name, *counts, found.lost, found.doubled, found.different, found.again), flush=True)
    for line in found.told[:5]:
        print(f"  {line}")


def main() -> int:
    """Sweep, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("books", nargs="*", default=BOOKS)
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--stride", type=int, default=1)
    parser.add_argument("--part", type=int, default=1)
    parser.add_argument("--server", action="store_true")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)  # adapters that fail are what is tried here
    struck = "the server" if given.server else "the process"
    kind = "postgres" if given.server else given.store
    if MEMORY.is_dir():
        tempfile.tempdir = str(MEMORY)
    print(f"{kind}, {struck} is killed at one of {given.stride} points, part {given.part}")
    print(ROW.format(*HEAD))
    total, begin = Swept(), time.perf_counter()
    with sweeping(kind, server=given.server, stride=given.stride) as sweep:
        for name in given.books:
            found = swept(sweep, name, part=given.part)
            show(name, found)
            total.add(found)
    show("all", total)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = time.process_time() + used.ru_utime + used.ru_stime
    print(f"{time.perf_counter() - begin:.0f} seconds, {processor:.0f} of them of a processor's")
    return 1 if total.lost + total.doubled + total.different else 0


if __name__ == "__main__":
    sys.exit(main())
