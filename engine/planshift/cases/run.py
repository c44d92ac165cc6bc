"""Running the cases of a book."""

from __future__ import annotations

from collections.abc import Iterator

from planshift.billing.change import ChangeRequest
from planshift.book import Book, Decision, Options
from planshift.cases.compare import compare
from planshift.cases.named import compare_options
from planshift.cases.report import CaseResult, Difference, Report
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.errors import InvalidInput
from planshift.diagnostics.nearest import did_you_mean
from planshift.diagnostics.span import whole_file
from planshift.policy.case_documents import Case, CaseFile


def run(book: Book, pattern: str | None = None) -> Report:
    """Decide the cases of a book, or those whose name or file has `pattern` in it, whatever the case of its letters.

    Raises:
        InvalidBook: the case files have mistakes.
        InvalidInput: there is no such case; a misspelt selection must not look like success.
    """
    chosen = [case for file in book.cases for case in file.cases if _is_chosen(case, file, pattern)]
    if not chosen:
        raise InvalidInput(diagnostics=(_nothing_chosen(book, pattern),))
    return Report(book=book.name, results=tuple(_result(book, case) for case in chosen))


def _is_chosen(case: Case, file: CaseFile, pattern: str | None) -> bool:
    return pattern is None or any(pattern.casefold() in text.casefold() for text in (case.name, file.file))


def _nothing_chosen(book: Book, pattern: str | None) -> Diagnostic:
    names = [case.name for file in book.cases for case in file.cases]
    if pattern is None:
        message, help_text = "the book has no cases", "write some into `cases/`: given, when, expect"
    else:
        message = f"no case has `{pattern}` in its name or in that of its file"
        help_text = did_you_mean(pattern, names) or f"the book has {len(names)} cases"
    return Diagnostic(code="PS608", message=message, span=whole_file(book.name), help=help_text)


def _result(book: Book, case: Case) -> CaseResult:
    if case.todo is not None:
        return CaseResult(name=case.name, span=case.span, status="todo", todo=case.todo)
    differences = tuple(_differences(book, case))
    return CaseResult(
        name=case.name, span=case.span, status="failed" if differences else "passed", differences=differences
    )


def _differences(book: Book, case: Case) -> Iterator[Difference]:
    """Every expectation that the decision, or the list of options, does not meet."""
    request = case.request or ChangeRequest(at=case.now)
    wants_options = any(each.name == "options" for each in case.expected)
    try:
        decision: Decision | None = book.decide(case.subscription, request) if case.request else None
        offered: Options[Decision] | None = book.options(case.subscription, request) if wants_options else None
    except InvalidInput as error:
        for problem in error.diagnostics:
            yield Difference(what="decision", expected="one", got="none", why=(problem.message,))
        return
    for each in case.expected:
        if each.name == "options":
            found = compare_options(offered, each.value) if offered is not None else None
        else:
            found = compare(decision, each) if decision is not None else None
        if found is not None:
            yield found
    for promise in decision.broken_promises if decision else ():
        place = f"{promise.span.file}:{promise.span.line}"
        yield Difference(what=promise.title, expected="holds", got="does not hold", why=(place,))
