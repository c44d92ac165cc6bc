"""Polars computes what the scalar reading computes, and writes the answers that DuckDB writes, cell by cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random  # noqa: TID251  # seeded: same seed, same graph

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

from planshift.billing.change import ChangeRequest
from planshift.billing.rounding import ROUNDING_MODES
from planshift.book import Book, load_text
from planshift.diagnostics.errors import InvalidInput
from planshift.expressions.form import Form, Int, Node, Steps, Table
from planshift.population.asking import Question
from planshift.population.choosing import engine_of
from planshift.population.data import connect, open_data
from planshift.population.deciding import Deciding
from planshift.population.making import Making
from planshift.population.numbers import NotExact
from planshift.population.polars_form import PolarsForm
from tests.population.kernels import compared_kernels
from tests.properties.forms import draw_graph, draw_inputs
from tests.properties.strategies import book_of
from tests.reference.nodes import Value, evaluate

AT, DAY = 1_773_223_200, 20_523
"""2026-03-11, as an instant and as a day number."""


def answered(outputs: Mapping[str, Node], rows: Sequence[Mapping[str, Value]]) -> list[tuple[Value, ...]]:
    """What Polars answers for some rows, in their order."""
    return PolarsForm(outputs).computed(pl.DataFrame(rows, infer_schema_length=None)).rows()


def named(nodes: Sequence[Node]) -> dict[str, Node]:
    return {f"out {k}": node for k, node in enumerate(nodes)}


def test_any_graph_is_read_as_it_is_walked() -> None:
    for seed in range(15):
        chance = Random(seed)  # noqa: S311  # chance for tests, not for secrets
        nodes = draw_graph(chance, size=chance.choice((5, 30, 120)))
        rows = [draw_inputs(chance) for _ in range(40)]
        assert answered(named(nodes), rows) == [evaluate(nodes, row) for row in rows], seed


def test_every_kernel_is_read_as_the_scalar_reading_reads_it() -> None:
    assert compared_kernels(2, answered) > 80


def test_products_beyond_64_bits_are_rounded_exactly() -> None:
    form = Form()
    x, y, z = (form.whole_input(name, low=1, high=10**12) for name in "xyz")
    nodes = [(x * y).muldiv(x, z * 2, mode) for mode in ROUNDING_MODES] + [x * y * x // z, (0 - x * y * x) % z]
    chance = Random(5)  # noqa: S311  # chance for tests, not for secrets
    odd = [chance.randrange(1, 10**12, 2) for _ in range(200)]
    rows: list[dict[str, Value]] = [{"x": a, "y": b, "z": a} for a, b in zip(odd, reversed(odd), strict=True)]  # ties
    rows += [{name: chance.choice((1, 10**12 - 1, 10**12, chance.randint(1, 10**12))) for name in "xyz"} for _ in odd]
    assert answered(named(nodes), rows) == [evaluate(nodes, row) for row in rows]


def test_a_batch_whose_rows_are_all_alike_is_compared_row_by_row() -> None:
    """A choice that every row of a batch makes alike is one value to Polars, and it is compared in each row."""
    form = Form()
    x, y = (form.whole_input(name, low=0, high=10) for name in "xy")
    choice = (x < 5).choose(form.lit(7), y + 1)
    assert isinstance(choice, Int)
    nodes: list[Node] = [choice, choice > 8, choice < 8, choice.same(9), form.lit(9).same(choice)]
    rows: list[dict[str, Value]] = [{"x": k, "y": 8} for k in (1, 2, 3)]
    assert answered(named(nodes), rows) == [evaluate(nodes, row) for row in rows]


def test_tables_and_steps_answer_every_key_however_far_they_reach() -> None:
    """By position from a key below zero on, by search where keys are far apart, and by choice where pieces are few."""
    form = Form()
    near = form.whole_input("near", low=-7, high=40)
    far = form.whole_input("far", low=-(10**11), high=10**11)
    sparse = Table("sparse", sparse=tuple((7 * k - 70, k) for k in range(1, 40)), default=-1)
    starts = (-(10**10), -5, 0, 3, 9, 10**10)
    steps, few = Steps("steps", starts, tuple(range(6))), Steps("few", starts[1:4], (4, 5, 6))
    nodes: list[Node] = [form.lookup(sparse, key) for key in (near, far)]
    nodes += [form.steps(each, key) for each in (steps, few) for key in (near, far)]
    keys = [*starts, *(start - 1 for start in starts), *(start + 1 for start in starts), -63, -7, 40]
    rows: list[dict[str, Value]] = [{"near": max(-7, min(key, 40)), "far": key} for key in keys]
    assert answered(named(nodes), rows) == [evaluate(nodes, row) for row in rows]


def test_numbers_wider_than_the_engine_are_refused_by_the_name_of_their_output() -> None:
    form = Form()
    x = form.whole_input("x", low=0, high=10**18)
    with pytest.raises(NotExact, match="Polars cannot compute `cubed` exactly: it needs whole numbers of 55 digits"):
        PolarsForm({"plain": x, "cubed": x * x * x})


def test_everybody_is_decided_to_the_same_cell(tmp_path: Path) -> None:
    """Customers of two time zones, so that there are two kernels, and one who is set aside; in Arrow's own format."""
    _, book = book_of(1)
    target = book.catalog.plans[2]
    with connect(threads=1) as engine:
        opened = open_data(engine, book, where=str(made_people(book, tmp_path)))
        asked = Question(kind="change", request=ChangeRequest(at=AT, plan=target.name, price=target.prices[0].id))
        deciding = Deciding(opened=opened, question=asked)
        slices = deciding.slices()
        assert [bad.number for bad in deciding.bad_rows(slices)] == [1]
        answers, ticks = [], list[int]()
        for name in ("duckdb", "polars"):
            chosen = replace(deciding, engine=engine_of(name))
            chosen.write(slices, tmp_path / name, with_terms=True, tick=ticks.append)
            found = pq.read_table(tmp_path / name).sort_by("id")
            answers.append(([(field.name, field.type) for field in found.schema], found.to_pylist()))
    assert answers[0] == answers[1]
    assert len(answers[1][1]) == sum(ticks) == deciding.questions(slices) == 99


