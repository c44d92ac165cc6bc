"""Changes of a small shop, as the tasks that an adapter is handed, and a worker that goes through them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from planshift.adapters.contract import tasks_of
from planshift.billing.change import ChangeRequest
from planshift.billing.period import Period
from planshift.billing.subscription import Customer, Subscription
from planshift.billing.zones import parse_instant
from planshift.book import Book, Decision, load_text
from planshift.execution.ports import Adapter, Done, Outcome, Task

ZONE = "Europe/Stockholm"
TODAY = "2026-03-11 10:00"

CATALOG = """
plans:
  bronze:
    title: Bronze
    module: panel
    prices:
      monthly: { every: 1 month, EUR: "10.00" }
      yearly: { every: 1 year, EUR: "100.00" }
  silver:
    title: Silver
    module: panel
    prices: { monthly: { every: 1 month, EUR: "20.00" } }
"""

POLICY = """
policy_language: 1
book: small-shop
currency: EUR
timezone: Europe/Stockholm
groups:
  ladder: { direction: by_price_per_day, members: [bronze, silver] }
terms:
  any: { TERMS }
"""


def held(plan: str = "bronze", **more: Any) -> Subscription:  # noqa: ANN401  # fields of a subscription
    paid = {"bronze": 1000, "silver": 2000}[plan]
    anna = Subscription(
        id="anna-1",
        customer=Customer(id="cus_anna"),
        plan=plan,
        price="monthly",
        currency="EUR",
        period=Period(start=date(2026, 3, 1), end=date(2026, 4, 1)),
        bill_day=1,
        paid=paid,
    )
    return replace(anna, **more)


def decided(terms: str, before: Subscription, **asked: Any) -> tuple[Book, Decision]:  # noqa: ANN401  # of a request
    """An allowed change, and the book that it was decided by."""
    book = load_text({"policy.yaml": POLICY.replace("TERMS", terms), "catalog.yaml": CATALOG})
    at = parse_instant(TODAY, book.zone)
    decision = book.decide(before, ChangeRequest(at=at, **{"price": "monthly", **asked}))
    assert decision.allowed, decision.reasons
    return book, decision


def change(terms: str, before: Subscription, **asked: Any) -> tuple[Task, ...]:  # noqa: ANN401  # fields of a request
    """The tasks of an allowed change, all steps in their order."""
    book, decision = decided(terms, before, **asked)
    at = decision.computed_at
    after = decision.subscription_after() if decision.request.plan else None
    return tasks_of(decision.plan("order-1"), before=before, after=after, at=at, zone=book.zone)


@dataclass
class Worker:
    """Hands tasks to an adapter, with the references so far, at an instant."""

    adapter: Adapter
    tasks: Sequence[Task]
    at: int = 0
    today: date | None = None
    references: dict[str, str] = field(default_factory=dict)

    def do(self, step: str, *, undoing: bool = False) -> Outcome:
        """Do or undo the step of an id."""
        outcome = self.adapter.perform(self.task(step, undoing=undoing))
        if isinstance(outcome, Done) and not undoing:
            self.references[step] = outcome.reference
        return outcome

    def done(self, *steps: str, undoing: bool = False) -> None:
        """Do steps, all of which go well."""
        for step in steps:
            outcome = self.do(step, undoing=undoing)
            assert isinstance(outcome, Done), f"{step}: {outcome}"

    def all_done(self) -> list[str]:
        """Do all steps of the adapter's kinds; the ids of those."""
        steps = [task.step.id for task in self.tasks if task.step.action.kind in self.adapter.kinds]
        self.done(*steps)
        return steps

    def all_undone(self) -> None:
        """Undo what was done, the last step first."""
        undoable = [step for step in self.references if self.task(step).step.undo is not None]
        self.done(*reversed(undoable), undoing=True)

    def task(self, step: str, *, undoing: bool = False) -> Task:
        found = next(task for task in self.tasks if task.step.id == step)
        at, today = self.at or found.at, self.today or found.today
        return replace(found, undoing=undoing, at=at, today=today, references=dict(self.references))
