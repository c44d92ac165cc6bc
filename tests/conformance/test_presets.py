"""The figures of a system hold in a book that extends its preset and sets only what the case states otherwise.

What had to be set is held to the list below, which is read by a person: each entry is a setting that the system's own
documentation has, or something that only the translation of a figure needs. A preset that says the wrong thing needs an
entry that nobody can give a reason for.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from planshift.conformance.case_file import Case, read_cases
from planshift.conformance.presets import preset_of
from planshift.conformance.report import CaseResult, report_text
from planshift.conformance.run import run_case, run_text
from planshift.conformance.scope import out_of_scope
from planshift.policy import shelf
from planshift.policy.shelf import preset_names, preset_text
from tests.conformance.outcomes import outcome_of

pytestmark = pytest.mark.xdist_group("conformance")

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs" / "presets"

BOOKS = {"atomia", "blesta", "blesta-switching", "business-manager", "engageip"}
"""Presets whose pages come with their books under policies/, and name no figures."""

SET_BESIDE: dict[str, dict[str, tuple[int, str]]] = {
    "blesta": {
        "credit: none": (1, "the figure is of a package that begins inside a running period: nothing is left for it"),
        "proration.leading: own_period": (1, "the figure's share is of the period that it names"),
        "rounding.place: line": (
            1,
            "the library of Blesta rounds one amount; the net of both is rounded by its caller",
        ),
        "rounding.side_scale: exact": (1, "as above: one amount is rounded once"),
        "proration.basis: actual": (1, "the figure names a whole month, which is as long as a term of its own"),
        "anchor: keep": (1, "the format knows no renew date that outlasts another term; the figure has one price"),
    },
    "business-manager": {
        "collect: now": (1, "the box Generate invoice immediately is checked"),
        "unused_credit: offset": (1, "the figure nets credit and charge; the account pays the same amount"),
        "proration.leading: own_period": (1, "the figure's share is of the period that it names"),
    },
    "chargebee": {
        "proration.unit: day": (1, "the site setting of day-based billing"),
        "proration.change_day: old": (1, "with day-based billing the day of the change counts as used"),
        "proration.unit: none": (1, "the site setting that disables proration"),
        "charge: full": (1, "proration is disabled: the whole new price is charged"),
        "credit: none": (1, "proration is disabled: nothing is credited"),
        "unused_credit: forfeit": (1, "proration is disabled: there is no credit that could go anywhere"),
    },
    "google-play": {
        "timing: period_end": (1, "the replacement mode DEFERRED"),
        "charge: prorated": (1, "DEFERRED: the new plan's regular price from its first period on"),
        "credit: none": (1, "DEFERRED: the old plan is used up"),
        "unused_credit: offset": (1, "DEFERRED: nothing buys time"),
        "anchor: keep": (1, "DEFERRED: the renewal date stays"),
        "proration.unit: none": (1, "DEFERRED: nothing is prorated"),
        "proration.change_day: new": (1, "DEFERRED: no day of the running period is shared"),
    },
    "kill-bill": {
        "timing: period_end": (5, "the catalog's policy END_OF_TERM"),
        "timing: period_start": (1, "the catalog's policy START_OF_TERM"),
        "backdating: anyone": (1, "START_OF_TERM takes effect on a day that has passed"),
        "proration.basis: months of 30": (1, "the proration mode of a fixed month of 30 days"),
    },
    "lago": {
        "proration.leading: own_period": (2, "the figure's share is of the period that it names"),
        "proration.change_day: new": (1, "the figure prints a number of unused days, and no day of the change"),
    },
    "paddle": {
        "proration.unit: day": (1, "the figure prints a ratio of days, and no instants"),
    },
    "recurly": {
        "proration.unit: day": (1, "the figure prints half a cycle, and no instants"),
    },
    "samsung": {
        "charge: prorated": (1, "the proration mode INSTANT_PRORATED_CHARGE"),
        "unused_credit: offset": (1, "INSTANT_PRORATED_CHARGE: the rest is taken off what is charged"),
        "anchor: keep": (1, "INSTANT_PRORATED_CHARGE: the renewal date stays"),
        "extend.period_days: 30": (1, "the daily price of the example is that of a month of 30 days"),
    },
    "stripe": {
        "collect: now": (3, "`proration_behavior: always_invoice`: an invoice at once"),
        "unused_credit: offset": (4, "credits and debits on one invoice, what is left on the customer's balance"),
        "credit_basis: list_price": (1, "the classic billing mode takes the credit from the current price"),
        "carry.coupons: drop": (1, "the figure's coupon is that of the item that is left"),
        "proration.unit: day": (4, "the figure prints a ratio of days or weeks, and no instants"),
        "proration.unit: month": (1, "the figure prints a ratio of months, and no instants"),
    },
}
"""Preset -> what its figures set beside it -> how many of them do, and why that is no mistake of the preset."""


def cases_of(name: str) -> tuple[Case, ...]:
    return read_cases((HERE / name).read_text(encoding="utf-8"), file=name)


CASES = [case for name in ("kill_bill.yaml", "published.yaml") for case in cases_of(name) if not out_of_scope(case)[1]]
PRESETS = sorted({case.preset for case in CASES if case.preset})


@cache
def results_of(preset: str) -> tuple[CaseResult, ...]:
    """What becomes of the figures of a preset's system: its tests look at the same run."""
    return tuple(outcome_of(case) for case in CASES if case.preset == preset)


