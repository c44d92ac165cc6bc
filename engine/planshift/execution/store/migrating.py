"""Bringing the tables of a store to the version that this release speaks.

An SQLite file belongs to one program and is brought up to date when it is opened. A server is shared, and somebody has
to say when.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, column, inspect, select, table, text

from planshift.execution.store.engine import Store, StoreUnusable, connect

_VERSIONS: Final = Path(__file__).with_name("migrations") / "versions"
_NUMBER: Final = re.compile(r"v([0-9]{4})_[a-z_]+")
_ALEMBIC: Final = table("alembic_version", column("version_num"))
_LOCK: Final = 7_066_742_187
"""Whoever brings a server up to date holds this lock of it."""


def open_store(url: str) -> Store:
    """The store at an address such as `sqlite:///planshift.db`, `postgresql://user@host/name`, or the path of a file.

    Raises:
        StoreUnusable: it cannot be reached, or its tables are of another version.
    """
    store = connect(url)
    try:
        _bring_up_to_date(store)
    except BaseException:
        store.close()
        raise
    return store


def _bring_up_to_date(store: Store) -> None:
    found = version_of(store)
    if found == newest():
        return
    if store.shared:
        _ensure_older(store, found)
        why = f"its tables are of version {found}, not {newest()}" if found else "it has no tables yet"
        raise StoreUnusable(store.name, why, "run planshift doctor --upgrade once")
    upgrade(store)


@cache
def newest() -> str:
    """The version of the tables that this release speaks."""
    found = (_NUMBER.fullmatch(file.stem) for file in _VERSIONS.glob("v*.py"))
    return max(match[1] for match in found if match)


def version_of(store: Store) -> str:
    """The version of the tables of a store; empty where there are none."""
    with store.reading() as connection:
        return _version(connection)


def upgrade(store: Store) -> None:
    """Bring the tables of a store up to date, all at once or not at all; two that try wait for each other.

    Raises:
        StoreUnusable: the tables are of a later release.
    """
    _ensure_older(store, version_of(store))
    with store.begin() as connection:
        if store.shared:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        _migrate(connection)


def _version(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.scalar(select(_ALEMBIC.c.version_num)) or ""


def _ensure_older(store: Store, found: str) -> None:
    if found > newest():
        raise StoreUnusable(store.name, f"its tables are of version {found}", "update planshift: this one is older")


def _migrate(connection: Connection) -> None:
    # Loading Alembic takes longer than most commands, and hardly any of them needs it.
    from alembic.config import Config  # noqa: PLC0415  # see above
    from alembic.runtime.environment import EnvironmentContext  # noqa: PLC0415  # see above
    from alembic.script import ScriptDirectory  # noqa: PLC0415  # see above

    config = Config()
    config.set_main_option("script_location", _VERSIONS.parent.as_posix().replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)
    with EnvironmentContext(
        config,
        script,
        fn=lambda revision, _: script._upgrade_revs("head", revision),  # noqa: SLF001  # what `alembic upgrade` hands over, too
    ) as environment:
        environment.configure(connection=connection, transactional_ddl=True)
        environment.run_migrations()
