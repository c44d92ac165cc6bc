"""Actions that move money: bills, credits, payments and the renewal date that the next bill falls on.

A bill's lines carry their sign as the customer sees it: on an invoice what is owed is positive and what is given back
negative, on a credit the other way round. Lines always add up to the total that stands beside them.

Actions name another step of their plan by its id; the key of that step is what the outside knows it by.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal, final

from planshift.billing.money import Money
from planshift.decision.answer import LineKind

BillLineKind = LineKind | Literal["discount"]
"""What a line of a bill is for; `discount` takes off what the old plan counts for where only a difference is paid."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """One line of a bill, with the days it is for (half-open) and the service it is taxed as."""

    kind: BillLineKind
    title: str
    amount: Money
    start: date | None = None
    end: date | None = None
    service: str | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class IssueInvoice:
    """Bill the customer: `total` falls due on `due_on`, less `credit_used`, which account credit pays of it."""

    kind: ClassVar[str] = "issue_invoice"
    lines: tuple[BillLine, ...]
    total: Money
    credit_used: Money
    due_on: date


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AddToInvoiceRun:
    """Let the invoice run of the day `on` bill the lines: `total`, less `credit_used`, which account credit pays."""

    kind: ClassVar[str] = "add_to_invoice_run"
    lines: tuple[BillLine, ...]
    total: Money
    credit_used: Money
    on: date


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AddToNextInvoice:
    """Let the bill of the day `on` collect the lines."""

    kind: ClassVar[str] = "add_to_next_invoice"
    lines: tuple[BillLine, ...]
    total: Money
    on: date


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PostLines:
    """Record lines that cancel out in the books: neither an invoice nor a credit comes of them."""

    kind: ClassVar[str] = "post_lines"
    lines: tuple[BillLine, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class IssueCredit:
    """Put an amount on the customer's account."""

    kind: ClassVar[str] = "issue_credit"
    lines: tuple[BillLine, ...]
    amount: Money


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Pay an amount back to where it came from. Nothing undoes it."""

    kind: ClassVar[str] = "refund"
    lines: tuple[BillLine, ...]
    amount: Money


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountNextInvoice:
    """Take an amount off the bill of the day `on`."""

    kind: ClassVar[str] = "discount_next_invoice"
    lines: tuple[BillLine, ...]
    amount: Money
    on: date


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ReduceDebt:
    """Take an amount off what is billed for the running period and still open."""

    kind: ClassVar[str] = "reduce_debt"
    amount: Money


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendPeriod:
    """Give `units` of time (half-open days) for an amount of unused money."""

    kind: ClassVar[str] = "extend_period"
    amount: Money
    units: int
    unit: str
    starts_on: date
    ends_on: date


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AskPayment:
    """Ask the customer to pay the invoice of the step `invoice`: show its pay form, or charge a stored means."""

    kind: ClassVar[str] = "ask_payment"
    invoice: str
    amount: Money


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitPayment:
    """Wait until the invoice of the step `invoice` is paid; it fails after the day `expires_on` (None: never)."""

    kind: ClassVar[str] = "await_payment"
    invoice: str
    amount: Money
    expires_on: date | None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnPayment:
    """Pay back what came in for the invoice of the step `invoice`."""

    kind: ClassVar[str] = "return_payment"
    invoice: str
    amount: Money


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseCredit:
    """Set free the amount that the step `hold` keeps back."""

    kind: ClassVar[str] = "release_credit"
    hold: str
    amount: Money


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class BumpRenewal:
    """Move the day of the next regular bill."""

    kind: ClassVar[str] = "bump_renewal"
    from_day: date
    to_day: date


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TakeBack:
    """Undo what a step did: void its invoice, withdraw its credit, drop its lines, call off its request."""

    kind: ClassVar[str] = "take_back"
    step: str
