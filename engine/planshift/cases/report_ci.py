"""What a run of cases found, for continuous integration: annotations of a pull request, and JUnit XML."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from planshift.cases.report import CaseResult, Report, failure_table
from planshift.diagnostics.annotations import annotation
from planshift.diagnostics.junit import JUnitCase, JUnitSuite, Outcome, to_junit

_OUTCOMES: dict[str, Outcome] = {"passed": "passed", "failed": "failed", "todo": "skipped"}


def report_annotations(reports: Iterable[Report], *, root: PurePath) -> tuple[str, ...]:
    """Return an error for each failing case and a notice for each one to do, at the case's name."""
    results = [result for report in reports for result in report.results]
    failed = tuple(
        annotation(
            "error",
            f"not as expected\n{failure_table(each)}",
            title=f"case failed: {each.name}",
            span=next((found.span for found in each.differences if found.span is not None), each.span),
            root=root,
        )
        for each in results
        if each.status == "failed"
    )
    todo = tuple(
        annotation("notice", each.todo, title=f"case to do: {each.name}", span=each.span, root=root)
        for each in results
        if each.status == "todo"
    )
    return failed + todo


def report_junit(reports: Iterable[Report], *, root: PurePath) -> str:
    """Return one suite for each book; a failing case holds its table of differences, one to do is skipped."""
    suites = (JUnitSuite(name=report.book, cases=tuple(map(_case, report.results))) for report in reports)
    return to_junit(suites, name="planshift test", root=root)


def _case(result: CaseResult) -> JUnitCase:
    differences = [
        f"{each.moment + ': ' if each.moment else ''}{each.what}: expected {each.expected}, got {each.got}"
        for each in result.differences
    ]
    return JUnitCase(
        name=result.name,
        span=result.span,
        outcome=_OUTCOMES[result.status],
        message=result.todo or "; ".join(differences),
        text=failure_table(result) if result.differences else "",
    )
