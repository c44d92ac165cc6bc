"""Writing into cases what the book answers, for somebody to review: `expect` alone, and never a case that fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import final

from planshift.book import Book, Decision, Options
from planshift.cases.answering import Answered, StepRefusedError, answered
from planshift.cases.answers import answered as said
from planshift.cases.answers import lines_of, offered
from planshift.cases.asking import Asking
from planshift.cases.compare import compare
from planshift.cases.offers import compare_offers
from planshift.cases.run import result_of
from planshift.cases.written import keys_of, nested
from planshift.diagnostics.diagnostic import has_errors
from planshift.diagnostics.errors import InvalidBook, InvalidInput
from planshift.policy.case_documents import CASES, SUBSCRIPTIONS, Case, CaseFile, read_cases
from planshift.policy.case_tables import NOTHING_SAID
from planshift.policy.expectations import Expected
from planshift.policy.format_yaml import format_yaml
from planshift.policy.located import Entry, Located, Scalar, Sequence, span_of
from planshift.policy.located import Mapping as LocatedMapping
from planshift.policy.read_yaml import read_yaml
from planshift.policy.shelf import FolderShelf, Shelf, TextShelf
from planshift.policy.text_edits import Editing
from planshift.policy.written_yaml import Data

Chosen = Callable[[Case, CaseFile], bool]
"""Which cases are to be recorded."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class What:
    """What is written: into cases that expect nothing yet always, and on demand into those that expect something."""

    complete: bool = False
    """What they leave out."""
    update: bool = False
    """What differs from what they expect."""


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

    Timelines are left as they are.

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
            found = self._answered(case) if self._chosen(case, file) else None
            node = _node_of(case, root) if found is not None and root is not None else None
            if found is not None and node is not None:
                before = editing.text
                _write(case, found, editing=editing, node=node, what=self._what)
                names += [case.name] if editing.text != before else []
        after = editing.text
        if format_yaml(text, file=file.file)[0] == text:  # whoever keeps the layout of `fmt` finds it kept
            after = format_yaml(after, file=file.file)[0] or after
        return Recorded(file=file.file, before=text, after=after, cases=tuple(names))

    def _answered(self, case: Case) -> Answered | None:
        if case.todo is not None or case.timeline or case.name in self.skipped:
            return None
        try:
            return answered(Asking(book=self._book, case=case))
        except StepRefusedError as refused:
            self.skipped[case.name] = f"{refused.difference.what} is {refused.difference.got}"
        except InvalidInput as error:
            self.skipped[case.name] = error.diagnostics[0].message
        return None


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
        failed_before = bool(old.expected) and result_of(book, old).status == "failed"
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


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """Where a case stands: its mapping, or the row that it is with the columns of its table."""

    case: LocatedMapping
    row: Sequence | None = None
    columns: tuple[str, ...] = ()


def _node_of(case: Case, root: Located) -> _Node | None:
    for item in _items(root, "cases"):
        if not isinstance(item, LocatedMapping):
            continue
        if "name" in item.entries and span_of(item.entries["name"].value) == case.span:
            return _Node(case=item)
        rows = [row for row in _items(item, "table") if isinstance(row, Sequence)]
        for row in rows[1:]:
            if row.items and span_of(row.items[0]) == case.span:
                columns = tuple(cell.text for cell in rows[0].items if isinstance(cell, Scalar))
                return _Node(case=item, row=row, columns=columns)
    return None


def _items(node: Located, key: str) -> tuple[Located, ...]:
    entry = node.entries.get(key) if isinstance(node, LocatedMapping) else None
    return entry.value.items if entry is not None and isinstance(entry.value, Sequence) else ()


def _write(case: Case, found: Answered, *, editing: Editing, node: _Node, what: What) -> None:
    if what.update:
        _update(case, found, editing=editing, node=node)
    if node.row is not None:
        _fill_cells(case, found, editing=editing, node=node)
        return
    expect = node.case.entries.get("expect")
    values = {name: _said(found, name) for name in keys_of(_answer(found))}
    if not case.expected:
        _begin(node.case, expect, fields=nested(values), editing=editing)
    elif what.complete and expect is not None and isinstance(expect.value, LocatedMapping):
        there = expect.value.entries
        missing = {name: value for name, value in nested(values).items() if name not in there}
        if missing:
            editing.add(expect.value, missing)


def _begin(case: LocatedMapping, expect: Entry | None, *, fields: dict[str, Data], editing: Editing) -> None:
    if expect is None:
        editing.add(case, {"expect": fields}, is_open=True)
    else:
        editing.fill(expect.key, expect.value, fields=fields)


def _fill_cells(case: Case, found: Answered, *, editing: Editing, node: _Node) -> None:
    """Write the cells of a row that say nothing of what the case is to expect, unless the table does."""
    known = {each.name for each in case.expected}
    for column, cell in zip(node.columns, node.row.items if node.row is not None else (), strict=False):
        side, _, name = column.partition(".")
        is_blank = isinstance(cell, Scalar) and cell.text == NOTHING_SAID and not cell.style
        if side == "expect" and is_blank and name not in known:
            editing.replace(span_of(cell), _said(found, name))


def _update(case: Case, found: Answered, *, editing: Editing, node: _Node) -> None:
    """Write what the book answers in place of what differs from it."""
    for each in case.expected:
        if not _differs(found, each):
            continue
        own = node.row
        if own is not None and all(span_of(cell) != each.span for cell in own.items):
            continue  # the whole table says so
        if each.name == "lines":
            _add_lines(found, node, editing=editing, named=each.value if isinstance(each.value, tuple) else ())
        else:
            editing.replace(each.span, _said(found, each.name))


def _add_lines(found: Answered, node: _Node, *, editing: Editing, named: tuple[str, ...]) -> None:
    """Write the lines of kinds that the case does not name."""
    expect = node.case.entries.get("expect")
    lines = expect.value.entries["lines"].value if expect and isinstance(expect.value, LocatedMapping) else None
    if isinstance(lines, LocatedMapping) and found.decision is not None:
        more = {kind: amount for kind, amount in lines_of(found.decision).items() if amount.minor}
        editing.add(lines, {kind: amount for kind, amount in more.items() if kind not in named})


def _differs(found: Answered, each: Expected) -> bool:
    if each.about_offers:
        return found.offered is not None and compare_offers(found.offered, each) is not None
    return found.decision is not None and compare(found.decision, each) is not None


def _answer(found: Answered) -> Decision | Options[Decision]:
    answer = found.decision if found.decision is not None else found.offered
    assert answer is not None  # a book always says something
    return answer


def _said(found: Answered, name: str) -> Data:
    if found.decision is not None and name.partition(".")[0] not in ("options", "other_plans", "other_terms", "hidden"):
        return said(found.decision, name)
    return offered(found.offered, name) if found.offered is not None else None
