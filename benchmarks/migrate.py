"""A migration of many: orders placed and carried out a second, and whether one that is stopped goes on where it was.

Run by hand: python -m benchmarks.migrate [CUSTOMERS] [STORE]

Customers of the flagship are made up, and those of bronze move to silver by the commands themselves: a preview, a run
that is stopped by SIGTERM when some of the orders are placed, the same command again, and a worker. Seconds of
processor time are those of the commands, whatever else the machine does. STORE is a postgresql:// address of an empty
database; without it orders are kept in a file of SQLite. The last line says whether a subscription has two orders, and
what became of all of them.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from planshift.execution.store.engine import connect
from planshift.execution.store.tables import orders

ROOT = Path(__file__).parents[1]
BOOK = ROOT / "policies/hosting"
NAME = "benchmark"
DAY = "2026-03-11"


def planshift(folder: Path, arguments: Sequence[str], *, watch: Callable[[], bool] = lambda: False) -> float:
    """Run a command, and stop it once `watch` says so; its seconds of processor time."""
    before = os.times()
    command = [sys.executable, str(ROOT / "cli.py"), *arguments]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as process:  # noqa: S603  # our own command
        while process.poll() is None:
            time.sleep(0.05)
            if watch():
                process.send_signal(signal.SIGTERM)
                process.wait()
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def placed(engine: Engine) -> int:
    """How many orders there are; none while there is no table of them."""
    try:
        with engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(orders)) or 0
    except (OperationalError, ProgrammingError):
        return 0


def measure(customers: int, address: str, folder: Path) -> None:
    """Every step, and what it took."""
    data = folder / "people.parquet"
    planshift(folder, ["population", "make", str(BOOK), "-n", str(customers), "--on", DAY, "--out", str(data)])
    asked = ["migrate", str(BOOK), str(data), "--from", "bronze", "--to", "silver", "--at", DAY]
    placing = [*asked, "--place", NAME, "--store", address, "--batch", "100"]
    preview = planshift(folder, asked)
    engine = connect(address).engine
    first = planshift(folder, placing, watch=lambda: placed(engine) > 0)
    stopped_at = placed(engine)
    second = planshift(folder, placing)
    everybody = placed(engine)
    print(f"{customers:,} customers decided in {preview:.1f} s of processor time, {everybody:,} orders")
    print(f"stopped at {stopped_at:,}: {first:.1f} s; the rest: {second:.1f} s")
    net = max(first + second - 2 * preview, 0.1)
    print(f"  {everybody / net:,.0f} orders placed a second of processor time, beyond deciding everybody in each run")
    carried = planshift(folder, ["worker", "--once", "--at", DAY, "--store", address])
    print(f"  {everybody / carried:,.0f} orders carried out a second, in {carried:.1f} s")
    with engine.connect() as connection:
        twice = connection.scalar(text("SELECT count(*) - count(DISTINCT subscription) FROM orders"))
        states = connection.execute(text("SELECT state, count(*) FROM orders GROUP BY state ORDER BY state")).all()
    print(f"  {twice} subscriptions have two orders; {', '.join(f'{count:,} {state}' for state, count in states)}")


if __name__ == "__main__":
    rows = int(float(sys.argv[1])) if len(sys.argv) > 1 else 20_000
    with TemporaryDirectory() as kept:
        measure(rows, sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{kept}/orders.db", Path(kept))
