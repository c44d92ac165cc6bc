"""Data in every form gives the same answers, and nothing of it is left out without being told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from planshift.billing.change import ChangeRequest
from planshift.book import Book, load, load_text
from planshift.diagnostics.errors import InvalidInput
from planshift.population.asking import Question
from planshift.population.columns import columns_of
from planshift.population.data import connect, open_data
from planshift.population.deciding import BadRow, Deciding
from planshift.population.documents import Flaw, flaws_of
from planshift.population.making import Making
from planshift.population.set_aside import SetAside, write_bad
from planshift.population.summary import summary_of
from tests.population.rows import row_of, table_of_rows
from tests.population.test_deciding import AT

TODAY = date(2026, 3, 11)

COLUMNS = "id, plan, price, quantity, period_start, period_end, paid, discount_percent, renewals, changes"
"""Some of each kind: the fewer there are, the quicker is a query planned."""

NEEDED = ("id", "plan", "price", "period_start", "period_end", "changes")

CATALOG = """\
plans:
  small: { title: Small, module: m, prices: { monthly: { every: 1 month, EUR: "9.00" } } }
  large: { title: Large, module: m, prices: { monthly: { every: 1 month, EUR: "19.00" } } }
"""

POLICY = """\
policy_language: 1
book: shop
currency: EUR
timezone: Europe/Stockholm
groups: { ladder: { direction: by_list, members: [small, large] } }
"""

ASKS = """\
facts:
  request:
    type: object
    properties: { urgent: { type: boolean, description: whether it cannot wait } }
    required: [urgent]
rules: |
  rule "Nothing is urgent here"
    when request.urgent
    deny "It can wait."
"""


def book_with(more: str = "") -> Book:
    return load_text({"policy.yaml": POLICY + more, "catalog.yaml": CATALOG})


def to_large() -> Question:
    return Question(kind="change", request=ChangeRequest(at=AT, plan="large"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Customers of the small book in every form that data may have."""
    folder = tmp_path_factory.mktemp("forms")
    with connect(threads=1) as engine:
        Making(book=book_with(), rows=40, seed=5, day=20_523).write(engine, folder / "all.parquet")
        engine.execute(f"ATTACH '{folder / 'people.duckdb'}' AS other")
        source = f"read_parquet('{folder / 'all.parquet'}')"
        engine.execute(f"CREATE TABLE other.people AS SELECT {COLUMNS} FROM {source}")  # noqa: S608  # our own files
        for name, form in (("csv", "csv, HEADER"), ("jsonl", "json"), ("parquet", "parquet")):
            engine.execute(f"COPY other.people TO '{folder / f'people.{name}'}' (FORMAT {form})")
    pyarrow.feather.write_feather(
        pq.read_table(folder / "people.parquet"), str(folder / "people.arrow"), "uncompressed"
    )
    return folder


def at_the_door(data: str) -> list[tuple[object, ...]]:
    """Everything that is read of each row, and what it is decided from."""
    with connect(threads=1) as engine:
        opened = open_data(engine, book_with(), where=data)
        query = opened.door.query(book_with().zone)
        return sorted(engine.execute(query.text()).fetchall(), key=repr)


@pytest.mark.parametrize("name", ["people.csv", "people.jsonl", "people.arrow", "people.duckdb#people"])
def test_what_is_decided_from_is_that_of_parquet(made: Path, name: str) -> None:
    wanted = at_the_door(str(made / "people.parquet"))
    assert len(wanted) == 40
    assert at_the_door(str(made / name)) == wanted


def aside(book: Book, data: Path, told: Mapping[str, str] | None = None) -> tuple[int, list[BadRow]]:
    """How many rows are said to be set aside, and those that are."""
    with connect(threads=1) as engine:
        opened = open_data(engine, book, where=str(data), told=told)
        deciding = Deciding(opened=opened, question=to_large())
        slices = deciding.slices()
        return deciding.aside(slices), list(deciding.bad_rows(slices))


