"""How long a check of a large book takes: `python benchmarks/check.py`.

It writes the book of `large_book.py` (1,000 plans, 5,000 paths, 500 rules) and another one with its ladder in groups,
and checks them and a small one as the command does: reading, passes, analysis. All are measured in turns in one run,
and the medians of the processor's time are printed in milliseconds, beside the whole command in its own process.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from large_book import write_book

from planshift.policy.from_yaml import read_book
from planshift.rulebook.analysis.passes import analyse
from planshift.rulebook.passes import run_passes

ROUNDS = 3
DAY = date(2026, 1, 1)
ROOT = Path(__file__).parents[1]


def write_groups(folder: Path) -> None:
    """The large book with its plans in twenty groups of fifty, and no paths: 49,000 pairs of plans are joined."""
    write_book(folder)
    policy = folder / "policy.yaml"
    kept = policy.read_text(encoding="utf-8").partition("paths:\n")[0]
    groups = "groups:\n"
    for group in range(20):
        groups += f"  group{group}:\n    members:\n"
        groups += "".join(f"      plan{k}: {{ level: {k // 20 + 1} }}\n" for k in range(group, 1_000, 20))
    policy.write_text(kept + groups, encoding="utf-8")


def steps(folder: Path) -> dict[str, int]:
    """The nanoseconds of each step of one check."""
    taken: dict[str, int] = {}

    def measured(name: str, run: Callable[[], object]) -> object:
        start = time.process_time_ns()
        found = run()
        taken[name] = time.process_time_ns() - start
        return found

    document, _, _ = read_book(folder)
    assert document is not None  # the book is written here
    measured("read", lambda: read_book(folder))
    draft = run_passes(document, on=DAY)
    measured("passes", lambda: run_passes(document, on=DAY))
    measured("analysis", lambda: analyse(draft))
    return taken


def command(folder: Path) -> int:
    """The nanoseconds of the whole command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(  # noqa: S603  # our own command on our own files
        [sys.executable, ROOT / "cli.py", "check", folder], check=True, capture_output=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return int((after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1_000_000_000)


def measure(folders: dict[str, Path]) -> dict[str, dict[str, int]]:
    """The medians of all steps of all books, in milliseconds."""
    found: dict[str, dict[str, list[int]]] = {name: {} for name in folders}
    for _ in range(ROUNDS):
        for name, folder in folders.items():
            for step, taken in (steps(folder) | {"command": command(folder)}).items():
                found[name].setdefault(step, []).append(taken)
    return {
        name: {step: int(statistics.median(taken)) // 1_000_000 for step, taken in each.items()}
        for name, each in found.items()
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        books = {"paths": Path(name) / "paths", "groups": Path(name) / "groups"}
        for book, write in zip(books.values(), (write_book, write_groups), strict=True):
            book.mkdir()
            write(book)
        print(json.dumps(measure(books | {"hosting": ROOT / "policies" / "hosting"}), indent=2))
