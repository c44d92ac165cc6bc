"""Taking up again what was paused: a cancellation until a day ends on that day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection, func, select

from planshift.actions.plan_actions import EndPlan
from planshift.adapters.ledger.booking import Entry, book
from planshift.adapters.ledger.effect import Effect
from planshift.adapters.ledger.held import held_of
from planshift.adapters.ledger.plans import PAUSED
from planshift.adapters.ledger.state import text_of
from planshift.adapters.ledger.tables import entries, subscriptions


def resume_paused(connection: Connection, *, until: date, at: int) -> Iterator[str]:
    """Let subscriptions run again whose pause is over by a day; their ids, in their order."""
    last = (
        select(entries.c.subscription, func.max(entries.c.number).label("number"))
        .where(entries.c.kind == EndPlan.kind)
        .group_by(entries.c.subscription)
        .subquery()
    )
    over = (
        select(entries.c.subscription, entries.c.key)
        .join(last, (last.c.subscription == entries.c.subscription) & (last.c.number == entries.c.number))
        .join(subscriptions, subscriptions.c.id == entries.c.subscription)
        .where(subscriptions.c.status == PAUSED, entries.c.reference <= until.isoformat())
        .order_by(entries.c.subscription)
    )
    for name, ended_by in connection.execute(over).all():
        key = f"resume:{ended_by}"
        held = held_of(connection, name, key=key)
        if held is None or held.booked is not None or held.subscription.status != PAUSED:
            continue
        runs = replace(held.subscription, status="active")
        entry = Entry(key=key, order="", kind="resume", at=at, on=until)
        book(connection, held, entry=entry, effect=Effect(state=text_of(runs)))
        yield name
