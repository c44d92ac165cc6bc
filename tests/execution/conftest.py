"""Databases for the tests of carrying out: a fresh SQLite file, and a PostgreSQL server of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from planshift.execution.store.engine import Store
from planshift.execution.store.migrating import open_store
from tests.execution.server_fixtures import postgres_server, postgres_tables, postgres_url
from tests.execution.stores import new_store

__all__ = ["postgres_server", "postgres_tables", "postgres_url"]
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
    kind, _, file = store_url.partition(":///")
    found = new_store(Path(file)) if kind == "sqlite" else open_store(store_url)
    yield found
    found.close()
