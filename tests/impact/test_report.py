"""What an impact looks like: text, Markdown, a page and JSON say the same, and a limit that is passed is told."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from planshift.billing.money import money
from planshift.cli import main
from planshift.decision.sheet import to_text
from planshift.impact.html import to_html
from planshift.impact.impact import Counts, Impact, Sums
from planshift.impact.json_form import to_data
from planshift.impact.limits import limits_in_force, limits_passed
from planshift.impact.markdown import to_markdown
from planshift.impact.sheets import sheet_of_impact
from planshift.impact.words import grouped, percentage
from planshift.policy.document import ImpactLimits
from tests.golden import assert_golden
from tests.impact.edits import FEW, SHOP, Change, assess, edited, people, to

GOLDEN = Path(__file__).with_name("golden")

CHANGE: Change = {
    "policy.yaml": ("fee: [5 EUR, 6 USD]", "fee: [7 EUR, 6 USD]"),
    "catalog.yaml": ('EUR: "39.00"', 'EUR: "42.00"'),
    "policy.rules": ("12 months", "15 months"),
}
LIMITS = "impact_limits: { refused: 10%, dearer: 5%, moved_per_year: 100 EUR }\n"


@pytest.fixture(scope="module")
def shoppers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return people(SHOP, tmp_path_factory.mktemp("shop") / "people.parquet", rows=100, columns=FEW)


@pytest.fixture(scope="module")
def impact(shoppers: Path) -> Impact:
    old = {**SHOP, "policy.yaml": SHOP["policy.yaml"] + LIMITS}
    return assess((old, edited(SHOP, CHANGE)), shoppers, to("large", "monthly"), segment="status").impact


def test_it_reads_as_recorded(impact: Impact) -> None:
    assert_golden(to_text(sheet_of_impact(impact)), GOLDEN / "impact.txt")
    assert_golden(to_markdown(impact), GOLDEN / "impact.md")
    assert_golden(json.dumps(to_data(impact), indent=2) + "\n", GOLDEN / "impact.json")


def test_a_comment_has_a_bounded_length(impact: Impact) -> None:
    short = to_markdown(impact, most=3_000)
    assert len(short) <= 3_000
    assert "left out" in short
    assert short.count("<details>") == short.count("</details>") < to_markdown(impact).count("<details>")


class Page(HTMLParser):
    """The tables of a page, and everything that could lead out of it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.cells: list[str] = []
        self.rects: list[dict[str, str | None]] = []
        self.leads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "link", "rect", "line", "br"):
            self.open.append(tag)
        named = dict(attrs)
        self.leads += [
            str(v) for k, v in attrs if k in ("src", "href", "xlink:href", "action") and not str(v).startswith("#")
        ]
        self.leads += [tag] if tag in ("script", "link", "iframe", "img", "object") else []
        self.rects += [named] if tag == "rect" else []

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("rect", "line"):
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "td" in self.open and data.strip():
            self.cells.append(data.strip())


def test_the_page_needs_nothing_and_its_tables_say_what_json_says(impact: Impact) -> None:
    text = to_html(impact)
    page = Page(text)
    assert page.open == []
    assert page.leads == []
    assert "http" not in text.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")
    assert len(page.rects) > 4
    for rect in page.rects:
        assert 0 <= int(str(rect["x"])) <= int(str(rect["x"])) + int(str(rect["width"])) <= 760
    data, cells = to_data(impact), set(page.cells)
    for sums in impact.sums[:1]:
        assert {grouped(each, signed=True) for each in (sums.now, sums.next_bill, sums.per_year)} <= cells
    for groups in impact.groups.values():
        for group in groups:
            assert f"{group.counts.customers:,}" in cells
            assert {grouped(each.per_year, signed=True) for each in group.sums if each.per_year.minor} <= cells
    assert {f"{each.answers:,}" for each in impact.kinds} <= cells
    assert [each.answers for each in impact.kinds] == [
        each["answers"] for each in json.loads(json.dumps(data))["kinds"]
    ]


def test_counts_and_amounts_are_told_exactly() -> None:
    assert [percentage(*each) for each in ((0, 9), (1, 3), (1, 10**6), (10**6 - 1, 10**6), (9, 9), (1, 8))] == [
        "0%", "33.33%", "<0.01%", ">99.99%", "100%", "12.5%"
    ]  # fmt: skip
    told = [grouped(money(-123_456, "EUR"), signed=True), grouped(money(1_234_567, "JPY"), signed=True)]
    assert told == ["-1,234.56 EUR", "+1,234,567 JPY"]


def test_limits_are_compared_exactly_and_an_edit_does_not_loosen_them() -> None:
    def passed(limits: ImpactLimits, refused: int, moved: int) -> int:
        counts = Counts(customers=5, answers=5, refused=refused, dearer=0, cheaper=0)
        none, more = money(0, "EUR"), money(moved, "EUR")
        sums = Sums(currency="EUR", now=none, next_bill=none, per_year=none, more_per_year=more, less_per_year=more)
        return len(list(limits_passed(limits, counts, of=1_000, sums=(sums,))))

    limits = ImpactLimits(refused=5_000, moved_per_year=(("EUR", 200),))
    assert [passed(limits, 5, 100), passed(limits, 6, 100), passed(limits, 6, 101)] == [0, 1, 2]
    loose = ImpactLimits(refused=900_000, dearer=7)
    assert limits_in_force(limits, loose, told=ImpactLimits()) == ImpactLimits(
        refused=5_000, dearer=7, moved_per_year=(("EUR", 200),)
    )
    assert limits_in_force(limits, loose, told=ImpactLimits(refused=1)).refused == 1


def test_the_command_answers_with_its_exit_code(
    tmp_path: Path, shoppers: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, files in (("old", SHOP), ("new", edited(SHOP, CHANGE))):
        (tmp_path / name).mkdir()
        for file, text in files.items():
            (tmp_path / name / file).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    asked = ["impact", "old", "new", shoppers.as_posix(), "--to", "large", "--price", "monthly", "--at", "2026-03-11"]
    assert main([*asked, "--max-dearer", "1%", "--out", "differences.parquet", "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert re.search(r"pay more: at most 1% may", " ".join(told["limits_passed"]))
    assert (tmp_path / "differences.parquet").is_file()
    assert main(["impact", "old", "new", shoppers.as_posix()]) == 2
    assert main([*asked, "--max-refused", "few"]) == 3
    assert "few" in capsys.readouterr().err
