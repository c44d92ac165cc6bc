"""What the door makes of a row is what the scalar reading reads of it, and it refuses the same rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest

from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription
from planshift.book import Book, load
from planshift.population.columns import columns_of
from planshift.population.data import connect
from planshift.population.dialects import quoted
from planshift.population.documents import flaws_of
from planshift.population.door import BAD, ROW, Door, Field
from planshift.population.inside import at_server, open_inside
from tests.population.rows import row_of, table_of_rows
from tests.properties.strategies import asked, book_of
from tests.properties.test_scalar_reading import inputs_of
from tests.reference.nodes import Value

pytestmark = pytest.mark.xdist_group("postgres-population")

ZONES = ("Europe/Berlin",)
ASKED = ("today", "to.price.index", "subscription.coupon.index", "request.", "approved.", "bought.", "ended.", "lost.")
"""What is known only with a request, or with the plan asked for."""


def people(book: Book, seed: int, times: int) -> list[Subscription]:
    found = asked(book, seed, times=times)
    return [each for each, request in found if each.timezone is None and request.kind != "start"]


Reading = Callable[[Book, Sequence[Mapping[str, str | None]]], list[dict[str, Value]]]
"""An engine: a book and rows of texts, to what its door makes of them."""


def in_duckdb(book: Book, rows: Sequence[Mapping[str, str | None]]) -> list[dict[str, Value]]:
    columns = {column.name: column for column in columns_of(book)}
    fields = {name: Field(theirs=name, given="text") for name in columns}
    with connect(threads=1) as engine:
        engine.execute("SET preserve_insertion_order = true")
        engine.register("rows", table_of_rows(rows))
        found = engine.execute(
            Door(book=book, source="rows", columns=columns, fields=fields, zones=ZONES).query(book.zone).text()
        )
        names = [name for name, *_ in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def in_postgresql(url: str) -> Reading:
    def read(book: Book, rows: Sequence[Mapping[str, str | None]]) -> list[dict[str, Value]]:
        with at_server(url) as server, connect() as engine:
            connection = server.connection
            names = ", ".join(f"{quoted(name)} TEXT" for name in rows[0])
            connection.execute(f"CREATE TEMP TABLE people ({names})".encode())
            with connection.cursor() as cursor, cursor.copy(b"COPY people FROM STDIN") as copying:
                for row in rows:
                    copying.write_row(tuple(row.values()))
            door = open_inside(engine, book, server=server, where="#people").door
            query = replace(door, zones=ZONES).query(book.zone, with_cells=True)
            found = connection.execute(query.text(more=f" ORDER BY {quoted(ROW)}").encode())
            told = [column.name for column in found.description or ()]
            return [dict(zip(told, row, strict=True)) for row in found.fetchall()]

    return read


@pytest.fixture(params=["duckdb", "postgresql"])
def at_the_door(request: pytest.FixtureRequest) -> Reading:
    if request.param == "duckdb":
        return in_duckdb
    return in_postgresql(request.getfixturevalue("postgres_url"))


@pytest.mark.parametrize("seed", range(3))
def test_every_input_is_what_the_scalar_reading_reads(seed: int, at_the_door: Reading) -> None:
    _, book = book_of(seed)
    held = people(book, seed, 150)
    plan = book.catalog.plans[0]
    request = ChangeRequest(at=1_767_225_600, plan=plan.name, price=plan.prices[0].id)
    found = at_the_door(book, [row_of(book, each) for each in held])
    for reading in (book.rulebook.reading(), book.rulebook.renewals()):
        for subscription, row in zip(held, found, strict=True):
            wanted = inputs_of(reading.kernel, subscription, request, day=20_454)
            both = [name for name in wanted if name in row]
            assert {name: row[name] for name in both} == {name: wanted[name] for name in both}, subscription
        missing = [name for name in reading.function.inputs if not found[0].keys() & {name}]
        assert all(name.startswith((*ASKED, "changes.")) for name in missing), missing


@pytest.mark.parametrize("seed", range(3))
def test_the_same_rows_are_refused(seed: int, at_the_door: Reading) -> None:
    """Single cells are spoilt; every row that one door refuses the other refuses."""
    _, book = book_of(seed)
    columns = {column.name: column for column in columns_of(book)}
    rows = [row_of(book, each) for each in people(book, seed, 60)]
    names = list(columns)
    spoilt = [
        row | {names[(7 * k + turn) % len(names)]: SPOILT[(k + 3 * turn) % len(SPOILT)]}
        for turn in range(8)
        for k, row in enumerate(rows)
    ]
    for row, found in zip([*rows, *spoilt], at_the_door(book, [*rows, *spoilt]), strict=True):
        flaws = flaws_of(book, row, columns=columns)
        asked_for = any(row[name] in SPOILT for name in names if columns[name].path[0] == "request")
        # what belongs to a request has no place in the document of a subscription, and a day no place beside an instant
        if not asked_for and not row["period_starts_at"] and not row["period_ends_at"]:
            assert found[BAD] == bool(flaws), (row, flaws)


def test_a_cell_is_read_by_its_last_sign(at_the_door: Reading) -> None:
    """What is nearly a value is none: neither engine has a reading of its own."""
    book = load("policies/hosting")
    plan = book.catalog.plans[0]
    told = {"id": "s", "plan": plan.name, "price": plan.prices[0].id, "period_start": DAY, "period_end": "2026-04-01"}
    row = dict.fromkeys(column.name for column in columns_of(book)) | told
    cells = [(name, cell, is_bad) for name, both in CELLS.items() for is_bad in (False, True) for cell in both[is_bad]]
    found = at_the_door(book, [row | {name: cell} for name, cell, _ in cells])
    assert [(name, cell, read[BAD]) for (name, cell, _), read in zip(cells, found, strict=True)] == cells


DAY = "2026-03-01"

CELLS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "period_start": (
        (DAY, "2024-02-29", "2000-02-29"),
        (
            "2026-02-29", "2100-02-29", "2026-04-31", "2026-13-01", "2026-03-00", "0000-01-01", "0001-01-01",
            "2201-01-01", "2026-3-01", f"{DAY} ", f"{DAY}\n", "٢٠٢٦-03-01", "infinity", "",
        ),
    ),
    "period_starts_at": (
        (f"{DAY}T10:00Z", f"{DAY} 10:00:30+05:30", f"{DAY}T20:00+12:00", f"{DAY}T01:00-04:30", "1772359200", ""),
        (
            f"{DAY}T24:00Z", f"{DAY}T10:60Z", f"{DAY}T10:00:60Z", f"{DAY}T10:00+10:99", f"{DAY}T10:00+24:00",
            f"{DAY}T10:00", f"{DAY}T10:00:00.5Z", f"{DAY}T10:00z", "2026-02-29T10:00Z", "2026-03-02T10:00Z", DAY,
        ),
    ),
    "quantity": (("2", "+2", "002", ""), ("0", "-2", "2.0", "1e1", " 2", "²", "9" * 18, "9" * 19, "0x2", "NaN")),
    "debt": (
        ("9", "9.00", "9.0000", "0.10 EUR"),
        ("9.001", "9,00", "-9", "9.00EUR", "9.00 USD", "9.00 eur", ".5", "9" * 17),
    ),
    "discount_percent": (("12.5", "12.5%", "100%"), ("12.50001", "%", "12.5 %", "1000000", "-1", "12%%")),
    "contract_remainder": (("false", "FALSE", "0"), ("no", "f", " false", "00")),
    "changes": (
        ('["2026-01-31"]', "2026-01-31", "[]", ' [ "2026-01-31" ,\t"2026-02-01" ] '),
        (
            '["2026-01-31",]', '["2026-02-30"]', '["1969-12-31"]', '"2026-01-31"', '["2026-01-31" "2026-02-01"]', "[1]",
            "2026-02-30", "[", "{}", "null",
        ),
    ),
    "settings": (
        (
            "{}", '{"a": "x"}', ' { "a" : 1 , "b-1":-0 } ', '{"a": "\\u00e9\\ud83d\\ude00\\n\\"\\/"}',
            f'{{"a": "{"é" * 200}"}}', f'{{"{"a" * 80}": "x"}}', '{"a": "\\\\u0000"}',
        ),
        (
            '{"a": "x",}', '{"a": "x", "a": "y"}', '{"a": 1.5}', '{"a": 01}', '{"a": NaN}', '{"a": null}', '{"a": {}}',
            '{"a": ["x"]}', '{"A": "x"}', '{"a": ""}', f'{{"a": "{"x" * 201}"}}', f'{{"{"a" * 81}": "x"}}',
            '{"a": "\\ud800"}', '{"a": "\\u0000"}', '{"a": "\t"}', '{"a": "\\x"}', "{'a': 1}", "{a: 1}",
            '{"a": "x"} {}', "[]", "{",
        ),
    ),
    "resources": (('{"a": ""}', '{"a": "at: home"}'), ('{"a": 1}', f'{{"a": "{"x" * 4001}"}}')),
    "answers": (
        ('{"hosting.domain": "x"}', '{"hosting.domain": 1}'),
        ('{"hosting": "x"}', '{"nobody.asks": "x"}', '{"hosting.domain.x": "x"}', '{"hosting.Domain": "x"}'),
    ),
}  # fmt: skip
"""For some columns what is a value, and what is none."""

SPOILT = (
    "x", "-1", "0", "1", "31", "99.999", "1e5", "2026-02-30", "2026-03-01", "1969-12-31", "EUR", "JPY", "bronze",
    "500000000000000000000", "9.00", "100%", "101", "true", "[]", "{}", '{"a": 1}', '["2026-02-30"]', "Europe/Berlin",
    "9.00 EUR", "12 months", "1000001", '{"hosting.domain": ""}', '{"nobody.asks": "x"}', "{", "A b", "é", "3000-01-01",
)  # fmt: skip
