"""Polars as the engine: rows come through the door in batches, their outputs are computed, and DuckDB tells them.

A batch is read, computed and told before the next one is made, so memory does not grow with the rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

import duckdb
import polars as pl
import pyarrow as pa

from planshift.population.dialects import quoted
from planshift.population.engines import Connections, Work, write_parquet
from planshift.population.numbers import DIGITS, wide_outputs
from planshift.population.polars_form import Kind, PolarsForm

_ROWS = 1 << 16
"""As many rows are computed at once: arranging the work costs little beside it, and it stays in the caches."""

_AT_THE_DOOR: dict[Kind, str] = {
    pl.Boolean: "BOOLEAN", pl.Int8: "TINYINT", pl.Int16: "SMALLINT", pl.Int32: "INTEGER", pl.Int64: "BIGINT",
    pl.Int128: f"DECIMAL({DIGITS}, 0)", pl.String: "VARCHAR",
}  # fmt: skip
"""What the types of the inputs are called at the door."""


@final
@dataclass(frozen=True, slots=True)
class InPolars:
    """Polars, in our process."""

    name: str = "polars"

    def write(self, works: Sequence[Work], out: Path, *, door: Connections) -> None:
        """Decide all of it into one Parquet file.

        Raises:
            NotExact: Polars cannot compute the form exactly.
        """
        computed = {f"computed_{k}": Batches(work).reader(door.cursor()) for k, work in enumerate(works)}
        for name, reader in computed.items():
            door.engine.register(name, reader)
        write_parquet(
            [f"SELECT {work.told} FROM {name}" for name, work in zip(computed, works, strict=True)], out, by=door.engine
        )


@final
class Batches:
    """The outputs of one work, a batch of rows after the other.

    Raises:
        NotExact: Polars cannot compute the form exactly, or an output is wider than what it can hand over.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self._form = PolarsForm(work.outputs)
        self._wide = wide_outputs(work.outputs, engine="Polars")

    def reader(self, cursor: duckdb.DuckDBPyConnection) -> pa.RecordBatchReader:
        """All batches, each made when it is read."""
        rows = cursor.sql(
            self._work.asked(", ".join([*self._inputs(), *map(quoted, self._work.carried)]))
        ).to_arrow_reader(_ROWS)
        nothing = self._computed(pa.RecordBatch.from_pylist([], schema=rows.schema))
        return pa.RecordBatchReader.from_batches(nothing.schema, (self._computed(batch) for batch in rows))

    def _inputs(self) -> Iterator[str]:
        for name, kind in self._form.inputs.items():
            yield f"CAST({quoted(name)} AS {_AT_THE_DOOR[kind]}) AS {quoted(name)}"

    def _computed(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        rows = pl.from_arrow(batch)
        assert isinstance(rows, pl.DataFrame)  # a batch of columns, not one column
        outputs = self._form.computed(rows).with_columns(pl.col(self._wide).cast(pl.Decimal(DIGITS, 0)))
        self._work.tick(len(rows))
        told = outputs.hstack(rows.select(self._work.carried)).to_arrow().combine_chunks()
        return next(iter(told.to_batches()), pa.RecordBatch.from_pylist([], schema=told.schema))
