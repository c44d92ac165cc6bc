"""The hooks and the workflow that other repositories use: the commands that stand in them run, and answer."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
HOOKS: list[dict[str, Any]] = YAML(typ="safe").load(ROOT / ".pre-commit-hooks.yaml")
WORKFLOW: dict[str, Any] = YAML(typ="safe").load(ROOT / ".github" / "workflows" / "planshift.yml")
STEPS: dict[str, dict[str, Any]] = {
    step["name"]: step for step in WORKFLOW["jobs"]["books"]["steps"] if step.get("run", "").startswith("planshift ")
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a book, in which `planshift` is a command; of its cases only some, which take as many steps."""
    shutil.copytree(ROOT / "policies" / "hosting", tmp_path / "policies" / "hosting")
    for file in tmp_path.joinpath("policies", "hosting", "cases").glob("*.yaml"):
        if file.name not in ("moving-up.yaml", "moving-down.yaml"):
            file.unlink()
    command = tmp_path / "bin" / "planshift"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(ROOT / "cli.py"))} "$@"\n')
    command.chmod(0o755)
    return tmp_path


def run(script: str, place: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(place / "bin"), os.environ["PATH"]])
    return subprocess.run(
        ["bash", "-e", "-c", script],  # noqa: S607  # as the workflow runs it
        cwd=place,
        env={**os.environ, "PATH": path, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def spoil(place: Path) -> None:
    """Let the book have one case that fails."""
    file = place / "policies" / "hosting" / "cases" / "moving-up.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("21.77 EUR", "21.78 EUR", 1), encoding="utf-8")


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
def test_a_hook_runs(hook: dict[str, Any], place: Path) -> None:
    done = run(" ".join([hook["entry"], *hook["args"]]), place)
    assert (done.returncode, done.stderr) == (0, "")
    assert not hook["pass_filenames"]
    assert re.search(hook["files"], "policies/hosting/policy.rules")


def test_the_workflow_can_be_called() -> None:
    inputs = WORKFLOW["on"]["workflow_call"]["inputs"]
    named = set(re.findall(r"inputs\.([\w-]+)", (ROOT / ".github/workflows/planshift.yml").read_text("utf-8")))
    assert named == set(inputs)
    assert all({"description", "type", "default"} == set(each) for each in inputs.values())
    assert list(STEPS) == ["Check", "Layout", "Test", "Report"]


def test_no_script_of_the_workflow_holds_an_input() -> None:
    for step in WORKFLOW["jobs"]["books"]["steps"]:
        assert "${{" not in step.get("run", "")


def test_the_workflow_passes_a_good_book(place: Path) -> None:
    told = {name: run(step["run"], place, BOOKS="policies/hosting") for name, step in STEPS.items()}
    assert {name: (done.returncode, done.stderr) for name, done in told.items()} == dict.fromkeys(STEPS, (0, ""))
    assert told["Check"].stdout == "no mistakes found\n"
    assert re.fullmatch(r"(\d+) of \1 files had the layout already\n", told["Layout"].stdout)
    assert re.fullmatch(r"\d+ passed, 0 failed\n", told["Test"].stdout)
    report = ET.parse(place / "planshift-report.xml").getroot()  # noqa: S314  # written just now
    assert report.get("failures") == "0"


def test_the_workflow_says_what_fails(place: Path) -> None:
    spoil(place)
    done = run(STEPS["Test"]["run"], place, BOOKS="policies/hosting")
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=policies/hosting/cases/moving-up.yaml,line=")
    assert run(STEPS["Report"]["run"], place, BOOKS="policies/hosting").returncode == 1
    report = ET.parse(place / "planshift-report.xml").getroot()  # noqa: S314  # written just now
    (failure,) = report.iter("failure")
    assert "21.78 EUR" in (failure.text or "")
    assert STEPS["Report"]["continue-on-error"] is True


def test_the_workflow_and_the_hook_mind_the_layout(place: Path) -> None:
    file = place / "policies" / "hosting" / "policy.yaml"
    neat = file.read_text(encoding="utf-8")
    file.write_text(neat.replace("currency: EUR", "currency:   EUR", 1), encoding="utf-8")
    done = run(STEPS["Layout"]["run"], place, BOOKS="policies/hosting")
    assert done.returncode == 1
    assert "policies/hosting/policy.yaml" in done.stdout
    (hook,) = (hook for hook in HOOKS if hook["id"] == "planshift-fmt")
    run(" ".join([hook["entry"], *hook["args"]]), place)
    assert file.read_text(encoding="utf-8") == neat


def test_a_book_with_mistakes_is_told_in_both_steps(place: Path) -> None:
    (place / "policies" / "hosting" / "policy.yaml").write_text("policy_language: 1\nbook: [\n", encoding="utf-8")
    for name in ("Check", "Test"):
        done = run(STEPS[name]["run"], place, BOOKS="policies")
        assert (done.returncode, done.stderr) == (3, "")
        assert done.stdout.startswith("::error file=policies/hosting/policy.yaml,line=")


@pytest.mark.parametrize("page", ["docs/ci.md"])
def test_what_the_page_shows_fits(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    ids = re.findall(r"- id: ([\w-]+)", text)
    assert ids == [hook["id"] for hook in HOOKS]
    (call,) = re.findall(r"```text\n(on:.*?)```", text, flags=re.DOTALL)
    (job,) = YAML(typ="safe").load(call)["jobs"].values()
    assert job["uses"].partition("/.github/")[2].startswith("workflows/planshift.yml@")
    assert set(job["with"]) <= set(WORKFLOW["on"]["workflow_call"]["inputs"])
