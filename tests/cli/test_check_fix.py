"""`check --fix` as it is used: what it prints, what it writes, and what it leaves alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from planshift.cli.app import main
from planshift.cli.exits import Exit

SHOP = Path(__file__).parents[1] / "docs" / "shop"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A good book, in the present folder."""
    shutil.copytree(SHOP, tmp_path / "shop")
    monkeypatch.chdir(tmp_path)
    return Path("shop")


def spoil(file: Path, old: str, new: str) -> bytes:
    """Change one thing of a file, and return what it held before."""
    before = file.read_bytes()
    assert before.count(old.encode()) >= 1
    file.write_bytes(before.replace(old.encode(), new.encode(), 1))
    return before


def test_what_is_repaired_is_told_and_written(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = spoil(shop / "policy.yaml", "groups:", "gruops:")
    assert main(["check", "shop", "--fix"]) == Exit.YES
    assert (shop / "policy.yaml").read_bytes() == before
    line = before.split(b"groups:")[0].count(b"\n") + 1
    assert capsys.readouterr().out == (
        f"shop/policy.yaml:{line}: replaced `gruops` by `groups`\n"
        "repaired 1 mistake in 1 file\n\nshop: no mistakes found\n"
    )
    assert [path.name for path in shop.rglob(".*")] == []


def test_what_cannot_be_repaired_is_left_and_told(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(shop / "policy.yaml", "groups:", "gruops:")
    spoil(shop / "catalog.yaml", "bronze:", "bronze:\n    wholly_unknown: 1")
    assert main(["check", "shop", "--fix"]) == Exit.INVALID
    told = capsys.readouterr().out
    assert "repaired 1 mistake in 1 file\n\nerror[PS101]: `wholly_unknown` is not a field here" in told
    assert told.endswith("found 1 error\n")


def test_plain_check_tells_what_could_be_repaired(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(shop / "policy.yaml", "groups:", "gruops:")
    assert main(["check", "shop"]) == Exit.INVALID
    told = capsys.readouterr().out
    assert "= help: did you mean `groups`? [--fix]\n" in told
    assert told.endswith("found 1 error; 1 can be repaired with --fix\n")


def test_a_diff_writes_nothing(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(shop / "policy.yaml", "groups:", "gruops:")
    before = (shop / "policy.yaml").read_bytes()
    assert main(["check", "shop", "--fix", "--diff"]) == Exit.INVALID
    assert (shop / "policy.yaml").read_bytes() == before
    told = capsys.readouterr().out
    assert told.startswith("--- shop/policy.yaml\n+++ shop/policy.yaml\n@@ ")
    assert "\n-gruops:\n+groups:\n" in told
    assert main(["check", "shop", "--diff"]) == Exit.USAGE
    assert capsys.readouterr().err == "--diff shows what --fix would do: give both\n"


def test_a_good_book_stays_as_it_is(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    times = {path: path.stat().st_mtime_ns for path in shop.rglob("*.yaml")}
    assert main(["check", "shop", "--fix"]) == Exit.YES
    assert capsys.readouterr().out == "shop: no mistakes found\n"
    assert {path: path.stat().st_mtime_ns for path in shop.rglob("*.yaml")} == times


def test_line_ends_and_the_mark_of_the_encoding_stay(shop: Path) -> None:
    file = shop / "policy.yaml"
    original = b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n")
    file.write_bytes(original.replace(b"groups:", b"gruops:"))
    file.chmod(0o640)
    assert main(["check", "shop", "--fix"]) == Exit.YES
    assert file.read_bytes() == original
    assert file.stat().st_mode & 0o777 == 0o640


def test_other_books_that_are_extended_are_left_alone(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(shop, "common")
    spoil(Path("common/policy.yaml"), "groups:", "gruops:")
    spoil(shop / "policy.yaml", "book: shop", "book: shop\nextends: ../common")
    before = Path("common/policy.yaml").read_bytes()
    assert main(["check", "shop", "--fix"]) == Exit.INVALID
    assert Path("common/policy.yaml").read_bytes() == before
    assert "common/policy.yaml" in capsys.readouterr().out


def test_data_tells_the_repairs(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(shop / "policy.yaml", "groups:", "gruops:")
    main(["check", "shop", "--format", "json"])
    (found,) = json.loads(capsys.readouterr().out)["diagnostics"]
    (fix,) = found["fixes"]
    assert (fix["title"], fix["safe"]) == ("replace `gruops` by `groups`", True)
    assert fix["edits"] == [{"range": found["range"], "text": "groups"}]
    main(["check", "shop", "--fix", "--format", "json"])
    answer = json.loads(capsys.readouterr().out)
    assert (answer["valid"], [each["title"] for each in answer["repaired"]]) == (True, [fix["title"]])


def test_a_log_of_sarif_has_the_repairs(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(shop / "policy.yaml", "groups:", "gruops:")
    main(["check", "shop", "--format", "sarif"])
    (result,) = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    (fix,) = result["fixes"]
    (change,) = fix["artifactChanges"]
    assert change["artifactLocation"] == result["locations"][0]["physicalLocation"]["artifactLocation"]
    (replacement,) = change["replacements"]
    assert replacement["deletedRegion"] == result["locations"][0]["physicalLocation"]["region"]
    assert replacement["insertedContent"] == {"text": "groups"}


def test_a_repair_that_does_not_help_is_taken_back(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`memebrs` is clearly `members`, but a number is no list of them."""
    (shop / "policy.yaml").write_text(
        "policy_language: 1\ncurrency: EUR\ngroups:\n  hosting: { memebrs: 3, dirction: by_list }\n", encoding="utf-8"
    )
    assert main(["check", "shop", "--fix"]) == Exit.INVALID
    assert "{ memebrs: 3, direction: by_list }" in (shop / "policy.yaml").read_text(encoding="utf-8")
    told = capsys.readouterr().out
    assert "help: did you mean `members`?\n" in told
    assert told.endswith("found 1 error\n")


@pytest.mark.parametrize(
    "file, good, bad",
    [
        ("policy.yaml", "policy_language: 1\n", ""),
        ("catalog.yaml", '"9.00"', "9.00"),
        ("subscriptions/anna.yaml", "plan: bronze", "plan: bornze"),
        ("subscriptions/anna.yaml", "period:", "preiod:"),
    ],
)
def test_repairs_in_each_file(shop: Path, file: str, good: str, bad: str) -> None:
    before = spoil(shop / file, good, bad)
    assert main(["check", "shop"]) == Exit.INVALID
    assert main(["check", "shop", "--fix"]) == Exit.YES
    assert (shop / file).read_bytes() == before


CASE = """now: 2026-03-11 10:00
subscription: anna
cases:
  - name: Up
    when: { to: silver }
    expect: { verdict: allowed }
"""
RULES = """rule "Free"
  when upgrade and customer.tenure >= 2 years
  set fee = 0 EUR
"""


@pytest.mark.parametrize(
    "file, text, good, bad",
    [
        ("cases/up.yaml", CASE, "verdict", "verdcit"),
        ("cases/up.yaml", CASE, "allowed", "alowed"),
        ("cases/up.yaml", CASE, "to: silver", "to: sliver"),
        ("policy.rules", RULES, "when", "whne"),
        ("policy.rules", RULES, "customer.tenure", "customer.tenrue"),
        ("policy.rules", RULES, "0 EUR", "0 EUX"),
        ("policy.rules", RULES, "set fee", "set feee"),
    ],
)
def test_repairs_in_cases_and_rules(shop: Path, file: str, text: str, good: str, bad: str) -> None:
    (shop / file).parent.mkdir(exist_ok=True)
    (shop / file).write_text(text, encoding="utf-8")
    test_repairs_in_each_file(shop, file, good, bad)
