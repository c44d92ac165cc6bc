"""How long a check takes after an edit of one file: `python benchmarks/recheck.py`.

It writes the book of `large_book.py` (1,000 plans, 5,000 paths, 500 rules) with 1,000 cases and 40 subscriptions, and
checks it on a workbench: once as it is, then after an edit of each kind, and after the edit is taken back. The medians
of the processor's time are printed in milliseconds, beside those of a check that begins with nothing. Each answer is
compared with that of such a check.
"""

from __future__ import annotations

import gc
import json
import re
import statistics
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import process_time_ns

from large_book import write_book

from planshift.rulebook.checked import Checked
from planshift.rulebook.checking import check_all
from planshift.rulebook.workbench import Workbench

ROUNDS = 3
DAY = date(2026, 1, 1)
FILES, CASES = 40, 25

Edit = Callable[[list[str]], list[str]]
"""The lines of a file after an edit."""


def write_examples(folder: Path) -> None:
    """Forty subscriptions, and as many files of cases."""
    for name in ("subscriptions", "cases"):
        folder.joinpath(name).mkdir()
    for k in range(FILES):
        subscription = f"id: s{k}\nplan: plan{k}\nprice: monthly\nperiod: {{ start: 2026-03-01, end: 2026-04-01 }}\n"
        folder.joinpath(f"subscriptions/s{k}.yaml").write_text(subscription, encoding="utf-8")
        cases = f"now: 2026-03-11 10:00\nsubscription: s{k}\ncases:\n"
        for number in range(CASES):
            cases += f"  - name: To plan {number}\n    when: {{ to: plan{number}, price: monthly }}\n"
            cases += "    expect: { verdict: allowed, due_now: 4.00 EUR }\n"
        folder.joinpath(f"cases/c{k}.yaml").write_text(cases, encoding="utf-8")


def replaced(pattern: str, instead: str) -> Edit:
    """An edit of the middle one of the lines that hold something."""

    def edit(lines: list[str]) -> list[str]:
        places = [place for place, line in enumerate(lines) if re.search(pattern, line)]
        place = places[len(places) // 2]
        return [*lines[:place], re.sub(pattern, instead, lines[place]), *lines[place + 1 :]]

    return edit


def inserted(pattern: str, text: str) -> Edit:
    """An edit that puts lines above the middle one of the lines that begin with something."""

    def edit(lines: list[str]) -> list[str]:
        places = [place for place, line in enumerate(lines) if line.startswith(pattern)]
        place = places[len(places) // 2]
        return [*lines[:place], *text.split("\n"), *lines[place:]]

    return edit


EDITS: dict[str, tuple[str, Edit]] = {
    "a fee of a path": ("policy.yaml", replaced(r"fee: \d+", "fee: 77")),
    "a bound in a rule": ("policy.rules", replaced(r"tenure < \d+", "tenure < 99")),
    "a price of a plan": ("catalog.yaml", replaced(r'month, EUR: "\d+', 'month, EUR: "7777')),
    "a title of a plan": ("catalog.yaml", replaced("title: .*", "title: Another")),
    "a case": ("cases/c7.yaml", replaced("4.00 EUR", "5.00 EUR")),
    "a subscription": ("subscriptions/s7.yaml", replaced("2026-03-01", "2026-03-02")),
    "a comment above": ("policy.yaml", inserted("terms:", "# what all changes have in common")),
    "a new rule": (
        "policy.rules",
        inserted("rule", 'rule "New"\n  when upgrade and from.plan = plan7\n  warn "new"\n'),
    ),
    "the plan of a rule": ("policy.rules", replaced(r"from\.plan = plan\d+", "from.plan = plan17")),
    "a new path": ("policy.yaml", inserted("  - {", "  - { from: plan0, upgrades: [plan999], fee: 3 EUR }")),
    "a new plan": (
        "catalog.yaml",
        inserted("  plan", '  extra:\n    module: m1\n    prices: { monthly: { every: 1 month, EUR: "5.00" } }'),
    ),
}
"""What is edited, in the order of how far it reaches."""


def timed(check: Callable[[], Checked]) -> tuple[int, Checked]:
    """The milliseconds of one check, and its answer."""
    start = process_time_ns()
    found = check()
    return (process_time_ns() - start) // 1_000_000, found


def measure(folder: Path) -> dict[str, dict[str, int]]:
    """The medians for each kind of edit."""
    taken: dict[str, dict[str, list[int]]] = {name: {} for name in EDITS}
    bench = Workbench(folder)
    bench.check(on=DAY)
    gc.freeze()  # as the command does
    for _ in range(ROUNDS):
        for name, (file, edit) in EDITS.items():
            path = folder / file
            text = path.read_text(encoding="utf-8")
            path.write_text("\n".join(edit(text.split("\n"))), encoding="utf-8")
            warm, found = timed(lambda: bench.check(on=DAY))
            cold, alone = timed(lambda: check_all(folder, on=DAY))
            assert found == alone, name
            path.write_text(text, encoding="utf-8")
            back, _ = timed(lambda: bench.check(on=DAY))
            for what, milliseconds in (("cold", cold), ("warm", warm), ("back", back)):
                taken[name].setdefault(what, []).append(milliseconds)
    return {name: {what: int(statistics.median(each)) for what, each in kinds.items()} for name, kinds in taken.items()}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        book = Path(name) / "book"
        book.mkdir()
        write_book(book)
        write_examples(book)
        print(json.dumps(measure(book), indent=2))
