"""A worker: takes orders that are due and carries them out, many at a time. Any number of them may share a store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, final

from sqlalchemy import Connection

from planshift.billing.garbage import uncollected
from planshift.execution.order import Order
from planshift.execution.running import Runner, Taken
from planshift.execution.store import leases
from planshift.execution.store.orders import Lease, Tampered, load, load_many, unmoved
from planshift.execution.telemetry import say, span

BATCH: Final = 100
"""How many orders a worker takes at once."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What a worker came to: the orders that it looked after as they are now, and what it did for them."""

    orders: int = 0
    done: int = 0
    faults: int = 0
    lost: int = 0


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Carries out what is due. `name` says in the store who holds an order."""

    runner: Runner
    name: str
    batch: int = BATCH

    def work(self, now: int, *, most: int | None = None) -> Worked:
        """Carry out everything that is due at an instant, or the first `most` orders of it."""
        counts = self.runner.counts
        before, looked_after = (counts.done, counts.faults, counts.lost), 0
        while most is None or looked_after < most:
            taken = self._take(now, self.batch if most is None else min(self.batch, most - looked_after))
            if not taken:
                break
            with span("work", worker=self.name, orders=len(taken)):
                self.runner.run(self._held(taken), now=now)
            looked_after += len(taken)
        done, faults, lost = (
            after - each for after, each in zip((counts.done, counts.faults, counts.lost), before, strict=True)
        )
        return Worked(orders=looked_after, done=done, faults=faults, lost=lost)

    def carry_out(self, order: str, *, now: int) -> Order:
        """Carry out one order as far as it goes, and return it as it is then; somebody else may be at it.

        Raises:
            NoSuchOrder: there is none of that id.
        """
        self._run([order], now=now)
        with self.runner.store.reading() as connection:
            return load(connection, order)

    def carry_out_all(self, orders: Sequence[str], *, now: int, placed: Sequence[Order] = ()) -> dict[str, Order]:
        """Carry out some orders together as far as they go, and return them by id as they were given back.

        Those of them that were `placed` just now are not read again, unless something was added since. Those that
        somebody else is at are returned as they are then.
        """
        found = {each.id: each for each in self._run(orders, now=now, placed=placed)}
        others = [each for each in orders if each not in found]
        if others:
            with self.runner.store.reading() as connection:
                found |= {each.id: each for each in load_many(connection, others)}
        return found

    def _run(self, orders: Sequence[str], *, now: int, placed: Sequence[Order] = ()) -> list[Order]:
        with self.runner.store.begin() as connection:
            taken = leases.take(connection, orders, worker=self.name, now=now, until=now + self.runner.lease)
        return self.runner.run(self._held(taken, placed=placed), now=now)

    def _take(self, now: int, most: int) -> list[Lease]:
        until = now + self.runner.lease
        with self.runner.store.begin() as connection:
            return leases.take_due(connection, worker=self.name, now=now, until=until, most=most)

    def _held(self, taken: Sequence[Lease], *, placed: Sequence[Order] = ()) -> list[Taken]:
        """The orders that were taken, in the order of their ids."""
        held = {each.order: each for each in taken}
        with uncollected(), self.runner.store.reading() as connection:
            found = {each.id: each for each in unmoved(connection, placed) if each.id in held}
            found |= {each.id: each for each in _read(connection, [name for name in held if name not in found])}
        return [Taken(order=found[name], lease=held[name]) for name in sorted(found)]


def _read(connection: Connection, ids: Sequence[str]) -> Iterator[Order]:
    """The orders of some ids. One whose log was tampered with stays as it is, and is told of."""
    try:
        yield from load_many(connection, ids)
    except Tampered:
        for each in ids:
            try:
                yield load(connection, each)
            except Tampered as error:
                say.error("log was tampered with", order=each, because=error.why)
