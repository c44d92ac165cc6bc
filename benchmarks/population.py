"""Everybody at once: the columnar reading against SQL written by hand, and the flagship book over many rows.

python benchmarks/population.py job [ROWS] [THREADS] [PYTHON]    the 12-rule job: by hand and by the reading, in one run
python benchmarks/population.py book [ROWS] [ENGINE]     the flagship: rows a second, and the most memory
python benchmarks/population.py large [ROWS] [ENGINE]    the same of a book of 1,000 plans and 5,000 paths

PYTHON is the interpreter of an environment with openfisca-core and pyarrow; with it the job is measured there, too.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

if len(sys.argv) > 1 and sys.argv[1] == "job":
    os.environ["POLARS_MAX_THREADS"] = sys.argv[3] if len(sys.argv) > 3 else "1"  # read when it is imported

import duckdb
import job_in_polars
import polars as pl
from job import decide, requests
from kernel_of_the_job import DIRECTIONS, REASONS, TIMINGS, graph
from large_book import write_book

from planshift.billing.change import ChangeRequest
from planshift.book import Book, load
from planshift.expressions.form import Int
from planshift.population.asking import Question
from planshift.population.choosing import engine_of
from planshift.population.data import connect, open_data
from planshift.population.deciding import Deciding
from planshift.population.dialects import DUCKDB
from planshift.population.making import Making
from planshift.population.sql import Query, emit

AT, DAY = 1_773_223_200, 20_523
"""2026-03-11, as an instant and as a day number."""

DRAWN = """
SELECT i AS rid, 1 + h(1) % 6 AS from_level, 1 + h(2) % 6 AS to_level, h(3) % 100 < 75 AS same_group,
  h(4) % 100 < 70 AS same_module, h(5) % 41 AS months_tenure,
  CASE WHEN h(6) % 3 < 2 THEN 0 ELSE 1 + h(7) % 400 END AS contract_days_left,
  CASE WHEN h(8) % 7 < 5 THEN 0 ELSE h(8) % 7 - 4 END AS unpaid_invoices,
  h(9) % 101 AS use_seats, h(10) % 101 AS use_storage, h(11) % 101 AS use_projects, h(12) % 101 AS use_api,
  60 + h(13) % 101 AS lim_seats, 60 + h(14) % 101 AS lim_storage, 60 + h(15) % 101 AS lim_projects,
  60 + h(16) % 101 AS lim_api, h(17) % 5 AS region, h(18) % 100001 AS old_price, h(19) % 100001 AS new_price,
  h(20) % (n + 1) AS days_left, n AS days_in_period
FROM (SELECT i, [28, 29, 30, 31, 90, 365][1 + (hash(i) % 6)::INTEGER] AS n FROM range({rows}) r(i))
"""

BY_HAND = """
WITH a AS (SELECT *, same_group AND to_level > from_level AS up, same_group AND to_level <= from_level AS dn
  FROM requests),
b AS (SELECT *, CASE WHEN NOT same_group THEN 'crossgrade' WHEN up THEN 'upgrade' ELSE 'downgrade' END AS direction,
  CASE WHEN from_level = to_level AND same_group THEN 'same_plan' WHEN unpaid_invoices > 0 THEN 'unpaid_invoices'
    WHEN region = 4 AND to_level >= 5 THEN 'region' WHEN NOT same_group AND NOT same_module THEN 'module'
    WHEN dn AND (use_seats > lim_seats OR use_storage > lim_storage OR use_projects > lim_projects OR use_api > lim_api)
      THEN 'usage_over_limit'
    WHEN dn AND contract_days_left > 0 AND months_tenure < 12 THEN 'in_contract' ELSE '' END AS reason FROM a),
c AS (SELECT *, reason = '' AS ok, dn OR (NOT same_group AND new_price < old_price) AS later FROM b)
SELECT rid, CASE WHEN ok THEN 'allowed' ELSE 'denied' END AS verdict, reason, direction,
  CASE WHEN NOT ok THEN 'none' WHEN later THEN 'period_end' ELSE 'now' END AS timing,
  CASE WHEN NOT ok THEN 0 WHEN up THEN
      (CASE WHEN months_tenure < 3 THEN 500 WHEN months_tenure < 12 THEN 200 ELSE 0 END)
      + (CASE WHEN to_level - from_level >= 3 AND NOT (region = 1 AND months_tenure >= 24) THEN 1000 ELSE 0 END)
    WHEN dn THEN (CASE WHEN months_tenure < 3 THEN 2500 WHEN months_tenure < 12 THEN 1500
      WHEN months_tenure < 24 THEN 500 ELSE 0 END)
    ELSE (CASE WHEN months_tenure < 6 THEN 1000 WHEN months_tenure < 24 THEN 300 ELSE 0 END) END AS fee,
  CASE WHEN ok AND NOT later
    THEN (2 * old_price * days_left::BIGINT + days_in_period) // (2 * days_in_period) ELSE 0 END AS credit,
  CASE WHEN ok AND NOT later
    THEN (2 * new_price * days_left::BIGINT + days_in_period) // (2 * days_in_period) ELSE 0 END AS charge