def made_people(book: Book, folder: Path) -> Path:
    """A hundred customers; the plan of the first is unknown."""
    with connect(threads=1) as engine:
        Making(book=book, rows=100, seed=7, day=DAY).write(engine, folder / "made.parquet")
    made = pq.read_table(folder / "made.parquet")
    zones = [None if k % 3 else "America/New_York" for k in range(made.num_rows)]
    plans = ["no such plan", *made["plan"].to_pylist()[1:]]
    for name, column in {"timezone": zones, "plan": plans}.items():
        made = made.set_column(made.column_names.index(name), name, pa.array(column, pa.string()))
    feather.write_feather(made, folder / "people.arrow", compression="uncompressed")
    return folder / "people.arrow"


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_a_book_that_an_engine_cannot_compute_exactly_is_refused(engine: str, tmp_path: Path) -> None:
    dear = "{ every: 1 month, EUR: '9000000000000.00' }"
    book = load_text(
        {
            "catalog.yaml": "plans:"
            + "".join(f"\n  {plan}: {{ title: Plan, prices: {{ m: {dear} }} }}" for plan in "ab"),
            "policy.yaml": "policy_language: 1\ncurrency: EUR\nterms: { any: { proration: { unit: second }, "
            "rounding: { place: net } } }\npaths: [{ from: a, upgrades: [b] }]",
        }
    )
    people = (
        "id,plan,period_start,period_end,quantity\n1,a,2026-03-01,2026-04-01,1\n2,a,2026-03-05,2026-04-05,1000000\n"
    )
    (tmp_path / "people.csv").write_text(people)
    with connect() as connection:
        asked = Question(kind="change", request=ChangeRequest(at=AT, plan="b", price="m"))
        opened = open_data(connection, book, where=str(tmp_path / "people.csv"))
        deciding = Deciding(opened=opened, question=asked, engine=engine_of(engine))
        with pytest.raises(
            InvalidInput, match=r"PS541.* cannot compute `\w+` exactly: it needs whole numbers of 40 digits"
        ):
            deciding.write(deciding.slices(), tmp_path / "out", with_terms=False)
