"""Everybody at once, on each engine: rows a second of a founding book, in one run.

python -m benchmarks.engines [BOOK] [ROWS] [ENGINE...]     duckdb, polars, postgresql, spark; all of them without a name

A PostgreSQL server and a Spark cluster of a master and two workers are started on this machine and ended again. Time is
counted from the rows at the door to the answers in a file, without the first reading; in the second turn, when whatever
is compiled on the way is compiled. Every file is compared with that of DuckDB.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from planshift.billing.change import ChangeRequest
from planshift.book import load
from planshift.population.asking import Question
from planshift.population.choosing import engine_of
from planshift.population.data import connect, open_data
from planshift.population.deciding import Deciding
from planshift.population.making import Making
from tests.execution.postgres import binaries, fresh_database, running_server
from tests.population.cluster import running_cluster

AT, DAY = 1_773_223_200, 20_523
"""2026-03-11, as an instant and as a day number."""

SPARK = Path(".venv/spark")


@contextmanager
def address(name: str) -> Iterator[str]:
    """How an engine is told, once it runs."""
    if name == "postgresql":
        programs = binaries()
        assert programs is not None, "PostgreSQL is not installed"
        with running_server(programs) as folder, fresh_database(folder) as url:
            yield url
    elif name == "spark":
        subprocess.run([Path("scripts/get_spark.sh").resolve()], check=True)  # noqa: S603  # our own
        sys.path.insert(0, str(SPARK.resolve()))
        with running_cluster(SPARK.resolve() / "pyspark", lasting=True) as (url, own), patch.dict(os.environ, own):
            from planshift.population.spark import session  # noqa: PLC0415  # it needs pyspark, which is there by now

            with session(url):
                yield url
    else:
        yield name


def measure(name: str, rows: int, names: list[str]) -> None:
    """Decide made-up customers of a book on some engines: for each whether the third plan can be had."""
    book = load(f"policies/{name}")
    asked = Question(kind="change", request=ChangeRequest(at=AT, plan=book.catalog.plans[2].name))
    with TemporaryDirectory() as folder, connect(spill=Path(folder)) as door:
        data = Path(folder) / "people.parquet"
        Making(book=book, rows=rows, seed=7, day=DAY).write(door, data)
        opened = open_data(door, book, where=str(data))
        slices = Deciding(opened=opened, question=asked).slices()
        for engine in ["duckdb", *(engine for engine in names if engine != "duckdb")]:
            out = Path(folder) / engine
            with address(engine) as told:
                deciding = Deciding(opened=opened, question=asked, engine=engine_of(told))
                took = []
                for _ in range(2):
                    begin = time.perf_counter()
                    deciding.write(slices, out, with_terms=True)
                    took.append(time.perf_counter() - begin)
            other = (
                f"SELECT count(*) FROM ((FROM read_parquet('{folder}/duckdb')) EXCEPT ALL (FROM read_parquet('{out}')))"  # noqa: S608  # files of our own
            )
            found = door.execute(other).fetchall()
            assert found == [(0,)], (engine, found)
            first, second = took
            print(f"{engine:12}{rows / second:12,.0f} rows/s   {second:6.1f} s, at first {first:.1f} s", flush=True)


if __name__ == "__main__":
    chosen, told, *engines = [*sys.argv[1:], *("hosting", "200000")[len(sys.argv) - 1 :]]
    measure(chosen, int(float(told)), engines or ["duckdb", "polars", "postgresql", "spark"])