FROM c
"""

ENUMS = {
    "verdict": ("allowed", "denied"),
    "reason": REASONS,
    "direction": ("crossgrade", "upgrade", "downgrade"),
    "timing": ("none", "period_end", "now"),
}


def _with_enums() -> str:
    """The query by hand with its words as values of enumerations."""
    query = BY_HAND
    for kind, words in ENUMS.items():
        for word in words:
            query = query.replace(f"THEN '{word}'", f"THEN '{word}'::{kind}").replace(
                f"ELSE '{word}'", f"ELSE '{word}'::{kind}"
            )
    return query


def the_job(rows: int, threads: int, peer: str) -> None:
    """The 12-rule job by hand and by the reading, in turns; their answers are the same."""
    engine = duckdb.connect()
    engine.execute(f"SET threads = {threads}")
    for kind, words in ENUMS.items():
        engine.execute(f"CREATE TYPE {kind} AS ENUM {words}")
    drawn = DRAWN.format(rows=rows)
    for k in range(20, 0, -1):
        drawn = drawn.replace(f"h({k})", f"(hash(i, {k}) % 1000003)::INTEGER")
    engine.execute(f"CREATE TABLE requests AS {drawn}")
    read, codes, reading = _read(), _codes().text(), job_in_polars.Reading()
    frame = cast("pl.DataFrame", pl.from_arrow(engine.table("requests").to_arrow_table()))
    frame = frame.with_columns(pl.col("region").cast(pl.UInt8).cat.to(job_in_polars.REGION))
    _same(engine, read)
    _same(engine, _with_enums())
    assert reading(frame).equals(job_in_polars.by_hand(frame).cast(reading(frame).schema))
    ways: dict[str, Callable[[], object]] = {
        "SQL by hand": lambda: engine.execute(f"CREATE OR REPLACE TABLE answers AS {BY_HAND}"),
        "SQL by hand, enums": lambda: engine.execute(f"CREATE OR REPLACE TABLE answers AS {_with_enums()}"),
        "SQL read": lambda: engine.execute(f"CREATE OR REPLACE TABLE answers AS {read}"),
        "SQL read, codes": lambda: engine.execute(f"CREATE OR REPLACE TABLE codes AS {codes}"),
        "Polars by hand": lambda: job_in_polars.by_hand(frame),
        "Polars read": lambda: reading(frame),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    one_by_one = []
    sample = requests(20_000)
    for _ in range(5):
        for name, way in ways.items():
            times[name].append(_seconds(way))
        one_by_one.append(_seconds(lambda: [decide(request) for request in sample]))
    print(f"{rows:,} rows, {threads} threads, processor time, the median of five turns")
    rates = {name: rows / statistics.median(each) for name, each in times.items()}
    rates["function by hand"] = len(sample) / statistics.median(one_by_one)
    if peer:
        rates["openfisca-core"] = rows / _elsewhere(peer, engine)
    for name, rate in rates.items():
        print(f"  {name:18} {rate:12,.0f} rows/s   {rate / rates['function by hand']:6.1f} of the function by hand")
    print(f"SQL read / by hand {rates['SQL read'] / rates['SQL by hand']:.2f}")
    print(f"SQL read / by hand with enums {rates['SQL read'] / rates['SQL by hand, enums']:.2f}")
    if peer:
        print(f"SQL read / openfisca-core {rates['SQL read'] / rates['openfisca-core']:.2f}")
    print(f"Polars read / by hand {rates['Polars read'] / rates['Polars by hand']:.2f}")


def _elsewhere(python: str, engine: duckdb.DuckDBPyConnection) -> float:
    """The seconds that openfisca-core takes; its sums are those of the reading."""
    program = Path(__file__).with_name("job_in_openfisca.py")
    with TemporaryDirectory() as folder:
        engine.execute(f"COPY requests TO '{folder}/requests.parquet' (FORMAT parquet)")
        command = [python, str(program), f"{folder}/requests.parquet", "5"]
        told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603  # the interpreter that the command line names
    wanted = engine.execute("SELECT sum(fee), sum(credit), sum(charge) FROM answers").fetchone()
    assert wanted == tuple(told["sums"][name] for name in ("fee", "credit", "charge")), (wanted, told["sums"])
    return statistics.median(told["seconds"])


def _codes() -> Query:
    """The job's form as SQL, told as its codes."""
    names = ("reason", "direction", "timing", "fee", "credit", "charge")
    outputs = graph()
    denied = cast("Int", outputs[0]) > 0
    money = [denied.choose(0, node) for node in outputs[3:]]
    told_as = [*outputs[:2], denied.choose(2, outputs[2]), *money]
    return emit(dict(zip(names, told_as, strict=True)), source="requests", dialect=DUCKDB, carried=("rid",))


