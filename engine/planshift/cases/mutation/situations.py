"""A broad sample of changes to ask a book about: its subscriptions and its cases, and what differs from each one way.

The plainest come first: a subscription of the book as it is, then one thing at a time. Nothing is drawn at random: the
values are those that the book itself speaks of, and those next to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from typing import Final, final

from planshift.billing.calendar import add_months, from_day, to_day
from planshift.billing.change import ChangeRequest
from planshift.billing.period import Period
from planshift.billing.subscription import Customer, Discount, FactValue, PendingChange, RunningContract, Subscription
from planshift.billing.zones import local_day, midnight
from planshift.book import Book
from planshift.cases.mutation.vocabulary import Vocabulary, fact_values, vocabulary_of
from planshift.diagnostics.errors import InvalidInput
from planshift.policy.facts import Fact

MOST: Final = 10_000
"""How many changes a sample has at most."""

_MORNING: Final = 36_000
_DAY: Final = 86_400


Pairs = tuple[tuple[Subscription, ChangeRequest], ...]
"""Subscriptions with what is asked for them."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One change that a book can be asked about.

    `name` is the subscription file that it begins with, and `as_read` tells that nothing of the subscription differs.
    """

    subscription: Subscription
    request: ChangeRequest
    name: str = ""
    as_read: bool = False


def situations_of(book: Book, asked: Pairs) -> Iterator[Situation]:
    """The sample of a book; `asked` are the changes that its cases ask for. Only what the book takes is in it.

    Of the changes that differ from a plain one in one thing there may be too many: then every second one is taken, or
    every third, all through the sample.
    """
    return (each for each in _unique(_situations(_Sample(book), asked)) if _fits(book, each))


def _situations(sample: _Sample, asked: Pairs) -> Iterator[Situation]:
    yield from islice(sample.plain(asked), MOST // 2)
    varied = tuple(islice(sample.varied(asked), MOST * 8))
    yield from varied[:: max(1, -(-len(varied) // (MOST // 2)))]


def _fits(book: Book, situation: Situation) -> bool:
    try:
        book.decide(situation.subscription, situation.request)
    except InvalidInput:
        return False
    return True


def _unique(situations: Iterable[Situation]) -> Iterator[Situation]:
    seen: set[tuple[Subscription, ChangeRequest]] = set()
    for each in situations:
        key = (each.subscription, each.request)
        if key not in seen:
            seen.add(key)
            yield each


@final
class _Sample:
    """Makes the situations of one book."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._words: Vocabulary = vocabulary_of(book)

    def plain(self, asked: Pairs) -> Iterator[Situation]:
        """Plain changes of every subscription, those of the cases, and plain ones of everything that is sold."""
        for name, held in self._book.subscriptions.items():
            yield from (self._of(name, held, request, as_read=True) for request in self._requests(held))
        yield from (self._of("", held, request) for held, request in asked)
        for held in self._bought():
            requests = tuple(self._requests(held))
            yield from (self._of("", held, request) for request in requests)
            for request in requests:
                yield self._of("", held, replace(request, bill_one_time=True))
                yield from (self._of("", other, request) for other in self._with_other_facts(held))

    def varied(self, asked: Pairs) -> Iterator[Situation]:
        """The changes of the cases and of a subscription for each plan, each with one thing that differs."""
        for held, request in asked:
            yield from (self._of("", *pair) for pair in self._varied(held, request))
        plans: dict[tuple[str, str], tuple[str, Subscription]] = {}
        for name, held in self._book.subscriptions.items():
            plans.setdefault((held.plan, held.price), (name, held))
        for name, held in plans.values():
            for request in self._requests(held):
                yield from (self._of(name, *pair) for pair in self._varied(held, request))

    @staticmethod
    def _of(name: str, held: Subscription, request: ChangeRequest, *, as_read: bool = False) -> Situation:
        return Situation(name=name, subscription=held, request=request, as_read=as_read)

    def _zone(self, held: Subscription) -> str:
        return held.timezone or self._book.zone

    def _at(self, held: Subscription, day: date, second: int = _MORNING) -> int:
        return midnight(to_day(day), self._zone(held)) + second

    def _requests(self, held: Subscription) -> Iterator[ChangeRequest]:
        """A change to everything that is sold in the currency, the end, one more piece, and the renewal."""
        at = self._at(held, held.period.start + timedelta(days=min(10, held.period.days // 2)))
        for plan in self._book.catalog.plans:
            for price in plan.prices:
                if held.currency in dict(price.amounts) and (plan.name, price.id) != (held.plan, held.price):
                    yield ChangeRequest(at=at, plan=plan.name, price=price.id)
        yield ChangeRequest(at=at, kind="cancel")
        yield ChangeRequest(at=at, plan=held.plan, price=held.price, quantity=held.quantity + 1)
        yield ChangeRequest(at=self._at(held, held.period.end), kind="renew", by="system")

    def _bought(self) -> Iterator[Subscription]:
        """A plain subscription of each price in each currency, bought in the first month that the book holds."""
        begin = self._book.document.policy.effective_from or date(2026, 1, 1)
        start = date(begin.year + (begin.month == 12), begin.month % 12 + 1, 1)
        facts = self._book.document.facts
        who = Customer(id="somebody", since=start, facts=_usual(facts.customer))
        usage_facts = _usual(facts.usage)
        for plan in self._book.catalog.plans:
            for price in plan.prices:
                for currency, _ in price.amounts:
                    end = _later(start, months=price.interval.months, days=price.interval.days)
                    period = Period(start=start, end=end)
                    yield Subscription(
                        id="sample",
                        plan=plan.name,
                        price=price.id,
                        currency=currency,
                        period=period,
                        customer=who,
                        usage_facts=usage_facts,
                        bill_day=0 if price.interval.days else 1,
                        started_on=start,
                        paid_through=start if price.in_arrear else None,
                    )

    def _varied(self, held: Subscription, request: ChangeRequest) -> Iterator[tuple[Subscription, ChangeRequest]]:
        today = from_day(local_day(request.at, self._zone(held)))
        yield from ((held, asked) for asked in self._asked_otherwise(held, request))
        yield from ((other, request) for other in self._customers(held, today))
        yield from ((other, request) for other in self._states(held, today))
        yield from ((other, request) for other in self._belongings(held))

    def _asked_otherwise(self, held: Subscription, request: ChangeRequest) -> Iterator[ChangeRequest]:
        """The same change asked by somebody else, at another time, or with more said."""
        today = from_day(local_day(request.at, self._zone(held)))
        if request.kind != "renew":
            yield replace(request, by="staff")
            yield replace(request, by="staff", override=True, override_reason="agreed")
            yield replace(request, bill_one_time=True)
            yield replace(request, approvals=self._words.roles)
            yield replace(request, quantity=held.quantity + 2)
            yield replace(request, until=today + timedelta(days=7))
            for step in (3, -3):
                yield replace(request, on=today + timedelta(days=step), by="staff" if step < 0 else request.by)
        for fact in self._book.document.facts.request:
            for value in fact_values(fact, self._words.counts):
                others = tuple(pair for pair in request.facts if pair[0] != fact.name)
                yield replace(request, facts=tuple(sorted((*others, (fact.name, value)))))
        near = {held.period.start, *(held.period.end - timedelta(days=days) for days in self._words.days)}
        near = {day for day in near if day >= held.period.start}
        begin = self._book.document.policy.effective_from
        near |= {begin - timedelta(days=1), begin} if begin is not None else set()
        for day in sorted(near):
            yield replace(request, at=self._at(held, day))
        for second in (1_800, _DAY - 1_800):
            yield replace(request, at=self._at(held, today, second))

    def _customers(self, held: Subscription, today: date) -> Iterator[Subscription]:
        """The same for somebody else."""
        who = held.customer
        others = [replace(who, client_group=group) for group in self._words.client_groups]
        others += [replace(who, id=name) for name in self._words.customers]
        since = (_later(today, months=-months) for months in self._words.months)
        others += [replace(who, since=day) for day in since]
        yield from (replace(held, customer=other) for other in others)
        yield from self._with_other_facts(held)
        for fact in self._book.document.facts.usage:
            for value in fact_values(fact, self._words.counts):
                kept = tuple(pair for pair in held.usage_facts if pair[0] != fact.name)
                yield replace(held, usage_facts=tuple(sorted((*kept, (fact.name, value)))))

    def _with_other_facts(self, held: Subscription) -> Iterator[Subscription]:
        """The same with one declared fact of the customer that is not as usual."""
        who = held.customer
        for fact in self._book.document.facts.customer:
            for value in fact_values(fact, self._words.counts):
                kept = tuple(pair for pair in who.facts if pair[0] != fact.name)
                if (fact.name, value) not in who.facts:
                    facts = tuple(sorted((*kept, (fact.name, value))))
                    yield replace(held, customer=replace(who, facts=facts))

    def _states(self, held: Subscription, today: date) -> Iterator[Subscription]:
        """The same with something that happened before."""
        yield replace(held, status="suspended")
        yield replace(held, unpaid_invoices=1, debt=500)
        yield replace(held, account_credit=700)
        yield replace(held, waiting=300)
        yield replace(held, quantity=held.quantity + 2, paid=None)
        yield replace(held, paid=0)
        for count in self._words.counts:
            yield replace(held, renewals=count)
        pending = PendingChange(to_plan=held.plan, to_price=held.price, effective_on=held.period.end)
        yield replace(held, pending=pending)
        for number in (1, 2, 3):
            yield replace(held, changes=tuple(today - timedelta(days=number - k) for k in range(number)))
        for days in self._words.days:
            yield replace(held, changes=(today - timedelta(days=days), today - timedelta(days=1)))
        yield replace(held, trial_ends_on=held.period.end)
        ends_on = held.period.end + timedelta(days=100)
        yield replace(held, contract=RunningContract(starts_on=held.period.start, ends_on=ends_on, penalty=900))

    def _belongings(self, held: Subscription) -> Iterator[Subscription]:
        """The same with more or less of what it holds."""
        yield replace(held, amount=400, paid=None)
        for code in self._words.coupons:
            yield replace(held, discount=Discount(ppm=100_000, code=code))
        for plan in self._book.catalog.plans:
            if plan.name == held.plan:
                included = [(name, count) for name, count in plan.allowances if count > 0]
                yield replace(held, allowances=tuple((name, count // 2 + 1) for name, count in included))
                yield replace(held, settings=tuple((name, "on") for name in plan.settings))
        bounds: dict[str, set[int]] = {}
        for plan in self._book.catalog.plans:
            for name, count in plan.limits:
                if count > 0:
                    bounds.setdefault(name, set()).update((count, count + 1, count * 9 // 10, count * 9 // 10 - 1))
        for name, counts in bounds.items():
            others = tuple(pair for pair in held.usage if pair[0] != name)
            for count in sorted(each for each in counts if each >= 0):
                yield replace(held, usage=tuple(sorted((*others, (name, count)))))


def _usual(facts: tuple[Fact, ...]) -> tuple[tuple[str, FactValue], ...]:
    """Declared facts as they are where nobody tells."""
    return tuple(
        (fact.name, (fact_values(fact, ()) or (0,))[0] if fact.default is None else fact.default)
        for fact in sorted(facts, key=lambda each: each.name)
    )


def _later(day: date, *, months: int, days: int = 0) -> date:
    return from_day(add_months(to_day(day), months, anchor_day=day.day)) + timedelta(days=days)
