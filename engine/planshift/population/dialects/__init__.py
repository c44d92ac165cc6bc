"""What engines write differently, one module for each: what they call their whole numbers, and how cells are read."""

from __future__ import annotations

from planshift.population.dialects.dialect import SEPARATOR, Dialect, DoorDialect, Width, quoted, text
from planshift.population.dialects.duckdb import DUCKDB
from planshift.population.dialects.postgresql import POSTGRESQL
from planshift.population.dialects.spark import SPARK

__all__ = ["DUCKDB", "POSTGRESQL", "SEPARATOR", "SPARK", "Dialect", "DoorDialect", "Width", "quoted", "text"]
