"""New stores, without migrating each of them: the first one of a process is migrated, the others are copies of it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from planshift.execution.store.engine import Store
from planshift.execution.store.migrating import open_store


def new_store(file: Path) -> Store:
    """A store in a file that is not there yet."""
    assert not file.exists()
    file.write_bytes(_migrated())
    return open_store(f"sqlite:///{file}")


@cache
def _migrated() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "orders.db"
        open_store(f"sqlite:///{file}").close()
        assert [each.name for each in Path(folder).iterdir()] == [file.name]  # all of it is in the one file
        return file.read_bytes()
