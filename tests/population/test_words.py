"""Words are enumerations while they are computed, and texts for whoever reads them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from planshift.population.dialects import DUCKDB, POSTGRESQL
from planshift.population.dialects.duckdb import enumeration
from planshift.population.postgresql import connected

pytestmark = pytest.mark.xdist_group("postgres-population")


@pytest.mark.parametrize(
    "words",
    [("now", "at the end", "now", "", "it's"), ("now", "now"), ("only",)],
    ids=["some of them twice", "the same at every place", "one"],
)
def test_each_place_has_its_word(words: tuple[str, ...]) -> None:
    query = f"SELECT {DUCKDB.word_at('i', words)} FROM range({len(words)}) r(i) ORDER BY i"  # noqa: S608  # the words are our own
    assert [word for (word,) in duckdb.execute(query).fetchall()] == list(words)


def test_a_server_reads_words_as_they_are(postgres_url: str) -> None:
    words = ["now", "it's", 'a "quoted", {braced} one', "back\\slash", "", "NULL", "é\n"]
    query = f"SELECT {POSTGRESQL.word_at('i', words)} FROM generate_series(0, {len(words) - 1}) i"  # noqa: S608  # as above
    with connected(postgres_url) as connection:
        assert [word for (word,) in connection.execute(query.encode()).fetchall()] == words


def test_a_file_has_texts(tmp_path: Path) -> None:
    out, kind = tmp_path / "words.parquet", enumeration(["late", "unpaid"])
    told = f"{DUCKDB.word_at('i', ['no', 'yes'])} AS word, [CAST('unpaid' AS {kind})] AS reasons"
    duckdb.execute(f"COPY (SELECT {told} FROM range(2) r(i)) TO '{out}' (FORMAT parquet)")  # noqa: S608  # as above
    found = pq.read_table(out)
    assert found.schema.types == [pa.string(), pa.list_(pa.field("element", pa.string()))], found.schema
    assert found.to_pylist() == [{"word": "no", "reasons": ["unpaid"]}, {"word": "yes", "reasons": ["unpaid"]}]


def test_parts_with_other_words_are_put_together() -> None:
    parts = [
        f"(SELECT {DUCKDB.word_at('0', words)} AS word)" for words in (["now", "later"], ["later", "now"], ["never"])
    ]
    query = " UNION ALL BY NAME ".join(parts)
    assert sorted(duckdb.execute(query).fetchall()) == [("later",), ("never",), ("now",)]
