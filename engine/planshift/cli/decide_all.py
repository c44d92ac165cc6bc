"""`planshift decide-all`: one question to everybody in some data, answered into a file and told as a summary."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import TYPE_CHECKING, Annotated, final

from cyclopts import Parameter

from planshift.cli.answering import answering
from planshift.cli.clock import now
from planshift.cli.everybody import facts_for_everybody
from planshift.cli.exits import Exit
from planshift.cli.inputs import AtOption, BookArgument, ByOption, FactOption, open_book
from planshift.cli.printing import FormatOption, complain, say, say_json, say_sheet

if TYPE_CHECKING:
    import duckdb

    from planshift.billing.change import ChangeRequest
    from planshift.book import Book
    from planshift.population.asking import Question
    from planshift.population.summary import Summary

DataArgument = Annotated[
    str,
    Parameter(
        help="The subscriptions: Parquet, CSV, JSON lines or Arrow, FILE.duckdb#TABLE or postgresql://...#TABLE.",
        metavar="DATA",
    ),
]
MapOption = Annotated[
    tuple[str, ...],
    Parameter(
        name="--map", help="What the data calls our columns; or a file of such lines.", metavar="OURS=THEIRS...",
        consume_multiple=True,
    ),
]  # fmt: skip

ENGINES = "What computes the answers: duckdb, polars, postgresql://USER@HOST/DATABASE or spark://HOST:PORT."
"""How the engines are told."""

EngineOption = Annotated[str, Parameter(help=ENGINES, metavar="ENGINE")]

StayingOption = Annotated[
    str, Parameter(name="--engine", help=f"{ENGINES} A table of that database stays in it.", metavar="ENGINE")
]
OutOption = Annotated[
    str | None,
    Parameter(help="Write every answer to a Parquet file, or to a new table: postgresql://...#TABLE.", metavar="FILE"),
]


@answering
def decide_all(
    book: BookArgument,
    data: DataArgument,
    /,
    *,
    to: Annotated[str | None, Parameter(help="The plan that everybody asks for.", metavar="PLAN")] = None,
    price: Annotated[str | None, Parameter(help="Its price; else the one billed as often.", metavar="ID")] = None,
    each_option: Annotated[bool, Parameter(help="Ask for every plan and price that there is.")] = False,
    renew: Annotated[bool, Parameter(help="Ask for renewals: who renews or switches that day.")] = False,
    at: AtOption = None,
    by: ByOption = "customer",
    fact: FactOption = (),
    map_: MapOption = (),
    engine: StayingOption = "duckdb",
    out: OutOption = None,
    set_aside: Annotated[Path, Parameter(help="Where bad rows go.", metavar="FILE")] = Path("set-aside.csv"),
    format: FormatOption = "text",  # noqa: A002  # the option's name
) -> Exit:
    """Decide everybody in a file of subscriptions."""
    if [to is not None, each_option, renew].count(True) != 1:
        complain("say what is asked: --to PLAN, --each-option or --renew")
        return Exit.USAGE
    if not installed():
        return Exit.USAGE
    from planshift.population.asking import Question

    opened = open_book(book)
    question = Question(
        kind="renewal" if renew else "options" if each_option else "change",
        request=replace(
            target_of(opened, to=to, price=price), at=instant_told(opened, at), by="system" if renew else by
        ),
    )
    facts = {} if renew else facts_for_everybody(opened, fact)
    run = _Run(data=data, names=names_told(map_), facts=facts, engine=engine, out=out, set_aside=set_aside)
    summary, ignored = _decided(opened, question, run)
    if format == "json":
        say_json(summary.to_json())
    else:
        _say_summary(_title(opened, question), summary, run=run, ignored=ignored)
    return Exit.NO if summary.set_aside else Exit.YES


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """Where the data is, what computes it, and where its answers go."""

    data: str
    names: dict[str, str]
    facts: dict[str, str]
    engine: str
    out: str | None
    set_aside: Path


def _decided(book: Book, question: Question, run: _Run) -> tuple[Summary, tuple[str, ...]]:
    """Decide everybody and write the files; what came of it, and the columns of the data that say nothing."""
    from planshift.population.choosing import engine_of
    from planshift.population.data import connect
    from planshift.population.deciding import Deciding
    from planshift.population.places import hand_over, opened_by
    from planshift.population.set_aside import write_bad
    from planshift.population.summary import summary_of

    chosen = engine_of(run.engine)
    _check_out(run.out)
    with (
        TemporaryDirectory() as folder,
        connect(spill=Path(folder)) as engine,
        opened_by(chosen, book, where=run.data, door=engine, names=run.names, told=run.facts) as opened,
    ):
        deciding = Deciding(opened=opened, question=question, engine=opened.host or chosen)
        with progress(engine, "reading"):
            slices = deciding.slices()
        bad = deciding.aside(slices)
        why = write_bad(deciding.bad_rows(slices), run.set_aside) if bad else ()
        with progress(engine, "deciding", of=deciding.questions(slices)) as tick:
            answers = hand_over(deciding, slices, out=run.out, folder=Path(folder), tick=tick)
        good = sum(part.good for part in slices)
        summary = summary_of(opened, answers, good=good, bad=bad, renews=question.renews, why_aside=why)
        return summary, opened.ignored


def _check_out(out: str | None) -> None:
    """Where answers are to become a table of a server, see at once whether it can be made."""
    from planshift.population.addresses import POSTGRESQL, scheme_of
    from planshift.population.choosing import engine_of

    if out is None or scheme_of(out) not in POSTGRESQL:
        return
    engine_of(out)  # says what is not installed
    from planshift.population.postgresql import check_free

    check_free(out)


def installed() -> bool:
    """Whether the extra is there; says how to get it where it is not."""
    try:
        import duckdb  # noqa: F401  # only asked whether it is there
    except ImportError:
        complain("this needs an extra that is not installed: pip install 'planshift[population]'")
        return False
    return True


def target_of(book: Book, *, to: str | None, price: str | None) -> ChangeRequest:
    """The request for a plan, checked against the catalog."""
    from planshift.billing.change import ChangeRequest
    from planshift.decision.flaws import unknown_price
    from planshift.diagnostics.errors import InvalidInput

    if to is not None:
        known = [each.id for plan in book.catalog.plans if plan.name == to for each in plan.prices]
        flaws = tuple(unknown_price(book.rulebook, to, price=price or (known or [""])[0], of="request"))
        if flaws:
            raise InvalidInput(diagnostics=flaws)
    return ChangeRequest(at=0, plan=to or "", price=price or "")


def instant_told(book: Book, at: str | None) -> int:
    """The instant that an option names, a day being its first; without it, now."""
    from planshift.billing.zones import parse_instant
    from planshift.diagnostics.diagnostic import Diagnostic
    from planshift.diagnostics.errors import InvalidInput
    from planshift.diagnostics.span import whole_file

    if at is None:
        return now()
    try:
        return parse_instant(f"{at}T00:00" if len(at) == len("2026-01-31") else at, book.zone)
    except ValueError:
        found = Diagnostic(code="PS118", message=f"`{at}` is not a day or an instant", span=whole_file(f"--at {at}"))
        raise InvalidInput(diagnostics=(found,)) from None


def names_told(told: tuple[str, ...]) -> dict[str, str]:
    """What the data calls our columns: pairs, or the lines of a file."""
    pairs: dict[str, str] = {}
    for each in told:
        lines = [each] if "=" in each or not Path(each).is_file() else Path(each).read_text("utf-8").splitlines()
        for line in lines:
            ours, _, theirs = line.partition("=")
            if ours.strip() and not ours.strip().startswith("#"):
                pairs[ours.strip()] = theirs.strip()
    return pairs


def _say_summary(title: str, summary: Summary, *, run: _Run, ignored: tuple[str, ...]) -> None:
    from planshift.population.summary import sheet_of_summary

    say_sheet(sheet_of_summary(title, summary))
    for line in hints(out=run.out, aside=run.set_aside if summary.set_aside else None, ignored=ignored):
        say(line)


def _title(book: Book, question: Question) -> str:
    from planshift.billing.zones import format_instant

    asked = {"options": "every option", "renewal": "renewals"}.get(question.kind, f"to {question.request.plan}")
    return (
        f"{book.title or book.name}: {asked}, {format_instant(question.request.at, book.zone)[:16].replace('T', ' ')}"
    )


def hints(*, out: str | None, aside: Path | None, ignored: tuple[str, ...]) -> Iterator[str]:
    """Where files are, and what of the data says nothing."""
    from planshift.population.addresses import without_password

    if out is not None:
        yield f"\nEvery answer is in {without_password(out)}."
    if aside is not None:
        yield f"\nWhat was set aside, and why, is in {aside.as_posix()}."
    if ignored:
        named = ", ".join(f"`{name}`" for name in ignored)
        yield f"\nThese columns say nothing to this book: {named}."


@contextmanager
def progress(engine: duckdb.DuckDBPyConnection, what: str, *, of: int = 0) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal: as far as the engine has come or, where another one is asked, as it is told of `of` rows."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task, told = bar.add_task(what, total=100), bar.add_task(what, total=of or None, visible=False)
        ended = Event()

        def follow() -> None:
            while not ended.wait(timeout=1):
                bar.update(task, completed=max(0, engine.query_progress(), bar.tasks[told].percentage))

        follower = Thread(target=follow, daemon=True)
        follower.start()
        try:
            yield lambda rows: bar.advance(told, rows)
        finally:
            ended.set()
            follower.join()
