"""How fast the ledger books: `python benchmarks/ledger.py` carries one change out for many subscriptions of a file.

All tasks are done in one transaction, so that the disk is not what is measured; the processor's seconds are told
beside those of the clock, because other programs may use it as well.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from planshift.actions.action import Step
from planshift.actions.plan import ActionPlan
from planshift.adapters.contract import tasks_of
from planshift.adapters.ledger import Ledger, flaws, open_subscription
from planshift.book import Decision, load
from planshift.execution.ports import Done, Task
from planshift.execution.store.migrating import open_store

COUNT = 500
HOSTING = Path(__file__).parents[1] / "policies" / "hosting"


def decided() -> Decision:
    """Anna's change from bronze to silver."""
    book = load(HOSTING)
    anna = book.subscriptions["anna-bronze"]
    return book.decide(anna, book.request(anna, to="silver", at="2026-03-11T10:00"))


def tasks_for(decision: Decision, name: str) -> tuple[Task, ...]:
    """The change as tasks for a subscription of another id."""
    plan, before = decision.plan(name), replace(decision.subscription, id=name)
    own = replace(plan, subscription=name, steps=_keyed(plan, name))
    after = replace(decision.subscription_after(), id=name)
    return tasks_of(own, before=before, after=after, at=plan.quote.computed_at)


def _keyed(plan: ActionPlan, name: str) -> tuple[Step, ...]:
    return tuple(replace(step, key=f"{name}:{step.id}") for step in plan.steps)


def main() -> None:
    """Book, and print how fast that was."""
    decision = decided()
    at = decision.request.at
    names = [f"sub-{number}" for number in range(COUNT)]
    tasks = [task for name in names for task in tasks_for(decision, name)]
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/ledger.db")
        ledger = Ledger(store=store)
        with store.begin() as connection:
            for name in names:
                open_subscription(connection, replace(decision.subscription, id=name), at=at)
        clock, used = time.perf_counter_ns(), time.process_time_ns()
        with store.begin() as connection:
            for task in tasks:
                if not isinstance(ledger.perform_within(task, connection=connection), Done):
                    sys.exit(f"{task.key} was not done")
        clock, used = time.perf_counter_ns() - clock, time.process_time_ns() - used
        with store.reading() as connection:
            wrong = list(flaws(connection))
        store.close()
    if wrong:
        sys.exit(f"the ledger does not add up: {wrong[0]}")
    per_second, per_used = (len(tasks) * 1_000_000_000 // each for each in (clock, used))
    print(f"{len(tasks):,} tasks: {per_second:,} a second, {per_used:,} a second of the processor")


if __name__ == "__main__":
    main()
