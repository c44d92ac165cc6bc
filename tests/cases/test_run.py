"""Cases pass when the decision says all they expect, and a failing one says what differs, and because of what."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from planshift.book import Book, load_text
from planshift.cases.report import Report, report_text
from planshift.cases.run import run
from planshift.diagnostics.errors import InvalidBook, InvalidInput

POLICY = """
policy_language: 1
book: shop
currency: EUR
groups:
  all:
    direction: by_level
    equal: crossgrade
    members: { small: { level: 1 }, large: { level: 2 } }
terms:
  any: { who: [customer, staff] }
  upgrade: { fee: [5 EUR, 6 USD] }
  downgrade: { timing: period_end }
"""

CATALOG = """
plans:
  small:
    title: Small
    prices: { monthly: { every: 1 month, EUR: "10.00", USD: "11.00" } }
    limits: { sites: 1 }
    services: [web]
  large:
    title: Large
    prices: { monthly: { every: 1 month, EUR: "30.00", USD: "33.00" } }
    limits: { sites: 5 }
    services: [web]
services:
  web: { questions: [domain] }
"""

RULES = """
rule "Old friends pay no fee"
  when upgrade and customer.tenure >= 24 months
  set fee = 0 EUR

rule "Not in debt"
  when downgrade and subscription.debt > 0 EUR
  deny "Pay {subscription.debt} first."
"""

ANNA = """
id: s1
customer: { id: anna, since: 2026-01-01 }
plan: small
price: monthly
currency: EUR
period: { start: 2026-06-01, end: 2026-07-01 }
usage: { sites: 3 }
answers: [{ service: web, question: domain, value: anna.example.com }]
"""

UP = """
now: 2026-06-16 12:00
subscription: anna
cases:
  - name: Up in the middle of June
    when: { to: large }
"""
"""June has 30 days, 15 are left: credit 5.00, charge 15.00, fee 5.00, due 15.00."""


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
        "{ verdict: allowed }",
        "{ reasons: [] }",
        "{ direction: upgrade, timing: now, effective_on: 2026-06-16 }",
        "{ due_now: 15.00 EUR, next_bill_on: 2026-07-01, next_bill: 30.00 EUR }",
        "{ lines: { charge: 15.00 EUR, credit: 5.00 EUR, fee: 5.00 EUR } }",
        "{ lines: { charge: 15.00 EUR, credit: 5.00 EUR, fee: 5.00 EUR, penalty: null, setup: 0.00 EUR } }",
        "{ flow: { offset: 5.00 EUR, refunded: null } }",
        "{ contract: null, extension: null, cancellable_until: null }",
        "{ contract: { outcome: none } }",
        "{ excess: { sites: 0 }, moves: ['web: domain'], lost: [], warnings: [], remedies: [] }",
        "{ terms: { fee: 5 EUR, who: [staff, customer], timing: now } }",
        "{ sources: { fee: 'terms, upgrade', timing: built-in default, who: terms } }",
    ],
)
def test_what_comes_out_as_expected_passes(expect: str) -> None:
    report = expecting(expect)
    assert differences(report) == []
    assert report.ok
    assert [result.status for result in report.results] == ["passed"]


@pytest.mark.parametrize(
    "expect, difference",
    [
        ("{ verdict: denied }", ("verdict", "denied", "allowed")),
        ("{ reasons: rule }", ("reasons", "rule", "none")),
        ("{ due_now: 15.01 EUR }", ("due_now", "15.01 EUR", "15.00 EUR")),
        ("{ due_now: 15.00 USD }", ("due_now", "15.00 USD", "15.00 EUR")),
        ("{ effective_on: null }", ("effective_on", "none", "2026-06-16")),
        ("{ cancellable_until: 2026-06-20 }", ("cancellable_until", "2026-06-20", "none")),
        ("{ lines: { charge: 15.00 EUR, credit: 5.00 EUR, fee: null } }", ("lines.fee", "none", "5.00 EUR")),
        ("{ lines: { charge: 15.00 EUR, credit: 5.00 EUR } }", ("lines", "no others", "fee 5.00 EUR")),
        ("{ flow: { to_account: 5.00 EUR } }", ("flow.to_account", "5.00 EUR", "0.00 EUR")),
        ("{ contract: { outcome: begins } }", ("contract.outcome", "begins", "none")),
        ("{ excess: { sites: 1 } }", ("excess.sites", "1", "0")),
        ("{ lost: ['web: domain'] }", ("lost", "web: domain", "none")),
        ("{ terms: { fee: 6 EUR } }", ("terms.fee", "6.00 EUR", "5.00 EUR or 6.00 USD")),
        ("{ terms: { who: [staff] } }", ("terms.who", "staff", "customer, staff")),
        ("{ sources: { fee: terms } }", ("sources.fee", "terms", "terms, upgrade (policy.yaml:12)")),
    ],
)
def test_what_comes_out_differently_fails(expect: str, difference: tuple[str, str, str]) -> None:
    report = expecting(expect)
    assert differences(report) == [difference]
    assert not report.ok


def test_no_lines_at_all_can_be_expected() -> None:
    report = expecting("{ lines: {} }")
    assert differences(report) == [("lines", "no others", "charge 15.00 EUR, credit 5.00 EUR, fee 5.00 EUR")]


DOWN = """
now: 2026-06-16 12:00
cases:
  - name: Down with debt and three sites
    given: { subscription: anna, plan: large, paid: 10.00 EUR, debt: 20.00 EUR }
    when: { to: small }
