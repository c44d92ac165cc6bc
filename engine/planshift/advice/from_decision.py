"""A decision -> what one can do about it."""

from __future__ import annotations

from planshift.advice.answer import Advice, Unlisted
from planshift.advice.moves import view_of
from planshift.advice.near import cheaper, instead_of
from planshift.advice.obstacles import obstacles_of
from planshift.advice.roads import roads_of
from planshift.advice.situation import Inquiry, Situation
from planshift.advice.ways import ways_to
from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import Subscription
from planshift.book import Book, Decision

MOST_ANSWERS = 800
"""How often the book is asked for one advice."""

MOST_PLANS = 24
"""How many plans are told of at once."""

_FOR_EACH_PLAN = 150
"""How often the book is asked for each of them."""


def advise(book: Book, decision: Decision, *, most: int = MOST_ANSWERS) -> Advice:
    """What one can tell about a decision of a book: why not, what would have to change, and what is near.

    Everything in it was decided by the book before it is said. `most` bounds how often the book is asked.

    Raises:
        InvalidInput: the decision is one of another book, whose subscriptions and requests this one does not know.
    """
    inquiry = Inquiry(book, most)
    situation = Situation(subscription=decision.subscription, request=decision.request)
    view = view_of(inquiry, situation, decision=book.decide(decision.subscription, decision.request))
    obstacles = obstacles_of(view)
    if decision.allowed:
        saving = cheaper(view) if decision.request.kind in ("change", "cancel") else ()
        return Advice(decision=decision, obstacles=obstacles, cheaper=saving, complete=inquiry.complete)
    ways = ways_to(inquiry, situation, decision=view.decision)
    roads = roads_of(inquiry, situation, decision=view.decision)
    return Advice(
        decision=decision,
        obstacles=obstacles,
        roads=roads,
        ways=ways,
        instead=instead_of(book, decision),
        complete=inquiry.complete,
    )


def unlisted(book: Book, subscription: Subscription, *, request: ChangeRequest) -> Unlisted:
    """The advice for other plans that are not offered, each by the price against which least stands.

    Of a large catalog those are told that a road leads to, and of these the first.

    Raises:
        InvalidInput: the subscription or the request does not fit this book.
    """
    options = book.options(subscription, request)
    not_asked = {subscription.plan, *(entry.request.plan for entry in options.entries)}
    nearest: dict[str, Decision] = {}
    for entry in options.hidden:
        known = nearest.get(entry.request.plan)
        if entry.request.plan not in not_asked and (known is None or len(entry.reasons) < len(known.reasons)):
            nearest[entry.request.plan] = entry
    found = list(nearest.values())
    if len(found) > MOST_PLANS:
        found.sort(key=lambda entry: any(reason.code == "no_road" for reason in entry.reasons))
    told = tuple(advise(book, entry, most=_FOR_EACH_PLAN) for entry in found[:MOST_PLANS])
    return Unlisted(advices=told, left_out=max(len(found) - MOST_PLANS, 0))
