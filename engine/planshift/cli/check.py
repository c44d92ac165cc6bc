"""`planshift check`: everything that can be known about a book without running it."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from planshift.cli.answering import answering
from planshift.cli.clock import today
from planshift.cli.exits import Exit
from planshift.cli.formats import CheckFormat, say_found
from planshift.cli.printing import say, say_diagnostics
from planshift.diagnostics.diagnostic import Diagnostic, has_errors

if TYPE_CHECKING:
    from planshift.rulebook.checking import Checked


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
) -> Exit:
    """Say everything that is wrong with a book."""
    from planshift.rulebook.checking import books_in, check_book

    books = tuple(book for each in paths for book in books_in(each))
    day = on or today()
    by_book = {book.as_posix(): _with_examples(check_book(book, on=day), book).diagnostics for book in books}
    found = tuple(diagnostic for each in by_book.values() for diagnostic in each)
    if format == "text":
        _say_text(found, ", ".join(by_book))
    else:
        say_found(by_book, form=format)
    return Exit.INVALID if has_errors(found) else Exit.YES


def _say_text(found: tuple[Diagnostic, ...], names: str) -> None:
    if found:
        say_diagnostics(found, to=sys.stdout)
    else:
        say(f"{names}: no mistakes found")


def _with_examples(checked: Checked, path: Path) -> Checked:
    """Cases and subscriptions are read only where there are some: their models take time to load."""
    if not any(path.joinpath(folder).is_dir() for folder in ("cases", "subscriptions")):
        return checked
    from planshift.rulebook.checking_examples import with_examples

    return with_examples(checked, path)
