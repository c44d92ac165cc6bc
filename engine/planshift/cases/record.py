"""Writing into cases what the book answers, for somebody to review: `expect` alone, and never a case that fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import final

from planshift.book import Book
from planshift.cases.answering import StepRefusedError, answered
from planshift.cases.asking import Asking
from planshift.cases.record_timeline import CannotGoOnError, write_timeline
from planshift.cases.record_writing import Node, What, node_of, write
from planshift.cases.run import result_of
from planshift.diagnostics.diagnostic import has_errors
from planshift.diagnostics.errors import InvalidBook, InvalidInput
from planshift.policy.case_documents import CASES, SUBSCRIPTIONS, Case, CaseFile, read_cases
from planshift.policy.format_yaml import format_yaml
from planshift.policy.read_yaml import read_yaml
from planshift.policy.shelf import FolderShelf, Shelf, TextShelf
from planshift.policy.text_edits import Editing

Chosen = Callable[[Case, CaseFile], bool]
"""Which cases are to be recorded."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One file of cases, before and after, and the names of those of its cases that were written into."""

    file: str
    before: str
    after: str
    cases: tuple[str, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What was written, and the cases that could not be: by name, with the reason."""

    files: tuple[Recorded, ...]
    skipped: tuple[tuple[str, str], ...]


def record(book: Book, chosen: Chosen, *, what: What) -> Recording:
    """The texts of the book's case files with the book's answers in them; nothing is written to a disk.

    Raises:
        InvalidBook: the case files have mistakes.
    """
    files, problems, sources = read_cases(book.document, book.files, recording=True)
    if has_errors(problems):
        raise InvalidBook(diagnostics=problems)
    recorder = _Recorder(book, chosen, what=what)
    while True:
        recorded = [recorder.recorded(file, sources[file.file]) for file in files]
        failing = dict(_failing(book, recorded, book_cases=files))
        if not failing.keys() - recorder.skipped.keys():
            written = tuple(each for each in recorded if each.cases)
            return Recording(files=written, skipped=tuple(recorder.skipped.items()))
        recorder.skipped |= failing


@final
class _Recorder:
    """Asks the book for the chosen cases; `skipped` are those that nothing can be written into, with the reason."""

    def __init__(self, book: Book, chosen: Chosen, *, what: What) -> None:
        self._book = book
        self._chosen = chosen
        self._what = what
        self.skipped: dict[str, str] = {}

    def recorded(self, file: CaseFile, text: str) -> Recorded:
        """Return a file with what the book answers to its cases."""
        root, _ = read_yaml(text, file=file.file)
        editing, names = Editing(text), []
        for case in file.cases:
            if not self._chosen(case, file) or case.todo is not None or case.name in self.skipped:
                continue
            node = node_of(case, root) if root is not None else None
            before = editing.text
            if node is not None and self._write(case, editing=editing, node=node) and editing.text != before:
                names.append(case.name)
        after = editing.text
        if format_yaml(text, file=file.file)[0] == text:  # whoever keeps the layout of `fmt` finds it kept
            after = format_yaml(after, file=file.file)[0] or after
        return Recorded(file=file.file, before=text, after=after, cases=tuple(names))

    def _write(self, case: Case, *, editing: Editing, node: Node) -> bool:
        """Write what the book answers to a case; False where it answers nothing that could be written."""
        asking = Asking(book=self._book, case=case)
        try:
            if case.timeline:
                write_timeline(asking, editing=editing, node=node, what=self._what)
            else:
                write(case.expected, answered(asking), editing=editing, node=node, what=self._what)
        except StepRefusedError as refused:
            self.skipped[case.name] = f"{refused.difference.what} is {refused.difference.got}"
        except CannotGoOnError as stuck:
            self.skipped[case.name] = str(stuck)
        except InvalidInput as error:
            self.skipped[case.name] = error.diagnostics[0].message
        return case.name not in self.skipped


def _failing(book: Book, recorded: list[Recorded], *, book_cases: tuple[CaseFile, ...]) -> Iterator[tuple[str, str]]:
    """The recorded cases that do not read as they are written now, or do not pass though they did not fail before."""
    changed = {each.file: each for each in recorded if each.cases}
    names = {name for each in recorded for name in each.cases}
    before = {case.name: case for file in book_cases for case in file.cases}
    texts = dict(_texts(book, changed))
    files, problems, _ = read_cases(book.document, texts, recording=True)
    for problem in problems:
        if problem.severity == "error":
            yield problem.context.partition('"')[2].rstrip('"'), problem.message
    for case in (case for file in files for case in file.cases if case.name in names):
        result = result_of(book, case)
        old = before[case.name]
        said_something = bool(old.expected) or any(each.expected or each.left or each.is_end for each in old.timeline)
        failed_before = said_something and result_of(book, old).status == "failed"
        if result.status == "failed" and not failed_before:
            yield case.name, f"it would fail, for {result.differences[0].what} is {result.differences[0].got}"


def _shelf(book: Book) -> Shelf:
    return FolderShelf(book.files) if isinstance(book.files, Path) else TextShelf(book.files)


def _texts(book: Book, changed: Mapping[str, Recorded]) -> Iterator[tuple[str, str]]:
    shelf = _shelf(book)
    for name in shelf.names():
        if name.startswith((CASES, SUBSCRIPTIONS)):
            shown, (text, _) = shelf.shown(name), shelf.text(name)
            yield name, changed[shown].after if shown in changed else text or ""
