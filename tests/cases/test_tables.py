"""Tables of cases: a case for each row, and every mistake at its cell."""

from __future__ import annotations

import pytest

from planshift.cases.report import report_text
from planshift.cases.run import run
from planshift.diagnostics.errors import InvalidBook
from tests.cases.test_language import differences, shop

TABLE = """
now: 2026-06-16 12:00
cases:
  - name: Half of June is left
    given: { subscription: anna }
    expect: { verdict: allowed, reasons: [] }
    table:
      - [name,     when.to, when.price, expect.due_now, expect.terms.fee_taxed_as, given.status]
      - [to Large, large,   _,          10.00 EUR,      _,                         _]
      - [to Huge,  huge,    monthly,    32.00 EUR,      web,                       trusted]
  - name: Another one
    given: { subscription: anna }
    when: { to: large }
    expect: { verdict: allowed }
"""


def test_every_row_is_a_case_by_its_own_name() -> None:
    report = run(shop(TABLE))
    assert [(each.name, each.table and each.table.name, each.row, each.status) for each in report.results] == [
        ("Half of June is left: to Large", "Half of June is left", "to Large", "passed"),
        ("Half of June is left: to Huge", "Half of June is left", "to Huge", "passed"),
        ("Another one", None, "Another one", "passed"),
    ]
    assert [each.span.line for each in report.results] == [9, 10, 11]
    assert len(run(shop(TABLE), "to huge").results) == 1


def test_what_a_cell_leaves_out_is_as_for_the_whole_table() -> None:
    (large, huge, _) = shop(TABLE).cases[0].cases
    assert large.subscription.status == "active"
    assert huge.subscription.status == "trusted"
    assert [each.name for each in large.expected] == ["verdict", "reasons", "due_now"]
    assert [each.name for each in huge.expected] == ["verdict", "reasons", "due_now", "terms.fee_taxed_as"]


def test_a_cell_stands_over_what_the_table_says() -> None:
    text = TABLE.replace("when.price", "expect.verdict").replace("_,          10.00", "denied,     10.00")
    assert differences(run(shop(text.replace("monthly,    32.00", "_, 32.00")))) == [("verdict", "denied", "allowed")]


def test_a_failing_row_is_told_under_its_table() -> None:
    report = run(shop(TABLE.replace("32.00 EUR", "33.00 EUR")))
    assert report_text(report).splitlines()[:5] == [
        "FAILED Half of June is left  (cases/june.yaml:4)",
        "  to Large: passed",
        "  to Huge: FAILED  (line 10)",
        "             expected   got",
        "    due_now  33.00 EUR  32.00 EUR",
    ]


def test_all_cases_are_told_as_a_tree_when_asked_for() -> None:
    assert report_text(run(shop(TABLE)), verbose=True).splitlines() == [
        "cases/june.yaml",
        "  Half of June is left",
        "    to Large: passed",
        "    to Huge: passed",
        "  Another one: passed",
        "",
        "shop: 3 passed, 0 failed",
    ]


@pytest.mark.parametrize(
    "old, new, problems",
    [
        ("huge, ", "hugh, ", [(10, 20, "PS520", "there is no plan `hugh`")]),
        ("32.00 EUR", "32.00", [(10, 41, "PS112", "expected an amount of money, found the number `32.00`")]),
        ("expect.due_now", "expects.due_now", [(8, 41, "PS609", "`expects.due_now` is not a column")]),
        ("expect.due_now", "expect.due_noww", [(8, 48, "PS101", "`due_noww` is not a field here")]),
        ("when.price", "when.to", [(8, 29, "PS005", "the column `when.to` is given twice")]),
        (
            "web,                       trusted]",
            "web]",
            [(10, 9, "PS609", "the row has 5 cells, and the table 6 columns")],
        ),
        ("trusted]", "_, 7]", [(10, 87, "PS609", "the row has 7 cells, and the table 6 columns")]),
        ("to Huge,  huge", "[to Huge],  huge", [(10, 9, "PS609", "the row has no name")]),
        ("to Huge, ", "to Large,", [(10, 10, "PS604", "a second case is called `Half of June is left: to Large`")]),
        ("[name, ", "[row, ", [(8, 9, "PS609", "the first column of a table is `name`")]),
        ("reasons: []", "reason: []", [(6, 33, "PS101", "`reason` is not a field here")]),
        ("subscription: anna }\n    expect: {", "subscription: ann }\n    expect: {", None),
    ],
)
def test_a_mistake_is_told_once_and_at_its_cell(
    old: str, new: str, problems: list[tuple[int, int, str, str]] | None
) -> None:
    text = TABLE
    assert old in text
    with pytest.raises(InvalidBook) as caught:
        run(shop(text.replace(old, new, 1)))
    found = [(each.span.line, each.span.column, each.code, each.message) for each in caught.value.diagnostics]
    assert found == (problems or [(5, 28, "PS601", "there is no subscription file `ann`")])


@pytest.mark.parametrize(
    "table, message",
    [
        ("[[name, when.to]]", "the table has no rows"),
        ("{ to Huge: [huge] }", "expected a list, found a mapping"),
        ("[[name, when.to], to Huge]", "expected a list, found the text `to Huge`"),
        ("[]", "`table` is empty"),
    ],
)
def test_what_is_not_built_as_a_table_is_told(table: str, message: str) -> None:
    begin, end = TABLE.index("    table:"), TABLE.index("  - name: Another one")
    with pytest.raises(InvalidBook) as caught:
        run(shop(f"{TABLE[:begin]}    table: {table}\n{TABLE[end:]}"))
    assert [each.message for each in caught.value.diagnostics] == [message]
