"""Plain worlds: for a route an ordinary customer in the middle of a paid period, who asks for nothing special."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import final

from planshift.billing import calendar
from planshift.billing.catalog import Plan, Price
from planshift.billing.change import ChangeRequest
from planshift.billing.period import Period
from planshift.billing.subscription import Customer, Subscription
from planshift.billing.zones import local_day, midnight
from planshift.book import Book, Decision
from planshift.comparison.world import End, Route, World, fits, value_without
from planshift.diagnostics.errors import InvalidBook

NOON = 12 * 3_600
"""Ordinary requests are made at noon."""

_ORDINARY_DAY = date(2026, 3, 11)
"""When nothing about a book suggests a day: in a month of 31 days, away from its ends."""

_MONTHS_BEFORE = 9
_RENEWALS = 9


@final
@dataclass(frozen=True, kw_only=True)
class Scene:
    """When ordinary requests of a book are made: on a day on which it is in force, and which its own cases like."""

    book: Book
    day: int
    starts: tuple[int, ...] = ()
    """The days from which versions of the book are in force."""

    _held: dict[tuple[End, str], Subscription] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The customers of plain worlds; many routes begin with the same one."""
    _worlds: dict[Route, World | None] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The plain worlds themselves: each is what many particular ones are made of."""

    @classmethod
    def of(cls, book: Book, *also: Book) -> Scene:
        """The scene of a book, on a day on which other versions of it are in force, too."""
        given = [each.document.policy.effective_from for each in (book, *also)]
        starts = tuple(sorted({calendar.to_day(start) for start in given if start is not None}))
        first = max(starts, default=0)
        liked = Counter(day for each in (book, *also) for day in _days_of_cases(each) if day > first)
        ordinary = calendar.to_day(_ORDINARY_DAY)
        if liked:
            return cls(book=book, day=min(liked, key=lambda day: (-liked[day], day)), starts=starts)
        later = calendar.add_months(first, 2, anchor_day=calendar.from_day(ordinary).day)
        return cls(book=book, day=ordinary if ordinary > first else later, starts=starts)

    def at(self, day: int, *, second: int = NOON) -> int:
        """An instant of a local day."""
        return midnight(day, self.book.zone) + second

    def plain(self, route: Route) -> World | None:
        """The plain world of a route; None where the book cannot decide it, such as between two currencies."""
        if route not in self._worlds:
            self._worlds[route] = self._plain(route)
        return self._worlds[route]

    def _plain(self, route: Route) -> World | None:
        rows = [self._row(end) for end in (route.origin, route.target)]
        sold = [[code for code, _ in row[1].amounts] for row in rows if row is not None]
        common = [code for code in sold[0] if all(code in each for each in sold)] if sold else []
        if rows[0] is None or not common:
            return None
        currency = self.book.currency if self.book.currency in common else common[0]
        held = self._held.get((route.origin, currency))
        if held is None:
            held = self._held[route.origin, currency] = self._subscription(*rows[0], currency=currency)
        world = World(subscription=held, request=self._request(route, held))
        return world if fits(self.book, world) else None

    def _row(self, end: End) -> tuple[Plan, Price] | None:
        tables = self.book.rulebook.tables
        place = tables.prices.get(end, tables.no_price)
        return tables.rows[place] if place < tables.no_price else None

    def _subscription(self, plan: Plan, price: Price, *, currency: str) -> Subscription:
        start = calendar.from_day(self.day).replace(day=1)
        months, days = price.interval.months or int(price.interval.once), price.interval.days
        end = calendar.from_day(calendar.step(calendar.to_day(start), months=months, days=days, anchor_day=1))
        if calendar.to_day(end) <= self.day:  # shorter than the way from the first of the month
            start = calendar.from_day(self.day - days // 2)
            end = calendar.from_day(calendar.to_day(start) + days)
        began = calendar.from_day(calendar.add_months(calendar.to_day(start), -_MONTHS_BEFORE, anchor_day=start.day))
        trial = plan.trial is not None
        facts = self.book.document.facts
        return Subscription(
            id=f"{plan.name}-{price.id}",
            plan=plan.name,
            price=price.id,
            currency=currency,
            period=Period(start=start, end=end),
            customer=Customer(
                id="somebody", since=began, facts=tuple((fact.name, value_without(fact)) for fact in facts.customer)
            ),
            bill_day=start.day,
            started_on=start if trial else began,
            renewals=0 if trial else _RENEWALS,
            trial_ends_on=end if trial else None,
            usage_facts=tuple((fact.name, value_without(fact)) for fact in facts.usage),
        )

    def _request(self, route: Route, held: Subscription) -> ChangeRequest:
        facts = tuple((fact.name, value_without(fact)) for fact in self.book.document.facts.request)
        if route.kind == "renew":
            return ChangeRequest(at=self.at(calendar.to_day(held.period.end), second=0), kind="renew", by="system")
        plan, price = route.target
        return ChangeRequest(at=self.at(self.day), kind=route.kind, plan=plan, price=price, facts=facts)


def _days_of_cases(book: Book) -> Iterator[int]:
    for case in cases_of(book):
        yield local_day(case[0], book.zone)


def cases_of(book: Book) -> Iterator[tuple[int, Subscription, ChangeRequest | None, str]]:
    """The instants, subscriptions, requests and names of the book's cases that nothing precedes.

    A book whose cases have mistakes has none here: `check` and `test` tell of them.
    """
    try:
        files = book.cases
    except InvalidBook:
        return
    for file in files:
        for case in file.cases:
            if case.todo is None and not case.before:
                yield case.now, case.subscription, case.request, case.name


def instant_day(book: Book, world: World) -> int:
    """The local day of a world's request."""
    return local_day(world.request.at, world.subscription.timezone or book.zone)


def typical(book: Book, given: Iterable[Route], *, scene: Scene) -> Iterator[Route]:
    """Of the routes that the book treats alike in their plain worlds, the first."""
    seen: set[object] = set()
    for route in given:
        world = scene.plain(route)
        if world is None:
            continue
        likeness = (route.kind, _features(book, world), _treatment(book.decide(world.subscription, world.request)))
        if likeness not in seen:
            seen.add(likeness)
            yield route


def _treatment(decision: Decision) -> object:
    """What the book says about a change apart from amounts and dates."""
    kernel = decision.reading.kernel
    return (
        decision.value("verdict"),
        decision.value("direction"),
        tuple(decision.truth(f"objection.{k}") for k in range(len(kernel.objections))),
        tuple(decision.truth(f"rule.{k}") for k in range(len(kernel.rules))),
        tuple(decision.value(f"term.{name}") for name in kernel.terms),
    )


def _features(book: Book, world: World) -> object:
    """What the two plans have that a change can touch."""
    route = world.route
    plans = [book.rulebook.plans.get(name) for name, _ in (route.origin, route.target)]
    prices = [plan.price(end[1]) for plan, end in zip(plans, (route.origin, route.target), strict=True) if plan]
    return (
        route.origin[0] == route.target[0],
        tuple(
            price and (price.interval.once, price.in_arrear, bool(price.renewal), bool(price.setup)) for price in prices
        ),
        tuple(plan and (plan.contract is None, plan.usage_bucket, bool(plan.coupons), plan.services) for plan in plans),
    )
