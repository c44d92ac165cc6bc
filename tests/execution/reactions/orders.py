"""Orders for tests, driven from step to step without a store: adapters that always do what they are asked."""

from __future__ import annotations

from functools import cache
from typing import Any

from planshift.actions.money_actions import AwaitPayment
from planshift.billing.subscription import Subscription
from planshift.billing.zones import parse_instant
from planshift.book import Book, Decision, load_text
from planshift.execution.log import Entry, Happened, LogEvent, Moved, Placed, StepDone, StepWaits, begun, told
from planshift.execution.order import Order
from planshift.execution.placing import placement_of
from planshift.execution.reactions.engine import Reactions
from planshift.execution.reactions.reacting import react
from planshift.execution.upcoming import Become, Do, Rest, upcoming
from tests.actions.shop import BRONZE, CATALOG, POLICY, TODAY

LATER = "timing: period_end"
GATED = "timing: now, collect: now, apply: after_payment"
HELD = "hold_credit_until: [rating.completed, job.completed], unused_credit: account_credit, fee: 5 EUR"


@cache
def shop(terms: str, rules: str) -> Book:
    """The shop of the tests of `actions` with reactions."""
    return load_text({"policy.yaml": POLICY.format(terms=terms), "catalog.yaml": CATALOG, "policy.rules": rules})


def instant(text: str) -> int:
    """An instant in the zone of the shop."""
    return parse_instant(text, "Europe/Stockholm")


def order_of(book: Book, subscription: Subscription = BRONZE, *, at: str = TODAY, **asked: Any) -> Order:  # noqa: ANN401  # the fields of a request
    """The order of a request, placed; without any other word it asks for Silver."""
    asked = asked or {"to": "silver"}
    decision = book.decide(subscription, book.request(subscription, at=at, **asked))
    return _placed(book, decision)


def renewal_of(book: Book, subscription: Subscription, *, at: str) -> Order:
    """The order of a renewal, placed."""
    return _placed(book, book.renew(subscription, at=instant(at)))


def _placed(book: Book, decision: Decision) -> Order:
    assert decision.allowed, decision.reasons
    at = decision.request.at
    placement = placement_of(book, decision, at=at, order="o-1")
    placing = Placed(placement=placement)
    return begun(Entry(order="o-1", number=1, at=at, event=placing, text="", previous="", hash=""))


def carried_on(order: Order, *, at: str) -> Order:
    """The order once everything is done that can be done at an instant; payments do not come by themselves."""
    now = instant(at)
    while not isinstance(found := upcoming(order, now=now), Rest):
        order = told(order, _done(order, found))
        if found == upcoming(order, now=now):
            break
    return order


def _done(order: Order, found: object) -> LogEvent:
    if isinstance(found, Become):
        return Moved(start=order.state, end=found.state, why=found.why)
    assert isinstance(found, Do)  # nothing here is ever left unanswered
    step = found.step
    if isinstance(step.step.action, AwaitPayment) and not found.undoing:
        return StepWaits(position=step.position, why="no payment yet")
    return StepDone(position=step.position, undoing=found.undoing)


def after(order: Order, event: str, *, at: str, book: Book) -> tuple[Order, tuple[LogEvent, ...]]:
    """The order once an event has come in and the reactions of its book have done their part, and what they did."""
    order = told(order, Happened(event=event))
    found = react(Reactions(book, matcher=None), order, event=event, at=instant(at))
    for each in found:
        order = told(order, each)
    return order, found
