"""What the reactions of a book do in a timeline: which of them fire when something happens to what waits there.

They are found as they are for real orders, by the same fact and the plain evaluation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import final

from planshift.billing.zones import local_day
from planshift.book import Decision
from planshift.cases.asking import Asking
from planshift.rulebook.order_facts import OrderFacts
from planshift.rulebook.reactions import plain
from planshift.rulebook.reactions.book_reactions import BookReactions, Reaction, Situation
from planshift.rulebook.rulebook import Rulebook

_of_rulebook = lru_cache(maxsize=8)(BookReactions)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A change that is under way, by its decision, and what its order was told since, in its order."""

    decision: Decision
    events: tuple[str, ...] = ()

    def of(self, event: str) -> Told:
        """The same once something more has happened."""
        return replace(self, events=(*self.events, event))

    def facts(self, order: OrderFacts, *, at: int, bills: bool) -> OrderFacts:
        """What reactions may ask of the order besides what waits: ages, days and counts.

        `bills` says whether the change has issued an invoice by itself.
        """
        decision, count = self.decision, self.events.count
        today = _local_day(decision, at)
        return replace(
            order,
            age=max(today - decision.today, 0),
            days_left=max(decision.value("effective") - today, 0),
            payment_failures=count("payment.failed"),
            invoice_open=count("invoice.issued") + bills > count("invoice.paid"),
        )


def knows(asking: Asking, event: str) -> bool:
    """Whether any reaction of the book names an event."""
    return bool(_reactions(asking).naming(event))


def fired(asking: Asking, told: Told, *, order: OrderFacts, at: int) -> tuple[Reaction, ...]:
    """The reactions that fire for the event that an order was told last, in the order of the book."""
    reactions, decision = _reactions(asking), told.decision
    situation = Situation(
        subscription=decision.subscription,
        request=decision.request,
        today=_local_day(decision, at),
        order=order,
        happened=frozenset(("change.requested", *told.events)),
    )
    fact = reactions.summary(told.events[-1], situation).fact
    found = tuple(reactions.all[number - 1] for number in plain.firing(reactions.all, fact))
    if asking.listen is not None:
        for each in found:
            asking.listen(asking.case, each.number)
    return found


def _reactions(asking: Asking) -> BookReactions:
    rulebook: Rulebook = asking.book.rulebook
    return _of_rulebook(rulebook)


def _local_day(decision: Decision, at: int) -> int:
    return local_day(at, decision.subscription.timezone or decision.rulebook.zone)
