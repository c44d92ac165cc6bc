"""Small edits of a small book: what its cases notice, what they do not, and what nobody could."""

from __future__ import annotations

from functools import cache
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree as ET

import pytest

from planshift.book import load_text
from planshift.cases.mutation.report import MutationReport, mutation_data, mutation_text
from planshift.cases.mutation.report_ci import mutation_annotations, mutation_junit
from planshift.cases.mutation.run import mutate
from planshift.cases.run import run
from planshift.diagnostics.errors import InvalidInput
from tests.cases.mutation.small_book import CASES, TEXTS, without_case
from tests.golden import assert_golden

HERE = PurePosixPath()


@cache
def report() -> MutationReport:
    return mutate(load_text(TEXTS))


def changed(found: MutationReport, judgement: str) -> set[str]:
    """The lines that the edits of one kind become; empty for what is removed."""
    return {" ".join(found.lines(each.edit)[1]).strip() for each in found.judged if each.judgement == judgement}


def test_the_cases_of_the_book_pass() -> None:
    assert run(load_text(TEXTS)).ok


def test_what_a_case_shows_is_noticed() -> None:
    noticed = changed(report(), "noticed")
    assert 'monthly: { every: 1 month, EUR: "22.00" }' in noticed
    assert "upgrade: { timing: period_end, fee: 5 EUR }" in noticed
    assert "upgrade: { timing: now, fee: 6 EUR }" in noticed
    assert "when upgrade and customer.tenure > 24 months" in noticed
    assert "when upgrade and customer.tenure >= 23 months" in noticed
    assert "when upgrade or customer.tenure >= 24 months" in noticed
    assert "set fee = 1 EUR" in noticed


def test_the_case_that_noticed_is_named() -> None:
    by = {each.by for each in report().of("noticed")}
    assert "A day less than two years is not enough" in by
    assert by <= {block.split("\n")[0] for block in CASES.split("- name: ")[1:]}


def test_what_no_case_shows_is_unnoticed_and_has_a_witness() -> None:
    unnoticed = report().of("unnoticed")
    assert "downgrade: { timing: now }" in changed(report(), "unnoticed")
    assert all(each.witness is not None and each.witness.differences for each in unnoticed)


def test_the_case_of_a_witness_passes_now_and_would_notice() -> None:
    for each in mutation_data(report())["unnoticed"]:  # type: ignore[attr-defined]  # a list of mappings
        text = f"cases:\n{each['case']}"
        assert run(load_text(TEXTS | {"cases/more.yaml": text})).ok
        file = each["file"]
        lines = TEXTS[file].split("\n")
        lines[each["line"] - 1 : each["line"]] = each["after"]
        assert not run(load_text(TEXTS | {"cases/more.yaml": text, file: "\n".join(lines)})).ok, each


def test_what_changes_no_answer_is_told_apart() -> None:
    same = changed(report(), "same")
    assert "gold: { level: 3 }" in same
    assert all(each.compared > 100 for each in report().of("same"))
    assert not same & changed(report(), "noticed")


def test_what_does_not_load_is_not_counted() -> None:
    assert changed(report(), "unloadable") == {""}  # a member that goes leaves a group of one
    assert report().score == 1000 * len(report().of("noticed")) // (
        len(report().of("noticed")) + len(report().of("unnoticed"))
    )


def test_a_case_that_goes_is_missed() -> None:
    fewer = mutate(load_text(without_case("A day less than two years is not enough")), only="policy.rules")
    assert "when upgrade and customer.tenure >= 23 months" in changed(fewer, "unnoticed")
    assert "when upgrade and customer.tenure > 24 months" in changed(fewer, "noticed")
    assert fewer.score < mutate(load_text(TEXTS), only="policy.rules").score


def test_edits_are_chosen_by_file_line_title_and_name() -> None:
    book = load_text(TEXTS)
    assert {each.edit.file for each in mutate(book, only="catalog").judged} == {"catalog.yaml"}
    assert {each.edit.line for each in mutate(book, only="policy.rules:3").judged} == {3}
    assert {each.edit.file for each in mutate(book, only="loyal customers").judged} == {"policy.rules"}
    assert {each.edit.line for each in mutate(book, only="downgrade").judged} == {13}


def test_a_choice_of_nothing_is_a_mistake() -> None:
    with pytest.raises(InvalidInput) as found:
        mutate(load_text(TEXTS), only="platinum")
    assert found.value.diagnostics[0].code == "PS620"


def test_several_processes_find_the_same_and_every_second_edit_is_a_sample_of_all() -> None:
    seen: list[tuple[int, int]] = []
    shared = mutate(load_text(TEXTS), every=2, jobs=2, progress=lambda done, total: seen.append((done, total)))
    assert shared.judged == report().judged[::2]
    assert seen[-1] == (len(shared.judged), len(shared.judged))


def test_the_text_tells_it_all() -> None:
    assert_golden(f"{mutation_text(report())}\n", Path(__file__).parent / "golden" / "report.txt")


def test_a_pull_request_is_warned_and_stopped_below_the_bound() -> None:
    calm = mutation_annotations([report()], root=HERE)
    strict = mutation_annotations([report()], root=HERE, below=90)
    assert len(calm) == len(strict) == len(report().of("unnoticed"))
    assert all(line.startswith("::warning file=") for line in calm)
    assert all(line.startswith("::error file=") for line in strict)


def test_junit_fails_what_nobody_notices_only_below_the_bound() -> None:
    counted = len(report().of("noticed")) + len(report().of("unnoticed"))
    calm = ET.fromstring(mutation_junit([report()], root=HERE))  # noqa: S314  # written a line above
    strict = ET.fromstring(mutation_junit([report()], root=HERE, below=90))  # noqa: S314  # as above
    assert calm.attrib["tests"] == strict.attrib["tests"] == str(counted)
    assert calm.attrib["failures"] == "0"
    assert strict.attrib["failures"] == str(len(report().of("unnoticed")))
