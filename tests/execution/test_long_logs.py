"""Orders with long logs: what was read once is not read again, and is what the whole log tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from planshift.execution.codec import decode
from planshift.execution.happening import happened
from planshift.execution.log import LogEvent
from planshift.execution.order import Order
from planshift.execution.store.engine import Store
from planshift.execution.store.folds import LONG, Folds
from planshift.execution.store.migrating import open_store
from planshift.execution.store.orders import Tampered, load, load_many
from planshift.execution.store.tables import order_log
from planshift.execution.store.verifying import flaws_of
from tests.execution.placing import AT, LATER, order


@pytest.fixture
def long(tmp_path: Path) -> Iterator[Store]:
    """A store with an order that is told of many things."""
    store = open_store(f"sqlite:///{tmp_path / 'planshift.db'}")
    order(store, LATER, name=f"long-{tmp_path.name}")
    for number in range(LONG):
        tell(store, number)
    yield store
    store.close()


def tell(store: Store, number: int) -> Order:
    (found,) = happened(store, "usage.reported", source=f"e-{number}", at=AT + number, subscription="sub-1").orders
    return found


def whole(store: Store, name: str) -> Order:
    with store.reading() as connection:
        return load_many(connection, [name], whole=True)[0]


def test_only_what_was_added_since_is_read(long: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    name = tell(long, 1_000).id
    decoded: list[str] = []

    def counted(kind: str, text: str) -> LogEvent:
        decoded.append(kind)
        return decode(kind, text)

    monkeypatch.setattr("planshift.execution.store.orders.decode", counted)
    told = [tell(long, number) for number in range(1_001, 1_011)]
    assert len(decoded) == len(told)  # the one before each, which was not read yet
    decoded.clear()
    assert whole(long, name) == told[-1]
    assert len(decoded) == told[-1].number


def test_a_line_that_was_added_and_changed_is_found_at_once(long: Store) -> None:
    last = tell(long, 1_000)
    with long.begin() as connection:
        connection.execute(update(order_log).where(order_log.c.number == last.number).values(at=1))
    with long.reading() as connection, pytest.raises(Tampered):
        load(connection, last.id)


def test_a_line_that_was_read_before_and_changed_since_is_found_by_verifying(long: Store) -> None:
    last = tell(long, 1_000)
    with long.begin() as connection:
        connection.execute(update(order_log).where(order_log.c.number == 2).values(at=1))
    with long.reading() as connection:
        assert load(connection, last.id) == last
        assert [flaw.why for flaw in flaws_of(connection, last.id, now=AT)] == ["entry 2 is not what was written"]


def test_an_order_of_the_same_name_in_another_store_is_another_one(long: Store, tmp_path: Path) -> None:
    last = tell(long, 1_000)
    other = open_store(f"sqlite:///{tmp_path / 'other.db'}")
    order(other, LATER, name=last.id)
    found = [tell(other, number) for number in range(2 * LONG)][-1]
    for store, expected in ((long, last), (other, found)):
        with store.reading() as connection:
            assert load(connection, last.id) == expected
    other.close()


def test_short_logs_are_not_kept_and_old_ones_make_room(long: Store) -> None:
    last, folds = tell(long, 1_000), Folds(most=1)
    folds.keep(order(long, LATER, name="short", who="sub-2"))
    assert folds.known("short") is None
    folds.keep(last)
    assert folds.known(last.id) == last
    folds.keep(replace(last, placement=replace(last.placement, id="another")))
    assert folds.known(last.id) is None
    assert folds.known("another") is not None
