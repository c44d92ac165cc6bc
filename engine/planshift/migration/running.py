"""A run of a migration: batch after batch, each on record before the next, until it is through or asked to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, final

from sqlalchemy import bindparam, select

from planshift.execution.states import OPEN
from planshift.execution.store.tables import orders
from planshift.execution.worker import Worker
from planshift.migration.placing import Placing
from planshift.migration.reading import Candidate
from planshift.migration.record import Became, Migration, State, TurnOver, end, record
from planshift.migration.tables import rows

Tick = Callable[[int], None]
"""Is told of how many subscriptions a batch was."""

_DUE: Final = (
    select(orders.c.id)
    .join(rows, rows.c.order == orders.c.id)
    .where(
        rows.c.migration == bindparam("migration"),
        rows.c.outcome == "placed",
        orders.c.state.in_(sorted(OPEN)),
        orders.c.due_at <= bindparam("now"),
        orders.c.leased_until <= bindparam("now"),
        orders.c.stuck == "",
    )
    .order_by(orders.c.id)
)


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run:
    """One run: `batch` subscriptions at a time, `most` of them in all.

    Where there is a `worker`, orders are carried out at once. `stopped` says whether somebody wants it to end.
    """

    migration: Migration
    placing: Placing
    batch: int
    most: int | None = None
    worker: Worker | None = None
    stopped: Callable[[], bool] = lambda: False
    tick: Tick = lambda _: None

    def run(self, candidates: Iterable[Candidate]) -> State:
        """Place the orders of candidates, and say how the migration stands then.

        Raises:
            TurnOver: another run has taken it over.
            InternalError: a subscription is decided otherwise alone than among all; what was placed before stays.
        """
        state: State = "paused"
        try:
            state = "finished" if self._all(iter(candidates)) else "paused"
        except TurnOver as over:
            if not over.paused:
                raise
        finally:
            end(self.placing.store, self.migration, state=state)
        return state

    def _all(self, candidates: Iterator[Candidate]) -> bool:
        """Whether it came to the end of them."""
        done = 0
        self._carry_out(self._left())
        while True:
            size = self.batch if self.most is None else min(self.batch, self.most - done)
            found = list(islice(candidates, size)) if size > 0 else []
            if not found:
                return size > 0 or next(candidates, None) is None
            if self.stopped():
                return False
            self._record(())  # nothing is placed out of turn
            became = self.placing.place(found)
            self._record(became)
            self._carry_out(each.order for each in became if each.outcome == "placed")
            done += len(found)
            self.tick(len(found))

    def _record(self, became: Iterable[Became]) -> None:
        with self.placing.store.begin() as connection:
            record(connection, self.migration, became=tuple(became))

    def _left(self) -> tuple[str, ...]:
        """What a run before has placed and did not come to carry out."""
        if self.worker is None:
            return ()
        asked = {"migration": self.migration.name, "now": self.placing.at}
        with self.placing.store.reading() as connection:
            return tuple(connection.scalars(_DUE, asked))

    def _carry_out(self, ids: Iterable[str]) -> None:
        if self.worker is None:
            return
        waiting = iter(ids)
        while some := tuple(islice(waiting, self.batch)):
            self.worker.carry_out_all(some, now=self.placing.at)
