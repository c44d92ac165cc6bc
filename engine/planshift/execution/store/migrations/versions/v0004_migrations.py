"""Migrations: what is asked for everybody in some data, and what became of each subscription."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "migrations",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("book", sa.String(64), nullable=False),
        sa.Column("book_name", sa.String(200), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("data", sa.String(64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("zone", sa.String(80), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_migrations"),
        comment="What is asked for everybody in some data; `turn` grows with every run: only the last may go on.",
    )
    op.create_table(
        "migration_rows",
        sa.Column("migration", sa.String(80), nullable=False),
        sa.Column("subscription", sa.String(200), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("order", sa.String(200), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["migration"], ["migrations.name"], name="fk_migration_rows_migration_migrations"),
        sa.PrimaryKeyConstraint("migration", "subscription", name="pk_migration_rows"),
        comment="What became of the subscriptions that the policy allows it for: a later run goes on with the others.",
    )
    op.create_index("ix_migration_rows_outcome", "migration_rows", ["migration", "outcome"])
