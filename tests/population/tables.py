"""Rows of inputs as a table of the engine, in the types that their intervals ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import duckdb
import pyarrow as pa

from planshift.expressions.form import Bool, Int, Node
from tests.reference.nodes import Value


def table_of(inputs: Iterable[Node], rows: Sequence[Mapping[str, Value]]) -> pa.Table:
    """The rows as a table of Arrow."""
    columns = {}
    for node in inputs:
        kind = pa.bool_() if isinstance(node, Bool) else pa.int64() if isinstance(node, Int) else pa.string()
        name = str(node.args[0])
        columns[name] = pa.array([row[name] for row in rows], kind)
    return pa.table(columns) if columns else pa.table({"nothing": pa.array([0] * len(rows))})


def answers(query: str, table: pa.Table) -> list[tuple[Value, ...]]:
    """What a query over the table `data` answers, in the order of its rows."""
    with duckdb.connect() as engine:
        engine.execute("PRAGMA threads=1")
        engine.register("data", table)
        found: list[tuple[Value, ...]] = engine.execute(query).fetchall()
        return found


def bounds_of(rows: Sequence[Mapping[str, Value]]) -> dict[str, tuple[int, int]]:
    """The smallest and the largest value of each column that is not text."""
    bounds = {}
    for name, first in rows[0].items():
        if not isinstance(first, str):
            values = [int(row[name]) for row in rows]
            bounds[name] = (min(values), max(values))
    return bounds
