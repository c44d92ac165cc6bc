"""The columns of a population: one row is one subscription, and the names say what a subscription file says.

A column stands for one field of a subscription document. The schema is made from a book: its resources, add-ons,
allowances and declared facts have columns of their own, and each column knows whether the book's decisions read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, final

from planshift.billing.subscription import FactValue
from planshift.book import Book
from planshift.expressions.types import BOOL, DATE, DAYS, MONEY, MONTHS, TEXT, WHOLE, Enum, Type
from planshift.policy.facts import Fact
from planshift.policy.fields import MAX_COUNT as MAX_USE
from planshift.population.bounds import text_bounds, whole_bounds
from planshift.rulebook.facts import MAX_COUNT

Kind = Literal[
    "text", "name", "whole", "money", "percent", "date", "instant", "truth", "choice", "months", "days", "list"
]
"""What stands in a column."""

KIND_WORDS: dict[Kind, str] = {
    "text": "text",
    "name": "name",
    "whole": "whole number",
    "money": "amount",
    "percent": "percentage",
    "date": "date",
    "instant": "instant",
    "truth": "true or false",
    "choice": "one of some words",
    "months": "months",
    "days": "days",
    "list": "JSON",
}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: where its value stands in a subscription document, what it may hold, and what it means.

    `low` and `high` bound a number, or the length of a text. `default` is what the engine takes where nothing is given,
    and `default_text` how a person says it. `feeds` names the input of the compiled form that it is, where it is one.
    """

    name: str
    path: tuple[str, ...]
    kind: Kind
    meaning: str
    needed: bool = False
    low: int = 0
    high: int = 0
    members: tuple[str, ...] = ()
    default: FactValue = 0
    default_text: str = ""
    default_currency: str = ""
    feeds: str = ""
    read: bool = False


def columns_of(book: Book) -> tuple[Column, ...]:
    """Every column that a population of this book may have."""
    read = inputs_read(book)
    return tuple(replace(column, read=column.needed or _is_read(column, read)) for column in _columns(book))


def inputs_read(book: Book) -> frozenset[str]:
    """The inputs of the compiled form that decisions of this book read, of changes and of renewals."""
    return frozenset((*book.rulebook.reading().function.inputs, *book.rulebook.renewals().function.inputs))


_ALSO_READ: dict[str, tuple[str, ...]] = {
    "discount_percent": ("subscription.coupon",),
    "discount_amount": ("subscription.coupon",),
    "discount_code": ("subscription.coupon", "subscription.coupon.index"),
    "bill_day": ("subscription.bill_day",),
    "period_starts_at": ("subscription.period.starts_at",),
    "period_ends_at": ("subscription.period.ends_at",),
    "pending_on": ("subscription.pending", "pending.effective_on"),
    "contract_starts_on": ("contract.given", "contract.starts_on"),
    "answers": ("lost.answers",),
    "resources": ("lost.resources",),
    "settings": ("lost.settings",),
}


def _is_read(column: Column, inputs: frozenset[str]) -> bool:
    if column.name in ("price", "currency", "timezone"):
        return True
    if column.name == "changes":
        return any(name.startswith("changes.") for name in inputs)
    also = _ALSO_READ.get(column.name, ())
    if column.path[0] in ("addons", "allowances"):
        also = ({"addons": "lost.addons", "allowances": "lost.usage"}[column.path[0]],)
    return bool(inputs.intersection((column.feeds, f"{column.feeds}.given", *also)))


def _columns(book: Book) -> Iterator[Column]:
    several = any(len(plan.prices) > 1 for plan in book.catalog.plans)
    yield _text("id", "the subscription", needed=True, feeds="subscription.id")
    yield _text("customer_id", "the customer", path=("customer", "id"), feeds="customer.id", default="the id")
    yield _text("client_group", "the client group", path=("customer", "client_group"), feeds="customer.client_group")
    yield _day("customer_since", "the first day as a customer", path=("customer", "since"), feeds="customer.since")
    yield _text("plan", "the plan that runs", needed=True)
    price = "the id of its price; may be empty where the plan has one price"
    yield _text("price", price, needed=several, default="the plan's only one")
    yield _text("currency", "the currency it is billed in", default=book.currency)
    yield _whole("quantity", "how many pieces", low=1, feeds="subscription.quantity", default=1)
    yield from _time()
    yield from _money()
    yield from _commitment()
    yield from _belongings(book)
    yield from _facts(book)
    yield from _lists()


