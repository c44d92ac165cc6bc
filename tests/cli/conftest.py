"""A small shop in a folder, and the command line in front of it."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from planshift.cli import main
from tests.compiling import compiled_once

__all__ = ["compiled_once"]
"""Fixtures that are shared."""

POLICY = """\
policy_language: 1
book: shop
currency: EUR
timezone: Europe/Stockholm
invoice_days_before: 5
require: [same_module]

groups:
  ladder:
    direction: by_level
    members:
      bronze: { level: 1 }
      silver: { level: 2 }
      gold:   { level: 3, leave: { down: false } }

paths:
  - from: bronze
    upgrades: [silver]
    fee: 15 EUR
    fee_label: { en: Migration fee }

terms:
  any:       { override: staff }
  upgrade:   { timing: now, unused_credit: offset, collect: now }
  downgrade: { timing: period_end, unused_credit: account_credit, cancellable_until: invoice_issued }
  cancel:    { timing: period_end }
"""

CATALOG = """\
plans:
  bronze:
    title: Bronze
    module: panel
    prices:
      monthly: { every: 1 month, EUR: "9.00" }
      yearly:  { every: 1 year, EUR: "90.00" }
    limits: { disk_gb: 10, sites: 1 }
    addons: [extra-disk]
  silver:
    title: Silver
    module: panel
    prices:
      monthly: { every: 1 month, EUR: "19.00" }
      yearly:  { every: 1 year, EUR: "190.00" }
    limits: { disk_gb: 50, sites: 5 }
    addons: [extra-disk]
  gold:
    title: Gold
    module: panel
    prices:
      monthly: { every: 1 month, EUR: "59.00" }
      yearly:  { every: 1 year, EUR: "590.00" }
    contract: { term: 12 months, penalty: 50 EUR }
  dns:
    title: Name servers
    module: zones
    prices:
      weekly:  { every: 1 week, EUR: "1.00" }
      daily:   { every: 1 day, EUR: "0.20" }
addons:
  extra-disk: { title: Extra disk, raises: { disk_gb: 10 }, EUR: "2.00" }
"""

RULES = """\
let loyal = customer.tenure >= 24 months

rule "Loyal customers move up free"
  when upgrade and loyal
  set fee = 0 EUR

rule "A big jump costs a share of the new price"
  when upgrade and to.level - from.level >= 2
  set fee = 30% of to.price, at most 15 EUR

rule "No downgrade inside a commitment"
  when downgrade and contract.active
  deny "Your commitment runs until {contract.ends_on}."

rule "A year at once has to be agreed"
  when to.every >= 12 months
  need approval by "finance"
"""

SUBSCRIPTIONS = {
    "anna": """\
id: anna
customer: { id: c-1, since: 2025-06-01 }
plan: bronze
price: monthly
period: { start: 2026-03-01, end: 2026-04-01 }
bill_day: 1
paid: 9.00 EUR
usage: { disk_gb: 4, sites: 1 }
addons: [{ name: extra-disk, quantity: 2 }]
""",
    "bo": """\
id: bo
customer: { id: c-2, since: 2020-06-01 }
plan: silver
price: monthly
period: { start: 2026-03-01, end: 2026-04-01 }
bill_day: 1
quantity: 2
usage: { disk_gb: 27, sites: 3 }
services:
  - { id: blog, title: blog.example.com, uses: { disk_gb: 20, sites: 1 } }
  - { id: shop, title: shop.example.com, uses: { disk_gb: 5, sites: 1 } }
""",
    "carla": """\
id: carla
customer: { id: carla }
plan: gold
price: monthly
period: { start: 2026-03-01, end: 2026-04-01 }
bill_day: 1
contract: { starts_on: 2026-01-01, ends_on: 2027-01-01, penalty: 50 EUR, plan: gold }
""",
    "ivan": """\
id: ivan
plan: dns
price: weekly
period: { start: 2026-03-09, end: 2026-03-16 }
""",
    "broken": """\
id: broken
plan: bronce
price: monthly
period: { start: 2026-03-01, end: 2026-03-01 }
paid: 9.001 EUR
""",
}

CASES = """\
now: 2026-03-11 10:00
cases:
  - name: Silver is close
    given: { subscription: anna }
    when: { to: silver, price: monthly }
    expect: { verdict: allowed, due_now: 21.77 EUR }
  - name: Gold is far
    given: { subscription: anna }
    when: { to: gold, price: monthly }
    expect: { verdict: allowed, due_now: 1.00 EUR, lines: { fee: 17.70 EUR } }
"""

FIGURES = """\
- id: deferred
  system: a biller
  source: its own page
  kind: doc
  about: the new tier starts when the old one has run out
  tags: [deferred]
  exact: true
  given:
    calc: swap
    currency: USD
    period: { start: 2026-04-01, end: 2026-05-01 }
    old: { price: "2.00", every: 1 month }
    new: { price: "36.00", every: 1 year }
    change_on: 2026-04-15
    timing: period_end
    proration: { unit: none }
    unused_credit: none
    anchor: keep
    rounding: { mode: half_up, scale: 2 }
  expect: { due_now: "0.00", effective_on: 2026-05-01, next_bill_amount: "36.00" }
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the shop, beside which the command runs; its output is 80 columns wide and without colour."""
    folder = tmp_path / "shop"
    folder.joinpath("subscriptions").mkdir(parents=True)
    folder.joinpath("policy.yaml").write_text(POLICY, encoding="utf-8")
    folder.joinpath("catalog.yaml").write_text(CATALOG, encoding="utf-8")
    folder.joinpath("policy.rules").write_text(RULES, encoding="utf-8")
    for name, text in SUBSCRIPTIONS.items():
        if name != "broken":
            folder.joinpath("subscriptions", f"{name}.yaml").write_text(text, encoding="utf-8")
    tmp_path.joinpath("broken.yaml").write_text(SUBSCRIPTIONS["broken"], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    return folder


@pytest.fixture
def session(shop: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[str], str]:  # noqa: ARG001  # it has to be there
    """What one sees when a command is typed, and its exit code."""

    def run(line: str) -> str:
        code = main(shlex.split(line)[1:])
        seen = capsys.readouterr()
        return f"$ {line}\n{seen.out}{seen.err}[exit {code}]\n"

    return run
