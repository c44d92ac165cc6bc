"""The engines that decide everybody: what each is asked to do.

Where the data is a file or is fetched, its rows come through the door, and the answers are told, by the engine that is
built in; others are asked for what lies between: the outputs of the form, from its inputs. Data that lies on a server
which decides it, too, is not fetched: door, form and telling are one query there (`inside`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, final

import duckdb

from planshift.expressions.form import Node
from planshift.population.dialects import DUCKDB, DoorDialect, text
from planshift.population.sql import emit

ASKED = "asked"
"""The step that holds the rows to decide: a column for each input of the form, and what is passed on."""

Tick = Callable[[int], None]
"""Is told of how many rows more something was done."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Work:
    """What is computed for the rows of one part of the data."""

    steps: tuple[tuple[str, str], ...]
    """The door and the question, in steps of SQL; the last one is `ASKED`."""
    outputs: Mapping[str, Node]
    carried: tuple[str, ...]
    """Columns of `ASKED` that are passed on to the telling."""
    told: str
    """What is selected from the outputs and from what is passed on."""
    dialect: DoorDialect = DUCKDB
    """What steps and telling are written in."""
    tick: Tick = lambda _: None
    """Told of rows that are computed, by an engine that knows of it before the built-in one does."""

    def asked(self, select: str) -> str:
        """The query that selects from the rows to decide."""
        chain = ",\n".join(f"{name} AS ({body})" for name, body in self.steps)
        return f"WITH {chain}\nSELECT {select} FROM {ASKED}"

    def query(self) -> str:
        """The whole work as one query of the engine in whose dialect it is written."""
        decided = emit(self.outputs, source=ASKED, dialect=self.dialect, carried=self.carried, prefix="k")
        chain = ",\n".join(f"{name} AS ({body})" for name, body in (*self.steps, *decided.tables))
        return f"WITH {chain}\nSELECT {self.told} FROM {decided.last}"


class Connections(Protocol):
    """Data that is open in the engine that is built in."""

    @property
    def engine(self) -> duckdb.DuckDBPyConnection:
        """The connection on which it was opened."""

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Another connection, on which the steps can be read while answers are written."""


class Engine(Protocol):
    """Whatever decides everybody."""

    @property
    def name(self) -> str:
        """What it is called by."""

    def write(self, works: Sequence[Work], out: Path, *, door: Connections) -> None:
        """Decide all of it into one Parquet file; `door` is where the data is open.

        Raises:
            NotExact: it cannot compute the form exactly.
        """


class Host(Engine, Protocol):
    """An engine that has the data: it is asked in SQL, and its answers are a table beside the data."""

    def fetched(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query, of which there are few."""

    def streamed(self, query: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, in the order of the data and read as they come."""

    def has(self, where: str) -> bool:
        """Whether a table `ADDRESS#SCHEMA.TABLE` lies, or would lie, beside the data."""

    def answer(self, works: Sequence[Work], *, table: str | None) -> str:
        """Decide all of it into a new table, or without one into a table for the time being; how it is read.

        Raises:
            NotExact: it cannot compute the form exactly.
        """

    def fetch(self, answers: str, out: Path, *, by: duckdb.DuckDBPyConnection) -> None:
        """Write a table of answers to a Parquet file."""


@final
@dataclass(frozen=True, slots=True)
class BuiltIn:
    """DuckDB, in our process: door, form and answers are one query."""

    name: str = "duckdb"

    def write(self, works: Sequence[Work], out: Path, *, door: Connections) -> None:
        """Decide all of it into one Parquet file."""
        write_parquet([work.query() for work in works], out, by=door.engine)


def write_parquet(queries: Sequence[str], out: Path, *, by: duckdb.DuckDBPyConnection) -> None:
    """The rows of some queries, which have columns of the same names, as one Parquet file."""
    whole = " UNION ALL BY NAME ".join(f"({query})" for query in queries)
    by.execute(f"COPY ({whole}) TO {text(str(out))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 24576)")


BUILT_IN = BuiltIn()
"""The engine that needs nothing told."""
