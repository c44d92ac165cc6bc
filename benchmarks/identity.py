"""Whether every engine computes what the scalar reading computes, cell by cell, on rows that are meant to be hard.

python -m benchmarks.identity [founding|random] [ROWS] [FIRST LAST] [--engines duckdb,polars,postgresql,spark]

`founding` takes every book of `policies/` with so many rows each (default 50,000), `random` the drawn books FIRST up to
LAST (default 0 200) with so many each (default 3,500). The form is total: every row inside of its intervals has an
answer. So rows are drawn input by input, and all outputs are compared whatever the verdict is: amounts, dates, the
value of every term and the place that settled it. Books are read as wide as any subscription may be, or as narrow as
customers are, in turns: the first needs 128 bits, the second 32 and 64. An engine that cannot do one exactly refuses it
by name; the book is then read narrower, until all can, and the refusal is printed. A book that an engine refuses even
for small amounts is counted as refused.

DuckDB and Polars are compared unless engines are named. A PostgreSQL server and a Spark cluster are started on this
machine and ended again; Spark plans each book for a minute and more, so give it few of them.
"""

from __future__ import annotations

import random  # noqa: TID251  # seeded figures for a benchmark
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import duckdb
import polars as pl
import psycopg

from benchmarks.engines import address
from planshift.billing.calendar import from_day, month_length
from planshift.billing.zones import offset_steps
from planshift.book import Book, load
from planshift.expressions.form import Bool, Int, Node
from planshift.expressions.order import reachable
from planshift.expressions.scalar import compile_scalar
from planshift.population.dialects import DUCKDB, POSTGRESQL, SPARK, quoted
from planshift.population.numbers import NotExact
from planshift.population.polars_form import PolarsForm
from planshift.population.postgresql import connected
from planshift.population.sql import emit, type_of
from planshift.rulebook.kernel import Kernel
from tests.properties.strategies import book_of

Columns = list[tuple[object, ...]]

DAYS = (19_700, 22_400)
"""2023-12-09 to 2031-05-01: where most days are drawn."""
WORDS = ("", "EU", "us", "it's", "staff", "active", "ä")
"""Texts that facts may hold."""


def in_duckdb(outputs: Mapping[str, Node], rows: pl.DataFrame) -> Columns:
    """What DuckDB computes."""
    with duckdb.connect() as engine:
        engine.execute("PRAGMA threads=1")
        engine.execute("SET disabled_optimizers = 'partial_aggregate_pushdown'")
        engine.register("data", rows.to_arrow())
        found = engine.sql(emit(outputs, source="data", dialect=DUCKDB).text()).to_arrow_table()
        return [tuple(map(_plain, column.to_pylist())) for column in found.columns]


def in_polars(outputs: Mapping[str, Node], rows: pl.DataFrame) -> Columns:
    """What Polars computes."""
    return [tuple(column.to_list()) for column in PolarsForm(outputs).computed(rows)]


Compute = Callable[[Mapping[str, Node], pl.DataFrame], Columns]
"""The outputs and the rows of inputs, to the columns of answers in the order of the rows."""

ROW = "row number"


@contextmanager
def by_postgresql() -> Iterator[Compute]:
    """What a server of PostgreSQL computes."""
    with address("postgresql") as url, connected(url) as connection:
        yield lambda outputs, rows: in_postgresql(outputs, rows, connection)


def in_postgresql(outputs: Mapping[str, Node], rows: pl.DataFrame, connection: psycopg.Connection) -> Columns:
    """What PostgreSQL computes, from a table of its own."""
    inputs = {str(node.args[0]): node for node in reachable(tuple(outputs.values())) if node.op == "input"}
    kinds = {ROW: "INTEGER", **{n: type_of(inputs[n], POSTGRESQL) if n in inputs else "INTEGER" for n in rows.columns}}
    columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in kinds.items())
    connection.execute(f"CREATE TEMP TABLE data ({columns}) ON COMMIT DROP".encode())
    with connection.cursor() as cursor, cursor.copy(b"COPY data FROM STDIN (FORMAT csv)") as copying:
        copying.write(rows.with_row_index(ROW).write_csv(include_header=False, quote_style="non_numeric").encode())
    query = emit(outputs, source="data", dialect=POSTGRESQL, carried=(ROW,)).text(more=f" ORDER BY {quoted(ROW)}")
    found = connection.execute(query.encode()).fetchall()
    connection.rollback()
    return [tuple(map(_plain, column)) for column in zip(*found, strict=True)][1:]


@contextmanager
def by_spark() -> Iterator[Compute]:
    """What a cluster of Spark computes."""
    with address("spark") as url:
        from planshift.population.spark import computed, session  # noqa: PLC0415  # it needs pyspark, which is there by now

        def compute(outputs: Mapping[str, Node], rows: pl.DataFrame) -> Columns:
            query = emit(outputs, source="data", dialect=SPARK, carried=(ROW,))
            with session(url) as cluster:
                numbered = rows.with_row_index(ROW).cast({ROW: pl.Int64})
                given = cluster.createDataFrame(numbered.to_arrow())
                found = computed(cluster, given, query=query, source="data").toArrow().sort_by(ROW)
            return [tuple(map(_plain, column.to_pylist())) for column in found.columns][1:]

        yield compute


