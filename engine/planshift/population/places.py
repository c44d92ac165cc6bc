"""Where the data lies and where its answers go: what has to travel, and what stays on the server that decides it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from planshift.book import Book
from planshift.population.addresses import POSTGRESQL, scheme_of
from planshift.population.data import Opened, open_data
from planshift.population.deciding import Deciding, Slice
from planshift.population.engines import Engine, Tick


@contextmanager
def opened_by(
    engine: Engine,
    book: Book,
    *,
    where: str,
    door: duckdb.DuckDBPyConnection,
    names: Mapping[str, str] | None = None,
    told: Mapping[str, str] | None = None,
) -> Iterator[Opened]:
    """Data that an engine decides: opened where it lies if that is the server which decides it, else read here.

    Raises:
        InvalidInput: as `open_data`.
    """
    if scheme_of(where) in POSTGRESQL and "#" in where and scheme_of(engine.name) in POSTGRESQL:
        from planshift.population.inside import at_server, open_inside  # noqa: PLC0415  # one of several engines
        from planshift.population.postgresql import PostgreSQL, same_database  # noqa: PLC0415  # as above

        if isinstance(engine, PostgreSQL) and same_database(engine.address, where):
            with at_server(engine.address) as server:
                yield open_inside(door, book, server=server, where=where, names=names, told=told)
            return
    yield open_data(door, book, where=where, names=names, told=told)


def hand_over(
    deciding: Deciding, slices: tuple[Slice, ...], *, out: str | None, folder: Path, tick: Tick = lambda _: None
) -> Path | str:
    """Decide the good rows into `out`: a file, a new table of a server, or what is only counted and kept in a folder.

    Answers of data that lies on a server stay there, but for those that are wanted elsewhere. Told is where they can be
    counted: in a file, or in a table beside the data.

    Raises:
        InvalidInput: the engine cannot compute this book exactly, or a server refuses.
    """
    host, door = deciding.opened.host, deciding.opened.engine
    table = out if out is not None and scheme_of(out) in POSTGRESQL else None
    file = folder / "answers.parquet" if table or out is None else Path(out)
    if host is None:
        deciding.write(slices, file, with_terms=out is not None, tick=tick)
    else:
        works = deciding.works(slices, with_terms=out is not None)
        beside = table if table is not None and host.has(table) else None
        with deciding.exactly():
            found = host.answer(works, table=beside)
        if beside or out is None:
            return found
        host.fetch(found, file, by=door)
    if table:
        from planshift.population.postgresql import write_table  # noqa: PLC0415  # one of several places

        write_table(table, file, door=door)
    return file