def _time() -> Iterator[Column]:
    start, end = ("period", "start"), ("period", "end")
    yield _day(
        "period_start", "the first day of the running period", path=start, needed=True, feeds=_SUB + "period.start"
    )
    yield _day("period_end", "the day after its last one", path=end, needed=True, feeds=_SUB + "period.end")
    begins = "the instant at which it begins, where that is not the midnight of its first day"
    ends = "the instant at which it ends, where that is not the midnight of the day after"
    yield Column(name="period_starts_at", path=start, kind="instant", meaning=begins, default_text="that midnight")
    yield Column(name="period_ends_at", path=end, kind="instant", meaning=ends, default_text="that midnight")
    day = "the day of the month on which it is billed"
    yield replace(_whole("bill_day", day, low=1, high=31), default_text="the day that the period suggests")
    yield replace(_text("status", "its state", feeds="subscription.status", default="active"), kind="name", high=80)
    yield _day("started_on", "its first day", feeds=_SUB + "started_on")
    yield _whole("renewals", "how often it was renewed", feeds=_SUB + "renewals")
    yield _day("trial_ends_on", "the first day after the trial", feeds=_SUB + "trial_ends_on")
    yield _day("paid_through", "the first day not paid for, where bills come in arrear", feeds=_SUB + "paid_through")
    yield _text("timezone", "whose midnight begins a day, where it is not the book's", default="the book's")


_SUB = "subscription."

_AMOUNTS = {
    "amount": ("a price per interval agreed with the customer, in place of the list price", "the list price"),
    "paid": ("what was really paid for the period", "the whole price"),
    "given_back": ("what was already returned of it", "0"),
    "debt": ("what is billed and still open", "0"),
    "older_debt": ("the part of it that is not for the running period and plan", "0"),
    "waiting": ("what earlier changes charged and left for the next bill", "0"),
    "account_credit": ("money on the customer's account", "0"),
}


def _money() -> Iterator[Column]:
    for name, (meaning, default) in _AMOUNTS.items():
        yield _amount(name, meaning, default=default)
    yield _whole("unpaid_invoices", "how many invoices are open", feeds=_SUB + "unpaid_invoices")
    yield Column(
        name="discount_percent",
        path=("discount", "percent"),
        kind="percent",
        meaning="the share of the price that a coupon takes off",
        high=1_000_000,
        default_text="0",
        feeds=_SUB + "discount.ppm",
    )
    off = "the amount that a coupon takes off each interval"
    yield _amount("discount_amount", off, path=("discount", "amount"), feeds=_SUB + "discount.amount")
    yield _text("discount_code", "the code of the coupon", path=("discount", "code"), high=4000, low=0)


def _commitment() -> Iterator[Column]:
    at = "contract"
    yield _day(
        "contract_starts_on",
        "the first day of a running commitment",
        path=(at, "starts_on"),
        feeds="contract.starts_on",
    )
    yield _day("contract_ends_on", "the day after its last one", path=(at, "ends_on"), feeds="contract.ends_on")
    yield _amount("contract_penalty", "what leaving it early costs", path=(at, "penalty"), feeds="contract.penalty")
    rest = "whether leaving it early makes the rest fall due"
    yield Column(
        name="contract_remainder", path=(at, "remainder"), kind="truth", meaning=rest, default_text="false",
        feeds="contract.remainder",
    )  # fmt: skip
    yield _text("contract_plan", "the plan that it came with, where that is another", path=(at, "plan"))
    yield _text("contract_service", "the service it is taxed as, where that is another", path=(at, "service"))
    waits = "pending"
    yield _day(
        "pending_on",
        "the day on which a change that waits takes effect",
        path=(waits, "effective_on"),
        feeds="pending.effective_on",
    )
    yield _text("pending_plan", "the plan that it leads to; none for a cancellation", path=(waits, "to_plan"))
    yield _text("pending_price", "the price that it leads to", path=(waits, "to_price"))


