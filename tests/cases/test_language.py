"""What a case can say besides one request: what came before, the steps, the invoice, the roads, and what is offered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from planshift.book import Book, load_text
from planshift.cases.report import Report, report_text
from planshift.cases.run import run
from planshift.diagnostics.errors import InvalidBook

POLICY = """
policy_language: 1
book: shop
currency: EUR
invoice_days_before: 5
groups:
  hosting:
    direction: by_level
    members: { small: { level: 1 }, large: { level: 2 }, huge: { level: 3 } }
  shared:
    direction: by_level
    members: { small: { level: 1 }, large: { level: 7 } }
paths:
  - from: small
    upgrades: [huge]
    fee: 7 EUR
    fee_taxed_as: web
terms:
  upgrade: { collect: now }
  downgrade: { timing: period_end }
"""

CATALOG = """
plans:
  small:
    title: Small
    module: panel
    prices: { monthly: { every: 1 month, EUR: "10.00" }, yearly: { every: 1 year, EUR: "100.00" } }
  large:
    title: Large
    module: panel
    prices: { monthly: { every: 1 month, EUR: "30.00" } }
  huge:
    title: Huge
    module: panel
    prices: { monthly: { every: 1 month, EUR: "60.00" }, yearly: { every: 1 year, EUR: "600.00" } }
  alone:
    title: Alone
    prices: { monthly: { every: 1 month, EUR: "5.00" } }
services:
  web: {}
"""

RULES = """
rule "Huge goes by the month"
  when to == huge and to.every >= 12 months
  deny "Huge is sold by the month."
"""

ANNA = """
id: s1
plan: small
price: monthly
currency: EUR
period: { start: 2026-06-01, end: 2026-07-01 }
bill_day: 1
paid: 10.00 EUR
"""

UP = """
now: 2026-06-16 12:00
subscription: anna
cases:
  - name: Up in the middle of June
    shows: [S0.11, T.8]
    when: { to: large }
"""

OFFERS = """
now: 2026-06-16 12:00
cases:
  - name: What is offered
    given: { subscription: anna%s }
"""

STEPS = "[end_plan, start_plan, change_package, issue_invoice, ask_payment]"


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


def expecting(expect: str, *, case: str = UP) -> Report:
    return run(shop(f"{case}    expect: {expect}\n"))


def differences(report: Report) -> list[tuple[str, str, str]]:
    return [(each.what, each.expected, each.got) for result in report.results for each in result.differences]


@pytest.mark.parametrize(
    "expect",
    [
        f"{{ steps: {STEPS}, later_steps: [] }}",
        "{ undo: [take_back, take_back, change_package, withdraw_plan, resume_plan] }",
        "{ group: [shared, hosting], path: null, due_on: 2026-06-16 }",
        "{ invoice: { due_on: 2026-06-16, total: 10.00 EUR, lines: [charge, credit] } }",
        "{ invoice: { lines: [Large, unused time on Small], credit_used: 0.00 EUR } }",
        "{ invoice: { lines: ['Large 15.00 EUR', 'credit -5.00 EUR'] } }",
        "{ taxed_as: { charge: null } }",
    ],
)
def test_steps_roads_and_the_invoice_of_a_change(expect: str) -> None:
    report = expecting(expect)
    assert differences(report) == []


DOWN = """
now: 2026-06-16 12:00
cases:
  - name: Down at the end of June
    given: { subscription: anna, plan: large, paid: 30.00 EUR }
    when: { to: small }
"""


def test_steps_that_are_kept_for_later() -> None:
    later = "[end_plan, start_plan, change_package, issue_invoice, ask_payment, bump_renewal]"
    assert differences(expecting(f"{{ steps: [schedule], later_steps: {later}, undo: unschedule }}", case=DOWN)) == []
    wanted = "{ invoice: { due_on: 2026-07-01, total: 10.00 EUR }, due_on: 2026-07-01 }"
    assert differences(expecting(wanted, case=DOWN)) == []


def test_a_path_and_what_its_fee_is_taxed_as() -> None:
    case = UP.replace("to: large", "to: huge")
    wanted = (
        "{ path: path 1 from small, group: hosting, taxed_as: { fee: web }, invoice: { lines: [charge, credit, fee] } }"
    )
    assert differences(expecting(wanted, case=case)) == []
    assert differences(expecting("{ path: null }", case=case)) == [("path", "none", "path 1 from small")]
    assert differences(expecting("{ taxed_as: { fee: null } }", case=case)) == [("taxed_as.fee", "none", "web")]


@pytest.mark.parametrize(
    "expect, difference",
    [
        ("{ group: hosting }", ("group", "hosting", "hosting, shared")),
        ("{ path: path 1 from small }", ("path", "path 1 from small", "none")),
        ("{ invoice: null }", ("invoice", "none", "10.00 EUR")),
        ("{ invoice: { total: 11.00 EUR } }", ("invoice.total", "11.00 EUR", "10.00 EUR")),
        ("{ invoice: { lines: [charge] } }", ("invoice.lines", "charge", "charge, credit -5.00 EUR")),
        ("{ due_on: null }", ("due_on", "none", "2026-06-16")),
    ],
)
def test_what_comes_out_differently_fails(expect: str, difference: tuple[str, str, str]) -> None:
    assert differences(expecting(expect)) == [difference]


def test_nothing_is_carried_out_where_the_change_is_denied() -> None:
    case = UP.replace("to: large", "to: alone, price: monthly")
    assert expecting("{ steps: [], invoice: null, due_on: null, group: [] }", case=case).ok
    report = expecting("{ steps: [end_plan] }", case=case)
    assert differences(report) == [("steps", "end_plan", "none")]
    assert report.results[0].differences[0].why == ("the change is denied, so nothing is carried out",)


def after(*requests: str, then: str = "{ to: huge }") -> str:
    told = "\n".join(f"        - {request}" for request in requests)
    return f"""
