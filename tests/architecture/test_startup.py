"""Start-up stays short because a command loads only what it needs. What is loaded is counted, not the time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PROGRAM = """
import contextlib, io, json, sys
from planshift.cli import main
sys.argv = ["planshift", *sys.argv[1:]]
with contextlib.redirect_stdout(io.StringIO()):
    try:
        code = main()
    except SystemExit as stop:
        code = stop.code
print(json.dumps([code or 0, sorted({name.partition(".")[0] for name in sys.modules})]))
"""

ALWAYS_TOO_HEAVY = {
    "asyncio": "no command before `serve` waits for anything",
    "duckdb": "only everybody at once needs an engine for columns",
    "difflib": "only a mistake looks for the nearest name",
    "durable_rules_engine": "matches events of orders; no command here has any",
    "hypothesis": "belongs to tests",
    "importlib_metadata": "the version is known without searching the environment",
    "markdown_it": "rendering help as Markdown costs as much as all the rest of the start",
    "multiprocessing": "no command here needs a second process",
    "polars": "one of several engines of a population",
    "pyarrow": "one of several formats of a population",
    "pygments": "colours source code, which no command shows in a language it knows",
    "sqlite3": "only `apply` keeps orders",
    "tzlocal": "zones come from the book, never from the machine",
    "unittest": "belongs to tests",
}

ONLY_WITH_A_BOOK = {
    "babel": "writes days and amounts in a language",
    "jsonschema": "checks facts",
    "lark": "reads rules",
    "pydantic": "validates documents",
    "ruamel": "reads YAML",
    "whenever": "knows zones",
}


def loaded_by(*arguments: str) -> set[str]:
    """Top-level packages in memory once the command has answered yes."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    code, names = json.loads(run.stdout.splitlines()[-1])
    assert code == 0, run.stderr
    return set(names)


@pytest.mark.parametrize("arguments", [("--help",), ("check", "--help"), ("decide", "--help"), ("--version",)])
def test_help_reads_no_book(arguments: tuple[str, ...]) -> None:
    heavy = loaded_by(*arguments) & {*ALWAYS_TOO_HEAVY, *ONLY_WITH_A_BOOK}
    assert not heavy


def test_only_what_is_told_in_a_locale_loads_the_data_of_locales() -> None:
    asked = ("decide", "policies/hosting", "anna-bronze", "--to", "gold", "--at", "2026-03-11T10:00")
    assert "babel" not in loaded_by(*asked)
    assert "babel" in loaded_by(*asked, "--locale", "de")


def test_check_of_a_book_loads_nothing_it_does_not_use() -> None:
    heavy = loaded_by("check", "policies/hosting") & ALWAYS_TOO_HEAVY.keys()
    assert not heavy
