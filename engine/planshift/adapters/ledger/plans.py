"""What actions on plans and belongings make of a subscription.

What an action carries comes from the action. What none carries (the period, what counts as paid) comes from the
subscription as the decision leaves it, with the action that begins the new state.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from planshift.actions.action import Action, Schedule
from planshift.actions.money_actions import AwaitPayment, BumpRenewal
from planshift.actions.plan import every
from planshift.actions.plan_actions import (
    AddAddon,
    Carried,
    CarryContract,
    ChangeTerm,
    EndContract,
    EndPlan,
    EndService,
    MoveAddons,
    MoveAllowance,
    MoveAnswers,
    MoveResources,
    MoveSettings,
    RemoveAddon,
    StartContract,
    StartPlan,
)
from planshift.billing.changing import changed
from planshift.billing.money import Money
from planshift.billing.subscription import (
    Answer,
    Discount,
    HeldAddon,
    PendingChange,
    RunningContract,
    Subscription,
)
from planshift.diagnostics.errors import InternalError
from planshift.execution.ports import Task

ENDED = "cancelled"
PAUSED = "paused"


def started(task: Task, action: StartPlan, *, running: Subscription) -> Subscription:
    """Another plan runs. What belonged to the plan before is gone unless a later step moves it."""
    after, begins = _after(task), task.plan.from_plan is None
    kept = running if begins else _without_belongings(task, running, after)
    return changed(
        _of_period(kept, after),
        plan=action.plan,
        price=action.price,
        quantity=action.quantity,
        bill_day=action.bill_day,
        amount=_minor(action.amount),
        discount=action.discount or Discount(),
        renewals=0,
        changes=_changes(task, running),
        contract=_not_over(running.contract, action.on),
        allowances=_own_allowances(task, after),
        pending=running.pending if renews(task) else None,
    )


def _without_belongings(task: Task, running: Subscription, after: Subscription) -> Subscription:
    """A switch leaves resources and settings where they are, so that what it keeps of them is not told by an action."""
    if renews(task):
        return changed(running, answers=(), resources=after.resources, settings=after.settings)
    return changed(running, answers=(), resources=(), settings=())


def term_changed(task: Task, action: ChangeTerm, *, running: Subscription) -> Subscription:
    """The plan runs at another price or quantity."""
    after = _after(task)
    found = changed(
        _of_period(running, after),
        price=action.to_price,
        quantity=action.to_quantity,
        amount=_minor(action.amount),
        discount=action.discount or Discount(),
        changes=_changes(task, running),
        contract=after.contract,
        pending=running.pending if renews(task) else None,
    )
    return changed(found, renewals=0, allowances=after.allowances) if renews(task) else found


def renewal_moved(task: Task, action: BumpRenewal, *, running: Subscription) -> Subscription:
    """The day of the next bill moves. For a plan that renews as it is, this is what begins the new period."""
    if begins_state(task, action):
        after = _after(task)
        return changed(
            _of_period(running, after),
            renewals=running.renewals + 1,
            amount=after.amount,
            discount=after.discount,
            contract=after.contract,
            allowances=after.allowances,
        )
    if running.period.end == action.to_day:
        return running
    return changed(running, period=changed(running.period, end=action.to_day, ends_at=None))


def begins_state(task: Task, action: Action) -> bool:
    """Whether the new state of the subscription begins with an action."""
    if isinstance(action, BumpRenewal):
        others = (each.action for each in every(task.plan.steps))
        return renews(task) and not any(isinstance(each, StartPlan | ChangeTerm) for each in others)
    return isinstance(action, StartPlan | ChangeTerm)


def renews(task: Task) -> bool:
    """Whether the order is a renewal."""
    return task.plan.direction == "renewal"


def ended(task: Task, action: EndPlan, *, running: Subscription) -> Subscription:
    """A plan ends; the subscription with it, unless another plan starts in its place."""
    if task.plan.to_plan is not None:
        return running
    status = ENDED if action.until is None else PAUSED
    return changed(running, status=status, pending=None)


def _of_period(running: Subscription, after: Subscription) -> Subscription:
    """What the new state says of its period and of what is paid for it, which no action carries."""
    return changed(
        running,
        period=after.period,
        bill_day=after.bill_day,
        paid=after.paid,
        given_back=after.given_back,
        paid_through=after.paid_through,
        trial_ends_on=after.trial_ends_on,
    )


def _changes(task: Task, running: Subscription) -> tuple[date, ...]:
    return running.changes if renews(task) else (*running.changes, task.plan.quote.decided_on)


def _own_allowances(task: Task, after: Subscription) -> tuple[tuple[str, int], ...]:
    """What the new plan includes, without what a later step adds of what was left."""
    carried: dict[str, int] = {}
    for each in every(task.plan.steps):
        if isinstance(each.action, MoveAllowance):
            for item in each.action.items:
                carried[item.to or item.name] = carried.get(item.to or item.name, 0) + int(item.value)
    own = ((name, count - carried.get(name, 0)) for name, count in after.allowances)
    return tuple((name, count) for name, count in own if count or name not in carried)


def allowances_moved(task: Task, action: MoveAllowance, *, running: Subscription) -> Subscription:
    """What was left is added, but for allowances that the new plan gives without a limit."""
    counted, counts = dict(_after(task).allowances), dict(running.allowances)
    for item in action.items:
        name = item.to or item.name
        if name in counted:
            counts[name] = counts.get(name, 0) + int(item.value)
    return changed(running, allowances=tuple(sorted(counts.items())))


def answers_moved(action: MoveAnswers, *, running: Subscription) -> Subscription:
    """The answers stand on the new plan."""
    return changed(running, answers=(*running.answers, *(_answer(item) for item in action.items)))


def _answer(item: Carried) -> Answer:
    service, _, question = (item.to or item.name).partition(": ")
    return Answer(service=service, question=question, value=item.value)


def resources_moved(action: MoveResources, *, running: Subscription) -> Subscription:
    """The resources stand on the new plan."""
    return changed(running, resources=_with(running.resources, action.items))


def settings_moved(action: MoveSettings, *, running: Subscription) -> Subscription:
    """The settings stand on the new plan."""
    return changed(running, settings=_with(running.settings, action.items))


def _with(held: tuple[tuple[str, str], ...], items: tuple[Carried, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((dict(held) | {item.to or item.name: item.value for item in items}).items()))


def addons_moved(task: Task, action: MoveAddons, *, running: Subscription) -> Subscription:
    """Add-ons go on under the new plan, some of them under another name."""
    moves = [(item, int(item.value)) for item in action.items if item.to]
    gone = [(item.name, -count) for item, count in moves]
    come = [(item.to or item.name, count) for item, count in moves]
    return _with_addons(task, running, (*gone, *come))


def addon_added(task: Task, action: AddAddon, *, running: Subscription) -> Subscription:
    """An add-on comes."""
    return _with_addons(task, running, ((action.name, action.quantity),))


def addon_removed(task: Task, action: RemoveAddon, *, running: Subscription) -> Subscription:
    """An add-on goes."""
    return _with_addons(task, running, ((action.name, -action.quantity),))


def _with_addons(task: Task, running: Subscription, counts: Iterable[tuple[str, int]]) -> Subscription:
    """Add-ons in the order in which the decision tells them."""
    found = {addon.name: addon.quantity for addon in running.addons}
    for name, count in counts:
        found[name] = found.get(name, 0) + count
    told = [] if task.after is None else [addon.name for addon in task.after.addons]
    names = sorted((name for name, count in found.items() if count > 0), key=lambda name: _place(name, told))
    return changed(running, addons=tuple(HeldAddon(name=name, quantity=found[name]) for name in names))


def _place(name: str, told: list[str]) -> int:
    return told.index(name) if name in told else len(told)


def service_ended(action: EndService, *, running: Subscription) -> Subscription:
    """Something that used resources is gone."""
    return changed(running, services=tuple(each for each in running.services if each.id != action.service))


def contract_started(action: StartContract, *, running: Subscription) -> Subscription:
    """A commitment begins."""
    contract = RunningContract(
        starts_on=action.starts_on,
        ends_on=action.ends_on,
        penalty=action.penalty.minor,
        remainder=action.remainder,
        plan=action.plan,
    )
    return changed(running, contract=contract)


def contract_carried(action: CarryContract, *, running: Subscription) -> Subscription:
    """The commitment goes on under another plan, with its terms."""
    held = running.contract
    return running if held is None else changed(running, contract=changed(held, ends_on=action.ends_on))


def contract_ended(_: EndContract, *, running: Subscription) -> Subscription:
    """The commitment ends."""
    return changed(running, contract=None)


def _not_over(contract: RunningContract | None, on: date) -> RunningContract | None:
    """The commitment, where it has not run out by a day."""
    return None if contract is None or contract.ends_on <= on else contract


def scheduled(action: Schedule, *, running: Subscription) -> Subscription:
    """A change waits for its day."""
    pending = PendingChange(to_plan=action.to_plan, to_price=action.to_price, effective_on=action.on)
    return changed(running, pending=pending)


def unscheduled(*, running: Subscription) -> Subscription:
    """The change that waited was called off."""
    return changed(running, pending=None)


def gated(task: Task, *, running: Subscription) -> Subscription:
    """A change that waits for the payment of the bill of this step stands beside the running plan until then."""
    awaited = (each.action for each in every(task.plan.steps))
    if not any(isinstance(each, AwaitPayment) and each.invoice == task.step.id for each in awaited):
        return running
    to = task.plan.to_plan
    plan, price = ("", "") if to is None else (to.plan, to.price)
    pending = PendingChange(to_plan=plan, to_price=price, effective_on=task.plan.effective_on)
    return changed(running, pending=pending)


def _minor(amount: Money | None) -> int | None:
    return None if amount is None else amount.minor


def _after(task: Task) -> Subscription:
    if task.after is None:
        raise InternalError("carrying out a change: it ends the subscription, and begins a plan")
    return task.after
