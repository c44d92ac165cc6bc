"""A failing case shows the rules that it is about, with the values they saw, and no others."""

from __future__ import annotations

import pytest

from planshift.book import load_text
from planshift.cases.run import run

POLICY = """
policy_language: 1
book: shop
currency: EUR
groups:
  all: { members: { small: { level: 1 }, large: { level: 2 }, huge: { level: 3 } } }
terms:
  upgrade: { fee: 5 EUR }
"""

CATALOG = """
plans:
  small: { prices: { monthly: { every: 1 month, EUR: "10.00" } } }
  large: { prices: { monthly: { every: 1 month, EUR: "30.00" } } }
  huge: { prices: { monthly: { every: 1 month, EUR: "90.00" } } }
"""

RULES = """
rule "Old friends pay no fee"
  when upgrade and customer.tenure >= 24 months
  set fee = 0 EUR

rule "Nobody pays to come home"
  when upgrade and from = huge and to = large and customer.tenure >= 12 months
  set fee = 0 EUR

rule "A big jump costs more"
  when upgrade and to.level - from.level >= 2
  set fee = 9 EUR
  warn "This is a big jump."

rule "A part of the price"
  when downgrade and from = large
  set fee = 10% of to.price

rule "Everybody comes at once"
  when upgrade
  set timing = now

rule "Not on account"
  when to = huge and customer.client_group = "schools"
  deny "Schools cannot have {to}."

rule "Somebody has to agree"
  when to = huge and subscription.quantity > 5
  need approval by "sales"
"""

ANNA = """
id: s1
customer: { id: anna, since: 2026-01-01 }
plan: small
price: monthly
currency: EUR
period: { start: 2026-03-01, end: 2026-04-01 }
"""

CASE = """
now: 2026-03-11 10:00
cases:
  - name: A
    given: {{ subscription: anna }}
    when: {{ to: {to} }}
    expect: {{ {expect} }}
"""


def concerned(expect: str, *, to: str = "large") -> dict[str, bool]:
    """The rules that the one failing case tells, and whether they held."""
    files = {"policy.yaml": POLICY, "catalog.yaml": CATALOG, "policy.rules": RULES, "subscriptions/anna.yaml": ANNA}
    case = CASE.format(to=to, expect=expect)
    (result,) = run(load_text({**files, "cases/a.yaml": case})).results
    assert result.status == "failed"
    return {rule.rule: rule.held for each in result.differences for rule in each.rules}


@pytest.mark.parametrize(
    "expect, to, told",
    [
        # What a rule computes may be the fee, where no other one decided it; of none it is not.
        # The fee would be nothing by two rules; the first lacks one thing, the second three.
        ("lines: { fee: 0 EUR }", "large", {"Old friends pay no fee": False, "Nobody pays to come home": False}),
        ("terms: { fee: 9 EUR }", "large", {"A big jump costs more": False}),
        # What held and decided it is told, next to what would have been needed.
        (
            "lines: { fee: 0 EUR }",
            "huge",
            {"Old friends pay no fee": False, "Nobody pays to come home": False, "A big jump costs more": True},
        ),
        ("terms: { fee: 7 EUR }", "huge", {"A big jump costs more": True}),
        ("terms: { fee: 7 EUR }", "large", {"A part of the price": False}),
        ("lines: { fee: 7 EUR }", "large", {"A part of the price": False}),
        ("sources: { fee: A big jump costs more }", "large", {"A big jump costs more": False}),
        ("timing: period_end", "large", {"Everybody comes at once": True}),
        ("warnings: [This is a big jump.]", "large", {"A big jump costs more": False}),
        ("warnings: []", "huge", {"A big jump costs more": True}),
        ("reasons: [Schools cannot have huge.]", "huge", {"Not on account": False}),
        ("reasons: [rule]", "huge", {"Not on account": False}),
        ("reasons: [approval_missing]", "huge", {"Somebody has to agree": False}),
        ("reasons: [backdated]", "huge", {}),
        ("due_now: 1 EUR", "huge", {}),
    ],
)
def test_the_rules_behind_a_difference(expect: str, to: str, told: dict[str, bool]) -> None:
    assert concerned(expect, to=to) == told


def test_a_verdict_is_told_with_the_rules_that_refused_it() -> None:
    files = {"policy.yaml": POLICY, "catalog.yaml": CATALOG, "policy.rules": RULES}
    school = ANNA.replace("id: anna", "id: anna, client_group: schools")
    case = CASE.format(to="huge", expect="verdict: allowed")
    (result,) = run(load_text({**files, "subscriptions/anna.yaml": school, "cases/a.yaml": case})).results
    assert [rule.rule for rule in result.differences[0].rules] == ["Not on account"]
