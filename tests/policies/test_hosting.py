"""What the README of the example book says it shows is there: files, lines of the policy, cases and tests."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from planshift import ChangeRequest, StaleQuote
from planshift.billing.subscription import HeldAddon
from planshift.billing.zones import parse_instant
from planshift.book import check, load
from planshift.policy.located import plain
from planshift.policy.read_yaml import read_yaml

HOSTING = Path(__file__).parents[2] / "policies" / "hosting"
README = (HOSTING / "README.md").read_text(encoding="utf-8")
ROWS = [line for line in README.splitlines() if re.search(r"\]\([^)]*\): \"", line)]
BOOK = load(HOSTING)


def instant(text: str) -> int:
    return parse_instant(text, "Europe/Stockholm")


def names_in(file: Path) -> set[str]:
    """The names of the cases or tests of a file."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".py":
        return set(re.findall(r"^def test_(\w+)", text, re.MULTILINE))
    root, found = read_yaml(text, file=file.name)
    assert root is not None
    assert not found
    document: Any = plain(root)
    return {case["name"] for case in document["cases"]}


def test_the_table_has_its_rows() -> None:
    assert len(ROWS) >= 20


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_a_row_names_cases_that_exist(row: str) -> None:
    for link, told in re.findall(r"\]\(([^)]*)\): ((?:\"[^\"]+\",? ?)+)", row):
        titles = set(re.findall(r"\"([^\"]+)\"", told))
        assert titles <= names_in((HOSTING / link).resolve()), link


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_a_row_quotes_the_policy(row: str) -> None:
    for file, quoted in re.findall(r"`(policy\.\w+)`: ((?:`[^`]+`,? ?)+)", row):
        text = (HOSTING / file).read_text(encoding="utf-8")
        for line in re.findall(r"`([^`]+)`", quoted):
            assert line in text


def test_a_quote_for_a_year_binds_for_a_fortnight() -> None:
    """Deciding again would credit fewer days of March: 19.00 * 9/31 = 5.52 on the 23rd in place of 12.87."""
    bo = BOOK.subscriptions["bo-silver"]
    request = ChangeRequest(at=instant("2026-03-11 10:00"), plan="silver", price="yearly")
    quoted = BOOK.decide(bo, request)
    assert BOOK.honour(quoted, bo, at=instant("2026-03-24 23:59")) == quoted.plan()
    again = BOOK.decide(bo, replace(request, at=instant("2026-03-23 10:00")))
    assert (str(quoted.due_now), str(again.due_now)) == ("177.13 EUR", "184.48 EUR")


@pytest.mark.parametrize(
    "at, bought, part",
    [("2026-03-25 00:00", 0, "time"), ("2026-03-12 10:00", 1, "subscription")],
    ids=["the fortnight is over", "a disk was bought meanwhile"],
)
def test_a_quote_is_stale_once_something_moved(at: str, bought: int, part: str) -> None:
    bo = BOOK.subscriptions["bo-silver"]
    request = ChangeRequest(at=instant("2026-03-11 10:00"), plan="silver", price="yearly")
    quote = BOOK.decide(bo, request).plan()
    now = replace(bo, addons=(HeldAddon(name="extra-disk", quantity=1),)) if bought else bo
    with pytest.raises(StaleQuote) as caught:
        BOOK.honour(quote, now, at=instant(at))
    assert caught.value.part == part


@pytest.mark.parametrize(
    "before, after, told",
    [
        (
            "title: Bronze",
            "title: Bronze\n    stock: 0",
            {
                "path 1: `bronze` is out of stock, so nobody can arrive there",
                "switch 1 from trial: `bronze` is out of stock",
            },
        ),
        (
            'JPY: "1300" }',
            'JPY: "1300", retired: true }',
            {"switch 1 from trial: the price `monthly` of `bronze` is retired"},
        ),
        (
            "title: Gold",
            "title: Gold\n    status: inactive",
            {
                "path 1: `gold` is not sold, so nobody can arrive there",
                "path 2: `gold` is not sold, so nobody can arrive there",
            },
        ),
    ],
    ids=["out of stock", "a retired price", "a plan that is not sold any more"],
)
def test_a_target_that_nobody_can_have_is_told(before: str, after: str, told: set[str], tmp_path: Path) -> None:
    found = check(edited(tmp_path, before, after))
    assert {f"{each.context}: {each.message}" for each in found} == told
    assert {each.severity for each in found} == {"warning"}


def test_a_price_that_has_ended_is_told(tmp_path: Path) -> None:
    folder = edited(tmp_path, 'JPY: "1300" }', 'JPY: "1300", until: 2026-06-30 }')
    assert not check(folder, on=date(2026, 6, 29))
    found = check(folder, on=date(2026, 6, 30))
    assert [f"{each.context}: {each.message}" for each in found] == [
        "switch 1 from trial: the price `monthly` of `bronze` ended on 2026-06-30"
    ]


def test_a_plan_that_was_removed_is_told_wherever_it_is_named(tmp_path: Path) -> None:
    found = check(edited(tmp_path, "\n  bronze:\n", "\n  copper:\n"))
    assert {each.message for each in found} == {"there is no plan `bronze`"}
    severities = {str(each.context): each.severity for each in found}
    assert severities["switch 1"] == "warning"  # renewals go on without it
    assert severities["path 1"] == "error"


def edited(folder: Path, before: str, after: str) -> Path:
    """The book without its cases and customers, with another catalog."""
    for file in ("policy.yaml", "policy.rules"):
        shutil.copy(HOSTING / file, folder / file)
    catalog = (HOSTING / "catalog.yaml").read_text(encoding="utf-8")
    assert catalog.count(before) == 1
    (folder / "catalog.yaml").write_text(catalog.replace(before, after), encoding="utf-8")
    return folder
