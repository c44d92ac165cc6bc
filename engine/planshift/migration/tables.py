"""The tables of migrations: what each asks, how far it is, and what became of each subscription that it is about.

What is here tells of orders and decides nothing: an order has an id of its own, under which it is placed once, whatever
these tables say.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text

from planshift.execution.store.tables import NAMES

metadata: Final = MetaData(naming_convention=NAMES)

migrations: Final = Table(
    "migrations",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("book", String(64), nullable=False),
    Column("book_name", String(200), nullable=False),
    Column("question", Text, nullable=False),
    Column("data", String(64), nullable=False),
    Column("source", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("turn", Integer, nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("zone", String(80), nullable=False),
    Column("counts", Text, nullable=False),
    comment="What is asked for everybody in some data; `turn` grows with every run: only the last may go on.",
)

rows: Final = Table(
    "migration_rows",
    metadata,
    Column("migration", String(80), ForeignKey("migrations.name"), primary_key=True),
    Column("subscription", String(200), primary_key=True),
    Column("outcome", String(20), nullable=False),
    Column("order", String(200), nullable=False),
    Column("why", Text, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Index("ix_migration_rows_outcome", "migration", "outcome"),
    comment="What became of the subscriptions that the policy allows it for: a later run goes on with the others.",
)
