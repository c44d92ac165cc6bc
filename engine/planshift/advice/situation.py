"""A subscription and a request as they could be, and the book that is asked about them again and again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription
from planshift.billing.zones import local_day, midnight
from planshift.book import Book, Decision
from planshift.diagnostics.errors import InvalidInput


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Who asks for what."""

    subscription: Subscription
    request: ChangeRequest

    def on(self, day: int, *, zone: str) -> Situation:
        """The same request at the first instant of a day."""
        return replace(self, request=replace(self.request, at=midnight(day, zone)))


@final
class Inquiry:
    """Asks one book, and counts: after `most` answers there are no more, so that no search goes on for ever."""

    def __init__(self, book: Book, most: int) -> None:
        self.book = book
        self.left = most

    @property
    def complete(self) -> bool:
        """Whether every question was answered."""
        return self.left > 0

    def zone(self, subscription: Subscription) -> str:
        """The zone in which a subscription's days begin."""
        return subscription.timezone or self.book.zone

    def today(self, situation: Situation) -> int:
        """The local day of a request."""
        return local_day(situation.request.at, self.zone(situation.subscription))

    def decide(self, situation: Situation) -> Decision | None:
        """What the book says; None where it cannot be asked so, and when there are no answers left."""
        if self.left <= 0:
            return None
        self.left -= 1
        try:
            return self.book.decide(situation.subscription, situation.request)
        except InvalidInput:  # such as an add-on that the plan cannot hold: no advice, and no mistake of anybody's
            return None

    def renewed(self, subscription: Subscription, *, at: int) -> Decision | None:
        """The renewal of a subscription at an instant, where it is one."""
        found = self.decide(
            Situation(subscription=subscription, request=ChangeRequest(at=at, kind="renew", by="system"))
        )
        return found if found is not None and found.allowed else None
