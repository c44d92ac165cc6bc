"""`planshift check`: everything that can be known about a book without running it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from planshift.cli.answering import answering
from planshift.cli.clock import today
from planshift.cli.exits import Exit
from planshift.cli.formats import CheckFormat, say_found
from planshift.cli.printing import complain, diagnostics_json, say, say_diagnostics, say_json
from planshift.diagnostics.diagnostic import Diagnostic, has_errors


@answering
def check(
    paths: Annotated[tuple[Path, ...], Parameter(name="PATH", help="Books: folders, or single YAML files.")],
    /,
    *,
    on: Annotated[
        date | None,
        Parameter(help="The day on which prices count as sold; by default today.", metavar="DATE"),
    ] = None,
    format: Annotated[  # noqa: A002  # the option's name
        CheckFormat, Parameter(help="Text for people (the default), or what another program reads.")
    ] = "text",
    fix: Annotated[bool, Parameter(help="Repair what is safe to repair, and tell what is left.")] = False,
    diff: Annotated[bool, Parameter(help="With --fix: show what would be repaired, and write nothing.")] = False,
    watch: Annotated[
        bool, Parameter(help="Check again at each save, until Ctrl-C; JSON is one line each time.")
    ] = False,
) -> Exit:
    """Say everything that is wrong with a book."""
    from planshift.rulebook.checking import books_in, check_all

    if diff and not fix:
        complain("--diff shows what --fix would do: give both")
        return Exit.USAGE
    if watch:
        return _watch(paths, on, form=format, fix=fix)
    books = tuple(book for each in paths for book in books_in(each))
    day = on or today()
    if fix:
        return _fix(books, day, form=format, only_shown=diff)
    by_book = {book.as_posix(): check_all(book, on=day).diagnostics for book in books}
    if format == "text":
        _say_report(by_book)
    else:
        say_found(by_book, form=format)
    return Exit.INVALID if any(map(has_errors, by_book.values())) else Exit.YES


def _fix(books: tuple[Path, ...], day: date, *, form: CheckFormat, only_shown: bool) -> Exit:
    """Repair the books, or show how; what cannot be repaired is told as ever."""
    from planshift.cli import repairs

    answers = {book.as_posix(): repairs.repaired(book, on=day) for book in books}
    by_book = {name: answer.left for name, answer in answers.items()}
    left = tuple(diagnostic for each in by_book.values() for diagnostic in each)
    if only_shown:
        repairs.show(answers.values())
        broken = any(problem.is_error for answer in answers.values() for problem, _ in answer.done)
        return Exit.INVALID if broken or has_errors(left) else Exit.YES
    repairs.write(answers.values())
    if form == "json":
        say_json({**diagnostics_json(left), "repaired": repairs.repairs_json(answers)})
    elif form != "text":
        say_found(by_book, form=form)
    else:
        repairs.tell(answers.values())
        _say_text(left, ", ".join(by_book))
    return Exit.INVALID if has_errors(left) else Exit.YES


def _watch(paths: tuple[Path, ...], on: date | None, *, form: CheckFormat, fix: bool) -> Exit:
    """Check again at each save."""
    if fix or form not in ("text", "json"):
        complain("--watch repairs nothing" if fix else "--watch prints text or JSON")
        return Exit.USAGE
    from planshift.cli.watching import watch_books

    return watch_books(paths, on=on, say_text=_say_report if form == "text" else None)


def _say_report(by_book: Mapping[str, tuple[Diagnostic, ...]]) -> None:
    _say_text(tuple(diagnostic for each in by_book.values() for diagnostic in each), ", ".join(by_book))


def _say_text(found: tuple[Diagnostic, ...], names: str) -> None:
    if found:
        say_diagnostics(found, to=sys.stdout, repairs=True)
    else:
        say(f"{names}: no mistakes found")
