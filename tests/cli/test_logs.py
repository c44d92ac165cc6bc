"""Lines for machines: ids of orders and steps, and nothing that a person or a secret is called by."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from logging import getLogger

import pytest

AT = "--at 2026-03-11T10:00"
CANARIES = ("c-1", "extra-disk", "21.77", "pay-4711", "whsec_")


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    logger = getLogger("planshift")
    before = (list(logger.handlers), logger.level, logger.propagate)
    yield
    logger.handlers, logger.level, logger.propagate = before


def test_lines_hold_ids_and_no_names(session: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANSHIFT_LOG", "json")
    told = session(f"planshift apply shop anna --to silver --order up-1 --format json {AT}")
    told += session(f"planshift event anna payment.received --amount '21.77 EUR' --source pay-4711 --format json {AT}")
    lines = [json.loads(line) for line in told.splitlines() if line.startswith('{"')]
    assert {"event": "order moved", "order": "up-1", "state": "applied", "level": "info"}.items() <= lines[-1].items()
    assert [line["kind"] for line in lines if line["event"] == "step done"][:2] == ["end_plan", "start_plan"]
    said = [json.dumps(line | {"timestamp": ""}) for line in lines]  # now and then the clock shows :21.77
    assert not [canary for canary in CANARIES if any(canary in each for each in said)]
