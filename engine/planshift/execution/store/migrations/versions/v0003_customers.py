"""Customers of the ledger, read from the subscriptions that are there."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, with a row for each customer who has a subscription: as the first of them says."""
    customers = op.create_table(
        "ledger_customers",
        sa.Column("id", sa.String(200), nullable=False),
        sa.Column("client_group", sa.String(200), nullable=True),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_customers"),
        comment="Customers, each since their first subscription came in.",
    )
    held = sa.table(
        "ledger_subscriptions",
        *(sa.column(name) for name in ("id", "customer", "currency", "state", "opened_at")),
    )
    connection, found = op.get_bind(), dict[str, dict[str, object]]()
    oldest_first = sa.select(held).order_by(held.c.opened_at, held.c.id)
    for row in connection.execute(oldest_first):
        group = json.loads(row.state)["customer"].get("client_group")
        known = {"id": row.customer, "client_group": group, "currency": row.currency, "opened_at": row.opened_at}
        found.setdefault(row.customer, known)
    if found:
        connection.execute(sa.insert(customers), list(found.values()))