@contextmanager
def by(compute: Compute) -> Iterator[Compute]:
    """What an engine computes that is in our process."""
    yield compute


ENGINES: Mapping[str, Callable[[], AbstractContextManager[Compute]]] = {
    "duckdb": lambda: by(in_duckdb),
    "polars": lambda: by(in_polars),
    "postgresql": by_postgresql,
    "spark": by_spark,
}
"""The engines that can be compared; those with a server start it."""


def _plain(value: object) -> object:
    """A number beyond 64 bits travels as a decimal."""
    return value if isinstance(value, bool | int | str) else int(str(value))


def hard_days(zone: str) -> list[int]:
    """Ends of months, leap days and what lies around them, and the days around changes of the clock."""
    found = []
    for day in range(*DAYS):
        date = from_day(day)
        if date.day in (1, month_length(date.year, date.month)) or (date.month, date.day) == (2, 28):
            found.append(day)
    for start, _ in offset_steps(zone, first_day=DAYS[0], last_day=DAYS[1]):
        found += [day for day in (start - 1, start, start + 1) if day > 0]
    return found


def is_instant(name: str, node: Int) -> bool:
    """Whether an input is a second."""
    return node.hi >= 2**31 - 1 and name.endswith(("_at", ".at"))


def is_day(name: str) -> bool:
    """Whether an input is a day."""
    return name == "today" or name.endswith(("_on", ".on", ".until", ".start", ".end", ".since", "_through"))


