"""Carrying orders out, under leases: each step once, each outcome on record before anybody can build on it.

What lives in the database of the orders does its work in the transaction that records it. Many orders share one, and
each goes as far in it as it can; where it cannot be committed all of it is rolled back, and the orders are carried out
one by one. What lives elsewhere is called between two transactions: the first says that a call goes out, the second
what came of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, final

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from planshift.billing.garbage import uncollected
from planshift.execution.beside import stands_against, wake
from planshift.execution.calling import WentWrong, called, task_of
from planshift.execution.gateways import Gateways
from planshift.execution.growing import Grown, Reacts, grown
from planshift.execution.inside import STEPS, Inside, Turn, is_inside
from planshift.execution.log import LogEvent, StepFailed, StepStarted
from planshift.execution.order import Order
from planshift.execution.outcomes import told_of
from planshift.execution.ports import Done, Outcome, Waits
from planshift.execution.queueing import decided_again
from planshift.execution.retries import PATIENT, Retries
from planshift.execution.store import leases
from planshift.execution.store.engine import Store
from planshift.execution.store.orders import Lease, Overtaken, load, save
from planshift.execution.telemetry import count, say
from planshift.execution.upcoming import Become, DecideAgain, Do, FindOut, Next, Rest, upcoming

LEASE: Final = 300
"""For how many seconds a worker takes an order. Every write to its log begins them anew."""

ATTEMPTS: Final = 20
"""How often a write is tried again that somebody else was quicker than."""


_GIVE_WAY: Final = ("40P01", "40001")
"""What PostgreSQL calls a deadlock, and a transaction that came too late."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An order and the right to carry it out; `ahead` is what comes next for it, where that is known already."""

    order: Order
    lease: Lease
    ahead: Next | None = None


