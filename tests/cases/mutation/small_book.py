"""A small book with cases, as texts, for the tests of small edits."""

from __future__ import annotations

POLICY = """\
policy_language: 1
book: shop
title: Shop
currency: EUR
timezone: UTC
groups:
  ladder:
    members:
      silver: { level: 1 }
      gold: { level: 2 }
terms:
  upgrade: { timing: now, fee: 5 EUR }
  downgrade: { timing: period_end }
"""

CATALOG = """\
plans:
  silver:
    prices:
      monthly: { every: 1 month, EUR: "10.00" }
  gold:
    prices:
      monthly: { every: 1 month, EUR: "20.00" }
"""

RULES = """\
rule "Loyal customers move up free"
  when upgrade and customer.tenure >= 24 months
  set fee = 0 EUR
"""

SUBSCRIPTION = """\
id: sub-1
customer: { id: anna, since: 2026-01-01 }
plan: silver
price: monthly
currency: EUR
period: { start: 2026-03-01, end: 2026-04-01 }
"""

CASES = """\
now: 2026-03-11 10:00
cases:
  - name: Up costs a fee
    given: { subscription: anna }
    when: { to: gold }
    expect:
      verdict: allowed
      direction: upgrade
      effective_on: 2026-03-11
      lines: { charge: 13.55 EUR, credit: 6.77 EUR, fee: 5.00 EUR }

  - name: Not for those who stayed two years
    given: { subscription: anna, customer: { id: anna, since: 2024-03-11 } }
    when: { to: gold }
    expect: { lines: { charge: 13.55 EUR, credit: 6.77 EUR } }

  - name: A day less than two years is not enough
    given: { subscription: anna, customer: { id: anna, since: 2024-03-12 } }
    when: { to: gold }
    expect: { lines: { charge: 13.55 EUR, credit: 6.77 EUR, fee: 5.00 EUR } }
"""

TEXTS = {
    "policy.yaml": POLICY,
    "catalog.yaml": CATALOG,
    "policy.rules": RULES,
    "subscriptions/anna.yaml": SUBSCRIPTION,
    "cases/up.yaml": CASES,
}


def without_case(name: str) -> dict[str, str]:
    """The book without one of its cases."""
    head, *blocks = CASES.split("  - name: ")
    kept = [block for block in blocks if not block.startswith(name)]
    assert len(kept) == len(blocks) - 1
    return TEXTS | {"cases/up.yaml": "  - name: ".join((head, *kept))}
