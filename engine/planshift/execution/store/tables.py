"""The tables that orders are kept in.

Instants are epoch seconds. Texts that hold JSON are written with sorted keys and are what hashes are of. The rows of
`orders` and `order_steps` are readings of `order_log`, kept so that they can be searched; the log alone tells an order.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text

NAMES: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""How keys and indexes are named, the same on every database, so that a migration can speak of them."""

metadata: Final = MetaData(naming_convention=NAMES)

book_versions: Final = Table(
    "book_versions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("kept_at", BigInteger, nullable=False),
    Column("files", Text, nullable=False),
    comment="Books that decided something, by the digest of everything they were compiled from.",
)

orders: Final = Table(
    "orders",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("subscription", String(200), nullable=False, index=True),
    Column("customer", String(200), nullable=False, index=True),
    Column("book", String(64), ForeignKey("book_versions.digest"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("placed_at", BigInteger, nullable=False),
    Column("effective_on", String(10), nullable=False),
    Column("behind", String(200), index=True),
    Column("stuck", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("head", String(64), nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("leased_by", String(200)),
    Column("leased_until", BigInteger, nullable=False),
    Column("lease", Integer, nullable=False),
    Index("ix_orders_due", "due_at", "leased_until"),
    comment="Orders as their logs tell them; `lease` grows with every worker that takes one.",
)

order_steps: Final = Table(
    "order_steps",
    metadata,
    Column("order", String(200), ForeignKey("orders.id"), primary_key=True),
    Column("position", String(20), primary_key=True),
    Column("key", String(400), nullable=False, index=True),
    Column("kind", String(40), nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("try_at", BigInteger, nullable=False),
    Column("fault", Text, nullable=False),
    Column("reference", String(400), nullable=False),
    comment="The steps of orders as their logs tell them.",
)

order_log: Final = Table(
    "order_log",
    metadata,
    Column("order", String(200), ForeignKey("orders.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("event", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    comment="What happened to orders. Rows are added and never changed; each holds the hash of the one before.",
)

arrivals: Final = Table(
    "arrivals",
    metadata,
    Column("source", String(400), primary_key=True),
    Column("subscription", String(200), nullable=False, index=True),
    Column("event", String(40), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("told", Boolean, nullable=False),
    comment="Events from outside by the name that the outside gave them: each is taken in once.",
)

listeners: Final = Table(
    "listeners",
    metadata,
    Column("name", String(200), primary_key=True),
    comment="Who is told what becomes of orders.",
)

order_news: Final = Table(
    "order_news",
    metadata,
    Column("listener", String(200), ForeignKey("listeners.name"), primary_key=True),
    Column("order", String(200), ForeignKey("orders.id"), primary_key=True),
    Column("told", Integer, nullable=False),
    Column("upto", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("try_at", BigInteger, nullable=False),
    Column("leased_until", BigInteger, nullable=False),
    Column("fault", Text, nullable=False),
    Index("ix_order_news_due", "listener", "try_at"),
    comment="Orders of which there is something new for a listener, told up to a place of their logs.",
)
