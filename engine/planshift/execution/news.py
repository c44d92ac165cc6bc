"""What of the log of an order others are told who only listen: seven things, each known by the order and its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, Protocol, final, get_args, runtime_checkable

from planshift.actions.money_actions import AwaitPayment
from planshift.execution.log import Entry, LogEvent, Moved, Placed, StepWaits, Stuck
from planshift.execution.order import Order
from planshift.execution.ports import Outcome

NewsKind = Literal["placed", "scheduled", "awaiting_payment", "applied", "cancelled", "failed", "stuck"]
"""What has become of an order."""

NEWS: Final[tuple[NewsKind, ...]] = get_args(NewsKind)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One thing that is told of an order. `number` is its place in the log, `at` the instant, `why` what brought it.

    Told again it is the same: whoever is told acts on each `id` once.
    """

    order: str
    number: int
    event: NewsKind
    at: int
    why: str
    subscription: str
    customer: str
    direction: str
    from_plan: str
    to_plan: str
    effective_on: date

    @property
    def id(self) -> str:
        """The order and the place in its log."""
        return f"{self.order}:{self.number}"

    def data(self) -> dict[str, object]:
        """The same for other systems."""
        return {
            "id": self.id,
            "event": self.event,
            "at": self.at,
            "why": self.why,
            "order": self.order,
            "subscription": self.subscription,
            "customer": self.customer,
            "direction": self.direction,
            "from_plan": self.from_plan,
            "to_plan": self.to_plan,
            "effective_on": self.effective_on.isoformat(),
        }


@runtime_checkable
class Listener(Protocol):
    """Somebody who is told of orders and does none of their steps."""

    @property
    def name(self) -> str:
        """What it is called in settings and logs; what it was told is kept under that name."""

    def tell(self, news: News, *, at: int) -> Outcome:
        """Pass on one thing at an instant. It may come again under the same id; what is not `Done` comes again."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """A listener, and what it wants to be told of."""

    listener: Listener
    events: frozenset[NewsKind] = frozenset(NEWS)


def kind_of(order: Order, event: LogEvent) -> NewsKind | None:
    """What an entry of the log of an order is to those who listen; None where it is nothing to them."""
    match event:
        case Placed():
            return "placed"
        case Stuck():
            return "stuck"
        case Moved(end="scheduled" | "applied" | "cancelled" | "failed" as end):
            return end
        case StepWaits(position=position) if isinstance(order.step(position).step.action, AwaitPayment):
            return "awaiting_payment"
    return None


def news_in(order: Order, entries: Iterable[Entry], *, after: int) -> Iterator[News]:
    """What is told of an order, from behind a place of its log; that a step waits on is told once."""
    waiting: set[str] = set()
    for entry in entries:
        kind, event = kind_of(order, entry.event), entry.event
        if isinstance(event, StepWaits):
            kind = None if event.position in waiting else kind
            waiting.add(event.position)
        if kind is not None and entry.number > after:
            yield _news(order, entry, kind)


def _news(order: Order, entry: Entry, kind: NewsKind) -> News:
    placement, plan = order.placement, order.plan
    return News(
        order=order.id,
        number=entry.number,
        event=kind,
        at=entry.at,
        why="" if isinstance(entry.event, Placed) else str(getattr(entry.event, "why", "")),
        subscription=placement.subscription,
        customer=placement.customer,
        direction=placement.direction,
        from_plan="" if plan.from_plan is None else plan.from_plan.plan,
        to_plan="" if plan.to_plan is None else plan.to_plan.plan,
        effective_on=order.effective_on,
    )
