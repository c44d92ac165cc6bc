"""Rows that are there once, whoever comes first."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def add_once(connection: Connection, table: Table, *, row: Mapping[str, object]) -> bool:
    """Add a row if there is none under its key, and say whether it was added."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    adding = insert(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    return connection.execute(adding, row).rowcount == 1
