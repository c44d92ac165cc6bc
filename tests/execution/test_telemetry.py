"""What is said of carrying out: ids and words of ours, never what a person or a secret is called by."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy.exc import IntegrityError

from planshift.execution import telemetry
from planshift.execution.growing import placed
from planshift.execution.order import Order
from planshift.execution.ports import Outcome, Task
from planshift.execution.retries import Retries
from planshift.execution.store.engine import Store
from planshift.execution.store.migrating import open_store
from planshift.execution.store.orders import load, save
from tests.execution.doubles import FarAway
from tests.execution.placing import AT, order, worker

SECRET = "anna@example.com"  # noqa: S105  # what must not be told


def raises(_: Task) -> Outcome | None:
    raise ValueError(SECRET)


def test_what_an_adapter_raises_is_told_by_its_name_alone(sqlite_url: str, caplog: pytest.LogCaptureFixture) -> None:
    store = open_store(sqlite_url)
    order(store)
    with caplog.at_level(logging.DEBUG, logger="planshift"):
        worker(store, FarAway(before=raises)).work(AT)
    said, *_ = [record for record in caplog.records if record.getMessage() == "adapter raised"]
    assert (said.__dict__["order"], said.__dict__["error"]) == ("o-1", "ValueError")
    assert all(SECRET not in str(value) for record in caplog.records for value in record.__dict__.values())
    store.close()


def test_names_that_are_not_listed_are_dropped(caplog: pytest.LogCaptureFixture) -> None:
    telemetry.say.warning("order was taken over", order="o-1", customer=SECRET, token="s3cret")  # noqa: S106  # none
    (said,) = caplog.records
    assert said.__dict__["order"] == "o-1"
    assert not {"customer", "token"} & said.__dict__.keys()


def test_calls_are_spans_where_somebody_asks_for_them(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr(telemetry, "_tracer", lambda: provider.get_tracer("tests"))
    store = open_store(sqlite_url)
    order(store)
    worker(store, FarAway()).work(AT)
    spans = kept.get_finished_spans()
    assert [span.name for span in spans] == ["planshift.call"] * 7 + ["planshift.work"]
    assert spans[0].attributes is not None
    assert spans[0].attributes["planshift.order"] == "o-1"
    assert spans[0].parent is not None
    store.close()


@given(key=st.text(), attempt=st.integers(1, 200), first=st.integers(1, 600), longest=st.integers(600, 86_400))
def test_a_new_try_comes_later_and_later_and_never_too_late(key: str, attempt: int, first: int, longest: int) -> None:
    retries = Retries(first=first, longest=longest)
    most = min(first * 2 ** (attempt - 1), longest)
    assert most - most // 2 <= retries.wait(key, attempt=attempt) <= most
    assert retries.wait(key, attempt=attempt) == retries.wait(key, attempt=attempt)


def test_steps_that_failed_together_do_not_come_back_together() -> None:
    assert len({Retries().wait(f"key-{number}", attempt=8) for number in range(100)}) > 50


def test_what_is_committed_is_told_by_ids(sqlite_url: str, caplog: pytest.LogCaptureFixture) -> None:
    store = open_store(sqlite_url)
    with caplog.at_level(logging.INFO, logger="planshift"):
        order(store)
        worker(store, FarAway()).work(AT)
    told = [(each.getMessage(), each.__dict__.get("kind", each.__dict__.get("state"))) for each in caplog.records]
    assert told[0] == ("order placed", None)
    assert told[-1] == ("order moved", "applied")
    assert [kind for words, kind in told if words == "step done"] == [
        step.step.action.kind for step in _read(store).steps
    ]
    assert {each.__dict__["order"] for each in caplog.records} == {"o-1"}
    store.close()


def test_what_is_rolled_back_is_not_told(sqlite_url: str, caplog: pytest.LogCaptureFixture) -> None:
    store = open_store(sqlite_url)
    with caplog.at_level(logging.INFO, logger="planshift"):
        change = placed(order(store).placement)
        caplog.clear()
        with pytest.raises(IntegrityError), store.begin() as connection:
            save(connection, (change,))  # it is there already
    assert not caplog.records
    store.close()


def _read(store: Store) -> Order:
    with store.reading() as connection:
        return load(connection, "o-1")
