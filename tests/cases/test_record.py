"""Recording: what a book answers is written into its cases, and nothing else of the file is touched."""

from __future__ import annotations

import pytest

from planshift.book import Book, load, load_text
from planshift.cases.record import Recording, record
from planshift.cases.record_writing import What
from planshift.cases.run import chosen_by, run
from planshift.policy.format_yaml import format_yaml
from tests.cases.test_language import ANNA, CATALOG, POLICY, RULES

HEAD = """\
# Cases of June
now: 2026-06-16 12:00
subscription: anna

cases:
"""
UP = """\
  # Half of the month is left.
  - name: Up   # the common way
    when: { to: large }   # by the month
"""
ANSWER = """\
    expect:
      verdict: allowed
      reasons: []
      direction: upgrade
      effective_on: 2026-06-16
      lines: { charge: 15.00 EUR, credit: 5.00 EUR }
      due_now: 10.00 EUR
      next_bill_on: 2026-07-01
      next_bill: 30.00 EUR
"""
OTHER = """
  - name: Another
    when: { to: large }
    expect: { verdict: allowed }
"""


def shop(cases: str) -> Book:
    return load_text(
        {
            "policy.yaml": POLICY,
            "catalog.yaml": CATALOG,
            "policy.rules": RULES,
            "subscriptions/anna.yaml": ANNA,
            "cases/june.yaml": cases,
        }
    )


def recorded(cases: str, *, complete: bool = False, update: bool = False, run_: str | None = None) -> Recording:
    return record(shop(cases), chosen_by(run_), what=What(complete=complete, update=update))


def text(recording: Recording) -> str:
    (file,) = recording.files
    return file.after


@pytest.mark.parametrize("empty", ["", "    expect: {}\n", "    expect:\n"])
def test_a_case_that_expects_nothing_gets_the_whole_answer(empty: str) -> None:
    found = recorded(HEAD + UP + empty + OTHER)
    assert text(found) == HEAD + UP + ANSWER + OTHER
    assert [file.cases for file in found.files] == [("Up",)]
    assert run(shop(text(found))).ok


def test_a_case_in_braces_stays_in_braces() -> None:
    found = text(recorded(HEAD + "  - { name: Up, when: { to: large } }\n"))
    assert "\n  - { name: Up, when: { to: large },\n      expect: { verdict: allowed, reasons: []," in found
    assert run(shop(found)).ok


def test_a_case_without_a_request_gets_what_is_offered() -> None:
    found = text(recorded(HEAD + "  - name: What is there\n    given: { status: active }\n"))
    assert found.endswith("    expect:\n      options: [large monthly, huge monthly, small yearly]\n")


def test_cases_that_expect_something_are_left_alone() -> None:
    assert recorded(HEAD + OTHER) == Recording(files=(), skipped=())


def test_what_they_leave_out_is_written_on_demand() -> None:
    found = text(recorded(HEAD + OTHER, complete=True))
    assert "    expect: { verdict: allowed," in found
    assert "due_now: 10.00 EUR" in found
    assert run(shop(found)).ok
    assert recorded(found, complete=True).files == ()


def test_what_differs_is_put_right_on_demand_and_remarks_stay() -> None:
    wrong = ANSWER.replace("15.00 EUR, credit: 5.00 EUR", "14.00 EUR").replace("2026-07-01", "2026-07-02   # why")
    assert recorded(HEAD + UP + wrong).files == ()
    right = ANSWER.replace("2026-07-01", "2026-07-01   # why")
    assert text(recorded(HEAD + UP + wrong, update=True)) == HEAD + UP + right


def test_only_the_chosen_cases_are_written_into() -> None:
    two = HEAD + UP + UP.replace("Up", "Down")
    assert [file.cases for file in recorded(two, run_="down").files] == [("Down",)]


TABLE = """\
  - name: Moving up
    when: { price: monthly }
    table:
      - [name,     when.to, expect.due_now, expect.terms.fee]
      - [to Large, large,   _,              none]
      - [to Huge,  huge,    33.00 EUR,      _]   # with its fee
"""


def test_empty_cells_of_a_table_are_filled() -> None:
    found = text(recorded(HEAD + TABLE, update=True))
    assert "- [to Large, large,   10.00 EUR,      none]\n" in found
    assert "- [to Huge,  huge,    32.00 EUR,      7.00 EUR]   # with its fee\n" in found
    assert run(shop(found)).ok


def test_the_layout_of_fmt_is_kept() -> None:
    for cases in (HEAD + UP, HEAD + OTHER, HEAD + TABLE):
        before, _ = format_yaml(cases, file="cases/june.yaml")
        assert before == cases
        found = text(recorded(cases, complete=True, update=True))
        assert format_yaml(found, file="cases/june.yaml")[0] == found


def test_nothing_is_written_that_would_fail() -> None:
    broken = RULES + '\nalways "nobody pays": due_now <= 0 EUR\n'
    book = load_text(
        {
            "policy.yaml": POLICY,
            "catalog.yaml": CATALOG,
            "policy.rules": broken,
            "subscriptions/anna.yaml": ANNA,
            "cases/june.yaml": HEAD + UP,
        }
    )
    found = record(book, chosen_by(None), what=What())
    assert found.files == ()
    assert found.skipped == (("Up", 'it would fail, for always "nobody pays" is does not hold'),)


def test_a_case_that_cannot_be_decided_is_told() -> None:
    found = recorded(
        HEAD + "  - name: Up\n    given: { after: [{ to: alone, price: monthly, at: 2026-06-15 12:00 }] }\n"
    )
    assert found.skipped == (("Up", "given.after, request 1 is denied"),)


