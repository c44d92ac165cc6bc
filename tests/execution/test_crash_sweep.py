"""Whoever dies in the middle of an order: nothing is lost, nothing is there twice, all ends as without the crash.

All points of all plans are gone through by `python -m benchmarks.crash_sweep`; here it is some of every kind.
"""

from __future__ import annotations

import os
from functools import lru_cache, partial
from pathlib import Path

import pytest

from planshift.book import Book, load
from planshift.execution.store.engine import Store, connect
from planshift.execution.store.migrating import open_store, upgrade
from tests.execution.crashing import LISTENED, Bench, Way, ways_of
from tests.execution.postgres import binaries, crash, fresh_database, restart, running_server
from tests.execution.sweeping import Sweep, Swept

POLICIES = Path(__file__).parents[2] / "policies"
STRIDE = 29
"""One of so many points; each way begins at another one."""


@lru_cache(maxsize=1)
def atomia() -> tuple[Book, tuple[Way, ...]]:
    book = load(POLICIES / "atomia")
    return book, tuple(ways_of(book))


def swept(sweep: Sweep, *, by: str | None = None, most: int = 6) -> Swept:
    book, ways = atomia()
    found = Swept()
    chosen = [way for way in ways if by in (None, way.by)][:most]
    for number, way in enumerate(chosen):
        found.add(sweep.sweep(book, way, first=1 + 4 * number % sweep.stride))
    return found


def nothing_is_wrong(found: Swept) -> None:
    assert found.kills > found.ways
    assert (found.lost, found.doubled, found.different) == (0, 0, 0), found.told


def test_a_worker_that_is_killed_leaves_nothing_behind(store: Store, tmp_path: Path) -> None:
    nothing_is_wrong(swept(Sweep(bench=Bench(store=store, folder=tmp_path), stride=STRIDE)))


def test_a_system_that_is_not_asked_before_a_new_try_would_be_found_out(sqlite_url: str, tmp_path: Path) -> None:
    store = open_store(sqlite_url)
    unasked = Sweep(bench=Bench(store=store, folder=tmp_path), stride=STRIDE, asks=False)
    found = swept(unasked, by="outside", most=1)
    store.close()
    assert found.doubled > 0
    assert any("acts" in line for line in found.told)


def test_who_listens_is_told_everything_in_its_order_and_something_again(sqlite_url: str, tmp_path: Path) -> None:
    store = open_store(sqlite_url)
    found = swept(Sweep(bench=Bench(store=store, folder=tmp_path), stride=3), by=LISTENED, most=1)
    store.close()
    nothing_is_wrong(found)
    assert found.again > 0  # by whoever was killed between telling and the record of it


def test_a_server_that_is_killed_loses_nothing_that_was_committed(tmp_path: Path) -> None:
    programs = binaries()
    if programs is None:  # a desk may do without a server, continuous integration may not
        assert not os.environ.get("CI"), "PostgreSQL is not installed"
        pytest.skip("PostgreSQL is not installed")
    with running_server(programs) as folder, fresh_database(folder) as url:
        store = connect(url)
        upgrade(store)
        bench = Bench(store=store, folder=tmp_path)
        again = partial(restart, programs, folder)
        found = swept(Sweep(bench=bench, strike=partial(crash, folder), mend=again, stride=STRIDE), by="ledger", most=1)
        store.close()
    nothing_is_wrong(found)
