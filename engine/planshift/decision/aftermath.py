"""What is different after the change: commitment, things that move or are lost, limits, and the subscription itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TypedDict

from planshift.billing.calendar import from_day, step, to_day
from planshift.billing.changing import changed
from planshift.billing.period import Period
from planshift.billing.subscription import RunningContract, Subscription
from planshift.billing.zones import midnight
from planshift.decision.answer import ContractResult, Fit, Remedy
from planshift.decision.belongings import carried_over, keeps_agreed_price
from planshift.decision.outcome import Outcome
from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.errors import InvalidInput
from planshift.diagnostics.span import NOWHERE
from planshift.policy.term_values import Choice


def contract_of(outcome: Outcome) -> ContractResult:
    """What becomes of the commitment."""
    running = outcome.subscription.contract
    ends_on: date | None = None
    kind = "none"
    if outcome.truth("contract.carries") and running is not None:
        kind, ends_on = "carried_on", running.ends_on
    elif outcome.truth("contract.begins"):
        begin = outcome.value("effective")
        term = {unit: outcome.value(f"contract.{unit}") for unit in ("months", "days")}
        kind, ends_on = "begins", from_day(step(begin, **term, anchor_day=from_day(begin).day))
    elif outcome.truth("contract.ends"):
        kind = "ends"
    return ContractResult(
        outcome=kind,  # type: ignore[arg-type]  # one of the literal words above
        ends_on=ends_on,
        penalty=outcome.money(outcome.value("penalty")),
        remainder=outcome.money(outcome.value("remainder")),
    )


def fits_of(outcome: Outcome) -> Iterator[Fit]:
    """Present use of each resource that the catalog limits, against the target."""
    if not outcome.request.plan:
        return
    for resource in outcome.reading.kernel.resources:
        allowed = outcome.value(f"allowed.{resource}")
        yield Fit(
            resource=resource,
            used=outcome.value(f"used.{resource}"),
            allowed=None if allowed < 0 else allowed,
            excess=outcome.value(f"excess.{resource}"),
        )


def remedies_of(outcome: Outcome) -> Iterator[Remedy]:
    """For each excess: add-ons of the target that cover it, then services whose end would free enough or some of it."""
    plan = outcome.plan_named(outcome.request.plan)
    if plan is None:
        return
    for fit in fits_of(outcome):
        if not fit.excess:
            continue
        for addon in outcome.rulebook.tables.catalog.addons:
            gain = dict(addon.raises).get(fit.resource, 0)
            if addon.name in plan.addons and gain > 0:
                count = -(-fit.excess // gain)
                minor = dict(addon.amounts).get(outcome.subscription.currency)
                yield Remedy(
                    kind="add_addon",
                    resource=fit.resource,
                    name=addon.name,
                    title=addon.title,
                    quantity=count,
                    gains=count * gain,
                    price=None if minor is None else outcome.money(minor * count),
                )
        for service in outcome.subscription.services:
            freed = dict(service.uses).get(fit.resource, 0)
            if freed and service.id not in outcome.request.remedies.end:
                yield Remedy(
                    kind="end_service",
                    resource=fit.resource,
                    name=service.id,
                    title=service.title,
                    quantity=1,
                    gains=freed,
                )


def cancellable_until(outcome: Outcome) -> date | None:
    """The last day on which the change can still be called off, by the policy's point of no return."""
    return None if outcome.truth("immediate") else last_call(outcome, effective=outcome.day("effective"))


def last_call(outcome: Outcome, *, effective: date) -> date | None:
    """The last day on which such a change, in force from a day on, can still be called off; None where it never can.

    `invoice_issued` counts back from the day of the change by the days that the book makes invoices ahead.
    """
    term = outcome.term("cancellable_until").value
    if not isinstance(term, Choice) or term.word == "never":
        return None
    ahead = {"effective": 0, "invoice_issued": outcome.rulebook.document.policy.invoice_days_before}
    days = ahead.get(term.word, term.number)
    return effective - timedelta(days=days + 1)


def subscription_after(outcome: Outcome) -> Subscription:
    """The subscription once the change has taken effect; account credit and payments are as the change leaves them.

    What the change billed counts as paid, so that a further change credits what was really billed; what it left for
    the next bill waits beside it, and debt that is still open is of the plan before. Credit for the next bill takes
    off what waits there, and stands on the account for the rest.
    """
    request, before = outcome.request, outcome.subscription
    if not outcome.allowed:
        raise _nothing_after(outcome, "the change is not allowed, so nothing comes after it")
    if not request.plan:
        raise _nothing_after(outcome, "the change ends the subscription, so nothing comes after it")
    agreed = before.amount if keeps_agreed_price(outcome) else None
    return changed(
        carried_over(outcome),
        plan=request.plan,
        price=request.price,
        quantity=before.quantity if request.quantity is None else request.quantity,
        period=_period_after(outcome),
        renewals=_renewals_after(outcome),
        bill_day=_bill_day_after(outcome),
        amount=agreed if request.amount is None else request.amount,
        **_money_after(outcome),
        contract=_contract_after(outcome),
        services=tuple(service for service in before.services if service.id not in request.remedies.end),
        changes=before.changes if outcome.renews else (*before.changes, from_day(outcome.today)),
        pending=before.pending if outcome.renews else None,
        paid_through=None,
        trial_ends_on=before.trial_ends_on if before.plan == request.plan else None,
    )


