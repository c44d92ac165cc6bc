"""A comparison tells every edit that means something, shows it by a case, and is silent about all others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planshift.book import load_text
from planshift.cases.run import run
from planshift.cases.written import case_file_text
from planshift.comparison.compare import Comparison, compare
from planshift.comparison.difference import KINDS, Difference
from planshift.comparison.told import details, headline
from planshift.diagnostics.errors import InvalidBook
from tests.comparison.editing import COSMETIC, MEANT, RENAMED_LET, RULES, Edit, Files, edited, files_of, shipped

HOSTING = "hosting"
TRIES = 2_600
"""So many changes are tried here: each edit that shows at all shows in them, and more only find a plainer witness."""
NAME = re.compile(r"- name: .*")


def compared(files: Files, book: str = HOSTING) -> Comparison:
    return compare(shipped(book), load_text(files), tries=TRIES)


def said(difference: Difference) -> str:
    return "\n".join((headline(difference), *details(difference)))


def told(edit: Edit, comparison: Comparison) -> list[Difference]:
    """The differences of the right kind that mention the place."""
    return [each for each in comparison.differences if each.kind == edit.kind and edit.told in said(each)]


def statuses(files: Files, *cases: str) -> tuple[str, ...]:
    """How cases end in a book."""
    numbered = [NAME.sub(f"- name: Case {number}", case, count=1) for number, case in enumerate(cases)]
    book = load_text(files | {"cases/kept.yaml": case_file_text(numbered)})
    return tuple(result.status for result in run(book, "kept.yaml").results)


def all_fail(files: Files, cases: Sequence[str]) -> bool:
    try:
        return set(statuses(files, *cases)) <= {"failed"}
    except InvalidBook:  # the old version does not know the plan, the price or the add-on of one of them
        return len(cases) == 1 or all(all_fail(files, [case]) for case in cases)


def assert_witnesses_hold(comparison: Comparison, *, old: Files, new: Files) -> None:
    """Only the new version passes what shows the differences."""
    cases = [each.witness.case for each in comparison.differences if each.witness is not None]
    if cases:
        assert set(statuses(new, *cases)) == {"passed"}, cases
        assert all_fail(old, cases), cases


@pytest.mark.parametrize("edit", MEANT, ids=str)
def test_an_edit_that_means_something_is_told_and_shown_by_a_case_that_only_the_new_version_passes(edit: Edit) -> None:
    files = edited(files_of(HOSTING), [edit])
    comparison = compared(files)
    found = told(edit, comparison)
    assert found, [said(each) for each in comparison.differences]
    assert any(each.witness is not None for each in found) == edit.shown, found
    for difference in comparison.differences:
        assert difference.witness or difference.untold or difference.tried, difference
    assert_witnesses_hold(comparison, old=files_of(HOSTING), new=files)


@pytest.mark.parametrize("edit", COSMETIC, ids=str)
def test_another_way_to_write_the_same_is_no_difference(edit: Edit) -> None:
    assert [said(each) for each in compared(edited(files_of(HOSTING), [edit])).differences] == []


def test_a_let_under_another_name_is_no_difference() -> None:
    files = dict(files_of(HOSTING))
    for old, new in RENAMED_LET:
        files[RULES] = files[RULES].replace(old, new)
    assert compared(files).differences == ()


def test_rules_that_cannot_meet_may_change_places() -> None:
    files = dict(files_of(HOSTING))
    head, *rules = files[RULES].split('rule "')
    first, second = (k for k, rule in enumerate(rules) if rule.startswith(("Staff", "A cancelled")))
    rules[first], rules[second] = rules[second], rules[first]
    files[RULES] = 'rule "'.join((head, *rules))
    assert compared(files).differences == ()


def test_rules_that_meet_and_disagree_may_not() -> None:
    files = dict(files_of(HOSTING))
    head, *rules = files[RULES].split('rule "')
    rules[0], rules[1] = rules[1], rules[0]
    files[RULES] = 'rule "'.join((head, *rules))
    (difference,) = compared(files).differences
    assert difference.kind == "rule_reordered"
    assert difference.witness is not None
    assert "terms.fee" in {part.what for part in difference.witness.moved}


def test_files_may_be_split_otherwise() -> None:
    files = dict(files_of(HOSTING))
    rules = files.pop(RULES)
    indented = "\n".join(f"  {line}".rstrip() for line in rules.splitlines())
    files["policy.yaml"] += f"\nrules: |\n{indented}\n"
    assert compared(files).differences == ()


@pytest.mark.parametrize("book", sorted(path.name for path in Path("policies").iterdir() if path.is_dir()))
def test_a_book_is_no_different_from_itself_laid_out_anew(book: str) -> None:
    files = {name: f"# another comment\n{text}" for name, text in files_of(book).items()}
    assert compared(files, book).differences == ()


@settings(max_examples=4)
@given(edits=st.lists(st.sampled_from(MEANT), min_size=2, max_size=3, unique_by=lambda edit: edit.old))
def test_several_edits_at_once_are_told_and_every_witness_holds(edits: list[Edit]) -> None:
    base = files_of(HOSTING)
    try:
        files = edited(base, edits)
        comparison = compared(files)
    except (AssertionError, InvalidBook):
        return  # edits of one place
    assert comparison.differences
    assert_witnesses_hold(comparison, old=base, new=files)


def test_every_kind_of_difference_has_words_and_an_example_here_or_below() -> None:
    seen = {edit.kind for edit in MEANT}
    rest = {"plan_removed", "addon_added", "addon_removed", "service_added", "service_removed", "group_renamed"}
    rest |= {"rule_reordered", "switch_added", "switch_removed", "reaction_added", "statement_added"}
    rest |= {"statement_changed", "fact_added", "fact_removed"}
    assert seen | rest == set(KINDS)


CATALOG = """
plans:
  small: { prices: { monthly: { every: 1 month, EUR: "10.00" } }, limits: { disk_gb: 10 }, addons: [disk] }
  large: { prices: { monthly: { every: 1 month, EUR: "30.00" } }, limits: { disk_gb: 50 }, addons: [disk] }
  huge: { prices: { monthly: { every: 1 month, EUR: "90.00" } } }
