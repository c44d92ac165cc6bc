"""The stages of a plan that change what the customer has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from planshift.actions.action import Action
from planshift.actions.change import Change, Draft
from planshift.actions.plan_actions import (
    AddAddon,
    Carried,
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
from planshift.billing.subscription import Discount, RunningContract, Subscription

_MOVES: dict[str, Callable[..., Moving]] = {
    "answers": MoveAnswers,
    "resources": MoveResources,
    "settings": MoveSettings,
    "addons": MoveAddons,
    "usage": MoveAllowance,
}
"""The action that moves things of a kind. A coupon and an agreed price go with the start of the new plan."""


def fit(change: Change) -> Iterator[Draft]:
    """The remedies that the customer chose, so that present use fits: before anything is given up."""
    chosen = change.request.remedies
    counts: dict[str, int] = {}
    for addon in chosen.add:
        counts[addon.name] = counts.get(addon.name, 0) + addon.quantity
    for name, quantity in counts.items():
        undo = RemoveAddon(name=name, quantity=quantity)
        yield Draft(id=f"add_addon:{name}", action=AddAddon(name=name, quantity=quantity), undo=undo)
    titles = {service.id: service.title for service in change.before.services}
    for service in dict.fromkeys(chosen.end):
        yield Draft(id=f"end_service:{service}", action=EndService(service=service, title=titles.get(service, service)))


def end(change: Change) -> Iterator[Draft]:
    """The end of the plan that is left."""
    before, on = change.before, change.effective
    if change.moves_plan or not (change.starts or change.request.plan):
        action = EndPlan(plan=before.plan, price=before.price, on=on, until=change.request.until)
        yield _draft(action, undo=ResumePlan(plan=before.plan, price=before.price, on=on))


def start(change: Change) -> Iterator[Draft]:
    """The start of the new plan, or the new price of the running one; neither where a plan renews as it is."""
    after, on = change.after, change.effective
    if after is None or (change.renews and change.decision.switch is None):
        return
    if not change.moves_plan and not change.starts:
        forth = _term(change, change.before, after)
        yield _draft(forth, undo=_term(change, after, change.before))
        return
    action = StartPlan(
        plan=after.plan,
        price=after.price,
        quantity=after.quantity,
        on=on,
        bill_day=after.bill_day,
        next_bill_on=change.renews_on,
        amount=_amount(change, after),
        discount=_discount(after),
    )
    yield _draft(action, undo=WithdrawPlan(plan=after.plan, price=after.price, on=on))


def _term(change: Change, old: Subscription, new: Subscription) -> ChangeTerm:
    return ChangeTerm(
        plan=new.plan,
        from_price=old.price,
        to_price=new.price,
        from_quantity=old.quantity,
        to_quantity=new.quantity,
        on=change.effective,
        amount=_amount(change, new),
        discount=_discount(new),
    )


def _amount(change: Change, subscription: Subscription) -> Money | None:
    return None if subscription.amount is None else change.decision.money(subscription.amount)


def _discount(subscription: Subscription) -> Discount | None:
    return None if subscription.discount == Discount() else subscription.discount


def module(change: Change) -> Iterator[Draft]:
    """What the modules are told: of packages only, and never of a price (S0.3, S0.4)."""
    if change.decision.word("provision") == "none":
        return
    if change.starts:
        yield from _start_package(change)
    elif not change.request.plan:
        yield from _end_package(change)
    elif change.moves_plan:
        old, new = change.before.plan, change.request.plan
        old_module, new_module = change.plan(old).module, change.plan(new).module
        if old_module == new_module:
            forth = ChangePackage(module=new_module, from_plan=old, to_plan=new, on=change.effective)
            back = ChangePackage(module=new_module, from_plan=new, to_plan=old, on=change.effective)
            yield _draft(forth, undo=back)
        else:
            yield from _start_package(change)
            yield from _end_package(change)


def _start_package(change: Change) -> Iterator[Draft]:
    plan = change.plan(change.request.plan)
    action = StartPackage(module=plan.module, plan=plan.name, on=change.effective)
    yield _draft(action, undo=EndPackage(module=plan.module, plan=plan.name, on=change.effective))


def _end_package(change: Change) -> Iterator[Draft]:
    plan, on = change.plan(change.before.plan), change.effective
    action = EndPackage(module=plan.module, plan=plan.name, on=on, until=change.request.until)
    yield _draft(action, undo=StartPackage(module=plan.module, plan=plan.name, on=on))


def contract(change: Change) -> Iterator[Draft]:
    """What becomes of the commitment. A change of the price alone leaves it as it is."""
    result, running, after = change.decision.contract, change.before.contract, change.after
    if result is None or (change.request.plan == change.before.plan and not change.starts):
        return
    if result.outcome == "carried_on" and running is not None:
        old, new = change.before.plan, change.request.plan
        forth = CarryContract(from_plan=old, to_plan=new, ends_on=running.ends_on)
        yield _draft(forth, undo=CarryContract(from_plan=new, to_plan=old, ends_on=running.ends_on))
        return
    if running is not None and not change.starts and running.ends_on > change.effective:
        plan = running.plan or change.before.plan
        undo = _start_contract(change, running, plan)
        yield _draft(EndContract(plan=plan, on=change.effective), undo=undo)
    if result.outcome == "begins" and after is not None and after.contract is not None:
        action = _start_contract(change, after.contract, after.plan)
        yield _draft(action, undo=EndContract(plan=after.plan, on=action.starts_on))


def _start_contract(change: Change, running: RunningContract, plan: str) -> StartContract:
    return StartContract(
        plan=plan,
        starts_on=running.starts_on,
        ends_on=running.ends_on,
        penalty=change.decision.money(running.penalty),
        remainder=running.remainder,
    )


def carry(change: Change) -> Iterator[Draft]:
    """What moves to the new plan. What is left of allowances and add-ons without a place there end.

    A switch leaves resources and settings where they are: to move them is to speak to a connector or a service
    (S1.9).
    """
    if not change.moves_plan:
        return
    old, new, moves = change.before.plan, change.request.plan, change.decision.moves
    for kind, action in _MOVES.items():
        found = [move for move in moves if (move.kind, move.outcome) == (kind, "moves")]
        if kind in ("resources", "settings") and change.renews:
            continue
        items = tuple(Carried(name=move.name, value=move.value, to=move.to) for move in found)
        if items:
            back = tuple(replace(item, name=item.to, to=item.name) if item.to else item for item in items)
            forth = action(from_plan=old, to_plan=new, items=items)
            yield _draft(forth, undo=action(from_plan=new, to_plan=old, items=back))
    dropped = [move for move in moves if (move.kind, move.outcome) == ("usage", "lost")]
    if dropped:
        items = tuple(Carried(name=move.name, value=move.value) for move in dropped)
        yield _draft(DropAllowance(plan=old, items=items), undo=RestoreAllowance(plan=old, items=items))
    for name in dict.fromkeys(move.name for move in moves if (move.kind, move.outcome) == ("addons", "lost")):
        quantity = sum(addon.quantity for addon in change.before.addons if addon.name == name)
        gone = RemoveAddon(name=name, quantity=quantity)
        yield Draft(id=f"{gone.kind}:{name}", action=gone, undo=AddAddon(name=name, quantity=quantity))


def _draft(action: Action, *, undo: Action) -> Draft:
    return Draft(id=action.kind, action=action, undo=undo)
