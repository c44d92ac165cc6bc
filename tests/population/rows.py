"""Subscriptions as rows of a population: the way back of the door, written for its tests."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import pyarrow as pa

from planshift.billing.subscription import Subscription
from planshift.book import Book
from planshift.policy.written_documents import subscription_fields
from planshift.population.columns import Column, columns_of


def row_of(book: Book, subscription: Subscription) -> dict[str, str | None]:
    """The cells of a subscription, all of them text, as a CSV has them."""
    fields = subscription_fields(subscription, book.document)
    return {column.name: _cell(column, fields, subscription) for column in columns_of(book)}


def _cell(column: Column, fields: Mapping[str, object], subscription: Subscription) -> str | None:
    period, held = subscription.period, subscription
    own = {
        "period_start": str(period.start),
        "period_end": str(period.end),
        "period_starts_at": None if period.starts_at is None else str(period.starts_at),
        "period_ends_at": None if period.ends_at is None else str(period.ends_at),
        "answers": json.dumps({f"{each.service}.{each.question}": each.value for each in held.answers}),
        "changes": json.dumps([str(day) for day in held.changes]),
        **{f"addon_{each.name.replace('-', '_')}": str(each.quantity) for each in held.addons},
    }
    if column.name in own:
        return own[column.name]
    value: object = fields
    for name in column.path:
        value = value.get(name) if isinstance(value, Mapping) else None
    if value is None or isinstance(value, (str, int)):
        return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return json.dumps(value) if isinstance(value, Mapping) else str(value)


def table_of_rows(rows: Sequence[Mapping[str, str | None]]) -> pa.Table:
    """The rows as a table of texts."""
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in rows[0]})
