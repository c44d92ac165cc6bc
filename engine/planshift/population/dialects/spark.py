"""Spark, a cluster."""

from __future__ import annotations

from planshift.population.dialects.dialect import Dialect, Width

_DECIMAL = Width(name="DECIMAL(38,0)", bits=126)

SPARK = Dialect(
    name="Spark",
    widths=(Width(name="INT", bits=31), Width(name="BIGINT", bits=63), _DECIMAL),
    quotient=lambda a, b, _: f"({a} DIV {b})",
    element=lambda values, key: f"{values}[{key}]",
    listed=lambda values, kind: f"CAST(array({values}) AS ARRAY<{kind}>)",
    text_type="STRING",
    most_listed=4_096,
    quotient_bits=63,  # DIV yields a BIGINT whatever it divides
    text=lambda value: "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'",
    worth=16,  # planning costs as much for each column of each step as for an expression
)
"""A cluster; with `spark.sql.ansi.enabled` whatever overflows is an error."""
