"""Stores and their versions: what is opened, what is refused, and which tables the migrations make."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from planshift.adapters.ledger.opening import open_subscription
from planshift.adapters.ledger.payments import receive_payment
from planshift.adapters.ledger.reports import flaws
from planshift.billing.money import parse_money
from planshift.execution.store.engine import Store, StoreUnusable, connect
from planshift.execution.store.migrating import newest, open_store, upgrade, version_of
from planshift.execution.store.tables import metadata
from tests.actions.shop import BRONZE


def test_the_migrations_make_the_tables_of_orders(store_url: str) -> None:
    store = connect(store_url)
    assert version_of(store) == ""
    upgrade(store)
    assert version_of(store) == newest()
    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        found = compare_metadata(context, metadata)
    ours = [change for change in found if not str(change[0]).startswith("remove_")]
    assert not ours
    store.close()


def test_customers_are_read_from_the_subscriptions_of_an_older_store(store: Store) -> None:
    grouped = replace(BRONZE, id="later", customer=replace(BRONZE.customer, client_group="vip"))
    with store.begin() as connection:
        for at, held in ((20, grouped), (10, BRONZE)):
            open_subscription(connection, held, at=at)
        receive_payment(connection, BRONZE.id, amount=parse_money("1.50 EUR"), source="bank-1", at=30)
        for later in (
            "ledger_credit_notes",
            "ledger_collected",
            "ledger_collective_invoices",
            "migration_rows",
            "migrations",
            "order_news",
            "listeners",
            "ledger_customers",
        ):
            connection.execute(text(f"DROP TABLE {later}"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0002'"))
    upgrade(store)
    with store.reading() as connection:
        rows = connection.execute(text("SELECT id, client_group, currency, opened_at FROM ledger_customers")).all()
        paid = connection.execute(text("SELECT source, subscription, minor FROM ledger_payments")).all()
        assert not list(flaws(connection))
    assert [tuple(row) for row in paid] == [("bank-1", BRONZE.id, 150)]
    assert [tuple(row) for row in rows] == [("anna", None, "EUR", 10)]


def test_a_file_is_brought_up_to_date_when_it_is_opened(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    assert version_of(store) == newest()
    store.close()
    open_store(sqlite_url).close()


def test_several_that_open_a_new_file_at_once_wait_for_each_other(sqlite_url: str) -> None:
    wrong: list[BaseException] = []

    def opens() -> None:
        try:
            open_store(sqlite_url).close()
        except BaseException as error:  # noqa: BLE001  # told by the assertion below
            wrong.append(error)

    threads = [threading.Thread(target=opens) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_server_is_brought_up_to_date_when_somebody_says_so(postgres_url: str) -> None:
    with pytest.raises(StoreUnusable, match=r"it has no tables yet \(run planshift doctor --upgrade once\)"):
        open_store(postgres_url)
    store = connect(postgres_url)
    upgrade(store)
    upgrade(store)
    store.close()
    open_store(postgres_url).close()


def test_tables_of_a_later_release_are_left_alone(store_url: str) -> None:
    store = connect(store_url)
    upgrade(store)
    with store.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreUnusable, match="version 9999"):
        open_store(store_url)
    with pytest.raises(StoreUnusable, match="version 9999"):
        upgrade(store)
    store.close()


def test_an_older_server_is_told_of_its_version(postgres_url: str) -> None:
    store = connect(postgres_url)
    upgrade(store)
    with store.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    store.close()
    with pytest.raises(StoreUnusable, match=f"its tables are of version 0000, not {newest()}"):
        open_store(postgres_url)


@pytest.mark.parametrize(
    "url, why",
    [
        ("mysql://localhost/x", "`mysql` is not a kind of store"),
        ("nonsense://x", "`nonsense` is not a kind of store"),
        ("sqlite://", "a database in memory is lost with the program"),
        ("sqlite:////nowhere/at/all.db", "unable to open database file"),
        ("://", "is no address of a database"),
    ],
)
def test_what_is_no_store_is_refused_with_a_reason(url: str, why: str) -> None:
    with pytest.raises(StoreUnusable, match=why):
        open_store(url)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("these are notes, and no database at all\n" * 100)
    with pytest.raises(StoreUnusable, match="not a database"):
        open_store(str(path))


def test_a_password_is_never_told() -> None:
    with pytest.raises(StoreUnusable) as refused:
        open_store("postgresql://eve:secret@127.0.0.1:1/orders")
    assert "secret" not in str(refused.value)
