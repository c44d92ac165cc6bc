"""What an action does, in words: for tables and comparisons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final, cast

from planshift.actions.action import Action, HoldCredit, Schedule
from planshift.actions.money_actions import (
    AddToInvoiceRun,
    AddToNextInvoice,
    AskPayment,
    AwaitPayment,
    BillLine,
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
    Moving,
    RemoveAddon,
    RestoreAllowance,
    ResumePlan,
    StartContract,
    StartPackage,
    StartPlan,
    WithdrawPlan,
)
from planshift.billing.money import Money


def words_of(action: Action) -> str:
    """What the action does, in a few words; amounts and days that have a column of their own are left out."""
    return cast("Callable[[Action], str]", _WORDS[type(action)])(action)


def amount_of(action: Action) -> Money | None:
    """The amount that the action moves, asks for or keeps."""
    found = getattr(action, "total", None) or getattr(action, "amount", None)
    return found if isinstance(found, Money) and not isinstance(action, StartPlan | ChangeTerm) else None


def day_of(action: Action) -> date | None:
    """The day on which the action takes effect, where it names one."""
    for name in ("on", "due_on", "starts_on", "to_day", "after"):
        found = getattr(action, name, None)
        if isinstance(found, date):
            return found
    return None


def lines_of(action: Action) -> tuple[BillLine, ...]:
    """The lines of a bill."""
    bills = IssueInvoice | AddToInvoiceRun | AddToNextInvoice | PostLines | IssueCredit | Refund | DiscountNextInvoice
    return action.lines if isinstance(action, bills) else ()


def line_words(line: BillLine) -> str:
    """What a line of a bill is for, without its title and its amount."""
    for_days = line.start is not None and line.end is not None and line.start < line.end
    span = f"{line.start} to {line.end}" if for_days else ""
    taxed = f"taxed as {line.service}" if line.service else ""
    return ", ".join(part for part in (span, taxed) if part)


def plan_words(plan: str, price: str) -> str:
    """A plan at a price."""
    return f"{plan}, {price}" if price else plan


def _invoice(action: IssueInvoice) -> str:
    return f"{_count(len(action.lines), 'line')}, due {action.due_on}{_used(action.credit_used)}"


def _invoice_run(action: AddToInvoiceRun) -> str:
    return f"{_count(len(action.lines), 'line')} for the invoice run of {action.on}{_used(action.credit_used)}"


def _used(credit: Money) -> str:
    return f", {credit} of it paid by credit" if credit.minor else ""


def _start(action: StartPlan) -> str:
    quantity = f" x {action.quantity}" if action.quantity != 1 else ""
    agreed = f", at {action.amount}" if action.amount is not None else ""
    coupon = action.discount.code or "yes" if action.discount is not None else ""
    then = f", next bill {action.next_bill_on}" if action.next_bill_on is not None else ""
    return f"{plan_words(action.plan, action.price)}{quantity}{agreed}{f', coupon {coupon}' if coupon else ''}{then}"


def _term(action: ChangeTerm) -> str:
    if action.from_price == action.to_price:
        return f"{action.plan}: {action.from_quantity} -> {action.to_quantity} pieces"
    quantity = "" if action.from_quantity == action.to_quantity else f" x {action.to_quantity}"
    return f"{action.plan}: {action.from_price} -> {action.to_price}{quantity}"


def _contract(action: StartContract) -> str:
    costs = f", leaving early costs {action.penalty}" if action.penalty.minor else ""
    return f"{action.plan} until {action.ends_on}{costs}{', and the rest of it' if action.remainder else ''}"


def _moving(action: Moving | DropAllowance | RestoreAllowance) -> str:
    return ", ".join(f"{item.name}{f' -> {item.to}' if item.to else ''} = {item.value}" for item in action.items)


def _schedule(action: Schedule) -> str:
    until = (
        f"can be called off until {action.cancellable_until}" if action.cancellable_until else "cannot be called off"
    )
    return f"{plan_words(action.to_plan, action.to_price) or 'the end of the plan'}; {until}"


def _behind(action: QueueChange) -> str:
    return plan_words(action.behind_plan, action.behind_price) or "the end of the plan"


def _who(action: RecordOverride | RecordApproval) -> str:
    return f"{action.by} ({action.person})" if action.person else action.by


def _notice(action: SendNotice) -> str:
    to = ", ".join(part for part in (action.to, *(f"bcc {address}" for address in action.bcc)) if part)
    template = f", template {action.template}" if action.template else ""
    return f"{to}: {action.about.replace('_', ' ')}{template}"


def _until(day: date | None) -> str:
    return f", until {day}" if day is not None else ""


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


# Each entry is called with an action of its own type only, which a mapping's type cannot say.
_WORDS: Final[dict[type[Action], Callable[[Any], str]]] = {
    IssueInvoice: _invoice,
    AddToInvoiceRun: _invoice_run,
    AddToNextInvoice: lambda a: f"{_count(len(a.lines), 'line')} on the bill of {a.on}",
    PostLines: lambda a: f"{_count(len(a.lines), 'line')} that cancel out",
    IssueCredit: lambda _: "to the customer's account",
    Refund: lambda _: "back to the customer",
    DiscountNextInvoice: lambda a: f"off the bill of {a.on}",
    ReduceDebt: lambda _: "off what is still open",
    ExtendPeriod: lambda a: f"{_count(a.units, a.unit)} more, until {a.ends_on}",
    AskPayment: lambda a: f"for {a.invoice}",
    AwaitPayment: lambda a: f"for {a.invoice}{_until(a.expires_on)}",
    ReturnPayment: lambda a: f"for {a.invoice}",
    HoldCredit: lambda a: f"until {' and '.join(a.until)}",
    ReleaseCredit: lambda a: f"of {a.hold}",
    BumpRenewal: lambda a: f"{a.from_day} -> {a.to_day}",
    EndPlan: lambda a: f"{plan_words(a.plan, a.price)}{_until(a.until)}",
    ResumePlan: lambda a: plan_words(a.plan, a.price),
    StartPlan: _start,
    WithdrawPlan: lambda a: plan_words(a.plan, a.price),
    ChangeTerm: _term,
    ChangePackage: lambda a: f"at {a.module}: {a.from_plan} -> {a.to_plan}",
    StartPackage: lambda a: f"at {a.module}: {a.plan}",
    EndPackage: lambda a: f"at {a.module}: {a.plan}{_until(a.until)}",
    CarryContract: lambda a: f"{a.from_plan} -> {a.to_plan}, until {a.ends_on}",
    StartContract: _contract,
    EndContract: lambda a: a.plan,
    MoveAnswers: _moving,
    MoveResources: _moving,
    MoveSettings: _moving,
    MoveAddons: _moving,
    MoveAllowance: _moving,
    DropAllowance: _moving,
    RestoreAllowance: _moving,
    AddAddon: lambda a: f"{a.name} x {a.quantity}",
    RemoveAddon: lambda a: f"{a.name} x {a.quantity}",
    EndService: lambda a: f"{a.title} ({a.service})",
    Schedule: _schedule,
    Unschedule: lambda a: plan_words(a.to_plan, a.to_price) or "the end of the plan",
    Reschedule: lambda a: plan_words(a.to_plan, a.to_price) or "the end of the plan",
    QueueChange: lambda a: f"{plan_words(a.to_plan, a.to_price)} behind {_behind(a)}",
    RecordOverride: lambda a: f"{_who(a)} passed {', '.join(a.passed)}{f': {a.reason}' if a.reason else ''}",
    RecordApproval: lambda a: f"{' and '.join(a.roles)} agreed, says {_who(a)}",
    SendNotice: _notice,
    TakeBack: lambda a: a.step,
}
