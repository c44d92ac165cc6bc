"""The tables of the ledger.

Amounts are minor units of the currency of their subscription, instants are epoch seconds, days are ISO dates. A row of
`ledger_postings` has both of its sides, so no entry can fail to balance; the balances of a subscription are columns
that the database holds to a sum of nothing.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy import Text as LongText

from planshift.adapters.ledger.chart import ACCOUNTS
from planshift.execution.store.tables import NAMES

metadata: Final = MetaData(naming_convention={**NAMES, "ck": "ck_%(table_name)s_%(constraint_name)s"})

_ID: Final = 200
_KEY: Final = 400
_DAY: Final = 10

customers: Final = Table(
    "ledger_customers",
    metadata,
    Column("id", String(_ID), primary_key=True),
    Column("client_group", String(_ID)),
    Column("currency", String(3), nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    comment="Customers, each since their first subscription came in.",
)

subscriptions: Final = Table(
    "ledger_subscriptions",
    metadata,
    Column("id", String(_ID), primary_key=True),
    Column("customer", String(_ID), nullable=False, index=True),
    Column("currency", String(3), nullable=False),
    Column("status", String(_ID), nullable=False),
    Column("renews_on", String(_DAY), nullable=False),
    Column("state", LongText, nullable=False),
    Column("state_by", String(_ID), nullable=False),
    Column("entries", Integer, nullable=False),
    Column("invoices", Integer, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("opened_as", String(64), nullable=False),
    *(Column(account, BigInteger, nullable=False) for account in ACCOUNTS),
    CheckConstraint(f"{' + '.join(ACCOUNTS)} = 0", name="balances"),
    Index("ix_ledger_subscriptions_renewals", "status", "renews_on", "id"),
    comment="Subscriptions as they stand, without their money, and the balances of their accounts.",
)

entries: Final = Table(
    "ledger_entries",
    metadata,
    Column("key", String(_KEY), primary_key=True),
    Column("subscription", String(_ID), ForeignKey("ledger_subscriptions.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("order", String(_ID), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("booked_at", BigInteger, nullable=False),
    Column("booked_on", String(_DAY), nullable=False),
    Column("reference", String(_KEY), nullable=False),
    Column("changed", LongText, nullable=False),
    Column("followed", String(_ID)),
    UniqueConstraint("subscription", "number"),
    comment="What was done, each once: the key is that of the step. `changed` has what it changed on the "
    "subscription, `followed` the order whose state it followed where it began a new one.",
)

postings: Final = Table(
    "ledger_postings",
    metadata,
    Column("entry", String(_KEY), ForeignKey("ledger_entries.key"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("subscription", String(_ID), ForeignKey("ledger_subscriptions.id"), nullable=False, index=True),
    Column("currency", String(3), nullable=False),
    Column("debit", String(40), nullable=False),
    Column("credit", String(40), nullable=False),
    Column("minor", BigInteger, nullable=False),
    CheckConstraint("minor > 0", name="above_nothing"),
    CheckConstraint("debit <> credit", name="two_accounts"),
    comment="Amounts that went from one account to another. Rows are added and never changed.",
)

invoices: Final = Table(
    "ledger_invoices",
    metadata,
    Column("number", String(_KEY), primary_key=True),
    Column("subscription", String(_ID), ForeignKey("ledger_subscriptions.id"), nullable=False),
    Column("order", String(_ID), nullable=False),
    Column("key", String(_KEY), nullable=False, unique=True),
    Column("state", String(10), nullable=False),
    Column("made_on", String(_DAY), nullable=False),
    Column("due_on", String(_DAY), nullable=False),
    Column("run_on", String(_DAY), index=True),
    Column("currency", String(3), nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("credit_used", BigInteger, nullable=False),
    Column("open", BigInteger, nullable=False),
    Column("for_period", BigInteger, nullable=False),
    Column("documents", Integer, nullable=False),
    CheckConstraint("open >= 0 and credit_used >= 0 and open + credit_used <= total", name="amounts"),
    CheckConstraint("state in ('draft', 'open', 'paid', 'void')", name="states"),
    Index("ix_ledger_invoices_open", "subscription", "state"),
    comment="Invoices. A draft waits for the invoice run; `for_period` is what counts as paid for the period.",
)

lines: Final = Table(
    "ledger_lines",
    metadata,
    Column("entry", String(_KEY), ForeignKey("ledger_entries.key"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("title", LongText, nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("starts_on", String(_DAY)),
    Column("ends_on", String(_DAY)),
    Column("service", String(_ID)),
    comment="The lines of invoices and credits, and those that wait for the next bill, by entry.",
)

collective_invoices: Final = Table(
    "ledger_collective_invoices",
    metadata,
    Column("number", String(_KEY), primary_key=True),
    Column("customer", String(_ID), ForeignKey("ledger_customers.id"), nullable=False, index=True),
    Column("currency", String(3), nullable=False),
    Column("made_on", String(_DAY), nullable=False),
    Column("due_on", String(_DAY), nullable=False),
    Column("total", BigInteger, nullable=False),
    comment="Invoices of a run that stand for several. Rows are added and never changed.",
)

collected: Final = Table(
    "ledger_collected",
    metadata,
    Column("invoice", String(_KEY), ForeignKey("ledger_invoices.number"), primary_key=True),
    Column("collective", String(_KEY), ForeignKey("ledger_collective_invoices.number"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    comment="The invoices that a collective one stands for, each in its place. Rows are added and never changed.",
)

credit_notes: Final = Table(
    "ledger_credit_notes",
    metadata,
    Column("number", String(_KEY), primary_key=True),
    Column("entry", String(_KEY), ForeignKey("ledger_entries.key"), nullable=False),
    Column("invoice", String(_KEY), ForeignKey("ledger_collected.invoice"), nullable=False, unique=True),
    Column("made_on", String(_DAY), nullable=False),
    Column("minor", BigInteger, nullable=False),
    comment="What was taken back of collective invoices. Rows are added and never changed.",
)

allocations: Final = Table(
    "ledger_allocations",
    metadata,
    Column("entry", String(_KEY), ForeignKey("ledger_entries.key"), primary_key=True),
    Column("invoice", String(_KEY), ForeignKey("ledger_invoices.number"), primary_key=True, index=True),
    Column("minor", BigInteger, nullable=False),
    Column("paid", Boolean, nullable=False),
    comment="What was taken off invoices, by payments (`paid`) or credits; below nothing where it was returned.",
)

payments: Final = Table(
    "ledger_payments",
    metadata,
    Column("source", String(_KEY), primary_key=True),
    Column("subscription", String(_ID), ForeignKey("ledger_subscriptions.id"), primary_key=True, index=True),
    Column("entry", String(_KEY), ForeignKey("ledger_entries.key"), nullable=False),
    Column("minor", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    CheckConstraint("minor > 0", name="above_nothing"),
    comment="Payments by what their source calls them, each taken in once; what pays several subscriptions is shared.",
)

payment_requests: Final = Table(
    "ledger_payment_requests",
    metadata,
    Column("entry", String(_KEY), ForeignKey("ledger_entries.key"), primary_key=True),
    Column("invoice", String(_KEY), ForeignKey("ledger_invoices.number"), nullable=False, index=True),
    Column("minor", BigInteger, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    comment="Requests to pay an invoice.",
)

refunds: Final = Table(
    "ledger_refunds",
    metadata,
    Column("entry", String(_KEY), ForeignKey("ledger_entries.key"), primary_key=True),
    Column("subscription", String(_ID), ForeignKey("ledger_subscriptions.id"), nullable=False, index=True),
    Column("minor", BigInteger, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("paid_at", BigInteger),
    comment="Amounts to be paid back, and when they were.",
)

notices: Final = Table(
    "ledger_notices",
    metadata,
    Column("entry", String(_KEY), ForeignKey("ledger_entries.key"), primary_key=True),
    Column("subscription", String(_ID), ForeignKey("ledger_subscriptions.id"), nullable=False, index=True),
    Column("about", String(40), nullable=False),
    Column("recipient", String(_ID), nullable=False),
    Column("copies", LongText, nullable=False),
    Column("template", String(_ID), nullable=False),
    Column("sent_at", BigInteger),
    comment="The outbox: notices to be sent, and when they were.",
)

provisioning: Final = Table(
    "ledger_provisioning",
    metadata,
    Column("entry", String(_KEY), ForeignKey("ledger_entries.key"), primary_key=True),
    Column("subscription", String(_ID), ForeignKey("ledger_subscriptions.id"), nullable=False, index=True),
    Column("module", String(_ID), nullable=False),
    Column("did", String(40), nullable=False),
    Column("plan", String(_ID), nullable=False),
    Column("replaces", String(_ID), nullable=False),
    Column("starts_on", String(_DAY), nullable=False),
    Column("ends_on", String(_DAY)),
    comment="The journal of what modules are to run. Rows are added and never changed.",
)
