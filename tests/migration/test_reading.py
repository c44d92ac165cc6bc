"""The rows that a migration is about: those of the plan, each id once, the same ones whatever file they are in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet as pq

from planshift.migration.reading import gathered
from planshift.population.data import connect, open_data
from planshift.population.engines import BUILT_IN
from tests.actions.shop import BRONZE, SILVER
from tests.migration.people import BOOK, PEOPLE, WISH, candidate
from tests.population.rows import row_of, table_of_rows

COLUMNS = ("id", "plan", "price", "quantity", "period_start", "period_end", "bill_day", "paid")
"""Enough for the answers: the fewer there are, the quicker is a query planned."""

HELD = (replace(SILVER, id="a"), *PEOPLE, PEOPLE[3], replace(BRONZE, id="b"))


def test_whom_it_is_about(tmp_path: Path) -> None:
    rows = [{name: row_of(BOOK, each)[name] for name in COLUMNS} for each in HELD]
    rows[-1]["quantity"] = "x"
    table = table_of_rows([*rows, dict.fromkeys(COLUMNS) | {"id": "c"}])
    pq.write_table(table, tmp_path / "people.parquet")
    pyarrow.csv.write_csv(table.take(list(reversed(range(len(table))))), tmp_path / "people.csv")
    digests = set()
    for name in ("people.parquet", "people.csv"):
        with connect(threads=1) as engine:
            everybody = gathered(open_data(engine, BOOK, where=str(tmp_path / name)), WISH, engine=BUILT_IN)
            digests.add(everybody.digest())
    assert len(digests) == 1
    with connect(threads=1) as engine:
        everybody = gathered(open_data(engine, BOOK, where=str(tmp_path / "people.parquet")), WISH, engine=BUILT_IN)
        slices = everybody.deciding.slices()
        everybody.deciding.write(slices, tmp_path / "answers", with_terms=False)
        found = everybody.candidates(tmp_path / "answers", without=["s1"], folder=tmp_path)
        assert [each.answer for each in found] == [candidate(each).answer for each in (PEOPLE[0], PEOPLE[2], PEOPLE[4])]
        assert [each.id for each in found] == ["s0", "s2", "s4"]
        assert len(found) == 3
        assert everybody.aside(slices) == 4
        bad = sorted((row.number, row.id) for row in everybody.bad_rows(slices))
    assert bad == [(5, "s3"), (7, "s3"), (8, "b"), (9, "c")]
