"""The parts of a decision, as frozen values. Amounts are `Money`; dates are dates; places are spans of policy files."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal, final

from planshift.billing.money import Money
from planshift.policy.term_values import TermValue
from planshift.rulebook.sources import Source

LineKind = Literal[
    "charge", "credit", "charge_old", "fee", "one_time", "setup", "penalty", "remainder", "waiting", "renewal"
]
"""What a line is for. `charge_old`: used days of the old plan, in arrear. `waiting`: what earlier changes left for the
next bill. `credit` is the only kind that gives back."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedTerm:
    """One term of the change: its value, how a person writes it, and the place that decided it."""

    name: str
    value: TermValue | Money
    text: str
    source: Source


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a change is not simply allowed: a code, a sentence, what it weighs, and where it comes from.

    `overridden` tells that staff passed it on record. `detail` is what the sentence is about besides both plans, such
    as a role, and `term` the one that asks for it; `said_by` is the position of the rule that says it, and of the text
    among those of the rule.
    """

    code: str
    text: str
    weight: Literal["denial", "remedy", "approval", "warning"]
    source: Source | None = None
    overridden: bool = False
    detail: str = ""
    term: str = ""
    said_by: tuple[int, int] | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """How an amount came about: `price * quantity * num / den`, in a unit, rounded by a mode.

    `base` is the amount that the share is taken of; `note` says what else happened (a cap, a bound, an early rounding).
    """

    base: Money | None = None
    quantity: int = 1
    num: int = 1
    den: int = 1
    unit: str = ""
    rounding: str = ""
    note: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the change. `amount` is never negative; a `credit` gives it back, all others charge it.

    `start` and `end` are the days it is for (half-open), `due_on` the day on which it falls due, `source` the place in
    the policy that made it, `service` the service it is taxed as.
    """

    kind: LineKind
    title: str
    amount: Money
    formula: Formula
    source: Source
    due_on: date
    start: date | None = None
    end: date | None = None
    service: str | None = None
    held_until: tuple[str, ...] = ()
    plan: str = field(default="", compare=False)
    """The plan that it is for, by name; a part of its title, and not told twice."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class NextBill:
    """The next bill after the change: its day, its lines, the account credit it uses, and what is left to pay."""

    on: date
    lines: tuple[Line, ...]
    account_credit_used: Money
    total: Money


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Where the money goes. `credit` is the sum of the six amounts after it, to the last unit.

    `charges` are what is offset, what account credit pays at once, and what is due now, later or once it is released.
    """

    credit: Money
    debt_reduced: Money
    offset: Money
    to_account: Money
    refunded: Money
    to_next_bill: Money
    to_time: Money
    forfeited: Money
    charges: Money
    account_used: Money
    due_now: Money
    due_later: Money
    due_held: Money


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """Time that unused money bought: whole units, the same unrounded, and the days it covers (half-open)."""

    units: int
    exact: Fraction
    unit: str
    starts_on: date
    ends_on: date


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Present use of one resource against the target: `allowed` None means without limit."""

    resource: str
    used: int
    allowed: int | None
    excess: int


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """Something that would make present use fit: buy `quantity` of an add-on, or end a held service."""

    kind: Literal["add_addon", "end_service"]
    resource: str
    name: str
    title: str
    quantity: int
    gains: int
    price: Money | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What becomes of one thing of the subscription; `to` is its name on the new plan, where that is another one."""

    kind: str
    name: str
    value: str
    outcome: Literal["moves", "lost"]
    why: str
    to: str | None = None

    @property
    def new_name(self) -> str:
        """Its name on the new plan."""
        return self.to or self.name


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What the first period on a plan includes of one thing: the plan's `own`, and what was `carried` over to it.

    `own` and `total` are None where the plan sets no limit.
    """

    name: str
    own: int | None
    carried: int
    total: int | None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ContractResult:
    """What becomes of the commitment."""

    outcome: Literal["none", "carried_on", "begins", "ends"]
    ends_on: date | None
    penalty: Money
    remainder: Money


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRef:
    """A plan and one of its prices, as a decision names them."""

    plan: str
    title: str
    price: str
    every: str
    amount: Money | None
