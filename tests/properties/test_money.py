"""Money is conserved, parts sum to the whole, and nobody gets back what was not paid."""

from __future__ import annotations

import pytest

from planshift.book import Decision
from planshift.decision.answer import Flow, NextBill
from tests.properties.strategies import priced
from tests.reference.bill import old_side
from tests.reference.change import Change
from tests.reference.evaluate import rounded

pytestmark = pytest.mark.xdist_group("shared books")


def flow_of(decision: Decision) -> Flow:
    assert decision.flow is not None
    return decision.flow


def bill_of(decision: Decision) -> NextBill:
    assert decision.next_bill is not None
    return decision.next_bill


def total(decision: Decision, *, of: NextBill | None = None) -> int:
    """What lines come to, a credit taken off."""
    lines = decision.lines if of is None else of.lines
    return sum(-line.amount.minor if line.kind == "credit" else line.amount.minor for line in lines)


def test_every_unit_of_a_credit_goes_somewhere() -> None:
    for decision in priced():
        flow = flow_of(decision)
        ways = flow.debt_reduced, flow.offset, flow.to_account, flow.refunded, flow.to_next_bill, flow.to_time
        assert flow.credit.minor == sum(way.minor for way in ways), decision
        assert all(way.minor >= 0 for way in ways), decision
        if decision.word("unused_credit") != "offset_then_forfeit":
            assert not (flow.forfeited.minor and flow.credit.minor), decision
        elif flow.forfeited.minor:  # all that is left is lost
            assert flow.credit.minor == flow.debt_reduced.minor + flow.offset.minor, decision


def test_every_unit_that_is_charged_is_offset_or_falls_due() -> None:
    for decision in priced():
        flow = flow_of(decision)
        dues = flow.account_used, flow.due_now, flow.due_later, flow.due_held
        assert flow.charges.minor == flow.offset.minor + sum(due.minor for due in dues), decision
        assert all(due.minor >= 0 for due in dues), decision
        assert flow.due_now == decision.due_now, decision
        assert not (flow.due_now.minor and not decision.immediate), decision


def test_the_lines_come_to_what_flows() -> None:
    for decision in priced():
        flow = flow_of(decision)
        assert total(decision) == flow.charges.minor - flow.credit.minor, decision
        assert all(line.amount.minor >= 0 for line in decision.lines), decision
        for line in decision.lines:
            assert decision.amount(line.kind) == line.amount, decision  # one line of a kind


def test_the_lines_of_the_next_bill_come_to_its_total() -> None:
    for decision in priced():
        bill = bill_of(decision)
        assert total(decision, of=bill) - bill.account_credit_used.minor == bill.total.minor, decision
        assert bill.total.minor >= 0, decision
        assert {line.due_on for line in bill.lines if line.kind != "credit"} <= {bill.on}, decision


def test_the_next_bill_uses_no_more_credit_than_there_is() -> None:
    for decision in priced():
        flow, bill = flow_of(decision), bill_of(decision)
        waiting = sum(line.amount.minor for line in bill.lines if line.kind == "credit")
        assert waiting <= flow.offset.minor + flow.to_next_bill.minor, decision
        there = decision.subscription.account_credit + flow.to_account.minor + flow.to_next_bill.minor
        used = flow.account_used.minor + bill.account_credit_used.minor
        assert used + max(waiting - flow.offset.minor, 0) <= there, decision


def test_no_credit_is_above_what_was_paid_and_not_yet_given_back() -> None:
    for decision in priced():
        held, flow = decision.subscription, flow_of(decision)
        change = Change(
            document=decision.rulebook.document,
            rules=decision.rulebook.typed_rules,
            subscription=held,
            request=decision.request,
        )
        side = old_side(change, by_renewal=decision.word("price_basis") == "renewal")
        price = rounded(side.exact, decision.word("rounding.mode"))
        open_counts = held.paid is not None and decision.word("unpaid") != "refuse"
        billed = (price if held.paid is None else held.paid) + (held.debt - held.older_debt if open_counts else 0)
        given = flow.credit.minor + flow.forfeited.minor
        assert given <= max(billed - held.given_back, 0), decision
        waits = any(line.held_until for line in decision.lines if line.kind == "credit")
        if (
            held.paid is not None
            and decision.word("unpaid") == "reduce_debt"
            and not flow.forfeited.minor
            and not waits
        ):
            assert given - flow.debt_reduced.minor <= max(held.paid - held.given_back, 0), decision


def test_amounts_are_of_the_currency_of_the_subscription() -> None:
    for decision in priced():
        flow, bill = flow_of(decision), bill_of(decision)
        amounts = [line.amount for line in (*decision.lines, *bill.lines)]
        amounts += [getattr(flow, name) for name in Flow.__dataclass_fields__]
        amounts += [bill.total, bill.account_credit_used, decision.due_now]
        assert {amount.currency for amount in amounts} == {decision.subscription.currency}, decision
        assert len({amount.decimals for amount in amounts}) == 1, decision
