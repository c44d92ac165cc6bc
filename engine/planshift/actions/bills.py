"""The lines of a decision on bills: every line on exactly one, every cent of credit used once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import final

from planshift.actions.money_actions import BillLine
from planshift.decision.answer import Flow, Line
from planshift.decision.decision import Decision


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


def bills_of(decision: Decision, flow: Flow) -> Bills:
    """Sort the lines of a decision. What is billed with the change uses up the credit first, held lines the rest."""
    lines = [line for line in decision.lines if line.amount.minor]
    charges = [(line, part) for line in lines if line.kind != "credit" for part in _charge_lines(decision, line)]
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


def _charge_lines(decision: Decision, line: Line) -> Iterator[BillLine]:
    """A charge as it stands on a bill: a difference is the new price, less what the old plan counts for (S3.10)."""
    billed, price = _bill_line(line), line.formula.base
    differs = line.kind == "charge" and decision.word("charge") == "difference"
    if not differs or price is None or price <= line.amount:
        yield billed
        return
    yield replace(billed, amount=price)
    old = decision.from_plan
    title = f"paid for {old.title}" if old is not None else "paid before"
    yield BillLine(kind="discount", title=title, amount=line.amount - price)


def _bill_line(line: Line) -> BillLine:
    return BillLine(
        kind=line.kind, title=line.title, amount=line.amount, start=line.start, end=line.end, service=line.service
    )


def _part(line: BillLine, minor: int) -> BillLine:
    return replace(line, amount=replace(line.amount, minor=minor))
