"""Coverage counts what cases show of a book, asks for nothing that cannot be, and is told alike everywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser

import pytest

from planshift.book import load_text
from planshift.cases.coverage import KINDS, Coverage, Item, Mark, Tally
from planshift.cases.coverage_html import coverage_page
from planshift.cases.coverage_report import coverage_data, coverage_sheet, headline
from planshift.cases.covering import Covering
from planshift.cases.run import run
from planshift.decision.sheet import to_text
from planshift.diagnostics.span import NOWHERE

POLICY = """
policy_language: 1
book: shop
currency: EUR
invoice_days_before: 5
groups:
  all:
    members:
      small: { level: 1 }
      large: { level: 2, leave: { down: false } }
paths:
  - from: trial
    to: [small]
    fee: 2 EUR
terms:
  upgrade: { fee: 5 EUR }
  downgrade: { timing: period_end, fee: 1 EUR }
for:
  - customer: bert
    terms: { any: { fee: 3 EUR } }
switches:
  - from: { plan: trial, every: 1 month }
    to: { plan: small, every: 1 month }
"""

CATALOG = """
plans:
  trial: { prices: { monthly: { every: 1 month, EUR: "1.00" } }, limits: { sites: 1 } }
  small: { prices: { monthly: { every: 1 month, EUR: "10.00" } }, limits: { sites: 1 } }
  large: { prices: { monthly: { every: 1 month, EUR: "30.00" } }, limits: { sites: 5 } }
"""

RULES = """let loyal = customer.tenure >= 24 months

rule "Old friends pay no fee"
  when upgrade and loyal
  set fee = 0 EUR

rule "Many of them"
  when upgrade and (subscription.quantity > 5 or not loyal)
    and to.limits.sites >= 1
  warn "Many."

rule "Not in debt"
  when from = large and subscription.debt > 0 EUR
  deny "Pay first."

on invoice.issued when change.waiting
  then lock_change

