"""Diagnostics as text and as data."""

from __future__ import annotations

import copy
import json
import pickle
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planshift.diagnostics.codes import CODES, PHASES
from planshift.diagnostics.diagnostic import Diagnostic, Label, has_errors, sort_diagnostics
from planshift.diagnostics.errors import (
    InternalError,
    InvalidBook,
    InvalidInput,
    InvalidPlan,
    PlanshiftError,
    StaleQuote,
)
from planshift.diagnostics.render import count_line, to_json, to_text
from planshift.diagnostics.span import NOWHERE, Span, whole_file

SOURCES = {
    "policy.rules": 'rule "Big jumps"\n  when 5 EUR > 3 months\n\n\n  set fee = 1\n',
    "policy.yaml": "terms:\n  any: { fee: 0 EUR }\n",
}


def place(line: int, start: int, end: int, file: str = "policy.rules") -> Span:
    return Span(file=file, line=line, column=start, end_line=line, end_column=end)


MIXED = Diagnostic(
    code="PS320",
    message="money cannot be compared with a duration in months",
    span=place(2, 8, 24),
    labels=(
        Label(span=place(2, 8, 13), text="this is money"),
        Label(span=place(2, 16, 24), text="this is a duration"),
        Label(span=place(5, 3, 14), text="and then used here"),
        Label(span=place(2, 3, 22, "policy.yaml"), text="instead of this"),
    ),
    help="compare amounts with amounts",
    context='rule "Big jumps"',
)
MISSING = Diagnostic(
    code="PS001", message="the book has no policy.yaml", span=whole_file("policy.yaml"), severity="warning"
)


def test_a_diagnostic_shows_its_lines_its_labels_and_its_help() -> None:
    assert (
        to_text([MIXED], SOURCES)
        == """\
error[PS320]: money cannot be compared with a duration in months
 --> policy.rules:2:8 in rule "Big jumps"
  |
2 |   when 5 EUR > 3 months
  |        ^^^^^^^^^^^^^^^^
  |        ----- this is money
  |                -------- this is a duration
...
5 |   set fee = 1
  |   ----------- and then used here
 ::: policy.yaml:2:3
  |
2 |   any: { fee: 0 EUR }
  |   ------------------- instead of this
  = help: compare amounts with amounts

found 1 error
"""
    )


def test_a_label_on_the_place_itself_captions_it() -> None:
    span = place(1, 1, 5)
    found = Diagnostic(code="PS301", message="no", span=span, labels=(Label(span=span, text="expected a value"),))
    assert "\n  | ^^^^ expected a value\n" in to_text([found], SOURCES)


def test_everything_is_said_once_in_reading_order_and_counted() -> None:
    text = to_text([MIXED, MISSING, MIXED], SOURCES.get)
    assert [line for line in text.splitlines() if re.match(r"error|warning|found", line)] == [
        "error[PS320]: money cannot be compared with a duration in months",
        "warning[PS001]: the book has no policy.yaml",
        "found 1 error and 1 warning",
    ]
    assert "\n --> policy.yaml\n" in text, "a file without a line"


def test_nothing_to_say_is_no_text() -> None:
    assert to_text([], {}) == ""
    assert to_json([]) == []
    assert count_line([]) == "found nothing"


def test_a_place_that_no_source_holds_is_named_without_an_excerpt() -> None:
    found = Diagnostic(code="PS301", message="no", span=place(7, 1, 2))
    assert to_text([found], {}) == "error[PS301]: no\n --> policy.rules:7:1\n\nfound 1 error\n"
    assert to_text([Diagnostic(code="PS301", message="no", span=NOWHERE)], {}) == "error[PS301]: no\n\nfound 1 error\n"


def test_wide_characters_and_tabs_keep_the_carets_in_place() -> None:
    text = to_text([Diagnostic(code="PS301", message="no", span=place(1, 4, 6))], {"policy.rules": "\t漢x字y"})
    source, carets = text.splitlines()[3:5]
    assert source == "1 |     漢x字y"
    assert carets == "  |        ^^^"


def test_a_long_line_is_cut_around_the_place() -> None:
    line = "a" * 100_000 + "HERE" + "b" * 100_000
    text = to_text([Diagnostic(code="PS301", message="no", span=place(1, 100_001, 100_005))], {"policy.rules": line})
    source, carets = text.splitlines()[3:5]
    assert len(source) < 140
    assert carets.rstrip().endswith("^^^^")
    assert source[carets.index("^") : carets.index("^") + 4] == "HERE"


def test_a_place_of_several_lines_is_underlined_to_the_end_of_its_first() -> None:
    span = Span(file="policy.rules", line=2, column=8, end_line=5, end_column=3)
    assert "\n  |        ^^^^^^^^^^^^^^^^\n" in to_text([Diagnostic(code="PS301", message="no", span=span)], SOURCES)


