"""What a decision comes to. Numbers such as S0.3 are those of the founding requirements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Any

import pytest

from planshift.actions.action import HoldCredit, Schedule
from planshift.actions.from_decision import (
    _STAGES,
    CHANGE_ANYWAY,
    CHANGE_FIRST,
    CREDIT_THEN_PAYMENT_FIRST,
    PAYMENT_FIRST,
    QUEUED,
    RELEASED,
    WAITING,
    Stages,
    plan_of,
)
from planshift.actions.invariants import check
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
)
from planshift.actions.order_actions import (
    QueueChange,
    RecordApproval,
    RecordOverride,
    Reschedule,
    SendNotice,
    Unschedule,
)
from planshift.actions.plan import ActionPlan, placed
from planshift.actions.plan_actions import (
    AddAddon,
    CarryContract,
    ChangePackage,
    ChangeTerm,
    EndContract,
    EndPackage,
    EndPlan,
    EndService,
    RemoveAddon,
    StartContract,
    StartPackage,
    StartPlan,
)
from planshift.actions.wording import lines_of, words_of
from planshift.billing.change import Remedies
from planshift.billing.money import money
from planshift.billing.subscription import Discount, HeldAddon, PendingChange, RunningContract
from planshift.decision import decision
from planshift.decision.answer import Line
from planshift.diagnostics.errors import InvalidInput
from tests.actions.shop import BRONZE, BUSY, METERED, SILVER, decide, decision_as, ids, plan, step

DOWN: Mapping[str, Any] = {"subscription": SILVER, "plan": "bronze"}
GOLD_PENDING = PendingChange(to_plan="gold", to_price="monthly", effective_on=date(2026, 4, 1))
RENEWAL = "2026-03-27 10:00"
"""The day on which the invoice of the renewal of April is made."""

YEAR = RunningContract(starts_on=date(2026, 1, 1), ends_on=date(2027, 1, 1), penalty=2500)


def needs_of(found: ActionPlan, name: str) -> set[str]:
    """Everything that must be done before a step, directly or not, among the steps beside it."""
    beside = next(each.beside for each in placed(found.steps) if each.step.id == name)
    needs = {other.id: other.needs for other in beside}
    seen: set[str] = set()
    waiting = list(needs[name])
    while waiting:
        seen.add(waiting[-1])
        waiting += needs[waiting.pop()]
    return seen


# what the module is told


def test_a_package_change_tells_the_module_of_both_packages() -> None:  # S0.3
    told = step(plan(), "change_package").action
    expected = ChangePackage(module="cpanel", from_plan="bronze", to_plan="silver", on=date(2026, 3, 11))
    assert told == expected


def test_a_term_change_tells_no_module() -> None:  # S0.4
    found = plan("anchor: reset", plan="bronze", price="yearly")
    assert ids(found) == ["change_term", "issue_invoice", "ask_payment", "bump_renewal"]
    action = step(found, "change_term").action
    assert isinstance(action, ChangeTerm)
    assert (action.from_price, action.to_price) == ("monthly", "yearly")
    undo = step(found, "change_term").undo
    assert isinstance(undo, ChangeTerm)
    assert (undo.from_price, undo.to_price) == ("yearly", "monthly")


def test_another_quantity_is_a_term_change() -> None:
    action = step(plan(plan="bronze", quantity=3), "change_term").action
    assert isinstance(action, ChangeTerm)
    assert (action.from_quantity, action.to_quantity) == (1, 3)
    assert words_of(action) == "bronze: 1 -> 3 pieces"


def test_no_module_is_told_where_the_policy_says_so() -> None:  # T.7
    assert "change_package" not in ids(plan("provision: none"))


def test_a_switch_at_renewal_speaks_to_no_module_and_bills_before_the_date_moves() -> None:  # S1.3, S1.5, S1.9
    found = plan(kind="renew", at=RENEWAL)
    assert ids(found) == ["end_plan", "start_plan", "move_answers", "issue_invoice", "ask_payment", "bump_renewal"]
    assert step(found, "bump_renewal").action == BumpRenewal(from_day=date(2026, 4, 1), to_day=date(2026, 5, 1))
    assert {"start_plan", "issue_invoice"} <= needs_of(found, "bump_renewal")


def test_each_step_of_a_renewal_is_known_by_the_renewal_and_not_by_the_run() -> None:  # S1.19
    found = plan(kind="renew", at=RENEWAL)
    assert step(found, "issue_invoice").key == "renewal:sub-1:2026-04-01:issue_invoice"
    assert plan(kind="renew", at="2026-04-01 00:00", order=None).steps[0].key == found.steps[0].key


def test_what_the_system_asks_for_is_a_change_like_any_other() -> None:
    assert ".change_package" in ids(plan("timing: period_end", by="system"))


def test_across_modules_one_package_starts_and_the_other_ends() -> None:
    found = plan(plan="names")
    assert step(found, "start_package").action == StartPackage(module="dns", plan="names", on=date(2026, 3, 11))
    assert step(found, "end_package").action == EndPackage(module="cpanel", plan="bronze", on=date(2026, 3, 11))


# plans


def test_the_old_plan_ends_and_the_new_one_starts_on_the_same_day_and_bills_to_the_bill_day() -> None:  # S3.9
    found = plan()
    assert step(found, "end_plan").action == EndPlan(plan="bronze", price="monthly", on=date(2026, 3, 11))
    assert step(found, "start_plan").action == StartPlan(
        plan="silver",
        price="monthly",
        quantity=1,
        on=date(2026, 3, 11),
        bill_day=1,
        next_bill_on=date(2026, 4, 1),
    )


def test_a_cancellation_ends_the_plan_and_the_package() -> None:
    found = plan(kind="cancel")
    assert ids(found) == ["end_plan", "end_package", "issue_credit"]
    assert found.to_plan is None


def test_a_pause_tells_when_it_ends() -> None:
    found = plan(kind="cancel", until=date(2026, 3, 20))
    expected = EndPlan(plan="bronze", price="monthly", on=date(2026, 3, 11), until=date(2026, 3, 20))
    assert step(found, "end_plan").action == expected


def test_a_start_gives_nothing_up() -> None:
    found = plan(kind="start")
    assert ids(found) == ["start_plan", "start_package", "issue_invoice", "ask_payment"]
    assert found.from_plan is None
    assert not found.returnable.minor


def test_a_coupon_and_an_agreed_price_come_with_the_start() -> None:
    discount = Discount(ppm=100_000, code="SPRING")
    action = step(plan(held={"discount": discount, "paid": 900}, amount=1800), "start_plan").action
    assert isinstance(action, StartPlan)
    assert (action.discount, action.amount) == (discount, money(1800, "EUR"))


def test_a_plan_that_is_billed_once_has_no_next_bill() -> None:
    found = plan(plan="starter", price="once")
    action = step(found, "start_plan").action
    assert isinstance(action, StartPlan)
    assert action.next_bill_on is None
    assert "bump_renewal" not in ids(found)


# money


def test_an_amount_due_is_invoiced_today_and_then_asked_for() -> None:  # S0.11, S0.12
    found = plan()
    invoice = step(found, "issue_invoice").action
    assert isinstance(invoice, IssueInvoice)
    assert (invoice.total, invoice.due_on) == (money(678, "EUR"), date(2026, 3, 11))
    assert [(line.kind, line.amount.minor) for line in invoice.lines] == [("charge", 1355), ("credit", -677)]
    assert step(found, "ask_payment").action == AskPayment(invoice="issue_invoice", amount=invoice.total)
    assert step(found, "ask_payment").needs == ("issue_invoice",)


def test_nothing_due_asks_for_no_payment() -> None:  # S0.12
    assert not {"issue_invoice", "ask_payment"} & set(ids(plan(**DOWN)))


def test_the_rest_of_a_downgrade_is_credit_on_the_account() -> None:  # S0.13
    action = step(plan(**DOWN), "issue_credit").action
    assert isinstance(action, IssueCredit)
    assert action.amount == money(678, "EUR")
    assert [(line.kind, line.amount.minor) for line in action.lines] == [("credit", 1355), ("charge", -677)]


def test_a_policy_without_credits_gives_none() -> None:  # S0.13
    assert "issue_credit" not in ids(plan("unused_credit: forfeit", **DOWN))


def test_lines_that_cancel_out_make_neither_invoice_nor_credit() -> None:  # S0.15
    found = plan("credit: full, charge: full", held={"plan": "metered", "paid": 4000}, plan="gold")
    assert "post_lines" in ids(found)
    assert not {"issue_invoice", "issue_credit", "ask_payment"} & set(ids(found))


def test_credits_to_the_account_and_the_charge_for_the_days_left_are_apart() -> None:  # S2.9
    found = plan("unused_credit: account_credit", **DOWN)
    credit, invoice = step(found, "issue_credit").action, step(found, "issue_invoice").action
    assert isinstance(credit, IssueCredit)
    assert isinstance(invoice, IssueInvoice)
    assert (credit.amount.minor, invoice.total.minor) == (1355, 677)
    assert "issue_credit" in needs_of(found, "issue_invoice")
    assert "change_package" in ids(found)


def test_a_fee_by_direction_is_billed_without_proration() -> None:  # S2.10, S2.18
    invoice = step(plan("proration: { unit: none }, charge: none, fee: 15 EUR"), "issue_invoice").action
    assert isinstance(invoice, IssueInvoice)
    assert [(line.kind, line.amount.minor) for line in invoice.lines] == [("fee", 1500)]


def test_a_fee_keeps_the_service_that_it_is_taxed_as() -> None:
    invoice = step(plan("fee: 15 EUR, fee_taxed_as: migration"), "issue_invoice").action
    assert isinstance(invoice, IssueInvoice)
    assert [line.service for line in invoice.lines if line.kind == "fee"] == ["migration"]


def test_between_one_time_plans_the_difference_is_a_discount_on_the_first_bill() -> None:  # S3.10
    held = {"plan": "starter", "price": "once", "paid": 3000}
    invoice = step(plan("charge: difference", held=held, plan="studio", price="once"), "issue_invoice").action
    assert isinstance(invoice, IssueInvoice)
    assert invoice.total == money(5000, "EUR")
    assert [(line.kind, line.amount.minor) for line in invoice.lines] == [("charge", 8000), ("discount", -3000)]


def test_debt_is_reduced_before_anything_is_given_back() -> None:
    found = plan("unused_credit: account_credit", held={"paid": 1500, "debt": 500}, **DOWN)
    assert step(found, "reduce_debt").action == ReduceDebt(amount=money(500, "EUR"))
    credit = step(found, "issue_credit").action
    assert isinstance(credit, IssueCredit)
    assert credit.amount == money(855, "EUR")


def test_a_refund_waits_for_everything_that_could_still_fail() -> None:
    found = plan("unused_credit: refund", **DOWN)
    assert ids(found)[-1] == "refund"
    assert {"change_package", "start_plan"} <= needs_of(found, "refund")
    assert step(found, "refund").undo is None


def test_what_waits_for_the_next_invoice_is_not_asked_for() -> None:
    found = plan("collect: next_invoice, fee: 2 EUR")
    action = step(found, "add_to_next_invoice").action
    assert isinstance(action, AddToNextInvoice)
    assert (action.total, action.on) == (money(878, "EUR"), date(2026, 4, 1))
    assert "ask_payment" not in ids(found)


def test_a_later_change_inside_the_period_leaves_its_charges_for_the_next_invoice_as_well() -> None:
    found = plan("collect: next_invoice, timing: on_date", on=date(2026, 3, 20))
    action = step(found, "add_to_next_invoice").action
    assert isinstance(action, AddToNextInvoice)
    assert action.on == date(2026, 4, 1)
    assert not {"issue_invoice", "ask_payment"} & set(ids(found))


def test_credit_for_the_next_bill_pays_the_bill_of_a_later_change_that_is_this_bill() -> None:
    found = plan("unused_credit: next_invoice, timing: on_date, charge: full", **DOWN, on=date(2026, 3, 20))
    discount, invoice = step(found, "discount_next_invoice").action, step(found, "issue_invoice").action
    asked = step(found, "ask_payment").action
    assert isinstance(discount, DiscountNextInvoice)
    assert isinstance(invoice, IssueInvoice)
    assert isinstance(asked, AskPayment)
    assert discount.on == invoice.due_on == date(2026, 3, 20)
    assert invoice.credit_used == discount.amount
    assert asked.amount == invoice.total - discount.amount


def test_what_the_invoice_run_bills_is_due_now_and_not_asked_for() -> None:  # S2.9
    found = plan("collect: invoice_run, fee: 2 EUR")
    action = step(found, "add_to_invoice_run").action
    assert isinstance(action, AddToInvoiceRun)
    assert (action.total, action.credit_used, action.on) == (money(878, "EUR"), money(0, "EUR"), date(2026, 3, 11))
    assert found.flow.due_now == money(878, "EUR")
    assert not {"issue_invoice", "ask_payment"} & set(ids(found))


def test_a_change_can_wait_until_the_invoice_of_the_run_is_paid() -> None:
    found = plan("collect: invoice_run, apply: after_payment")
    assert ids(found)[:2] == ["add_to_invoice_run", "await_payment"]
    wait = AwaitPayment(invoice="add_to_invoice_run", amount=money(678, "EUR"), expires_on=None)
    assert step(found, "await_payment").action == wait


def test_credit_on_the_account_pays_the_invoice_at_once() -> None:
    found = plan("account_credit: at_once", held={"account_credit": 500})
    invoice = step(found, "issue_invoice").action
    assert isinstance(invoice, IssueInvoice)
    assert (invoice.total, invoice.credit_used) == (money(678, "EUR"), money(500, "EUR"))
    assert step(found, "ask_payment").action == AskPayment(invoice="issue_invoice", amount=money(178, "EUR"))
    assert (found.flow.account_used, found.flow.due_now) == (money(500, "EUR"), money(178, "EUR"))


def test_where_credit_on_the_account_is_enough_nothing_is_asked_for() -> None:
    found = plan("account_credit: at_once, apply: after_payment", held={"account_credit": 5000})
    assert "issue_invoice" in ids(found)
    assert not {"ask_payment", "await_payment"} & set(ids(found))


@pytest.mark.parametrize("apply", ["first", "after_payment", "regardless"])
def test_credit_of_the_change_is_there_before_its_bill_uses_it(apply: str) -> None:  # S2.9
    found = plan(f"unused_credit: account_credit, account_credit: at_once, apply: {apply}, fee: 50 EUR")
    assert found.flow.account_used == found.flow.to_account
    assert "issue_credit" in needs_of(found, "issue_invoice")
    assert ("issue_invoice" in needs_of(found, "start_plan")) == (apply == "after_payment")


def test_credit_takes_off_what_waits_before_it_is_paid_back() -> None:
    found = plan("unused_credit: refund", held={"waiting": 300}, **DOWN)
    discount, refund = step(found, "discount_next_invoice").action, step(found, "refund").action
    assert isinstance(discount, DiscountNextInvoice)
    assert isinstance(refund, Refund)
    assert (discount.amount, refund.amount) == (money(300, "EUR"), money(678 - 300, "EUR"))


def test_what_waits_is_billed_where_no_next_bill_comes() -> None:
    found = plan("credit: none", held={"waiting": 300}, kind="cancel")
    invoice = step(found, "issue_invoice").action
    assert [line.kind for line in lines_of(invoice)] == ["waiting"]


def test_credit_for_the_next_invoice_is_taken_off_it() -> None:
    action = step(plan("unused_credit: next_invoice", **DOWN), "discount_next_invoice").action
    assert isinstance(action, DiscountNextInvoice)
    assert (action.amount, action.on) == (money(1355, "EUR"), date(2026, 4, 1))


def test_unused_money_can_become_time() -> None:
    found = plan("unused_credit: extend_time", **DOWN)
    action = step(found, "extend_period").action
    assert isinstance(action, ExtendPeriod)
    assert (action.units, action.unit, action.ends_on) == (43, "day", date(2026, 4, 23))
    assert step(found, "bump_renewal").action == BumpRenewal(from_day=date(2026, 4, 1), to_day=date(2026, 4, 23))


# the order of change and payment


def test_the_seed_changes_first_and_asks_for_payment_then() -> None:  # S0.17
    found = plan()
    assert {"end_plan", "start_plan", "change_package"} <= needs_of(found, "issue_invoice")


def test_a_gated_change_waits_for_its_payment() -> None:  # S0.17, S0.21
    found = plan("apply: after_payment, payment_expires: 14 days")
    assert ids(found)[:3] == ["issue_invoice", "ask_payment", "await_payment"]
    amount = money(678, "EUR")
    expected = AwaitPayment(invoice="issue_invoice", amount=amount, expires_on=date(2026, 3, 25))
    assert step(found, "await_payment").action == expected
    assert all("await_payment" in needs_of(found, name) for name in ids(found)[3:])


def test_a_wait_without_end_has_no_last_day() -> None:
    action = step(plan("apply: after_payment"), "await_payment").action
    assert isinstance(action, AwaitPayment)
    assert action.expires_on is None


def test_a_wait_of_centuries_ends_with_the_calendar() -> None:
    action = step(plan("apply: after_payment, payment_expires: 9999 years"), "await_payment").action
    assert isinstance(action, AwaitPayment)
    assert action.expires_on == date(2400, 12, 31)


def test_a_gated_change_with_nothing_to_pay_does_not_wait() -> None:
    assert ids(plan("apply: after_payment", **DOWN)) == ids(plan(**DOWN))


def test_regardless_of_payment_neither_waits_for_the_other() -> None:
    found = plan("apply: regardless")
    assert not needs_of(found, "issue_invoice")
    assert "issue_invoice" not in needs_of(found, "start_plan")


# changes that take effect later


def test_a_delayed_change_waits_beside_the_running_plan_until_its_day() -> None:  # S2.11, S2.12, S2.15
    found = plan("timing: period_end", **DOWN)
    assert [kept.id for kept in found.steps] == ["schedule"]
    action = found.steps[0].action
    assert isinstance(action, Schedule)
    assert (action.to_plan, action.on) == ("bronze", date(2026, 4, 1))
    # invoices are made five days ahead: from 27 March on the change cannot be called off
    assert action.cancellable_until == date(2026, 3, 26)
    assert [kept.id for kept in action.steps][:3] == ["end_plan", "start_plan", "change_package"]


def test_calling_a_delayed_change_off_is_what_undoes_it() -> None:  # S2.13
    undo = step(plan("timing: period_end", **DOWN), "schedule").undo
    assert undo == Unschedule(to_plan="bronze", to_price="monthly", on=date(2026, 4, 1))


@pytest.mark.parametrize("terms,at", [("cancellable_until: never", "2026-03-11 10:00"), ("", "2026-03-28 10:00")])
def test_after_the_invoice_nobody_can_call_a_change_off(terms: str, at: str) -> None:  # S2.14
    action = plan(f"timing: period_end, {terms or 'limits: check'}", at=at, **DOWN).steps[0].action
    assert isinstance(action, Schedule)
    assert action.cancellable_until is None


def test_a_delayed_change_is_billed_on_its_day_less_the_account_credit() -> None:
    found = plan("timing: period_end, apply: after_payment", held={"account_credit": 300}, **DOWN)
    invoice = step(found, "issue_invoice").action
    assert isinstance(invoice, IssueInvoice)
    assert (invoice.total.minor, invoice.credit_used.minor, invoice.due_on) == (1000, 300, date(2026, 4, 1))
    asked = step(found, "ask_payment").action
    assert isinstance(asked, AskPayment)
    assert asked.amount == money(700, "EUR")


def test_a_delayed_cancellation_is_scheduled_too() -> None:
    found = plan("timing: period_end", kind="cancel")
    assert ids(found) == ["schedule", ".end_plan", ".end_package"]


def test_a_new_request_takes_the_place_of_one_that_waits() -> None:  # S2.17
    found = plan(held={"pending": GOLD_PENDING})
    assert ids(found)[0] == "unschedule"
    assert "unschedule" in needs_of(found, "end_plan")
    assert step(found, "unschedule").undo == Reschedule(to_plan="gold", to_price="monthly", on=date(2026, 4, 1))


def test_a_request_that_queues_does_nothing_but_wait_its_turn() -> None:
    found = plan("pending: queue", held={"pending": GOLD_PENDING})
    assert ids(found) == ["queue_change"]
    assert step(found, "queue_change").action == QueueChange(
        to_plan="silver", to_price="monthly", behind_plan="gold", behind_price="monthly", after=date(2026, 4, 1)
    )


# held credits


def test_a_usage_bucket_holds_the_credit_until_the_events_have_happened() -> None:  # S3.16
    found = plan("hold_credit_until: [rating.completed, job.completed]", subscription=METERED, plan="bronze")
    action = step(found, "hold_credit").action
    assert isinstance(action, HoldCredit)
    assert action.until == ("rating.completed", "job.completed")
    assert [kept.id for kept in action.steps] == ["release_credit", "issue_credit"]
    assert action.amount == found.flow.to_account
    assert ids(found).count("..issue_credit") == 0
    assert ids(found).count("issue_credit") == 0


def test_without_a_usage_bucket_nothing_is_held() -> None:  # S3.16
    assert "hold_credit" not in ids(plan("hold_credit_until: job.completed", **DOWN))


class WithHeldPenalty(decision.Decision):
    """A decision whose early termination waits for the re-rating as its credit does."""

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        return tuple(
            replace(line, held_until=("rating.completed",)) if line.kind in ("credit", "penalty") else line
            for line in super().lines
        )


@pytest.mark.parametrize("route", ["offset", "account_credit", "refund", "next_invoice"])
@pytest.mark.parametrize("target", ["bronze", "gold"])
def test_a_held_penalty_is_billed_when_the_credit_is_released(route: str, target: str) -> None:  # S3.16
    made = decision_as(
        WithHeldPenalty,
        f"unused_credit: {route}, contract: destination",
        subscription=replace(METERED, contract=YEAR),
        plan=target,
    )
    found = plan_of(made)
    hold = step(found, "hold_credit").action
    assert isinstance(hold, HoldCredit)
    kept = {row.id: row.action for row in hold.steps}
    (bill,) = (action for name, action in kept.items() if name in ("issue_invoice:held", "post_lines:held"))
    assert isinstance(bill, IssueInvoice | PostLines)
    assert bill.lines[0].kind == "penalty"
    assert isinstance(bill, PostLines) or kept["ask_payment:held"] == AskPayment(
        invoice="issue_invoice:held", amount=bill.total
    )
    assert not [
        line
        for row in found.steps
        if row.id == "issue_invoice"
        for line in lines_of(row.action)
        if line.kind == "penalty"
    ]
    assert check(found) == ()


# contracts, things that move, remedies


def test_a_contract_begins_with_the_plan_that_has_one() -> None:  # S3.5, S3.6
    action = step(plan(plan="gold"), "start_contract").action
    assert isinstance(action, StartContract)
    assert (action.starts_on, action.ends_on) == (date(2026, 3, 11), date(2027, 3, 11))
    assert action.penalty == money(2500, "EUR")


def test_a_contract_is_carried_on() -> None:  # S3.6, S3.8
    found = plan(held={"contract": YEAR})
    expected = CarryContract(from_plan="bronze", to_plan="silver", ends_on=date(2027, 1, 1))
    assert step(found, "carry_contract").action == expected
    assert not {"start_contract", "end_contract"} & set(ids(found))


def test_a_contract_that_is_left_ends_before_the_next_one_begins() -> None:  # S3.17
    found = plan("contract: destination", held={"contract": YEAR}, plan="gold")
    assert step(found, "end_contract").action == EndContract(plan="bronze", on=date(2026, 3, 11))
    undo = step(found, "end_contract").undo
    assert isinstance(undo, StartContract)
    assert (undo.starts_on, undo.ends_on) == (YEAR.starts_on, YEAR.ends_on)
    assert ids(found).index("end_contract") < ids(found).index("start_contract")


def test_a_term_change_leaves_the_contract_alone() -> None:
    found = plan(plan="bronze", price="yearly", held={"contract": YEAR})
    assert not {"carry_contract", "start_contract", "end_contract"} & set(ids(found))


def test_answers_and_resources_move_and_a_lost_add_on_is_removed() -> None:  # S3.12, S3.15
    found = plan(subscription=BUSY)
    assert {"move_answers", "move_resources", "remove_addon:extra-sites"} <= set(ids(found))
    gone = step(found, "remove_addon:extra-sites")
    assert gone.action == RemoveAddon(name="extra-sites", quantity=2)
    assert gone.undo == AddAddon(name="extra-sites", quantity=2)


def test_resources_that_differ_do_not_move() -> None:  # S3.15
    assert "move_resources" not in ids(plan(held={"resources": (("panel", "dedicated"),)}))


def test_remedies_come_before_the_change() -> None:  # S4.14, S4.15
    remedies = Remedies(add=(HeldAddon(name="extra-sites"), HeldAddon(name="extra-sites")), end=("blog",))
    subscription = replace(BUSY, plan="silver", paid=2000, usage=(("sites", 9),), addons=())
    found = plan(subscription=subscription, plan="bronze", remedies=remedies)
    assert step(found, "add_addon:extra-sites").action == AddAddon(name="extra-sites", quantity=2)
    assert step(found, "end_service:blog").action == EndService(service="blog", title="The blog")
    assert {"add_addon:extra-sites", "end_service:blog"} <= needs_of(found, "end_plan")


# who is told, what is recorded


def test_the_client_is_told_and_staff_copied_blind() -> None:  # S0.14
    found = plan("notify: [client, bcc billing@example.com, template moved]")
    told = step(found, "send_notice:change_made:client")
    expected = SendNotice(about="change_made", to="client", bcc=("billing@example.com",), template="moved")
    assert told.action == expected
    assert needs_of(found, told.id) == set(ids(found)) - {told.id}


def test_client_and_staff_get_a_notice_each_and_blind_copies_one() -> None:  # S0.14
    found = plan("notify: [staff, client, bcc billing@example.com]")
    notices = [each.step.action for each in placed(found.steps) if isinstance(each.step.action, SendNotice)]
    assert [(notice.to, notice.bcc) for notice in notices] == [("staff", ("billing@example.com",)), ("client", ())]


def test_blind_copies_go_out_alone_where_nobody_else_is_told() -> None:
    assert ids(plan("notify: bcc billing@example.com"))[-1] == "send_notice:change_made"


def test_nobody_is_told_by_default() -> None:  # S0.14
    assert not [name for name in ids(plan()) if "notice" in name]


def test_a_delayed_change_is_announced_and_then_told_again() -> None:
    found = ids(plan("timing: period_end, notify: client", **DOWN))
    assert found[-1] == "send_notice:change_scheduled:client"
    assert ".send_notice:change_made:client" in found


def test_an_override_is_recorded_first() -> None:
    asked: dict[str, Any] = {
        "by": "staff",
        "person": "kim",
        "override": True,
        "override_reason": "promised on the phone",
    }
    found = plan("override: staff, requires: [status trial]", **asked)
    expected = RecordOverride(passed=("wrong_status",), by="staff", person="kim", reason="promised on the phone")
    assert found.steps[0].action == expected
    assert "record_override" in needs_of(found, "end_plan")


def test_an_approval_is_recorded_with_who_told_it() -> None:
    found = plan("requires: [approval by finance]", by="staff", person="kim", approvals=("finance",))
    assert found.steps[0].action == RecordApproval(roles=("finance",), by="staff", person="kim")
    assert "record_approval" in needs_of(found, "end_plan")


# keys, quote, refusal


def test_keys_are_made_of_order_decision_and_position() -> None:
    made = decide("timing: period_end", **DOWN)
    found = made.plan("order-7")
    keys = {each.position: each.step.key for each in placed(found.steps)}
    assert keys["1"] == f"order-7:{made.fingerprint[:12]}:1"
    assert keys["1.2"] == f"order-7:{made.fingerprint[:12]}:1.2"
    assert made.plan("order-7") == found


def test_undoing_has_a_key_of_its_own() -> None:
    first = plan().steps[0]
    assert first.undo_key == f"{first.key}:undo"


@pytest.mark.parametrize(
    "stages",
    [CHANGE_FIRST, CHANGE_ANYWAY, PAYMENT_FIRST, CREDIT_THEN_PAYMENT_FIRST, WAITING, QUEUED, RELEASED],
)
def test_stages_wait_only_for_stages_before_them(stages: Stages) -> None:
    names = [name for name, _ in stages]
    assert len(set(names)) == len(names)
    assert set(names) <= _STAGES.keys()
    left_out = {"record", "clear"}
    for number, (_, waits) in enumerate(stages):
        assert set(waits) <= {*names[:number], *left_out}


def test_without_an_order_the_decision_names_the_keys() -> None:
    made = decide()
    assert made.plan().steps[2].key == f"{made.fingerprint[:24]}:3"


def test_an_order_that_is_decided_again_has_new_keys() -> None:
    first, again = plan(), plan(at="2026-03-11 11:00")
    assert not {one.key for one in first.steps} & {one.key for one in again.steps}


def test_the_quote_is_part_of_the_plan() -> None:
    made = decide()
    quote = made.plan().quote
    assert (quote.fingerprint, quote.computed_at) == (made.fingerprint, made.computed_at)
    assert quote.decided_on == date(2026, 3, 11)


def test_a_denied_change_has_no_plan() -> None:
    made = decide("requires: [status trial]")
    with pytest.raises(InvalidInput) as caught:
        made.plan()
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "PS701"
    assert diagnostic.message == (
        "there is nothing to carry out: the change is denied (the subscription is active, not trial)"
    )
    assert [label.text for label in diagnostic.labels] == ["the subscription is active, not trial"]
    assert diagnostic.labels[0].span.file == "policy.yaml"


def test_a_change_that_needs_a_remedy_has_no_plan_yet() -> None:
    with pytest.raises(InvalidInput) as caught:
        plan(subscription=SILVER, held={"usage": (("sites", 9),)}, plan="bronze")
    (diagnostic,) = caught.value.diagnostics
    assert "needs remedy (present use does not fit Bronze" in diagnostic.message
    assert diagnostic.help is not None


def test_what_may_be_given_back_is_what_was_paid_less_what_was_given_back() -> None:
    assert plan(subscription=replace(BRONZE, given_back=400)).returnable == money(600, "EUR")
