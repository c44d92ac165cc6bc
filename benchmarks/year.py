"""A year of customers, and whether the ledger comes to what was decided: python -m benchmarks.year [--customers 10000].

They renew, change up (once that is paid) and down (at the end of the period), call changes off, pay late or never, and
leave. At the end the ledger has to balance, and what it earned has to be the sum of the decisions that were carried
out, to the cent. The exit code is 1 where it is not.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from functools import partial

from planshift.execution.store.migrating import open_store
from tests.execution.year import Year


def _over(day: int, *, days: int, customers: int) -> None:
    """Say now and then how far it is."""
    if day % 10 == 0 or day == days:
        seconds = time.process_time()
        print(f"day {day} of {days}, {customers:,} customers, {seconds:.0f} seconds of processor", flush=True)


def main() -> int:
    """Live through the year, and print what happened."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/year.db")
        year = Year(store=store, customers=given.customers, seed=given.seed)
        opened = time.process_time()
        year.live(given.days, said=partial(_over, days=given.days, customers=given.customers))
        used = time.process_time() - opened
        wrong = year.wrong()
        store.close()
    for what, number in sorted(year.told.items()):
        print(f"{what:24}{number:>14,}")
    print(f"{given.customers:,} customers, {given.days} days, {time.perf_counter() - begin:.0f} seconds")
    print(f"{1000 * used / given.customers:.0f} ms of processor for each customer")
    for each in wrong[:20]:
        print(each)
    print("the ledger comes to what was decided" if not wrong else f"{len(wrong)} things are wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
