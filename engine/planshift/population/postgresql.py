"""PostgreSQL: a table there as data, and the form computed there.

Rows travel as CSV, which both ends write and read without a loss: whole numbers and decimals digit by digit, and all
else as the text that the door knows how to read.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString, final

import duckdb
import psycopg
import pyarrow as pa
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from pyarrow import csv

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.errors import InvalidInput
from planshift.diagnostics.span import whole_file
from planshift.expressions.form import Bool, Int, Node
from planshift.expressions.order import reachable
from planshift.population.addresses import without_password
from planshift.population.dialects import POSTGRESQL, quoted, text
from planshift.population.engines import ASKED, Connections, Work, write_parquet
from planshift.population.numbers import DIGITS, wide_outputs
from planshift.population.sql import emit, type_of
from planshift.population.typed import Given

_ROWS = 16_384
"""As many rows are sent at once."""

_BLOCK = 1 << 22
"""As many bytes of rows are read at once."""


@contextmanager
def connected(address: str) -> Iterator[psycopg.Connection]:
    """A connection that speaks in UTC, and one transaction in it.

    Raises:
        InvalidInput: there is no way to the server, or it refuses what is asked of it.
    """
    try:
        with psycopg.connect(_without_driver(address)) as connection:
            for name, value in _SETTINGS.items():
                connection.execute("SELECT set_config(%s, %s, false)", (name, value))
            yield connection
    except psycopg.Error as error:
        said = str(error).strip().splitlines() or [type(error).__name__]
        found = Diagnostic(
            code="PS542",
            message=said[0],
            span=whole_file(without_password(address)),
            help="an address is written postgresql://USER@HOST/DATABASE, and a table of it #SCHEMA.TABLE behind that",
        )
        raise InvalidInput(diagnostics=(found,)) from None


def _without_driver(address: str) -> str:
    scheme, _, rest = address.partition("://")
    return f"{scheme.partition('+')[0]}://{rest}"


def same_database(address: str, other: str) -> bool:
    """Whether two addresses, or those of two tables, lead to one database by the same way and for the same user."""

    def way(told: str) -> dict[str, object]:
        found = conninfo_to_dict(_without_driver(told.partition("#")[0]))
        return {name: value for name, value in found.items() if name != "password"}

    return way(address) == way(other)


_SETTINGS = {
    "TimeZone": "UTC",
    "DateStyle": "ISO",
    "extra_float_digits": "1",
    "standard_conforming_strings": "on",  # a backslash in a text is one
    "synchronize_seqscans": "off",  # rows are numbered in the order in which they lie
    "jit": "off",  # a query of this size takes longer to translate than to run
}


# A table as data


def read_table(address: str, table: str, *, into: str, engine: duckdb.DuckDBPyConnection) -> None:
    """Copy the rows of a table, which may name its schema, into one of the engine: all of them as of one moment.

    Raises:
        InvalidInput: there is no such server, or no such table.
    """
    with connected(address) as connection:
        told = held_in(connection, table)
        query = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT (FORMAT csv)").format(
            sql.SQL(", ").join(cell.written for cell in told), identifier(table)
        )
        with arriving(engine, query, kinds={cell.name: cell.kind for cell in told}, sent_by=connection) as rows:
            engine.execute(f"CREATE TABLE {into} AS SELECT * FROM {rows}")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """How the values of a column travel; `given` is what they are then, and `lies` what they are on the server."""

    name: str
    kind: pa.DataType
    written: sql.Composable
    given: Given
    lies: Given

    @classmethod
    def of(cls, column: psycopg.Column) -> Cell:
        """How the values of a column of some query do."""
        held = sql.Identifier(column.name)
        if column.type_code in _KINDS:
            kind, given = _KINDS[column.type_code]
            return cls(name=column.name, kind=kind, written=held, given=given, lies=given)
        written = sql.SQL(_WRITTEN.get(column.type_code, "CAST(to_json({0}) #>> '{{}}' AS TEXT)")).format(held)
        lies = _TIMES.get(column.type_code, "text")
        return cls(name=column.name, kind=pa.string(), written=written, given="text", lies=lies)


def held_in(connection: psycopg.Connection, table: str) -> list[Cell]:
    """The columns of a table."""
    described = connection.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(identifier(table))).description or ()
    return [Cell.of(column) for column in described]


def _oid(name: str) -> int:
    found = psycopg.postgres.types.get(name)
    assert found is not None  # a type that every server has
    return found.oid


_KINDS: Mapping[int, tuple[pa.DataType, Given]] = {
    **{_oid(name): (pa.int64(), "whole") for name in ("int2", "int4", "int8")},
    **{_oid(name): (pa.float64(), "float") for name in ("float4", "float8")},
    _oid("bool"): (pa.bool_(), "truth"),
}
_TIMES: Mapping[int, Given] = {_oid("date"): "date", _oid("timestamp"): "timestamp", _oid("timestamptz"): "instant"}
_WRITTEN: Mapping[int, LiteralString] = {
    **{_oid(name): "CAST({0} AS TEXT)" for name in ("text", "varchar", "bpchar", "date", "json", "jsonb")},
    # a number can also be NaN, which no decimal is; zeros behind its last digit say nothing
    _oid("numeric"): "CAST(trim_scale({0}) AS TEXT)",
    # an instant with its whole zone, and a midnight as the day that it begins
    _oid("timestamptz"): "(CAST({0} AS TEXT) || ':00')",
    _oid("timestamp"): (
        "CASE WHEN {0} = date_trunc('day', {0}) THEN CAST(CAST({0} AS DATE) AS TEXT) ELSE CAST({0} AS TEXT) END"
    ),
}


@contextmanager
def arriving(
    engine: duckdb.DuckDBPyConnection,
    query: sql.SQL | sql.Composed,
    *,
    kinds: Mapping[str, pa.DataType],
    sent_by: psycopg.Connection,
) -> Iterator[str]:
    """The rows that a query sends, as a table of the engine that can be read once: its name."""
    failed: list[psycopg.Error] = []

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            yield from _received(sent_by, query, kinds)
        except psycopg.Error as error:
            failed.append(error)
            raise

    engine.register("arriving", pa.RecordBatchReader.from_batches(pa.schema(kinds.items()), batches()))
    try:
        yield "arriving"
    except duckdb.Error:
        if failed:  # the server did, and says why
            raise failed[0] from None
        raise
    finally:
        engine.unregister("arriving")


def _received(
    connection: psycopg.Connection, query: sql.SQL | sql.Composed, kinds: Mapping[str, pa.DataType]
) -> Iterator[pa.RecordBatch]:
    """The rows that a query sends."""
    reading = csv.ReadOptions(column_names=list(kinds), use_threads=False)
    parsing = csv.ParseOptions(newlines_in_values=True)
    converting = csv.ConvertOptions(
        column_types=kinds, true_values=["t"], false_values=["f"], null_values=[""], strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )  # fmt: skip

    def parsed(lines: io.BytesIO) -> Iterator[pa.RecordBatch]:
        if lines.tell():
            lines.seek(0)
            found = csv.read_csv(lines, read_options=reading, parse_options=parsing, convert_options=converting)
            yield from found.to_batches()

    with connection.cursor() as cursor, cursor.copy(query) as copying:
        lines = io.BytesIO()
        for row in copying:
            lines.write(row)
            if lines.tell() > _BLOCK:
                yield from parsed(lines)
                lines = io.BytesIO()
        yield from parsed(lines)


# Answers as a table


def check_free(where: str) -> None:
    """See that answers can become a table `ADDRESS#SCHEMA.TABLE`: that there is a way to it, and nothing in its place.

    Raises:
        InvalidInput: there is no such server, or there is such a table.
    """
    address, _, table = where.partition("#")
    with connected(address) as connection:
        taken = connection.execute(own("SELECT to_regclass(%s)"), (identifier(table).as_string(),)).fetchone()
    if not table or taken != (None,):
        message = f"there is a table `{table}` already" if table else "which table is to hold the answers is not said"
        found = Diagnostic(
            code="PS542",
            message=message,
            span=whole_file(without_password(where)),
            help="name one that is not there yet: #SCHEMA.TABLE behind the address",
        )
        raise InvalidInput(diagnostics=(found,))


def write_table(where: str, answers: Path, *, door: duckdb.DuckDBPyConnection) -> None:
    """Make a table `ADDRESS#SCHEMA.TABLE` of a file of answers, as a whole or not at all.

    Raises:
        InvalidInput: the server refuses.
    """
    address, _, table = where.partition("#")
    source = f"FROM read_parquet({text(str(answers))})"
    kinds = {name: kind for name, kind, *_ in door.execute(f"DESCRIBE {source}").fetchall()}
    columns = ", ".join(f"{quoted(name)} {_TYPES.get(kind, kind)}" for name, kind in kinds.items())
    with connected(address) as connection:
        name = identifier(table).as_string()
        connection.execute(own(f"CREATE TABLE {name} ({columns}) {UNPACKED}"))
        _send_rows(
            f"SELECT {', '.join(_sent(*each) for each in kinds.items())} {source}", connection, into=name, door=door
        )
        connection.commit()


UNPACKED = "WITH (toast_tuple_target = 8160)"
"""How a table of answers keeps its rows. Compressing all that have two kilobytes would take a fifth of the time."""

_TYPES = {"VARCHAR": "TEXT", "VARCHAR[]": "TEXT[]"}
"""The types of answers that a server calls otherwise."""


def _sent(name: str, kind: str) -> str:
    """How a column of answers travels: a list is written as a server reads it."""
    if kind != "VARCHAR[]":
        return quoted(name)
    return f"'{{' || array_to_string({quoted(name)}, ',') || '}}' AS {quoted(name)}"


def identifier(table: str) -> sql.Identifier:
    """A table, which may name its schema."""
    return sql.Identifier(*table.split("."))


# The form, computed there


@final
@dataclass(frozen=True, slots=True)
class PostgreSQL:
    """A server that computes the form; the rows pass through the door before, and the answers are told behind."""

    address: str

    @property
    def name(self) -> str:
        """The address, as it may be shown."""
        return without_password(self.address)

    def write(self, works: Sequence[Work], out: Path, *, door: Connections) -> None:
        """Decide all of it into one Parquet file.

        Raises:
            InvalidInput: there is no way to the server.
            NotExact: a number is wider than whoever tells the answers has numbers.
        """
        parts = [out.with_name(f"{out.name}.part{k}") for k in range(len(works))] if len(works) > 1 else [out]
        with connected(self.address) as connection:
            for work, part in zip(works, parts, strict=True):
                _compute(work, part, connection, door=door.engine)
        if len(parts) > 1:
            write_parquet([f"SELECT * FROM read_parquet({text(str(part))})" for part in parts], out, by=door.engine)
            for part in parts:
                part.unlink()


def _compute(work: Work, out: Path, connection: psycopg.Connection, *, door: duckdb.DuckDBPyConnection) -> None:
    """Compute the outputs of some work there, and tell them here."""
    query = emit(work.outputs, source=ASKED, dialect=POSTGRESQL, carried=work.carried, prefix="k")
    wide = wide_outputs(work.outputs, engine=POSTGRESQL.name)
    kinds = {name: pa.string() for name in work.carried}
    kinds |= {name: _WIDE if name in wide else _kind(node) for name, node in work.outputs.items()}
    _send(work, connection, door=door)
    copying = own(f"COPY ({query.text()}) TO STDOUT (FORMAT csv)")
    with arriving(door, copying, kinds=kinds, sent_by=connection) as rows:
        write_parquet([f"SELECT {work.told} FROM {rows}"], out, by=door)
    connection.execute(own(f"DROP TABLE {ASKED}"))


def _send(work: Work, connection: psycopg.Connection, *, door: duckdb.DuckDBPyConnection) -> None:
    """Copy the rows to decide into a table of the connection's own."""
    inputs = [node for node in reachable(tuple(work.outputs.values())) if node.op == "input" and node.literal is None]
    types = {str(node.args[0]): type_of(node, POSTGRESQL) for node in inputs} | dict.fromkeys(work.carried, "TEXT")
    columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in types.items())
    connection.execute(own(f"CREATE TEMP TABLE {ASKED} ({columns})"))
    _send_rows(work.asked(", ".join(map(quoted, types))), connection, into=ASKED, door=door)
    connection.execute(own(f"ANALYZE {ASKED}"))


def _send_rows(query: str, connection: psycopg.Connection, *, into: str, door: duckdb.DuckDBPyConnection) -> None:
    """Copy the rows of a query into a table there."""
    rows = door.sql(query).to_arrow_reader(_ROWS)
    with connection.cursor() as cursor, cursor.copy(own(f"COPY {into} FROM STDIN (FORMAT csv)")) as copying:
        for batch in rows:
            lines = io.BytesIO()
            csv.write_csv(batch, lines, csv.WriteOptions(include_header=False))
            copying.write(lines.getbuffer())


def own(query: str) -> sql.SQL:
    """A query that is made of the form's nodes; names and texts in it are quoted."""
    return sql.SQL(query)


def _kind(node: Node) -> pa.DataType:
    return pa.int64() if isinstance(node, Int) else pa.bool_() if isinstance(node, Bool) else pa.string()


_WIDE = pa.decimal128(DIGITS, 0)
