"""Killing the process that carries an order out, at every point of its way, and seeing what another one makes of it.

A point is reached before and after each commit, before, inside and after each call of an adapter, and at each statement
by which a batch is written and recorded. What stands in the database in the end has to be, row for row, what stands
there when nobody is killed.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from zlib import crc32

from sqlalchemy import Connection, Engine, QueuePool, Table, case, delete, event, func, insert, select
from sqlalchemy.engine.interfaces import DBAPICursor

from planshift.actions.action import KINDS
from planshift.actions.plan import placed
from planshift.adapters.ledger.ledger import Ledger
from planshift.adapters.ledger.opening import open_subscription
from planshift.adapters.ledger.reports import flaws as ledger_flaws
from planshift.adapters.ledger.tables import metadata as ledger_tables
from planshift.book import Book, Decision
from planshift.cases.run import run
from planshift.execution.gateways import Gateways
from planshift.execution.news import Listening
from planshift.execution.placing import place
from planshift.execution.ports import Adapter, Batch, Done, Outcome, Refused, Resident, Task, Unanswered
from planshift.execution.running import Runner
from planshift.execution.store.engine import Store
from planshift.execution.store.news import listen
from planshift.execution.store.tables import metadata as order_tables
from planshift.execution.store.tables import order_log, orders
from planshift.execution.store.verifying import flaws
from planshift.execution.telling import tell
from planshift.execution.worker import Worker
from planshift.policy.case_documents import Case
from tests.execution import listened
from tests.execution.listened import Listened
from tests.execution.paying import pay

ORDER: Final = "swept"
LEASE: Final = 2
"""For how many seconds a worker holds an order: so short that another one takes it over on the same day."""

LISTENED: Final = "ledger, listened to"
"""By whom an order is carried out of which somebody is told."""

_WAITING: Final = frozenset({"schedule", "await_payment", "hold_credit"})

NEVER: Final = 2**40
PASSES: Final = 200

_TABLES: Final = tuple(
    table for table in (*order_tables.sorted_tables, *ledger_tables.sorted_tables) if table.name != "book_versions"
)
_TIMES: Final = frozenset({"booked_at", "opened_at", "asked_at", "paid_at", "sent_at", "received_at", "at"})
_LEFT_OUT: Final = {
    "orders": frozenset({"number", "head", "due_at", "leased_by", "leased_until", "lease"}),
    "order_steps": frozenset({"attempts", "try_at", "fault"}),
    "order_news": frozenset({"told", "upto", "attempts", "try_at", "leased_until", "fault"}),
}
"""What differs where an order is taken over: when, by whom and at which attempt, never what."""

Rows = dict[str, Counter[str]]
Strike = Callable[[], None]


def end_myself() -> None:
    """What a crash does: the process is gone, and cleans nothing up."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Points:
    """Counts the points of a way, and strikes at one of them.

    `pauses` has how many points were passed each time that no connection was open and one was about to be: there the
    process can be forked, and `pause` is called.
    """

    strikes_at: int = 0
    strike: Strike = end_myself
    pause: Callable[[], None] = lambda: None
    passed: list[str] = field(default_factory=list)
    pauses: list[int] = field(default_factory=list)
    inside: str = ""

    def reach(self, name: str) -> None:
        self.passed.append(name)
        if len(self.passed) == self.strikes_at:
            self.strike()

    @contextmanager
    def watch(self, engine: Engine) -> Iterator[None]:
        """Reach a point at each commit, and at each statement that an adapter, or a batch of one, writes with."""
        commit, connect = engine.dialect.do_commit, engine.connect

        def do_commit(connection: Any) -> None:  # noqa: ANN401  # the driver's connection has no type here
            self.inside = ""
            self.reach("before a commit")
            commit(connection)
            self.reach("after a commit")

        def connects() -> Connection:
            pool = engine.pool
            assert isinstance(pool, QueuePool)  # which knows how many are open
            if not pool.checkedout():
                self.pauses.append(len(self.passed))
                self.pause()
            return connect()

        def executes(_: object, __: object, statement: str, *___: object) -> None:
            if self.inside and not statement.startswith("SELECT"):
                self.reach(f"inside {self.inside}")

        engine.dialect.do_commit = do_commit  # type: ignore[method-assign,assignment]  # of this engine alone
        engine.connect = connects  # type: ignore[method-assign]  # as above
        event.listen(engine, "before_cursor_execute", executes)
        yield
        event.remove(engine, "before_cursor_execute", executes)
        engine.dialect.do_commit = commit  # type: ignore[method-assign]  # as it was
        engine.connect = connect  # type: ignore[method-assign]  # as above

    @contextmanager
    def within(self, task: Task) -> Iterator[None]:
        """A call of an adapter."""
        self.reach(f"before {task.action.kind}")
        self.inside = task.action.kind
        yield
        self.inside = ""
        self.reach(f"after {task.action.kind}")

    def writing(self) -> None:
        """A batch is written, and then what is on record of it, up to the commit."""
        self.reach("before a batch is written")
        self.inside = "the writing of a batch"


