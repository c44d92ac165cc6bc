"""Situations: what can be particular about a customer, their payments, their commitment or their request.

Each is a small change of a plain world. Which there are depends on the book: its client groups, customers, add-ons,
currencies, coupons, roles and counters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from planshift.billing import calendar
from planshift.billing.catalog import Plan
from planshift.billing.change import Remedies
from planshift.billing.subscription import (
    Answer,
    Discount,
    HeldAddon,
    HeldService,
    PendingChange,
    RunningContract,
    Subscription,
)
from planshift.book import Book
from planshift.comparison.plain import NOON, Scene
from planshift.comparison.world import World
from planshift.policy.payments import due_for_period
from planshift.policy.term_values import Frequency, Requirements
from planshift.rulebook.facts import MAX_COUNT

Situation = Callable[[World], World | None]
"""Makes a world particular; None where that means nothing for it."""

_HALF_HOUR = 1_800
_DAY = 86_400


def situations(*books: Book) -> Iterator[Situation]:
    """Every situation that one of these versions of a book can tell apart, for worlds of the first."""
    book, scene = books[0], Scene.of(*books)
    yield from _people(books)
    yield from _payments(book)
    yield from _prices(books)
    yield from _commitments(book)
    yield from _instants(scene)
    yield from _sales(books, scene)
    yield from _states(books)
    yield from _belongings(book)
    yield from _asked()
    yield from _approvals(books)


def _with(told: str, **fields: Any) -> Situation:  # noqa: ANN401  # the fields of a subscription are of many types
    return lambda world: world.but(told, subscription=replace(world.subscription, **fields))


def _held(told: str, change: Callable[[Subscription], Subscription | None]) -> Situation:
    def situation(world: World) -> World | None:
        found = change(world.subscription)
        return None if found is None else world.but(told, subscription=found)

    return situation


def _customer(told: str, **fields: Any) -> Situation:  # noqa: ANN401  # the fields of a customer are of many types
    return _held(told, lambda held: replace(held, customer=replace(held.customer, **fields)))


def _asking(told: str, **fields: Any) -> Situation:  # noqa: ANN401  # the fields of a request are of many types
    return lambda world: world.but(told, request=replace(world.request, **fields))


def _people(books: tuple[Book, ...]) -> Iterator[Situation]:
    for name in dict.fromkeys(name for book in books for name, _ in book.rulebook.holders.client_groups):
        yield _customer(f"in the client group {name}", client_group=name)
    for name in dict.fromkeys(name for book in books for name, _ in book.rulebook.holders.customers):
        yield _customer(f"of the customer {name}", id=name)
    yield _asking("asked by staff", by="staff")
    yield _asking("asked by a system", by="system")
    yield _asking("passed by staff", by="staff", override=True, override_reason="agreed")


def _due(book: Book, held: Subscription) -> int:
    """What the running period costs."""
    price = book.rulebook.plans[held.plan].price(held.price)
    assert price is not None  # the world fits the book
    due = due_for_period(price, held.period, currency=held.currency, amount=held.amount, quantity=held.quantity)
    return due or 0


def _payments(book: Book) -> Iterator[Situation]:
    def paid(told: str, *, halves: int) -> Situation:
        def change(held: Subscription) -> Subscription | None:
            due = _due(book, held)
            part = due * halves // 2
            return replace(held, paid=part, debt=due - part, unpaid_invoices=1) if due else None

        return _held(told, change)

    def given_back(held: Subscription) -> Subscription | None:
        due = _due(book, held)
        return replace(held, given_back=due // 4) if due >= 4 else None

    yield paid("with nothing paid", halves=0)
    yield paid("with half of it paid", halves=1)
    yield _with("with an old invoice open", debt=1_000, older_debt=1_000, unpaid_invoices=1)
    yield _held("with a part given back", given_back)
    yield _with("with credit on the account", account_credit=500)
    yield _with("with charges waiting", waiting=300)


def _prices(books: tuple[Book, ...]) -> Iterator[Situation]:
    def agreed(held: Subscription) -> Subscription | None:
        due = _due(books[0], held)
        return replace(held, amount=due * 4 // 5) if due else None

    yield _held("at an agreed price", agreed)
    yield _with("with a coupon", discount=Discount(ppm=100_000, code="WELCOME"))
    yield _with("with a coupon of an amount", discount=Discount(amount=100, code="WELCOME"))
    taken = [code for book in books for plan in book.catalog.plans for code in plan.coupons or ()]
    mapped = [code for book in books for code in book.document.policy.carry_map.of("coupons")]
    for code in dict.fromkeys([*taken, *mapped]):
        yield _with(f"with the coupon {code}", discount=Discount(ppm=100_000, code=code))
    for code in dict.fromkeys(code for book in books for code in book.rulebook.tables.currencies):
        yield _in_currency(code)
    yield _with("with three of it", quantity=3)


def _in_currency(code: str) -> Situation:
    return _held(f"in {code}", lambda held: None if held.currency == code else replace(held, currency=code))


def _commitments(book: Book) -> Iterator[Situation]:
    def own(held: Subscription) -> Subscription | None:
        terms = book.rulebook.plans[held.plan].contract
        if terms is None:
            return None
        penalty = dict(terms.penalty).get(held.currency, 0)
        contract = _contract(held, 6, penalty=penalty, remainder=terms.remainder)
        return replace(held, contract=replace(contract, plan=held.plan))

    def bound(told: str, months: int, *, remainder: bool = False) -> Situation:
        return _held(told, lambda held: replace(held, contract=_contract(held, months, remainder=remainder)))

    yield _held("inside the commitment of the plan", own)
    yield bound("inside a commitment", 6)
    yield bound("inside a commitment whose rest falls due", 6, remainder=True)
    yield bound("with a commitment that has ended", 0)


def _contract(held: Subscription, months: int, *, penalty: int = 5_000, remainder: bool = False) -> RunningContract:
    """A commitment of a year, of which so many months are left."""
    start, anchor = calendar.to_day(held.period.start), held.period.start.day
    begins, ends = (
        calendar.from_day(calendar.add_months(start, each, anchor_day=anchor)) for each in (months - 12, months)
    )
    return RunningContract(starts_on=begins, ends_on=ends, penalty=penalty, remainder=remainder)


def _instants(scene: Scene) -> Iterator[Situation]:
    def at(told: str, day_of: Callable[[Subscription], int], *, second: int = NOON) -> Situation:
        def situation(world: World) -> World | None:
            if world.request.kind == "renew":
                return None
            instant = scene.at(day_of(world.subscription), second=second)
            return world.but(told, request=replace(world.request, at=instant))

        return situation

    yield at("on the first day of the period", lambda held: calendar.to_day(held.period.start))
    yield at("on the last day of the period", lambda held: calendar.to_day(held.period.end) - 1)
    yield at("three days before the end of the period", lambda held: calendar.to_day(held.period.end) - 3)
    yield at("before the period begins", lambda held: calendar.to_day(held.period.start) - 2)
    yield at("after the end of the period", lambda held: calendar.to_day(held.period.end) + 2)
    yield at("late in the evening", lambda _: scene.day, second=_DAY - _HALF_HOUR)
    yield at("just after midnight", lambda _: scene.day, second=_HALF_HOUR)
    yield lambda world: _billed_late(world, scene)
    yield _held("in a trial", lambda held: replace(held, trial_ends_on=held.period.end))
    yield _held("paid ahead", lambda held: replace(held, paid_through=held.period.end))
    for first in scene.starts:
        yield at("the day before the book is in force", lambda _, day=first - 1: day)  # type: ignore[misc]  # the default binds the loop's day
        yield at("on the day from which the book is in force", lambda _, day=first: day)  # type: ignore[misc]  # as above


def _sales(books: tuple[Book, ...], scene: Scene) -> Iterator[Situation]:
    """The days on which prices begin and end to be sold, and more pieces than can be had."""
    prices = [price for book in books for _, price in book.rulebook.tables.rows]
    dates = {day for price in prices for day in (price.available_from, price.available_until) if day is not None}
    for day in sorted(calendar.to_day(date.fromisoformat(each)) + more for each in dates for more in (-1, 0)):
        yield _asking(f"on {calendar.from_day(day)}", at=scene.at(day))
    plans = [plan for book in books for plan in book.catalog.plans]
    for most in sorted({count for plan in plans for count in (plan.stock, plan.quantity_max) if count is not None}):
        if most < MAX_COUNT:
            yield _asking(f"for {most}", quantity=max(most, 1))
            yield _asking(f"for {most + 1}", quantity=most + 1)


def _billed_late(world: World, scene: Scene) -> World | None:
    """The world with a period of a month that begins on the last day of January."""
    held, month_end = world.subscription, 31
    if not 27 <= held.period.days <= month_end or world.request.kind == "renew":
        return None
    start = date(calendar.from_day(scene.day).year, 1, month_end)
    end = calendar.from_day(calendar.add_months(calendar.to_day(start), 1, anchor_day=month_end))
    period = replace(held.period, start=start, end=end)
    moved = replace(held, period=period, bill_day=month_end, started_on=None, trial_ends_on=None)
    asked = replace(world.request, at=scene.at(calendar.to_day(start) + 10))
    return world.but("billed on the 31st", subscription=moved, request=asked)


def _states(books: tuple[Book, ...]) -> Iterator[Situation]:
    yield _with("suspended", status="suspended")
    yield _held("while a change waits", lambda held: _pending(held, plan=held.plan, price=held.price))
    yield _held("while the end waits", lambda held: _pending(held, plan="", price=""))
    counters = [value for book in books for value in _values(book, "frequency") if isinstance(value, Frequency)]
    spans = {(each.changes, each.interval.days + 31 * each.interval.months) for each in counters if each.changes}
    counts = {(count or 0) - less for count, _ in spans for less in (0, 1)} - {0}
    for count in sorted(counts):
        for days in sorted({1, *(span + more for _, span in spans for more in (-1, 1))}):
            yield _changed(count, days=days)


def _values(book: Book, term: str) -> tuple[object, ...]:
    return book.rulebook.reading().kernel.terms[term].values


def _pending(held: Subscription, *, plan: str, price: str) -> Subscription:
    return replace(held, pending=PendingChange(to_plan=plan, to_price=price, effective_on=held.period.end))


def _changed(count: int, *, days: int) -> Situation:
    """So many changes behind, all of them so many days before the request."""

    def situation(world: World) -> World:
        day = calendar.from_day(world.request.at // _DAY)
        changes = (day - timedelta(days=days),) * count
        times = "once" if count == 1 else f"{count} times"
        told = f"changed {times} {days} days ago" if days > 1 else f"changed {times} the day before"
        return world.but(told, subscription=replace(world.subscription, changes=changes))

    return situation


def _belongings(book: Book) -> Iterator[Situation]:
    def addons(held: Subscription) -> Subscription | None:
        names = book.rulebook.plans[held.plan].addons
        return replace(held, addons=tuple(HeldAddon(name=name, quantity=2) for name in names)) if names else None

    yield _held("with add-ons", addons)
    yield _held("with what customers of the plan have", lambda held: _equipped(held, book))
    yield lambda world: _using(world, book, more=1, told="with more in use than fits")
    yield lambda world: _using(world, book, more=0, told="with as much in use as fits")
    yield lambda world: _remedied(world, book)


def _equipped(held: Subscription, book: Book) -> Subscription | None:
    plan = book.rulebook.plans[held.plan]
    asks = {service.name: service.questions for service in book.catalog.services}
    named = [(service, question) for service in plan.services for question in asks[service]]
    equipped = replace(
        held,
        answers=tuple(Answer(service=service, question=question, value="something") for service, question in named),
        resources=tuple((each.name, each.connector) for each in plan.resources),
        settings=tuple((name, "chosen") for name in plan.settings),
        allowances=tuple((name, count // 2) for name, count in plan.allowances),
    )
    return None if equipped == held else equipped


def _target(world: World, book: Book) -> Plan | None:
    return book.rulebook.plans.get(world.request.plan)


def _using(world: World, book: Book, *, more: int, told: str) -> World | None:
    target = _target(world, book)
    usage = [(name, limit + more) for name, limit in target.limits if limit >= 0] if target is not None else []
    return world.but(told, subscription=replace(world.subscription, usage=tuple(usage))) if usage else None


def _remedied(world: World, book: Book) -> World | None:
    """Too much in use, one thing that runs and is ended, and add-ons that are bought with the change."""
    over, target = _using(world, book, more=1, told="with remedies chosen"), _target(world, book)
    if over is None or target is None:
        return None
    uses = tuple((name, 1) for name, _ in over.subscription.usage)
    held = replace(over.subscription, services=(HeldService(id="one", title="One of several", uses=uses),))
    remedies = Remedies(add=tuple(HeldAddon(name=name) for name in target.addons), end=("one",))
    return replace(over, subscription=held, request=replace(over.request, remedies=remedies))


def _asked() -> Iterator[Situation]:
    yield _asking("with one-time services", bill_one_time=True)
    yield _asking("with another bill day", bill_day=15)
    yield lambda world: world.but(
        "with a wished day", request=replace(world.request, on=world.subscription.period.end - timedelta(days=5))
    )
    yield lambda world: world.but(
        "for a day that has passed", request=replace(world.request, by="staff", on=world.subscription.period.start)
    )
    yield (
        lambda world: (
            world.but("at a price agreed for it", request=replace(world.request, amount=1_500))
            if world.request.kind in ("change", "start")
            else None
        )
    )
    yield lambda world: _quantity(world, 4, told="from three to four")
    yield lambda world: _quantity(world, 2, told="from three to two")


def _quantity(world: World, quantity: int, *, told: str) -> World | None:
    if world.request.kind != "change":
        return None
    held = replace(world.subscription, quantity=3)
    return world.but(told, subscription=held, request=replace(world.request, quantity=quantity))


def _approvals(books: tuple[Book, ...]) -> Iterator[Situation]:
    listed = [value for book in books for value in _values(book, "requires") if isinstance(value, Requirements)]
    needs = [need for book in books for rule in book.rulebook.reading().kernel.rules for need in rule.needs]
    for need in dict.fromkeys([*(item for value in listed for item in value.items), *needs]):
        if need.kind == "approval":
            yield _asking(f"approved by {need.argument}", approvals=(need.argument,))
        if need.kind == "status":
            yield _with(f"with the status {need.argument}", status=need.argument)
