"""Everybody at once: the columnar reading against SQL written by hand, and the flagship book over many rows.

python benchmarks/population.py job [ROWS] [THREADS]     the 12-rule job: ratio to SQL written by hand, in one run
python benchmarks/population.py book [ROWS]              the flagship: rows a second, and the most memory
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import duckdb
from kernel_of_the_job import DIRECTIONS, REASONS, TIMINGS, graph

from planshift.billing.change import ChangeRequest
from planshift.book import load
from planshift.expressions.form import Int
from planshift.population.asking import Question
from planshift.population.data import connect, open_data
from planshift.population.deciding import Deciding
from planshift.population.dialects import DUCKDB
from planshift.population.making import Making
from planshift.population.sql import emit

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


def the_job(rows: int, threads: int) -> None:
    """The 12-rule job by hand and by the reading, in turns; their answers are the same."""
    engine = duckdb.connect()
    engine.execute(f"SET threads = {threads}")
    drawn = DRAWN.format(rows=rows)
    for k in range(20, 0, -1):
        drawn = drawn.replace(f"h({k})", f"(hash(i, {k}) % 1000003)::INTEGER")
    engine.execute(f"CREATE TABLE requests AS {drawn}")
    read = _read()
    _same(engine, read)
    times: dict[str, list[float]] = {"by hand": [], "read": []}
    for _ in range(5):
        for name, query in (("by hand", BY_HAND), ("read", read)):
            times[name].append(_seconds(lambda q=query: engine.execute(f"CREATE OR REPLACE TABLE answers AS {q}")))  # type: ignore[misc]  # the default binds the loop's query
    by_hand, reading = (statistics.median(each) for each in times.values())
    print(f"{rows:,} rows, {threads} threads: by hand {rows / by_hand:,.0f} rows/s, read {rows / reading:,.0f} rows/s")
    print(f"ratio {by_hand / reading:.2f}")


def _read() -> str:
    """The job's form as SQL, its codes told as the words of the query by hand."""
    names = ("reason", "direction", "timing", "fee", "credit", "charge")
    outputs = graph()
    denied = cast("Int", outputs[0]) > 0
    money = [denied.choose(0, node) for node in outputs[3:]]
    told_as = [*outputs[:2], denied.choose(2, outputs[2]), *money]
    query = emit(dict(zip(names, told_as, strict=True)), source="requests", dialect=DUCKDB, carried=("rid",))

    def word(column: str, words: tuple[str, ...]) -> str:
        return f"[{', '.join(repr(each) for each in words)}][{column} + 1] AS {column}"

    verdict = "CASE WHEN reason = 0 THEN 'allowed' ELSE 'denied' END AS verdict"
    words = [word("reason", REASONS), word("direction", DIRECTIONS), word("timing", TIMINGS)]
    return query.text(", ".join(["rid", verdict, *words, "fee", "credit", "charge"]))


def _same(engine: duckdb.DuckDBPyConnection, read: str) -> None:
    count = f"SELECT count(*) FROM (({BY_HAND}) EXCEPT ALL ({read}))"  # noqa: S608  # both queries are our own
    found = engine.execute(count).fetchone()
    assert found == (0,), found


def _seconds(run: Callable[[], object]) -> float:
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


def the_book(rows: int) -> None:
    """The flagship over made-up customers, into a file with every term."""
    book = load("policies/hosting")
    with TemporaryDirectory() as folder, connect(spill=Path(folder)) as engine:
        data, out = Path(folder) / "people.parquet", Path(folder) / "answers.parquet"
        Making(book=book, rows=rows, seed=7, day=DAY).write(engine, data)
        asked = Question(kind="change", request=ChangeRequest(at=AT, plan="gold", price="monthly"))
        deciding = Deciding(opened=open_data(engine, book, where=str(data)), question=asked)
        begin = time.perf_counter()
        slices = deciding.slices()
        read = time.perf_counter()
        deciding.write(slices, out, with_terms=True)
        done = time.perf_counter()
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{rows:,} rows: read in {read - begin:.1f} s, decided in {done - read:.1f} s, at most {most:,} MB")


if __name__ == "__main__":
    what = sys.argv[1] if len(sys.argv) > 1 else "job"
    count = int(float(sys.argv[2])) if len(sys.argv) > 2 else 1_000_000
    if what == "job":
        the_job(count, int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    else:
        the_book(count)