always "fees are small": upgrade implies fee <= 10 EUR
"""

ANNA = """
id: s1
customer: { id: anna, since: 2026-01-01 }
plan: small
price: monthly
currency: EUR
period: { start: 2026-03-01, end: 2026-04-01 }
usage: { sites: 1 }
"""


def covered(*cases: str) -> Coverage:
    """What cases exercise; each is what stands behind its name."""
    text = "now: 2026-03-11 10:00\ncases:\n" + "".join(
        f"  - name: Case {number}\n    {case}\n" for number, case in enumerate(cases, start=1)
    )
    files = {"policy.yaml": POLICY, "catalog.yaml": CATALOG, "policy.rules": RULES, "subscriptions/anna.yaml": ANNA}
    book = load_text({**files, "cases/all.yaml": text})
    covering = Covering(book)
    report = run(book, watch=covering.watch, listen=covering.listen)
    assert [result.differences for result in report.of("failed")] == []
    return covering.coverage()


def case(given: str = "", when: str = "to: large", expect: str = "verdict: allowed") -> str:
    more = f", {given}" if given else ""
    return (
        f"given: {{ subscription: anna{more} }}\n    when: {{ {when} }}\n    expect: {{ {expect} }}"
        if when
        else f"given: {{ subscription: anna{more} }}\n    expect: {{ {expect} }}"
    )


UP = case()
TRIAL_ENDS = "plan: trial"


def missing(coverage: Coverage, kind: str) -> dict[str, str]:
    return {item.text: item.missing for item in coverage.items if item.kind == kind and item.missing}


def test_a_rule_is_shown_where_it_held() -> None:
    assert missing(covered(UP), "rules") == {
        'rule "Old friends pay no fee"': "never held",
        'rule "Not in debt"': "never held",
    }


def test_a_part_of_a_condition_is_looked_at_where_what_stands_before_it_leaves_it_open() -> None:
    found = covered(UP)
    conditions = {(item.text, item.within): item.missing for item in found.of("conditions")}
    assert conditions == {
        ("upgrade", 'rule "Old friends pay no fee"'): "never false",
        ("loyal", 'rule "Old friends pay no fee"'): "never true",
        ("upgrade", 'rule "Many of them"'): "never false",
        ("subscription.quantity > 5", 'rule "Many of them"'): "never true",
        ("not loyal", 'rule "Many of them"'): "never false",
        ("from = large", 'rule "Not in debt"'): "never true",
        ("subscription.debt > 0 EUR", 'rule "Not in debt"'): "never looked at",
        ("customer.tenure >= 24 months", "let loyal"): "never true",
        # `to.limits.sites >= 1` is never false for the plans there are, and true once it is looked at
        ("to.limits.sites >= 1", 'rule "Many of them"'): "",
    }


def test_behind_an_or_a_part_is_looked_at_where_the_one_before_it_does_not_hold() -> None:
    found = covered(UP, case("quantity: 6", "to: large, quantity: 6"))
    parts = {item.text: item for item in found.of("conditions") if item.within == 'rule "Many of them"'}
    assert [mark.cases for mark in parts["subscription.quantity > 5"].marks] == [1, 1]
    assert [mark.cases for mark in parts["not loyal"].marks] == [1, 0]


def test_a_road_is_shown_where_it_was_taken_and_a_closed_one_is_not_asked_for() -> None:
    found = covered(UP, case("plan: trial", "to: small"))
    roads = {item.text: item.missing for item in found.of("roads")}
    assert roads == {"trial -> small": "", "small in all": "", "large in all": ""}
    assert missing(covered(UP), "roads") == {"trial -> small": "never taken"}


def test_what_is_refused_takes_no_road() -> None:
    refused = case("period: { start: 2026-01-01, end: 2026-02-01 }", expect="reasons: [period_over]")
    assert missing(covered(refused), "roads") == {
        "trial -> small": "never taken",
        "small in all": "never left by an upgrade",
        "large in all": "never arrived at by an upgrade",
    }


def test_a_term_is_shown_where_its_place_settled_it() -> None:
    assert missing(covered(UP), "terms") == {
        "fee of path 1 from trial": "never settled anything",
        "fee of terms, downgrade": "never settled anything",
        "timing of terms, downgrade": "never settled anything",
        "fee of customer bert": "never settled anything",
        'fee of rule "Old friends pay no fee"': "never settled anything",
    }


def test_what_is_only_offered_shows_its_reasons_and_nothing_else() -> None:
    found = covered(case("debt: 1.00 EUR, plan: large", "", "options: []"))
    assert {item.text for item in found.of("reasons") if not item.missing} == {
        'deny "Pay first."',
        "may_not_leave",
        "no_road",
    }
    assert [found.tally(kind).covered for kind in KINDS if kind != "reasons"] == [0] * (len(KINDS) - 1)


def test_reasons_that_the_book_cannot_give_are_not_asked_for() -> None:
    codes = {item.text for item in covered(UP).of("reasons")}
    assert {"may_not_leave", "no_road", "same_plan", "period_over", "renewal_not_due"} <= codes
    assert not codes & {"may_not_arrive", "not_adjacent", "out_of_stock", "too_many", "price_retired", "too_frequent"}


def test_a_switch_is_shown_where_a_renewal_carries_it_out() -> None:
    assert missing(covered(UP), "switches") == {"switch 1 from trial": "never carried out"}
    renewed = case("plan: trial", "kind: renew, at: 2026-03-28 10:00", "to: small")
    assert missing(covered(renewed), "switches") == {}


def test_a_reaction_is_shown_where_an_order_can_come_to_it() -> None:
    waits = case("plan: large, customer: { id: s, since: 2026-01-01 }", "kind: cancel")
    assert missing(covered(UP), "reactions") == {"on invoice.issued when change.waiting": "comes up for no order"}
    assert covered(waits).tally("reactions") == Tally(covered=0, total=1)


def test_a_statement_is_shown_where_it_speaks_of_the_change() -> None:
    assert missing(covered(UP), "statements") == {}
    down = case("plan: small", "kind: cancel")
    assert missing(covered(down), "statements") == {'always "fees are small"': "never about a case"}


def test_each_mark_tells_how_many_cases_show_it_and_the_first_of_them() -> None:
    found = covered(case(expect="verdict: allowed, direction: upgrade"), UP, case("plan: trial", "to: small"))
    (road,) = [item for item in found.of("roads") if item.text == "small in all"]
    told = "left by an upgrade"
    assert road.marks == (Mark(shown=told, missing=f"never {told}", cases=2, first="Case 1"),)
    assert found.cases == 3


def test_steps_before_a_case_count_too() -> None:
    after = case('plan: trial, after: [{ to: small, at: "2026-03-05 10:00" }]')
    assert missing(covered(after), "roads") == {}


def test_a_case_that_is_still_to_do_shows_nothing() -> None:
    found = covered(UP + "\n    todo: later")
    assert (found.cases, found.tally().covered) == (0, 0)


def test_the_share_is_rounded_down_so_that_only_all_of_it_is_100() -> None:
    assert Tally(covered=999, total=1000).per_cent == 99
    assert Tally(covered=1000, total=1000).per_cent == 100
    assert Tally(covered=0, total=0).per_cent == 100


def item(*, text: str = "a", marks: Mapping[str, int]) -> Item:
    told = tuple(Mark(shown=f"was {name}", missing=f"never {name}", cases=cases) for name, cases in marks.items())
    return Item(kind="roads", text=text, span=NOWHERE, marks=told)


@pytest.mark.parametrize(
    "marks, told",
    [({"x": 1}, ""), ({"x": 0}, "never x"), ({"x": 0, "y": 1, "z": 0}, "never x, z"), ({"x": 0, "y": 0}, "never x, y")],
)
def test_what_is_missing_is_told_in_one_phrase(marks: dict[str, int], told: str) -> None:
    assert item(marks=marks).missing == told


def test_the_sheet_names_what_is_missing_with_its_place_and_line() -> None:
    text = " ".join(to_text(coverage_sheet(covered(UP))).split())
    assert text.startswith("shop: one case exercises ")
    parts = 'upgrade, never false; loyal, never true (rule "Old friends pay no fee")'
    assert f"- policy.rules:4: {parts} when upgrade and loyal - " in text
    assert "- policy.yaml:13: trial -> small, never taken to: [small] " in text
    assert "- period_over, never given - " in text


def test_data_sheet_and_page_tell_the_same_counts() -> None:
    found = covered(UP, case("plan: trial", "to: small"))
    data = json.loads(json.dumps(coverage_data(found)))
    assert data["covered"] == sum(kind["covered"] for kind in data["kinds"].values())
    assert data["total"] == sum(len(each["marks"]) for each in data["items"])
    page = coverage_page([found])
    assert f"{data['covered']} of {data['total']}" in page
    assert headline(found) in page
    assert f" {data['covered']}  " in to_text(coverage_sheet(found))


def test_the_page_lights_each_line_and_each_part_of_a_condition() -> None:
    page = coverage_page([covered(UP)])
    rows = {
        int(number): light for light, number in re.findall(r'<tr class="(\w+)"[^>]*><td class="at">(\d+)</td>', page)
    }
    assert [rows[line] for line in (3, 4, 5, 7, 8)] == ["bad", "wait", "bad", "good", "wait"]
    assert "never true in" not in page
    assert (
        '<span class="part wait" title="loyal: never true; was false in one case, first in “Case 1”">loyal</span>'
        in page
    )


def test_the_page_is_one_file_that_asks_nobody_and_quotes_safely() -> None:
    found = covered(UP.replace("to: large", "to: large"))
    hostile = Coverage(
        book="<script>alert(1)</script>",
        title="x",
        cases=1,
        items=(item(text='"><img src=x onerror=alert(1)>', marks={"a": 0}),),
        sources={},
    )
    page = coverage_page([found, hostile])
    seen = Elements()
    seen.feed(page)
    assert not seen.tags & {"script", "img", "link", "iframe", "object"}
    assert not seen.attributes & {"src", "onerror", "onload"}
    assert "http" not in page.replace("http-equiv", "")


class Elements(HTMLParser):
    """Which elements and attributes a page has."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
