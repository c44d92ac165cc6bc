"""Placing the orders of a migration: a batch of candidates, each decided alone and placed once.

An order has an id that follows from the migration and the subscription. Whatever is known of a batch when a process
dies, its orders are found again under their ids.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, final

from sqlalchemy import bindparam, select

from planshift.billing.subscription import Subscription
from planshift.book import Decision
from planshift.diagnostics.errors import InvalidInput, StaleQuote
from planshift.execution.placing import Standing, SubscriptionBusy, place, place_all
from planshift.execution.ports import SubscriptionSource
from planshift.execution.store.engine import Store
from planshift.execution.store.tables import orders
from planshift.migration.deciding import Alone, contradiction
from planshift.migration.reading import Candidate
from planshift.migration.record import Became

LONGEST: Final = 200
"""How long the id of an order may be."""

Stands = Callable[[Subscription, int], Standing]
"""How a subscription stands where it is kept, which takes it in at an instant where it is not there yet."""

_THERE: Final = select(orders.c.id).where(orders.c.id.in_(bindparam("ids", expanding=True)))


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Placing:
    """Places the orders of one migration. `source` is where subscriptions are kept."""

    name: str
    store: Store
    source: SubscriptionSource
    stands: Stands
    alone: Alone
    at: int

    def place(self, candidates: Sequence[Candidate]) -> list[Became]:
        """What becomes of some candidates.

        Raises:
            InternalError: one of them is decided otherwise alone than among all.
        """
        decided = [(each, self.alone.decide(each)) for each in candidates]
        ids = [self._id(each, decision) for each, decision in decided]
        with self.store.reading() as connection:
            there = set(connection.scalars(_THERE, {"ids": ids}))
        became: list[Became] = []
        wanted: dict[str, Decision] = {}
        for (each, decision), order in zip(decided, ids, strict=True):
            found = _placed(each.id, order) if order in there else self._now(each, decision, order=order)
            if isinstance(found, Became):
                became.append(found)
            else:
                wanted[order] = found
        return became + self._ordered(wanted)

    def _id(self, candidate: Candidate, decision: Decision) -> str:
        return self.alone.wish.order(self.name, candidate.id, on=decision.effective_on)

    def _now(self, candidate: Candidate, decision: Decision, *, order: str) -> Decision | Became:
        """The decision on a subscription as it stands where it is kept, or why it gets no order."""
        name, kept = candidate.id, self.source.subscription(candidate.id)
        if len(order) > LONGEST:
            return Became(subscription=name, outcome="refused", why="its id is too long to be part of an order's")
        if kept is None:
            return decision
        changed = contradiction(candidate, told=decision.subscription, kept=kept, alone=self.alone)
        if changed:
            return Became(subscription=name, outcome="changed", why=changed)
        try:
            found = self.alone.decide_on(self.alone.book.validated(kept), candidate)
        except InvalidInput as error:
            return Became(subscription=name, outcome="refused", why=str(error))
        return found if found.allowed else Became(subscription=name, outcome="refused", why=_reasons(found))

    def _ordered(self, wanted: Mapping[str, Decision]) -> list[Became]:
        """Place some orders in one go; where something stands against one of them, one by one."""
        called = {id(decision): order for order, decision in wanted.items()}
        try:
            place_all(
                self.store,
                self.alone.book,
                decisions=wanted.values(),
                at=self.at,
                name=lambda decision: called[id(decision)],
                standing=self._standing,
            )
        except (SubscriptionBusy, StaleQuote):
            return [self._one(decision, order=order) for order, decision in wanted.items()]
        return [_placed(decision.subscription.id, order) for order, decision in wanted.items()]

    def _one(self, decision: Decision, *, order: str) -> Became:
        name, standing = decision.subscription.id, self._standing(decision)
        try:
            place(self.store, self.alone.book, decision=decision, at=self.at, order=order, standing=standing)
        except (SubscriptionBusy, StaleQuote) as error:
            return Became(subscription=name, outcome="busy", why=str(error))
        return _placed(name, order)

    def _standing(self, decision: Decision) -> Standing:
        return self.stands(decision.subscription, self.at)


def _placed(subscription: str, order: str) -> Became:
    return Became(subscription=subscription, outcome="placed", order=order)


def _reasons(decision: Decision) -> str:
    return "; ".join(reason.text.rstrip(".") for reason in decision.reasons)
