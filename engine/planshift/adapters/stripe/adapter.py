"""The adapter: for every kind of action, how to see whether it was done, and how to do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, final

import stripe

from planshift.adapters.halting import Halt, reached
from planshift.adapters.incoming import NotGenuine, Told
from planshift.adapters.stripe import balance, endings, invoices, next_bill, payments, returns, subscriptions
from planshift.adapters.stripe.account import Account
from planshift.adapters.stripe.calls import answered, untold
from planshift.adapters.stripe.settings import StripeSettings
from planshift.adapters.stripe.webhooks import read_webhook
from planshift.execution.ports import Done, Outcome, Reached, Refused, Task


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """How a kind of action is looked for at Stripe, and how it is done. Looking changes nothing."""

    seen: Callable[[Account, Task], Done | None]
    act: Callable[[Account, Task], Outcome]


def _start(account: Account, task: Task) -> Done:
    wanted = subscriptions.started(task)
    begin = subscriptions.create if task.plan.from_plan is None else subscriptions.put
    return begin(account, task, wanted=wanted)


def _term(account: Account, task: Task) -> Done:
    return subscriptions.put(account, task, wanted=subscriptions.termed(task))


_NOTED: Final = Deed(seen=subscriptions.updated, act=subscriptions.update)
_BILL: Final = Deed(seen=invoices.issued, act=invoices.issue)
_NEXT: Final = Deed(seen=next_bill.added, act=next_bill.add)

DEEDS: Final[dict[str, Deed]] = {
    "start_plan": Deed(seen=subscriptions.updated, act=_start),
    "withdraw_plan": Deed(seen=endings.withdrawn, act=endings.withdraw),
    "change_term": Deed(seen=subscriptions.updated, act=_term),
    "end_plan": Deed(seen=endings.ended, act=endings.end),
    "resume_plan": Deed(seen=subscriptions.updated, act=endings.resume),
    "issue_invoice": _BILL,
    "add_to_invoice_run": _BILL,
    "add_to_next_invoice": _NEXT,
    "discount_next_invoice": _NEXT,
    "post_lines": _NOTED,
    "issue_credit": Deed(seen=balance.credited, act=balance.credit),
    "refund": Deed(seen=returns.refunded, act=returns.refund),
    "reduce_debt": Deed(seen=returns.debt_reduced, act=returns.reduce_debt),
    "extend_period": Deed(seen=subscriptions.updated, act=next_bill.extend),
    "bump_renewal": Deed(seen=subscriptions.updated, act=next_bill.bump),
    "ask_payment": Deed(seen=payments.asked, act=payments.ask),
    "await_payment": Deed(seen=payments.awaited, act=payments.wait),
    "return_payment": Deed(seen=payments.returned, act=payments.give_back),
    "release_credit": _NOTED,
}
"""What is done, by kind of action. Lines that cancel out, and the release of a held credit, are only noted."""

TAKEN_BACK: Final[dict[str, Deed]] = {
    "issue_invoice": Deed(seen=invoices.taken_back, act=invoices.take_back),
    "add_to_invoice_run": Deed(seen=invoices.taken_back, act=invoices.take_back),
    "add_to_next_invoice": Deed(seen=next_bill.dropped, act=next_bill.drop),
    "discount_next_invoice": Deed(seen=next_bill.dropped, act=next_bill.drop),
    "post_lines": _NOTED,
    "issue_credit": Deed(seen=balance.credited, act=balance.credit),
    "reduce_debt": Deed(seen=returns.debt_restored, act=returns.restore_debt),
    "extend_period": Deed(seen=subscriptions.updated, act=next_bill.extend),
    "ask_payment": Deed(seen=payments.unasked, act=payments.unask),
    "release_credit": _NOTED,
}
"""How `take_back` undoes a step, by the kind of the step."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StripeAdapter:
    """Carries actions out in a Stripe account."""

    account: Account
    name: str = "stripe"

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of actions that it carries out, those that only undo included."""
        return frozenset({*DEEDS, "take_back"})

    def perform(self, task: Task) -> Outcome:
        """Do a task. What was done under its key before is found, however long ago, and not done again."""
        deed = _deed_of(task)
        if deed is None:
            return Refused(why=f"Stripe has nothing for `{task.action.kind}` of `{task.step.action.kind}`")
        return answered(lambda: deed.seen(self.account, task) or deed.act(self.account, task), at=task.at)

    def ask(self, task: Task) -> Outcome | None:
        """What has become of a task whose answer was lost; None if it was not done, so that it may be tried again."""
        deed = _deed_of(task)
        if deed is None:
            return None
        try:
            return deed.seen(self.account, task)
        except Halt:
            return None  # it would not have been done
        except stripe.StripeError as error:
            return untold(error, at=task.at)

    def read(self, payload: bytes, *, proof: str, at: int) -> tuple[Told, ...]:
        """What a webhook tells; `proof` is its header `Stripe-Signature`."""
        secret = self.account.settings.webhook_secret
        if not secret:
            raise NotGenuine("the settings name no secret for webhooks")
        return read_webhook(payload, proof, secret=secret, at=at)

    def reachable(self) -> Reached:
        """Whether Stripe answers and takes the key, and whether real money moves by it."""
        return reached(self._looked)

    def _looked(self) -> str:
        try:
            live = self.account.client.v1.balance.retrieve().livemode
        except stripe.StripeError as error:
            raise Halt(untold(error, at=0)) from None
        return f"Stripe takes the key, which is one for {'real money' if live else 'tests'}"


def open_stripe(settings: StripeSettings, *, key: str) -> StripeAdapter:
    """The adapter for an account, by its settings and its secret key.

    The SDK does not retry by itself: when a step is tried again is decided by the order, and stands in its log.
    """
    client = stripe.StripeClient(
        key,
        base_addresses={"api": settings.address} if settings.address else {},
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=settings.timeout),
    )
    return StripeAdapter(account=Account(client=client, settings=settings))


def _deed_of(task: Task) -> Deed | None:
    kind = task.action.kind
    return TAKEN_BACK.get(task.step.action.kind) if kind == "take_back" else DEEDS.get(kind)
