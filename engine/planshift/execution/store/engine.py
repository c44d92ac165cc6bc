"""Opening a store: SQLite beside a program, PostgreSQL where several processes work.

A transaction that writes takes the one lock of an SQLite file at its beginning, so that it never fails half-way because
somebody else wrote. What is committed is on the disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError

from planshift.diagnostics.errors import PlanshiftError
from planshift.execution.growing import Grown
from planshift.execution.saying import tell, wanted

BUSY_TIMEOUT: Final = 30_000
"""How many milliseconds a writer of an SQLite file waits for the one before it."""

CHANGES: Final = "planshift_changes"
"""Where a transaction gathers what is to be told of it; None where nobody listens."""

_READS: Final = "planshift_reads"
_POSTGRES: Final = ("postgres", "postgresql", "postgresql+psycopg")


@dataclass(eq=False)
class StoreUnusable(PlanshiftError):
    """A store cannot be used as it is; `help` says what to do about it."""

    store: str
    why: str
    help: str

    def __str__(self) -> str:
        return f"the store {self.store} cannot be used: {self.why} ({self.help})"


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Store:
    """A database that orders are kept in. It may be shared between threads."""

    engine: Engine

    @property
    def name(self) -> str:
        """What messages call it; never with a password."""
        return self.engine.url.render_as_string(hide_password=True)

    @property
    def shared(self) -> bool:
        """Whether it is a server that several processes write to at a time."""
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that writes; committed at the end, rolled back when something is raised.

        What it added to the logs of orders is told to whoever listens, once it is committed.
        """
        changes: list[Grown] = []
        with self.engine.begin() as connection:
            connection.info[CHANGES] = changes if wanted() else None
            yield connection
        tell(changes)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads, and keeps nobody waiting."""
        with self.engine.connect().execution_options(**{_READS: True}) as connection:
            yield connection

    def close(self) -> None:
        """Close the connections that are kept open."""
        self.engine.dispose()


def connect(url: str) -> Store:
    """The store at an address, whatever tables it has.

    Raises:
        StoreUnusable: there is no such kind of database, its driver is not installed, or it cannot be reached.
    """
    address = _address(url)
    try:
        if address.get_backend_name() == "sqlite":
            engine = create_engine(address, connect_args={"timeout": BUSY_TIMEOUT // 1000})
            _set_up_sqlite(engine)
        else:
            engine = create_engine(address, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise StoreUnusable(url, f"{error.name} is not installed", "pip install 'planshift[postgres]'") from None
    store = Store(engine=engine)
    try:
        with store.reading() as connection:
            connection.exec_driver_sql("SELECT 1")
    except DatabaseError as error:
        store.close()
        raise StoreUnusable(store.name, _first_line(error), "is it there, and may it be read and written?") from None
    return store


def _address(url: str) -> URL:
    try:
        address = make_url(url if "://" in url else f"sqlite:///{url}")
    except ArgumentError:
        raise StoreUnusable(url, "that is no address of a database", _ADDRESSES) from None
    if address.drivername in _POSTGRES:
        return address.set(drivername="postgresql+psycopg")
    try:
        backend = address.get_backend_name()
    except NoSuchModuleError:
        backend = ""
    if backend != "sqlite":
        raise StoreUnusable(url, f"`{address.drivername}` is not a kind of store", _ADDRESSES)
    if address.database in (None, "", ":memory:"):
        raise StoreUnusable(url, "a database in memory is lost with the program", _ADDRESSES)
    return address


_ADDRESSES: Final = "write sqlite:///planshift.db or postgresql://user@host/name"


def _first_line(error: DatabaseError) -> str:
    return str(error.orig).strip().splitlines()[0].lower()


def _set_up_sqlite(engine: Engine) -> None:
    """The driver begins no transactions of its own; ours begin with the lock where they write."""

    def connected(connection: Any, _: object) -> None:  # noqa: ANN401  # the driver's connection has no type here
        connection.isolation_level = None
        for setting in (f"busy_timeout={BUSY_TIMEOUT}", "journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL"):
            connection.execute(f"PRAGMA {setting}").close()

    def begins(connection: Connection) -> None:
        reads = connection.get_execution_options().get(_READS, False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begins)
