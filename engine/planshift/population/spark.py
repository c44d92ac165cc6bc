"""Spark: the form computed on a cluster.

Rows go to the cluster a batch after the other, as Arrow, and their outputs come back the same way. Each step of the
query is a view of its own: a query with dozens of steps in it would be looked through again and again as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import final

import duckdb
import pyarrow as pa
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.errors import InvalidInput
from planshift.diagnostics.span import whole_file
from planshift.expressions.form import Bool, Int
from planshift.expressions.order import reachable
from planshift.population.dialects import SPARK, quoted
from planshift.population.engines import ASKED, Work, write_parquet
from planshift.population.numbers import DIGITS, wide_outputs
from planshift.population.sql import Query, emit, type_of

_ROWS = 1 << 18
"""As many rows are sent at once: each batch is planned anew, which costs seconds."""

_WIDE = pa.decimal128(DIGITS, 0)

_AT_THE_DOOR = {
    "INT": "INTEGER", "BIGINT": "BIGINT", f"DECIMAL({DIGITS},0)": f"DECIMAL({DIGITS}, 0)", "STRING": "VARCHAR",
    "BOOLEAN": "BOOLEAN",
}  # fmt: skip
"""What the types of the inputs are called at the door."""

_SETTINGS = {
    "spark.sql.ansi.enabled": "true",  # what overflows is an error, and never a wrong number
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.parser.escapedStringLiterals": "false",  # a backslash in a text stands before what it means
    "spark.ui.showConsoleProgress": "false",
}


@final
@dataclass(frozen=True, slots=True)
class Spark:
    """A cluster that computes the form; the rows pass through the door before, and the answers are told behind."""

    address: str

    @property
    def name(self) -> str:
        """The address of the cluster's master."""
        return self.address

    def write(self, works: Sequence[Work], out: Path, *, door: duckdb.DuckDBPyConnection) -> None:
        """Decide all of it into one Parquet file.

        Raises:
            InvalidInput: there is no way to the cluster.
            NotExact: Spark cannot compute the form exactly.
        """
        queries = [_emitted(work, k) for k, work in enumerate(works)]
        with session(self.address) as cluster:
            told = []
            for k, (work, query) in enumerate(zip(works, queries, strict=True)):
                door.register(f"computed_{k}", _reader(work, query, cluster=cluster, source=f"{ASKED}_{k}"))
                told.append(f"SELECT {work.told} FROM computed_{k}")
            write_parquet(told, out, by=door)


@contextmanager
def session(address: str) -> Iterator[SparkSession]:
    """A session on a cluster, with the settings under which it counts exactly; one that is there already is kept.

    Raises:
        InvalidInput: there is no way to the cluster, or it cannot do what is asked of it.
    """
    try:
        builder = SparkSession.Builder().master(address).appName("planshift")
        for name, value in _SETTINGS.items():
            builder = builder.config(name, value)
        is_own = SparkSession.getActiveSession() is None
        found = builder.getOrCreate()
        try:
            yield found
        finally:
            if is_own:
                found.stop()
    except (PySparkException, Py4JError) as error:
        said = str(error).strip().splitlines() or [type(error).__name__]
        refused = Diagnostic(code="PS542", message=said[0], span=whole_file(address))
        raise InvalidInput(diagnostics=(refused,)) from None


def compute(cluster: SparkSession, rows: pa.Table, *, query: Query, source: str) -> pa.Table:
    """What a query computes for some rows, which it reads from a view of a name."""
    cluster.createDataFrame(rows).createOrReplaceTempView(source)
    for name, body in query.tables:
        cluster.sql(body).createOrReplaceTempView(name)
    return cluster.table(query.last).toArrow()


def _emitted(work: Work, number: int) -> Query:
    return emit(work.outputs, source=f"{ASKED}_{number}", dialect=SPARK, carried=work.carried, prefix=f"k{number}_")


def _reader(work: Work, query: Query, *, cluster: SparkSession, source: str) -> pa.RecordBatchReader:
    """The outputs of some work and what is passed on, each batch computed when it is read."""
    schema = pa.schema(_kinds(work).items())
    rows = work.cursor().sql(work.asked(", ".join(_inputs(work)))).to_arrow_reader(_ROWS)

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in rows:
            found = compute(cluster, pa.Table.from_batches([batch]), query=query, source=source)
            yield from found.select(schema.names).cast(schema).to_batches()

    return pa.RecordBatchReader.from_batches(schema, batches())


def _inputs(work: Work) -> Iterator[str]:
    for node in reachable(tuple(work.outputs.values())):
        if node.op == "input" and node.literal is None:
            name = quoted(str(node.args[0]))
            yield f"CAST({name} AS {_AT_THE_DOOR[type_of(node, SPARK)]}) AS {name}"
    yield from map(quoted, work.carried)


def _kinds(work: Work) -> Mapping[str, pa.DataType]:
    wide = wide_outputs(work.outputs, engine=SPARK.name)
    kinds: dict[str, pa.DataType] = dict.fromkeys(work.carried, pa.string())
    for name, node in work.outputs.items():
        narrow = pa.int64() if isinstance(node, Int) else pa.bool_() if isinstance(node, Bool) else pa.string()
        kinds[name] = _WIDE if name in wide else narrow
    return kinds
