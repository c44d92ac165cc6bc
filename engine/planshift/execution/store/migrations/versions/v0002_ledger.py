"""The ledger: subscriptions with their balances, entries and postings, invoices, payments, notices, packages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_BALANCES = (
    "cash + receivable + invoice_run + waiting + account_credit + next_bill_credit + held_credit + refunds_payable"
    " + plan_revenue + fee_revenue + termination_revenue + unused_time + extended_time + clearing + opening = 0"
)


def upgrade() -> None:
    """Make the tables."""
    _subscriptions()
    _entries()
    _invoices()
    _allocations()
    _lines()
    _notices()
    _payment_requests()
    _payments()
    _postings()
    _provisioning()
    _refunds()


def _subscriptions() -> None:
    op.create_table(
        "ledger_subscriptions",
        sa.Column("id", sa.String(200), nullable=False),
        sa.Column("customer", sa.String(200), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("status", sa.String(200), nullable=False),
        sa.Column("renews_on", sa.String(10), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_by", sa.String(200), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("invoices", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("opened_as", sa.String(64), nullable=False),
        sa.Column("cash", sa.BigInteger(), nullable=False),
        sa.Column("receivable", sa.BigInteger(), nullable=False),
        sa.Column("invoice_run", sa.BigInteger(), nullable=False),
        sa.Column("waiting", sa.BigInteger(), nullable=False),
        sa.Column("account_credit", sa.BigInteger(), nullable=False),
        sa.Column("next_bill_credit", sa.BigInteger(), nullable=False),
        sa.Column("held_credit", sa.BigInteger(), nullable=False),
        sa.Column("refunds_payable", sa.BigInteger(), nullable=False),
        sa.Column("plan_revenue", sa.BigInteger(), nullable=False),
        sa.Column("fee_revenue", sa.BigInteger(), nullable=False),
        sa.Column("termination_revenue", sa.BigInteger(), nullable=False),
        sa.Column("unused_time", sa.BigInteger(), nullable=False),
        sa.Column("extended_time", sa.BigInteger(), nullable=False),
        sa.Column("clearing", sa.BigInteger(), nullable=False),
        sa.Column("opening", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_subscriptions"),
        sa.CheckConstraint(
            _BALANCES,
            name="ck_ledger_subscriptions_balances",
        ),
        comment="Subscriptions as they stand, without their money, and the balances of their accounts.",
    )
    op.create_index("ix_ledger_subscriptions_customer", "ledger_subscriptions", ["customer"])
    op.create_index("ix_ledger_subscriptions_renewals", "ledger_subscriptions", ["status", "renews_on", "id"])


def _entries() -> None:
    op.create_table(
        "ledger_entries",
        sa.Column("key", sa.String(400), nullable=False),
        sa.Column("subscription", sa.String(200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("order", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("booked_at", sa.BigInteger(), nullable=False),
        sa.Column("booked_on", sa.String(10), nullable=False),
        sa.Column("reference", sa.String(400), nullable=False),
        sa.Column("changed", sa.Text(), nullable=False),
        sa.Column("followed", sa.String(200), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_ledger_entries"),
        sa.ForeignKeyConstraint(["subscription"], ["ledger_subscriptions.id"], name="fk_ledger_entries_subscription"),
        sa.UniqueConstraint("subscription", "number", name="uq_ledger_entries_subscription_number"),
        comment="What was done, each once: the key is that of the step. `changed` has what it changed on the "
        "subscription, `followed` the order whose state it followed where it began a new one.",
    )


def _invoices() -> None:
    op.create_table(
        "ledger_invoices",
        sa.Column("number", sa.String(400), nullable=False),
        sa.Column("subscription", sa.String(200), nullable=False),
        sa.Column("order", sa.String(200), nullable=False),
        sa.Column("key", sa.String(400), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("made_on", sa.String(10), nullable=False),
        sa.Column("due_on", sa.String(10), nullable=False),
        sa.Column("run_on", sa.String(10), nullable=True),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("credit_used", sa.BigInteger(), nullable=False),
        sa.Column("open", sa.BigInteger(), nullable=False),
        sa.Column("for_period", sa.BigInteger(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_ledger_invoices"),
        sa.ForeignKeyConstraint(["subscription"], ["ledger_subscriptions.id"], name="fk_ledger_invoices_subscription"),
        sa.UniqueConstraint("key", name="uq_ledger_invoices_key"),
        sa.CheckConstraint(
            "open >= 0 and credit_used >= 0 and open + credit_used <= total",
            name="ck_ledger_invoices_amounts",
        ),
        sa.CheckConstraint("state in ('draft', 'open', 'paid', 'void')", name="ck_ledger_invoices_states"),
        comment="Invoices. A draft waits for the invoice run; `for_period` is what counts as paid for the period.",
    )
    op.create_index("ix_ledger_invoices_open", "ledger_invoices", ["subscription", "state"])
    op.create_index("ix_ledger_invoices_run_on", "ledger_invoices", ["run_on"])


def _allocations() -> None:
    op.create_table(
        "ledger_allocations",
        sa.Column("entry", sa.String(400), nullable=False),
        sa.Column("invoice", sa.String(400), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("entry", "invoice", name="pk_ledger_allocations"),
        sa.ForeignKeyConstraint(["entry"], ["ledger_entries.key"], name="fk_ledger_allocations_entry"),
        sa.ForeignKeyConstraint(["invoice"], ["ledger_invoices.number"], name="fk_ledger_allocations_invoice"),
        comment="What was taken off invoices, by payments (`paid`) or credits; below nothing where it was returned.",
    )
    op.create_index("ix_ledger_allocations_invoice", "ledger_allocations", ["invoice"])


def _lines() -> None:
    op.create_table(
        "ledger_lines",
        sa.Column("entry", sa.String(400), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.String(10), nullable=True),
        sa.Column("ends_on", sa.String(10), nullable=True),
        sa.Column("service", sa.String(200), nullable=True),
        sa.PrimaryKeyConstraint("entry", "number", name="pk_ledger_lines"),
        sa.ForeignKeyConstraint(["entry"], ["ledger_entries.key"], name="fk_ledger_lines_entry"),
        comment="The lines of invoices and credits, and those that wait for the next bill, by entry.",
    )


def _notices() -> None:
    op.create_table(
        "ledger_notices",
        sa.Column("entry", sa.String(400), nullable=False),
        sa.Column("subscription", sa.String(200), nullable=False),
        sa.Column("about", sa.String(40), nullable=False),
        sa.Column("recipient", sa.String(200), nullable=False),
        sa.Column("copies", sa.Text(), nullable=False),
        sa.Column("template", sa.String(200), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("entry", name="pk_ledger_notices"),
        sa.ForeignKeyConstraint(["entry"], ["ledger_entries.key"], name="fk_ledger_notices_entry"),
        sa.ForeignKeyConstraint(["subscription"], ["ledger_subscriptions.id"], name="fk_ledger_notices_subscription"),
        comment="The outbox: notices to be sent, and when they were.",
    )
    op.create_index("ix_ledger_notices_subscription", "ledger_notices", ["subscription"])


def _payment_requests() -> None:
    op.create_table(
        "ledger_payment_requests",
        sa.Column("entry", sa.String(400), nullable=False),
        sa.Column("invoice", sa.String(400), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name="pk_ledger_payment_requests"),
        sa.ForeignKeyConstraint(["entry"], ["ledger_entries.key"], name="fk_ledger_payment_requests_entry"),
        sa.ForeignKeyConstraint(["invoice"], ["ledger_invoices.number"], name="fk_ledger_payment_requests_invoice"),
        comment="Requests to pay an invoice.",
    )
    op.create_index("ix_ledger_payment_requests_invoice", "ledger_payment_requests", ["invoice"])


def _payments() -> None:
    op.create_table(
        "ledger_payments",
        sa.Column("source", sa.String(400), nullable=False),
        sa.Column("entry", sa.String(400), nullable=False),
        sa.Column("subscription", sa.String(200), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_ledger_payments"),
        sa.ForeignKeyConstraint(["entry"], ["ledger_entries.key"], name="fk_ledger_payments_entry"),
        sa.ForeignKeyConstraint(["subscription"], ["ledger_subscriptions.id"], name="fk_ledger_payments_subscription"),
        sa.CheckConstraint("minor > 0", name="ck_ledger_payments_above_nothing"),
        comment="Payments by what their source calls them: each is taken in once.",
    )
    op.create_index("ix_ledger_payments_subscription", "ledger_payments", ["subscription"])


def _postings() -> None:
    op.create_table(
        "ledger_postings",
        sa.Column("entry", sa.String(400), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("subscription", sa.String(200), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("debit", sa.String(40), nullable=False),
        sa.Column("credit", sa.String(40), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("entry", "number", name="pk_ledger_postings"),
        sa.ForeignKeyConstraint(["entry"], ["ledger_entries.key"], name="fk_ledger_postings_entry"),
        sa.ForeignKeyConstraint(["subscription"], ["ledger_subscriptions.id"], name="fk_ledger_postings_subscription"),
        sa.CheckConstraint("minor > 0", name="ck_ledger_postings_above_nothing"),
        sa.CheckConstraint("debit <> credit", name="ck_ledger_postings_two_accounts"),
        comment="Amounts that went from one account to another. Rows are added and never changed.",
    )
    op.create_index("ix_ledger_postings_subscription", "ledger_postings", ["subscription"])


def _provisioning() -> None:
    op.create_table(
        "ledger_provisioning",
        sa.Column("entry", sa.String(400), nullable=False),
        sa.Column("subscription", sa.String(200), nullable=False),
        sa.Column("module", sa.String(200), nullable=False),
        sa.Column("did", sa.String(40), nullable=False),
        sa.Column("plan", sa.String(200), nullable=False),
        sa.Column("replaces", sa.String(200), nullable=False),
        sa.Column("starts_on", sa.String(10), nullable=False),
        sa.Column("ends_on", sa.String(10), nullable=True),
        sa.PrimaryKeyConstraint("entry", name="pk_ledger_provisioning"),
        sa.ForeignKeyConstraint(["entry"], ["ledger_entries.key"], name="fk_ledger_provisioning_entry"),
        sa.ForeignKeyConstraint(
            ["subscription"], ["ledger_subscriptions.id"], name="fk_ledger_provisioning_subscription"
        ),
        comment="The journal of what modules are to run. Rows are added and never changed.",
    )
    op.create_index("ix_ledger_provisioning_subscription", "ledger_provisioning", ["subscription"])


def _refunds() -> None:
    op.create_table(
        "ledger_refunds",
        sa.Column("entry", sa.String(400), nullable=False),
        sa.Column("subscription", sa.String(200), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("entry", name="pk_ledger_refunds"),
        sa.ForeignKeyConstraint(["entry"], ["ledger_entries.key"], name="fk_ledger_refunds_entry"),
        sa.ForeignKeyConstraint(["subscription"], ["ledger_subscriptions.id"], name="fk_ledger_refunds_subscription"),
        comment="Amounts to be paid back, and when they were.",
    )
    op.create_index("ix_ledger_refunds_subscription", "ledger_refunds", ["subscription"])
