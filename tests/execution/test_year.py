"""A year of many customers ends with a ledger that adds up to the cent, and comes to what was decided."""

from __future__ import annotations

from planshift.execution.store.migrating import open_store
from tests.execution.year import Year


def test_a_year_adds_up_to_what_was_decided(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    year = Year(store=store, customers=20)
    year.live(365)
    assert year.wrong() == []
    store.close()
    assert year.told["decided (cents)"] > 0
    for each in ("renewals", "switches", "upgrades", "downgrades", "cancellations", "called off", "payments failed"):
        assert year.told[each] > 0, each
    assert year.told["orders cancelled"] > year.told["called off"]  # some are never paid
