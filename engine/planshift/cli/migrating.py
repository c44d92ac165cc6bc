"""What `migrate` and `renew --data` do: decide everybody in some data, and place the orders if that is asked for."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, final

from cyclopts import Parameter, validators

from planshift.cli.carrying_out import open_desk, store_exists
from planshift.cli.clock import now
from planshift.cli.decide_all import EngineOption, MapOption, hints, names_told, progress
from planshift.cli.exits import Exit
from planshift.cli.printing import complain, say, say_json
from planshift.cli.sheets import SheetFormat, say_as
from planshift.cli.stopping import stopping

if TYPE_CHECKING:
    from planshift.adapters.desk import Desk
    from planshift.book import Book
    from planshift.migration.reading import Candidates, Everybody
    from planshift.migration.record import Migration
    from planshift.migration.wish import Wish
    from planshift.population.summary import Summary

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
"""What a migration may be called."""


@final
@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Rows:
    """How the data is read, and where its answers go."""

    map_: MapOption = ()
    engine: EngineOption = "duckdb"
    out: Annotated[Path | None, Parameter(help="Write every answer to a Parquet file.", metavar="FILE")] = None
    set_aside: Annotated[Path, Parameter(help="Where bad rows go.", metavar="FILE")] = Path("set-aside.csv")


@final
@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Orders:
    """Whether orders are placed, under which name, and how many at a time."""

    place: Annotated[
        str | None,
        Parameter(
            help="Place the orders, and keep a record under this name; the same name again goes on.", metavar="NAME"
        ),
    ] = None
    batch: Annotated[
        int,
        Parameter(help="How many at a time: behind each it can stop.", metavar="N", validator=validators.Number(gte=1)),
    ] = 500
    most: Annotated[
        int | None,
        Parameter(help="No more than so many in this run.", metavar="N", validator=validators.Number(gte=1)),
    ] = None
    carry_out: Annotated[bool, Parameter(help="Carry the orders out at once; else a worker does.")] = False


@final
@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class OfData:
    """Data to renew everybody in, how it is read, and whether orders are placed."""

    data: Annotated[
        str | None,
        Parameter(help="Not those of the ledger, but everybody in some data, as for decide-all.", metavar="DATA"),
    ] = None
    rows: Rows = Rows()
    orders: Orders = Orders()

    @property
    def unfit(self) -> bool:
        """Whether something is said of data, and no data is named."""
        return self.data is None and (self.rows != Rows() or self.orders != Orders())


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is asked for everybody in some data; where it `lives` the clock goes on while calls go out."""

    book: Book
    path: Path
    wish: Wish
    data: str
    rows: Rows
    orders: Orders
    store: str | None
    adapters: Path | None
    lives: bool
    form: SheetFormat


def done(job: Job) -> Exit:
    """Decide everybody, and place the orders or show what they would come to."""
    if job.orders.place is not None and not NAME.fullmatch(job.orders.place):
        complain("a name is up to 80 letters, digits, dots and dashes, such as spring-2027")
        return Exit.USAGE
    if job.orders.place is not None and store_exists(job.store):
        _ensure_same(job, job.orders.place)
    from planshift.migration.reading import gathered
    from planshift.population.choosing import engine_of
    from planshift.population.data import connect, open_data
    from planshift.population.set_aside import write_bad

    chosen = engine_of(job.rows.engine)
    with TemporaryDirectory() as folder, connect(spill=Path(folder)) as engine:
        told = dict(job.wish.facts)
        opened = open_data(engine, job.book, where=job.data, names=names_told(job.rows.map_), told=told)
        with progress(engine, "reading"):
            everybody = gathered(opened, job.wish, engine=chosen)
            slices = everybody.deciding.slices()
        bad = everybody.aside(slices)
        why = write_bad(everybody.bad_rows(slices), job.rows.set_aside) if bad else ()
        answers = job.rows.out or Path(folder) / "answers.parquet"
        with progress(engine, "deciding", of=everybody.deciding.questions(slices)) as tick:
            everybody.deciding.write(slices, answers, with_terms=job.rows.out is not None, tick=tick)
        summary = everybody.summary(slices, answers, why_aside=why)
        if job.orders.place is None:
            return _shown(job, summary, ignored=opened.ignored)
        return _placed(job, everybody, summary=summary, answers=answers, folder=Path(folder))


def _ensure_same(job: Job, name: str) -> None:
    """Refuse another question or another book under a name before everybody is decided.

    Raises:
        OtherMigration: the name stands for something else.
    """
    from planshift.migration.record import ensure_same_wish

    with open_desk(job.store, adapters=job.adapters, book=job.path) as desk:
        ensure_same_wish(desk.store, name, question=job.wish.text, book=job.book.digest)


