"""What tests start ends with them, also where they are killed and can end nothing themselves."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ended_with_us(command: str) -> Iterator[None]:
    """Have a shell run a command if this process ends inside: it holds the other end of a pipe, which closes then."""
    watcher = subprocess.Popen(
        ["/bin/sh", "-c", f"read -r _; {command}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,  # what ends a whole group of processes leaves this one
    )
    assert watcher.stdin is not None  # asked for above
    try:
        yield
    finally:
        watcher.kill()
        watcher.wait()
        watcher.stdin.close()
