"""What an editor of switches is told before saving, as Blesta's tracker wants it: removed terms, other modules."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from planshift import check, load
from planshift.billing.zones import parse_instant
from planshift.diagnostics.diagnostic import Diagnostic

FOLDER = Path(__file__).parents[2] / "policies" / "blesta-switching"


def edited(tmp_path: Path, *edits: tuple[str, str, str]) -> Path:
    """The book with some lines replaced: file, old, new."""
    book = tmp_path / "book"
    (book / "subscriptions").mkdir(parents=True)
    for path in (*FOLDER.glob("*.yaml"), *FOLDER.glob("subscriptions/*.yaml")):
        text = path.read_text("utf-8")
        for name, old, new in edits:
            if path.name == name:
                assert old in text
                text = text.replace(old, new)
        book.joinpath(path.relative_to(FOLDER)).write_text(text, "utf-8")
    return book


def told(found: tuple[Diagnostic, ...]) -> list[tuple[str, str, str]]:
    return [(each.code, each.severity, each.message) for each in found]


WITHOUT_MONTHLY = ("catalog.yaml", '      monthly: { every: 1 month, USD: "8.00" }\n', "")


@pytest.mark.shows("S1.11")
@pytest.mark.shows("T.10")
def test_removing_a_term_that_switches_lead_to_is_warned_of(tmp_path: Path) -> None:
    own = ("policy.yaml", "from: { plan: starter, every: 1 month }", "from: { plan: starter }")
    book = edited(tmp_path, WITHOUT_MONTHLY, own)
    book.joinpath("subscriptions", "stan-starter.yaml").unlink()
    found = told(check(book))
    assert found == [("PS202", "warning", "`starter` has no price every 1 month")] * 3
    assert [each.span.line for each in check(book)] == [20, 23, 29]  # each switch by its own place


@pytest.mark.shows("S1.18")
def test_removing_a_target_package_is_warned_of_and_its_services_renew_all_the_same(tmp_path: Path) -> None:
    text = (FOLDER / "catalog.yaml").read_text("utf-8")
    bundle = text[text.index("  bundle:") : text.index("services:\n  hosting: {")]
    group = ("policy.yaml", ", bonus, bundle]", ", bonus]")
    path = edited(tmp_path, ("catalog.yaml", bundle, ""), group)
    assert told(check(path)) == [("PS201", "warning", "there is no plan `bundle`")]
    book = load(path)
    renewed = book.renew(book.subscriptions["bob-bonus"], at=parse_instant("2026-12-15T06:00", book.zone))
    assert renewed.allowed
    assert (renewed.request.plan, [each.code for each in renewed.warnings]) == ("bonus", ["switch_skipped"])


@pytest.mark.shows("S1.8")
def test_a_switch_to_another_module_is_warned_of_and_does_not_happen(tmp_path: Path) -> None:
    path = edited(tmp_path, ("catalog.yaml", "title: Bundle\n    module: cpanel", "title: Bundle\n    module: plesk"))
    assert told(check(path)) == [("PS210", "warning", "`bundle` does not run on the module of `bonus`")]
    book = load(path)
    renewed = book.renew(book.subscriptions["bob-bonus"], at=parse_instant("2026-12-15T06:00", book.zone))
    assert renewed.request.plan == "bonus"
    assert [each.text for each in renewed.warnings] != []


@pytest.mark.shows("T.10")
def test_what_ends_is_warned_of_on_the_day_it_has_ended() -> None:
    assert check(FOLDER, on=date(2026, 12, 31)) == ()
    assert told(check(FOLDER, on=date(2027, 1, 1))) == [
        ("PS214", "warning", "the price `monthly` of `bundle` ended on 2027-01-01")
    ]
