"""Levers: for each column that a condition can read, how a world is made in which it has another value.

What a condition computes from a column (whole months as a customer, days to the end of the period) follows by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, final

from planshift.billing import calendar
from planshift.billing.change import REQUESTERS
from planshift.billing.subscription import Discount, FactValue, HeldAddon, PendingChange, RunningContract
from planshift.billing.zones import midnight
from planshift.book import Book
from planshift.comparison.plain import NOON, instant_day
from planshift.comparison.world import World
from planshift.expressions.types import BOOL, TEXT, Enum

_FAR = 12 * 366
"""So many days before and after a request dates are looked for."""

_MUCH = 10**7
_MANY = 2_000


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """Sets one column of integers or truths: the bounds between which it is worth looking, and how it is set.

    `few` says that every value between the bounds is one of its own: words of a list, yes and no.
    """

    low: int
    high: int
    set: Callable[[World, int], World]
    few: bool = False


def levers_of(book: Book, columns: Iterable[str], *, day: int) -> dict[str, Lever]:
    """The levers for those of these columns that can be set, by column; dates lie around a day."""
    found = {name: _lever(book, name, day=day) for name in sorted(columns)}
    return {name: lever for name, lever in found.items() if lever is not None}


def with_text(world: World, column: str, *, value: str) -> World | None:
    """The world with another text in a column; None where it cannot be set."""
    held = world.subscription
    match column.split(".", 2):
        case ["subscription", "id"]:
            return _held(world, id=value)
        case ["subscription", "status"]:
            return _held(world, status=value)
        case ["customer", "id"]:
            return _held(world, customer=replace(held.customer, id=value))
        case ["customer", "client_group"]:
            return _held(world, customer=replace(held.customer, client_group=value or None))
        case ["fact", side, name]:
            return _with_fact(world, side, name=name, value=value)
    return None


def _lever(book: Book, column: str, *, day: int) -> Lever | None:
    head, _, rest = column.partition(".")
    match head:
        case "usage":
            return Lever(low=0, high=_MUCH, set=lambda w, v: _held(w, usage=_with(w.subscription.usage, rest, value=v)))
        case "addons":
            return Lever(low=0, high=_MANY, set=lambda w, v: _with_addon(w, rest, count=v))
        case "changes":
            return Lever(low=0, high=20, set=lambda w, v: _held(w, changes=(_day(instant_day(book, w) - 1),) * v))
        case "approved":
            return Lever(low=0, high=1, few=True, set=lambda w, v: _asked(w, approvals=(rest,) if v else ()))
        case "fact":
            side, name = rest.split(".", 1)
            return _fact_lever(book, side, name=name)
    if column == "today":
        return Lever(low=day - _FAR, high=day + _FAR, set=lambda w, v: _at(book, w, day=v))
    if column in _DATES:
        change = _DATES[column]
        return Lever(low=day - _FAR, high=day + _FAR, set=lambda w, v: change(w, _day(v)))
    return _NUMBERS.get(column)


def _fact_lever(book: Book, side: str, *, name: str) -> Lever | None:
    fact = next(each for each in book.document.facts.of(side) if each.name == name)
    if fact.type == TEXT:
        return None
    if fact.type == BOOL:
        return Lever(low=0, high=1, few=True, set=lambda w, v: _with_fact(w, side, name=name, value=bool(v)))
    words = len(fact.type.members) if isinstance(fact.type, Enum) else 0
    high = words - 1 if words else _MUCH
    return Lever(low=0, high=high, few=bool(words), set=lambda w, v: _with_fact(w, side, name=name, value=v))


def _with_fact(world: World, side: str, *, name: str, value: FactValue) -> World:
    held, asked = world.subscription, world.request
    match side:
        case "request":
            return _asked(world, facts=_with(asked.facts, name, value=value))
        case "usage":
            return _held(world, usage_facts=_with(held.usage_facts, name, value=value))
        case _:
            return _held(world, customer=replace(held.customer, facts=_with(held.customer.facts, name, value=value)))


def _with(pairs: tuple[tuple[str, Any], ...], name: str, *, value: object) -> tuple[tuple[str, Any], ...]:
    """Pairs with one value changed where it stands, or added."""
    if any(key == name for key, _ in pairs):
        return tuple((key, value if key == name else kept) for key, kept in pairs)
    return tuple(sorted((*pairs, (name, value))))


def _held(world: World, **fields: Any) -> World:  # noqa: ANN401  # the fields of a subscription are of many types
    return replace(world, subscription=replace(world.subscription, **fields), named="")


def _asked(world: World, **fields: Any) -> World:  # noqa: ANN401  # as above, of a request
    return replace(world, request=replace(world.request, **fields))


def _with_addon(world: World, name: str, *, count: int) -> World:
    others = tuple(addon for addon in world.subscription.addons if addon.name != name)
    return _held(world, addons=(*others, HeldAddon(name=name, quantity=count)) if count else others)


def _at(book: Book, world: World, *, day: int) -> World:
    return _asked(world, at=midnight(day, world.subscription.timezone or book.zone) + NOON)


def _day(value: int) -> date:
    return calendar.from_day(value)


def _with_end(world: World, day: date) -> World:
    period = world.subscription.period
    return _held(world, period=replace(period, end=day)) if day > period.start else world


def _with_start(world: World, day: date) -> World:
    held = world.subscription
    if day >= held.period.end:
        return world
    began = None if held.started_on is None else min(held.started_on, day)
    return _held(world, period=replace(held.period, start=day), started_on=began)


def _with_contract(world: World, **fields: Any) -> World:  # noqa: ANN401  # the fields of a contract are of many types
    held = world.subscription
    start, end = held.period.start, held.period.end
    contract = held.contract or RunningContract(starts_on=start, ends_on=end)
    contract = replace(contract, **fields)
    if contract.ends_on <= contract.starts_on:
        contract = replace(contract, starts_on=_day(calendar.to_day(contract.ends_on) - 365))
    return _held(world, contract=contract)


def _with_pending(world: World, waits: int) -> World:
    held = world.subscription
    pending = PendingChange(to_plan=held.plan, to_price=held.price, effective_on=held.period.end)
    return _held(world, pending=pending if waits else None)


def _since(world: World, day: date) -> World:
    return _held(world, customer=replace(world.subscription.customer, since=day))


_DATES: dict[str, Callable[[World, date], World]] = {
    "subscription.period.start": _with_start,
    "subscription.period.end": _with_end,
    "subscription.started_on": lambda w, day: _held(w, started_on=min(day, w.subscription.period.start)),
    "subscription.trial_ends_on": lambda w, day: _held(w, trial_ends_on=day, started_on=None),
    "subscription.paid_through": lambda w, day: _held(w, paid_through=day),
    "customer.since": _since,
    "contract.ends_on": lambda w, day: _with_contract(w, ends_on=day),
    "request.on": lambda w, day: _asked(w, on=day),
}
"""Columns of dates."""


def _number(name: str, *, low: int = 0, high: int = _MANY) -> Lever:
    return Lever(low=low, high=high, set=lambda w, v: _held(w, **{name: v}))


def _debt(world: World, minor: int) -> World:
    return _held(world, debt=minor, older_debt=minor)


_NUMBERS: dict[str, Lever] = {
    "subscription.quantity": _number("quantity", low=1),
    "subscription.renewals": _number("renewals"),
    "subscription.unpaid_invoices": _number("unpaid_invoices"),
    "subscription.account_credit": _number("account_credit", high=_MUCH),
    "subscription.waiting": _number("waiting", high=_MUCH),
    "subscription.debt": Lever(low=0, high=_MUCH, set=_debt),
    "subscription.amount": _number("amount", high=_MUCH),
    "subscription.amount.given": Lever(low=0, high=1, few=True, set=lambda w, v: _held(w, amount=1_000 if v else None)),
    "subscription.pending": Lever(low=0, high=1, few=True, set=_with_pending),
    "subscription.discount.ppm": Lever(
        low=0, high=1_000_000, set=lambda w, v: _held(w, discount=Discount(ppm=v, code="WELCOME"))
    ),
    "contract.given": Lever(
        low=0, high=1, few=True, set=lambda w, v: _with_contract(w) if v else _held(w, contract=None)
    ),
    "contract.penalty": Lever(low=0, high=_MUCH, set=lambda w, v: _with_contract(w, penalty=v)),
    "request.quantity": Lever(low=1, high=_MANY, set=lambda w, v: _asked(w, quantity=v)),
    "request.amount": Lever(low=0, high=_MUCH, set=lambda w, v: _asked(w, amount=v)),
    "request.by": Lever(low=0, high=len(REQUESTERS) - 1, few=True, set=lambda w, v: _asked(w, by=REQUESTERS[v])),
    "request.bill_one_time": Lever(low=0, high=1, few=True, set=lambda w, v: _asked(w, bill_one_time=bool(v))),
    "customer.since.given": Lever(
        low=0,
        high=1,
        few=True,
        set=lambda w, v: w if v else _held(w, customer=replace(w.subscription.customer, since=None)),
    ),
    "subscription.started_on.given": Lever(
        low=0, high=1, few=True, set=lambda w, v: w if v else _held(w, started_on=None)
    ),
}
"""Columns of numbers and truths."""
