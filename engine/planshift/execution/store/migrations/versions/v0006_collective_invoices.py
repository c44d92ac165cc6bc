"""Collective invoices, credit notes on them, and payments that several subscriptions share."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and let a payment have a row for each subscription that it pays."""
    _invoices()
    op.execute("CREATE TABLE payments_before AS SELECT * FROM ledger_payments")
    op.drop_index("ix_ledger_payments_subscription", "ledger_payments")
    op.drop_table("ledger_payments")
    _payments()
    columns = "source, entry, subscription, minor, received_at"
    op.execute(f"INSERT INTO ledger_payments ({columns}) SELECT {columns} FROM payments_before")  # noqa: S608  # names
    op.drop_table("payments_before")


def _invoices() -> None:
    op.create_table(
        "ledger_collective_invoices",
        sa.Column("number", sa.String(400), nullable=False),
        sa.Column("customer", sa.String(200), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("made_on", sa.String(10), nullable=False),
        sa.Column("due_on", sa.String(10), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_ledger_collective_invoices"),
        sa.ForeignKeyConstraint(["customer"], ["ledger_customers.id"], name="fk_ledger_collective_invoices_customer"),
        comment="Invoices of a run that stand for several. Rows are added and never changed.",
    )
    op.create_index("ix_ledger_collective_invoices_customer", "ledger_collective_invoices", ["customer"])
    op.create_table(
        "ledger_collected",
        sa.Column("invoice", sa.String(400), nullable=False),
        sa.Column("collective", sa.String(400), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("invoice", name="pk_ledger_collected"),
        sa.ForeignKeyConstraint(["invoice"], ["ledger_invoices.number"], name="fk_ledger_collected_invoice"),
        sa.ForeignKeyConstraint(
            ["collective"], ["ledger_collective_invoices.number"], name="fk_ledger_collected_collective"
        ),
        comment="The invoices that a collective one stands for, each in its place. Rows are added and never changed.",
    )
    op.create_index("ix_ledger_collected_collective", "ledger_collected", ["collective"])
    op.create_table(
        "ledger_credit_notes",
        sa.Column("number", sa.String(400), nullable=False),
        sa.Column("entry", sa.String(400), nullable=False),
        sa.Column("invoice", sa.String(400), nullable=False),
        sa.Column("made_on", sa.String(10), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_ledger_credit_notes"),
        sa.ForeignKeyConstraint(["entry"], ["ledger_entries.key"], name="fk_ledger_credit_notes_entry"),
        sa.ForeignKeyConstraint(["invoice"], ["ledger_collected.invoice"], name="fk_ledger_credit_notes_invoice"),
        sa.UniqueConstraint("invoice", name="uq_ledger_credit_notes_invoice"),
        comment="What was taken back of collective invoices. Rows are added and never changed.",
    )


def _payments() -> None:
    op.create_table(
        "ledger_payments",
        sa.Column("source", sa.String(400), nullable=False),
        sa.Column("subscription", sa.String(200), nullable=False),
        sa.Column("entry", sa.String(400), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "subscription", name="pk_ledger_payments"),
        sa.ForeignKeyConstraint(["entry"], ["ledger_entries.key"], name="fk_ledger_payments_entry"),
        sa.ForeignKeyConstraint(["subscription"], ["ledger_subscriptions.id"], name="fk_ledger_payments_subscription"),
        sa.CheckConstraint("minor > 0", name="ck_ledger_payments_above_nothing"),
        comment="Payments by what their source calls them, each taken in once; what pays several subscriptions is "
        "shared.",
    )
    op.create_index("ix_ledger_payments_subscription", "ledger_payments", ["subscription"])
