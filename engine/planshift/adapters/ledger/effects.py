"""What each kind of action comes to in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from sqlalchemy import Table

from planshift.actions.action import Action, HoldCredit, Schedule
from planshift.actions.money_actions import (
    AddToInvoiceRun,
    AddToNextInvoice,
    AskPayment,
    BumpRenewal,
    DiscountNextInvoice,
    ExtendPeriod,
    IssueCredit,
    IssueInvoice,
    PostLines,
    ReduceDebt,
    Refund,
    ReleaseCredit,
)
from planshift.actions.order_actions import SendNotice, Unschedule
from planshift.actions.plan_actions import (
    AddAddon,
    CarryContract,
    ChangePackage,
    ChangeTerm,
    EndContract,
    EndPackage,
    EndPlan,
    EndService,
    MoveAddons,
    MoveAllowance,
    MoveAnswers,
    MoveResources,
    MoveSettings,
    RemoveAddon,
    StartContract,
    StartPackage,
    StartPlan,
)
from planshift.adapters.ledger import money, plans
from planshift.adapters.ledger.booking import Journal
from planshift.adapters.ledger.effect import NOTHING, Effect
from planshift.adapters.ledger.held import Held
from planshift.adapters.ledger.state import text_of
from planshift.adapters.ledger.tables import notices, provisioning
from planshift.billing.subscription import Subscription
from planshift.execution.ports import Task

Money = (
    IssueInvoice
    | AddToInvoiceRun
    | AddToNextInvoice
    | PostLines
    | IssueCredit
    | Refund
    | DiscountNextInvoice
    | ReduceDebt
    | ExtendPeriod
    | HoldCredit
    | ReleaseCredit
    | AskPayment
)
"""The actions that move money, or ask for it."""

Belonging = (
    BumpRenewal
    | EndPlan
    | StartPlan
    | ChangeTerm
    | CarryContract
    | StartContract
    | EndContract
    | MoveAnswers
    | MoveResources
    | MoveSettings
    | MoveAddons
    | MoveAllowance
    | AddAddon
    | RemoveAddon
    | EndService
    | Schedule
    | Unschedule
)
"""The actions that change what the subscription is."""


def effect_of(task: Task, *, held: Held, journal: Journal) -> Effect:
    """What a task comes to; `AwaitPayment` is answered elsewhere, and other kinds are only on record."""
    action = task.action
    if isinstance(action, Money):
        return _of_money(task, action, held=held, journal=journal)
    if isinstance(action, Belonging):
        return _of_state(task, action, held=held)
    rows = told_beside(action, held=held)
    return Effect(rows=rows) if rows else NOTHING


def _of_money(task: Task, action: Money, *, held: Held, journal: Journal) -> Effect:  # noqa: C901  # a table: one line per action
    match action:
        case IssueInvoice():
            return _gated(task, money.issue_invoice(task, action, held=held), held=held)
        case AddToInvoiceRun():
            return _gated(task, money.add_to_invoice_run(task, action, held=held), held=held)
        case AddToNextInvoice():
            return money.add_to_next_invoice(task, action, journal=journal)
        case DiscountNextInvoice():
            return money.discount_next_invoice(task, action, held=held)
        case PostLines():
            return money.post_lines(action)
        case IssueCredit():
            return money.issue_credit(action)
        case Refund():
            return money.refund(task, action, held=held)
        case ReduceDebt():
            return money.reduce_debt(action, held=held, journal=journal)
        case ExtendPeriod():
            return money.extend_period(action)
        case HoldCredit():
            return money.hold_credit(action)
        case ReleaseCredit():
            return money.release_credit(action)
        case AskPayment():
            return money.ask_payment(task, action, journal=journal)
    assert_never(action)


def _gated(task: Task, effect: Effect, *, held: Held) -> Effect:
    """The bill of a change that waits for its payment."""
    return _with_state(effect, held, plans.gated(task, running=held.subscription))


def _of_state(task: Task, action: Belonging, *, held: Held) -> Effect:
    begins = plans.begins_state(task, action)
    effect = Effect(
        state_by=task.order if begins and held.state_by != task.order else None,
        reference=action.until.isoformat() if isinstance(action, EndPlan) and action.until is not None else "",
    )
    return _with_state(effect, held, _state_after(task, action, running=held.subscription))


def _state_after(task: Task, action: Belonging, *, running: Subscription) -> Subscription:  # noqa: C901, PLR0912  # as above: one line per action
    match action:
        case StartPlan():
            return plans.started(task, action, running=running)
        case ChangeTerm():
            return plans.term_changed(task, action, running=running)
        case BumpRenewal():
            return plans.renewal_moved(task, action, running=running)
        case EndPlan():
            return plans.ended(task, action, running=running)
        case MoveAllowance():
            return plans.allowances_moved(task, action, running=running)
        case MoveAnswers():
            return plans.answers_moved(action, running=running)
        case MoveResources():
            return plans.resources_moved(action, running=running)
        case MoveSettings():
            return plans.settings_moved(action, running=running)
        case MoveAddons():
            return plans.addons_moved(task, action, running=running)
        case AddAddon():
            return plans.addon_added(task, action, running=running)
        case RemoveAddon():
            return plans.addon_removed(task, action, running=running)
        case EndService():
            return plans.service_ended(action, running=running)
        case StartContract():
            return plans.contract_started(action, running=running)
        case CarryContract():
            return plans.contract_carried(action, running=running)
        case EndContract():
            return plans.contract_ended(action, running=running)
        case Schedule():
            return plans.scheduled(action, running=running)
        case Unschedule():
            return plans.unscheduled(running=running)
    assert_never(action)


def _with_state(effect: Effect, held: Held, now: Subscription) -> Effect:
    return effect if now == held.subscription else replace(effect, state=text_of(now))


def told_beside(action: Action, *, held: Held) -> tuple[tuple[Table, Mapping[str, object]], ...]:
    """What is written for others to act on: notices to send, packages for modules to run."""
    match action:
        case SendNotice():
            row = {
                "subscription": held.id,
                "about": action.about,
                "recipient": action.to,
                "copies": "\n".join(action.bcc),
                "template": action.template,
                "sent_at": None,
            }
            return ((notices, row),)
        case ChangePackage() | StartPackage() | EndPackage():
            return ((provisioning, _module_row(action, held)),)
        case _:
            return ()


def _module_row(action: ChangePackage | StartPackage | EndPackage, held: Held) -> dict[str, object]:
    until = action.until if isinstance(action, EndPackage) else None
    return {
        "subscription": held.id,
        "module": action.module,
        "did": action.kind,
        "plan": action.to_plan if isinstance(action, ChangePackage) else action.plan,
        "replaces": action.from_plan if isinstance(action, ChangePackage) else "",
        "starts_on": action.on.isoformat(),
        "ends_on": None if until is None else until.isoformat(),
    }
