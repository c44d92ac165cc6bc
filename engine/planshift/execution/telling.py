"""Telling those who listen what becomes of orders: each thing at least once, and in its order for each order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, final

from planshift.execution.log import told_by
from planshift.execution.news import Listener, Listening, News, news_in
from planshift.execution.ports import Done, Outcome, Unanswered
from planshift.execution.retries import PATIENT, Retries
from planshift.execution.store import news as kept
from planshift.execution.store.engine import Store
from planshift.execution.store.orders import Tampered, log_of
from planshift.execution.telemetry import say

LEASE: Final = 120
"""For how many seconds an order is nobody else's to tell of."""

BATCH: Final = 50
"""Of how many orders a listener is told before it is looked what else there is."""

ROUNDS: Final = 100
"""How often that is looked in a row: what comes in all the time must not keep the caller for good."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How many things were told, and how many orders have to be tried again."""

    told: int = 0
    faults: int = 0


def tell(
    store: Store, listening: Sequence[Listening], *, now: int, order: str | None = None, retries: Retries = PATIENT
) -> Told:
    """Tell everybody who listens what they do not know yet and that is due at an instant; of all orders, or of one.

    Where telling goes wrong, what comes later of the same order waits, and it is tried again: later and later, as long
    as it takes.
    """
    count = faults = 0
    for each in listening:
        for _ in range(ROUNDS):
            taken = _taken(store, each.listener.name, now=now, order=order)
            for untold in taken:
                one = _tell_of(store, each, untold, now=now, retries=retries)
                count, faults = count + one.told, faults + one.faults
            if not taken:
                break
    return Told(told=count, faults=faults)


def _taken(store: Store, listener: str, *, now: int, order: str | None) -> list[kept.Untold]:
    with store.begin() as connection:
        return kept.take(connection, listener, now=now, until=now + LEASE, most=BATCH, order=order)


def _tell_of(store: Store, each: Listening, untold: kept.Untold, *, now: int, retries: Retries) -> Told:
    name, count = each.listener.name, 0
    try:
        with store.reading() as connection:
            entries = log_of(connection, untold.order)
    except Tampered:
        return _wrong(store, name, untold, why="the log of the order was tampered with", now=now, retries=retries)
    for news in news_in(told_by(entries), entries, after=untold.told):
        if news.event not in each.events:
            continue
        outcome = _passed_on(each.listener, news, at=now)
        if not isinstance(outcome, Done):
            wrong = _wrong(store, name, untold, why=outcome.why, now=now, retries=retries)
            return Told(told=count, faults=wrong.faults)
        with store.begin() as connection:
            kept.told(connection, name, order=untold.order, number=news.number)
        count += 1
    with store.begin() as connection:
        kept.all_told(connection, name, order=untold.order, number=len(entries))
    return Told(told=count)


def _wrong(store: Store, name: str, untold: kept.Untold, *, why: str, now: int, retries: Retries) -> Told:
    say.warning("listener was not told", order=untold.order, adapter=name)
    wait = retries.wait(f"{name}:{untold.order}", attempt=untold.attempts + 1)
    with store.begin() as connection:
        kept.not_told(connection, name, order=untold.order, fault=why, try_at=now + wait)
    return Told(faults=1)


def _passed_on(listener: Listener, news: News, *, at: int) -> Outcome:
    try:
        return listener.tell(news, at=at)
    except Exception as error:  # noqa: BLE001  # a listener is anybody's code, and must not take the worker down
        return Unanswered(why=f"{listener.name} raised {type(error).__name__}")
