"""`planshift test --mutate`: small edits of books, and whether their cases notice them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import cpu_count, environ
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, final

from cyclopts import Parameter

from planshift.cli.exits import Exit
from planshift.cli.formats import TestFormat
from planshift.cli.inputs import open_book
from planshift.cli.printing import say, say_json

if TYPE_CHECKING:
    from planshift.cases.mutation.report import MutationReport
    from planshift.cases.mutation.run import Progress


@final
@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Mutating:
    """Whether and how books are edited, as the options of the command say it."""

    mutate: Annotated[
        bool, Parameter(help="Edit the policy in small ways, one at a time, and list the edits that no case notices.")
    ] = False
    mutate_only: Annotated[
        str | None,
        Parameter(
            help="Only edits with this in their place: a file, `policy.yaml:12`, a rule's title, a name such as `fee`.",
            metavar="PATTERN",
        ),
    ] = None
    mutate_every: Annotated[
        int, Parameter(help="Only each N-th edit: a quick sample of the whole book.", metavar="N")
    ] = 1
    mutation_below: Annotated[
        int | None,
        Parameter(help="Exit with 1 where fewer than this percentage of the edits are noticed.", metavar="PERCENT"),
    ] = None

    @property
    def wanted(self) -> bool:
        """Whether any of the options asks for it."""
        return self.mutate or self.mutate_only is not None or self.mutation_below is not None or self.mutate_every > 1


def say_mutation(books: tuple[Path, ...], asked: Mutating, *, form: TestFormat, jobs: int | None) -> Exit:
    """Edit each book, print what was found, and say whether enough was noticed.

    Raises:
        InvalidBook: a book or its cases have mistakes.
        InvalidInput: nothing is chosen.
    """
    from planshift.cases.mutation.run import mutate

    reports: list[MutationReport] = []
    for path in books:
        book = open_book(path)
        with _progress(book.name) as progress:
            found = mutate(
                book,
                only=asked.mutate_only,
                every=max(1, asked.mutate_every),
                jobs=jobs or cpu_count() or 1,
                progress=progress,
            )
        reports.append(found)
    _say(reports, form, below=asked.mutation_below)
    below = asked.mutation_below
    return Exit.NO if below is not None and any(each.is_below(below) for each in reports) else Exit.YES


def _say(reports: list[MutationReport], form: TestFormat, *, below: int | None) -> None:
    from planshift.cases.mutation.report import mutation_data, mutation_text, summary_text
    from planshift.cases.mutation.report_ci import mutation_annotations, mutation_junit

    match form:
        case "json":
            say_json([mutation_data(report) for report in reports])
        case "github":
            lines = mutation_annotations(reports, root=Path.cwd(), below=below)
            say("\n".join((*lines, *map(summary_text, reports))))
        case "junit":
            sys.stdout.write(mutation_junit(reports, root=Path.cwd(), below=below))
        case "text":
            say("\n\n".join(map(mutation_text, reports)))


@contextmanager
def _progress(name: str) -> Iterator[Progress | None]:
    """A bar where people watch; nothing in a pipe or in continuous integration."""
    if not sys.stderr.isatty() or "CI" in environ:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(f"{name}: edits"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
        task = bar.add_task(name, total=None)

        def told(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, refresh=True)

        yield told