def _shown(job: Job, summary: Summary, *, ignored: tuple[str, ...]) -> Exit:
    """What would be, and nothing done."""
    from planshift.population.summary import sheet_of_summary

    if job.form == "json":
        say_json({"placed": False} | summary.to_json())
    else:
        say_as(sheet_of_summary(_title(job), summary), form=job.form)
        if job.form == "text":
            aside = job.rows.set_aside if summary.set_aside else None
            out = None if job.rows.out is None else job.rows.out.as_posix()
            for line in hints(out=out, aside=aside, ignored=ignored):
                say(line)
            say("\nNothing was done: this is what would be. To place the orders, give it a name: --place NAME")
    return Exit.NO if summary.set_aside else Exit.YES


def _title(job: Job) -> str:
    from planshift.billing.zones import format_instant

    instant = format_instant(job.wish.request.at, job.book.zone)[:16].replace("T", " ")
    return f"{job.book.title or job.book.name}: {job.wish.title}, {instant}"


def _placed(job: Job, everybody: Everybody, *, summary: Summary, answers: Path, folder: Path) -> Exit:
    """Place the orders, and report."""
    from planshift.migration.record import begin, settled
    from planshift.migration.report import report_of, sheet_of_report

    asked = _asked(job, everybody, summary)
    clock = now if job.lives else None
    with (
        open_desk(job.store, adapters=job.adapters, book=job.path, clock=clock, makes=True) as desk,
        stopping() as stop,
    ):
        migration = begin(desk.store, asked)
        candidates = everybody.candidates(answers, without=settled(desk.store, migration.name), folder=folder)
        state = _run(job, desk, candidates=candidates, migration=migration, stopped=stop.is_set)
        with desk.store.reading() as connection:
            report = report_of(connection, migration.name)
    if job.form == "json":
        say_json(report.to_json())
    else:
        say_as(sheet_of_report(report), form=job.form)
        if job.form == "text":
            for line in _what_next(job, state, set_aside=summary.set_aside):
                say(line)
    return Exit.YES if report.through else Exit.NO


def _asked(job: Job, everybody: Everybody, summary: Summary) -> Migration:
    from planshift.migration.record import Counts, Migration

    allowed = next((each.answers for each in summary.verdicts if each.what == "allowed"), 0)
    counts = Counts(
        subscriptions=summary.subscriptions,
        set_aside=summary.set_aside,
        allowed=allowed,
        refused=summary.answers - allowed,
        reasons=tuple((each.what, each.answers) for each in summary.reasons),
    )
    at = job.wish.request.at
    return Migration(
        name=job.orders.place or "",
        kind=job.wish.kind,
        book=job.book.digest,
        book_name=job.book.name,
        question=job.wish.text,
        data=everybody.digest(),
        source=_without_password(job.data),
        begun_at=at,
        asked_at=at,
        zone=job.book.zone,
        counts=counts,
    )


def _without_password(data: str) -> str:
    from planshift.population.addresses import without_password

    return without_password(data)


def _run(job: Job, desk: Desk, *, candidates: Candidates, migration: Migration, stopped: Callable[[], bool]) -> str:
    from planshift.adapters.ledger.opening import taken_in
    from planshift.migration.deciding import Alone
    from planshift.migration.placing import Placing
    from planshift.migration.running import Run

    columns = candidates.everybody.opened.door.columns
    placing = Placing(
        name=migration.name,
        store=desk.store,
        source=desk.ledger,
        stands=lambda subscription, at: taken_in(subscription, at=at),
        alone=Alone(book=job.book, wish=job.wish, columns=columns),
        at=job.wish.request.at,
    )
    with _bar("placing orders", len(candidates)) as tick:
        run = Run(
            migration=migration,
            placing=placing,
            batch=job.orders.batch,
            most=job.orders.most,
            worker=desk.worker if job.orders.carry_out else None,
            stopped=stopped,
            tick=tick,
        )
        return run.run(candidates)


def _what_next(job: Job, state: str, *, set_aside: int) -> Iterator[str]:
    if set_aside:
        yield f"\nWhat was set aside, and why, is in {job.rows.set_aside.as_posix()}."
    if state == "paused":
        yield "\nIt is paused: the same command goes on."
    elif not job.orders.carry_out:
        yield "\nA worker carries the orders out: planshift worker"


@contextmanager
def _bar(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal that a person looks at; it leaves nothing behind."""
    if not sys.stderr.isatty() or os.environ.get("CI"):
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.advance(task, done)
