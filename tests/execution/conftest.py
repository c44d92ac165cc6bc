"""Databases for the tests of carrying out: a fresh SQLite file, and a PostgreSQL server of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from planshift.execution.store.engine import Store, connect
from planshift.execution.store.migrating import open_store, upgrade
from tests.execution.server_fixtures import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]
"""Fixtures that are shared."""


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A file that is not there yet."""
    return f"sqlite:///{tmp_path / 'planshift.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty store, of each kind."""
    url = request.getfixturevalue(f"{request.param}_url")
    assert isinstance(url, str)
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """A store of each kind with its tables."""
    if store_url.startswith("postgresql"):
        fresh = connect(store_url)
        upgrade(fresh)
        fresh.close()
    found = open_store(store_url)
    yield found
    found.close()
