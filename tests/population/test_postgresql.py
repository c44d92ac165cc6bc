"""PostgreSQL computes what the scalar reading computes, cell by cell, and its tables are data like any other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from random import Random  # noqa: TID251  # seeded: same seed, same graph

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from planshift.billing.change import ChangeRequest
from planshift.book import Book
from planshift.cli import main
from planshift.diagnostics.errors import InvalidInput
from planshift.expressions.form import Node
from planshift.expressions.order import reachable
from planshift.population.asking import Question
from planshift.population.data import connect, open_data
from planshift.population.deciding import BadRow, Deciding
from planshift.population.dialects import POSTGRESQL, quoted
from planshift.population.engines import BUILT_IN, Engine
from planshift.population.making import Making
from planshift.population.places import opened_by
from planshift.population.postgresql import PostgreSQL, connected, read_table, write_table
from planshift.population.sql import emit, type_of
from tests.population.kernels import compared_kernels
from tests.properties.forms import draw_graph, draw_inputs
from tests.properties.strategies import book_of
from tests.reference.nodes import Value, evaluate

AT, DAY = 1_773_223_200, 20_523
"""2026-03-11, as an instant and as a day number."""

pytestmark = pytest.mark.xdist_group("postgres-population")


@pytest.fixture
def connection(postgres_url: str) -> Iterator[psycopg.Connection]:
    with connected(postgres_url) as found:
        yield found


def answered(
    connection: psycopg.Connection, outputs: Mapping[str, Node], rows: Sequence[Mapping[str, Value]]
) -> list[tuple[Value, ...]]:
    """What the server answers for some rows, in their order."""
    inputs = {str(n.args[0]): n for n in reachable(tuple(outputs.values())) if n.op == "input" and n.literal is None}
    columns = ", ".join(["row INTEGER", *(f"{quoted(name)} {type_of(n, POSTGRESQL)}" for name, n in inputs.items())])
    connection.execute(f"CREATE TEMP TABLE data ({columns}) ON COMMIT DROP".encode())
    with connection.cursor() as cursor, cursor.copy(b"COPY data FROM STDIN") as copying:
        for number, row in enumerate(rows):
            copying.write_row((number, *(row[name] for name in inputs)))
    query = emit(outputs, source="data", dialect=POSTGRESQL, carried=("row",)).text(more=" ORDER BY row")
    found = connection.execute(query.encode()).fetchall()
    connection.rollback()
    return [row[1:] for row in found]


def test_any_graph_is_read_as_it_is_walked(connection: psycopg.Connection) -> None:
    for seed in range(12):
        chance = Random(seed)  # noqa: S311  # chance for tests, not for secrets
        nodes = draw_graph(chance, size=chance.choice((5, 30, 120)))
        rows = [draw_inputs(chance) for _ in range(40)]
        outputs = {f"out {k}": node for k, node in enumerate(nodes)}
        assert answered(connection, outputs, rows) == [evaluate(nodes, row) for row in rows], seed


@pytest.mark.parametrize("seed", range(2))
def test_every_kernel_is_read_as_the_scalar_reading_reads_it(connection: psycopg.Connection, seed: int) -> None:
    assert compared_kernels(seed, lambda outputs, rows: answered(connection, outputs, rows)) > 80


@pytest.fixture(scope="module")
def book() -> Book:
    return book_of(1)[1]


@pytest.fixture(scope="module")
def people(book: Book, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of customers."""
    data = tmp_path_factory.mktemp("people") / "people.parquet"
    with connect(threads=1) as engine:
        Making(book=book, rows=120, seed=7, day=DAY).write(engine, data)
    return data


def decided(book: Book, data: str, out: Path, *, by: Engine = BUILT_IN) -> list[dict[str, object]]:
    """The answers, in the order of their ids."""
    plan = book.catalog.plans[2].name
    with connect(threads=1) as engine, opened_by(by, book, where=data, door=engine) as opened:
        asked = Question(kind="change", request=ChangeRequest(at=AT, plan=plan))
        deciding = Deciding(opened=opened, question=asked, engine=opened.host or by)
        deciding.write(deciding.slices(), out, with_terms=True)
    found: list[dict[str, object]] = pq.read_table(out).sort_by("id").to_pylist()
    return found


