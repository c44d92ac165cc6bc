"""Customers in PostgreSQL, decided where they lie and as rows that travel, into a table beside them, in one run.

python -m benchmarks.inside [BOOK] [ROWS]

A server is started on this machine and ended again. Each way is told by the clock and in seconds of processors, of the
command's own process and of the server's; and that the two tables of answers do not differ in a cell.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from planshift.billing.change import ChangeRequest
from planshift.book import load
from planshift.population.asking import Question
from planshift.population.data import connect
from planshift.population.deciding import Deciding
from planshift.population.engines import BUILT_IN, Engine
from planshift.population.making import Making
from planshift.population.places import hand_over, opened_by
from planshift.population.postgresql import PostgreSQL, connected, write_table
from planshift.population.summary import summary_of
from tests.execution.postgres import binaries, fresh_database, running_server

AT, DAY = 1_773_223_200, 20_523
"""2026-03-11, as an instant and as a day number."""


def processors(server: str) -> tuple[float, float]:
    """The seconds of processors that this process and a server's have used; of the latter, those that have ended."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    main = int(Path(server, "data", "postmaster.pid").read_text().splitlines()[0])
    ended = Path("/proc", str(main), "stat").read_text().rpartition(")")[2].split()[11:15]
    return own.ru_utime + own.ru_stime, sum(map(int, ended)) / os.sysconf("SC_CLK_TCK")


def measured(server: str, what: str, act: Callable[[], object]) -> None:
    """Do something, and tell what it took."""
    begin, before = time.perf_counter(), processors(server)
    act()
    took = time.perf_counter() - begin
    time.sleep(1)  # until what served it has ended
    own, theirs = (now - then for now, then in zip(processors(server), before, strict=True))
    print(f"{what:10}{took:8.1f} s   processors: {own:7.1f} s here, {theirs:7.1f} s of the server", flush=True)


def measure(name: str, rows: int) -> None:
    """Decide made-up customers of a book both ways: for each whether the third plan can be had."""
    book = load(f"policies/{name}")
    asked = Question(kind="change", request=ChangeRequest(at=AT, plan=book.catalog.plans[2].name))
    programs = binaries()
    assert programs is not None, "PostgreSQL is not installed"
    with TemporaryDirectory() as folder, running_server(programs) as server, fresh_database(server) as url:
        with connect(spill=Path(folder)) as door:
            Making(book=book, rows=rows, seed=7, day=DAY).write(door, Path(folder, "people.parquet"))
            write_table(f"{url}#people", Path(folder, "people.parquet"), door=door)
        with connected(url) as connection:
            connection.execute("ANALYZE people")
        ways: dict[str, Engine] = {"inside": PostgreSQL(url), "duckdb": BUILT_IN}
        for way, engine in ways.items():

            def decide(way: str = way, engine: Engine = engine) -> None:
                with (
                    connect(spill=Path(folder)) as door,
                    opened_by(engine, book, where=f"{url}#people", door=door) as opened,
                ):
                    deciding = Deciding(opened=opened, question=asked, engine=opened.host or engine)
                    slices = deciding.slices()
                    good, bad = sum(part.good for part in slices), deciding.aside(slices)
                    answers = hand_over(deciding, slices, out=f"{url}#{way}", folder=Path(folder))
                    summary_of(opened, answers, good=good, bad=bad)

            measured(server, way, decide)
        with connected(url) as connection:
            digest = "SELECT count(*), sum(hashtextextended(CAST(a AS TEXT), 0)) FROM {} a"
            one, two = (connection.execute(digest.format(way).encode()).fetchone() for way in ways)
            assert one == two, (one, two)
            print(f"the same {one[0] if one else 0:,} answers", flush=True)


if __name__ == "__main__":
    chosen, told = [*sys.argv[1:], *("hosting", "200000")[len(sys.argv) - 1 :]]
    measure(chosen, int(float(told)))
