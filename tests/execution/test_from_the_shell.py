"""Commands against a server that several processes share: one of them as a shell runs it, others beside it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from planshift.cli import main

ROOT = Path(__file__).parents[2]
DOOR = [sys.executable, str(ROOT / "cli.py")]
HOSTING = str(ROOT / "policies" / "hosting")
AT = ["--at", "2026-03-11T10:00"]
PATIENCE = 60


def run(*words: str, store: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PLANSHIFT_STORE": store}
    return subprocess.run([*DOOR, *words], env=environment, capture_output=True, text=True, check=False)


def test_a_server_is_used_once_somebody_says_so(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PLANSHIFT_STORE", postgres_url)
    assert main(["orders"]) == 3
    assert "it has no tables yet (run planshift doctor --upgrade once)" in capsys.readouterr().err
    assert run("doctor", "--upgrade", store=postgres_url).returncode == 0
    applied = run("apply", HOSTING, "anna-bronze", "--to", "gold", "--order", "up-1", *AT, store=postgres_url)
    assert applied.returncode == 0, applied.stderr
    assert "Applied: every step is done." in applied.stdout
    assert main(["doctor"]) == 0
    assert "PostgreSQL" in capsys.readouterr().out


def test_a_worker_takes_what_is_due_and_ends_when_it_is_asked_to(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PLANSHIFT_STORE", postgres_url)
    assert main(["doctor", "--upgrade"]) == 0
    down = ["apply", HOSTING, "greta-silver", "--to", "bronze", "--end", "site-a", "site-b", "--order", "down-1"]
    assert main([*down, *AT]) == 0
    environment = {**os.environ, "PLANSHIFT_STORE": postgres_url, "PYTHONUNBUFFERED": "1"}
    worker = subprocess.Popen(
        [*DOOR, "worker", "--every", "1"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        state = ""
        for _ in range(4 * PATIENCE):  # the day of the change has long come by the clock on the wall
            capsys.readouterr()
            main(["orders", "--format", "json"])
            state = json.loads(capsys.readouterr().out)["orders"][0]["state"]
            if state == "applied":
                break
            time.sleep(0.25)
        worker.send_signal(signal.SIGTERM)
        said, wrong = worker.communicate(timeout=PATIENCE)
    finally:
        worker.kill()
    assert state == "applied"
    assert worker.returncode == 0, wrong
    assert "1 order looked after" in said
