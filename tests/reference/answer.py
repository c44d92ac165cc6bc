"""An answer in plain values, and the same read off a decision, so that the two can be compared whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple, TypeAlias, final

from planshift.billing.money import Money
from planshift.decision.decision import Decision
from planshift.diagnostics.span import Span
from planshift.policy.term_values import TermValue

COMPUTED = "computed"
"""Stands for a value that a rule computes; its amount is told by the lines."""

Told: TypeAlias = tuple[TermValue | str, str, Span]
"""A term's value, the rank of its source, and the place."""


class Reason(NamedTuple):
    """What stands against a change or is said about it."""

    code: str
    weight: str
    overridden: bool = False


class Line(NamedTuple):
    """One line; `minor` is never negative."""

    kind: str
    minor: int
    start: date | None
    end: date | None
    due_on: date
    service: str | None = None
    held_until: tuple[str, ...] = ()
    share: Fraction | None = None


class Bought(NamedTuple):
    """Time that unused money bought."""

    units: int
    exact: Fraction
    unit: str
    starts_on: date
    ends_on: date


class NextBill(NamedTuple):
    """The next bill: its day, what it bills by kind, the account credit it uses, and what is left to pay."""

    on: date
    lines: tuple[tuple[str, int], ...]
    account_used: int
    total: int


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """Dates and amounts of a change that is not denied."""

    effective: date
    immediate: bool
    cancellable_until: date | None
    lines: tuple[Line, ...]
    flow: dict[str, int]
    next_bill: NextBill
    bought: Bought | None
    contract: tuple[str, date | None, int, int]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Everything that is said about one request; `priced` is None where the change is denied."""

    verdict: str
    direction: str
    groups: frozenset[str]
    reasons: tuple[Reason, ...]
    terms: dict[str, Told]
    uses: tuple[tuple[str, int, int | None, int], ...]
    moves: tuple[tuple[str, str, str, str], ...]
    priced: Priced | None


def read(decision: Decision) -> Answer:
    """A decision as an answer."""
    return Answer(
        verdict=decision.verdict,
        direction=decision.direction,
        groups=frozenset(decision.groups),
        reasons=tuple(sorted(Reason(r.code, r.weight, r.overridden) for r in decision.all_reasons)),
        terms={name: _term(t.value, t.source.kind, t.source.span) for name, t in decision.terms.items()},
        uses=tuple((fit.resource, fit.used, fit.allowed, fit.excess) for fit in decision.limits),
        moves=tuple((move.kind, move.name, move.outcome, move.new_name) for move in decision.moves),
        priced=None if decision.verdict == "denied" else _priced(decision),
    )


def _term(value: TermValue | Money, rank: str, span: Span) -> Told:
    return (COMPUTED if isinstance(value, Money) else value), rank, span


def _priced(decision: Decision) -> Priced:
    flow, bill, contract = decision.flow, decision.next_bill, decision.contract
    assert flow is not None
    assert bill is not None
    assert contract is not None
    assert decision.effective_on is not None
    names = list(type(flow).__dataclass_fields__)
    return Priced(
        effective=decision.effective_on,
        immediate=decision.immediate,
        cancellable_until=decision.cancellable_until,
        lines=tuple(_line(decision, k) for k in range(len(decision.lines))),
        flow={name: getattr(flow, name).minor for name in names},
        next_bill=NextBill(
            bill.on,
            tuple((line.kind, line.amount.minor) for line in bill.lines),
            bill.account_credit_used.minor,
            bill.total.minor,
        ),
        bought=_bought(decision),
        contract=(contract.outcome, contract.ends_on, contract.penalty.minor, contract.remainder.minor),
    )


def _line(decision: Decision, position: int) -> Line:
    line = decision.lines[position]
    shared = line.kind in ("charge", "credit", "charge_old")
    return Line(
        line.kind,
        line.amount.minor,
        line.start,
        line.end,
        line.due_on,
        service=line.service,
        held_until=line.held_until,
        share=Fraction(line.formula.num, line.formula.den) if shared else None,
    )


def _bought(decision: Decision) -> Bought | None:
    found = decision.extension
    if found is None:
        return None
    return Bought(found.units, found.exact, found.unit, found.starts_on, found.ends_on)