@dataclass(frozen=True)
class WatchedBatch:
    """Tasks of one transaction, at points."""

    batch: Batch
    points: Points
    refuses: str

    def perform(self, task: Task) -> Outcome:
        with self.points.within(task):
            return Refused(why="it will not do this") if task.key == self.refuses else self.batch.perform(task)

    def write(self) -> None:
        self.points.writing()
        self.batch.write()


@dataclass(frozen=True)
class Watched:
    """The ledger, at points. It refuses one step for good, if asked to."""

    ledger: Ledger
    points: Points
    refuses: str = ""
    name: str = "ledger"
    kinds: frozenset[str] = frozenset(KINDS)

    def perform_within(self, task: Task, *, connection: Connection) -> Outcome:
        with self.points.within(task):
            if task.key == self.refuses:
                return Refused(why="it will not do this")
            return self.ledger.perform_within(task, connection=connection)

    def batch(self, tasks: Sequence[Task], *, connection: Connection) -> Batch:
        begun = self.ledger.batch(tasks, connection=connection)
        return WatchedBatch(batch=begun, points=self.points, refuses=self.refuses)


@dataclass(frozen=True)
class Far:
    """A system that outlives every worker: a file with a line for each time that it acted.

    It does not look whether it has acted under a key before, so that a worker who tries again without asking is found
    out. At first tries it goes wrong in turn: no answer without acting, no answer after acting, an error after acting,
    a call that arrives twice. `life` is the number that this process gives to its calls.
    """

    acts: Path
    points: Points
    life: str = ""
    asks: bool = True
    name: str = "far away"
    kinds: frozenset[str] = frozenset(KINDS)

    def perform(self, task: Task) -> Outcome:
        with self.points.within(task):
            fault = crc32(task.key.encode()) % 5 if task.attempt == 1 else 0
            if fault == 1:
                return Unanswered(why="it took too long")
            delivery = f"{task.key}|{task.attempt}|{self.life}"
            for _ in range(2 if fault == 4 else 1):
                self._arrives(delivery)
            self.points.reach(f"inside {task.action.kind}")
            if fault == 2:
                return Unanswered(why="it took too long")
            if fault == 3:
                raise ConnectionResetError(delivery)
            return Done(reference=f"far:{task.key}")

    def ask(self, task: Task) -> Outcome | None:
        known = self.asks and any(line.split("|")[0] == task.key for line in self._lines())
        return Done(reference=f"far:{task.key}") if known else None

    def acted(self) -> Counter[str]:
        """How often it acted, by key."""
        return Counter(line.split("|")[0] for line in self._lines())

    def _arrives(self, delivery: str) -> None:
        """One delivery is acted on once, as every server does that is told the number of a call."""
        if delivery not in self._lines():
            with self.acts.open("a", encoding="utf-8") as file:
                file.write(f"{delivery}\n")

    def _lines(self) -> list[str]:
        return self.acts.read_text(encoding="utf-8").splitlines() if self.acts.exists() else []


@dataclass(frozen=True)
class Way:
    """A decision that is carried out, and by what.

    It is the ledger, the ledger that refuses a step, a system outside, or the ledger with somebody who listens.
    """

    decision: Decision
    by: str

    @property
    def refuses(self) -> str:
        """The last step that could be refused while there is something to take back; empty where none is."""
        steps = [each.step for each in placed(self.decision.plan(ORDER).steps)]
        return steps[-1].key if self.by == "ledger, turned back" and steps else ""


def ways_of(book: Book) -> list[Way]:
    """The plans that the cases of a book lead to, one of each shape of steps, by each of the ways."""
    found: dict[tuple[object, ...], Decision] = {}

    def see(case: Case, decision: Decision, *, role: str) -> None:  # noqa: ARG001  # how a watch is called
        if decision.allowed and role == "decided":
            plan = decision.plan(ORDER)
            shape = tuple((each.step.action.kind, each.step.undo is None) for each in placed(plan.steps))
            if shape and not plan.queued:
                found.setdefault(shape, decision)

    run(book, watch=see)
    by = ("ledger", "ledger, turned back", "outside")
    told: dict[frozenset[str], Decision] = {}  # one of each kind of waiting: that is what becomes of an order
    for each in found.values():
        told.setdefault(_WAITING.intersection(one.step.action.kind for one in placed(each.plan(ORDER).steps)), each)
    ways = [Way(decision=each, by=one) for each in found.values() for one in by]
    return [*ways, *(Way(decision=each, by=LISTENED) for each in told.values())]


@dataclass(frozen=True)
class Stand:
    """Every row of every table at an instant, what the system outside has done by then, and who listens was told."""

    rows: tuple[tuple[tuple[object, ...], ...], ...] = ((),) * len(_TABLES)
    acts: str = ""
    told: str = ""