class Drawing:
    """Rows of inputs for one kernel."""

    def __init__(self, kernel: Kernel, zone: str, *, chance: random.Random) -> None:
        nodes = reachable(tuple(kernel.outputs.values()))
        self.inputs = [node for node in nodes if node.op == "input" and node.literal is None]
        self._constants = [node for node in nodes if node.op == "input" and node.literal is not None]
        self._days = hard_days(zone)
        self._chance = chance

    def row(self) -> dict[str, object]:
        """One row. Its days and amounts are near each other more often than not, as they are for a customer."""
        chance = self._chance
        today = chance.choice(self._days) if chance.random() < 0.6 else chance.randint(*DAYS)
        amount = chance.choice((0, 1, 99, 1_001, 1_999, 10**6, chance.randint(0, 10**5)))
        row: dict[str, object] = {str(node.args[0]): node.literal for node in self._constants}
        return row | {str(node.args[0]): self._value(node, today, amount) for node in self.inputs}

    def _value(self, node: Node, today: int, amount: int) -> object:
        chance, name = self._chance, str(node.args[0])
        if isinstance(node, Bool):
            return chance.random() < 0.25
        if not isinstance(node, Int):
            return "active" if name.endswith("status") and chance.random() < 0.8 else chance.choice(WORDS)
        if chance.random() < 0.05:
            return chance.choice((node.lo, node.hi, chance.randint(node.lo, node.hi)))
        if is_instant(name, node):
            near = self._day(name, today) * 86_400 + chance.choice((-1, 0, 1, 43_200, chance.randint(0, 86_399)))
        elif is_day(name):
            near = self._day(name, today)
        else:
            near = chance.choice(self._likely(name, node, amount))
        return max(node.lo, min(near, node.hi))

    def _likely(self, name: str, node: Int, amount: int) -> tuple[int, ...]:
        """Values of a count, an amount or a position that are met often, and those where something tips over."""
        if name.endswith("quantity"):
            return (1, 1, 1, 2, 3, 10)
        if name.endswith("ppm"):
            return (0, 0, 0, 0, 1, 333_333, 500_000, 10**6)
        if name == "request.kind":
            return (0, 0, 0, 0, 1, 2, 3)
        if name.startswith(("usage.", "ended.", "addons.", "bought.", "changes.", "fact.")) or "unpaid" in name:
            return (0, 0, 0, 0, 1, 2, 5, 20)
        if node.hi > 10**6:
            return (0, amount, amount, amount + 1, amount // 2, self._chance.randint(0, 10**5))
        inside = self._chance.randint(node.lo, node.hi)
        return (node.lo, node.hi, inside, inside)

    def _day(self, name: str, today: int) -> int:
        """A day that stands to the day of the question as its name says."""
        chance = self._chance
        away = chance.choice((0, 1, 14, 15, 28, 29, 30, 31, 365, 366, chance.randint(0, 70), chance.randint(0, 800)))
        if "start" in name or "since" in name:
            return today - away
        return (
            today + away
            if "end" in name or "through" in name or "until" in name
            else today + chance.choice((0, 0, away))
        )


WIDTHS = (None, 10**7, 10**5)
"""The largest amounts and counts that a book is read for, widest first; None for any that a subscription may have."""
AWAY = 1_000
"""Where amounts are bounded, days and instants lie no more days than that outside of `DAYS`."""


def kernel_of(book: Book, *, most: int | None) -> Kernel:
    """The kernel for any subscription, or for those whose amounts and counts are no larger."""
    general = book.rulebook.reading().kernel
    if most is None:
        return general
    bounds = {}
    for node in reachable(tuple(general.outputs.values())):
        if node.op == "input" and isinstance(node, Int):
            name = str(node.args[0])
            low, high = 0, most
            if is_instant(name, node) or is_day(name):
                unit = 86_400 if is_instant(name, node) else 1
                low, high = (DAYS[0] - AWAY) * unit, (DAYS[1] + AWAY) * unit
            bounds[name] = (max(node.lo, min(low, node.hi)), max(node.lo, min(node.hi, high)))
    return book.rulebook.kernel(book.zone, renews=False, within=bounds)


def compare(
    engines: Mapping[str, Compute], book: Book, *, rows: int, most: int | None, seed: int
) -> tuple[int, int, dict[str, int], list[str]]:
    """Rows and cells that were compared, the cells that differ by engine, and the engines that refused the book."""
    kernel = kernel_of(book, most=most)
    drawing = Drawing(kernel, book.zone, chance=random.Random(seed))  # noqa: S311  # figures, not secrets
    drawn = [drawing.row() for _ in range(rows)]
    names = list(kernel.outputs)
    access = {str(name): f"row[{str(name)!r}]" for name in kernel.facts.access}
    scalar = compile_scalar(list(kernel.outputs.values()), name="identity", parameters=("row",), access=access)
    wanted: Columns = list(zip(*(scalar.call(row) for row in drawn), strict=True))
    table = pl.DataFrame(
        {str(node.args[0]): [row[str(node.args[0])] for row in drawn] for node in drawing.inputs}
        or {"none": [0] * rows}
    )
    differences: dict[str, int] = {}
    refused = []
    for engine, compute in engines.items():
        try:
            found = compute(kernel.outputs, table)
        except NotExact as error:
            refused.append(str(error))
            continue
        bad = 0
        for name, mine, its in zip(names, wanted, found, strict=True):
            if mine != its:
                at = [k for k, (a, b) in enumerate(zip(mine, its, strict=True)) if a != b]
                bad += len(at)
                print(f"  {engine}, {name}: {its[at[0]]} instead of {mine[at[0]]} for {drawn[at[0]]}")
        differences[engine] = bad
    return rows, rows * len(names), differences, refused


def compare_widest(
    engines: Mapping[str, Compute], name: str, *, book: Book, rows: int, number: int
) -> tuple[int, int, dict[str, int]]:
    """The same for the widest numbers that every engine can do, no rows where there are none; refusals are printed."""
    for most in WIDTHS[number % 2 :]:
        done, each, differences, refused = compare(engines, book, rows=rows, most=most, seed=number)
        if not refused:
            return done, each, differences
        print(f"  {name}, {'any amount' if most is None else f'up to {most:,}'}: {'; '.join(refused)}")
    return 0, 0, {}


def books(which: str, span: tuple[int, int]) -> Iterator[tuple[str, Book]]:
    """The books, by name."""
    if which == "founding":
        for path in sorted(Path("policies").glob("*/policy.yaml")):
            yield path.parent.name, load(path.parent)
    else:
        for seed in range(*span):
            yield f"random {seed}", book_of(seed)[1]


def main(engines: Mapping[str, Compute], which: str, *, rows: int, span: tuple[int, int]) -> None:
    """Compare, and tell how it stands as it goes on."""
    begin, count, refused = time.perf_counter(), 0, 0
    compared: dict[str, int] = dict.fromkeys(engines, 0)
    cells: dict[str, int] = dict.fromkeys(engines, 0)
    different: dict[str, int] = dict.fromkeys(engines, 0)
    for number, (name, book) in enumerate(books(which, span)):
        done, each, differences = compare_widest(engines, name, book=book, rows=rows, number=number)
        if not differences:
            print(f"{name}: refused by name", flush=True)
            refused += 1
            continue
        count += 1
        for engine, bad in differences.items():
            compared[engine] += done
            cells[engine] += each
            different[engine] += bad
        print(f"{name}: {sum(differences.values())} differences, {time.perf_counter() - begin:.0f} s", flush=True)
    for engine in engines:
        told = f"{compared[engine]:,} rows, {cells[engine]:,} cells, {different[engine]} differences"
        print(f"{engine}: {count} books, {told}; {refused} books refused by name")


if __name__ == "__main__":
    told, chosen = sys.argv[1:], ["duckdb", "polars"]
    if "--engines" in told:
        at = told.index("--engines")
        chosen = told[at + 1].split(",")
        del told[at : at + 2]
    kind = told[0] if told else "founding"
    default = 50_000 if kind == "founding" else 3_500
    first, last = (int(each) for each in told[2:4]) if len(told) > 3 else (0, 200)
    with ExitStack() as running:
        opened = {name: running.enter_context(ENGINES[name]()) for name in chosen}
        main(opened, kind, rows=int(told[1]) if len(told) > 1 else default, span=(first, last))
