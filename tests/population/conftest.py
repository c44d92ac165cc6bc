"""A PostgreSQL server, as the tests of carrying out have it."""

from __future__ import annotations

from tests.execution.server_fixtures import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]
"""Fixtures that are shared."""
