"""A table of PostgreSQL, decided where it lies: door, form and telling are one query there, and no row leaves it.

Everything is read in one transaction, as of one moment. A cell is read as it travels otherwise (`postgresql`), and days
and instants as what they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import duckdb
import psycopg
import pyarrow as pa
from psycopg import sql

from planshift.book import Book
from planshift.population.addresses import without_password
from planshift.population.columns import Column, columns_of
from planshift.population.data import Opened
from planshift.population.dialects import POSTGRESQL, quoted, text
from planshift.population.door import Door, Field
from planshift.population.engines import Connections, Work, write_parquet
from planshift.population.fitting import Fitting, zones_in
from planshift.population.numbers import wide_outputs
from planshift.population.postgresql import UNPACKED, Cell, arriving, connected, held_in, identifier, own, same_database

_TEMPORARY = "pg_temp.answers"
"""The table of answers that are wanted elsewhere, or are only counted."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Inside:
    """A server that has the data: who is asked for it, and the engine that decides it."""

    address: str
    connection: psycopg.Connection

    @property
    def name(self) -> str:
        """The address, as it may be shown."""
        return without_password(self.address)

    def fetched(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query, of which there are few."""
        return self.connection.execute(own(query)).fetchall()

    def streamed(self, query: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, in the order of the data and read as they come."""
        self.connection.execute("SET LOCAL max_parallel_workers_per_gather = 0")  # they would mix the rows
        with self.connection.cursor(name="streamed") as cursor:
            yield from cursor.execute(own(query))
        self.connection.execute("SET LOCAL max_parallel_workers_per_gather TO DEFAULT")

    def write(self, works: Sequence[Work], out: Path, *, door: Connections) -> None:
        """Decide all of it into one Parquet file: the answers are fetched.

        Raises:
            NotExact: a number is wider than what answers are told in.
        """
        answers = self.answer(works, table=None)
        self.fetch(answers, out, by=door.engine)
        self.connection.execute(own(f"DROP TABLE {answers}"))

    def has(self, where: str) -> bool:
        """Whether a table `ADDRESS#SCHEMA.TABLE` lies, or would lie, in the same database."""
        return same_database(self.address, where)

    def answer(self, works: Sequence[Work], *, table: str | None) -> str:
        """Decide all of it into a new table, or without one into a temporary one; how it is read.

        Raises:
            NotExact: a number is wider than what answers are told in.
        """
        for work in works:
            wide_outputs(work.outputs, engine=POSTGRESQL.name)
        whole = " UNION ALL ".join(f"({work.query()})" for work in works)
        name = identifier(table.partition("#")[2] if table else _TEMPORARY).as_string()
        self.connection.execute(own(f"CREATE TABLE {name} {UNPACKED} AS {whole}"))
        return name

    def fetch(self, answers: str, out: Path, *, by: duckdb.DuckDBPyConnection) -> None:
        """Write a table of answers to a Parquet file."""
        name = own(answers)
        described = self.connection.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(name)).description or ()
        told = [_Told.of(column) for column in described]
        query = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT (FORMAT csv)").format(
            sql.SQL(", ").join(each.sent for each in told), name
        )
        with arriving(by, query, kinds={each.name: each.kind for each in told}, sent_by=self.connection) as rows:
            write_parquet([f"SELECT {', '.join(each.received for each in told)} FROM {rows}"], out, by=by)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """How a column of answers is fetched."""

    name: str
    kind: pa.DataType
    sent: sql.Composable
    received: str

    @classmethod
    def of(cls, column: psycopg.Column) -> _Told:
        name, held = quoted(column.name), sql.Identifier(column.name)
        if column.type_display.endswith("[]"):  # the codes of reasons, which have no commas
            sent = sql.SQL("array_to_string({}, ',')").format(held)
            codes = f"CASE WHEN {name} = '' THEN CAST([] AS VARCHAR[]) ELSE string_split({name}, ',') END"
            return cls(name=column.name, kind=pa.string(), sent=sent, received=f"{codes} AS {name}")
        exact = pa.decimal128(column.precision or 1, column.scale or 0)
        kind = {"numeric": exact, "date": pa.date32(), "bool": pa.bool_()}
        known = kind.get(column.type_display.partition("(")[0], pa.string())
        return cls(name=column.name, kind=known, sent=held, received=name)


_ALL_TABLES_AT_ONCE = "SET enable_nestloop = off"
"""The planner expects few rows of each price, and would rather go through a whole table for every row than hash it."""


@contextmanager
def at_server(address: str) -> Iterator[Inside]:
    """The server of an address, to be read and written in one transaction, as of one moment.

    Raises:
        InvalidInput: there is no way to the server, or it refuses what is asked of it.
    """
    with connected(address) as connection:
        for statement in (_ALL_TABLES_AT_ONCE, *POSTGRESQL.prelude):
            connection.execute(own(statement))
        connection.commit()  # what was set stays; the moment is that of the next statement
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        yield Inside(address=address, connection=connection)


def open_inside(
    engine: duckdb.DuckDBPyConnection,
    book: Book,
    *,
    server: Inside,
    where: str,
    names: Mapping[str, str] | None = None,
    told: Mapping[str, str] | None = None,
) -> Opened:
    """Open a table `ADDRESS#SCHEMA.TABLE` of a server to be decided there, as `open_data` opens other data.

    Raises:
        InvalidInput: there is no such table, or it is not one for this book.
    """
    columns = {column.name: column for column in columns_of(book)}
    fitting = Fitting(where=without_password(where), called=names or {})
    fitting.check_names(columns)
    table = where.partition("#")[2]
    cells = {cell.name: cell for cell in held_in(server.connection, table)}
    facts = {fitting.name_of(f"request_{name}"): value for name, value in (told or {}).items()}
    fields = {
        name: _said_once(fitting.name_of(name), facts[fitting.name_of(name)])
        if fitting.name_of(name) in facts
        else _field(cells[fitting.name_of(name)], column)
        for name, column in columns.items()
        if fitting.name_of(name) in {**cells, **facts}
    }
    fitting.check_fields(columns, fields, held=tuple(cells))
    source = identifier(table).as_string()
    zones = zones_in(source, fields, fetched=server.fetched)
    door = Door(book=book, source=source, columns=columns, fields=fields, zones=zones, dialect=POSTGRESQL)
    ignored = tuple(name for name in cells if name not in {field.theirs for field in fields.values()})
    return Opened(engine=engine, door=door, ignored=ignored, lent={}, host=server)


def _field(cell: Cell, column: Column) -> Field:
    """A column of a table as a column of ours: a day or an instant as what it is, where that is asked for."""
    written = cell.written.as_string()
    if (cell.lies, column.kind) in (("date", "date"), ("timestamp", "date"), ("instant", "instant")):
        return Field(theirs=cell.name, given=cell.lies, cell=written)
    in_order = ' COLLATE "C"' if cell.given == "text" else ""  # that of the column may be one that knows no patterns
    return Field(theirs=cell.name, given=cell.given, value=f"{written}{in_order}", cell=written)


def _said_once(name: str, value: str) -> Field:
    """A fact that holds for everybody."""
    return Field(theirs=name, given="text", value=f"CAST({text(value)} AS TEXT)")
