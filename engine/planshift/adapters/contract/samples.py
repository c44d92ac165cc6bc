"""Tasks to try an adapter with: from a plan of one's own, or from changes of a small shop that is kept here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Any, Final, final

from planshift.actions.action import UNDONE_BY
from planshift.actions.plan import ActionPlan, placed
from planshift.billing.change import ChangeRequest, Remedies
from planshift.billing.period import Period
from planshift.billing.subscription import (
    Answer,
    Customer,
    HeldAddon,
    HeldService,
    PendingChange,
    RunningContract,
    Subscription,
)
from planshift.billing.zones import parse_instant
from planshift.book import Book, load_text
from planshift.execution.ports import Task

TODAY: Final = "2026-03-11 10:00"
"""When the changes are asked for: 21 days of March are left."""

_CATALOG: Final = """
plans:
  bronze:
    title: Bronze
    module: panel
    prices:
      monthly: { every: 1 month, EUR: "10.00" }
      yearly: { every: 1 year, EUR: "100.00" }
    limits: { sites: 5 }
    allowances: { minutes: 500 }
    addons: [extra-sites]
    services: [hosting]
    settings: [greeting]
    resources: { server: north }
  silver:
    title: Silver
    module: panel
    prices: { monthly: { every: 1 month, EUR: "20.00" } }
    limits: { sites: 10 }
    allowances: { minutes: 900 }
    services: [hosting]
    settings: [greeting]
    resources: { server: north }
  gold:
    title: Gold
    module: panel
    prices: { monthly: { every: 1 month, EUR: "40.00" } }
    addons: [extra-sites]
    contract: { term: 12 months, penalty: 25 EUR, remainder: false }
  metered:
    title: Metered
    module: panel
    prices: { monthly: { every: 1 month, EUR: "40.00" } }
    usage_bucket: true
  phone:
    title: Phone
    module: switchboard
    prices: { monthly: { every: 1 month, EUR: "15.00" } }
addons:
  extra-sites: { title: Extra sites, raises: { sites: 5 }, EUR: "2.00" }
services:
  hosting: { questions: [domain] }
"""

_POLICY: Final = """
policy_language: 1
book: sample-shop
currency: EUR
timezone: Europe/Stockholm
groups:
  ladder: { direction: by_price_per_day, members: [bronze, silver, gold, metered, phone] }
terms:
  any: { TERMS }
"""

_ANNA: Final = Subscription(
    id="sample",
    customer=Customer(id="anna"),
    plan="bronze",
    price="monthly",
    currency="EUR",
    period=Period(start=date(2026, 3, 1), end=date(2026, 4, 1)),
    bill_day=1,
    paid=1000,
    usage=(("sites", 4),),
    answers=(Answer(service="hosting", question="domain", value="anna.example.com"),),
    resources=(("server", "north"),),
    settings=(("greeting", "short"),),
    allowances=(("minutes", 120),),
)
_SILVER: Final = {"plan": "silver", "paid": 2000}
_CONTRACT: Final = RunningContract(starts_on=date(2026, 1, 1), ends_on=date(2027, 1, 1), penalty=2500)
_PENDING: Final = PendingChange(to_plan="gold", to_price="monthly", effective_on=date(2026, 4, 1))


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """A change of the shop: its terms, how the subscription differs from Anna's, and what is asked for."""

    terms: str = "limits: check"
    held: Mapping[str, Any] = field(default_factory=dict)
    asked: Mapping[str, Any] = field(default_factory=dict)


