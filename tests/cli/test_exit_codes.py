"""Each exit code as a shell sees it, from the command itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOOR = [sys.executable, str(ROOT / "cli.py")]
AT = ["--at", "2026-03-11T10:00"]

BREAK = """
import sys
sys.path.insert(0, {engine!r})
import planshift.rulebook.checking
def check_book(path, **rest):
    raise KeyError("a key nobody thought of")
planshift.rulebook.checking.check_book = check_book
from planshift.cli import main
sys.exit(main(["check", "shop"]))
"""


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != "PLANSHIFT_DEBUG"}
    return subprocess.run(
        command, env={**kept, **environment}, capture_output=True, text=True, check=False, encoding="utf-8"
    )


@pytest.mark.parametrize(
    "arguments, code",
    [
        (["decide", "shop", "anna", "--to", "silver", *AT], 0),
        (["decide", "shop", "carla", "--to", "silver", *AT], 1),
        (["decide", "shop", "anna", "--too", "silver", *AT], 2),
        (["decide", "shop", "anna", "--to", "gould", *AT], 3),
    ],
)
def test_a_code_for_each_answer(shop: Path, arguments: list[str], code: int) -> None:
    assert shop.is_dir()
    done = run(*DOOR, *arguments)
    assert done.returncode == code
    assert (done.stdout == "") == (code >= 2)
    assert "Traceback" not in done.stderr


def test_a_mistake_of_planshift_is_one_friendly_line(shop: Path) -> None:
    assert shop.is_dir()
    program = BREAK.format(engine=str(ROOT / "engine"))
    done = run(sys.executable, "-c", program)
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == (
        "planshift made a mistake (KeyError: 'a key nobody thought of'); please report it, with what PLANSHIFT_DEBUG=1"
        " shows\n"
    )
    shown = run(sys.executable, "-c", program, PLANSHIFT_DEBUG="1")
    assert shown.returncode == 4
    assert "Traceback" in shown.stderr


def test_a_reader_that_has_enough_is_no_mistake(shop: Path) -> None:
    command = f'"{DOOR[0]}" "{DOOR[1]}" explain shop anna --to gold --at 2026-03-11T10:00 | head -n 1'
    assert shop.is_dir()
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)  # noqa: S602  # a pipe is a shell's
    assert done.stdout == "anna: Bronze to Gold\n"
    assert done.stderr == ""


def test_letters_that_the_terminal_lacks_become_marks(shop: Path) -> None:
    catalog = shop / "catalog.yaml"
    catalog.write_text(catalog.read_text(encoding="utf-8").replace("title: Silver", "title: Sílver 銀"), "utf-8")
    done = run(*DOOR, "decide", "shop", "anna", "--to", "silver", *AT, PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "S?lver ?" in done.stdout
