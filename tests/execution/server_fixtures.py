"""The PostgreSQL server of a process of tests, and fresh databases on it, for whatever folder of tests needs them."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from planshift.execution.store.engine import connect
from planshift.execution.store.migrating import upgrade
from tests.execution.postgres import binaries, fresh_database, running_server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The folder of a server; one for each process of tests."""
    programs = binaries()
    if programs is None:  # a desk may do without a server, continuous integration may not
        assert not os.environ.get("CI"), "PostgreSQL is not installed"
        pytest.skip("PostgreSQL is not installed")
    with running_server(programs, durable=False) as folder:
        yield folder


@pytest.fixture(scope="session")
def postgres_tables(postgres_server: str) -> Iterator[str]:
    """The name of a database with the tables of a store, which others are copied from."""
    with fresh_database(postgres_server) as url:
        store = connect(url)
        upgrade(store)
        store.close()
        yield str(store.engine.url.database)


@pytest.fixture
def postgres_url(postgres_server: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a fresh database on the server: without tables, unless the test has a `store` there."""
    with_tables = "store" in request.fixturenames
    like = request.getfixturevalue("postgres_tables") if with_tables else "template1"
    with fresh_database(postgres_server, like=like) as url:
        yield url
