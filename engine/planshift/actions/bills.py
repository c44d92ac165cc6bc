"""The lines of a decision on bills: every line on exactly one, every cent of credit used once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import final

from planshift.actions.action import Action
from planshift.actions.change import Change, Draft
from planshift.actions.money_actions import AddToNextInvoice, AskPayment, BillLine, IssueInvoice, PostLines, TakeBack
from planshift.billing.money import Money
from planshift.decision.answer import Line


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Bills:
    """The lines of a change, by where they go.

    `charged` is billed with the change and uses up the credit `spent`; `held` is billed once the events have happened
    and uses up `spent_held`. `kept` is credit that goes where the policy sends it.
    """

    charged: tuple[BillLine, ...]
    spent: tuple[BillLine, ...]
    held: tuple[BillLine, ...]
    spent_held: tuple[BillLine, ...]
    kept: tuple[BillLine, ...]
    events: tuple[str, ...]

    @property
    def told_on_credit(self) -> bool:
        """Whether the charges need no bill: they are used up by credit at hand, and what is left of it tells them."""
        return bool(self.kept) and not self.events and sum_of(self.charged) == sum_of(self.spent)


def bills_of(change: Change) -> Bills:
    """Sort the lines of a decision. What is billed with the change uses up the credit first, held lines the rest."""
    flow, lines = change.flow, [line for line in change.decision.lines if line.amount.minor]
    charges = [(line, part) for line in lines if line.kind != "credit" for part in _charge_lines(change, line)]
    charged = tuple(part for line, part in charges if not line.held_until)
    kept = flow.to_account.minor + flow.refunded.minor + flow.to_next_bill.minor
    spent = min(flow.offset.minor, sum_of(charged))
    _, *portions = split(
        (_bill_line(line) for line in lines if line.kind == "credit"),
        (flow.debt_reduced.minor, spent, flow.offset.minor - spent, kept),
    )
    return Bills(
        charged=charged,
        spent=portions[0],
        held=tuple(part for line, part in charges if line.held_until),
        spent_held=portions[1],
        kept=portions[2],
        events=tuple(dict.fromkeys(event for line in lines for event in line.held_until)),
    )


def split(lines: Iterable[BillLine], amounts: Sequence[int]) -> tuple[tuple[BillLine, ...], ...]:
    """Cut lines, taken in their order, into portions of these amounts of minor units."""
    left = list(lines)
    portions: list[tuple[BillLine, ...]] = []
    for amount in amounts:
        portion: list[BillLine] = []
        missing = amount
        while missing and left:
            line = left.pop(0)
            taken = min(missing, line.amount.minor)
            missing -= taken
            portion.append(_part(line, taken))
            if taken < line.amount.minor:
                left.insert(0, _part(line, line.amount.minor - taken))
        portions.append(tuple(portion))
    return tuple(portions)


def joined(first: tuple[BillLine, ...], second: tuple[BillLine, ...]) -> tuple[BillLine, ...]:
    """Two portions that follow each other, with the line that was cut between them made whole."""
    if first and second and _part(first[-1], 0) == _part(second[0], 0):
        whole = replace(first[-1], amount=first[-1].amount + second[0].amount)
        return (*first[:-1], whole, *second[1:])
    return (*first, *second)


def sum_of(lines: Iterable[BillLine]) -> int:
    """What lines come to, in minor units."""
    return sum(line.amount.minor for line in lines)


def negated(lines: Iterable[BillLine]) -> tuple[BillLine, ...]:
    """The lines as the other side sees them."""
    return tuple(replace(line, amount=-line.amount) for line in lines)


def bill(
    change: Change, charges: tuple[BillLine, ...], *, spent: tuple[BillLine, ...], suffix: str = ""
) -> Iterator[Draft]:
    """The bill of some charges less the credit that they use up: none where there are none."""
    if charges:
        lines = (*charges, *negated(spent))
        action = _bill_of(change, lines, total=replace(change.nothing, minor=sum_of(lines)))
        name = action.kind + suffix
        yield Draft(id=name, action=action, undo=TakeBack(step=name))


def payment(invoice: Draft, *, suffix: str = "") -> Iterator[Draft]:
    """The request to pay a bill, where something of it is left to pay."""
    if isinstance(invoice.action, IssueInvoice):
        amount = invoice.action.total - invoice.action.credit_used
        if amount.minor:
            name = AskPayment.kind + suffix
            yield Draft(id=name, action=AskPayment(invoice=invoice.id, amount=amount), undo=TakeBack(step=name))


def next_bill_on(change: Change) -> date:
    """The day of the next regular bill after the change."""
    found = change.decision.next_bill
    return change.effective if found is None else found.on


def _bill_of(change: Change, lines: tuple[BillLine, ...], *, total: Money) -> Action:
    if not total.minor:
        return PostLines(lines=lines)
    if change.decision.immediate and change.decision.word("collect") == "next_invoice":
        return AddToNextInvoice(lines=lines, total=total, on=next_bill_on(change))
    due_on = max(change.effective, change.today)
    return IssueInvoice(lines=lines, total=total, credit_used=_credit_used(change, total), due_on=due_on)


def _credit_used(change: Change, total: Money) -> Money:
    """What account credit pays of a bill: of one that is also the next regular bill, as much as the decision says."""
    found = change.decision.next_bill
    if change.decision.immediate or found is None or found.on != change.effective:
        return change.nothing
    return min(found.account_credit_used, total)


def _charge_lines(change: Change, line: Line) -> Iterator[BillLine]:
    """A charge as it stands on a bill: a difference is the new price, less what the old plan counts for (S3.10)."""
    billed, price = _bill_line(line), line.formula.base
    differs = line.kind == "charge" and change.decision.word("charge") == "difference"
    if not differs or price is None or price <= line.amount:
        yield billed
        return
    old = change.plan(change.before.plan).title
    yield replace(billed, amount=price)
    yield BillLine(kind="discount", title=f"paid for {old}", amount=line.amount - price)


def _bill_line(line: Line) -> BillLine:
    return BillLine(
        kind=line.kind, title=line.title, amount=line.amount, start=line.start, end=line.end, service=line.service
    )


def _part(line: BillLine, minor: int) -> BillLine:
    return replace(line, amount=replace(line.amount, minor=minor))
