"""Placing orders: from an allowed decision to an order that workers carry out.

An order that is placed twice under one id is placed once. A subscription has one change under way at a time, but for
those that wait for their day and that the new one replaces or queues behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final, final

from sqlalchemy import BigInteger, Connection, bindparam, func, select

from planshift.actions.plan import ActionPlan
from planshift.billing.garbage import uncollected
from planshift.billing.subscription import Subscription
from planshift.book import Book, Decision
from planshift.decision.fingerprint import digest_of
from planshift.diagnostics.errors import PlanshiftError, StaleQuote
from planshift.execution.beside import open_orders
from planshift.execution.growing import Grown, placed
from planshift.execution.order import Order, Placement
from planshift.execution.ports import SubscriptionSource, subscriptions_of
from planshift.execution.reactions.of_book import reacts_of_book
from planshift.execution.states import STATES
from planshift.execution.store.books import keep_book
from planshift.execution.store.engine import Store
from planshift.execution.store.orders import load_many, save
from planshift.execution.waiting import queues_behind, replaces, waits_quietly
from planshift.policy.term_values import Choice

_LOCK: Final = select(func.pg_advisory_xact_lock(bindparam("number", type_=BigInteger)))

_DIGITS: Final = 12

SHOWN: Final = 24
"""How much of a decision's fingerprint an order is called by that has no other id."""


Standing = Callable[[Connection], Subscription | None]
"""Tells within a transaction how a subscription stands; who keeps it may take it in on the way."""


@dataclass(eq=False)
class SubscriptionBusy(PlanshiftError):
    """Another change of the subscription is under way."""

    subscription: str
    order: str
    why: str

    def __str__(self) -> str:
        return f"subscription {self.subscription} has order {self.order} under way: {self.why}"


@dataclass(eq=False)
class OtherOrder(PlanshiftError):
    """There is an order of that id already, and it is about something else."""

    order: str
    subscription: str

    def __str__(self) -> str:
        return f"there is an order {self.order} already, for another change (of subscription {self.subscription})"


CannotPlace = SubscriptionBusy | StaleQuote | OtherOrder
"""What stands against an order for a change that is allowed."""


def place(
    store: Store,
    book: Book,
    *,
    decision: Decision,
    at: int,
    order: str | None = None,
    source: SubscriptionSource | None = None,
    standing: Standing | None = None,
    turn_of: str | None = None,
) -> Order:
    """The order for an allowed decision; placed under an id that there is already, it is the first one.

    Without an id it is called by the decision, so that placing one decision twice is placing it once. With a `source`,
    or by what is `standing` where that is asked within the transaction, the subscription has to be still as it was when
    it was decided on. `turn_of` is the order in a queue whose turn this is.

    Raises:
        InvalidInput: the change is not allowed.
        SubscriptionBusy: another change is under way.
        StaleQuote: the subscription has moved since it was decided on.
        OtherOrder: the id is that of another order.
    """
    placement = placement_of(book, decision, at=at, order=order)
    with store.begin() as connection:
        placing = _Placing(connection, [placement])
        if placement.id in placing.found:
            return _same(placing.found[placement.id], placement)
        change = placing.placed(placement, book=book, turn_of=turn_of)
        if standing is not None:
            _ensure_fresh(placement, standing(connection))
        elif source is not None:
            _ensure_fresh(placement, source.subscription(placement.subscription))
        keep_book(connection, book, at=at)
        save(connection, (change,))
    return change.order


def place_all(
    store: Store,
    book: Book,
    *,
    decisions: Iterable[Decision],
    at: int,
    name: Callable[[Decision], str | None] = lambda _: None,
    standing: Callable[[Decision], Standing] | None = None,
) -> list[Order]:
    """The orders for many allowed decisions, each as `place` places it: all of them, or none where one raises.

    `name` says what the order for a decision is called; None calls it by the decision. By what is `standing` for it, a
    subscription has to be still as it was when it was decided on. It costs one commit and a few statements for all.

    Raises:
        InvalidInput: a change is not allowed.
        SubscriptionBusy: another change of a subscription is under way, or is placed here as well.
        StaleQuote: a subscription has moved since it was decided on.
        OtherOrder: an id is that of another order.
    """
    with uncollected():
        found = [(each, placement_of(book, each, at=at, order=name(each))) for each in decisions]
    placements = [placement for _, placement in found]
    with uncollected(), store.begin() as connection:
        placing = _Placing(connection, placements)
        changes = {each.id: placing.placed(each, book=book) for each in placements if each.id not in placing.found}
        if standing is not None:
            for decision, placement in found:
                if placement.id in changes:
                    _ensure_fresh(placement, standing(decision)(connection))
        if changes:
            keep_book(connection, book, at=at)
            save(connection, tuple(changes.values()))
        return [
            changes[each.id].order if each.id in changes else _same(placing.found[each.id], each) for each in placements
        ]


def place_each(
    store: Store,
    book: Book,
    *,
    decisions: Sequence[Decision],
    at: int,
    name: Callable[[Decision], str | None],
    source: SubscriptionSource,
) -> list[Order | CannotPlace]:
    """The orders for many allowed decisions in one commit; what stands against one is told in its place.

    It holds up no other. Each is placed as `place` places it, under the same id as often as one likes.

    Raises:
        InvalidInput: a change is not allowed.
    """
    with uncollected():
        placements = [placement_of(book, each, at=at, order=name(each)) for each in decisions]
    with uncollected(), store.begin() as connection:
        placing = _Placing(connection, placements)
        stands = subscriptions_of(source, sorted({each.subscription for each in placements}))
        changes: dict[str, Grown] = {}
        found: list[Order | CannotPlace] = []
        for each in placements:
            try:
                known = changes[each.id].order if each.id in changes else placing.found.get(each.id)
                if known is None:
                    _ensure_fresh(each, stands.get(each.subscription))
                    known = (changes.setdefault(each.id, placing.placed(each, book=book))).order
                found.append(_same(known, each))
            except (SubscriptionBusy, StaleQuote, OtherOrder) as error:
                found.append(error)
        if changes:
            keep_book(connection, book, at=at)
            save(connection, tuple(changes.values()))
    return found


