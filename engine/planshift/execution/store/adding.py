"""Rows that are there once, whoever comes first."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite


def add_once(connection: Connection, table: Table, *, row: Mapping[str, object]) -> bool:
    """Add a row if there is none under its key, and say whether it was added."""
    return connection.execute(_adding(table, connection.dialect.name), row).rowcount == 1


@cache
def _adding(table: Table, dialect: str) -> Insert:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
