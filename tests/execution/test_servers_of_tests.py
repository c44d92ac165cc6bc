"""A server that tests have started is gone when the process of the tests is, even where that was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.execution.postgres import binaries
from tests.outliving import ended_with_us

ROOT = Path(__file__).parents[2]
WITHIN = 30

START = """
import time
from tests.execution.postgres import binaries, running_server
with running_server(binaries()) as folder:
    print(folder, flush=True)
    time.sleep(60)
"""


def test_a_server_ends_with_the_process_that_started_it() -> None:
    if binaries() is None:  # a desk may do without a server, continuous integration may not
        assert not os.environ.get("CI"), "PostgreSQL is not installed"
        pytest.skip("PostgreSQL is not installed")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), *sys.path))}
    command = [sys.executable, "-c", START]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT) as started:
        assert started.stdout is not None  # asked for above
        folder = Path(started.stdout.readline().strip())
        server = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        started.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + WITHIN
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)


def test_nothing_is_run_where_the_process_goes_on(tmp_path: Path) -> None:
    told = tmp_path / "told"
    with ended_with_us(f"touch {told}"), suppress(KeyError):
        raise KeyError
    assert not told.exists()
