"""Orders of the small shop, placed into a store."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from planshift.execution.gateways import Gateways
from planshift.execution.order import Order
from planshift.execution.placing import place
from planshift.execution.ports import Adapter, Resident
from planshift.execution.running import Runner
from planshift.execution.store.engine import Store
from planshift.execution.worker import Worker
from tests.actions.shop import BRONZE, decide, shop

AT = 1_773_219_600
"""11 March 2026, 10:00 in Stockholm."""

NOW = "timing: now, unused_credit: offset"
LATER = "timing: period_end"
GATED = "timing: now, apply: after_payment, payment_expires: 7 days"


def order(store: Store, terms: str = NOW, *, name: str | None = "o-1", who: str = "sub-1", **asked: Any) -> Order:  # noqa: ANN401  # the fields of a request
    """An order of a subscription's change to Silver."""
    held = {"id": who} | asked.pop("held", {})
    decision = decide(terms, subscription=replace(BRONZE, **held), **asked)
    return place(store, shop(terms), decision=decision, at=decision.computed_at, order=name)


def worker(store: Store, *adapters: Adapter | Resident, name: str = "worker", **settings: Any) -> Worker:  # noqa: ANN401  # of a runner
    """A worker with some adapters."""
    return Worker(runner=Runner(store=store, gateways=Gateways(adapters), **settings), name=name)