def renews_on(outcome: Outcome) -> date | None:
    """The end of the period after a renewal, on which the next one is; None where the new price is charged once."""
    plan = outcome.plan_named(outcome.request.plan)
    price = plan.price(outcome.request.price) if plan is not None else None
    return None if price is None or price.interval.once else outcome.day("bill_end")


def _renewals_after(outcome: Outcome) -> int:
    """How often the plan was renewed: a switch and every other way to another plan begin to count afresh."""
    before, request = outcome.subscription, outcome.request
    if outcome.renews:
        return before.renewals + 1 if outcome.switch is None else 0
    return before.renewals if request.kind == "change" and before.plan == request.plan else 0


class _Money(TypedDict):
    """What a subscription says about money."""

    paid: int | None
    given_back: int
    debt: int
    older_debt: int
    waiting: int
    unpaid_invoices: int
    account_credit: int


def _money_after(outcome: Outcome) -> _Money:
    """What is paid, open, waiting and on the account once the change has taken effect and its own bill is paid."""
    before, debt = outcome.subscription, outcome.subscription.debt - outcome.value("debt_reduced")
    waiting, credit, used = _waiting_after(outcome), outcome.value("to_next_bill"), outcome.value("account_used_now")
    if _own_bill(outcome):  # the bill of its day is the next one, and is made by then
        credit -= outcome.value("next_bill_credit")
        used = outcome.value("account_used")
    taken_off = min(credit, waiting)
    settled = before.debt > 0 and not debt
    return {
        "paid": _paid_after(outcome),
        "given_back": 0,
        "debt": debt,
        "older_debt": debt,
        "waiting": waiting - taken_off,
        "unpaid_invoices": 0 if settled else before.unpaid_invoices,
        "account_credit": before.account_credit + outcome.value("to_account") + credit - taken_off - used,
    }


def _waiting_after(outcome: Outcome) -> int:
    """The charges that wait for the next bill after the change."""
    own = outcome.value("due_later") if outcome.truth("with_next_invoice") else 0
    return own + (outcome.subscription.waiting if outcome.truth("keeps_period") else 0)


def _own_bill(outcome: Outcome) -> bool:
    """Whether the next bill is that of the change itself: of a renewal, or on a later day."""
    later = not outcome.truth("immediate") and not outcome.truth("with_next_invoice")
    return (outcome.renews or later) and outcome.value("next_bill_on") == outcome.value("effective")


def _bill_day_after(outcome: Outcome) -> int:
    """The bill day under the new plan: bought time moves it to the day on which it ends."""
    if outcome.truth("extension.active"):
        return outcome.day("extension.then_until").day
    return outcome.value("bill_day")


def _nothing_after(outcome: Outcome, message: str) -> InvalidInput:
    help_text = f"the verdict is `{outcome.verdict}`: look at `allowed` first, and at `request.plan` for a cancellation"
    return InvalidInput(diagnostics=(Diagnostic(code="PS533", message=message, span=NOWHERE, help=help_text),))


def _period_after(outcome: Outcome) -> Period:
    """The period that runs under the new plan: from the change to its next bill."""
    start = outcome.day("effective")
    if outcome.truth("bills"):
        start = max(outcome.day("begin"), outcome.subscription.period.start)
        if outcome.word("charge") == "difference" and outcome.truth("keeps_period"):
            start = outcome.subscription.period.start  # the whole period is of the new plan, and paid as such
    end = outcome.day("extension.then_until" if outcome.truth("extension.active") else "bill_end")
    if outcome.renews:
        return _next_period(outcome, end)
    same_end = end == outcome.subscription.period.end
    ends_at = outcome.subscription.period.ends_at if same_end else None
    by_instants = outcome.word("proration.unit") in ("second", "minute", "hour") and outcome.word("timing") == "now"
    starts_at = outcome.request.at if by_instants else None
    return Period(start=min(start, end - timedelta(days=1)), end=end, starts_at=starts_at, ends_at=ends_at)


def _next_period(outcome: Outcome, end: date) -> Period:
    """The period after a renewal; one that begins after midnight ends as long after midnight as the one before it."""
    before, zone = outcome.subscription.period, outcome.reading.zone
    if before.ends_at is None or end == before.end:  # what is charged once has no period of its own
        return Period(start=min(before.end, end - timedelta(days=1)), end=end)
    late = before.ends_at - midnight(to_day(before.end), zone)
    return Period(start=before.end, end=end, starts_at=before.ends_at, ends_at=midnight(to_day(end), zone) + late)


def _paid_after(outcome: Outcome) -> int | None:
    """What counts as paid for the new period: what the change billed, and the credit that bought its time.

    Where a difference was charged, the whole new price is paid by now.
    """
    bought = outcome.value("to_time")
    if outcome.truth("bills") and outcome.word("charge") == "difference":
        return outcome.value("new_price")
    if outcome.truth("bills"):
        return outcome.value("charge") + bought
    if outcome.truth("extension.active"):
        return bought
    return 0 if outcome.word("charge") == "none" else None


def _contract_after(outcome: Outcome) -> RunningContract | None:
    result = contract_of(outcome)
    if result.outcome == "carried_on":
        return outcome.subscription.contract
    plan = outcome.plan_named(outcome.request.plan)
    if result.outcome != "begins" or result.ends_on is None or plan is None or plan.contract is None:
        return None
    return RunningContract(
        starts_on=outcome.day("effective"),
        ends_on=result.ends_on,
        penalty=dict(plan.contract.penalty).get(outcome.subscription.currency, 0),
        remainder=plan.contract.remainder,
        plan=plan.name,
    )
