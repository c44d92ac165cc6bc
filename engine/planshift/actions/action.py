"""The one closed union of everything that an action plan can do, and the step that does one thing once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, final, get_args

from planshift.actions.money_actions import (
    AddToInvoiceRun,
    AddToNextInvoice,
    AskPayment,
    AwaitPayment,
    BumpRenewal,
    DiscountNextInvoice,
    ExtendPeriod,
    IssueCredit,
    IssueInvoice,
    PostLines,
    ReduceDebt,
    Refund,
    ReleaseCredit,
    ReturnPayment,
    TakeBack,
)
from planshift.actions.order_actions import (
    QueueChange,
    RecordApproval,
    RecordOverride,
    Reschedule,
    SendNotice,
    Unschedule,
)
from planshift.actions.plan_actions import (
    AddAddon,
    CarryContract,
    ChangePackage,
    ChangeTerm,
    DropAllowance,
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
    RestoreAllowance,
    ResumePlan,
    StartContract,
    StartPackage,
    StartPlan,
    WithdrawPlan,
)
from planshift.billing.money import Money


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Run `steps` on the day `on`. The change to a plan and price waits beside the running one until then.

    It can be called off up to and including the day `cancellable_until`; None means that it cannot.
    """

    kind: ClassVar[str] = "schedule"
    to_plan: str
    to_price: str
    on: date
    cancellable_until: date | None
    steps: tuple[Step, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class HoldCredit:
    """Keep an amount back, and run `steps` once all events of `until` have happened."""

    kind: ClassVar[str] = "hold_credit"
    amount: Money
    until: tuple[str, ...]
    steps: tuple[Step, ...]


Action = (
    IssueInvoice
    | AddToInvoiceRun
    | AddToNextInvoice
    | PostLines
    | IssueCredit
    | Refund
    | DiscountNextInvoice
    | ReduceDebt
    | ExtendPeriod
    | AskPayment
    | AwaitPayment
    | ReturnPayment
    | HoldCredit
    | ReleaseCredit
    | BumpRenewal
    | EndPlan
    | ResumePlan
    | StartPlan
    | WithdrawPlan
    | ChangeTerm
    | ChangePackage
    | StartPackage
    | EndPackage
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
    | DropAllowance
    | RestoreAllowance
    | EndService
    | Schedule
    | Unschedule
    | Reschedule
    | QueueChange
    | RecordOverride
    | RecordApproval
    | SendNotice
    | TakeBack
)
"""Everything that a step can do."""

KINDS: Final[dict[str, type[Action]]] = {action.kind: action for action in get_args(Action)}
"""The actions by the name that they have in JSON."""

UNDONE_BY: Final[dict[str, str | None]] = {
    "issue_invoice": "take_back",
    "add_to_invoice_run": "take_back",
    "add_to_next_invoice": "take_back",
    "post_lines": "take_back",
    "issue_credit": "take_back",
    "refund": None,
    "discount_next_invoice": "take_back",
    "reduce_debt": "take_back",
    "extend_period": "take_back",
    "ask_payment": "take_back",
    "await_payment": "return_payment",
    "hold_credit": "take_back",
    "release_credit": "take_back",
    "bump_renewal": "bump_renewal",
    "end_plan": "resume_plan",
    "start_plan": "withdraw_plan",
    "change_term": "change_term",
    "change_package": "change_package",
    "start_package": "end_package",
    "end_package": "start_package",
    "carry_contract": "carry_contract",
    "start_contract": "end_contract",
    "end_contract": "start_contract",
    "move_answers": "move_answers",
    "move_resources": "move_resources",
    "move_settings": "move_settings",
    "move_addons": "move_addons",
    "move_allowance": "move_allowance",
    "drop_allowance": "restore_allowance",
    "add_addon": "remove_addon",
    "remove_addon": "add_addon",
    "end_service": None,
    "schedule": "unschedule",
    "unschedule": "reschedule",
    "queue_change": "take_back",
    "record_override": None,
    "record_approval": None,
    "send_notice": None,
}
"""Which action undoes a step, by kind; None for what cannot be undone. Other actions exist to undo and are no steps."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One action, done once.

    `id` names the step within its plan, `key` names its effect to the outside: doing it twice under one key does it
    once. `needs` are the ids of the steps beside it that must be done before. `undo` takes its effect back.
    """

    id: str
    key: str
    action: Action
    needs: tuple[str, ...] = ()
    undo: Action | None = None

    @property
    def undo_key(self) -> str:
        """What the undoing is known by."""
        return f"{self.key}:undo"

    @property
    def later(self) -> tuple[Step, ...]:
        """The steps that this one keeps for later."""
        return self.action.steps if isinstance(self.action, Schedule | HoldCredit) else ()
