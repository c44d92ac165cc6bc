"""`planshift population`: which columns a population has, and one made up to try a book with."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

from cyclopts import Parameter

from planshift.cli.answering import answering
from planshift.cli.clock import now
from planshift.cli.exits import Exit
from planshift.cli.inputs import BookArgument, open_book
from planshift.cli.printing import FormatOption, complain, say, say_json, say_sheet


@answering
def population(
    action: Annotated[Literal["schema", "make"], Parameter(help="`schema` lists the columns, `make` draws customers.")],
    book: BookArgument,
    /,
    *,
    rows: Annotated[int, Parameter(name=("-n", "--rows"), help="How many customers to draw.", metavar="N")] = 1_000,
    seed: Annotated[int, Parameter(help="Where chance begins: the same seed draws the same.", metavar="N")] = 1,
    on: Annotated[
        str | None, Parameter(help="The day on which they are customers; else today.", metavar="DATE")
    ] = None,
    out: Annotated[Path | None, Parameter(help="The file: .parquet, .csv or .jsonl.", metavar="FILE")] = None,
    all_: Annotated[
        bool, Parameter(name="--all", help="List also the columns that this book does not look at.")
    ] = False,
    format: FormatOption = "text",  # noqa: A002  # the option's name
) -> Exit:
    """List the columns of a population, or make one."""
    from planshift.cli.decide_all import installed

    if not installed():
        return Exit.USAGE
    if action == "schema":
        return _schema(book, everything=all_, as_json=format == "json")
    return _make(book, rows=rows, seed=seed, on=on, out=out)


def _schema(path: Path, *, everything: bool, as_json: bool) -> Exit:
    from planshift.decision.sheet import Column, Section, Table, sheet_of
    from planshift.population.columns import KIND_WORDS, columns_of

    book = open_book(path)
    columns = [column for column in columns_of(book) if everything or column.read]
    if as_json:
        say_json(
            [
                {
                    "name": column.name,
                    "type": KIND_WORDS[column.kind],
                    "words": list(column.members),
                    "needed": column.needed,
                    "read": column.read,
                    "default": None if column.needed else column.default_text,
                    "meaning": column.meaning,
                }
                for column in columns
            ]
        )
        return Exit.YES
    rows = tuple(
        (
            column.name,
            ", ".join(column.members) or KIND_WORDS[column.kind],
            "needed" if column.needed else column.default_text,
            column.meaning.replace("`", ""),
        )
        for column in columns
    )
    headings = (Column(heading="column"), Column(heading="holds", wraps=True), Column(heading="without it", wraps=True))
    table = Table(columns=(*headings, Column(heading="meaning", wraps=True)), rows=rows)
    say_sheet(sheet_of(f"{book.title or book.name}: the columns of a population", [Section(blocks=(table,))]))
    return Exit.YES


def _make(path: Path, *, rows: int, seed: int, on: str | None, out: Path | None) -> Exit:
    from planshift.billing.calendar import to_day
    from planshift.billing.zones import local_day
    from planshift.policy.fields import read_date
    from planshift.policy.mistakes import Mistakes
    from planshift.population.data import connect
    from planshift.population.making import Making, file_endings

    if out is None or out.suffix not in file_endings() or rows < 1:
        complain(f"say where to with --out FILE, ending in {', '.join(file_endings())}, and how many with -n")
        return Exit.USAGE
    book = open_book(path)
    try:
        day = local_day(now(), book.zone) if on is None else to_day(read_date(on))
    except Mistakes:
        complain(f"`{on}` is not a day: write 2026-01-31")
        return Exit.USAGE
    with TemporaryDirectory() as folder, connect(spill=Path(folder)) as engine:
        Making(book=book, rows=rows, seed=seed, day=day).write(engine, out)
    say(f"{out.as_posix()}: {rows:,} subscriptions of {book.title or book.name}")
    return Exit.YES
