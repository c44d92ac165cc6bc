"""The names that rules may use in this book, and the node behind each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import final

from planshift.billing import calendar
from planshift.billing.change import REQUESTERS
from planshift.expressions.form import Bool, Int, Node
from planshift.expressions.names import Environment, Symbol, environment
from planshift.expressions.types import (
    BOOL,
    DATE,
    DAYS,
    MONEY,
    MONTHS,
    TEXT,
    WHOLE,
    Enum,
    Type,
    plan_type,
)
from planshift.policy.facts import SIDES, FactSchema
from planshift.rulebook.catalog_tables import MAX_AMOUNT, CatalogTables
from planshift.rulebook.dates import choice, interval_truth, whole_node
from planshift.rulebook.facts import MAX_COUNT, Facts
from planshift.rulebook.order_facts import ORDER_NAMES
from planshift.rulebook.reaction_names import ACTIONS, EVENTS
from planshift.rulebook.roads import RoadFinding
from planshift.rulebook.sources import DIRECTIONS

Build = Callable[[Facts, RoadFinding], Node]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A name and the node it stands for."""

    symbol: Symbol
    build: Build


def known_names(tables: CatalogTables, facts: FactSchema) -> dict[str, Known]:
    """Every name of the book, by name."""
    names = [
        *_change_names(),
        *_end_names("from", tables),
        *_end_names("to", tables),
        *_subscription_names(),
        *_contract_names(),
        *_customer_names(),
        *_list_names(tables),
        *_fact_names(facts),
        *_outcome_names(),
        *_order_names(),
    ]
    own = {*tables.resources, *(fact.name for side in SIDES for fact in facts.of(side))}
    return {known.symbol.name: _marked(known, own) for known in names}


def _marked(known: Known, own: set[str]) -> Known:
    """A name of the book's own making knows that it is one: it may be the one that is misspelt."""
    if known.symbol.name.rpartition(".")[2] not in own:
        return known
    return replace(known, symbol=replace(known.symbol, own=True))


def environment_of(names: dict[str, Known], tables: CatalogTables) -> Environment:
    """The names as the type checker sees them."""
    return environment(
        (known.symbol for known in names.values()),
        currencies=tables.currencies,
        decimals=tables.decimals_by_currency,
        events=EVENTS,
        actions=ACTIONS,
    )


def _known(name: str, kind: Type, doc: str, build: Build, *, bits: int = 48) -> Known:
    return Known(symbol=Symbol(name=name, type=kind, doc=doc, input=name, bits=bits), build=build)


_INTERVAL_DOCS = {
    "same_interval": "whether both prices have the same interval",
    "longer_interval": "whether the new price has the longer interval",
    "shorter_interval": "whether the new price has the shorter interval",
}

RENEWAL_NAME = "renewal"
"""The name that a rule must read to hold for renewals at all."""

_CHANGES = {
    "upgrade": "an upgrade",
    "downgrade": "a downgrade",
    "crossgrade": "a crossgrade",
    "term_change": "a change of the price alone",
    "cancel": "a cancellation",
    RENEWAL_NAME: "a renewal; rules that do not ask this do not hold for renewals",
}


def _change_names() -> Iterator[Known]:
    for name, word in _CHANGES.items():
        code = DIRECTIONS.index(name)
        yield _known(name, BOOL, f"whether the change is {word}", lambda _, road, k=code: road.direction.same(k))  # type: ignore[misc]  # the default binds the loop's code
    for name, doc in _INTERVAL_DOCS.items():
        yield _known(name, BOOL, f"{doc}; not with a once-only price", lambda f, _, n=name: interval_truth(f, n))  # type: ignore[misc]  # the default binds the loop's name
    yield _known("today", DATE, "the local day of the request", lambda f, _: f.today)
    yield _known(
        "request.by",
        Enum(name="requester", members=REQUESTERS),
        "who asks: customer, staff or system",
        lambda f, _: f.whole("request.by"),
    )
    yield _known("request.quantity", WHOLE, "the quantity asked for", lambda f, _: f.whole("request.quantity"), bits=20)
    yield _known(
        "request.bill_one_time",
        BOOL,
        "whether one-time services shall be billed",
        lambda f, _: f.truth("request.bill_one_time"),
    )


