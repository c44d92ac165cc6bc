"""The databases that the tests of the store have."""

from __future__ import annotations

from tests.execution.conftest import postgres_server, postgres_tables, postgres_url, sqlite_url, store, store_url

__all__ = ["postgres_server", "postgres_tables", "postgres_url", "sqlite_url", "store", "store_url"]
