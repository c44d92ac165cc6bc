"""The figures of a system hold in a book that extends its preset and sets only what the case states otherwise.

What had to be set is held to the list below, which is read by a person: each entry is a setting that the system's own
documentation has, or something that only the translation of a figure needs. A preset that says the wrong thing needs an
entry that nobody can give a reason for.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from planshift.conformance.case_file import Case, read_cases
from planshift.conformance.presets import preset_of
from planshift.conformance.report import CaseResult, report_text
from planshift.conformance.run import run_case, run_text
from planshift.conformance.scope import out_of_scope
from planshift.policy.shelf import preset_names

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs" / "presets"

BOOKS = {"atomia", "blesta", "blesta-switching", "business-manager", "engageip"}
"""Presets whose pages come with their books under policies/, and name no figures."""

SET_BESIDE: dict[str, dict[str, str]] = {
    "blesta": {
        "credit: none": "the figure is of a package that begins inside a running period: nothing is left for it",
        "proration.leading: own_period": "the figure's share is of the period that it names",
        "rounding.place: line": "the library of Blesta rounds one amount; the net of both is rounded by its caller",
    },
    "business-manager": {
        "proration.leading: own_period": "the figure's share is of the period that it names",
    },
    "chargebee": {
        "proration.unit: day": "the site setting of day-based billing",
        "proration.change_day: old": "with day-based billing the day of the change counts as used",
        "proration.unit: none": "the site setting that disables proration",
        "charge: full": "proration is disabled: the whole new price is charged",
        "credit: none": "proration is disabled: nothing is credited",
        "unused_credit: forfeit": "proration is disabled: there is no credit that could go anywhere",
    },
    "google-play": {
        "timing: period_end": "the replacement mode DEFERRED",
        "charge: prorated": "DEFERRED: the new plan's regular price from its first period on",
        "credit: none": "DEFERRED: the old plan is used up",
        "unused_credit: offset": "DEFERRED: nothing buys time",
        "anchor: keep": "DEFERRED: the renewal date stays",
        "proration.unit: none": "DEFERRED: nothing is prorated",
        "proration.change_day: new": "DEFERRED: no day of the running period is shared",
    },
    "kill-bill": {
        "timing: period_end": "the catalog's policy END_OF_TERM",
        "timing: period_start": "the catalog's policy START_OF_TERM",
        "backdating: anyone": "START_OF_TERM takes effect on a day that has passed",
        "proration.basis: months of 30": "the proration mode of a fixed month of 30 days",
    },
    "lago": {
        "proration.leading: own_period": "the figure's share is of the period that it names",
        "proration.change_day: new": "the figure prints a number of unused days, and no day of the change",
    },
    "paddle": {
        "proration.unit: day": "the figure prints a ratio of days, and no instants",
    },
    "recurly": {
        "proration.unit: day": "the figure prints half a cycle, and no instants",
    },
    "samsung": {
        "charge: prorated": "the proration mode INSTANT_PRORATED_CHARGE",
        "unused_credit: offset": "INSTANT_PRORATED_CHARGE: the rest is taken off what is charged",
        "anchor: keep": "INSTANT_PRORATED_CHARGE: the renewal date stays",
        "extend.period_days: 30": "the daily price of the example is that of a month of 30 days",
    },
    "stripe": {
        "collect: now": "`proration_behavior: always_invoice`: an invoice at once",
        "unused_credit: offset": "credits and debits on one invoice, what is left on the customer's balance",
        "credit_basis: list_price": "the classic billing mode takes the credit from the current price",
        "carry.coupons: drop": "the figure's coupon is that of the item that is left",
        "proration.unit: day": "the figure prints a ratio of days or weeks, and no instants",
        "proration.unit: month": "the figure prints a ratio of months, and no instants",
    },
}
"""Preset -> what its figures set beside it -> why that is no mistake of the preset."""


def cases_of(name: str) -> tuple[Case, ...]:
    return read_cases((HERE / name).read_text(encoding="utf-8"), file=name)


CASES = [case for name in ("kill_bill.yaml", "published.yaml") for case in cases_of(name) if not out_of_scope(case)[1]]
RESULTS: dict[str, list[CaseResult]] = {}
for _case in CASES:
    if _case.preset:
        RESULTS.setdefault(_case.preset, []).append(run_case(_case))


@pytest.mark.parametrize("preset", sorted(RESULTS))
def test_only_what_is_listed_is_set_beside_a_preset(preset: str) -> None:
    beside = {f"{term}: {value}" for result in RESULTS[preset] for term, value in result.beside}
    assert beside == set(SET_BESIDE.get(preset, {}))


@pytest.mark.parametrize("preset", sorted(RESULTS))
def test_the_figures_of_a_preset_hold(preset: str) -> None:
    assert [result.id for result in RESULTS[preset] if result.status != "passed"] == []


@pytest.mark.parametrize("preset", sorted(set(RESULTS) - {"kill-bill", *BOOKS}))
def test_the_page_of_a_preset_names_its_figures(preset: str) -> None:
    page = (DOCS / f"{preset}.md").read_text(encoding="utf-8")
    decided = {result.id for result in RESULTS[preset] if result.preset}
    named = {*re.findall(r"`([a-z-]+-[a-z0-9-]+)`", page)} & {case.id for case in CASES}
    run = re.search(r"`([a-z-]+-)(\d)` to `\1(\d)`", page)
    if run is not None:
        named |= {f"{run[1]}{number}" for number in range(int(run[2]), int(run[3]))}
    assert named == decided


def test_everything_on_the_list_has_a_reason_and_a_preset() -> None:
    assert set(SET_BESIDE) <= set(preset_names())
    assert all(len(why.split()) >= 4 for listed in SET_BESIDE.values() for why in listed.values())


@pytest.mark.parametrize(
    "system, preset",
    [
        ("Stripe Billing", "stripe"),
        ("Metorik (Stripe-based)", "stripe"),
        ("Kill Bill", "kill-bill"),
        ("Blesta", "blesta"),
        ("CloudBlue / Odin Business Automation", "business-manager"),
        ("Google Play Billing", "google-play"),
        ("Shopify Billing API", "shopify"),
        ("Samsung IAP", "samsung"),
        ("Apple App Store", "app-store"),
        ("Chargify (Maxio)", "maxio"),
        ("Polar", ""),
        ("", ""),
    ],
)
def test_a_system_leads_to_its_preset(system: str, preset: str) -> None:
    assert preset_of(system) == preset


HALF = """\
- id: half
  system: SYSTEM
  given:
    calc: swap
    currency: USD
    old: {price: "10.00", every: 1 month}
    new: {price: "20.00", every: 1 month}
    proration: {unit: fraction, remaining: 1, total: 2}
    unused_credit: next_invoice_discount
    collect: next_invoice
  expect: {charge: "10.00", due_now: "0.00"}
"""


def test_what_a_preset_says_is_not_set_again() -> None:
    (result,) = run_text(HALF.replace("SYSTEM", "Stripe Billing"), file="half.yaml").results
    assert result.preset == "stripe"
    assert result.beside == (("proration.unit", "day"),)


def test_what_a_preset_says_otherwise_is_set_whatever_the_direction() -> None:
    (result,) = run_text(HALF.replace("SYSTEM", "Kill Bill"), file="half.yaml").results
    assert result.status == "passed"
    otherwise = {"unused_credit", "collect", "anchor", "proration.leading", "proration.share_scale"}
    assert {term for term, _ in result.beside} == otherwise


def test_a_system_without_a_preset_says_all_of_its_terms() -> None:
    report = run_text(HALF.replace("SYSTEM", "Somebody"), file="half.yaml")
    assert (report.results[0].status, report.results[0].preset, report.results[0].beside) == ("passed", "", ())
    assert report_text(report) == "1 passed, 0 failed, 0 out of scope"