def _end_names(end: str, tables: CatalogTables) -> Iterator[Known]:
    """What can be asked of the plan that is left or of the one that is asked for."""
    side = "the plan that is left" if end == "from" else "the plan that is asked for"
    plans = plan_type((*(plan.name for plan in tables.catalog.plans), "nothing"))
    modules = Enum(name="module", members=(*tables.modules, "nothing"))

    def plan(f: Facts) -> Int:
        return f.from_plan if end == "from" else f.to_plan

    def price(f: Facts) -> Int:
        return f.from_price if end == "from" else f.to_price

    def amount(f: Facts) -> Int:
        return f.from_unit if end == "from" else f.to_unit

    def months(f: Facts) -> Int:
        return f.form.lookup(tables.price_column("price.months", lambda _, item: item.interval.months), price(f))

    def module(f: Facts) -> Int:
        column = tables.plan_column(
            "plan.module", lambda item: tables.modules.index(item.module), nothing=len(tables.modules)
        )
        return f.form.lookup(column, plan(f))

    def level(_: Facts, road: RoadFinding) -> Int:
        return road.from_level if end == "from" else road.to_level

    yield _known(end, plans, side, lambda f, _: plan(f))
    yield _known(f"{end}.plan", plans, side, lambda f, _: plan(f))
    yield _known(f"{end}.level", WHOLE, f"the level of {side} in its group", level, bits=20)
    yield _known(f"{end}.price", MONEY, f"the price of {side}, for one interval and one piece", lambda f, _: amount(f))
    yield _known(
        f"{end}.every", MONTHS, f"the interval of {side} in months; 0 for others", lambda f, _: months(f), bits=20
    )
    yield _known(f"{end}.module", modules, f"the module that runs {side}", lambda f, _: module(f))
    for resource in tables.resources:
        doc = f"how much `{resource}` {side} allows; -1 without limit"
        yield _known(f"{end}.limits.{resource}", WHOLE, doc, _limit(tables, resource, plan))


def _limit(tables: CatalogTables, resource: str, plan: Callable[[Facts], Int]) -> Build:
    column = tables.plan_column(f"limit.{resource}", lambda item: dict(item.limits).get(resource, -1), nothing=-1)
    return lambda f, _: f.form.lookup(column, plan(f))


_SUBSCRIPTION: tuple[tuple[str, Type, str], ...] = (
    ("subscription.quantity", WHOLE, "the present quantity"),
    ("subscription.renewals", WHOLE, "how often it was renewed"),
    ("subscription.unpaid_invoices", WHOLE, "how many invoices are open"),
    ("subscription.debt", MONEY, "what is billed for the period and still open"),
    ("subscription.account_credit", MONEY, "credit on the account"),
    ("subscription.period.start", DATE, "first day of the running period"),
    ("subscription.period.end", DATE, "the day after its last one"),
)


def _subscription_names() -> Iterator[Known]:
    for name, kind, doc in _SUBSCRIPTION:
        yield _known(name, kind, doc, _column(name), bits=20 if kind == WHOLE else 48)
    yield _known("subscription.status", TEXT, "its status", lambda f, _: f.text("subscription.status"))
    yield _known("subscription.in_trial", BOOL, "whether a trial is running", lambda f, _: f.in_trial)
    pending = "whether another change waits"
    yield _known("subscription.pending", BOOL, pending, lambda f, _: f.truth("subscription.pending"))
    left = "days to the end of the running period"
    yield _known("subscription.days_left", DAYS, left, lambda f, _: (f.period_end - f.today).greatest(0), bits=20)
    yield _known(
        "subscription.age",
        MONTHS,
        "whole months since it started; 0 where that is not known",
        lambda f, _: _months_since(f, f.truth("subscription.started_on.given"), day=f.whole("subscription.started_on")),
        bits=20,
    )


def _column(name: str) -> Build:
    return lambda f, _: f.whole(name)


def _months_since(facts: Facts, given: Bool, *, day: Int) -> Int:
    months = whole_node(facts.form, calendar.whole_months(day, facts.today)).greatest(0)
    return choice(facts.form, [(given, months)], facts.form.lit(0))


def _contract_names() -> Iterator[Known]:
    def left(f: Facts) -> Int:
        return choice(f.form, [(f.contract_active, (f.whole("contract.ends_on") - f.today).greatest(0))], f.form.lit(0))

    def months(f: Facts) -> Int:
        whole = whole_node(f.form, calendar.whole_months(f.today, f.whole("contract.ends_on"))).greatest(0)
        return choice(f.form, [(f.contract_active, whole)], f.form.lit(0))

    yield _known("contract.active", BOOL, "whether a commitment is running", lambda f, _: f.contract_active)
    yield _known(
        "contract.ends_on", DATE, "the day it ends; 1970-01-01 without one", lambda f, _: f.whole("contract.ends_on")
    )
    yield _known("contract.days_left", DAYS, "days to its end; 0 without one", lambda f, _: left(f), bits=20)
    yield _known(
        "contract.months_left", MONTHS, "whole months to its end; 0 without one", lambda f, _: months(f), bits=20
    )
    yield _known("contract.penalty", MONEY, "what leaving it early costs", lambda f, _: f.whole("contract.penalty"))


