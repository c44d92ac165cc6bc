"""Many rows at once, by what each database does best.

SQLite takes rows one by one at next to no cost. A server is spoken to over a wire and begins anew with every statement:
there the values travel as one document, and one statement makes rows of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from sqlalchemy import (
    Connection,
    Insert,
    Table,
    TableValuedAlias,
    Text,
    Update,
    and_,
    bindparam,
    cast,
    column,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSON

from planshift.billing.json_text import compact

Row = Mapping[str, object]
"""Values by the names of their columns."""

Change = tuple[Row, Row]
"""What a row is found by, and what it is to hold."""

_BY: Final = "by_"
_ROWS: Final = "rows"
_KEPT: Final = 256


def add_many(connection: Connection, table: Table, *, rows: Sequence[Row]) -> None:
    """Add rows that have values for the same columns."""
    if len(rows) > 1 and connection.dialect.name == "postgresql":
        connection.execute(_insert_document(table, tuple(rows[0])), {_ROWS: _document(rows)})
    elif rows:
        connection.execute(_insert(table), list(rows) if len(rows) > 1 else rows[0])


def change_many(connection: Connection, table: Table, *, changes: Sequence[Change]) -> int:
    """Change rows in the same columns, each found by the same columns, and return how many there were."""
    if not changes:
        return 0
    by, to = (tuple(part) for part in changes[0])
    given = [{**{f"{_BY}{name}": value for name, value in found.items()}, **values} for found, values in changes]
    if len(given) == 1:
        return connection.execute(_update(table, by, to), given[0]).rowcount
    if connection.dialect.name == "postgresql":
        return connection.execute(_update_document(table, by, to), {_ROWS: _document(given)}).rowcount
    return connection.execute(_update(table, by, to), given).rowcount


@lru_cache(maxsize=_KEPT)
def _insert(table: Table) -> Insert:
    return insert(table)


@lru_cache(maxsize=_KEPT)
def _insert_document(table: Table, names: tuple[str, ...]) -> Insert:
    return insert(table).from_select(names, select(*_rows(table, {name: name for name in names}).c))


@lru_cache(maxsize=_KEPT)
def _update(table: Table, by: tuple[str, ...], to: tuple[str, ...]) -> Update:
    found = and_(*(table.c[name] == bindparam(f"{_BY}{name}", type_=table.c[name].type) for name in by))
    return update(table).where(found).values({name: bindparam(name, type_=table.c[name].type) for name in to})


@lru_cache(maxsize=_KEPT)
def _update_document(table: Table, by: tuple[str, ...], to: tuple[str, ...]) -> Update:
    given = _rows(table, {**{f"{_BY}{name}": name for name in by}, **{name: name for name in to}})
    found = and_(*(table.c[name] == given.c[f"{_BY}{name}"] for name in by))
    return update(table).where(found).values({name: given.c[name] for name in to})


def _rows(table: Table, names: Mapping[str, str]) -> TableValuedAlias:
    """The rows of the document, each value of the type that its column has in the table."""
    columns = [column(name, table.c[of].type) for name, of in names.items()]
    document = cast(bindparam(_ROWS, type_=Text), JSON)
    return func.json_to_recordset(document).table_valued(*columns, name="given").render_derived(with_types=True)


def _document(rows: Sequence[Row]) -> str:
    return compact(rows)
