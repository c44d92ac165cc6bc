"""`planshift diff`: what two versions of a book mean, and what is different between them."""

from __future__ import annotations

import sys
from dataclasses import replace
from os import environ
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter, validators

from planshift.cli.answering import answering
from planshift.cli.exits import Exit
from planshift.cli.inputs import open_book
from planshift.cli.printing import say, say_json, screen_width
from planshift.diagnostics.errors import InvalidBook, InvalidInput

if TYPE_CHECKING:
    from planshift.book import Book
    from planshift.comparison.told import Told
    from planshift.diagnostics.diagnostic import Diagnostic
    from planshift.diagnostics.span import Span

DiffFormat = Literal["text", "markdown", "json"]

_VERSION = "A book, or one at a revision of git: main:policies/hosting."


@answering
def diff(
    old: Annotated[str, Parameter(name="OLD", help=f"The version before. {_VERSION}")],
    new: Annotated[str, Parameter(name="NEW", help="The version after, said in the same way.")],
    /,
    *,
    keep: Annotated[
        Path | None,
        Parameter(help="Write the witnesses to this file, as cases of the new version.", metavar="FILE"),
    ] = None,
    tries: Annotated[
        int,
        Parameter(
            help="How many changes are tried at most in search of witnesses.",
            metavar="N",
            validator=validators.Number(gte=0, lte=1_000_000),
        ),
    ] = 4_000,
    format: Annotated[  # noqa: A002  # the option's name
        DiffFormat, Parameter(help="Text for people (the default), Markdown for a pull request, or JSON.")
    ] = "text",
) -> Exit:
    """Say what is different between two versions of a book."""
    from planshift.comparison.compare import compare
    from planshift.comparison.told import Told

    if keep is not None and keep.exists():
        raise InvalidInput(diagnostics=(_taken(keep),))
    before, old_prefix = version_of(old)
    after, new_prefix = version_of(new)
    progress = _Progress()
    comparison = compare(before, after, tries=tries, progress=progress.told)
    progress.end()
    told = Told(comparison=comparison, old=old, new=new, prefixes=(old_prefix, new_prefix))
    _say(told, format)
    if keep is not None:
        _keep(told, keep)
    return Exit.NO if comparison.differences else Exit.YES


def version_of(text: str) -> tuple[Book, str]:
    """A version of a book, and what the names of its files want in front of them."""
    from planshift.book import load_text
    from planshift.cli.revisions import book_files, revision_of

    asked = revision_of(text)
    if asked is None:
        return open_book(Path(text)), ""
    prefix = f"{asked}/"
    try:
        return load_text(book_files(asked)), prefix
    except InvalidBook as error:
        raise InvalidBook(diagnostics=tuple(_placed(each, prefix) for each in error.diagnostics)) from None


def _placed(diagnostic: Diagnostic, prefix: str) -> Diagnostic:
    """The diagnostic with the revision before the names of its files."""

    def there(span: Span) -> Span:
        return replace(span, file=f"{prefix}{span.file}") if span.file else span

    labels = tuple(replace(label, span=there(label.span)) for label in diagnostic.labels)
    return replace(diagnostic, span=there(diagnostic.span), labels=labels)


def _say(told: Told, form: DiffFormat) -> None:
    match form:
        case "json":
            from planshift.comparison.json_form import to_data

            say_json(to_data(told))
        case "markdown":
            from planshift.comparison.markdown import to_markdown

            sys.stdout.write(to_markdown(told))
        case "text":
            from planshift.comparison.text import to_text

            say(to_text(told, width=screen_width()))


def _keep(told: Told, path: Path) -> None:
    """Write the witnesses as a file of cases."""
    from planshift.cases.written import case_file_text

    cases = [each.witness.case for each in told.comparison.differences if each.witness is not None]
    if not cases:
        return
    head = f"What is different from {told.old}, each difference shown by a change. {_HOW}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(case_file_text(cases, head=head), encoding="utf-8", newline="\n")


_HOW = "These cases pass in this version and fail in that one."


def _taken(path: Path) -> Diagnostic:
    from planshift.diagnostics.diagnostic import Diagnostic
    from planshift.diagnostics.span import whole_file

    message = "the file is there already"
    return Diagnostic(code="PS001", message=message, span=whole_file(path.as_posix()), help="name another file")


class _Progress:
    """A line that says how far the search is, on a terminal only."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty() and environ.get("TERM") != "dumb"

    def end(self) -> None:
        """Clear the line."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")

    def told(self, tried: int, _most: int) -> None:
        """Say how many changes were tried, every now and then."""
        if self._shown and tried % 100 == 0:
            sys.stderr.write(f"\r\x1b[Ktried {tried:,} changes for witnesses")
            sys.stderr.flush()
