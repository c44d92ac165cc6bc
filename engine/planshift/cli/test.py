"""`planshift test`: the cases that books bring along."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from planshift.cli.answering import answering
from planshift.cli.coverage import CoverageOptions, tell_coverage
from planshift.cli.exits import Exit
from planshift.cli.formats import TestFormat
from planshift.cli.inputs import open_book
from planshift.cli.jobs import Jobs, report_of
from planshift.cli.mutation import Mutating, say_mutation
from planshift.cli.printing import say, say_json
from planshift.cli.recording import RecordOptions, record_cases
from planshift.diagnostics.errors import InvalidInput

if TYPE_CHECKING:
    from planshift.cases.coverage import Coverage
    from planshift.cases.report import Report


@answering
def run_cases(
    books: Annotated[tuple[Path, ...], Parameter(name="BOOK", help="Books, or folders of books.")],
    /,
    *,
    run: Annotated[
        str | None,
        Parameter(
            help="Only the cases that have this in their name or that of their file, or show this requirement.",
            metavar="PATTERN",
        ),
    ] = None,
    jobs: Jobs = None,
    verbose: Annotated[
        bool, Parameter(name=["--verbose", "-v"], help="All cases, file by file, also those that pass.")
    ] = False,
    format: Annotated[  # noqa: A002  # the option's name
        TestFormat, Parameter(help="Text for people (the default), or what another program reads.")
    ] = "text",
    covering: CoverageOptions | None = None,
    recording: RecordOptions | None = None,
    mutating: Mutating | None = None,
) -> Exit:
    """Run the cases that books bring along."""
    from planshift.rulebook.checking import books_in

    wanted = covering or CoverageOptions()
    found = tuple(each for path in books for each in books_in(path))
    if recording is not None and recording.wanted:
        return record_cases(found, run, options=recording)
    coverage: list[Coverage] | None = [] if wanted.wanted else None
    reports = _reports(found, run, coverage=coverage, jobs=jobs)
    passed = all(report.ok for report in reports)
    if passed and mutating is not None and mutating.wanted:
        return say_mutation(found, mutating, form=format, jobs=jobs)
    _say(reports, format, verbose=verbose, coverage=coverage or ())
    if coverage is not None:
        tell_coverage(coverage, wanted, form=format)
    enough = all(map(wanted.is_met_by, coverage or ()))
    return Exit.YES if enough and passed else Exit.NO


def _say(reports: list[Report], form: TestFormat, *, verbose: bool, coverage: Sequence[Coverage]) -> None:
    from planshift.cases.coverage_report import coverage_data
    from planshift.cases.report import counts_line, report_text
    from planshift.cases.report_ci import report_annotations, report_junit

    match form:
        case "json":
            told = [_data(report) for report in reports]
            for data, each in zip(told, coverage, strict=False):  # it is of every book, or of none
                data["coverage"] = coverage_data(each)
            say_json(told)
        case "github":
            say("\n".join((*report_annotations(reports, root=Path.cwd()), counts_line(reports))))
        case "junit":
            sys.stdout.write(report_junit(reports, root=Path.cwd()))
        case "text":
            say("\n\n".join(report_text(report, verbose=verbose) for report in reports))


def _reports(
    books: tuple[Path, ...], pattern: str | None, *, coverage: list[Coverage] | None, jobs: int | None
) -> list[Report]:
    """The reports of the books that have such cases; what these exercise is added to `coverage`, where it is wanted.

    Raises:
        InvalidBook: a book or its cases have mistakes.
        InvalidInput: no book has such cases.
    """
    from planshift.cases.covering import Covering

    reports: list[Report] = []
    nothing: InvalidInput | None = None
    for path in books:
        opened = open_book(path)
        covering = None if coverage is None else Covering(opened)
        try:
            reports.append(report_of(opened, pattern, jobs=jobs, covering=covering))
        except InvalidInput as error:
            nothing = error
        else:
            if coverage is not None and covering is not None:
                coverage.append(covering.coverage())
    if not reports and nothing is not None:
        raise nothing
    return reports


def _data(report: Report) -> dict[str, object]:
    from planshift.decision.explain_json import plain

    return {
        "book": report.book,
        "passed": len(report.of("passed")),
        "failed": len(report.of("failed")),
        "todo": len(report.of("todo")),
        "cases": [
            {
                "name": result.name,
                "table": result.table.name if result.table else None,
                "row": result.row if result.table else None,
                "file": result.span.file,
                "line": result.span.line,
                "status": result.status,
                "shows": list(result.shows),
                "todo": result.todo or None,
                "differences": [
                    {
                        "what": each.what,
                        "expected": each.expected,
                        "got": each.got,
                        "why": list(each.why),
                        "moment": each.moment or None,
                        "rules": [plain(rule) for rule in each.rules],
                        "line": each.span.line if each.span is not None else result.span.line,
                    }
                    for each in result.differences
                ],
            }
            for result in report.results
        ],
    }