def test_lines_that_are_no_rows_are_counted_and_named(made: Path, tmp_path: Path) -> None:
    lines = (made / "people.csv").read_text("utf-8").splitlines()
    data = tmp_path / "people.csv"
    data.write_text("\n".join([*lines[:3], "s,small", *lines[3:], lines[-1] + ",9"]) + "\n", encoding="utf-8")
    count, rows = aside(book_with(), data)
    assert count == 2
    assert [row.flaws[0].message for row in rows] == [
        "line 4 is no row: it has fewer columns than the first line",
        "line 43 is no row: it has more columns than the first line",
    ]


def test_lines_that_are_no_json_are_counted_and_named(made: Path, tmp_path: Path) -> None:
    """Each by its line of the file, empty lines counted, as an editor counts them; so are rows that are wrong."""
    first, second, third, *rest = (made / "people.jsonl").read_text("utf-8").splitlines()
    wrong = json.dumps({**json.loads(third), "quantity": "two"})
    lines = ["", first, '{"id": "x", ', " \t", "", second, "[1]", wrong, '{"id": "y"} {"id": "z"}', *rest, "", "null"]
    data = tmp_path / "people.jsonl"
    data.write_text("\r\n".join(lines), encoding="utf-8")
    count, rows = aside(book_with(), data)
    said = {row.number: row.flaws[0].message for row in rows}
    assert (count, len(said)) == (5, 5)
    no_object = "the line is no JSON object, or has none of the columns"
    assert {number: said.pop(number) for number in (3, 7, 9, len(lines))} == dict.fromkeys(
        (3, 7, 9, len(lines)), no_object
    )
    assert list(said) == [8]
    assert "two" in said[8]


