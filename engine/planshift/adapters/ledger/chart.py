"""The chart of accounts: every subscription has each of them once, in its currency.

Amounts are minor units. A balance is what was debited less what was credited: assets are positive as a rule, and what
is owed to the customer, earned or opened with is negative. All balances of a subscription come to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, final

from planshift.actions.money_actions import BillLine, BillLineKind

AccountType = Literal["asset", "liability", "income", "equity"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account: its id, what accountants call it, its type, and what stands on it."""

    id: str
    title: str
    type: AccountType
    holds: str


CHART: Final = (
    Account(id="cash", title="Cash", type="asset", holds="what customers paid, less what was paid back"),
    Account(id="receivable", title="Receivables", type="asset", holds="what is billed and still open"),
    Account(id="invoice_run", title="Invoice run", type="asset", holds="what the next invoice run will bill"),
    Account(id="waiting", title="Waiting charges", type="asset", holds="charges that the next regular bill collects"),
    Account(
        id="account_credit",
        title="Account credit",
        type="liability",
        holds="credit on the customer's account",
    ),
    Account(
        id="next_bill_credit", title="Next-bill credit", type="liability", holds="credit that is kept for the next bill"
    ),
    Account(
        id="held_credit",
        title="Held credit",
        type="liability",
        holds="credit that is kept back for events",
    ),
    Account(
        id="refunds_payable", title="Refunds payable", type="liability", holds="what is to be paid back to the customer"
    ),
    Account(id="plan_revenue", title="Plan revenue", type="income", holds="what plans were billed at"),
    Account(id="fee_revenue", title="Fees", type="income", holds="fees, one-time services and set-up"),
    Account(
        id="termination_revenue", title="Early termination", type="income", holds="what leaving a contract early costs"
    ),
    Account(id="unused_time", title="Unused time", type="income", holds="what was given back for days not used"),
    Account(
        id="extended_time", title="Extended time", type="income", holds="unused money that was turned into further days"
    ),
    Account(id="clearing", title="Clearing", type="income", holds="lines that cancel out"),
    Account(id="opening", title="Opening balances", type="equity", holds="what a subscription brought along"),
)
"""Every account."""

ACCOUNTS: Final = tuple(account.id for account in CHART)
"""Their ids."""

NEVER_BELOW_ZERO: Final = tuple(each.id for each in CHART if each.type == "asset" and each.id != "cash")
"""What customers owe, which is never less than nothing."""

NEVER_ABOVE_ZERO: Final = tuple(each.id for each in CHART if each.type == "liability")
"""What is owed to customers, which is a credit balance or nothing."""

EARNED_ON: Final[Mapping[BillLineKind, str]] = {
    "charge": "plan_revenue",
    "charge_old": "plan_revenue",
    "renewal": "plan_revenue",
    "discount": "plan_revenue",
    "fee": "fee_revenue",
    "one_time": "fee_revenue",
    "setup": "fee_revenue",
    "penalty": "termination_revenue",
    "remainder": "termination_revenue",
    "credit": "unused_time",
    "waiting": "waiting",
}
"""The account that stands against a line of a bill."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """An amount, above nothing, that goes from one account to another: `debit` receives it, `credit` gives it."""

    debit: str
    credit: str
    minor: int


def posted(minor: int, *, debit: str, credit: str) -> Iterator[Posting]:
    """The posting of an amount of either sign; none where nothing moves."""
    if minor and debit != credit:
        forth = Posting(debit=debit, credit=credit, minor=minor)
        yield forth if minor > 0 else Posting(debit=credit, credit=debit, minor=-minor)


def charged(lines: tuple[BillLine, ...], *, to: str) -> Iterator[Posting]:
    """What the lines of a bill come to on an account: charges are debited to it, what is given back is credited."""
    for line in lines:
        yield from posted(line.amount.minor, debit=to, credit=EARNED_ON[line.kind])


def credited(lines: tuple[BillLine, ...], *, to: str) -> Iterator[Posting]:
    """What the lines of a credit come to: on a credit, charges that it uses up are the negative ones."""
    for line in lines:
        yield from posted(line.amount.minor, debit=EARNED_ON[line.kind], credit=to)


def moved_by(postings: tuple[Posting, ...]) -> dict[str, int]:
    """By how much postings change each balance that they change."""
    change: dict[str, int] = {}
    for each in postings:
        change[each.debit] = change.get(each.debit, 0) + each.minor
        change[each.credit] = change.get(each.credit, 0) - each.minor
    return {account: minor for account, minor in change.items() if minor}
