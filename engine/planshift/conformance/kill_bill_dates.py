"""The kinds of Kill Bill cases that are about dates, shares and the lines of one plan: calls of the billing package."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import TypedDict

from planshift.billing.calendar import to_day
from planshift.billing.interval import Interval
from planshift.billing.line import line_amount
from planshift.billing.proration import days_between, rounded_share, share_of_days
from planshift.billing.schedule import (
    BilledLine,
    BillRun,
    ScheduleError,
    Segment,
    bill_lines,
    step_date,
    whole_periods,
)
from planshift.conformance.fields import Fields
from planshift.conformance.figures import Figures, LineFigure, exact
from planshift.conformance.money import MOST_DECIMALS, Coin, coin_of

SHARE_SCALE = 9
"""Decimals to which Kill Bill rounds a share before it meets a price."""

ARREAR = {"in_advance": False, "in_arrear": True}
GREEDY = {"default": False, "greedy": True}


class _Run(TypedDict):
    """The arguments that `BillRun` and `bill_lines` share."""

    start: date
    end: date | None
    bill_to: date
    interval: Interval
    bill_day: int
    in_arrear: bool
    greedy: bool


def basis_of(fields: Fields, name: str = "basis") -> tuple[str, int]:
    """The basis and its number: `fixed_30` counts every crossed month end as if months had 30 days.

    Raises:
        CaseMistake: it is neither `actual` nor `fixed_N`.
    """
    text = fields.text(name, "actual")
    if text == "actual":
        return "actual", 30
    word, _, number = text.rpartition("_")
    if word != "fixed" or not number.isdigit():
        raise fields.mistake(name, f"is `{text}`, which is neither `actual` nor `fixed_N`")
    return "months_of", int(number)


def _run_of(given: Fields, bill_to: date) -> _Run:
    return _Run(
        start=given.day("start"),
        end=given.day_or_none("end"),
        bill_to=bill_to,
        interval=given.interval("every"),
        bill_day=given.whole("bill_day", 1, low=1, high=31),
        in_arrear=ARREAR[given.word("billed", of={word: word for word in ARREAR}, default="in_advance")],
        greedy=GREEDY[given.word("arrear_mode", of={word: word for word in GREEDY}, default="default")],
    )


def _share(given: Fields, basis: tuple[str, int]) -> tuple[int, int]:
    num, den = share_of_days(
        start=to_day(given.day("from")),
        end=to_day(given.day("to")),
        period_start=to_day(given.day("period_start")),
        period_end=to_day(given.day("period_end")),
        basis=basis[0],
        n=basis[1],
    )
    return num, den


def _billed(given: Fields, *, around: Fields, coin: Coin, bill_to: date) -> tuple[BilledLine, ...]:
    """The lines of one stretch; `around` holds what several stretches have in common."""
    basis, n = basis_of(around.inner("proration")) if around.has("proration") else ("actual", 30)
    return bill_lines(
        amount=coin.read(given, "price"),
        quantity=given.whole("quantity", around.whole("quantity", 1)),
        basis=basis,
        n=n,
        share_scale=SHARE_SCALE,
        mode=coin.mode,
        **_run_of(given, bill_to),
    )


def charge(given: Fields) -> Figures:
    """Charge lines of one plan."""
    coin = coin_of(given)
    lines = _billed(given, around=given, coin=coin, bill_to=given.day("bill_to"))
    figures = tuple(
        LineFigure(kind="charge", start=line.start, end=line.end, amount=exact(coin.of(line.amount)))
        for line in lines
        if line.amount
    )
    return {
        "lines": lambda: figures,
        "total": lambda: coin.total([coin.of(line.amount) for line in lines]),
        "count": lambda: len(lines),
    }


def stretches(given: Fields) -> Figures:
    """Several stretches of charge lines billed together."""
    coin, bill_to = coin_of(given), given.day("bill_to")
    lines: list[BilledLine] = []
    for stretch in given.each("stretches"):
        lines += _billed(stretch, around=given, coin=coin, bill_to=bill_to)
    return {
        "total": lambda: coin.total([coin.of(line.amount) for line in lines]),
        "count": lambda: len(lines),
    }


def amount(given: Fields) -> Figures:
    """One part of one period."""
    coin = coin_of(given)
    num, den = _share(given, basis_of(given.inner("proration")))
    minor = line_amount(
        coin.read(given, "price"),
        quantity=given.whole("quantity", 1),
        num=num,
        den=den,
        mode=coin.mode,
        share_scale=SHARE_SCALE,
    )
    return {"amount": lambda: coin.of(minor)}


def fraction(given: Fields) -> Figures:
    """The share of a period, exactly and rounded."""
    num, den = _share(given, basis_of(given))
    return {
        "fraction": lambda: Fraction(*rounded_share(num, den, given.whole("scale", SHARE_SCALE, high=MOST_DECIMALS))),
        "rational": lambda: Fraction(num, den),
    }


def day_count(given: Fields) -> Figures:
    """Days between two dates."""
    basis, n = basis_of(given)
    start, end = to_day(given.day("from")), to_day(given.day("to"))
    return {"days": lambda: days_between(start, end, basis=basis, n=n)}


def count_periods(given: Fields) -> Figures:
    """Whole periods between two dates."""
    return {"count": lambda: whole_periods(given.day("from"), given.day("to"), interval=given.interval("every"))}


def step(given: Fields) -> Figures:
    """A date moved by whole periods."""
    anchor = given.whole("bill_day", low=1, high=31) if given.has("bill_day") else None
    moved = step_date(
        given.day("date"),
        given.interval("every"),
        times=given.whole("times", 1, low=-1200, high=1200),
        anchor_day=anchor,
    )
    return {"date": lambda: moved}


def bill_dates(given: Fields) -> Figures:
    """The dates of a bill run."""
    run = BillRun(**_run_of(given, given.day("bill_to")))
    return {
        "first_bill_on": lambda: run.first_bill_on,
        "billed_through": lambda: run.billed_through,
        "next_bill_on": lambda: run.next_bill_on,
        "last_bill_on": lambda: run.last_bill_on,
        "whole_periods": lambda: run.whole_periods,
    }


def segments(given: Fields) -> Figures:
    """The stretches that a bill run produces, or that its dates are out of order."""
    try:
        found = _segments(given)
    except ScheduleError:
        return {"error": lambda: "invalid_dates", "segments": lambda: "invalid_dates"}
    return {
        "error": lambda: None,
        "segments": lambda: tuple((segment.start, segment.end) for segment in found),
    }


def cycles(given: Fields) -> Figures:
    """How many periods a bill run produces: the sum of its shares, exactly and with each share rounded."""
    found = _segments(given)
    scale = given.whole("scale", SHARE_SCALE, high=MOST_DECIMALS)
    rounded = [Fraction(*rounded_share(segment.num, segment.den, scale)) for segment in found]
    return {"cycles": lambda: sum(rounded, Fraction(0))}


def _segments(given: Fields) -> tuple[Segment, ...]:
    basis, n = basis_of(given.inner("proration")) if given.has("proration") else ("actual", 30)
    return BillRun(**_run_of(given, given.day("bill_to"))).segments(basis=basis, n=n)


KINDS: dict[str, Callable[[Fields], Figures]] = {
    "charge": charge,
    "stretches": stretches,
    "amount": amount,
    "fraction": fraction,
    "day_count": day_count,
    "whole_periods": count_periods,
    "step": step,
    "bill_dates": bill_dates,
    "segments": segments,
    "cycles": cycles,
}
"""How each kind is translated."""