def place_plan(
    store: Store,
    book: Book,
    *,
    plan: ActionPlan,
    at: int,
    source: SubscriptionSource,
    order: str | None = None,
    comes_in: Subscription | None = None,
    standing: Standing | None = None,
) -> Order:
    """The order for a saved plan, exactly as it was quoted; the first one where it was placed before.

    `comes_in` is the subscription where the source does not have it yet, and `standing` takes it in, as in `place`.

    Raises:
        StaleQuote: it does not bind any more: the book, the subscription or the time has moved.
        InvalidPlan: it is not the plan that this book makes of the quoted request.
        InvalidInput: there is no such subscription.
        SubscriptionBusy: another change is under way.
        OtherOrder: the id is that of another order.
    """
    name = order or plan.order or called(plan.quote.fingerprint)
    with store.reading() as connection:
        found = load_many(connection, [name])
    if found and found[0].plan.quote == plan.quote:
        return found[0]
    subscription = source.subscription(plan.subscription) or comes_in
    if subscription is None:
        raise StaleQuote("subscription", plan.quote.subscription[:_DIGITS], "none")
    honoured = book.honour(plan, subscription, at=at)
    decision = book.decide(subscription, honoured.quote.request)
    return place(store, book, decision=decision, at=at, order=name, source=source, standing=standing)


def called(fingerprint: str) -> str:
    """What an order is called that nobody gives a name: by the decision that it carries out."""
    return f"order-{fingerprint[:SHOWN]}"


def placement_of(book: Book, decision: Decision, *, at: int, order: str | None = None) -> Placement:
    """What an order for a decision is about.

    Raises:
        InvalidInput: the change is not allowed.
    """
    found = order or called(decision.fingerprint)
    plan, request, subscription = decision.plan(found), decision.request, decision.subscription
    until = decision.term("cancellable_until").value
    return Placement(
        id=found,
        book=book.digest,
        book_name=book.name,
        subscription=subscription.id,
        customer=subscription.customer.id,
        kind=request.kind,
        direction=decision.direction,
        by=request.by,
        person=request.person or None,
        placed_at=at,
        zone=subscription.timezone or book.zone,
        plan=plan,
        before=subscription,
        after=decision.subscription_after() if request.plan else None,
        decided=decision.to_text(),
        locks_on_invoice=isinstance(until, Choice) and until.word == "invoice_issued",
    )


def _lock(connection: Connection, subscriptions: Iterable[str]) -> None:
    """Who places an order for a subscription goes first; on SQLite everybody who writes does."""
    if connection.dialect.name == "postgresql":
        # Everybody locks them in one order, so that nobody waits in a circle.
        numbers = {int.from_bytes(sha256(each.encode()).digest()[:8], signed=True) for each in subscriptions}
        for number in sorted(numbers):
            connection.execute(_LOCK, {"number": number})


def _ensure_fresh(placement: Placement, subscription: Subscription | None) -> None:
    if subscription == placement.before:  # what is the same has the same digest
        return
    quoted = placement.plan.quote.subscription
    found = "" if subscription is None else digest_of(subscription)
    if placement.kind != "start" and found != quoted:
        raise StaleQuote("subscription", quoted[:_DIGITS], found[:_DIGITS] or "none")


def _same(found: Order, placement: Placement) -> Order:
    first = found.placement
    if (first.subscription, first.kind) != (placement.subscription, placement.kind) or (
        first.plan.to_plan != placement.plan.to_plan
    ):
        raise OtherOrder(found.id, first.subscription)
    return found


def _beside(others: Iterable[Order], placement: Placement, *, turn_of: str | None) -> Placement:
    """The placement, behind the order that has to be over first.

    Raises:
        SubscriptionBusy: another change is under way.
    """
    behind = None
    for other in others:
        if other.id == turn_of:
            continue
        if queues_behind(placement.plan, other):
            behind = other.id
        elif not (replaces(placement.plan, other, at=placement.placed_at) or waits_quietly(other, beside=placement)):
            raise SubscriptionBusy(placement.subscription, other.id, _doing(other))
    return replace(placement, behind=behind)


@final
class _Placing:
    """What has to be known to place some orders in a transaction, in which nobody else places one beside them."""

    def __init__(self, connection: Connection, placements: Sequence[Placement]) -> None:
        subscriptions = sorted({each.subscription for each in placements})
        _lock(connection, subscriptions)
        self.found: Final = {order.id: order for order in load_many(connection, [each.id for each in placements])}
        self._open: dict[str, list[Order]] = {}
        for order in open_orders(connection, *subscriptions):
            self._open.setdefault(order.placement.subscription, []).append(order)

    def placed(self, placement: Placement, *, book: Book, turn_of: str | None = None) -> Grown:
        """The order of a placement, which from now on is open as well."""
        others = self._open.setdefault(placement.subscription, [])
        change = placed(_beside(others, placement, turn_of=turn_of), reacts=reacts_of_book(book))
        others.append(change.order)
        return change


def _doing(order: Order) -> str:
    if order.stuck:
        return f"a person has to look at it ({order.stuck})"
    return STATES[order.state] if order.undoing is None else "its steps are being undone"