def _customer_names() -> Iterator[Known]:
    yield _known("customer.id", TEXT, "the customer's id", lambda f, _: f.text("customer.id"))
    yield _known(
        "customer.client_group",
        TEXT,
        "the client group; empty without one",
        lambda f, _: f.text("customer.client_group"),
    )
    yield _known(
        "customer.tenure",
        MONTHS,
        "whole months as a customer; 0 where that is not known",
        lambda f, _: _months_since(f, f.truth("customer.since.given"), day=f.whole("customer.since")),
        bits=20,
    )


def _list_names(tables: CatalogTables) -> Iterator[Known]:
    for resource in tables.resources:
        yield _known(
            f"usage.{resource}",
            WHOLE,
            f"present use of `{resource}`",
            lambda f, _, r=resource: f.column(f"usage.{r}", f"pair(s.usage, {r!r})", high=10**12),  # type: ignore[misc]  # the default binds the loop's resource
        )
    for addon in tables.catalog.addons:
        yield _known(
            f"addons.{addon.name}",
            WHOLE,
            f"how many of the add-on `{addon.name}` are held",
            lambda f, _, a=addon.name: f.column(f"addons.{a}", f"held(s, {a!r})", high=MAX_COUNT),  # type: ignore[misc]  # the default binds the loop's add-on
            bits=20,
        )


_FACTS_OF = {"customer": "s.customer.facts", "usage": "s.usage_facts", "request": "r.facts"}


def _fact_names(schema: FactSchema) -> Iterator[Known]:
    """The facts that the book declares.

    Those of the subscription stand there in the order of the schema. A request may leave out what has a default.
    """
    for side in SIDES:
        for position, fact in enumerate(schema.of(side)):
            access = f"{_FACTS_OF[side]}[{position}][1]"
            if side == "request":
                # where nobody asks, at a renewal, a fact without a default says nothing
                nothing = False if fact.type == BOOL else "" if fact.type == TEXT else 0
                default = nothing if fact.default is None else fact.default
                access = f"fact(r.facts, {fact.name!r}, default={default!r})"
            yield _known(
                f"{side}.{fact.name}",
                fact.type,
                fact.doc,
                _fact_build(f"fact.{side}.{fact.name}", access, kind=fact.type),
            )


def _fact_build(name: str, access: str, *, kind: Type) -> Build:
    if kind == BOOL:
        return lambda f, _: f.truth_column(name, access)
    if kind == TEXT:
        return lambda f, _: f.text_column(name, access)
    if isinstance(kind, Enum):
        return lambda f, _: f.column(name, access, high=len(kind.members) - 1)
    low = -MAX_AMOUNT if kind == WHOLE else 0
    return lambda f, _: f.column(name, access, low=low, high=MAX_AMOUNT)


def _outcome_names() -> Iterator[Known]:
    """Amounts that are known once a change is decided; `always` statements and texts may speak of them."""
    docs = {
        "due_now": "what is due at once",
        "credit": "what the unused part of the old plan is worth",
        "charge": "what the change bills for the new plan",
        "fee": "the fee of the change",
        "refunded": "what is paid back",
    }
    for name, doc in docs.items():
        symbol = Symbol(name=name, type=MONEY, doc=doc, input=name, scope="outcome")
        yield Known(symbol=symbol, build=lambda f, _, n=name: f.outcome(n))  # type: ignore[misc]  # the default binds the loop's name


def _order_names() -> Iterator[Known]:
    """What is known of the order of a change while it runs; only reactions may ask."""
    for name, (_, kind, doc) in ORDER_NAMES.items():
        bits = 48 if kind == MONEY else 20
        symbol = Symbol(name=name, type=kind, doc=doc, input=name, scope="order", bits=bits)
        yield Known(symbol=symbol, build=_order_build(name, kind))


def _order_build(name: str, kind: Type) -> Build:
    access = f"o[{name!r}]"
    if kind == BOOL:
        return lambda f, _: f.truth_column(name, access)
    low, high = (-MAX_AMOUNT, MAX_AMOUNT) if kind == MONEY else (0, MAX_COUNT)
    return lambda f, _: f.column(name, access, low=low, high=high)
