"""Decision -> action plan.

A plan is made of stages. Which stages there are, in which order, and which of them wait for which, is what the tables
below say; what a stage does is in the modules named after what it touches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from planshift.actions import money_stages, order_stages, plan_stages
from planshift.actions.action import HoldCredit, Schedule, Step
from planshift.actions.change import Change, Draft
from planshift.actions.money_actions import TakeBack
from planshift.actions.order_actions import Unschedule
from planshift.actions.plan import ActionPlan
from planshift.billing.changing import changed
from planshift.decision.decision import Decision
from planshift.diagnostics.diagnostic import Diagnostic, Label
from planshift.diagnostics.errors import InvalidInput
from planshift.diagnostics.span import NOWHERE

Stage = Callable[[Change], Iterator[Draft]]
Stages = tuple[tuple[str, tuple[str, ...]], ...]
"""Names of stages in the order of the plan, each with those it waits for; an empty one passes the wait on."""

_SWAP: Stages = (
    ("end", ("fit",)),
    ("start", ("end",)),
    ("module", ("start",)),
    ("contract", ("start",)),
    ("carry", ("start",)),
)

CHANGE_FIRST: Stages = (
    ("record", ()),
    ("clear", ("record",)),
    ("fit", ("clear",)),
    *_SWAP,
    ("credit", ("module", "contract", "carry")),
    ("invoice", ("credit",)),
    ("hold", ("module", "contract", "carry")),
    ("pay", ("invoice",)),
    ("renewal", ("invoice",)),
    ("refund", ("credit",)),
    ("made", ("hold", "pay", "renewal", "refund")),
)
"""The plan changes, then its payment is asked for (S0.17). The renewal date moves after the bill (S1.3)."""

CHANGE_ANYWAY: Stages = tuple((name, ("clear",) if name == "invoice" else waits) for name, waits in CHANGE_FIRST)
"""The bill and the change do not wait for each other."""

PAYMENT_FIRST: Stages = (
    ("record", ()),
    ("clear", ("record",)),
    ("invoice", ("clear",)),
    ("pay", ("invoice",)),
    ("wait", ("pay",)),
    ("fit", ("wait",)),
    *_SWAP,
    ("credit", ("module", "contract", "carry")),
    ("hold", ("module", "contract", "carry")),
    ("renewal", ("start",)),
    ("refund", ("credit",)),
    ("made", ("hold", "renewal", "refund")),
)
"""Nothing but the bill comes before its payment."""

CREDIT_THEN_PAYMENT_FIRST: Stages = (
    ("record", ()),
    ("clear", ("record",)),
    ("credit", ("clear",)),
    ("invoice", ("credit",)),
    *(entry for entry in PAYMENT_FIRST if entry[0] not in ("record", "clear", "credit", "invoice")),
)
"""As before, where the bill uses the credit of the change up: at once, or as the bill of the day that it waited for."""

CREDIT_FIRST: Stages = (
    *CREDIT_THEN_PAYMENT_FIRST[:4],
    *(entry for entry in CHANGE_FIRST if entry[0] not in ("record", "clear", "credit", "invoice")),
)
"""The bill and the change do not wait for each other, but the bill uses the credit of the change."""

RENEWAL: Stages = (
    ("record", ()),
    ("end", ("record",)),
    ("start", ("end",)),
    ("contract", ("start",)),
    ("carry", ("start",)),
    ("invoice", ("contract", "carry")),
    ("pay", ("invoice",)),
    ("renewal", ("invoice",)),
    ("renewed", ("pay", "renewal")),
)
"""The switch if there is one, then the bill, and then the renewal date moves (S1.3). No module is told (S1.9)."""

WAITING: Stages = (
    ("record", ()),
    ("clear", ("record",)),
    ("schedule", ("clear",)),
    ("scheduled", ("schedule",)),
)
"""All that happens on the day of the request, where the change takes effect later."""

QUEUED: Stages = (("record", ()), ("queue", ("record",)), ("queued", ("queue",)))
"""The change waits behind another one and is decided again then."""

RELEASED: Stages = (
    ("release", ()),
    ("routes", ("release",)),
    ("held_invoice", ("release",)),
    ("held_pay", ("held_invoice",)),
)
"""What happens to held credits and charges once their events have happened (S3.16)."""


def plan_of(decision: Decision, *, order: str | None = None) -> ActionPlan:
    """The actions that carry out an allowed decision, under the id of its order if it has one already.

    Raises:
        InvalidInput: the decision is not `allowed`; the diagnostic points to everything that stands against the change.
    """
    if not decision.allowed:
        raise InvalidInput((_not_allowed(decision),))
    change = Change(decision)
    quote = decision.quote
    assert quote is not None  # an allowed decision has one
    returnable = 0 if change.starts else max(decision.value("billed") - change.before.given_back, 0)
    plan = ActionPlan(
        order=order,
        quote=quote,
        subscription=change.before.id,
        customer=change.before.customer.id,
        direction=decision.direction,
        from_plan=decision.from_plan,
        to_plan=decision.to_plan,
        effective_on=change.effective,
        flow=change.flow,
        returnable=decision.money(returnable),
        steps=_steps(change, _stages(change)),
    )
    return changed(plan, steps=_keyed(plan, plan.steps))


def _stages(change: Change) -> Stages:
    if change.renews:
        return RENEWAL
    if order_stages.queues(change):
        return QUEUED
    return WAITING if change.later else _carrying_out(change)


def _carrying_out(change: Change) -> Stages:
    """The stages of the day on which the change takes effect."""
    word, immediate = change.decision.word("apply"), change.decision.immediate
    own_credit = change.flow.account_used.minor > change.before.account_credit
    if word == "after_payment" and any(money_stages.wait(change)):
        return CREDIT_THEN_PAYMENT_FIRST if own_credit or not immediate else PAYMENT_FIRST
    if word == "regardless" and immediate:
        return CREDIT_FIRST if own_credit else CHANGE_ANYWAY
    return CHANGE_FIRST


def _schedule(change: Change) -> Iterator[Draft]:
    """The change, kept for its day; beside the running plan until then (S2.11)."""
    plan, price, on = change.request.plan, change.request.price, change.effective
    action = Schedule(
        to_plan=plan,
        to_price=price,
        on=on,
        cancellable_until=order_stages.cancellable_until(change),
        steps=_steps(change, _carrying_out(change), left_out=("record", "clear")),
    )
    yield Draft(id=action.kind, action=action, undo=Unschedule(to_plan=plan, to_price=price, on=on))


def _hold(change: Change) -> Iterator[Draft]:
    """Credits and charges that wait for events, with what becomes of them."""
    events = change.bills.events
    if events:
        action = HoldCredit(amount=money_stages.held_amount(change), until=events, steps=_steps(change, RELEASED))
        yield Draft(id=action.kind, action=action, undo=TakeBack(step=action.kind))


_STAGES: dict[str, Stage] = {
    "record": order_stages.record,
    "clear": order_stages.clear,
    "fit": plan_stages.fit,
    "end": plan_stages.end,
    "start": plan_stages.start,
    "module": plan_stages.module,
    "contract": plan_stages.contract,
    "carry": plan_stages.carry,
    "credit": money_stages.credit,
    "invoice": money_stages.invoice,
    "pay": money_stages.pay,
    "wait": money_stages.wait,
    "hold": _hold,
    "release": money_stages.release,
    "routes": money_stages.routes,
    "held_invoice": money_stages.held_invoice,
    "held_pay": money_stages.held_pay,
    "refund": money_stages.refund,
    "renewal": money_stages.renewal,
    "schedule": _schedule,
    "queue": order_stages.queue,
    "made": partial(order_stages.tell, about="change_made"),
    "renewed": partial(order_stages.tell, about="renewed"),
    "scheduled": partial(order_stages.tell, about="change_scheduled"),
    "queued": partial(order_stages.tell, about="change_queued"),
}


def _steps(change: Change, stages: Stages, *, left_out: Sequence[str] = ()) -> tuple[Step, ...]:
    """The steps of some stages, each waiting for what its stage waits for."""
    steps: list[Step] = []
    ends: dict[str, tuple[str, ...]] = dict.fromkeys(left_out, ())
    for name, waits in stages:
        if name in ends:
            continue
        needs = _direct({step for stage in waits for step in ends.get(stage, ())}, steps)
        found = tuple(_STAGES[name](change))
        steps += [Step(id=draft.id, key="", action=draft.action, needs=needs, undo=draft.undo) for draft in found]
        ends[name] = tuple(draft.id for draft in found) or needs
    return tuple(steps)


def _direct(needs: set[str], steps: Sequence[Step]) -> tuple[str, ...]:
    """Those of some steps that none of the others already waits for, in the order of the plan."""
    implied: set[str] = set()
    for step in reversed(steps):
        if step.id in needs or step.id in implied:
            implied.update(step.needs)
    return tuple(step.id for step in steps if step.id in needs - implied)


def _keyed(plan: ActionPlan, steps: tuple[Step, ...], *, prefix: str = "") -> tuple[Step, ...]:
    """The steps with the keys that the plan gives them, those kept for later included."""
    keyed = []
    for number, step in enumerate(steps, start=1):
        position = f"{prefix}{number}"
        action = step.action
        if isinstance(action, Schedule | HoldCredit):
            action = changed(action, steps=_keyed(plan, action.steps, prefix=f"{position}."))
        keyed.append(changed(step, key=plan.key(step, position), action=action))
    return tuple(keyed)


def _not_allowed(decision: Decision) -> Diagnostic:
    reasons = [reason for reason in decision.reasons if not reason.overridden]
    sources = [reason.source for reason in reasons]
    labels = [
        Label(span=source.span, text=reason.text)
        for reason, source in zip(reasons, sources, strict=True)
        if source is not None and source.span.known
    ]
    told = "; ".join(reason.text.rstrip(".") for reason in reasons) or "the policy says no"
    return Diagnostic(
        code="PS701",
        message=f"there is nothing to carry out: the change is {decision.verdict.replace('_', ' ')} ({told})",
        span=NOWHERE,
        labels=tuple(labels),
        help="choose remedies or get the approval, and decide again" if decision.verdict != "denied" else None,
    )
