"""Every case of the two files that is in scope holds to the last digit; what is outside is said by kind."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from planshift.conformance.case_file import Case, detect_format, read_cases
from planshift.conformance.report import CaseResult, Report, report_text
from planshift.conformance.run import TRANSLATIONS, run_file, run_text
from planshift.conformance.scope import OUT_OF_SCOPE, out_of_scope
from planshift.diagnostics.codes import CODES
from planshift.diagnostics.errors import InvalidInput
from tests.conformance.outcomes import outcome_of

pytestmark = pytest.mark.xdist_group("conformance")

HERE = Path(__file__).parent

DIGESTS = {
    "kill_bill.yaml": "d6e435511951595e60c13bf8ed4704d59ca1acd0eafa7cf3779d62885ce32426",
    "published.yaml": "ab690734ce3118617bcb7c54570ba86e413f6fccd4897ebb44d92e03522986bf",
}
"""Figures of others are never edited: these are the files as they came."""

MAY_BE_OUTSIDE = {
    "pause_resume",
    "one_time_fee",
    "alignment",
    "balance",
    "usage_min",
    "discount_giveback",
    "credit_note with tax",
}
"""The kinds that a plan-change engine need not answer for."""


def cases_of(name: str) -> tuple[Case, ...]:
    return read_cases((HERE / name).read_text(encoding="utf-8"), file=name)


ALL = {name: cases_of(name) for name in DIGESTS}
IN_SCOPE = [case for cases in ALL.values() for case in cases if not out_of_scope(case)[1]]
OUTSIDE = [case for cases in ALL.values() for case in cases if out_of_scope(case)[1]]


@pytest.mark.parametrize("case", IN_SCOPE, ids=lambda case: case.id)
def test_the_engine_answers_as_the_case_expects(case: Case) -> None:
    result = outcome_of(case)
    assert replace(result, preset="", beside=()) == CaseResult(id=case.id, kind=case.kind, status="passed")


@pytest.mark.parametrize("name", DIGESTS)
def test_no_figure_was_edited(name: str) -> None:
    assert hashlib.sha256((HERE / name).read_bytes()).hexdigest() == DIGESTS[name]


def test_only_kinds_that_may_be_outside_are_and_each_says_why() -> None:
    assert set(OUT_OF_SCOPE) == MAY_BE_OUTSIDE
    assert all(len(sentence.split()) >= 8 for sentence in OUT_OF_SCOPE.values())
    assert {out_of_scope(case)[0] for case in OUTSIDE} <= MAY_BE_OUTSIDE
    assert (len(IN_SCOPE), len(OUTSIDE)) == (407, 28)


def test_a_kind_is_either_translated_or_outside() -> None:
    kinds = set().union(*TRANSLATIONS.values())
    assert kinds & set(OUT_OF_SCOPE) == set()
    assert {case.kind for cases in ALL.values() for case in cases} <= kinds | set(OUT_OF_SCOPE)


@pytest.mark.parametrize("name, expected", [("kill_bill.yaml", "kill_bill"), ("published.yaml", "published")])
def test_a_file_tells_its_format(name: str, expected: str) -> None:
    assert detect_format((HERE / name).read_text(encoding="utf-8")) == expected


CANCEL = """\
- id: stop
  kind: cancel
  given:
    currency: USD
    period: {start: 2012-05-01, end: 2012-06-01}
    paid: "31.00"
    cancel_on: 2012-05-11
    timing: immediate
    rounding: {mode: half_up, scale: 2}
  expect: {credit: "CREDIT", effective_on: 2012-05-11}
- id: paused
  kind: pause_resume
  given: {currency: USD}
  expect: {lines: []}
