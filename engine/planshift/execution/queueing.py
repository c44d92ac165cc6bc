"""The turn of an order that stood in a queue: its change is decided again, and gets an order of its own."""

from __future__ import annotations

from dataclasses import replace

from planshift.actions.order_actions import QueueChange
from planshift.billing.calendar import to_day
from planshift.billing.zones import midnight
from planshift.diagnostics.errors import InvalidInput, StaleQuote
from planshift.execution.log import Happened, LogEvent, StepWaits, Stuck, TurnedBack
from planshift.execution.order import Order, OrderStep
from planshift.execution.placing import SubscriptionBusy, place
from planshift.execution.ports import SubscriptionSource
from planshift.execution.store.books import OtherBook, load_book
from planshift.execution.store.engine import Store
from planshift.execution.upcoming import DECIDED_AGAIN

_A_DAY = 86_400


def decided_again(store: Store, order: Order, *, source: SubscriptionSource | None, at: int) -> LogEvent:
    """What becomes of an order whose turn has come. The order for its change is placed once, however often this is."""
    step = next(each for each in order.steps if isinstance(each.step.action, QueueChange))
    if source is None:
        return Stuck(position=step.position, why="no adapter is chosen that knows subscriptions as they stand now")
    subscription = source.subscription(order.placement.subscription)
    if subscription is None:
        return TurnedBack(becomes="failed", why="the subscription has ended")
    try:
        with store.reading() as connection:
            book = load_book(connection, order.placement.book)
        decision = book.decide(subscription, replace(order.plan.quote.request, at=at))
    except (OtherBook, InvalidInput) as error:
        return Stuck(position=step.position, why=str(error))
    if not decision.allowed:
        return TurnedBack(becomes="failed", why="; ".join(reason.text.rstrip(".") for reason in decision.reasons))
    if decision.plan().queued:
        return _waits_on(step, order, at=at)
    try:
        found = place(store, book, decision=decision, at=at, order=f"{order.id}:again", source=source, turn_of=order.id)
    except (SubscriptionBusy, StaleQuote) as busy:
        return StepWaits(position=step.position, why=str(busy), until=at + 60)
    return Happened(event=DECIDED_AGAIN, source=found.id)


def _waits_on(step: OrderStep, order: Order, *, at: int) -> LogEvent:
    """Another change has come in between: look again on the day on which the first one is in force, or the next day."""
    assert isinstance(step.step.action, QueueChange)  # that is how the step was found
    turn = midnight(to_day(step.step.action.after), order.placement.zone)
    return StepWaits(position=step.position, why="another change still waits", until=turn if turn > at else at + _A_DAY)
