"""The life of one subscription, without effects: time passes, changes take effect on their day, events happen.

Every answer is the book's, and what it leaves is the decision's `subscription_after`. What is not in force yet waits
here: for its day, for its payment, behind another change, or, of a credit, for its events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import final

from planshift.actions.action import Action, HoldCredit
from planshift.actions.money_actions import AwaitPayment, IssueInvoice
from planshift.actions.plan import placed
from planshift.billing.calendar import from_day, to_day
from planshift.billing.change import ChangeRequest
from planshift.billing.subscription import PendingChange, Subscription
from planshift.billing.zones import local_day, midnight
from planshift.book import Decision
from planshift.cases.asking import Asking
from planshift.cases.reacting import Told, fired, knows
from planshift.cases.steps import plan_of
from planshift.rulebook.order_facts import OrderFacts

Happening = Callable[[Subscription], Subscription]
"""What happens to a subscription, whatever plan it has by then."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A change that is allowed and not in force: it waits for its day, or for its payment.

    Once it is `locked` it cannot be called off.
    """

    told: Told
    payment: AwaitPayment | None
    for_payment: bool = False
    locked: bool = False
    since: tuple[Happening, ...] = ()

    @property
    def decision(self) -> Decision:
        """What was decided."""
        return self.told.decision


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Credit that an earlier change put on hold, until all of its events have happened.

    One that is `kept` waits for a reaction to release it.
    """

    told: Told
    minor: int
    until: tuple[str, ...]
    kept: bool = False


class NothingWaitsError(Exception):
    """Something happens that nothing waits for; the text says what would."""


