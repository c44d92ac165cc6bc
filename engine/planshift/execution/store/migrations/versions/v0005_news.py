"""Who listens to what becomes of orders, and how far they were told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables. Nobody listens yet, so there is nothing to be told."""
    op.create_table(
        "listeners",
        sa.Column("name", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_listeners"),
        comment="Who is told what becomes of orders.",
    )
    op.create_table(
        "order_news",
        sa.Column("listener", sa.String(200), nullable=False),
        sa.Column("order", sa.String(200), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("upto", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("try_at", sa.BigInteger(), nullable=False),
        sa.Column("leased_until", sa.BigInteger(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("listener", "order", name="pk_order_news"),
        sa.ForeignKeyConstraint(["listener"], ["listeners.name"], name="fk_order_news_listener"),
        sa.ForeignKeyConstraint(["order"], ["orders.id"], name="fk_order_news_order"),
        comment="Orders of which there is something new for a listener, told up to a place of their logs.",
    )
    op.create_index("ix_order_news_due", "order_news", ["listener", "try_at"])