@final
@dataclass(slots=True, kw_only=True)
class Counts:
    """What a runner has done: tasks that went well, that did not, and orders that others took over meanwhile."""

    done: int = 0
    faults: int = 0
    lost: int = 0


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """Does what comes next for orders, until nothing is left to do at an instant.

    `clock` tells the time while outside systems are called, which may take long; without one it stands still.
    """

    store: Store
    gateways: Gateways
    reacts: Reacts | None = None
    retries: Retries = PATIENT
    lease: int = LEASE
    clock: Callable[[], int] | None = None
    counts: Counts = field(default_factory=Counts)

    def run(self, held: Sequence[Taken], *, now: int) -> list[Order]:
        """Carry orders out as far as they go at an instant; they are given back, and returned as they are then.

        Those that somebody else has taken over are left out.
        """
        at_rest: list[Order] = []
        going = list(held)
        while going:
            in_turn: list[Taken] = []
            inside: list[tuple[Taken, Turn]] = []
            outside: list[tuple[Taken, Do | FindOut]] = []
            for each in going:
                ahead = each.ahead or upcoming(each.order, now=now)
                if isinstance(ahead, Rest):
                    self._let_go(each, ahead.until)
                    at_rest.append(each.order)
                elif isinstance(ahead, DecideAgain):
                    in_turn.append(each)
                elif isinstance(ahead, Become) or is_inside(ahead, self.gateways):
                    inside.append((each, ahead))
                else:
                    outside.append((each, ahead))
            going = self._inside(inside, now=now)
            going += [found for held, ahead in outside for found in self._called(held, ahead, now=now)]
            going += [found for held in in_turn for found in self._decided_again(held, now=now)]
        return at_rest

    def _let_go(self, held: Taken, until: int) -> None:
        """Give an order back that was not given back with the last entry of its log."""
        if held.lease.until:
            with self.store.begin() as connection:
                leases.give_back(connection, held.lease, number=held.order.number, look_at=until)

    def _decided_again(self, held: Taken, *, now: int) -> Iterator[Taken]:
        told = decided_again(self.store, held.order, source=self.gateways.source, at=now)
        try:
            yield self._saved(held, (told,), at=now)
        except Overtaken:
            yield from self._read(held)

    # Steps in the database of the orders

    def _inside(self, turns: Sequence[tuple[Taken, Turn]], *, now: int) -> list[Taken]:
        """Orders as far as they go inside: in one transaction or, where that fails, in one each."""
        found: list[Taken] = []
        left = list(turns)
        while left:
            # Of one subscription one goes at a time: the next one reads what it has written.
            first = {turn[0].order.placement.subscription: turn for turn in reversed(left)}
            found += self._at_once(tuple(first.values()), now=now)
            left = [turn for turn in left if turn is not first[turn[0].order.placement.subscription]]
        return found

    def _at_once(self, turns: Sequence[tuple[Taken, Turn]], *, now: int) -> list[Taken]:
        if len(turns) > 1:
            try:
                return self._together(turns, now=now)
            except (WentWrong, Overtaken, OperationalError) as error:
                say.debug("done one by one", orders=len(turns), because=type(error).__name__)
        return [each for held, ahead in turns for each in self._alone(held, ahead, now=now)]

    def _together(self, turns: Sequence[tuple[Taken, Turn]], *, now: int, most: int = STEPS) -> list[Taken]:
        # What a batch makes goes when its last name goes, and until then all of it is needed.
        with uncollected(), self.store.begin() as connection:
            inside = Inside(
                connection=connection, gateways=self.gateways, reacts=self.reacts, retries=self.retries, now=now
            )
            inside.begin([(held.order, ahead) for held, ahead in turns])
            changes = [inside.gone_on(held.order, ahead, most=most) for held, ahead in turns]
            inside.write()
            found = [self._kept(held, change, now=now) for (held, _), change in zip(turns, changes, strict=True)]
            save(connection, changes, leases={each.order.id: each.lease for each in found})
            wake(connection, changes, at=now)
        self.counts.done += inside.done
        self.counts.faults += inside.faults
        count("steps.done", inside.done)
        count("steps.faults", inside.faults)
        return found

    def _alone(self, held: Taken, ahead: Turn, *, now: int) -> Iterator[Taken]:
        """An order in a transaction of its own."""
        try:
            yield from self._giving_way(held, ahead, now=now)
        except Overtaken:
            yield from self._read(held)
        except WentWrong as wrong:
            yield from self._up_to(wrong, held, ahead, now=now)

    def _up_to(self, wrong: WentWrong, held: Taken, ahead: Turn, *, now: int) -> Iterator[Taken]:
        """What went well before a step that did not is done again without it; then what came of it goes on record."""
        if wrong.after:
            try:
                (held,) = self._giving_way(held, ahead, now=now, most=wrong.after)
            except Overtaken:
                yield from self._read(held)
                return
            except WentWrong as sooner:
                yield from self._up_to(sooner, held, ahead, now=now)
                return
        step = held.ahead if wrong.after else ahead
        if not isinstance(step, Do | FindOut):
            yield held
            return
        self.counts.faults += 1
        count("steps.faults")
        yield from self._recorded(held, step, outcome=wrong.outcome, now=now, counted=False)

    def _giving_way(self, held: Taken, ahead: Turn, *, now: int, most: int = STEPS) -> list[Taken]:
        """A server asks one of two transactions that wait for each other to give way; that one is begun again."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._together([(held, ahead)], now=now, most=most)
            except OperationalError as error:
                if getattr(error.orig, "sqlstate", None) not in _GIVE_WAY or attempt == ATTEMPTS:
                    raise
        raise Overtaken((held.order.id,))

    # Steps in systems outside

    def _called(self, held: Taken, ahead: Do | FindOut, *, now: int) -> Iterator[Taken]:
        """One call; that it goes out, and what came of it, are on record before anything else happens."""
        position, undoing = ahead.step.position, isinstance(ahead, Do) and ahead.undoing
        try:
            goes_out, held = self._goes_out(held, ahead, at=self._instant(now))
        except Overtaken:
            yield from self._read(held)
            return
        if not goes_out:
            yield held
            return
        step = held.order.step(position)
        task = task_of(held.order, step, at=self._instant(now), undoing=undoing)
        adapter = self.gateways.outside(step.step)
        assert adapter is not None  # that is why the call goes out
        asks = ahead.step.state in ("started", "undoing")
        outcome = called(adapter, task, asks=asks, acts=isinstance(ahead, Do))
        went_wrong = not isinstance(outcome, Done | Waits | None)
        self.counts.done += isinstance(outcome, Done)
        self.counts.faults += went_wrong
        count("steps.done", int(isinstance(outcome, Done)), adapter=adapter.name)
        count("steps.faults", int(went_wrong), adapter=adapter.name)
        yield from self._recorded(held, ahead, outcome=outcome, now=self._instant(now), counted=True)

    def _goes_out(self, held: Taken, ahead: Do | FindOut, *, at: int) -> tuple[bool, Taken]:
        """Put on record that a call goes out or, where another order stands against it, what comes of that."""
        undoing = isinstance(ahead, Do) and ahead.undoing
        told: Iterable[LogEvent] = (StepStarted(position=ahead.step.position, undoing=undoing),)
        with self.store.begin() as connection:
            task = task_of(held.order, ahead.step, at=at, undoing=undoing)
            outcome = stands_against(connection, task) if isinstance(ahead, Do) else None
            if outcome is not None:
                told = told_of(held.order, ahead.step, outcome=outcome, undoing=undoing, at=at, retries=self.retries)
            return outcome is None, self._written(connection, held, told, at=at)

    # What is common to both

    def _recorded(
        self, held: Taken, ahead: Do | FindOut, *, outcome: Outcome | None, now: int, counted: bool
    ) -> Iterator[Taken]:
        """Put an outcome on record, whatever else came in for the order meanwhile; `counted` says whether the try is.

        None as an outcome says that a call which had gone out did nothing.
        """
        position, undoing = ahead.step.position, isinstance(ahead, Do) and ahead.undoing
        started = () if counted else (StepStarted(position=position, undoing=undoing),)
        for _ in range(ATTEMPTS):
            step = held.order.step(position)
            tried = step if counted else replace(step, attempts=step.attempts + 1)
            told: Iterable[LogEvent] = (StepFailed(position=position, why="it was not done", try_at=0),)
            if outcome is not None:
                told = told_of(held.order, tried, outcome=outcome, undoing=undoing, at=now, retries=self.retries)
            try:
                found = self._saved(held, (*started, *told), at=now)
            except Overtaken:
                again = list(self._read(held))
                if not again:
                    return
                held = again[0]
            else:
                yield found
                return
        raise Overtaken((held.order.id,))

    def _saved(self, held: Taken, told: Iterable[LogEvent], *, at: int) -> Taken:
        with self.store.begin() as connection:
            return self._written(connection, held, told, at=at)

    def _written(self, connection: Connection, held: Taken, told: Iterable[LogEvent], *, at: int) -> Taken:
        change = grown(held.order, told, at=at, reacts=self.reacts)
        found = self._kept(held, change, now=at)
        save(connection, (change,), leases={found.order.id: found.lease})
        wake(connection, (change,), at=at)
        return found

    def _kept(self, held: Taken, change: Grown, *, now: int) -> Taken:
        """The lease begins anew while there is something to do, and ends with the last write."""
        until = 0 if change.due_at > now else self._instant(now) + self.lease
        lease = Lease(order=held.lease.order, number=held.lease.number, until=until)
        return Taken(order=change.order, lease=lease, ahead=change.ahead)

    def _read(self, held: Taken) -> Iterator[Taken]:
        """The order as it stands now, if it is still ours."""
        with self.store.reading() as connection:
            ours = leases.still_held(connection, held.lease)
            order = load(connection, held.order.id) if ours else None
        if order is None:
            self.counts.lost += 1
            say.warning("order was taken over", order=held.order.id, lease=held.lease.number)
        else:
            yield Taken(order=order, lease=held.lease)

    def _instant(self, now: int) -> int:
        return now if self.clock is None else max(self.clock(), now)
