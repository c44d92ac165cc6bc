"""`planshift check --fix`: the safe repairs, made or shown, and what is left."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from planshift.cli.printing import say, source_text
from planshift.cli.replacing import difference, replace_text
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.excerpt import printable
from planshift.diagnostics.fix import Fix
from planshift.diagnostics.repairing import Repaired, Texts, repair
from planshift.policy.shelf import EditedShelf, FolderShelf
from planshift.rulebook.checking import check_all


def repaired(book: Path, *, on: date) -> Repaired:
    """What can be repaired in the files of one book; other books that it extends are left alone."""

    def check(texts: Texts) -> tuple[tuple[Diagnostic, ...], Texts]:
        checked = check_all(book, on=on, shelf=EditedShelf(FolderShelf(book), texts))
        return checked.diagnostics, checked.sources

    own = book.resolve()
    return repair(check, may_change=lambda file: Path(file).resolve().is_relative_to(own) and Path(file).is_file())


def write(answers: Iterable[Repaired]) -> None:
    """Put the repaired texts in the place of the files."""
    for answer in answers:
        for file, text in answer.texts.items():
            replace_text(Path(file), text)


def show(answers: Iterable[Repaired]) -> None:
    """Print what would change, as a unified diff."""
    for answer in answers:
        for file, text in answer.texts.items():
            lines = difference(source_text(file) or "", text, file=file)
            sys.stdout.write("".join(f"{printable(line)}\n" for line in lines))


def tell(answers: Iterable[Repaired]) -> None:
    """Print what was repaired, in the order of the files."""
    told = sorted((problem.span.file, problem.span.line, fix.done) for each in answers for problem, fix in each.done)
    for file, line, done in told:
        say(f"{file}:{line}: {done}")
    if told:
        files = len({file for file, _, _ in told})
        mistakes = "1 mistake" if len(told) == 1 else f"{len(told)} mistakes"
        say(f"repaired {mistakes} in {files} {'file' if files == 1 else 'files'}\n")


def repairs_json(answers: Mapping[str, Repaired]) -> list[dict[str, object]]:
    """What was repaired, as data."""
    return [_data(problem, fix) for answer in answers.values() for problem, fix in answer.done]


def _data(problem: Diagnostic, fix: Fix) -> dict[str, object]:
    span = problem.span
    return {"code": problem.code, "filename": span.file, "line": span.line, "column": span.column, "title": fix.title}