def _read() -> str:
    """The same with its codes told as the words of the query by hand, as everybody's answers are told."""
    verdict = DUCKDB.word_at("CASE WHEN reason = 0 THEN 0 ELSE 1 END", ENUMS["verdict"])
    told = {"reason": REASONS, "direction": DIRECTIONS, "timing": TIMINGS}
    words = [f"{DUCKDB.word_at(column, words)} AS {column}" for column, words in told.items()]
    return _codes().text(", ".join(["rid", f"{verdict} AS verdict", *words, "fee", "credit", "charge"]))


def _same(engine: duckdb.DuckDBPyConnection, read: str) -> None:
    count = f"SELECT count(*) FROM (({BY_HAND}) EXCEPT ALL ({read}))"  # noqa: S608  # both queries are our own
    found = engine.execute(count).fetchone()
    assert found == (0,), found


def _seconds(run: Callable[[], object]) -> float:
    """Seconds of processor time, which other work on the machine does not lengthen."""
    begin = time.process_time()
    run()
    return time.process_time() - begin


def the_book(book: Book, rows: int, *, plan: str, by: str) -> float:
    """A book over made-up customers, into a file with every term; the seconds of both readings."""
    with TemporaryDirectory() as folder, connect(spill=Path(folder)) as engine:
        data, out = Path(folder) / "people.parquet", Path(folder) / "answers.parquet"
        Making(book=book, rows=rows, seed=7, day=DAY).write(engine, data)
        asked = Question(kind="change", request=ChangeRequest(at=AT, plan=plan, price="monthly"))
        deciding = Deciding(opened=open_data(engine, book, where=str(data)), question=asked, engine=engine_of(by))
        begin, busy = time.perf_counter(), time.process_time()
        slices = deciding.slices()
        read, half = time.perf_counter(), time.process_time()
        deciding.write(slices, out, with_terms=True)
        done, end = time.perf_counter(), time.process_time()
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{by}, {rows:,} rows: read in {read - begin:.1f} s, decided in {done - read:.1f} s, at most {most:,} MB")
        print(f"  processor time {half - busy:.1f} s and {end - half:.1f} s")
        return end - busy


def the_large_book(rows: int, by: str) -> None:
    """What a row of a large book costs, and one of the flagship, beyond what any number of rows costs."""
    with TemporaryDirectory() as folder:
        write_book(Path(folder))
        large = load(folder)
    costs = {}
    for name, book, plan in (("flagship", load("policies/hosting"), "gold"), ("large", large, "plan500")):
        few, many = (the_book(book, count, plan=plan, by=by) for count in (rows // 10, rows))
        costs[name] = (many - few) / (rows - rows // 10) * 1_000_000
        print(f"{name}: {costs[name]:.1f} microseconds of processor time a row")
    print(f"large / flagship {costs['large'] / costs['flagship']:.2f}")


if __name__ == "__main__":
    what = sys.argv[1] if len(sys.argv) > 1 else "job"
    count = int(float(sys.argv[2])) if len(sys.argv) > 2 else 1_000_000
    told = sys.argv[3] if len(sys.argv) > 3 else ""
    if what == "job":
        the_job(count, int(told or 1), sys.argv[4] if len(sys.argv) > 4 else "")
    elif what == "large":
        the_large_book(count, told or "duckdb")
    else:
        the_book(load("policies/hosting"), count, plan="gold", by=told or "duckdb")
