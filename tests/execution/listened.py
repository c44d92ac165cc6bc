"""Somebody who is told what becomes of orders, in a file that outlives every worker; and what that file says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, case, func, select

from planshift.execution.news import News
from planshift.execution.ports import Done, Outcome
from planshift.execution.store.tables import order_news

NAME: Final = "listener"


@dataclass(frozen=True)
class Listened:
    """Writes down each time that it is told something. It does not look whether it was told the same before."""

    file: Path
    reach: Callable[[str], None]
    name: str = NAME

    def tell(self, news: News, *, at: int) -> Outcome:  # noqa: ARG002  # how a listener is called
        self.reach("before telling")
        with self.file.open("a", encoding="utf-8") as file:
            file.write(f"{news.number} {news.event}\n")
        self.reach("after telling")
        return Done()


def told(text: str) -> Counter[str]:
    """What it was told, each thing once however often it was told."""
    return Counter(event for _, event in dict.fromkeys(_deliveries(text)))


def told_again(text: str) -> int:
    """How often it was told what it knew."""
    deliveries = list(_deliveries(text))
    return len(deliveries) - len(set(deliveries))


def out_of_order(text: str) -> Iterator[str]:
    """What it was told after something that came later."""
    last = 0
    for number, event in dict.fromkeys(_deliveries(text)):
        if number < last:
            yield f"{event} ({number}) was told after what came later ({last})"
        last = max(last, number)


def untold(connection: Connection) -> int | None:
    """From when on it can be told what is kept for it; None where there is nothing."""
    later = case(
        (order_news.c.try_at > order_news.c.leased_until, order_news.c.try_at), else_=order_news.c.leased_until
    )
    found: int | None = connection.scalar(select(func.min(later)))
    return found


def _deliveries(text: str) -> Iterator[tuple[int, str]]:
    for line in text.splitlines():
        number, _, event = line.partition(" ")
        yield int(number), event
