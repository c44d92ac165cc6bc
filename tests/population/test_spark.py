"""Spark, on a cluster of a master and two workers, computes what the scalar reading computes, cell by cell."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random  # noqa: TID251  # seeded: same seed, same graph

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from planshift.billing.change import ChangeRequest
from planshift.book import Book
from planshift.diagnostics.errors import InvalidInput
from planshift.expressions.order import reachable
from planshift.population.asking import Question
from planshift.population.choosing import engine_of
from planshift.population.data import connect, open_data
from planshift.population.deciding import Deciding
from planshift.population.dialects import SPARK
from planshift.population.making import Making
from planshift.population.sql import emit
from tests.population.cluster import running_cluster
from tests.population.tables import table_of
from tests.properties.forms import draw_graph, draw_inputs
from tests.properties.strategies import book_of
from tests.reference.nodes import evaluate

ROOT = Path(__file__).parents[2]
SPARK_FOLDER = ROOT / ".venv/spark"
AT, DAY = 1_773_223_200, 20_523
"""2026-03-11, as an instant and as a day number."""

pytestmark = [
    pytest.mark.fresh,
    pytest.mark.xdist_group("spark"),
    pytest.mark.filterwarnings("default"),  # pyspark's own
]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The master of a cluster."""
    if shutil.which("java") is None:  # a desk may do without a cluster, continuous integration may not
        assert not os.environ.get("CI"), "Spark needs Java"
        pytest.skip("Spark needs Java")
    subprocess.run([ROOT / "scripts/get_spark.sh"], check=True)
    with pytest.MonkeyPatch.context() as changed, running_cluster(SPARK_FOLDER / "pyspark") as (found, environment):
        changed.syspath_prepend(SPARK_FOLDER)
        for name, value in environment.items():
            changed.setenv(name, value)
        from planshift.population.spark import session  # noqa: PLC0415  # it needs pyspark, which is there by now

        with session(found):  # one for all tests
            yield found
        _end_gateway()


def _end_gateway() -> None:
    """End the program that pyspark has started beside this one."""
    from pyspark import SparkContext  # noqa: PLC0415  # it is there once the cluster is

    gateway = SparkContext._gateway
    if gateway is not None:
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait(timeout=60)
        SparkContext._gateway = SparkContext._jvm = None


def test_any_graph_is_read_as_it_is_walked(address: str) -> None:
    from planshift.population.spark import computed, session  # noqa: PLC0415  # it needs pyspark, as above

    chance = Random(0)  # noqa: S311  # chance for tests, not for secrets
    nodes = draw_graph(chance, size=30)
    rows = [draw_inputs(chance) for _ in range(40)]
    given = table_of([node for node in reachable(nodes) if node.op == "input"], rows)
    given = given.append_column("row", pa.array([str(k) for k in range(len(rows))]))
    query = emit({f"out {k}": n for k, n in enumerate(nodes)}, source="data", dialect=SPARK, carried=("row",))
    with session(address) as cluster:
        assert cluster.conf.get("spark.sql.ansi.enabled") == "true"
        found = computed(cluster, cluster.createDataFrame(given), query=query, source="data").toArrow().to_pylist()
    told = [tuple(row.values())[1:] for row in sorted(found, key=lambda row: int(row["row"]))]
    assert told == [evaluate(nodes, row) for row in rows]


def decided(book: Book, data: Path, out: Path, *, engine: str) -> list[dict[str, object]]:
    """The answers, in the order of their ids."""
    asked = Question(kind="change", request=ChangeRequest(at=AT, plan=book.catalog.plans[2].name))
    with connect(threads=1) as door:
        opened = open_data(door, book, where=str(data))
        deciding = Deciding(opened=opened, question=asked, engine=engine_of(engine))
        deciding.write(deciding.slices(), out, with_terms=True)
    found: list[dict[str, object]] = pq.read_table(out).sort_by("id").to_pylist()
    return found


@pytest.fixture(scope="module")
def book() -> Book:
    return book_of(12)[1]  # in a dozen steps: the cluster takes a second to look through each


@pytest.fixture(scope="module")
def people(book: Book, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of customers."""
    data = tmp_path_factory.mktemp("people") / "people.parquet"
    with connect(threads=1) as engine:
        Making(book=book, rows=120, seed=7, day=DAY).write(engine, data)
    return data


def test_everybody_is_decided_to_the_same_cell(book: Book, people: Path, address: str, tmp_path: Path) -> None:
    """By way of a folder that everybody sees, in which nothing is left behind."""
    shared = tmp_path / "shared"
    shared.mkdir()
    here = decided(book, people, tmp_path / "here", engine="duckdb")
    assert len(here) > 30
    assert decided(book, people, tmp_path / "there", engine=f"{address}?folder={shared}") == here
    assert not list(shared.iterdir())


def test_answers_that_stay_with_the_workers_are_missed(
    book: Book, people: Path, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where each worker writes into a folder of its own that is called the same."""
    from pyspark.sql import DataFrameWriter  # noqa: PLC0415  # it is there once the cluster is

    monkeypatch.setattr(DataFrameWriter, "parquet", lambda *_: None)
    with pytest.raises(InvalidInput, match="not every answer came back"):
        decided(book, people, tmp_path / "there", engine=address)


def test_a_folder_that_is_not_there_is_said(book: Book, people: Path, address: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="No such file or directory"):
        decided(book, people, tmp_path / "there", engine=f"{address}?folder={tmp_path}/nowhere")
