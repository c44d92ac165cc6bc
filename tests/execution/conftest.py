"""Databases for the tests of carrying out: a fresh SQLite file, and a PostgreSQL server of the tests' own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from planshift.execution.store.engine import Store, connect
from planshift.execution.store.migrating import open_store, upgrade

_NUMBERS = count(1)
_STARTS_WITHIN = 60


def _binaries() -> Path | None:
    """The folder of the newest PostgreSQL that is installed."""
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    found = shutil.which("initdb")
    if packaged:
        return packaged[-1].parent
    return Path(found).resolve().parent if found else None


def _as_owner(command: list[str]) -> list[str]:
    """PostgreSQL refuses to be run by root."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a server that listens on a socket in a folder of its own, and nowhere else."""
    binaries = _binaries()
    if binaries is None:
        assert not os.environ.get("CI"), "PostgreSQL is not installed"
        pytest.skip("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="planshift-postgres-"))
    folder.chmod(0o700)
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    data = folder / "data"
    initialise = [
        str(binaries / "initdb"),
        "-D",
        str(data),
        "-U",
        "planshift",
        "-A",
        "trust",
        "--no-sync",
        "-E",
        "UTF8",
    ]
    subprocess.run(_as_owner([*initialise, "--locale=C.UTF-8"]), check=True, capture_output=True, cwd="/")
    serve = [str(binaries / "postgres"), "-D", str(data), "-k", str(folder), "-c", "listen_addresses="]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(_as_owner(serve), stdout=log, stderr=log, cwd="/")
    try:
        address = f"postgresql+psycopg://planshift@/postgres?host={folder}"
        _wait_for(folder, server)
        yield address
    finally:
        _stop(data, server)
        shutil.rmtree(folder)


def _wait_for(folder: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while True:
        try:
            psycopg.connect(host=str(folder), user="planshift", dbname="postgres").close()
        except psycopg.OperationalError:
            assert server.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.05)
        else:
            return


def _stop(data: Path, server: subprocess.Popen[bytes]) -> None:
    """Ask the server itself to end: what was started may be a program that stands in front of it."""
    pid = int((data / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, 2)  # a fast shutdown
    server.wait(timeout=_STARTS_WITHIN)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A fresh database on the server, without tables."""
    name = f"test_{os.getpid()}_{next(_NUMBERS)}"
    folder = postgres_server.partition("host=")[2]
    with psycopg.connect(host=folder, user="planshift", dbname="postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    yield f"postgresql+psycopg://planshift@/{name}?host={folder}"
    with psycopg.connect(host=folder, user="planshift", dbname="postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


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
