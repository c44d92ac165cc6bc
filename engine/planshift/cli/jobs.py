"""Running the cases of a book in several processes, and showing how far that has come."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, final

from cyclopts import Parameter, validators

from planshift.diagnostics.diagnostic import has_errors, sort_diagnostics
from planshift.diagnostics.errors import InvalidBook

if TYPE_CHECKING:
    from planshift.book import Book
    from planshift.cases.covering import Covering
    from planshift.cases.report import CaseResult, Report
    from planshift.diagnostics.diagnostic import Diagnostic

Jobs = Annotated[
    int | None,
    Parameter(
        name=["--jobs", "-j"],
        validator=validators.Number(gte=1),
        help="In how many processes; without it in as many as there are cores where the cases are many.",
    ),
]
"""The option that says how many processes there are to be."""

Tick = Callable[[str], None]
"""Is told the file of each case that is done, or of each file where they are done by files."""

WORTH_IT = 256 * 1024
"""From how many bytes of cases on several processes are started by themselves: to start one takes a moment, too."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What came of one file of cases."""

    results: tuple[CaseResult, ...]
    problems: tuple[Diagnostic, ...]


def report_of(book: Book, pattern: str | None, *, jobs: int | None, covering: Covering | None = None) -> Report:
    """The report of a book's cases, in the order of its files, however many processes made it.

    What they exercise is found in one process.

    Raises:
        InvalidBook: the case files have mistakes.
        InvalidInput: there is no such case.
    """
    from concurrent.futures import ProcessPoolExecutor

    from planshift.cases.report import Report
    from planshift.cases.run import run

    folder = book.files if isinstance(book.files, Path) and book.files.is_dir() else None
    files = case_files(folder) if folder is not None else ()
    wanted = min(_wanted(files) if jobs is None else jobs, len(files))
    if folder is None or wanted <= 1 or covering is not None:
        with progress(book.name, {file.as_posix(): 1 for file in files}) as tick:
            if covering is None:
                return run(book, pattern, tick=tick)
            return run(book, pattern, watch=covering.watch, listen=covering.listen, tick=tick)
    parts: list[_Part] = []
    with (
        progress(book.name, {file.as_posix(): file.stat().st_size for file in files}) as tick,
        ProcessPoolExecutor(wanted, initializer=_begin, initargs=(folder,)) as pool,
    ):
        work = partial(_one_file, pattern=pattern)
        for file, part in zip(files, pool.map(work, [f"cases/{file.name}" for file in files]), strict=True):
            parts.append(part)
            tick(file.as_posix())
    problems = sort_diagnostics(problem for part in parts for problem in part.problems)
    if has_errors(problems):
        raise InvalidBook(diagnostics=problems)
    results = tuple(result for part in parts for result in part.results)
    return Report(book=book.name, results=results) if results else run(book, pattern)  # which says that there are none


def case_files(folder: Path) -> tuple[Path, ...]:
    """The files of cases of a book."""
    from planshift.policy.case_documents import CASES, SUFFIXES
    from planshift.policy.shelf import FolderShelf

    names = (name for name in FolderShelf(folder).names() if name.startswith(CASES) and name.endswith(SUFFIXES))
    return tuple(folder.joinpath(name) for name in names)


def _wanted(files: tuple[Path, ...]) -> int:
    """How many processes are worth their start."""
    return (os.cpu_count() or 1) if sum(file.stat().st_size for file in files) >= WORTH_IT else 1


_OPENED: list[Book] = []
"""The book of this process, where it is one of several."""


def _begin(folder: Path) -> None:
    from planshift.book import load

    _OPENED.append(load(folder))


def _one_file(name: str, *, pattern: str | None) -> _Part:
    from planshift.cases.run import chosen_by, result_of
    from planshift.policy.case_documents import read_cases

    book = _OPENED[-1]
    files, problems, _ = read_cases(book.document, book.files, only=name)
    is_chosen = chosen_by(pattern)
    if has_errors(problems):
        return _Part(results=(), problems=problems)
    results = tuple(result_of(book, case) for file in files for case in file.cases if is_chosen(case, file))
    return _Part(results=results, problems=problems)


@contextmanager
def progress(title: str, weights: dict[str, int]) -> Iterator[Tick]:
    """Show a bar while files are gone through, on a terminal that a person looks at; it leaves nothing behind.

    `weights` say how much of the whole each file is.
    """
    if not sys.stderr.isatty() or os.environ.get("CI"):
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=sum(weights.values()))
        seen: set[str] = set()

        def tick(file: str) -> None:
            if file not in seen:
                seen.add(file)
                bar.advance(task, weights.get(file, 0))

        yield tick
