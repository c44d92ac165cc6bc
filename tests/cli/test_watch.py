"""`check --watch`: a report at once and one after each save, until Ctrl-C."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from threading import Thread

import pytest

from planshift.cli import main

CLI = Path(__file__).parents[2] / "cli.py"
PATIENCE = 60
"""Seconds after which a report does not come any more."""


class Watching:
    """The command in a process of its own."""

    def __init__(self, *arguments: str | Path) -> None:
        # What runs in the background of a shell is deaf to Ctrl-C, and so would be what it starts.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            self.process = subprocess.Popen(
                [sys.executable, CLI, "check", *arguments, "--watch"], stdout=subprocess.PIPE, text=True
            )
        finally:
            signal.signal(signal.SIGINT, before)
        self._lines: Queue[str] = Queue()
        Thread(target=self._gather, daemon=True).start()

    def _gather(self) -> None:
        assert self.process.stdout is not None  # asked for above
        for line in self.process.stdout:
            self._lines.put(line)

    def line(self) -> str:
        """The next line that it prints."""
        return self._lines.get(timeout=PATIENCE)

    def codes(self) -> list[str]:
        """The codes in the next report of JSON."""
        return [each["code"] for each in json.loads(self.line())["diagnostics"]]

    def end(self) -> int:
        """The exit code after Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=PATIENCE)


@pytest.fixture
def watching() -> Iterator[Callable[..., Watching]]:
    """Starts the command, and sees to it that it ends."""
    started: list[Watching] = []

    def start(*arguments: str | Path) -> Watching:
        started.append(Watching(*arguments))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait()
        assert each.process.stdout is not None  # asked for above
        each.process.stdout.close()


def test_each_save_brings_a_report_until_ctrl_c(shop: Path, watching: Callable[..., Watching]) -> None:
    policy, cases = shop / "policy.yaml", shop / "cases"
    right = policy.read_text(encoding="utf-8")
    run = watching(shop, "--format", "json")
    assert run.codes() == []
    policy.write_text(right.replace("silver", "silber"), encoding="utf-8")
    assert "PS201" in run.codes()
    policy.write_text(right, encoding="utf-8")
    assert run.codes() == []
    cases.mkdir(exist_ok=True)
    while not run.codes():  # a report of the folder, and one of the file in it
        cases.joinpath("broken.yaml").write_text("cases: [", encoding="utf-8")
    assert run.end() == 0


def test_a_book_that_is_extended_is_watched_too(tmp_path: Path, shop: Path, watching: Callable[..., Watching]) -> None:
    book = tmp_path / "above"
    book.mkdir()
    policy = f"policy_language: 1\nbook: above\nextends: ../{shop.name}\n"
    book.joinpath("policy.yaml").write_text(policy, encoding="utf-8")
    run = watching(book)
    assert run.line().endswith("above: no mistakes found\n")
    assert run.line() == "watching for changes, Ctrl-C ends it\n"
    under = shop / "policy.yaml"
    under.write_text(under.read_text(encoding="utf-8").replace("fee: 15 EUR", "fee: fifteen"), encoding="utf-8")
    assert "PS110" in run.line()
    assert run.end() == 0


def test_there_is_a_report_for_a_book_that_is_still_to_come(tmp_path: Path, watching: Callable[..., Watching]) -> None:
    run = watching(tmp_path / "later", "--format", "json")
    assert run.codes() == ["PS001"]
    tmp_path.joinpath("later").mkdir()
    assert run.codes() == ["PS001"]
    tmp_path.joinpath("later/policy.yaml").write_text("policy_language: 1\n", encoding="utf-8")
    assert run.codes() == ["PS013"]
    assert run.end() == 0


@pytest.mark.parametrize(
    "more, said", [(["--format", "sarif"], "--watch prints text or JSON"), (["--fix"], "--watch repairs nothing")]
)
def test_what_does_not_go_with_it(
    more: list[str], said: str, shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["planshift", "check", str(shop), "--watch", *more])
    assert main() == 2
    assert said in capsys.readouterr().err
