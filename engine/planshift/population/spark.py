"""Spark: the form computed on a cluster.

All rows are one plan: they lie in a folder that the cluster reads, its workers compute their shares of them side by
side, and what they yield lies in the same folder. Each step of the query is a view of its own: a query with dozens of
steps in it would be looked through again and again as a whole.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import final

import duckdb
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.errors import InvalidInput
from planshift.diagnostics.span import whole_file
from planshift.expressions.order import reachable
from planshift.population.dialects import SPARK, quoted, text
from planshift.population.engines import ASKED, Connections, Work, write_parquet
from planshift.population.numbers import DIGITS
from planshift.population.sql import Query, emit, type_of

_SHARED = "?folder="
"""What stands in an address before the folder that all machines of a cluster see."""

_AT_THE_DOOR = {
    "INT": "INTEGER", "BIGINT": "BIGINT", f"DECIMAL({DIGITS},0)": f"DECIMAL({DIGITS}, 0)", "STRING": "VARCHAR",
    "BOOLEAN": "BOOLEAN",
}  # fmt: skip
"""What the types of the inputs are called at the door."""

_SETTINGS = {
    "spark.sql.ansi.enabled": "true",  # what overflows is an error, and never a wrong number
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.parser.escapedStringLiterals": "false",  # a backslash in a text stands before what it means
    "spark.sql.constraintPropagation.enabled": "false",  # nothing is filtered, and it looks at every pair of columns
    "spark.sql.codegen.wholeStage": "false",  # it writes methods that are too long for the JVM to compile
    "spark.ui.showConsoleProgress": "false",
}


@final
@dataclass(frozen=True, slots=True)
class Spark:
    """A cluster that computes the form; the rows pass through the door before, and the answers are told behind.

    The address may end with `?folder=PATH`: a folder that the workers and this machine see. Without one, the folder for
    what is temporary has to be seen by all of them, as it is where the cluster is this machine.
    """

    address: str

    @property
    def name(self) -> str:
        """The address, as it was told."""
        return self.address

    def write(self, works: Sequence[Work], out: Path, *, door: Connections) -> None:
        """Decide all of it into one Parquet file.

        Raises:
            InvalidInput: there is no way to the cluster, or it does not see the folder.
            NotExact: Spark cannot compute the form exactly.
        """
        queries = [_emitted(work, k) for k, work in enumerate(works)]
        master, _, shared = self.address.partition(_SHARED)
        with session(master) as cluster, _folder(shared or _beside(out, door.engine)) as folder:
            told = []
            for k, (work, query) in enumerate(zip(works, queries, strict=True)):
                rows, answers = f"{folder}/rows-{k}.parquet", f"{folder}/answers-{k}"
                sent = _count(
                    f"COPY ({work.asked(', '.join(_inputs(work)))}) TO {text(rows)} (FORMAT parquet)", door.engine
                )
                data = cluster.read.parquet(f"file://{rows}")
                computed(cluster, data, query=query, source=f"{ASKED}_{k}").write.parquet(f"file://{answers}")
                found = f"FROM read_parquet({text(f'{answers}/*.parquet')})"
                if not any(Path(answers).glob("*.parquet")) or _count(f"SELECT count(*) {found}", door.engine) != sent:
                    raise _refused("not every answer came back through the folder", self.address)
                told.append(f"SELECT {work.told} {found}")
            write_parquet(told, out, by=door.engine)


def _beside(out: Path, door: duckdb.DuckDBPyConnection) -> str:
    """Where what is temporary goes: where the door spills, else beside the answers."""
    ((spilt,),) = door.execute("SELECT current_setting('temp_directory')").fetchall()
    return str(spilt or out.absolute().parent)


@contextmanager
def _folder(inside: str) -> Iterator[str]:
    """A folder of one's own in another one, gone at the end.

    Raises:
        InvalidInput: there is no such other one, or nothing can be written there.
    """
    try:
        found = next(path for k in count() if _made(path := Path(inside, f"planshift-{k}").absolute()))
    except OSError as error:
        raise _refused(error.strerror or str(error), inside) from None
    try:
        yield str(found)
    finally:
        shutil.rmtree(found)


def _made(folder: Path) -> bool:
    """Make a folder; whether nobody else had made it."""
    try:
        folder.mkdir()
    except FileExistsError:
        return False
    return True


def _count(query: str, door: duckdb.DuckDBPyConnection) -> int:
    ((rows,),) = door.execute(query).fetchall()
    return int(rows)


def _refused(message: str, where: str) -> InvalidInput:
    found = Diagnostic(
        code="PS542",
        message=message,
        span=whole_file(where),
        help="a cluster on other machines needs a folder that all of them see: spark://HOST:PORT?folder=/PATH",
    )
    return InvalidInput(diagnostics=(found,))


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
        raise _refused(said[0], address) from None


def computed(cluster: SparkSession, rows: DataFrame, *, query: Query, source: str) -> DataFrame:
    """What a query computes for some rows, which it reads from a view of a name."""
    rows.createOrReplaceTempView(source)
    for name, body in query.tables:
        cluster.sql(body).createOrReplaceTempView(name)
    return cluster.table(query.last)


def _emitted(work: Work, number: int) -> Query:
    return emit(work.outputs, source=f"{ASKED}_{number}", dialect=SPARK, carried=work.carried, prefix=f"k{number}_")


def _inputs(work: Work) -> Iterator[str]:
    for node in reachable(tuple(work.outputs.values())):
        if node.op == "input" and node.literal is None:
            name = quoted(str(node.args[0]))
            yield f"CAST({name} AS {_AT_THE_DOOR[type_of(node, SPARK)]}) AS {name}"
    yield from map(quoted, work.carried)
