"""The PostgreSQL server of a process of tests, and fresh databases on it, for whatever folder of tests needs them."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

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
