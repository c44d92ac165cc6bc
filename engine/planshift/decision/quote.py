"""The quote of a decision: what identifies it, how long its figures hold, and what they hold for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, final

from planshift.billing.calendar import from_day
from planshift.billing.change import ChangeRequest
from planshift.billing.zones import midnight
from planshift.policy.term_values import Wait

if TYPE_CHECKING:
    from planshift.decision.decision import Decision


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Which decision figures come from: its fingerprint, the instant it was computed for, and the local day of that.

    Instants are in epoch seconds; `valid_until` is the first one at which the figures do not hold any more. `book` and
    `subscription` are digests of what was decided by and for, `request` is what was asked: deciding it again by the
    same two gives the same figures.
    """

    fingerprint: str
    computed_at: int
    decided_on: date
    valid_until: int
    book: str
    subscription: str
    request: ChangeRequest


def quote_of(decision: Decision) -> Quote:
    """The quote of a decision. The local day of the request is the first of the days for which it holds."""
    term = decision.term("quote_valid").value
    assert isinstance(term, Wait)  # the only kind of value that the term takes
    assert term.interval is not None  # and it never stays open
    zone = decision.subscription.timezone or decision.rulebook.zone
    return Quote(
        fingerprint=decision.fingerprint,
        computed_at=decision.computed_at,
        decided_on=from_day(decision.today),
        valid_until=midnight(decision.today + term.interval.days, zone),
        book=decision.rulebook.digest,
        subscription=decision.subscription_digest,
        request=decision.request,
    )