def test_the_hosting_book_has_nothing_to_record() -> None:
    assert record(load("policies/hosting"), chosen_by(None), what=What(update=True)).files == ()


YEAR = """\
  - name: A summer   # and what becomes of it
    timeline:
      # Half of the month is left.
      - at: 2026-06-16 12:00
        when: { to: large }   # by the month
      - { at: 2026-06-17 12:00, when: { to: alone, price: monthly } }
      - name: Smaller again
        at: 2026-06-20 12:00
        given: { usage: { sites: 2 } }
        when: { to: small }

      - at: 2026-06-25 09:00
        events: [change.cancelled]
      - at: 2026-06-26 06:00
        until: 2026-08-27 06:00
        when: { kind: renew }
      # Nothing happens.
      - at: 2026-08-28 00:00
      - at: 2026-09-01 00:00
        leaves: { plan: large }   # still
"""
WENT = """\
  - name: A summer   # and what becomes of it
    timeline:
      # Half of the month is left.
      - at: 2026-06-16 12:00
        when: { to: large }   # by the month
        expect:
          verdict: allowed
          reasons: []
          direction: upgrade
          effective_on: 2026-06-16
          lines: { charge: 15.00 EUR, credit: 5.00 EUR }
          due_now: 10.00 EUR
          next_bill_on: 2026-07-01
          next_bill: 30.00 EUR
        leaves: { plan: large, period: { start: 2026-06-16 }, paid: 15.00 EUR, changes: [2026-06-16] }
      - { at: 2026-06-17 12:00, when: { to: alone, price: monthly }, expect: { verdict: denied, reasons: [no_road] },
          leaves: { plan: large } }
      - name: Smaller again
        at: 2026-06-20 12:00
        given: { usage: { sites: 2 } }
        when: { to: small }
        expect:
          verdict: allowed
          reasons: []
          direction: downgrade
          effective_on: 2026-07-01
          lines: { charge: 10.00 EUR }
          due_now: 0.00 EUR
          due_later: 10.00 EUR
          next_bill_on: 2026-07-01
          next_bill: 10.00 EUR
          cancellable_until: 2026-06-25
        leaves: { plan: large, pending: { to_plan: small, to_price: monthly, effective_on: 2026-07-01 } }

      - at: 2026-06-25 09:00
        events: [change.cancelled]
        leaves: { plan: large, pending: null }
      - at: 2026-06-26 06:00
        until: 2026-08-27 06:00
        when: { kind: renew }
        leaves: { plan: large, renewals: 3, period: { start: 2026-09-01, end: 2026-10-01 }, paid: 30.00 EUR }
      # Nothing happens.
      - at: 2026-08-28 00:00
        leaves: { plan: large }
      - at: 2026-09-01 00:00
        leaves: { plan: large }   # still
"""


def test_what_a_moment_says_nothing_of_is_written() -> None:
    found = recorded(HEAD + YEAR)
    assert found.skipped == ()
    assert text(found) == HEAD + WENT
    assert run(shop(text(found))).ok
    assert recorded(text(found), complete=True, update=True).files == ()


def test_what_a_moment_leaves_out_is_written_on_demand() -> None:
    cases = HEAD + WENT.replace("          due_now: 10.00 EUR\n", "").replace(", paid: 15.00 EUR", "")
    assert recorded(cases).files == ()
    found = text(recorded(cases, complete=True))
    assert "next_bill: 30.00 EUR\n          due_now: 10.00 EUR\n" in found
    assert "changes: [2026-06-16], paid: 15.00 EUR }" in found
    assert run(shop(found)).ok


def test_what_differs_at_a_moment_is_put_right_on_demand() -> None:
    wrong = (
        WENT.replace("due_now: 10.00", "due_now: 11.00")
        .replace("to_plan: small", "to_plan: huge")
        .replace("renewals: 3", "renewals: 4   ")
        .replace("reasons: [no_road]", "reasons: [over_limits]")
    )
    assert recorded(HEAD + wrong).files == ()
    assert text(recorded(HEAD + wrong, update=True)).replace("   ,", ",") == HEAD + WENT


def test_the_end_is_written_as_none_left() -> None:
    policy = POLICY.replace("downgrade:", "cancel: { timing: now }\n  downgrade:")
    head, rows = "cases:\n", "  - name: End\n    given: { subscription: anna }\n    timeline:\n"
    moment = "      - at: 2026-06-20 12:00\n        when: { kind: cancel }\n        expect: { verdict: allowed }\n"
    files = {"policy.yaml": policy, "catalog.yaml": CATALOG, "policy.rules": RULES, "subscriptions/anna.yaml": ANNA}
    later = "      - at: 2026-06-21 12:00\n        leaves: null\n"
    silent = moment.replace("        expect: { verdict: allowed }\n", "")
    book = load_text(files | {"cases/june.yaml": head + rows + silent + later})
    assert "        leaves: null\n      - at" in text(record(book, chosen_by(None), what=What()))


def test_a_timeline_that_cannot_go_on_is_told() -> None:
    moments = "      - at: 2026-06-16 12:00\n      - { at: 2026-06-17 12:00, events: [change.cancelled] }\n"
    found = recorded(HEAD + "  - name: Stuck\n    timeline:\n" + moments)
    assert found.files == ()
    assert found.skipped == (("Stuck", "at `2026-06-17 12:00`, events is cannot happen"),)
