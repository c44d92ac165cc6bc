"""`planshift fmt`: one layout for the files of books."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, final

from cyclopts import Parameter

from planshift.cli.answering import answering
from planshift.cli.exits import Exit
from planshift.cli.printing import FormatOption, complain, diagnostics_json, say, say_diagnostics, say_json
from planshift.cli.replacing import difference, replace_text
from planshift.diagnostics.excerpt import printable

if TYPE_CHECKING:
    from planshift.diagnostics.diagnostic import Diagnostic

_ENDINGS = (".yaml", ".yml", ".rules")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A file before and after; `after` is None where it stays as it is, with the reasons."""

    path: Path
    before: str
    after: str | None
    problems: tuple[Diagnostic, ...]

    @property
    def shown(self) -> str:
        """How messages call it."""
        return self.path.as_posix()

    @property
    def changes(self) -> bool:
        """Whether the layout is another one than it has."""
        return self.after is not None and self.after != self.before


@answering
def fmt(
    paths: Annotated[tuple[Path, ...], Parameter(name="PATH", help="Books, folders of books, or single files.")],
    /,
    *,
    check: Annotated[bool, Parameter(help="Write nothing, and name the files that would change.")] = False,
    diff: Annotated[bool, Parameter(help="Write nothing, and show what would change.")] = False,
    format: FormatOption = "text",  # noqa: A002  # the option's name
) -> Exit:
    """Give the files of books one layout."""
    files = [_read(path) for path in dict.fromkeys(found for each in paths for found in _files(each))]
    only_told = check or diff
    if not only_told:
        for file in files:
            if file.changes:
                replace_text(file.path, file.after or "")
    if format == "json":
        say_json([_data(file, diff=diff) for file in files])
    else:
        _tell(files, diff=diff, told="would change" if only_told else "changed")
    if any(file.after is None for file in files):
        return Exit.INVALID
    return Exit.NO if only_told and any(file.changes for file in files) else Exit.YES


def _tell(files: list[_File], *, diff: bool, told: str) -> None:
    for file in files:
        if file.changes and diff:
            sys.stdout.write("".join(f"{printable(line)}\n" for line in _difference(file)))
        elif file.changes:
            say(f"{told} {file.shown}")
        elif file.after is None and not file.problems:
            complain(f"{file.shown} is left as it is: a layout would lose something of it")
    if found := tuple(problem for file in files for problem in file.problems):
        say_diagnostics(found, to=sys.stderr)
    if not diff:
        same = sum(file.after == file.before for file in files)
        say(f"{same} of {len(files)} {'file' if len(files) == 1 else 'files'} had the layout already")


def _data(file: _File, *, diff: bool) -> dict[str, object]:
    found: dict[str, object] = {"file": file.shown, "changes": file.changes, "readable": not file.problems}
    if file.after is None:
        found["diagnostics"] = diagnostics_json(file.problems)
    return found | ({"diff": "\n".join(_difference(file))} if diff and file.changes else {})


def _files(path: Path) -> Iterator[Path]:
    """The files of the books at a path, or the one file that it is."""
    from planshift.policy.shelf import FolderShelf
    from planshift.rulebook.checking import books_in

    if not path.is_dir():
        yield path
        return
    for book in books_in(path):
        for name in FolderShelf(book).names():
            if name.endswith(_ENDINGS):
                yield book.joinpath(name)


def _read(path: Path) -> _File:
    from planshift.expressions.format_rules import format_rules
    from planshift.policy.format_yaml import format_yaml
    from planshift.policy.shelf import FolderShelf

    text, problems = FolderShelf(path).text(path.name)
    if text is None:
        return _File(path=path, before="", after=None, problems=problems)
    lay_out = format_rules if path.suffix == ".rules" else format_yaml
    after, problems = lay_out(text, file=path.as_posix())
    return _File(path=path, before=text, after=after, problems=problems)


def _difference(file: _File) -> list[str]:
    return difference(file.before, file.after or "", file=file.shown)