"""


def report_on(text: str) -> Report:
    return run_text(text, file="cases.yaml")


def test_a_difference_is_told_with_expected_and_got() -> None:
    report = report_on(CANCEL.replace("CREDIT", "20.00"))
    assert not report.ok
    assert report_text(report).splitlines() == [
        "FAILED stop (cancel, through kill-bill): credit: expected 20.00, got 21.00",
        f"out of scope: 1 x pause_resume: {OUT_OF_SCOPE['pause_resume']}",
        "decided through presets: 1 x kill-bill",
        "0 passed, 1 failed, 1 out of scope",
    ]
    assert report.results[0].differences == (("credit", "20.00", "21.00"),)


def test_a_report_without_failures_ends_with_its_counts() -> None:
    report = report_on(CANCEL.replace("CREDIT", "21"))
    assert report.ok
    assert report_text(report).splitlines()[-1] == "1 passed, 0 failed, 1 out of scope"


def test_a_figure_that_a_kind_does_not_have_is_a_difference() -> None:
    report = report_on(CANCEL.replace("CREDIT", "21.00").replace("effective_on", "extension_units"))
    (result,) = report.of("failed")
    assert result.differences[0].field == "extension_units"


@pytest.mark.parametrize(
    "old, new, told",
    [
        ("end: 2012-06-01", "end: 2012-06-31", "cases.yaml:5:38: `given.period.end` is neither a date nor an instant"),
        ("end: 2012-06-01", "end: 2012-04-01", "cannot end on 2012-04-01"),
        ('paid: "31.00"', "paid: [1]", "cases.yaml:6:11: `given.paid` is not a single value"),
        ('paid: "31.00"', 'paid: "31.005"', "`31.005 USD` has more decimals than USD (2)"),
        ("timing: immediate", "timing: soon", "`given.timing` is `soon`, which is none of `immediate`"),
        ("currency: USD", "currency: USX", "`given.currency` is `USX`, which is not a currency"),
        ("cancel_on: 2012-05-11", "cancelled: 2012-05-11", "`given.cancel_on` is missing"),
        ("cancel_on: 2012-05-11", "cancel_on: 2012-07-11", "the change is denied: period_over"),
        ("scale: 2", "scale: 99999999999", "is not a whole number from 0 to 12"),
        ("kind: cancel", "kind: conjuring", "`conjuring` is not a kind of this format"),
    ],
)
def test_a_case_that_cannot_be_run_fails_and_says_why(old: str, new: str, told: str) -> None:
    (result,) = report_on(CANCEL.replace("CREDIT", "21.00").replace(old, new)).of("failed")
    assert told in result.why


@pytest.mark.parametrize(
    "text, code",
    [
        ("", "PS650"),
        ("just a text", "PS650"),
        ("{id: a}", "PS650"),
        ("[]", "PS650"),
        ("- [", "PS004"),
        ("- just a text", "PS651"),
        ("- {id: a, given: {}}", "PS651"),
        ("- {id: a, given: [], expect: {}}", "PS651"),
        ("- {given: {}, expect: {}}", "PS651"),
        ("- {id: a, given: {}, expect: {}}\n- {id: a, given: {}, expect: {}}", "PS652"),
        ("- {id: a, id: b, given: {}, expect: {}}", "PS005"),
    ],
)
def test_a_file_that_is_no_conformance_file_is_refused_with_a_place(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        report_on(text)
    (diagnostic,) = refusal.value.diagnostics
    assert (diagnostic.code, diagnostic.span.file) == (code, "cases.yaml")
    assert code in CODES


def test_all_mistakes_of_a_file_are_told_at_once() -> None:
    with pytest.raises(InvalidInput) as refusal:
        report_on("- {id: a}\n- {id: b, given: {}}\n- c\n")
    assert [diagnostic.span.line for diagnostic in refusal.value.diagnostics] == [1, 2, 3]


def test_a_file_that_is_not_there_is_a_diagnostic(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refusal:
        run_file(tmp_path / "nothing.yaml")
    assert refusal.value.diagnostics[0].code == "PS001"


def test_a_file_that_is_not_text_is_a_diagnostic(tmp_path: Path) -> None:
    (tmp_path / "cases.yaml").write_bytes(b"- id: \xff\xfe")
    with pytest.raises(InvalidInput) as refusal:
        run_file(tmp_path / "cases.yaml")
    assert refusal.value.diagnostics[0].code == "PS002"
