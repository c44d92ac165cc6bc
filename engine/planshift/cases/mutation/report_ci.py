"""What a run of small edits found, for continuous integration: annotations of a pull request, and JUnit XML."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from planshift.cases.mutation.judge import Judged
from planshift.cases.mutation.report import MutationReport, changed_lines, score_text, witness_text
from planshift.diagnostics.annotations import annotation
from planshift.diagnostics.junit import JUnitCase, JUnitSuite, Outcome, to_junit


def mutation_annotations(
    reports: Iterable[MutationReport], *, root: PurePath, below: int | None = None
) -> tuple[str, ...]:
    """Return a warning at each edit that no case notices; an error where too few are noticed."""
    return tuple(
        annotation(
            "error" if below is not None and report.is_below(below) else "warning",
            _told(report, each),
            title=f"no case notices: {each.edit.kind}",
            span=report.span(each.edit),
            root=root,
        )
        for report in reports
        for each in report.of("unnoticed")
    )


def mutation_junit(reports: Iterable[MutationReport], *, root: PurePath, below: int | None = None) -> str:
    """Return a suite for each book: each edit that changes an answer passes when a case notices it.

    One that no case notices fails where too few are noticed, and is skipped otherwise.
    """
    return to_junit((_suite(report, below=below) for report in reports), name="planshift test --mutate", root=root)


def _suite(report: MutationReport, *, below: int | None) -> JUnitSuite:
    missed: Outcome = "failed" if below is not None and report.is_below(below) else "skipped"
    cases = tuple(
        JUnitCase(
            name=" ".join(line.strip() for line in changed_lines(report, each.edit)),
            span=report.span(each.edit),
            outcome="passed" if each.judgement == "noticed" else missed,
            message="" if each.judgement == "noticed" else f"no case notices: {each.edit.kind}",
            text="" if each.judgement == "noticed" else _told(report, each),
        )
        for each in report.judged
        if each.judgement in {"noticed", "unnoticed"}
    )
    return JUnitSuite(name=f"{report.name}, {score_text(report.score)}", cases=cases)


def _told(report: MutationReport, judged: Judged) -> str:
    lines = [line.strip() for line in changed_lines(report, judged.edit)]
    if judged.witness is not None:
        lines.append(witness_text(judged.witness))
        lines += [f"{name}: {before} -> {after}" for name, before, after in judged.witness.differences[:3]]
    return "\n".join(lines)
