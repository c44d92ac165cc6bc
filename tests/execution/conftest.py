"""Databases for the tests of carrying out: a fresh SQLite file, and a PostgreSQL server of the tests' own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from planshift.execution.store.engine import Store, connect
from planshift.execution.store.migrating import open_store, upgrade
from tests.execution.postgres import binaries, fresh_database, running_server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The folder of a server; one for each process of tests."""
    programs = binaries()
    if programs is None:  # a desk may do without a server, continuous integration may not
        assert not os.environ.get("CI"), "PostgreSQL is not installed"
        pytest.skip("PostgreSQL is not installed")
    with running_server(programs) as folder:
        yield folder


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The address of a fresh database on the server, without tables."""
    with fresh_database(postgres_server) as url:
        yield url


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
