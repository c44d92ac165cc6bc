"""How many cases a second `planshift test` runs in one process: 5,000 generated ones over the hosting book.

Run by hand: python -m benchmarks.cases [HOW_MANY]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import process_time

from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription
from planshift.book import Book, load, load_text
from planshift.cases.run import run
from planshift.cases.written import case_file_text, case_text

HOSTING = Path("policies/hosting")
A_FILE = 250
"""How many cases stand in one file; the files of a book have up to some hundred."""

DAY = 86_400


def main(count: int) -> None:
    """Print how long reading and running takes."""
    files = generated(count)
    started = process_time()
    book = load_text(files)
    loaded = process_time()
    cases = sum(len(file.cases) for file in book.cases)
    read = process_time()
    report = run(book)
    ended = process_time()
    assert cases == len(report.results) == len(report.of("passed")) == count
    size = sum(len(text) for name, text in files.items() if name.startswith("cases/"))
    print(f"{count:,} cases in {size / 2**20:.1f} MiB of YAML; the book itself is loaded in {loaded - started:.2f} s")
    print(f"read      {read - loaded:6.2f} s  {count / (read - loaded):9,.0f} cases a second")
    print(f"run       {ended - read:6.2f} s  {count / (ended - read):9,.0f} cases a second")
    print(f"together  {ended - loaded:6.2f} s  {count / (ended - loaded):9,.0f} cases a second")


def generated(count: int) -> dict[str, str]:
    """The texts of the hosting book with generated cases in place of its own."""
    files = {file.relative_to(HOSTING).as_posix(): file.read_text("utf-8") for file in HOSTING.rglob("*.*")}
    kept = {name: text for name, text in files.items() if not name.startswith("cases/")}
    texts = [text for text, _ in zip(_cases(load(HOSTING)), range(count), strict=False)]
    batches = [texts[start : start + A_FILE] for start in range(0, count, A_FILE)]
    return kept | {f"cases/part-{number:03}.yaml": case_file_text(batch) for number, batch in enumerate(batches)}


def _cases(book: Book) -> Iterator[str]:
    """Cases without end: every subscription at every option, day after day, for one amount of debt after another."""
    for number in range(1_000_000):
        for name, held in book.subscriptions.items():
            subscription = replace(held, account_credit=number) if number % 2 else held  # half of them as the file says
            for request in _requests(book, subscription, number):
                decision = book.decide(subscription, request)
                title = f"{name} to {request.plan or request.kind} {request.price}, {number}"
                yield case_text(title, decision, book=book, subscription=subscription, request=request)


def _requests(book: Book, subscription: Subscription, number: int) -> Iterator[ChangeRequest]:
    first = book.request(subscription, kind="cancel", at=f"{subscription.period.start} 10:00")
    cancel = replace(first, at=first.at + number % 25 * DAY)
    yield cancel
    yield from (each.request for each in book.options(subscription, cancel).entries)
    yield ChangeRequest(at=cancel.at, kind="renew", by="system")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
