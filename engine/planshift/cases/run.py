"""Running the cases of a book."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription
from planshift.book import Book
from planshift.cases.asking import Asking, Watch
from planshift.cases.compare import compare
from planshift.cases.concerned import with_rules
from planshift.cases.named import reason_told
from planshift.cases.offers import compare_offers
from planshift.cases.report import CaseResult, Difference, Report
from planshift.diagnostics.diagnostic import Diagnostic, has_errors
from planshift.diagnostics.errors import InvalidInput
from planshift.diagnostics.nearest import did_you_mean
from planshift.diagnostics.span import whole_file
from planshift.policy.case_documents import Asked, Case, CaseFile


def run(book: Book, pattern: str | None = None, *, watch: Watch | None = None) -> Report:
    """Decide the cases of a book, or those whose name, file or requirements have `pattern` in them, whatever its case.

    `watch` is shown every decision that they lead to.

    Raises:
        InvalidBook: the case files have mistakes.
        InvalidInput: there is no such case; a misspelt selection must not look like success.
    """
    chosen = [case for file in book.cases for case in file.cases if _is_chosen(case, file, pattern)]
    if not chosen:
        raise InvalidInput(diagnostics=(_nothing_chosen(book, pattern),))
    return Report(book=book.name, results=tuple(result_of(book, case, watch=watch) for case in chosen))


def _is_chosen(case: Case, file: CaseFile, pattern: str | None) -> bool:
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


def result_of(book: Book, case: Case, *, watch: Watch | None = None) -> CaseResult:
    """Decide one case and compare."""
    told = CaseResult(name=case.name, span=case.span, status="todo", todo=case.todo or "", shows=case.shows)
    if case.todo is not None:
        return told
    differences = tuple(_differences(Asking(book=book, case=case, watch=watch)))
    return replace(told, status="failed" if differences else "passed", differences=differences)


def _differences(asking: Asking) -> Iterator[Difference]:
    """Every expectation that the decision, or the list of options, does not meet."""
    case = asking.case
    try:
        subscription = _left_by(asking)
        request = _request(case.asked, subscription) if case.asked is not None else None
        decision = asking.decide(subscription, request) if request is not None and _is_targeted(case) else None
        wants_options = any(each.about_offers for each in case.expected)
        asked = request or ChangeRequest(at=case.now)
        offered = asking.options(subscription, asked) if wants_options else None
    except _StepRefused as refused:
        yield refused.difference
        return
    except InvalidInput as error:
        for problem in error.diagnostics:
            yield Difference(what="decision", expected="one", got="none", why=(problem.message,))
        return
    for each in case.expected:
        if each.about_offers:
            found = compare_offers(offered, each) if offered is not None else None
        else:
            found = compare(decision, each) if decision is not None else None
        if found is not None and decision is not None:
            found = with_rules(found, decision, expected=each, sources=asking.book.sources)
        if found is not None:
            yield found
    for promise in decision.broken_promises if decision else ():
        place = f"{promise.span.file}:{promise.span.line}"
        yield Difference(what=promise.title, expected="holds", got="does not hold", why=(place,))


def _is_targeted(case: Case) -> bool:
    return case.asked is not None and case.asked.targeted


class _StepRefused(Exception):
    """A request of `given.after` cannot be carried out."""

    def __init__(self, difference: Difference) -> None:
        super().__init__(difference.what)
        self.difference = difference


def _left_by(asking: Asking) -> Subscription:
    """The subscription that the requests of `given.after` leave.

    Raises:
        _StepRefused: one of them is not allowed, or leaves nothing.
        InvalidInput: one of them does not fit this book.
    """
    subscription = asking.case.subscription
    for number, asked in enumerate(asking.case.before, start=1):
        what = f"given.after, request {number}"
        decision = asking.decide(subscription, _request(asked, subscription))
        if not decision.allowed:
            why = tuple(map(reason_told, decision.reasons))
            raise _StepRefused(Difference(what=what, expected="allowed", got=decision.verdict, why=why))
        if not decision.request.plan:
            raise _StepRefused(Difference(what=what, expected="a plan that runs on", got="the end of the subscription"))
        subscription = decision.subscription_after()
    return subscription


def _request(asked: Asked, subscription: Subscription) -> ChangeRequest:
    """A request of a case for the subscription as it is then.

    Raises:
        InvalidInput: it cannot be made whole with what the subscription says.
    """
    request, problems = asked.of(subscription)
    if has_errors(problems):
        raise InvalidInput(diagnostics=problems)
    return request