_CHANGES: Final = (
    _Change(terms="notify: [client, staff]"),
    _Change(terms="carry: { usage: drop }, fee: 15 EUR"),
    _Change(terms="apply: after_payment, payment_expires: 14 days"),
    _Change(terms="unused_credit: account_credit", held=_SILVER, asked={"plan": "bronze"}),
    _Change(terms="unused_credit: refund", held=_SILVER, asked={"plan": "bronze"}),
    _Change(terms="unused_credit: next_invoice", held=_SILVER, asked={"plan": "bronze"}),
    _Change(terms="unused_credit: extend_time", held=_SILVER, asked={"plan": "bronze"}),
    _Change(terms="timing: period_end, notify: client", held=_SILVER, asked={"plan": "bronze"}),
    _Change(terms="unused_credit: account_credit", held={"paid": 500, "debt": 500}, asked={"plan": "silver"}),
    _Change(terms="collect: next_invoice"),
    _Change(terms="collect: invoice_run"),
    _Change(held={"contract": _CONTRACT}),
    _Change(terms="contract: destination", held={"contract": _CONTRACT}, asked={"plan": "gold"}),
    _Change(held={"addons": (HeldAddon(name="extra-sites", quantity=2),)}, asked={"plan": "gold"}),
    _Change(held={"addons": (HeldAddon(name="extra-sites", quantity=2),)}),
    _Change(
        held={
            **_SILVER,
            "usage": (("sites", 9),),
            "services": (HeldService(id="blog", title="The blog", uses=(("sites", 1),)),),
        },
        asked={"plan": "bronze", "remedies": Remedies(add=(HeldAddon(name="extra-sites"),), end=("blog",))},
    ),
    _Change(asked={"plan": "phone"}),
    _Change(asked={"plan": "bronze", "price": "yearly"}),
    _Change(asked={"kind": "cancel", "plan": "", "price": ""}),
    _Change(held={"pending": _PENDING}),
    _Change(terms="pending: queue", held={"pending": _PENDING}),
    _Change(
        terms="hold_credit_until: [rating.completed, job.completed], unused_credit: account_credit",
        held={
            "plan": "metered",
            "paid": 4000,
            "usage": (),
            "answers": (),
            "resources": (),
            "settings": (),
            "allowances": (),
        },
        asked={"plan": "bronze"},
    ),
    _Change(terms="credit: full, charge: full", held={"plan": "metered", "paid": 4000}, asked={"plan": "gold"}),
    _Change(
        terms="override: staff, requires: [status trial]",
        asked={"by": "staff", "person": "kim", "override": True, "override_reason": "promised on the phone"},
    ),
    _Change(terms="requires: [approval by finance]", asked={"by": "staff", "person": "kim", "approvals": ("finance",)}),
)


def tasks_of(
    plan: ActionPlan,
    *,
    before: Subscription,
    after: Subscription | None,
    at: int,
    kinds: Iterable[str] | None = None,
    zone: str = "UTC",
) -> tuple[Task, ...]:
    """The steps of a plan as tasks, those of some kinds only or all, in the order in which they are done."""
    wanted = None if kinds is None else frozenset(kinds)
    return tuple(
        Task(
            order=plan.order or plan.quote.fingerprint,
            plan=plan,
            step=each.step,
            before=before,
            after=after,
            at=at,
            today=plan.quote.decided_on,
            references={},
            zone=zone,
        )
        for each in placed(plan.steps)
        if wanted is None or each.step.action.kind in wanted
    )


def sample_tasks(kinds: Iterable[str]) -> tuple[Task, ...]:
    """Tasks of changes of a small shop: as many as it takes for each of some kinds of actions to be among them.

    Kinds that only undo are there as what undoes a task.
    """
    wanted = frozenset(kinds)
    left, found = set(wanted), list[Task]()
    for tasks in map(_tasks, range(len(_CHANGES))):
        fresh = [task for task in tasks if task.step.action.kind in wanted]
        offered = frozenset().union(*map(_kinds, fresh))
        if left & offered:
            found += fresh
            left -= offered
    if left:
        raise ValueError(f"no change of the sample shop has {', '.join(sorted(left))}")
    return tuple(found)


def _kinds(task: Task) -> frozenset[str]:
    """What a task is a sample of: its kind, and the kind that undoes it where that only undoes."""
    kind = task.step.action.kind
    undo = UNDONE_BY[kind]
    return frozenset({kind} if undo is None or undo in UNDONE_BY else {kind, undo})


@cache
def _tasks(number: int) -> tuple[Task, ...]:
    change = _CHANGES[number]
    book = _shop(change.terms)
    before = replace(_ANNA, id=f"sample-{number + 1}", **change.held)
    at = parse_instant(TODAY, book.zone)
    made = book.decide(before, ChangeRequest(at=at, **{"plan": "silver", "price": "monthly", **change.asked}))
    after = None if made.request.kind == "cancel" else made.subscription_after()
    return tasks_of(made.plan(f"order-{number + 1}"), before=before, after=after, at=at, zone=book.zone)


@cache
def _shop(terms: str) -> Book:
    return load_text({"policy.yaml": _POLICY.replace("TERMS", terms), "catalog.yaml": _CATALOG})
