"""The migration makes exactly the tables that the ledger speaks of."""

from __future__ import annotations

import re

from sqlalchemy import Inspector, inspect, text

from planshift.adapters.ledger.tables import metadata
from planshift.execution.store.engine import Store
from planshift.execution.store.migrating import upgrade


def described(found: Inspector) -> dict[str, object]:
    """Everything that the database knows of the tables of the ledger."""
    return {
        name: {
            "columns": {each["name"]: (str(each["type"]), each["nullable"]) for each in found.get_columns(name)},
            "key": found.get_pk_constraint(name),
            "links": sorted(map(str, found.get_foreign_keys(name))),
            "unique": sorted(map(str, found.get_unique_constraints(name))),
            "checks": {each["name"]: _plain(each["sqltext"]) for each in found.get_check_constraints(name)},
            "indexes": sorted(map(str, found.get_indexes(name))),
        }
        for name in found.get_table_names()
        if name.startswith("ledger_")
    }


def _plain(condition: str) -> str:
    return re.sub(r"\s+", " ", condition)


def test_migrations_make_the_tables_of_the_ledger(store: Store) -> None:
    upgrade(store)
    migrated = described(inspect(store.engine))
    assert set(migrated) == set(metadata.tables)
    with store.engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(text(f'DROP TABLE "{table.name}"'))
        metadata.create_all(connection)
    assert described(inspect(store.engine)) == migrated