def test_a_fact_that_nobody_says_is_asked_for_once(made: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        aside(book_with(ASKS), made / "people.parquet")
    (found,) = refused.value.diagnostics
    assert found.message == "the fact `urgent` of the request is missing, and the data has no column `request_urgent`"
    assert found.help == "say it with --fact urgent=VALUE, or name its column: --map request_urgent=THEIRS"


def test_a_fact_that_is_told_holds_for_everybody(made: Path, tmp_path: Path) -> None:
    data = made / "people.parquet"  # says nothing of it
    with connect(threads=1) as engine:
        opened = open_data(engine, book_with(ASKS), where=str(data), told={"urgent": "true"})
        deciding = Deciding(opened=opened, question=to_large())
        deciding.write(deciding.slices(), tmp_path / "answers", with_terms=False)
        found = summary_of(deciding.opened, tmp_path / "answers", good=40, bad=0)
    assert {each.what: each.answers for each in found.reasons}["rule"] == 40


def test_the_first_day_of_a_window_counts_as_for_one(tmp_path: Path) -> None:
    """One change in 30 days: the day 30 days ago lies outside, the one after it inside."""
    book = book_with("terms: { any: { frequency: 1 per 30 days } }\n")
    held = [
        book.subscription(
            {
                "id": f"{back} days ago",
                "customer": {"id": "c"},
                "plan": "small",
                "price": "monthly",
                "period": {"start": "2026-03-01", "end": "2026-04-01"},
                "changes": [str(TODAY - timedelta(days=back))],
            }
        )
        for back in (0, 1, 29, 30, 31)
    ]
    rows = [{name: row_of(book, each)[name] for name in NEEDED} for each in held]
    pq.write_table(table_of_rows(rows), tmp_path / "people.parquet")
    question = to_large()
    with connect(threads=1) as engine:
        deciding = Deciding(opened=open_data(engine, book, where=str(tmp_path / "people.parquet")), question=question)
        deciding.write(deciding.slices(), tmp_path / "answers", with_terms=False)
    found = {row["id"]: row["reasons"] for row in pq.read_table(tmp_path / "answers").to_pylist()}
    request = replace(question.request, price="monthly")
    assert found == {each.id: [reason.code for reason in book.decide(each, request).reasons] for each in held}
    assert sorted(name for name, reasons in found.items() if reasons) == ["0 days ago", "1 days ago", "29 days ago"]


def test_renewals_tell_who_switches_and_whose_switch_cannot_be_taken(tmp_path: Path) -> None:
    book = load("policies/hosting")
    with connect(threads=1) as engine:
        Making(book=book, rows=300, seed=7, day=20_523).write(engine, tmp_path / "all.parquet")
        few = f"(SELECT {COLUMNS} FROM read_parquet('{tmp_path / 'all.parquet'}'))"  # noqa: S608  # our own file
        engine.execute(f"COPY {few} TO '{tmp_path / 'people.parquet'}'")
        question = Question(kind="renewal", request=ChangeRequest(at=AT, by="system"))
        deciding = Deciding(opened=open_data(engine, book, where=str(tmp_path / "people.parquet")), question=question)
        slices = deciding.slices()
        deciding.write(slices, tmp_path / "answers", with_terms=False)
        found = summary_of(deciding.opened, tmp_path / "answers", good=300, bad=0, renews=True)
    renewed = {each.what: each.answers for each in found.switches}
    assert renewed.keys() == {"", "switch 1 from trial"}
    assert sum(renewed.values()) == {each.what: each.answers for each in found.verdicts}["allowed"]


def test_sums_have_the_decimals_of_their_currency(tmp_path: Path) -> None:
    book = load("policies/hosting")
    question = Question(kind="change", request=ChangeRequest(at=AT, plan="gold", price="monthly"))
    with connect(threads=1) as engine:
        Making(book=book, rows=150, seed=7, day=20_523).write(engine, tmp_path / "people.parquet")
        deciding = Deciding(opened=open_data(engine, book, where=str(tmp_path / "people.parquet")), question=question)
        deciding.write(deciding.slices(), tmp_path / "answers", with_terms=False)
        found = summary_of(deciding.opened, tmp_path / "answers", good=150, bad=0)
    assert {each.currency: each.next_bill.as_tuple().exponent for each in found.sums} == {
        "EUR": -2,
        "JPY": 0,
        "USD": -2,
    }


def test_a_number_that_is_none_is_told_like_any_other_mistake() -> None:
    """A binary fraction may be infinite, or no number at all."""
    book = book_with()
    columns = {column.name: column for column in columns_of(book)}
    row = {"id": "s", "plan": "small", "period_start": "2026-03-01", "period_end": "2026-04-01"}
    for spoilt in (float("nan"), float("inf")):
        assert {flaw.at for flaw in flaws_of(book, row | {"renewals": spoilt}, columns=columns)} == {"renewals"}


def test_what_is_wrong_with_rows_is_written_line_by_line_and_counted_by_column(tmp_path: Path) -> None:
    """A row is counted once for each kind of mistake in a column, however many of the kind it has."""
    plan, day = (
        Flaw(code="PS201", at="plan", message="no `golf`"),
        Flaw(code="PS117", at="period_start", message="no day"),
    )
    rows = [
        BadRow(number=3, id="a", flaws=(plan, day, replace(day, message="nor that"))),
        BadRow(number=7, id="b", flaws=(replace(day, message="2026/03"),)),
        BadRow(number=0, id="", flaws=(Flaw(code="PS001", at="", message="line 9 is no row"),)),
    ]

    found = write_bad(rows, tmp_path / "aside.csv")

    assert found == (
        SetAside(column="period_start", code="PS117", rows=2, such_as="no day"),
        SetAside(column="plan", code="PS201", rows=1, such_as="no `golf`"),
        SetAside(column="", code="PS001", rows=1, such_as="line 9 is no row"),
    )
    assert (tmp_path / "aside.csv").read_text(encoding="utf-8").splitlines() == [
        "row,id,column,code,reason",
        "3,a,plan,PS201,no `golf`",
        "3,a,period_start,PS117,no day",
        "3,a,period_start,PS117,nor that",
        "7,b,period_start,PS117,2026/03",
        ",,,PS001,line 9 is no row",
    ]
