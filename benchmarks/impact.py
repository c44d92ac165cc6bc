"""What an edit does to everybody: how long it takes, and whether its sums are those of decisions one by one.

python -m benchmarks.impact time [ROWS]      the flagship: two edits, seconds and memory, reports included
python -m benchmarks.impact sums [ROWS]      the same against decisions one by one: customers, kinds and amounts
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq

from planshift.book import load_text
from planshift.impact.assess import Assessment, Edit
from planshift.impact.html import to_html
from planshift.impact.markdown import to_markdown
from planshift.population.data import connect
from tests.impact.edits import Change, edited, hosting, one_by_one, people, sums, to

EDITS: dict[str, Change] = {
    "fee and price raised": {
        "policy.yaml": ("fee: [5 EUR, 6 USD, 800 JPY]", "fee: [8 EUR, 9 USD, 1200 JPY]"),
        "catalog.yaml": ('EUR: "59.00"', 'EUR: "64.00"'),
    },
    "plan sold no longer, a rule added": {
        "catalog.yaml": ("  dns-plus:\n    title: DNS Plus\n", "  dns-more:\n    title: DNS Plus\n"),
        "policy.yaml": ("[dns, dns-plus]", "[dns, dns-more]"),
        "policy.rules": (
            "# What is refused",
            'rule "Cards only" when from = trial and customer.pays_by = invoice deny "Pay by card."',
        ),
    },
}
QUESTION = to("gold", "monthly")


@contextmanager
def told(what: str) -> Iterator[None]:
    """Print what something took: on the clock, and of processors."""
    begin, used = time.perf_counter(), _processors()
    yield
    print(f"  {what}: {time.perf_counter() - begin:.1f} s, {_processors() - used:.1f} s of processors", flush=True)


def _processors() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def the_time(rows: int) -> None:
    """Both edits over many rows, with their reports."""
    with TemporaryDirectory() as folder:
        data = people(hosting(), Path(folder) / "people.parquet", rows=rows)
        for name, change in EDITS.items():
            print(name)
            with told(f"{rows:,} rows, all of it"):
                _assess(change, data, Path(folder))
    print(f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:,} MB")


def _assess(change: Change, data: Path, folder: Path) -> None:
    old, new = load_text(hosting()), load_text(edited(hosting(), change))
    with TemporaryDirectory(dir=folder) as kept, connect(spill=Path(kept)) as engine:
        assessment = Assessment(
            engine=engine,
            edit=Edit(old=old, new=new, names=("old", "new")),
            question=QUESTION,
            data=str(data),
            folder=Path(kept),
            progress=told,
        )
        impact = assessment.impact()
        (Path(kept) / "impact.html").write_text(to_html(impact), encoding="utf-8")
        (Path(kept) / "impact.md").write_text(to_markdown(impact), encoding="utf-8")
        print(f"  {impact.counts.customers:,} of {impact.compared.subscriptions:,} customers differ")


def the_sums(rows: int) -> None:
    """Both edits, row by row, by single decisions."""
    with TemporaryDirectory() as folder:
        data = people(hosting(), Path(folder) / "people.parquet", rows=rows)
        for name, change in EDITS.items():
            books = load_text(hosting()), load_text(edited(hosting(), change))
            with TemporaryDirectory(dir=folder) as kept, connect(spill=Path(kept)) as engine:
                edit = Edit(old=books[0], new=books[1], names=("old", "new"))
                assessment = Assessment(engine=engine, edit=edit, question=QUESTION, data=str(data), folder=Path(kept))
                impact = assessment.impact()
                found = {row["row"] for row in pq.read_table(assessment.differences, columns=["row"]).to_pylist()}
            pairs = one_by_one(books, data, QUESTION)
            wanted = {pair.row for pair in pairs if pair.differs}
            figures = {each.currency: each for each in impact.sums}
            other = [
                (currency, measure)
                for currency, measures in sums(pairs).items()
                for measure, minor in measures.items()
                if getattr(figures[currency], measure).minor != minor
            ]
            print(
                f"{name}: {len(pairs):,} answers one by one, {len(wanted):,} differ; {len(wanted ^ found)} told wrongly"
            )
            print(f"  sums of {len(figures)} currencies, three each: {len(other)} are others {other or ''}")


if __name__ == "__main__":
    what = sys.argv[1] if len(sys.argv) > 1 else "time"
    count = int(float(sys.argv[2])) if len(sys.argv) > 2 else (1_000_000 if what == "time" else 10_000)
    the_time(count) if what == "time" else the_sums(count)