def test_everybody_is_decided_to_the_same_cell(book: Book, people: Path, postgres_url: str, tmp_path: Path) -> None:
    """Customers of two time zones, so that there are two kernels; told by the server and here."""
    table = pq.read_table(people)
    zones = pa.array([None if k % 3 else "America/New_York" for k in range(table.num_rows)], pa.string())
    data = tmp_path / "people.parquet"
    pq.write_table(table.drop_columns(["timezone"]).append_column("timezone", zones), data)
    here = decided(book, str(data), tmp_path / "here")
    assert len(here) > 30
    assert decided(book, str(data), tmp_path / "there", by=PostgreSQL(postgres_url)) == here
    assert {path.name for path in tmp_path.iterdir()} == {"people.parquet", "here", "there"}


def test_a_table_is_data_like_any_other(book: Book, people: Path, postgres_url: str, tmp_path: Path) -> None:
    table = pq.read_table(people)
    kinds = {"period_end": "TIMESTAMP", "period_starts_at": "TIMESTAMPTZ", "quantity": "SMALLINT"}
    own = {field.name: KINDS.get(str(field.type).partition("(")[0], "TEXT") for field in table.schema}
    columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in (own | kinds).items())
    with connected(postgres_url) as connection:
        connection.execute(f"CREATE SCHEMA crm; CREATE TABLE crm.people ({columns})".encode())
        with connection.cursor() as cursor, cursor.copy(b"COPY crm.people FROM STDIN") as copying:
            for row in table.to_pylist():
                copying.write_row(tuple(row.values()))
        connection.commit()
        here = decided(book, str(people), tmp_path / "b")
        assert decided(book, f"{postgres_url}#crm.people", tmp_path / "a") == here
        assert decided(book, f"{postgres_url}#crm.people", tmp_path / "c", by=PostgreSQL(postgres_url)) == here
        for spoilt in SPOILT:
            name, _, _ = spoilt.partition(" ")
            lot = f"SELECT id FROM crm.people ORDER BY md5(id || '{name}') LIMIT 1"  # noqa: S608  # our own
            connection.execute(f"UPDATE crm.people SET {spoilt} WHERE id = ({lot})".encode())  # noqa: S608  # our own
        connection.commit()
    bad = rows_aside(book, f"{postgres_url}#crm.people", by=BUILT_IN)
    assert {flaw.at for row in bad for flaw in row.flaws} == set(SPOILT.values())
    assert rows_aside(book, f"{postgres_url}#crm.people", by=PostgreSQL(postgres_url)) == bad


def rows_aside(book: Book, data: str, *, by: Engine) -> list[BadRow]:
    with connect(threads=1) as engine, opened_by(by, book, where=data, door=engine) as opened:
        assert (opened.host is None) == (by is BUILT_IN)
        deciding = Deciding(opened=opened, question=Question(kind="renewal", request=ChangeRequest(at=AT)))
        return list(deciding.bad_rows(deciding.slices()))


SPOILT = {
    "period_end = 'infinity'": "period_end",
    "period_starts_at = CAST(period_start AS TIMESTAMPTZ) + INTERVAL '24 hours'": "",
    "quantity = -7": "quantity",
    "discount_percent = 9000000000000000000": "discount_percent",
    "amount = 'NaN'": "amount",
}
"""What single rows of the table are made to say, and the column that is said to be wrong."""

KINDS = {
    "bool": "BOOLEAN",
    "int64": "BIGINT",
    "int32": "INTEGER",
    "date32[day]": "DATE",
    "decimal128": "NUMERIC(12, 2)",
}
"""The types of a server, by those of the made-up customers."""

CELLS: dict[str, tuple[object, object]] = {
    "SMALLINT": ("7", 7),
    "BIGINT": ("-7", -7),
    "BOOLEAN": ("yes", True),
    "NUMERIC(6, 2)": ("1234.50", "1234.5"),
    "NUMERIC": ("NaN", "NaN"),
    "DOUBLE PRECISION": ("0.1", 0.1),
    "TEXT": ('a "b", \n', 'a "b", \n'),
    "CHAR(3)": ("EUR", "EUR"),
    "DATE": ("2026-01-31", "2026-01-31"),
    "TIMESTAMP": ("2026-01-31 00:00", "2026-01-31"),
    "TIMESTAMPTZ": ("2026-01-31 10:00+05:30", "2026-01-31 04:30:00+00:00"),
    "JSONB": ('{"a.b": "c"}', '{"a.b": "c"}'),
    "TEXT[]": ("{2026-01-31}", '["2026-01-31"]'),
    "UUID": ("6ba7b810-9dad-11d1-80b4-00c04fd430c8",) * 2,
}
"""What is written into a column of a type, and what arrives of it."""


