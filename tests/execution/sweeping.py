"""Killing somebody at points of a way, and counting what is not in the end as it is when nobody is killed.

A way is gone once more, and paused wherever no connection is open. For each point up to the next pause the process is
forked there; the one that is forked off goes on to the point, and ends at it. So each kill is that of a real process
in the middle of its work, and only the work since the pause is done again for it.

What a kill leaves behind is read, all of it. Kills that leave the same behind, row for row, are the same from there on:
the first of them is taken over by another worker, and carried to its end.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace

from planshift.book import Book
from planshift.execution.store.engine import Store, connect
from tests.execution.crashing import Bench, Points, Rows, Stand, Strike, Way, end_myself
from tests.execution.listened import told_again


@dataclass
class Swept:
    """What came of killing somebody at points of ways.

    The `ways` have `points` together, at `kills` of which somebody was killed. What was `left` behind in different ways
    was taken over. `again` is how often somebody who listens was told what they knew, as is agreed with them.
    """

    ways: int = 0
    points: int = 0
    kills: int = 0
    left: int = 0
    lost: int = 0
    doubled: int = 0
    different: int = 0
    again: int = 0
    told: list[str] = field(default_factory=list)

    def add(self, other: Swept) -> None:
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    def compare(self, expected: Rows, found: Rows, *, where: str) -> None:
        """Count what is missing and what is there too often; rows that are changed are neither, and are different."""
        for table, rows in expected.items():
            missing, surplus = rows - found[table], found[table] - rows
            doubled = sum((Counter({row: surplus[row] for row in surplus if rows[row]})).values())
            fewer, more = rows.total() - found[table].total(), found[table].total() - rows.total()
            self.lost += max(fewer, 0)
            self.doubled += max(more, doubled, 0)
            if missing or surplus:
                self.different += 1
                self.told.append(f"{where}: {table}: not there {list(missing)[:2]}, too much {list(surplus)[:2]}")


@dataclass(frozen=True)
class Sweep:
    """Goes a way once in peace, and lets somebody be killed at every `stride`-th of its points."""

    bench: Bench
    strike: Strike = end_myself
    mend: Callable[[], None] = lambda: None
    stride: int = 1
    asks: bool = True

    def sweep(self, book: Book, way: Way, *, first: int = 1) -> Swept:
        """Go a way, and let somebody be killed from its point `first` on."""
        begin = self.bench.begin(book, way)
        peace = Points()
        self.bench.live(way, peace, asks=self.asks)
        found, swept = self.bench.stands(), Swept(ways=1)
        expected = {**found, "acts": Counter(set(found["acts"])), "flaws": Counter[str]()}
        swept.compare(expected, found, where=f"{way.by}, in peace")
        swept.points = len(peace.passed)
        Walk(sweep=self, way=way, peace=peace, expected=expected, first=first, swept=swept).go(begin)
        return swept


@dataclass
class Walk:
    """A way that is gone with pauses, at which others are sent ahead to be killed."""

    sweep: Sweep
    way: Way
    peace: Points
    expected: Rows
    first: int
    swept: Swept
    paused: int = 0
    ahead: bool = False
    taken_over: set[Stand] = field(default_factory=set)

    def __post_init__(self) -> None:
        store = self.sweep.bench.store
        address = store.engine.url.render_as_string(hide_password=False)
        self.points = Points(pause=self._pause)
        self.taker = replace(self.sweep.bench, store=connect(address), life="second")

    def go(self, begin: Stand) -> None:
        """Go the way from its beginning."""
        self.sweep.bench.put(begin)
        try:
            self.sweep.bench.live(self.way, self.points, asks=self.sweep.asks)
        finally:
            if self.ahead:
                os._exit(1)  # the database may have gone away under it, never its own end
        self.taker.store.close()
        assert self.points.passed == self.peace.passed, "the way is not the one that was gone in peace"

    def _pause(self) -> None:
        if self.ahead:
            return
        passed, self.paused = len(self.points.passed), self.paused + 1
        pauses: Sequence[int] = self.peace.pauses
        end = pauses[self.paused] if self.paused < len(pauses) else len(self.peace.passed)
        here: Stand | None = None
        for point in range(passed + 1, end + 1):
            if (point - self.first) % self.sweep.stride == 0:
                here = here or self.taker.stand()
                self._struck(point)
                if not self.ahead:
                    self._left(point, here=here)
                else:
                    return

    def _struck(self, point: int) -> None:
        """Send a process of its own ahead, up to the point."""
        self._disconnect()
        child = os.fork()
        if not child:
            self.ahead, self.points.strikes_at, self.points.strike = True, point, self.sweep.strike
            return
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        assert killed or self.sweep.strike is not end_myself, f"point {point} was not reached"
        self.sweep.mend()
        self.swept.kills += 1

    def _disconnect(self) -> None:
        """No connection is carried into another process that might use it."""
        stores: list[Store] = [self.sweep.bench.store, self.taker.store]
        for store in stores:
            store.close()

    def _left(self, point: int, *, here: Stand) -> None:
        """Let what is left behind be taken over, if that was not seen before; then all is as it was at the pause."""
        left = self.taker.stand()
        if left not in self.taken_over:
            self.taken_over.add(left)
            self.swept.left += 1
            name = "worker" if len(self.taken_over) % 2 else "another worker"
            self.taker.live(self.way, Points(), name=name, asks=self.sweep.asks)
            self.swept.again += told_again(self.taker.told.read_text(encoding="utf-8"))
            where = f"{self.way.by}, {self.peace.passed[point - 1]} ({point})"
            self.swept.compare(self.expected, self.taker.stands(), where=where)
        elif left == here:
            return
        self.taker.put(here)
