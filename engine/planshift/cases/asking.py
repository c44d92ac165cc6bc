"""Asking a book on behalf of one case, within sight of whoever wants to know what it answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol, final

from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription
from planshift.book import Book, Decision, Options
from planshift.policy.case_documents import Case

Role = Literal["decided", "offered"]
"""Whether a case is about a decision, or it is one of those that tell what is offered and what is not."""


class Watch(Protocol):
    """Is shown every decision that a case leads to."""

    def __call__(self, case: Case, decision: Decision, *, role: Role) -> None:
        """See one of them."""


Listen = Callable[[Case, int], None]
"""Is told the number of every reaction that fires in a timeline."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A book that is asked for a case."""

    book: Book
    case: Case
    watch: Watch | None = None
    listen: Listen | None = None

    def decide(self, subscription: Subscription, request: ChangeRequest) -> Decision:
        """Decide one request for one subscription.

        Raises:
            InvalidInput: the subscription or the request does not fit the book.
        """
        decision = self.book.decide(subscription, request)
        if self.watch is not None:
            self.watch(self.case, decision, role="decided")
        return decision

    def options(self, subscription: Subscription, request: ChangeRequest) -> Options[Decision]:
        """What a subscription can change to.

        Raises:
            InvalidInput: the subscription or the request does not fit the book.
        """
        options = self.book.options(subscription, request)
        if self.watch is not None:
            for decision in (*options.entries, *options.hidden):
                self.watch(self.case, decision, role="offered")
        return options
