"""Whether a quote still binds: the same book, the same subscription, within its time, and the plan as it was made."""

from __future__ import annotations

from typing import Protocol

from planshift.actions.from_decision import plan_of
from planshift.actions.invariants import ensure
from planshift.actions.plan import ActionPlan
from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription
from planshift.billing.zones import format_instant
from planshift.decision.decision import Decision
from planshift.decision.fingerprint import digest_of
from planshift.diagnostics.errors import InvalidPlan, StaleQuote

_SHOWN = 12
_LAST_INSTANT = 7_289_654_400  # 2201; what lies beyond is no instant of a decision


class Decides(Protocol):
    """What a quote is honoured by."""

    @property
    def digest(self) -> str:
        """The version of its book."""

    @property
    def zone(self) -> str:
        """The time zone of its book."""

    def decide(self, subscription: Subscription, request: ChangeRequest) -> Decision:
        """Decide a request."""


def honoured(book: Decides, plan: ActionPlan, *, subscription: Subscription, at: int) -> ActionPlan:
    """The plan, which binds at an instant.

    Raises:
        StaleQuote: the book, the subscription or the time has moved since the quote was made.
        InvalidPlan: the plan breaks invariants, or is not the one that the book makes of the quoted request.
    """
    ensure(plan)
    quote, zone = plan.quote, subscription.timezone or book.zone
    if quote.book != book.digest:
        raise StaleQuote("book", quote.book[:_SHOWN], book.digest[:_SHOWN])
    found = digest_of(subscription)
    if quote.subscription != found:
        raise StaleQuote("subscription", quote.subscription[:_SHOWN], found[:_SHOWN])
    if not quote.computed_at <= at < quote.valid_until:
        held = f"from {_told(quote.computed_at, zone)} until {_told(quote.valid_until, zone)}"
        raise StaleQuote("time", held, _told(at, zone))
    again = book.decide(subscription, quote.request)
    if not again.allowed or plan_of(again, order=plan.order) != plan:
        raise InvalidPlan(("PS723: the book makes another plan of the quoted request",))
    return plan


def _told(instant: int, zone: str) -> str:
    return format_instant(instant, zone) if 0 <= instant <= _LAST_INSTANT else str(instant)
