"""What the door makes of a row is what the scalar reading reads of it, and it refuses the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription
from planshift.book import Book
from planshift.population.columns import columns_of
from planshift.population.data import connect
from planshift.population.documents import flaws_of
from planshift.population.door import BAD, Door, Field
from tests.population.rows import row_of, table_of_rows
from tests.properties.strategies import asked, book_of
from tests.properties.test_scalar_reading import inputs_of
from tests.reference.nodes import Value

ZONES = ("Europe/Berlin",)
ASKED = ("today", "to.price.index", "subscription.coupon.index", "request.", "approved.", "bought.", "ended.", "lost.")
"""What is known only with a request, or with the plan asked for."""


def people(book: Book, seed: int, times: int) -> list[Subscription]:
    found = asked(book, seed, times=times)
    return [each for each, request in found if each.timezone is None and request.kind != "start"]


def at_the_door(book: Book, rows: Sequence[Mapping[str, str | None]]) -> list[dict[str, Value]]:
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


@pytest.mark.parametrize("seed", range(3))
def test_every_input_is_what_the_scalar_reading_reads(seed: int) -> None:
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
def test_the_same_rows_are_refused(seed: int) -> None:
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


SPOILT = (
    "x", "-1", "0", "1", "31", "99.999", "1e5", "2026-02-30", "2026-03-01", "1969-12-31", "EUR", "JPY", "bronze",
    "500000000000000000000", "9.00", "100%", "101", "true", "[]", "{}", '{"a": 1}', '["2026-02-30"]', "Europe/Berlin",
    "9.00 EUR", "12 months", "1000001", '{"hosting.domain": ""}', '{"nobody.asks": "x"}', "{", "A b", "é", "3000-01-01",
)  # fmt: skip
