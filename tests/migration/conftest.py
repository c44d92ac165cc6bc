"""Databases as the tests of carrying out have them."""

from __future__ import annotations

from tests.execution.conftest import sqlite_url, store, store_url
from tests.execution.server_fixtures import postgres_server, postgres_tables, postgres_url

__all__ = ["postgres_server", "postgres_tables", "postgres_url", "sqlite_url", "store", "store_url"]
"""Fixtures that are shared."""