def _belongings(book: Book) -> Iterator[Column]:
    tables = book.rulebook.tables
    for name in tables.resources:
        yield _whole(
            f"usage_{plain(name)}",
            f"present use of `{name}`",
            path=("usage", name),
            feeds=f"usage.{name}",
            high=MAX_USE,
        )
    for addon in tables.catalog.addons:
        meaning = f"how many of the add-on `{addon.name}` are held"
        yield _whole(f"addon_{plain(addon.name)}", meaning, path=("addons", addon.name), feeds=f"addons.{addon.name}")
    allowances = dict.fromkeys(name for plan in tables.catalog.plans for name, _ in plan.allowances)
    for name in allowances:
        meaning = f"what is left of the allowance `{name}`"
        yield _whole(f"allowance_{plain(name)}", meaning, path=("allowances", name), high=MAX_USE)


def _facts(book: Book) -> Iterator[Column]:
    for side, path in (("customer", ("customer", "facts")), ("usage", ("usage_facts",)), ("request", ("request",))):
        for fact in book.document.facts.of(side):
            yield _fact(fact, side=side, path=(*path, fact.name), bounds=dict(book.document.facts.texts)[side])


_FACT_KINDS: dict[Type, Kind] = {
    BOOL: "truth", TEXT: "text", WHOLE: "whole", MONEY: "money", DATE: "date", MONTHS: "months", DAYS: "days"
}  # fmt: skip


def _fact(fact: Fact, *, side: str, path: tuple[str, ...], bounds: str) -> Column:
    members = fact.type.members if isinstance(fact.type, Enum) else ()
    kind: Kind = "choice" if members else _FACT_KINDS[fact.type]
    low, high = text_bounds(bounds, fact.name) if kind in ("text", "choice") else whole_bounds(bounds, fact.name)
    nothing: FactValue = "" if kind == "text" else 0
    return Column(
        name=f"{side}_{fact.name}",
        path=path,
        kind=kind,
        meaning=fact.doc,
        needed=fact.default is None,
        low=low,
        high=high if kind in ("text", "choice", "whole") else MAX_COUNT,
        members=members,
        default=nothing if fact.default is None else fact.default,
        default_text=_default_text(fact, members),
        default_currency=fact.default_currency if fact.default else "",
        feeds=f"fact.{side}.{fact.name}",
    )


def _default_text(fact: Fact, members: tuple[str, ...]) -> str:
    if fact.default is None:
        return ""
    if members:
        return members[int(fact.default)]
    return str(fact.default).lower() if isinstance(fact.default, bool) else str(fact.default)


def _lists() -> Iterator[Column]:
    meanings = {
        "answers": 'answers to profile questions: `{"SERVICE.QUESTION": "answer"}`',
        "resources": 'what is configured, and at which connector: `{"NAME": "connector"}`',
        "settings": 'what the customer set: `{"NAME": "value"}`',
        "changes": 'the days of earlier changes of plan: `["2026-01-31"]`',
    }
    for name, meaning in meanings.items():
        yield Column(name=name, path=(name,), kind="list", meaning=meaning, default_text="none")


def _text(
    name: str,
    meaning: str,
    *,
    path: tuple[str, ...] = (),
    needed: bool = False,
    feeds: str = "",
    default: str = "",
    low: int = 1,
    high: int = 200,
) -> Column:
    return Column(
        name=name, path=path or (name,), kind="text", meaning=meaning, needed=needed, low=low, high=high,
        default=default if name == "status" else "", default_text=default or "none", feeds=feeds,
    )  # fmt: skip


def _day(name: str, meaning: str, *, path: tuple[str, ...] = (), needed: bool = False, feeds: str = "") -> Column:
    default = "" if needed else "none"
    return Column(
        name=name, path=path or (name,), kind="date", meaning=meaning, needed=needed, feeds=feeds, default_text=default
    )


def _whole(
    name: str,
    meaning: str,
    *,
    path: tuple[str, ...] = (),
    low: int = 0,
    high: int = MAX_COUNT,
    feeds: str = "",
    default: int = 0,
) -> Column:
    return Column(
        name=name, path=path or (name,), kind="whole", meaning=meaning, low=low, high=high, default=default,
        default_text=str(default), feeds=feeds,
    )  # fmt: skip


def _amount(name: str, meaning: str, *, path: tuple[str, ...] = (), feeds: str = "", default: str = "0") -> Column:
    feeds = feeds or f"subscription.{name}"
    return Column(name=name, path=path or (name,), kind="money", meaning=meaning, feeds=feeds, default_text=default)


def plain(name: str) -> str:
    """A name of the catalog as it stands in the name of a column."""
    return name.replace("-", "_")
