"""`planshift conform`: figures of other billers, run against this engine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from planshift.cli.answering import answering
from planshift.cli.exits import Exit
from planshift.cli.printing import FormatOption, say, say_json

if TYPE_CHECKING:
    from planshift.conformance.report import Report


@answering
def conform(
    files: Annotated[tuple[Path, ...], Parameter(name="FILE", help="Files of figures, in either of the two formats.")],
    /,
    *,
    format: FormatOption = "text",  # noqa: A002  # the option's name
) -> Exit:
    """Run figures that other billers published."""
    from planshift.conformance.report import report_text
    from planshift.conformance.run import run_file

    reports = [run_file(path) for path in files]
    if format == "json":
        say_json([_data(report) for report in reports])
    else:
        for report in reports:
            if len(reports) > 1:
                say(report.file)
            say(report_text(report))
    return Exit.YES if all(report.ok for report in reports) else Exit.NO


def _data(report: Report) -> dict[str, object]:
    return {
        "file": report.file,
        "passed": len(report.of("passed")),
        "failed": len(report.of("failed")),
        "out_of_scope": len(report.of("out_of_scope")),
        "cases": [
            {
                "id": result.id,
                "kind": result.kind,
                "status": result.status,
                "why": result.why or None,
                "preset": result.preset or None,
                "beside": [{"term": term, "value": value} for term, value in result.beside],
                "differences": [
                    {"field": each.field, "expected": each.expected, "got": each.got} for each in result.differences
                ],
            }
            for result in report.results
        ],
    }
