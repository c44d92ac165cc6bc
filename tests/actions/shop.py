"""A small shop whose terms a test writes: what the tests of `actions` decide changes with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any, TypeVar

from planshift.actions.action import Step
from planshift.actions.plan import ActionPlan, placed
from planshift.billing.change import ChangeRequest
from planshift.billing.period import Period
from planshift.billing.subscription import Answer, Customer, HeldAddon, HeldService, Subscription
from planshift.billing.zones import parse_instant
from planshift.book import Book, Decision, load_text
from planshift.decision import decide as deciding
from planshift.decision import decision

CATALOG = """
plans:
  bronze:
    title: Bronze
    module: cpanel
    prices:
      monthly: { every: 1 month, EUR: "10.00" }
      yearly: { every: 1 year, EUR: "100.00" }
    limits: { sites: 5 }
    addons: [extra-sites]
    services: [hosting]
    resources: { panel: shared }
  silver:
    title: Silver
    module: cpanel
    prices:
      monthly: { every: 1 month, EUR: "20.00", setup: { EUR: "3.00" } }
      yearly: { every: 1 year, EUR: "200.00" }
    limits: { sites: 10 }
    services: [hosting]
    resources: { panel: shared }
  gold:
    title: Gold
    module: cpanel
    prices: { monthly: { every: 1 month, EUR: "40.00" } }
    contract: { term: 12 months, penalty: 25 EUR, remainder: false }
  metered:
    title: Metered
    module: cpanel
    prices: { monthly: { every: 1 month, EUR: "40.00" } }
    contract: { term: 12 months, penalty: 25 EUR, remainder: false }
    usage_bucket: true
  names:
    title: Names
    module: dns
    prices: { monthly: { every: 1 month, EUR: "5.00" } }
  starter:
    title: Starter kit
    module: cpanel
    prices: { once: { every: once, EUR: "30.00" } }
  studio:
    title: Studio kit
    module: cpanel
    prices: { once: { every: once, EUR: "80.00" } }
addons:
  extra-sites: { title: Extra sites, raises: { sites: 5 }, EUR: "2.00" }
services:
  hosting: { questions: [domain] }
  migration: { tax_code: WORK }
"""

POLICY = """
policy_language: 1
book: shop
currency: EUR
timezone: Europe/Stockholm
invoice_days_before: 5
groups:
  ladder:
    direction: by_price_per_day
    members: [bronze, silver, gold, metered, names, starter, studio]
switches:
  - {{ from: {{ plan: bronze, every: 1 month }}, to: {{ plan: silver, every: 1 month }} }}
terms:
  any: {{ {terms} }}
"""

D = TypeVar("D", bound=decision.Decision)

TODAY = "2026-03-11 10:00"
"""Twenty-one days of March are left."""

BRONZE = Subscription(
    id="sub-1",
    customer=Customer(id="anna"),
    plan="bronze",
    price="monthly",
    currency="EUR",
    period=Period(start=date(2026, 3, 1), end=date(2026, 4, 1)),
    bill_day=1,
    paid=1000,
    usage=(("sites", 4),),
    answers=(Answer(service="hosting", question="domain", value="anna.example.com"),),
    resources=(("panel", "shared"),),
)
SILVER = replace(BRONZE, plan="silver", paid=2000)
METERED = replace(BRONZE, plan="metered", paid=4000, usage=(), answers=(), resources=())
BUSY = replace(
    BRONZE,
    addons=(HeldAddon(name="extra-sites", quantity=2),),
    services=(HeldService(id="blog", title="The blog", uses=(("sites", 1),)),),
)


@cache
def shop(terms: str = "") -> Book:
    """The shop under some terms, written as in a policy file."""
    return load_text({"policy.yaml": POLICY.format(terms=terms), "catalog.yaml": CATALOG})


def decide(
    terms: str = "",
    *,
    subscription: Subscription = BRONZE,
    at: str = TODAY,
    held: Mapping[str, Any] | None = None,
    **asked: Any,  # noqa: ANN401  # the fields of a request
) -> Decision:
    """The decision about a request; `held` changes the subscription, `asked` is the request."""
    book = shop(terms)
    return book.decide(replace(subscription, **(held or {})), request_of(at, asked))


def decision_as(
    made_as: type[D],
    terms: str,
    *,
    subscription: Subscription,
    **asked: Any,  # noqa: ANN401  # the fields of a request
) -> D:
    """The decision about a request, as a class that sees some of it differently."""
    book = shop(terms)
    return deciding.decide(
        book.rulebook, book.validated(subscription), request=request_of(TODAY, asked), made_as=made_as
    )


def request_of(at: str, asked: Mapping[str, Any]) -> ChangeRequest:
    """A request; for Silver by the month where it does not say otherwise."""
    target = {} if asked.get("kind") == "cancel" else {"plan": "silver", "price": "monthly"}
    return ChangeRequest(at=parse_instant(at, shop().zone), **{**target, **asked})


def plan(terms: str = "", *, order: str | None = "order-7", **parts: Any) -> ActionPlan:  # noqa: ANN401  # as above
    """The plan of a decision."""
    return decide(terms, **parts).plan(order)


def ids(found: ActionPlan) -> list[str]:
    """The ids of all steps, those kept for later with a dot in front for each step that keeps them."""
    return ["." * len(each.within) + each.step.id for each in placed(found.steps)]


def step(found: ActionPlan, name: str) -> Step:
    """The step with an id."""
    return next(each.step for each in placed(found.steps) if each.step.id == name)
