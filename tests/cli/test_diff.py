"""`planshift diff`: folders and revisions of git, what is printed, what is kept, and how it answers."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from planshift.book import load
from planshift.cli import main
from planshift.comparison.compare import compare
from planshift.comparison.markdown import to_markdown
from planshift.comparison.told import Told

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).with_name("golden")

POLICY = """\
policy_language: 1
book: shop
currency: EUR
groups:
  ladder:
    direction: by_level
    members: { basic: { level: 1 }, plus: { level: 2 }, pro: { level: 3, leave: { down: false } } }
terms:
  upgrade: { fee: 5 EUR, label: "`<b>@all</b>`" }
"""

CATALOG = """\
plans:
  basic: { prices: { monthly: { every: 1 month, EUR: "9.00" } } }
  plus: { prices: { monthly: { every: 1 month, EUR: "19.00" } } }
  pro: { title: Pro, prices: { monthly: { every: 1 month, EUR: "49.00" } } }
"""

EDITS = (
    ("policy.yaml", ", leave: { down: false }", ""),
    ("policy.yaml", "fee: 5 EUR", "fee: 7 EUR"),
    ("policy.yaml", "<b>@all</b>`", "<i>@all</i>``"),
    ("catalog.yaml", '"19.00"', '"21.00"'),
    ("catalog.yaml", "title: Pro", "title: Professional"),
)


def write(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "policy.yaml").write_text(POLICY, encoding="utf-8")
    (folder / "catalog.yaml").write_text(CATALOG, encoding="utf-8")
    return folder


def edit(folder: Path) -> None:
    for name, old, new in EDITS:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")


def git(place: Path, *arguments: str) -> None:
    author = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *author, *arguments], cwd=place, check=True, capture_output=True)  # noqa: S607  # the git of the machine


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two versions of a shop in folders."""
    write(tmp_path / "before")
    edit(write(tmp_path / "after"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a committed shop that is edited since."""
    book = write(tmp_path / "policies" / "shop")
    git(tmp_path, "init", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "a shop")
    edit(book)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_what_is_printed(form: str, golden: Callable[[Path, str], None], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "before", "after", "--format", form]) == 1
    printed = capsys.readouterr()
    assert printed.err == ""
    golden(GOLDEN / f"diff-{form}.txt", printed.out)


def test_a_version_is_no_different_from_itself(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "before" / "policy.yaml").write_text(f"# a comment\n{POLICY}", encoding="utf-8")
    write(place / "again")
    assert main(["diff", "before", "again"]) == 0
    assert capsys.readouterr().out == "shop: before -> again\nNo difference in meaning.\n"


def test_witnesses_are_kept_as_cases_that_pass_in_the_new_version_alone(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", "before", "after", "--keep", "after/cases/kept.yaml"]) == 1
    assert main(["test", "after"]) == 0
    shutil.copytree(place / "after" / "cases", place / "before" / "cases")
    assert main(["test", "before"]) == 1
    assert " 0 passed" in capsys.readouterr().out
    assert main(["diff", "before", "after", "--keep", "after/cases/kept.yaml"]) == 3
    assert "the file is there already" in capsys.readouterr().err


def test_a_version_with_mistakes_is_told_as_check_tells_it(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "after" / "policy.yaml").write_text(POLICY.replace("upgrade:", "upgrad:"), encoding="utf-8")
    assert main(["diff", "before", "after"]) == 3
    assert "did you mean `upgrade`?" in capsys.readouterr().err


def test_a_revision_is_read_from_what_git_keeps(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "main:policies/shop", "policies/shop"]) == 1
    assert "fee of upgrades: 5.00 EUR -> 7.00 EUR" in capsys.readouterr().out
    assert main(["diff", "main:policies/shop", "HEAD:policies/shop"]) == 0
    os.chdir(repository / "policies")
    assert main(["diff", "main:shop", "shop"]) == 1
    assert "main:shop/policy.yaml" not in capsys.readouterr().out


def test_the_books_that_a_revision_extends_are_read_at_that_revision(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    child = repository / "policies" / "child"
    child.mkdir()
    (child / "policy.yaml").write_text("policy_language: 1\nbook: child\nextends: [../shop]\n", encoding="utf-8")
    git(repository, "add", "policies/child")
    git(repository, "commit", "-m", "a child")
    assert main(["diff", "main:policies/child", "policies/child"]) == 1
    assert "fee of upgrades: 5.00 EUR -> 7.00 EUR" in capsys.readouterr().out


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    "version, told",
    [
        ("nothing:policies/shop", "the repository has no revision `nothing`"),
        ("main:policies/shopp", "there is no book in `policies/shopp` at `main`"),
        ("main:../../etc", "leads out of the repository"),
        ("--upload-pack=touch x:policies/shop", "the repository has no revision `--upload-pack=touch x`"),
        ("nowhere", "there is no such folder or file"),
    ],
)
def test_what_is_not_there_is_told(version: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "--", version, "policies/shop"]) == 3
    assert told in capsys.readouterr().err


@pytest.mark.usefixtures("place")
def test_outside_of_a_repository_there_is_no_revision(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "main:before", "after"]) == 3
    assert "the present folder is in no git repository" in capsys.readouterr().err


def test_a_link_in_a_revision_is_not_followed(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = repository / "policies" / "linked"
    book.mkdir()
    (book / "policy.yaml").symlink_to("../shop/policy.yaml")
    git(repository, "add", "policies/linked")
    git(repository, "commit", "-m", "a link")
    assert main(["diff", "main:policies/linked", "policies/shop"]) == 3
    assert "there is no book in `policies/linked`" in capsys.readouterr().err


def test_mistakes_of_a_revision_are_placed_in_it(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy = repository / "policies" / "shop" / "policy.yaml"
    policy.write_text(POLICY.replace("upgrade:", "upgrad:"), encoding="utf-8")
    git(repository, "commit", "-am", "a slip")
    policy.write_text(POLICY, encoding="utf-8")
    assert main(["diff", "main:policies/shop", "policies/shop"]) == 3
    assert "main:policies/shop/policy.yaml:9" in capsys.readouterr().err


def test_a_comment_stays_within_its_length_and_counts_what_it_leaves_out(place: Path) -> None:
    comparison = compare(load(place / "before"), load(place / "after"))
    told = Told(comparison=comparison, old="before", new="after")
    whole = to_markdown(told)
    assert "left out" not in whole
    assert whole.count("<details>") == whole.count("</details>") > 2
    outside = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", whole, flags=re.DOTALL)  # what no code span or block holds
    assert "@all" in whole
    assert "@all" not in outside
    for most in range(900, len(whole), 400):
        short = to_markdown(told, most=most)
        assert len(short) <= most
        assert "without the case" in short or "left out" in short
        assert short.count("<details>") == short.count("</details>")


def test_the_step_of_the_workflow_writes_a_summary(repository: Path) -> None:
    workflow: dict[str, Any] = YAML(typ="safe").load(ROOT / ".github" / "workflows" / "planshift.yml")
    (step,) = [each for each in workflow["jobs"]["books"]["steps"] if each.get("name") == "Compare"]
    command = repository / "bin" / "planshift"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(ROOT / "cli.py"))} "$@"\n')
    command.chmod(0o755)
    write(repository / "policies" / "fresh")
    summary = repository / "summary.md"
    done = subprocess.run(
        ["bash", "-e", "-c", step["run"]],  # noqa: S607  # as the workflow runs it
        cwd=repository,
        env={
            **os.environ,
            "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}",
            "BOOKS": "policies",
            "BASE": "main",
            "GITHUB_STEP_SUMMARY": str(summary),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 terms moved" in summary.read_text(encoding="utf-8")
    assert "fresh" not in summary.read_text(encoding="utf-8")


@pytest.mark.usefixtures("place")
def test_the_data_can_be_read_again(capsys: pytest.CaptureFixture[str]) -> None:
    main(["diff", "before", "after", "--format", "json", "--tries", "0"])
    data = json.loads(capsys.readouterr().out)
    assert data["counts"] == {"plan_changed": 1, "price_moved": 1, "road_opened": 2, "term_moved": 2}
    assert all(each["witness"] is None for each in data["differences"])