@pytest.mark.parametrize("preset", PRESETS)
def test_only_what_is_listed_is_set_beside_a_preset(preset: str) -> None:
    beside = Counter(f"{term}: {value}" for result in results_of(preset) for term, value in result.beside)
    assert beside == {said: figures for said, (figures, _) in SET_BESIDE.get(preset, {}).items()}


@pytest.mark.parametrize("preset", PRESETS)
def test_the_figures_of_a_preset_hold(preset: str) -> None:
    assert [result.id for result in results_of(preset) if result.status != "passed"] == []


@pytest.mark.parametrize("preset", sorted({*PRESETS} - {"kill-bill", *BOOKS}))
def test_the_page_of_a_preset_names_its_figures(preset: str) -> None:
    page = (DOCS / f"{preset}.md").read_text(encoding="utf-8")
    decided = {result.id for result in results_of(preset) if result.preset}
    named = {*re.findall(r"`([a-z-]+-[a-z0-9-]+)`", page)} & {case.id for case in CASES}
    run = re.search(r"`([a-z-]+-)(\d)` to `\1(\d)`", page)
    if run is not None:
        named |= {f"{run[1]}{number}" for number in range(int(run[2]), int(run[3]))}
    assert named == decided


def test_everything_on_the_list_has_a_reason_and_a_preset() -> None:
    assert set(SET_BESIDE) <= set(preset_names())
    assert all(len(why.split()) >= 4 for listed in SET_BESIDE.values() for _, why in listed.values())


WRONG = [
    ("google-play", "rounding: down ", "rounding: up ", "extend.rounding: down"),
    ("google-play", "starts: day_after ", "starts: change_day ", "extend.starts: day_after"),
    ("samsung", "rounding: up ", "rounding: down ", "extend.rounding: up"),
    ("samsung", "change_day: old ", "change_day: new ", "proration.change_day: old"),
    ("stripe", "unused_credit: next_invoice ", "unused_credit: forfeit ", "unused_credit: next_invoice"),
    ("chargebee", "unused_credit: offset ", "unused_credit: refund ", "unused_credit: offset"),
    ("paddle", "collect: now ", "collect: next_invoice ", "collect: now"),
    ("recurly", "credit: prorated", "credit: none", "credit: prorated"),
    ("shopify", "anchor: keep", "anchor: reset", "anchor: keep"),
    ("lago", "change_day: new ", "change_day: old ", "proration.change_day: new"),
    ("kill-bill", "share_scale: 9 ", "share_scale: 2 ", ""),
]
"""Presets that say the wrong thing, and what their figures then have to set."""


@pytest.mark.parametrize("preset, right, wrong, told", WRONG, ids=lambda value: value.strip() or "amounts")
def test_a_preset_that_says_the_wrong_thing_is_found(
    preset: str, right: str, wrong: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, _ = preset_text(preset)
    assert text is not None
    assert text.count(right) >= 1
    changed = text.replace(right, wrong)
    monkeypatch.setattr(shelf, "preset_text", lambda name: (changed, ()) if name == preset else preset_text(name))
    asked = {result.id for result in results_of(preset) if result.preset}
    results = [run_case(case) for case in CASES if case.preset == preset and case.id in asked]
    if told:
        beside = Counter(f"{term}: {value}" for result in results for term, value in result.beside)
        assert beside[told] > SET_BESIDE.get(preset, {}).get(told, (0, ""))[0]
    else:
        assert any(result.status == "failed" for result in results)


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