now: 2026-06-21 12:00
cases:
  - name: After other changes
    given:
      subscription: anna
      after:
{told}
    when: {then}
"""


def test_a_case_can_begin_after_other_changes() -> None:
    case = after("{ to: large, at: 2026-06-16 12:00 }")
    # large: 15 days billed for 15.00; 10 of 30 days left: credit 10.00, charge 20.00
    wanted = "{ verdict: allowed, lines: { credit: 10.00 EUR, charge: 20.00 EUR }, path: null, group: hosting }"
    assert differences(expecting(wanted, case=case)) == []


def test_what_was_asked_before_is_completed_by_what_came_before_that() -> None:
    case = after(
        "{ to: small, price: yearly, at: 2026-06-02 09:00 }", "{ to: huge, price: monthly, at: 2026-06-03 09:00 }"
    )
    then = case.replace("when: { to: huge }", "when: { to: large }")
    assert differences(expecting("{ verdict: allowed, direction: downgrade }", case=then)) == []


def test_a_change_before_that_is_not_allowed_fails_the_case_with_its_reasons() -> None:
    report = expecting("{ verdict: allowed }", case=after("{ to: huge, price: yearly, at: 2026-06-16 12:00 }"))
    assert differences(report) == [("given.after, request 1", "allowed", "denied")]
    assert report.results[0].differences[0].why == (
        'rule "Huge goes by the month" (policy.rules:2): Huge is sold by the month.',
    )


def test_nothing_can_come_after_a_cancellation() -> None:
    case = after("{ to: large, at: 2026-06-16 12:00 }", "{ kind: cancel, at: 2026-06-17 12:00 }")
    report = expecting("{ verdict: allowed }", case=case)
    assert differences(report) == [("given.after, request 2", "a plan that runs on", "the end of the subscription")]


def test_what_comes_before_says_when() -> None:
    with pytest.raises(InvalidBook) as caught:
        expecting("{ verdict: allowed }", case=after("{ to: large }", "{ to: hugh, at: 2026-06-17 12:00 }"))
    found = [(each.code, each.message) for each in caught.value.diagnostics]
    assert found == [("PS102", "`at` is missing"), ("PS520", "there is no plan `hugh`")]


@pytest.mark.parametrize(
    "given, expect",
    [
        ("", "{ options: [large, huge monthly, small yearly] }"),
        ("", "{ other_plans: [large, huge], other_terms: [small yearly], offered: true, why: null }"),
        ("", "{ hidden: { huge yearly: [rule], alone: [no_road], large: null } }"),
        ("", "{ hidden: { huge: Huge is sold by the month. } }"),
        (", plan: alone, paid: 5.00 EUR", "{ offered: false, other_plans: [], other_terms: [] }"),
        (
            ", plan: alone, paid: 5.00 EUR",
            "{ why: 'no upgrade options: no group and no path leads from Alone to another plan' }",
        ),
    ],
)
def test_what_is_offered(given: str, expect: str) -> None:
    assert differences(expecting(expect, case=OFFERS % given)) == []


@pytest.mark.parametrize(
    "expect, difference",
    [
        ("{ offered: false }", ("offered", "nothing", "large monthly, huge monthly, small yearly")),
        ("{ other_plans: [] }", ("other_plans", "none", "large monthly, huge monthly")),
        (
            "{ other_terms: [small yearly, large monthly] }",
            ("other_terms", "small yearly, large monthly", "small yearly"),
        ),
        ("{ why: nothing fits }", ("why", "nothing fits", "none")),
        ("{ hidden: { large: [no_road] } }", ("hidden.large", "no_road", "offered")),
        ("{ hidden: { alone: null } }", ("hidden.alone", "not hidden", "no_road")),
        ("{ hidden: { alone: [rule] } }", ("hidden.alone", "rule", "no_road")),
        (
            "{ hidden: { small monthly: [rule] } }",
            ("hidden.small monthly", "rule", "no other plan or price of this name"),
        ),
    ],
)
def test_what_is_offered_differently_fails(expect: str, difference: tuple[str, str, str]) -> None:
    assert differences(expecting(expect, case=OFFERS % "")) == [difference]


def test_a_case_about_offers_may_ask_for_a_change_as_well() -> None:
    assert expecting("{ verdict: allowed, other_terms: [small yearly] }").ok


def test_cases_are_chosen_by_what_they_show() -> None:
    book = shop(f"{UP}    expect: {{ verdict: allowed }}\n")
    for pattern in ("S0.11", "s0", "T", "t.8"):
        (result,) = run(book, pattern).results
        assert result.shows == ("S0.11", "T.8")


def test_a_failing_case_is_told_step_by_step(golden: Callable[[Path, str], None]) -> None:
    before = after("{ to: huge, price: yearly, at: 2026-06-16 12:00 }").partition("cases:\n")[2]
    cases = f"""{UP}    expect:
      steps: [issue_invoice, start_plan, change_package, ask_for_payment]
      undo: []
      invoice: {{ due_on: 2026-07-01, lines: [charge, fee 7.00 EUR] }}
      group: [hosting]
{before}    expect: {{ reasons: [] }}
  - name: What is offered to Anna
    given: {{ subscription: anna }}
    expect: {{ offered: false, hidden: {{ alone: [rule] }}, other_plans: [large] }}
"""
    golden(Path(__file__).parent / "golden" / "steps.txt", report_text(run(shop(cases))) + "\n")