def test_every_type_travels_without_a_loss(postgres_url: str) -> None:
    columns = ", ".join(f"{quoted(kind)} {kind}" for kind in CELLS)
    with connected(postgres_url) as connection, connect(threads=1) as engine:
        connection.execute(f'CREATE TABLE "all" ({columns})'.encode())
        places = ", ".join(["%s"] * len(CELLS))
        for row in ([told for told, _ in CELLS.values()], [None] * len(CELLS)):
            connection.execute(f'INSERT INTO "all" VALUES ({places})'.encode(), row)  # noqa: S608  # places alone
        connection.commit()
        read_table(postgres_url, "all", into="here", engine=engine)
        found = engine.execute("SELECT * FROM here").fetchall()
    assert found == [tuple(value for _, value in CELLS.values()), (None,) * len(CELLS)]


def test_answers_become_a_table(postgres_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shop, people, answers = "tests/docs/shop", str(tmp_path / "people.parquet"), f"{postgres_url}#answers"
    assert main(["population", "make", shop, "-n", "40", "--on", "2026-03-11", "--out", people]) == 0
    asked = ["decide-all", shop, people, "--renew", "--at", "2026-03-20", "--out"]
    assert main([*asked, str(tmp_path / "file")]) == 0
    assert main([*asked, answers]) == 0
    assert "Every answer is in postgresql" in capsys.readouterr().out
    assert main([*asked, answers]) != 0
    assert "PS542" in capsys.readouterr().err
    with connected(postgres_url) as connection:
        found = connection.execute("SELECT * FROM answers ORDER BY id")
        names = [column.name for column in found.description or ()]
        there = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    here = pq.read_table(tmp_path / "file").sort_by("id").to_pylist()
    assert any(len(row["reasons"]) > 0 for row in here)
    assert there == here


def test_a_table_is_decided_into_one_beside_it(
    postgres_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Data, engine and answers of one server, for two time zones: the same figures and the same answers."""
    shop, people = "tests/docs/shop", tmp_path / "people.parquet"
    assert main(["population", "make", shop, "-n", "60", "--on", "2026-03-11", "--out", str(people)]) == 0
    table = pq.read_table(people)
    zones = pa.array([None if k % 3 else "America/New_York" for k in range(table.num_rows)], pa.string())
    pq.write_table(table.drop_columns(["timezone"]).append_column("timezone", zones), people)
    with connect(threads=1) as engine:
        write_table(f"{postgres_url}#customers", people, door=engine)
    asked = ["--renew", "--at", "2026-03-20", "--format", "json", "--out"]
    capsys.readouterr()
    assert main(["decide-all", shop, str(people), *asked, str(tmp_path / "here")]) == 0
    here = capsys.readouterr().out
    there = ["decide-all", shop, f"{postgres_url}#customers", "--engine", postgres_url, *asked]
    assert main([*there, f"{postgres_url}#public.answers"]) == 0
    assert capsys.readouterr().out == here
    order = [("id", "ascending"), ("to_plan", "ascending"), ("to_price", "ascending")]
    wanted = pq.read_table(tmp_path / "here").sort_by(order)
    with connected(postgres_url) as connection:
        found = connection.execute('SELECT * FROM answers JOIN customers USING (id) ORDER BY id COLLATE "C", 4, 5')
        names = [column.name for column in found.description or ()]
        rows = [dict(zip(names, row, strict=False)) for row in found.fetchall()]
        ordered = "SELECT DISTINCT collation_name FROM information_schema.columns WHERE table_name = 'answers'"
        assert connection.execute(ordered).fetchall() == [(None,)]  # as everything else of the database
    assert [{name: row[name] for name in wanted.column_names} for row in rows] == wanted.to_pylist()


def test_a_server_that_refuses_is_told_without_a_password(book: Book) -> None:
    with connect() as engine, pytest.raises(InvalidInput) as caught:
        open_data(engine, book, where="postgresql://billing:hush@127.0.0.1:1/crm#people")
    (found,) = caught.value.diagnostics
    assert found.code == "PS542"
    assert found.span.file == "postgresql://billing@127.0.0.1:1/crm"
    assert "hush" not in str(caught.value)
