"""What becomes of the published figures: each case is run once, for all tests that look at it."""

from __future__ import annotations

from planshift.conformance.case_file import Case
from planshift.conformance.report import CaseResult
from planshift.conformance.run import run_case

_RUN: dict[tuple[str, str], CaseResult] = {}


def outcome_of(case: Case) -> CaseResult:
    """The outcome of a case as it is written."""
    key = (case.format, case.id)
    if key not in _RUN:
        _RUN[key] = run_case(case)
    return _RUN[key]