@final
class Life:
    """One subscription as it goes on; `subscription` is None from the day on which it ends."""

    def __init__(self, asking: Asking, subscription: Subscription) -> None:
        self._asking = asking
        self._zone = subscription.timezone or asking.book.zone
        self._waiting: Waiting | None = None
        self._queued: list[ChangeRequest] = []
        self._held: Held | None = None
        self.subscription: Subscription | None = subscription
        self.ended_on: date | None = None
        self.refused: list[Decision] = []
        """Queued changes that were not allowed any more when their turn came."""

    def pass_to(self, instant: int) -> None:
        """Let time pass: changes take effect on their day, and what was not paid in time lapses."""
        while self._waiting is not None:
            waiting, today = self._waiting, local_day(instant, self._zone)
            if waiting.for_payment:
                expires = waiting.payment.expires_on if waiting.payment is not None else None
                if expires is None or today <= to_day(expires):
                    return
                self._drop()
            elif today < waiting.decision.value("effective"):
                return
            elif waiting.payment is not None:
                self._waiting = replace(waiting, for_payment=True)
            else:
                self._take_effect(waiting)

    def happen(self, happening: Happening) -> None:
        """Let something be different from now on."""
        if self.subscription is not None:
            self.subscription = happening(self.subscription)
        if self._waiting is not None:
            self._waiting = replace(self._waiting, since=(*self._waiting.since, happening))

    def event(self, name: str, *, at: int) -> tuple[str, ...]:
        """Let an event happen to what waits, and return what the reactions of the book do then.

        Raises:
            NothingWaitsError: nothing waits for it, or it comes too late.
        """
        found = [*self._reactions_of_held(name, at=at), *self._reactions_of_waiting(name, at=at)]
        if "hold_credit" in found and self._held is not None:
            self._held = replace(self._held, kept=True)  # before its last event sets it free
        try:
            self._happen_to_what_waits(name, at=at)
        except NothingWaitsError:
            if self._is_called_off_too_late(name) or not (found or self._is_listened_for(name)):
                raise
        for act in found:
            self._act(act, at=at)
        return tuple(found)

    def _is_called_off_too_late(self, name: str) -> bool:
        return name == "change.cancelled" and self._waiting is not None

    def _is_listened_for(self, name: str) -> bool:
        """Whether a reaction of the book names an event that comes in for something under way."""
        return (self._waiting is not None or self._held is not None) and knows(self._asking, name)

    def _reactions_of_held(self, name: str, *, at: int) -> Iterator[str]:
        held = self._held
        if held is not None:
            self._held = held = replace(held, told=held.told.of(name))
            order = OrderFacts(credit_held=True, credit_amount=held.minor)
            yield from self._fired(held.told, order, at=at)

    def _reactions_of_waiting(self, name: str, *, at: int) -> Iterator[str]:
        waiting = self._waiting
        if waiting is not None:
            self._waiting = waiting = replace(waiting, told=waiting.told.of(name))
            order = OrderFacts(
                waiting=not waiting.for_payment,
                payment_awaited=waiting.for_payment,
                cancellable=not self._too_late(waiting, at=at),
            )
            yield from self._fired(waiting.told, order, at=at)

    def _fired(self, told: Told, order: OrderFacts, *, at: int) -> Iterator[str]:
        bills = not order.waiting and any(isinstance(each, IssueInvoice) for each in _actions(told.decision))
        facts = told.facts(order, at=at, bills=bills)
        yield from (action for each in fired(self._asking, told, order=facts, at=at) for action in each.actions)

    def _act(self, action: str, *, at: int) -> None:
        """Do what a reaction asks for; what makes no sense as things stand is left."""
        waiting, held = self._waiting, self._held
        if action == "release_credit" and held is not None:
            self._give(held)
        elif waiting is None:
            return
        elif action == "apply_change" and waiting.for_payment:
            self._take_effect(waiting)
        elif action == "lock_change" and not waiting.for_payment:
            self._waiting = replace(waiting, locked=True)
        elif (action == "expire_change" and waiting.for_payment) or (
            action == "cancel_change" and not self._too_late(waiting, at=at)
        ):
            self._drop()

    def _too_late(self, waiting: Waiting, *, at: int) -> str:
        """Why a change cannot be called off any more; empty where it can."""
        until = waiting.decision.cancellable_until
        if waiting.locked:
            return "it is locked"
        if waiting.for_payment or (until is not None and from_day(local_day(at, self._zone)) <= until):
            return ""
        return "it cannot be called off" if until is None else f"it could be until {until}"

    def _happen_to_what_waits(self, name: str, *, at: int) -> None:
        waiting = self._waiting
        if name == "payment.received" and waiting is not None and waiting.for_payment:
            self._take_effect(waiting)
        elif name in ("payment.received", "invoice.paid") and self.subscription is not None and self.subscription.debt:
            self.happen(_debt_is_paid)
        elif name == "payment.failed" and waiting is not None and waiting.for_payment:
            if not knows(self._asking, name):
                self._drop()
        elif name == "change.cancelled" and waiting is not None:
            too_late = self._too_late(waiting, at=at)
            if too_late:
                raise NothingWaitsError(too_late)
            self._drop()
        elif self._held is not None and name in self._held.until:
            self._release(self._held, name)
        elif name == "invoice.issued" and waiting is not None and _locks_on_invoice(waiting):
            self._waiting = replace(waiting, locked=True)
        else:
            raise NothingWaitsError(self._awaited())

    def _awaited(self) -> str:
        """What could happen now."""
        names: list[str] = []
        if self._waiting is not None:
            names += ["payment.received", "payment.failed"] if self._waiting.for_payment else []
            names += ["invoice.issued"] if _locks_on_invoice(self._waiting) else []
            names.append("change.cancelled")
        if self.subscription is not None and self.subscription.debt:
            names.append("invoice.paid")
        names += self._held.until if self._held is not None else ()
        return f"nothing waits for it; what can happen now: {', '.join(names)}" if names else "nothing waits for it"

    def carry_out(self, decision: Decision) -> None:
        """Let an allowed change go its way: at once, on its day, after its payment, or behind another one."""
        before = decision.subscription
        if before.pending is not None and not decision.renews and decision.word("pending") == "queue":
            self._queued.append(decision.request)
            return
        payment = next((action for action in _actions(decision) if isinstance(action, AwaitPayment)), None)
        for_payment = decision.immediate and payment is not None
        waiting = Waiting(told=Told(decision=decision), payment=payment, for_payment=for_payment)
        if decision.renews or (decision.immediate and payment is None):
            self._take_effect(waiting)
            return
        request = decision.request
        pending = PendingChange(
            to_plan=request.plan, to_price=request.price, effective_on=from_day(decision.value("effective"))
        )
        self._waiting = waiting
        self.subscription = replace(before, pending=pending)

    def renewals(self, *, at: int, until: int, asked: ChangeRequest) -> Iterator[Decision]:
        """The renewals from one instant up to another, each carried out when the next is asked for."""
        while self.subscription is not None and at <= until:
            self.pass_to(at)
            if self.subscription is None:
                return
            found = self._asking.decide(self.subscription, replace(asked, at=at))
            if [reason.code for reason in found.reasons] == ["renewal_not_due"]:
                at = midnight(found.value("due_from"), self._zone)
                continue
            yield found
            if not found.allowed:
                return
            self.carry_out(found)

    def _take_effect(self, waiting: Waiting) -> None:
        decision = waiting.decision
        if not decision.renews:
            self._waiting = None
        if not decision.request.plan:
            self.subscription, self.ended_on = None, from_day(decision.value("effective"))
            return
        after = decision.subscription_after()
        hold = next((action for action in _actions(decision) if isinstance(action, HoldCredit)), None)
        if hold is not None:
            kept = max(after.account_credit - decision.subscription.account_credit, 0)
            self._held = Held(told=waiting.told, minor=kept, until=hold.until)
            after = replace(after, account_credit=after.account_credit - kept)
        for happening in waiting.since:
            after = happening(after)
        self.subscription = after
        self._next_in_turn(midnight(decision.value("effective"), self._zone))

    def _next_in_turn(self, instant: int) -> None:
        """Decide again what was queued: its figures differ now."""
        queued, self._queued = self._queued, []
        for request in queued:
            if self.subscription is None:
                return
            decision = self._asking.decide(self.subscription, replace(request, at=max(request.at, instant)))
            if decision.allowed:
                self.carry_out(decision)
            else:
                self.refused.append(decision)

    def _drop(self) -> None:
        self._waiting = None
        if self.subscription is not None:
            self.subscription = replace(self.subscription, pending=None)
        self._queued.clear()

    def _release(self, held: Held, event: str) -> None:
        left = tuple(name for name in held.until if name != event)
        self._held = replace(held, until=left)
        if not left and not held.kept:
            self._give(held)

    def _give(self, held: Held) -> None:
        self._held = None
        self.happen(lambda found: replace(found, account_credit=found.account_credit + held.minor))


def _actions(decision: Decision) -> Iterator[Action]:
    plan = plan_of(decision)
    return (each.step.action for each in placed(plan.steps)) if plan is not None else iter(())


def _locks_on_invoice(waiting: Waiting) -> bool:
    return not waiting.for_payment and waiting.decision.word("cancellable_until") == "invoice_issued"


def _debt_is_paid(subscription: Subscription) -> Subscription:
    """What was open is paid; of the running period's part that counts as paid for it."""
    own = subscription.debt - subscription.older_debt
    paid = None if subscription.paid is None else subscription.paid + own
    return replace(subscription, paid=paid, debt=0, older_debt=0, unpaid_invoices=0)
