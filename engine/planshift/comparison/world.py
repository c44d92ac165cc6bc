"""A world: one subscription and one request that a book can decide, and the routes on which requests go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, final

from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import FactValue, Subscription
from planshift.book import Book
from planshift.diagnostics.errors import InvalidInput
from planshift.expressions.types import BOOL, TEXT, Enum
from planshift.policy.facts import SIDES, Fact

RouteKind = Literal["change", "cancel", "start", "renew"]

End = tuple[str, str]
"""A plan and the id of one of its prices."""

_Pairs = tuple[tuple[str, FactValue], ...]

NOWHERE_TO: End = ("", "")
"""What a cancellation leads to; a renewal finds its target itself."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What is asked for as far as plans go: from one price to another one, or the end, a start or a renewal."""

    origin: End
    target: End = NOWHERE_TO
    kind: RouteKind = "change"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One subscription and one request that exercise a book.

    `told` says in a few words what is particular about it; nothing where it is as plain as can be. `named` is the name
    under which the book keeps the subscription, where it is one of the book's own, as it stands in its file.
    """

    subscription: Subscription
    request: ChangeRequest
    told: str = ""
    named: str = ""

    @property
    def route(self) -> Route:
        """Where it leads from and to."""
        held, asked = self.subscription, self.request
        kind: RouteKind = asked.kind  # type: ignore[assignment]  # one of the kinds there are
        return Route(origin=(held.plan, held.price), target=(asked.plan, asked.price), kind=kind)

    def but(
        self, told: str, *, subscription: Subscription | None = None, request: ChangeRequest | None = None
    ) -> World:
        """The world with another subscription or request, and with words on what is different."""
        return World(
            subscription=subscription or self.subscription,
            request=request or self.request,
            told=f"{self.told}, {told}" if self.told else told,
            named="" if subscription is not None else self.named,
        )


def fits(book: Book, world: World) -> bool:
    """Whether the book would decide it: nothing in it is unknown to the book, or contradicts itself."""
    try:
        book.ensure_fitting(world.subscription, world.request)
    except InvalidInput:
        return False
    return True


def knows(book: Book, world: World) -> bool:
    """Whether the book has the plans, prices and currency of a world: what is asked first, and costs nothing."""
    prices, held, asked = book.rulebook.tables.prices, world.subscription, world.request
    return (
        (held.plan, held.price) in prices
        and (asked.plan, asked.price) in prices
        and held.currency in book.rulebook.tables.currencies
        and _sold(book, (held.plan, held.price), held.currency, agreed=held.amount)
        and _sold(book, (asked.plan, asked.price), held.currency, agreed=asked.amount)
    )


def _sold(book: Book, end: End, currency: str, *, agreed: int | None) -> bool:
    if end == NOWHERE_TO or agreed is not None:
        return True
    price = book.rulebook.tables.rows[book.rulebook.tables.prices[end]][1]
    return any(code == currency for code, _ in price.amounts)


def carried(world: World, *, of: Book, into: Book) -> World:
    """The same world for another book, whose declared facts may be others or stand in another order.

    A fact that both books declare with the same type keeps its value, unless that is the default of the first: a fact
    that was left out is left out. One that only the second declares has its default, or says nothing.
    """
    facts, others = of.document.facts, into.document.facts
    if all(facts.of(side) == others.of(side) for side in SIDES):
        return world
    held, asked = world.subscription, world.request
    customer = _facts(held.customer.facts, of=facts.customer, into=others.customer)
    subscription = replace(
        held,
        customer=replace(held.customer, facts=customer),
        usage_facts=_facts(held.usage_facts, of=facts.usage, into=others.usage),
    )
    request = replace(asked, facts=_facts(asked.facts, of=facts.request, into=others.request))
    return replace(world, subscription=subscription, request=request)


def _facts(given: _Pairs, *, of: tuple[Fact, ...], into: tuple[Fact, ...]) -> _Pairs:
    known, values = {fact.name: fact for fact in of}, dict(given)
    return tuple((fact.name, _fact(fact, known.get(fact.name), value=values.get(fact.name))) for fact in into)


def _fact(fact: Fact, known: Fact | None, *, value: FactValue | None) -> FactValue:
    left_out = known is None or value is None or (known.default is not None and value == known.default)
    if known is not None and value is not None and not left_out:
        if isinstance(fact.type, Enum) and isinstance(known.type, Enum):
            word = known.type.members[int(value)]
            return fact.type.members.index(word) if word in fact.type.members else value_without(fact)
        if fact.type == known.type:
            return value
    return value_without(fact)


def value_without(fact: Fact) -> FactValue:
    """What a fact is where nobody says it: its default, or what says the least."""
    if fact.default is not None:
        return fact.default
    return False if fact.type == BOOL else "" if fact.type == TEXT else 0
