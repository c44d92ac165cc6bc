"""Data of a population: Parquet, CSV, JSON lines, Arrow or a table of DuckDB, opened as a table of the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, final

import duckdb

from planshift.book import Book
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.errors import InvalidInput
from planshift.diagnostics.span import whole_file
from planshift.population.addresses import POSTGRESQL, scheme_of, without_password
from planshift.population.columns import columns_of
from planshift.population.dialects import quoted, text
from planshift.population.door import Door, Field
from planshift.population.engines import Host
from planshift.population.fitting import Fitting, zones_in
from planshift.population.lines import Lines
from planshift.population.typed import given_of

ENDINGS = (".parquet", ".csv", ".csv.gz", ".tsv", ".jsonl", ".ndjson", ".arrow", ".feather", ".duckdb")
"""The files that are read."""

_CSV = (".csv", ".csv.gz", ".tsv")
_JSON = (".jsonl", ".ndjson")

_IDLE_OPTIMIZERS = frozenset({"partial_aggregate_pushdown"})
"""They find nothing in queries as wide as these, and take more than a second to do so."""

Connection = duckdb.DuckDBPyConnection
"""The engine, where data is open."""

_NUMBER = "~row number"
"""The column that numbers the rows of a source; data that people make does not call one so."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Opened:
    """Data that is open: its door, and the columns of it that stand for nothing."""

    engine: duckdb.DuckDBPyConnection
    door: Door
    ignored: tuple[str, ...]
    lent: Mapping[str, object]
    """What lies in our memory and is read by the engine under a name, which each connection has to be told."""
    form: Literal["csv", "json", "other"] = "other"
    file: Path | None = None
    """The file that holds the data, where it is one."""
    host: Host | None = None
    """The engine that has the data, where that is not the one that is built in."""

    def fetched(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query of the data, of which there are few."""
        return self.engine.execute(query).fetchall() if self.host is None else self.host.fetched(query)

    def streamed(self, query: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query of the data, in the order of the data and read as they come."""
        if self.host is not None:
            yield from self.host.streamed(query)
            return
        cursor = self.cursor()
        cursor.execute("SET preserve_insertion_order = true")
        cursor.execute(query)
        while rows := cursor.fetchmany(1_000):
            yield from rows

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Another connection to the same data: it can be read there while something else runs here."""
        found = self.engine.cursor()
        found.execute("SET TimeZone = 'UTC'")
        for name, lent in self.lent.items():
            found.register(name, lent)
        return found

    def place(self, row: int) -> int:
        """Where people find a row: its number, and in a file of JSON that of its line."""
        return row if self._lines is None else self._lines.of(row)

    @cached_property
    def _lines(self) -> Lines | None:
        return Lines(self.file) if self.form == "json" and self.file is not None else None

    def unread(self) -> Iterator[Unread]:
        """The lines of a CSV file that a reading has left out, because they have not the shape of the others."""
        if self.form != "csv" or not self.engine.execute(_HAS_REJECTS).fetchall():
            return
        found = self.engine.execute(
            "SELECT line, min(CAST(error_type AS VARCHAR)) FROM reject_errors GROUP BY line ORDER BY line"
        )
        for line, kind in found.fetchall():
            yield Unread(line=line, why=_NOT_READ.get(kind, "it cannot be read"))


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A line of a file that is no row: its number, and why."""

    line: int
    why: str


_HAS_REJECTS = "SELECT 1 FROM duckdb_tables() WHERE table_name = 'reject_errors'"
_NOT_READ = {
    "MISSING COLUMNS": "it has fewer columns than the first line",
    "TOO MANY COLUMNS": "it has more columns than the first line",
    "UNQUOTED VALUE": "a quote in it does not end",
    "LINE SIZE OVER MAXIMUM": "it is too long",
    "INVALID ENCODING": "it is not written in UTF-8",
}
"""What is wrong with a line, by what the engine calls it."""


def connect(*, spill: Path | None = None, threads: int | None = None, memory: str = "1GB") -> duckdb.DuckDBPyConnection:
    """The engine, in our process; what needs more memory than this is spilt into a folder, where there is one."""
    engine = duckdb.connect()
    engine.execute(f"SET memory_limit = {text(memory)}")
    engine.execute(f"SET temp_directory = {text(str(spill or ''))}")
    engine.execute("SET preserve_insertion_order = false")
    engine.execute("SET TimeZone = 'UTC'")
    engine.execute("SET autoinstall_known_extensions = false")  # what an engine needs is in it: nothing is fetched
    known = {name for (name,) in engine.execute("SELECT name FROM duckdb_optimizers()").fetchall()}
    engine.execute(f"SET disabled_optimizers = {text(','.join(sorted(known & _IDLE_OPTIMIZERS)))}")
    if threads is not None:
        engine.execute(f"SET threads = {threads}")
    return engine


def open_data(
    engine: duckdb.DuckDBPyConnection,
    book: Book,
    *,
    where: str,
    names: Mapping[str, str] | None = None,
    told: Mapping[str, str] | None = None,
) -> Opened:
    """Open data for a book; `names` tells for our columns how the data calls them.

    `told` are facts of the request that hold for everybody, whatever stands in a column of that name.

    Raises:
        InvalidInput: there is no such data, or a column is missing that is needed, or one holds inexact amounts.
    """
    return open_for_each(engine, (book,), where=where, names=names, told=told)[0]


def open_for_each(
    engine: duckdb.DuckDBPyConnection,
    books: Sequence[Book],
    *,
    where: str,
    names: Mapping[str, str] | None = None,
    told: Mapping[str, str] | None = None,
    numbered: bool = False,
) -> tuple[Opened, ...]:
    """The same data for several books; where it is `numbered`, a row has one number, whoever reads it and in any order.

    Raises:
        InvalidInput: as `open_data`, for any of the books.
    """
    each = [{column.name: column for column in columns_of(book)} for book in books]
    fitting = Fitting(where=where, called=names or {})
    known = {name: column for columns in each for name, column in columns.items()}
    fitting.check_names(known)
    lent = _arrow(where)
    for name, part in lent.items():
        engine.register(name, part)
    source = next(iter(lent), "") or _source(engine, where, text_columns=[*map(fitting.name_of, known)])
    row = Door.row
    if numbered:
        source, row = _numbered(engine, source), quoted(_NUMBER)
    facts = {fitting.name_of(f"request_{name}"): value for name, value in (told or {}).items()}
    source = _with_facts(engine, source, facts)
    held = {name: kind for name, kind, *_ in engine.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    held.pop(_NUMBER, None)
    found: list[Opened] = []
    for book, columns in zip(books, each, strict=True):
        theirs = {name: fitting.name_of(name) for name in columns}
        fields = {name: Field(theirs=own, given=given_of(held[own])) for name, own in theirs.items() if own in held}
        fitting.check_fields(columns, fields, held=tuple(held))
        ignored = tuple(name for name in held if name not in {field.theirs for field in fields.values()})
        zones = zones_in(source, fields, fetched=lambda query: engine.execute(query).fetchall())
        door = Door(book=book, source=source, columns=columns, fields=fields, zones=zones, row=row)
        file = Path(where) if Path(where).is_file() else None
        found.append(Opened(engine=engine, door=door, ignored=ignored, lent=lent, form=_form(where), file=file))
    return tuple(found)


def _numbered(engine: duckdb.DuckDBPyConnection, source: str) -> str:
    """The SQL that reads the data with the number of each row: a Parquet file knows it, other data is copied."""
    if source.startswith("read_parquet("):
        held = engine.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
        if all(name.lower() != "file_row_number" for name, *_ in held):
            reading = f"{source[:-1]}, file_row_number = true)"
            return f"(SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS {quoted(_NUMBER)} FROM {reading})"
    engine.execute("SET preserve_insertion_order = true")
    engine.execute(
        f"CREATE OR REPLACE TABLE numbered AS SELECT *, row_number() OVER () AS {quoted(_NUMBER)} FROM {source}"
    )
    engine.execute("SET preserve_insertion_order = false")
    return "numbered"


def _form(where: str) -> Literal["csv", "json", "other"]:
    name = where.partition("#")[0].lower()
    return "csv" if name.endswith(_CSV) else "json" if name.endswith(_JSON) else "other"


def _with_facts(engine: duckdb.DuckDBPyConnection, source: str, facts: Mapping[str, str]) -> str:
    """The data with a column for each fact that holds for everybody."""
    if not facts:
        return source
    held = {name for name, *_ in engine.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    without = ", ".join(quoted(name) for name in facts if name in held)
    kept = f"* EXCLUDE ({without})" if without else "*"
    told = ", ".join(f"{text(value)} AS {quoted(name)}" for name, value in facts.items())
    return f"(SELECT {kept}, {told} FROM {source})"


def _source(engine: duckdb.DuckDBPyConnection, where: str, *, text_columns: list[str]) -> str:
    """The SQL that reads the data."""
    if scheme_of(where) in POSTGRESQL:
        return _table_of_a_server(engine, where)
    file, _, table = where.partition("#")
    path = Path(file)
    if not path.exists():
        raise _wrong("PS001", "there is no such file", where, f"data is one of {', '.join(ENDINGS)}")
    name = path.name.lower()
    try:
        if name.endswith(".parquet"):
            return f"read_parquet({text(file)})"
        if name.endswith(_CSV):
            return f"read_csv({text(file)}, all_varchar = true, header = true, store_rejects = true)"
        if name.endswith(_JSON):
            return _json_lines(engine, file, text_columns)
        if name.endswith((".duckdb", ".db")) and table:
            engine.execute(f"ATTACH {text(file)} AS population (READ_ONLY)")
            return "population." + ".".join(quoted(part) for part in table.split("."))
    except duckdb.Error as error:
        raise _wrong("PS010", str(error).splitlines()[0], where) from None
    raise _wrong(
        "PS010",
        "this is no data that is read",
        where,
        f"data is one of {', '.join(ENDINGS)} or postgresql://; of a .duckdb file or a server add #TABLE",
    )


def _table_of_a_server(engine: duckdb.DuckDBPyConnection, where: str) -> str:
    """A copy of the table, since it is read several times and has to be the same: beside what the engine spills."""
    address, _, table = where.partition("#")
    if not table:
        raise _wrong("PS001", "of which table is not said", without_password(where), "add #SCHEMA.TABLE to the address")
    try:
        from planshift.population.postgresql import read_table  # noqa: PLC0415  # one of several kinds of data
    except ModuleNotFoundError:
        needed = "a table of PostgreSQL needs an extra that is not installed"
        raise _wrong("PS001", needed, without_password(where), "pip install 'planshift[postgres]'") from None
    folder = engine.execute("SELECT current_setting('temp_directory')").fetchall()[0][0]
    engine.execute(f"ATTACH {text(f'{folder}/rows.duckdb' if folder else ':memory:')} AS server")
    read_table(address, table, into="server.rows", engine=engine)
    return "server.rows"


_LINES_OF_NAMES = 20_480
"""So many lines of a file of JSON say which columns it has."""


def _json_lines(engine: duckdb.DuckDBPyConnection, file: str, text_columns: list[str]) -> str:
    """Every field as its own text: what stands there is read by the door and by nobody before."""
    objects = f"SELECT json FROM read_ndjson_objects({text(file)}, ignore_errors = true) LIMIT {_LINES_OF_NAMES}"
    names = f"SELECT DISTINCT unnest(json_keys(json)) AS name FROM ({objects}) WHERE json_type(json) = 'OBJECT'"
    named = [name for (name,) in engine.execute(f"{names} ORDER BY name").fetchall()]
    columns = ", ".join(f"{text(name)}: 'VARCHAR'" for name in named if name in text_columns) or "nothing: 'VARCHAR'"
    options = "format = 'newline_delimited', records = true, ignore_errors = true"
    return f"read_json({text(file)}, {options}, columns = {{{columns}}})"


def _arrow(where: str) -> dict[str, object]:
    """A file of Arrow by the name under which it is read; nothing where the data is another."""
    if not where.lower().endswith((".arrow", ".feather")) or not Path(where).exists():
        return {}
    import pyarrow as pa  # noqa: PLC0415  # one of several formats
    from pyarrow import dataset  # noqa: PLC0415  # as above

    try:
        return {"arrow_data": dataset.dataset(where, format="ipc")}
    except pa.ArrowInvalid as error:
        raise _wrong("PS010", str(error).splitlines()[0], where) from None


def _wrong(code: str, message: str, where: str, help_text: str | None = None) -> InvalidInput:
    return InvalidInput(diagnostics=(Diagnostic(code=code, message=message, span=whole_file(where), help=help_text),))