"""


def test_reasons_are_compared_as_a_whole() -> None:
    assert expecting("{ verdict: denied, reasons: [rule, over_limits] }", case=DOWN).ok
    assert differences(expecting("{ reasons: [rule] }", case=DOWN)) == [("reasons", "rule", "over_limits, rule")]
    more = expecting("{ reasons: [rule, over_limits, unpaid] }", case=DOWN)
    assert differences(more) == [("reasons", "rule, over_limits, unpaid", "over_limits, rule")]


def test_a_reason_can_be_expected_by_its_sentence() -> None:
    assert expecting("{ reasons: [Pay 20.00 EUR first., over_limits] }", case=DOWN).ok
    other = expecting("{ reasons: [Pay 21.00 EUR first., over_limits] }", case=DOWN)
    assert differences(other) == [("reasons", "Pay 21.00 EUR first., over_limits", "over_limits, rule")]


def test_a_rule_can_be_named_by_its_title() -> None:
    case = UP.replace("    when:", "    given: { customer: { since: 2020-01-01 } }\n    when:")
    for title in ("Old friends pay no fee", """'rule "Old friends pay no fee"'"""):
        assert expecting(f"{{ sources: {{ fee: {title} }}, terms: {{ fee: none }} }}", case=case).ok


def test_a_computed_fee_is_compared_by_its_amount() -> None:
    files = {"policy.yaml": POLICY, "catalog.yaml": CATALOG, "subscriptions/anna.yaml": ANNA}
    files["policy.rules"] = 'rule "A tenth"\n  when upgrade\n  set fee = 10% of to.price\n'
    files["cases/june.yaml"] = f"{UP}    expect: {{ terms: {{ fee: 3 EUR }}, due_now: 13.00 EUR }}\n"
    assert run(load_text(files)).ok
    files["cases/june.yaml"] = f"{UP}    expect: {{ terms: {{ fee: 4 EUR }} }}\n"
    assert differences(run(load_text(files))) == [("terms.fee", "4.00 EUR", "10% of to.price = 3.00 EUR")]


def test_options_are_compared_as_a_whole() -> None:
    case = "now: 2026-06-16 12:00\nsubscription: anna\ncases:\n  - name: What is offered\n"
    assert expecting("{ options: [large] }", case=case).ok
    assert expecting("{ options: large monthly }", case=case).ok
    assert differences(expecting("{ options: [] }", case=case)) == [("options", "none", "large monthly")]
    assert differences(expecting("{ options: [large, small] }", case=case)) == [("options", "large, small", "large")]


MANY = f"""{UP}    expect: {{ verdict: allowed }}
  - name: Staff moves her up
    when: {{ to: large, by: staff }}
    expect: {{ verdict: allowed }}
  - name: Up for somebody who is not priced yet
    when: {{ to: large }}
    todo: sales has not said what it costs
    expect: {{ due_now: 0.00 EUR }}
"""


def test_cases_are_chosen_by_their_name_or_that_of_their_file() -> None:
    book = shop(MANY)
    assert [result.name for result in run(book, "STAFF").results] == ["Staff moves her up"]
    assert len(run(book, "june.yaml").results) == 3


def test_a_case_that_is_to_be_done_is_counted_and_not_run() -> None:
    report = run(shop(MANY))
    assert [result.status for result in report.results] == ["passed", "passed", "todo"]
    assert report.ok
    assert report_text(report).endswith("shop: 2 passed, 0 failed, 1 to do")


def test_a_selection_without_cases_is_an_error() -> None:
    with pytest.raises(InvalidInput) as caught:
        run(shop(MANY), "stuff")
    (problem,) = caught.value.diagnostics
    assert problem.code == "PS608"
    assert problem.message == "no case has `stuff` in its name or in that of its file, or shows it"


def test_a_book_without_cases_is_an_error() -> None:
    with pytest.raises(InvalidInput) as caught:
        run(load_text({"policy.yaml": POLICY, "catalog.yaml": CATALOG, "policy.rules": RULES}))
    assert [problem.message for problem in caught.value.diagnostics] == ["the book has no cases"]


def test_mistakes_in_cases_are_reported_and_nothing_is_run() -> None:
    with pytest.raises(InvalidBook) as caught:
        expecting("{ due_now: 15 euros, vedrict: allowed }")
    assert sorted(problem.code for problem in caught.value.diagnostics) == ["PS101", "PS110"]


def test_a_failing_case_is_told_in_two_columns(golden: Callable[[Path, str], None]) -> None:
    cases = f"""{UP}    expect:
      verdict: allowed
      due_now: 10.00 EUR
      lines: {{ charge: 15.00 EUR, credit: 5.00 EUR }}
      terms: {{ fee: none, who: [customer, staff, system] }}
      sources: {{ fee: Old friends pay no fee }}
      warnings: [The sites of this customer are moved by hand and that takes a week or two.]
{DOWN.partition("cases:")[2].lstrip(chr(10))}    expect: {{ reasons: [], direction: downgrade }}
  - name: The same by staff
    when: {{ to: large, by: staff }}
    expect: {{ verdict: allowed }}
  - name: Somebody else
    when: {{ to: large }}
    todo: sales has not said what it costs
    expect: {{ due_now: 0.00 EUR }}
"""
    golden(Path(__file__).parent / "golden" / "failing.txt", report_text(run(shop(cases))) + "\n")
