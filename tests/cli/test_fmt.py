"""`planshift fmt` writes what it has to, whole, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from planshift.cli.exits import Exit
from planshift.cli.fmt import fmt

ROUGH = "plans:\n    gold: {title: Gold}   # dear\n"


@pytest.fixture
def rough(shop: Path) -> Path:
    file = shop.relative_to(shop.parent) / "catalog.yaml"
    file.write_text(ROUGH, encoding="utf-8")
    file.chmod(0o640)
    return file


def test_only_what_changes_is_written(rough: Path, capsys: pytest.CaptureFixture[str]) -> None:
    others = {file: file.stat().st_mtime_ns for file in rough.parent.rglob("*.*") if file != rough}
    assert fmt((rough.parent.parent,)) is Exit.YES
    assert rough.read_text(encoding="utf-8").split() == ["plans:", "gold:", "{", "title:", "Gold", "}", "#", "dear"]
    assert rough.stat().st_mode & 0o777 == 0o640
    assert {file: file.stat().st_mtime_ns for file in others} == others
    assert capsys.readouterr().out.startswith("changed shop/catalog.yaml\n")
    assert sorted(file.name for file in rough.parent.iterdir() if file.name.startswith(".")) == []
    assert fmt((rough,), check=True) is Exit.YES


def test_check_names_the_files_and_writes_nothing(rough: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fmt((rough.parent, rough), check=True) is Exit.NO
    assert rough.read_text(encoding="utf-8") == ROUGH
    assert capsys.readouterr().out.count("would change shop/catalog.yaml\n") == 1


def test_diff_shows_the_lines(rough: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fmt((rough,), diff=True) is Exit.NO
    assert rough.read_text(encoding="utf-8") == ROUGH
    seen = capsys.readouterr().out.split("\n")
    assert seen[:2] == ["--- shop/catalog.yaml", "+++ shop/catalog.yaml"]
    assert "-    gold: {title: Gold}   # dear" in seen
    assert any(line.startswith("+  gold: { title: Gold }") for line in seen)


def test_a_file_with_mistakes_is_told_and_the_others_are_laid_out(
    rough: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = rough.with_name("policy.rules")
    rules.write_text("rule when", encoding="utf-8")
    assert fmt((rough.parent,)) is Exit.INVALID
    assert rules.read_text(encoding="utf-8") == "rule when"
    assert rough.read_text(encoding="utf-8") != ROUGH
    assert "policy.rules:1" in capsys.readouterr().err


def test_a_link_stays_a_link(rough: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to(rough)
    assert fmt((link,)) is Exit.YES
    assert link.is_symlink()
    assert rough.read_text(encoding="utf-8") != ROUGH


def test_nothing_there(tmp_path: Path) -> None:
    assert fmt((tmp_path / "nowhere.yaml",)) is Exit.INVALID