addons: { disk: { raises: { disk_gb: 10 }, EUR: "1.00" } }
services: { hosting: { tax_code: H } }
"""

POLICY = """
policy_language: 1
book: tiny
currency: EUR
facts: { customer: { type: object, properties: { vip: { type: boolean, default: false } } } }
groups: { all: { direction: by_level, members: { small: { level: 1 }, large: { level: 2 }, huge: { level: 3 } } } }
switches: [{ from: { plan: small }, to: { plan: large }, after_renewals: 3 }]
"""

RULES_TEXT = """
on invoice.issued then lock_change
always "no refunds": refunded <= 0 EUR
"""

TINY: Files = {"policy.yaml": POLICY, "catalog.yaml": CATALOG, "policy.rules": RULES_TEXT}


@pytest.mark.parametrize(
    "file, old, new, kinds",
    [
        (
            "catalog.yaml",
            'addons: { disk: { raises: { disk_gb: 10 }, EUR: "1.00" } }',
            'addons: { disk: { raises: { disk_gb: 10 }, EUR: "1.00" }, site: { EUR: "2.00" } }',
            {"addon_added"},
        ),
        (
            "catalog.yaml",
            "services: { hosting: { tax_code: H } }",
            "services: { hosting: { tax_code: H }, tax: { tax_code: T } }",
            {"service_added"},
        ),
        ("policy.yaml", "groups: { all:", "groups: { every:", {"group_renamed"}),
        (
            "policy.yaml",
            "switches: [{ from: { plan: small }, to: { plan: large }, after_renewals: 3 }]",
            "",
            {"switch_removed"},
        ),
        (
            "policy.rules",
            "on invoice.issued then lock_change",
            "on invoice.issued then lock_change\non invoice.paid then lock_change",
            {"reaction_added"},
        ),
        ("policy.rules", "refunded <= 0 EUR", "refunded <= 1 EUR", {"statement_changed"}),
        (
            "policy.rules",
            'always "no refunds": refunded <= 0 EUR',
            'always "no refunds": refunded <= 0 EUR\nalways "low": fee <= 9 EUR',
            {"statement_added"},
        ),
        (
            "policy.yaml",
            "vip: { type: boolean, default: false }",
            "vip: { type: boolean, default: false }, old: { type: boolean, default: false }",
            {"fact_added"},
        ),
    ],
)
def test_what_no_shipped_book_shows(file: str, old: str, new: str, kinds: set[str]) -> None:
    assert old in TINY[file]
    other = TINY | {file: TINY[file].replace(old, new)}
    there, back = compare(load_text(TINY), load_text(other)), compare(load_text(other), load_text(TINY))
    assert set(there.counts) == kinds
    added = {kind.replace("added", "removed") if "added" in kind else kind for kind in kinds}
    assert {kind.replace("switch_added", "switch_removed") for kind in back.counts} == added


def test_a_plan_that_is_gone_shows_in_what_is_offered() -> None:
    without = TINY | {
        "catalog.yaml": "\n".join(line for line in CATALOG.splitlines() if "huge" not in line),
        "policy.yaml": POLICY.replace(", huge: { level: 3 }", ""),
    }
    comparison = compare(load_text(TINY), load_text(without))
    gone = next(each for each in comparison.differences if each.kind == "plan_removed")
    assert gone.witness is not None
    assert gone.witness.moved[0].what == "options"
    assert statuses(without, gone.witness.case) == ("passed",)
    assert all_fail(TINY, [gone.witness.case])
    assert {each.kind for each in comparison.differences} == {"plan_removed", "road_closed"}
