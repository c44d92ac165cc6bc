"""Running the cases of a book."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from planshift.book import Book
from planshift.cases.answering import StepRefusedError, answered, unmet
from planshift.cases.asking import Asking, Listen, Watch
from planshift.cases.report import CaseResult, Difference, Report
from planshift.cases.timeline import timeline_differences
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.errors import InvalidInput
from planshift.diagnostics.nearest import did_you_mean
from planshift.diagnostics.span import whole_file
from planshift.policy.case_documents import Case, CaseFile


def run(
    book: Book,
    pattern: str | None = None,
    *,
    watch: Watch | None = None,
    listen: Listen | None = None,
    tick: Callable[[str], None] | None = None,
) -> Report:
    """Decide the cases of a book, or those whose name, file or requirements have `pattern` in them, whatever its case.

    `watch` is shown every decision that they lead to, `listen` is told the reactions that fire in timelines, and `tick`
    the file of each case before it is decided.

    Raises:
        InvalidBook: the case files have mistakes.
        InvalidInput: there is no such case; a misspelt selection must not look like success.
    """
    is_chosen = chosen_by(pattern)
    chosen = [case for file in book.cases for case in file.cases if is_chosen(case, file)]
    if not chosen:
        raise InvalidInput(diagnostics=(_nothing_chosen(book, pattern),))
    results = []
    for case in chosen:
        if tick is not None:
            tick(case.span.file)
        results.append(result_of(book, case, watch=watch, listen=listen))
    return Report(book=book.name, results=tuple(results))


def chosen_by(pattern: str | None) -> Callable[[Case, CaseFile], bool]:
    """Whether a case is chosen by a pattern."""
    return partial(_is_chosen, pattern=pattern)


def _is_chosen(case: Case, file: CaseFile, *, pattern: str | None) -> bool:
    if pattern is None:
        return True
    wanted = pattern.casefold()
    shown = (label.casefold() for label in case.shows)
    in_names = any(wanted in text.casefold() for text in (case.name, file.file))
    return in_names or any(label == wanted or label.startswith(f"{wanted}.") for label in shown)


def _nothing_chosen(book: Book, pattern: str | None) -> Diagnostic:
    names = [case.name for file in book.cases for case in file.cases]
    if pattern is None:
        message, help_text = "the book has no cases", "write some into `cases/`: given, when, expect"
    else:
        message = f"no case has `{pattern}` in its name or in that of its file, or shows it"
        words = (word for name in names for word in name.split())
        count = "one case" if len(names) == 1 else f"{len(names)} cases"
        help_text = did_you_mean(pattern, (*names, *words)) or f"the book has {count}"
    return Diagnostic(code="PS608", message=message, span=whole_file(book.name), help=help_text)


def result_of(book: Book, case: Case, *, watch: Watch | None = None, listen: Listen | None = None) -> CaseResult:
    """Decide one case, or go through its timeline, and compare."""
    told = CaseResult(
        name=case.name, span=case.span, status="todo", todo=case.todo or "", shows=case.shows, table=case.table
    )
    if case.todo is not None:
        return told
    differences = tuple(_differences(Asking(book=book, case=case, watch=watch, listen=listen)))
    return replace(told, status="failed" if differences else "passed", differences=differences)


def differences_of(book: Book, case: Case) -> Iterator[Difference]:
    """What differs in one case, found as far as it is asked for."""
    return _differences(Asking(book=book, case=case))


def _differences(asking: Asking) -> Iterator[Difference]:
    """Every expectation that the answer of the book, or the course of a timeline, does not meet."""
    try:
        if asking.case.timeline:
            yield from timeline_differences(asking)
        else:
            yield from unmet(asking, answered(asking), expected=asking.case.expected)
    except StepRefusedError as refused:
        yield refused.difference
    except InvalidInput as error:
        for problem in error.diagnostics:
            yield Difference(what="decision", expected="one", got="none", why=(problem.message,))