_ROWS: Final = tuple(str(select(table).order_by(*table.primary_key)) for table in _TABLES)
_CLEAR: Final = tuple(delete(table) for table in reversed(_TABLES))
_FILL: Final = tuple(insert(table) for table in _TABLES)


@dataclass(frozen=True)
class Bench:
    """A store in which one way after another is gone, from the same beginning each time."""

    store: Store
    folder: Path
    life: str = "first"

    def worker(self, way: Way, points: Points, *, name: str = "worker", asks: bool = True) -> Worker:
        ledger = Ledger(store=self.store)
        adapter: Adapter | Resident = Watched(ledger=ledger, points=points, refuses=way.refuses)
        if way.by == "outside":
            adapter = Far(acts=self.acts, points=points, life=self.life, asks=asks)
        return Worker(runner=Runner(store=self.store, gateways=Gateways((adapter,)), lease=LEASE), name=name)

    @property
    def acts(self) -> Path:
        return self.folder / "acts"

    @property
    def told(self) -> Path:
        return self.folder / "told"

    def begin(self, book: Book, way: Way) -> Stand:
        """Place the order, and return what there is then."""
        self.put(Stand())
        with self.store.begin() as connection:
            open_subscription(connection, way.decision.subscription, at=way.decision.request.at)
            listen(connection, [listened.NAME] if way.by == LISTENED else [])
        place(self.store, book, decision=way.decision, at=way.decision.computed_at, order=ORDER)
        return self.stand()

    def stand(self) -> Stand:
        """What there is now."""
        with self.store.reading() as connection, closing(connection.connection.cursor()) as cursor:
            rows = tuple(tuple(map(tuple, _all(cursor, each))) for each in _ROWS)
        acts, told = (each.read_text(encoding="utf-8") if each.exists() else "" for each in (self.acts, self.told))
        return Stand(rows=rows, acts=acts, told=told)

    def put(self, stand: Stand) -> None:
        """Let there be this, and nothing else."""
        self.acts.write_text(stand.acts, encoding="utf-8")
        self.told.write_text(stand.told, encoding="utf-8")
        with self.store.begin() as connection:
            for clear in _CLEAR:
                connection.execute(clear)
            for table, fill, rows in zip(_TABLES, _FILL, stand.rows, strict=True):
                if rows:
                    connection.execute(fill, [dict(zip(table.columns.keys(), row, strict=True)) for row in rows])

    def live(self, way: Way, points: Points, *, name: str = "worker", asks: bool = True) -> None:
        """Carry the order out to its end, whatever days that takes, and pay what it bills."""
        with points.watch(self.store.engine):
            worker = self.worker(way, points, name=name, asks=asks)
            with self.store.reading() as connection:
                at = connection.scalar(select(func.max(order_log.c.at))) or 0
            listener = Listened(file=self.told, reach=points.reach)
            listening = (Listening(listener=listener),) if way.by == LISTENED else ()
            for _ in range(PASSES):
                worker.work(at)
                tell(self.store, listening, now=at)
                due = self._due()
                if due is not None and self._held(at):  # by somebody who is gone: until then nothing else happens
                    at = due
                elif not pay(self.store, way.decision, order=ORDER, at=at):
                    due = self._untold() if due is None else due
                    if due is None:
                        return
                    at = max(at, due)
            raise AssertionError(f"the order does not come to rest: {way}")

    def _due(self) -> int | None:
        later = case((orders.c.due_at > orders.c.leased_until, orders.c.due_at), else_=orders.c.leased_until)
        with self.store.reading() as connection:
            found: int | None = connection.scalar(select(func.min(later)).where(orders.c.due_at < NEVER))
        return found

    def _untold(self) -> int | None:
        with self.store.reading() as connection:
            return listened.untold(connection)

    def _held(self, at: int) -> bool:
        held = select(orders.c.id).where(orders.c.due_at <= at, orders.c.leased_until > at)
        with self.store.reading() as connection:
            return connection.scalar(held) is not None

    def stands(self) -> Rows:
        """Everything that matters in the end, by table: how often each row is there; and what does not add up."""
        with self.store.reading() as connection:
            rows = {table.name: Counter(_told(table, connection)) for table in _TABLES if table is not order_log}
            wrong = [*map(str, ledger_flaws(connection)), *map(str, flaws(connection, now=NEVER))]
        acted, told = Far(acts=self.acts, points=Points()).acted(), self.told.read_text(encoding="utf-8")
        wrong += listened.out_of_order(told)
        return {**rows, "acts": acted, "told": listened.told(told), "flaws": Counter(wrong)}


def _all(cursor: DBAPICursor, question: str) -> Sequence[Any]:
    """Every row, as the driver has it: this is asked after each kill."""
    cursor.execute(question)
    return cursor.fetchall()


def _told(table: Table, connection: Connection) -> Iterator[str]:
    left_out = _TIMES | _LEFT_OUT.get(table.name, frozenset())
    columns = [column for column in table.columns if column.name not in left_out]
    for row in connection.execute(select(*columns)):
        yield repr(tuple(row))
