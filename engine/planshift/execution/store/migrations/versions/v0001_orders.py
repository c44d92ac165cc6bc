"""Orders, their steps, their logs, the books that decided them, and the events that came in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _books()
    _orders()
    _steps()
    _log()
    _arrivals()


def _books() -> None:
    op.create_table(
        "book_versions",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kept_at", sa.BigInteger(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_book_versions"),
        comment="Books that decided something, by the digest of everything they were compiled from.",
    )


def _orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.String(200), nullable=False),
        sa.Column("subscription", sa.String(200), nullable=False),
        sa.Column("customer", sa.String(200), nullable=False),
        sa.Column("book", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("placed_at", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.String(10), nullable=False),
        sa.Column("behind", sa.String(200), nullable=True),
        sa.Column("stuck", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("leased_by", sa.String(200), nullable=True),
        sa.Column("leased_until", sa.BigInteger(), nullable=False),
        sa.Column("lease", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
        sa.ForeignKeyConstraint(["book"], ["book_versions.digest"], name="fk_orders_book"),
        comment="Orders as their logs tell them; `lease` grows with every worker that takes one.",
    )
    op.create_index("ix_orders_subscription", "orders", ["subscription"])
    op.create_index("ix_orders_customer", "orders", ["customer"])
    op.create_index("ix_orders_behind", "orders", ["behind"])
    op.create_index("ix_orders_due", "orders", ["due_at", "leased_until"])


def _steps() -> None:
    op.create_table(
        "order_steps",
        sa.Column("order", sa.String(200), nullable=False),
        sa.Column("position", sa.String(20), nullable=False),
        sa.Column("key", sa.String(400), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("try_at", sa.BigInteger(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("reference", sa.String(400), nullable=False),
        sa.PrimaryKeyConstraint("order", "position", name="pk_order_steps"),
        sa.ForeignKeyConstraint(["order"], ["orders.id"], name="fk_order_steps_order"),
        comment="The steps of orders as their logs tell them.",
    )
    op.create_index("ix_order_steps_key", "order_steps", ["key"])


def _log() -> None:
    op.create_table(
        "order_log",
        sa.Column("order", sa.String(200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("order", "number", name="pk_order_log"),
        sa.ForeignKeyConstraint(["order"], ["orders.id"], name="fk_order_log_order"),
        comment="What happened to orders. Rows are added and never changed; each holds the hash of the one before.",
    )


def _arrivals() -> None:
    op.create_table(
        "arrivals",
        sa.Column("source", sa.String(400), nullable=False),
        sa.Column("subscription", sa.String(200), nullable=False),
        sa.Column("event", sa.String(40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_arrivals"),
        comment="Events from outside by the name that the outside gave them: each is taken in once.",
    )
    op.create_index("ix_arrivals_subscription", "arrivals", ["subscription"])
