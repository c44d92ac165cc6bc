"""A PostgreSQL server of one's own, for tests and benchmarks: on a socket in a folder, and gone at the end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import psycopg

from tests.outliving import ended_with_us

STARTS_WITHIN = 60

_NUMBERS = count(1)
_SERVERS: dict[str, subprocess.Popen[bytes]] = {}


def binaries() -> Path | None:
    """The folder of the newest PostgreSQL that is installed."""
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    found = shutil.which("initdb")
    if packaged:
        return packaged[-1].parent
    return Path(found).resolve().parent if found else None


def _as_owner(command: list[str]) -> list[str]:
    """PostgreSQL refuses to be run by root."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


@contextmanager
def running_server(programs: Path, *, durable: bool = True) -> Iterator[str]:
    """A server that listens on a socket in a folder of its own, and nowhere else: the folder.

    One that is not `durable` does not wait for its disk: only a machine that goes down would know.
    """
    folder = Path(tempfile.mkdtemp(prefix="planshift-postgres-"))
    folder.chmod(0o700)
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    data = folder / "data"
    initialise = [
        str(programs / "initdb"),
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
    end = f"while kill -INT $(head -n 1 {data}/postmaster.pid); do sleep 0.1; done; rm -rf {folder}"
    with ended_with_us(end):
        subprocess.run(_as_owner([*initialise, "--locale=C.UTF-8"]), check=True, capture_output=True, cwd="/")
        if not durable:
            with (data / "postgresql.conf").open("a", encoding="utf-8") as settings:
                settings.write("fsync = off\n")
        try:
            serve(programs, str(folder))
            yield str(folder)
        finally:
            _stop(data, _SERVERS.pop(str(folder)))
            shutil.rmtree(folder)


def serve(programs: Path, folder: str) -> None:
    """Start the server of a folder, for the first time or after a crash."""
    command = [str(programs / "postgres"), "-D", f"{folder}/data", "-k", folder, "-c", "listen_addresses="]
    with Path(folder, "log").open("ab") as log:
        server = subprocess.Popen(_as_owner(command), stdout=log, stderr=log, cwd="/")
    _SERVERS[folder] = server
    _wait_for(Path(folder), server)


def crash(folder: str) -> None:
    """Kill a server and all of its processes at once, as a machine does that goes down."""
    main = int(Path(folder, "data", "postmaster.pid").read_text().splitlines()[0])
    children = Path("/proc", str(main), "task", str(main), "children").read_text().split()
    for pid in (main, *map(int, children)):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def restart(programs: Path, folder: str) -> None:
    """Start a server again that has crashed."""
    _SERVERS[folder].wait(timeout=STARTS_WITHIN)
    serve(programs, folder)


@contextmanager
def fresh_database(folder: str, *, like: str = "template1") -> Iterator[str]:
    """A database on a server, without tables where it is not to be like another one: its address."""
    name = f"fresh_{os.getpid()}_{next(_NUMBERS)}"
    with psycopg.connect(host=folder, user="planshift", dbname="postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"'.encode())
    yield f"postgresql+psycopg://planshift@/{name}?host={folder}"
    with psycopg.connect(host=folder, user="planshift", dbname="postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def _wait_for(folder: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
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
    os.kill(pid, signal.SIGINT)  # a fast shutdown
    server.wait(timeout=STARTS_WITHIN)