def test_color_changes_nothing_but_the_color() -> None:
    colored = to_text([MIXED, MISSING], SOURCES, color=True)
    assert "\x1b[1;31merror[PS320]" in colored
    plain = [line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", colored).splitlines()]
    assert plain == to_text([MIXED, MISSING], SOURCES).splitlines()


@given(st.text(), st.text(), st.integers(1, 5), st.integers(1, 20), st.integers(0, 20))
def test_no_text_can_steer_the_terminal(source: str, message: str, line: int, column: int, length: int) -> None:
    span = place(line, column, column + length)
    found = Diagnostic(code="PS301", message=message, span=span, help=message, context=message)
    text = to_text([found], {"policy.rules": source})
    assert not [char for char in text if unicodedata.category(char) in {"Cc", "Cf", "Cs"} and char != "\n"]
    json.dumps(to_json([found], {"policy.rules": source}))


def test_data_has_the_place_the_line_and_what_to_highlight() -> None:
    (data,) = to_json([MIXED], SOURCES)
    assert data == {
        "severity": "error",
        "code": "PS320",
        "summary": CODES["PS320"].title,
        "detail": "money cannot be compared with a duration in months",
        "context": 'rule "Big jumps"',
        "range": {
            "filename": "policy.rules",
            "start": {"line": 2, "column": 8},
            "end": {"line": 2, "column": 24},
        },
        "snippet": {
            "context": 'rule "Big jumps"',
            "code": "  when 5 EUR > 3 months",
            "start_line": 2,
            "highlight_start_offset": 7,
            "highlight_end_offset": 23,
        },
        "labels": [
            {
                "text": label.text,
                "range": {
                    "filename": label.span.file,
                    "start": {"line": label.span.line, "column": label.span.column},
                    "end": {"line": label.span.end_line, "column": label.span.end_column},
                },
            }
            for label in MIXED.labels
        ],
        "help": "compare amounts with amounts",
        "fixes": [],
    }


def test_data_without_sources_or_places_says_so() -> None:
    assert to_json([MIXED])[0]["snippet"] is None
    assert to_json([MISSING])[0]["range"] == {"filename": "policy.yaml", "start": None, "end": None}
    assert to_json([Diagnostic(code="PS301", message="no", span=NOWHERE)])[0]["range"] is None


def test_sorting_goes_by_place_then_code() -> None:
    first = Diagnostic(code="PS320", message="a", span=place(1, 2, 3))
    second = Diagnostic(code="PS301", message="b", span=place(1, 3, 4))
    third = Diagnostic(code="PS320", message="c", span=place(1, 3, 4), severity="warning")
    assert sort_diagnostics([third, second, first, third]) == (first, second, third)
    assert has_errors([third, first])
    assert not has_errors([third])


def test_every_code_has_its_phase_and_a_title() -> None:
    for name, code in CODES.items():
        assert code.code == name
        assert re.fullmatch(r"PS[0-9]\d\d", name)
        assert code.phase in PHASES.values()
        assert code.title
        assert code.title[0].islower() or not code.title[0].isalpha()
        assert not code.title.endswith(".")


ERRORS = [
    InvalidBook((MIXED,)),
    InvalidInput(diagnostics=(MIXED, MISSING)),
    StaleQuote(part="subscription", quoted="ab12", found="cd34"),
    InvalidPlan(("line 1 has no amount",)),
    InternalError("printing a rule"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_survives_the_way_to_another_process(error: PlanshiftError) -> None:
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301  # our own bytes
        assert type(twin) is type(error)
        assert str(twin) == str(error)


def test_an_error_says_what_is_wrong() -> None:
    assert [str(error).splitlines() for error in ERRORS] == [
        [
            "the book cannot be used",
            "policy.rules:2:8: error[PS320]: money cannot be compared with a duration in months",
        ],
        [
            "the input cannot be used",
            "policy.rules:2:8: error[PS320]: money cannot be compared with a duration in months",
            "policy.yaml: warning[PS001]: the book has no policy.yaml",
        ],
        ["the decision is stale: the subscription was changed after it was made (ab12 then, cd34 now)"],
        ["the action plan must not be executed", "line 1 has no amount"],
        ["planshift made a mistake while printing a rule; please report it"],
    ]


def test_spans_join_and_print() -> None:
    joined = place(1, 2, 3).to(place(4, 5, 6))
    assert (joined.start, joined.end) == ((1, 2), (4, 6))
    assert str(joined) == "policy.rules:1:2"
    assert not NOWHERE.known
    assert str(NOWHERE) == "(no file)"
