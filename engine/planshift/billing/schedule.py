"""When a subscription is billed, and the lines of each bill.

Plain ints and loops, unlike the functions it stands on: every step in time, every share and every amount comes from the
polymorphic functions of `calendar`, `proration` and `line`.

The bill days of a subscription are one row: the first bill day on or after its start, then one for each interval, all
on the remembered day of the month. What lies before the first is a leading part, what follows the last one that is
reached is a trailing part, and everything between is billed at the full price.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final, final

from planshift.billing.calendar import first_bill_day, from_day, step, to_day, whole_intervals
from planshift.billing.interval import Interval
from planshift.billing.line import line_amount
from planshift.billing.proration import share_of_days

LEADING: Final = ("counted_back", "own_period")
"""Against what a leading part is measured: the interval counted back from its end, or the one that starts with it."""


@dataclass(eq=False)
class ScheduleError(ValueError):
    """Dates out of order, or an interval that has no bill days."""

    text: str

    def __str__(self) -> str:
        return self.text


def step_date(day: date, interval: Interval, *, times: int = 1, anchor_day: int | None = None) -> date:
    """The date moved by whole intervals, back when `times` is negative.

    Months land on `anchor_day`, or on the day's own day of the month without one, clamped to the month's length.
    """
    number = to_day(day)
    anchor = day.day if anchor_day is None else anchor_day
    return from_day(step(number, months=times * interval.months, days=times * interval.days, anchor_day=anchor))


def whole_periods(start: date, end: date, *, interval: Interval) -> int:
    """How many whole intervals fit between two dates that are in order.

    Raises:
        ScheduleError: the interval is `once`.
    """
    if interval.once:
        raise ScheduleError("a price that is charged once has no periods")
    count: int = whole_intervals(to_day(start), to_day(end), months=interval.months, days=interval.days)
    return count


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """The days `[start, end)` that one line is for, and their share of an interval as `num / den`."""

    start: date
    end: date
    num: int = 1
    den: int = 1


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class BilledLine:
    """A segment with what it costs, in minor units."""

    start: date
    end: date
    amount: int
    num: int
    den: int


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class BillRun:
    """One subscription from `start` to a known `end` or without one, billed up to and including the day `bill_to`.

    `bill_day` is 1 to 31 and is used by intervals of months only. In advance, the interval that begins on a reached
    bill day is billed; in arrear, the one that ends there. `greedy` bills the running interval in arrear as soon as it
    has begun. Days that a known end cuts off are never billed.

    Raises:
        ScheduleError: `end` or `bill_to` is before `start`, or the interval is `once`.
    """

    start: date
    bill_to: date
    interval: Interval
    end: date | None = None
    bill_day: int = 1
    in_arrear: bool = False
    greedy: bool = False

    def __post_init__(self) -> None:
        if self.interval.once:
            raise ScheduleError("a price that is charged once has no bill days")
        if self.end is not None and self.end < self.start:
            raise ScheduleError(f"the end {self.end} is before the start {self.start}")
        if self.bill_to < self.start:
            raise ScheduleError(f"billing up to {self.bill_to} ends before the start {self.start}")

    @property
    def first_bill_on(self) -> date:
        """The first bill day on or after the start."""
        return self._bill_on(0)

    @property
    def billed_through(self) -> date | None:
        """The day up to which (not including it) this run bills, or None while nothing is due."""
        return self._arrear_through() if self.in_arrear else self._advance_through()

    @property
    def last_bill_on(self) -> date | None:
        """The last bill day that the billed days reach, or None when they reach none."""
        through = self.billed_through
        if through is None or through < self.first_bill_on:
            return None
        return self._bill_on(self._reached(through))

    @property
    def next_bill_on(self) -> date:
        """The next day on which a bill falls due.

        In advance it is the first bill day that is not yet billed; in arrear the one on which what follows is billed.
        """
        through = self.billed_through
        if through is None or through < self.first_bill_on:
            return self.first_bill_on
        reached = self._reached(through)
        if not self.in_arrear and self._bill_on(reached) == through:
            return through
        return self._bill_on(reached + 1)

    @property
    def whole_periods(self) -> int:
        """How many whole intervals this run bills."""
        through = self.billed_through
        return 0 if through is None or through < self.first_bill_on else self._reached(through)

    def segments(self, *, basis: str = "actual", n: int = 30, leading: str = "counted_back") -> tuple[Segment, ...]:
        """The stretches that this run bills, in order, each with its share of an interval.

        `basis` and `n` are those of `proration.share_of_days`, `leading` is one of `LEADING`.
        """
        through = self.billed_through
        if through is None or through <= self.start:
            return ()
        rule = _Rule(interval=self.interval, basis=basis, n=n)
        first = min(self.first_bill_on, through)
        found = [rule.leading(self.start, first, leading)] if first > self.start else []
        reached = self.whole_periods
        found += [Segment(start=self._bill_on(k), end=self._bill_on(k + 1)) for k in range(reached)]
        if through > self._bill_on(reached) >= first:
            found.append(rule.part(self._bill_on(reached), through, within=self._span(reached)))
        return tuple(segment for segment in found if segment.num)

    def _bill_on(self, count: int) -> date:
        """The bill day `count` intervals after the first."""
        first = from_day(first_bill_day(to_day(self.start), months=self.interval.months, bill_day=self.bill_day))
        return step_date(first, self.interval, times=count, anchor_day=self.bill_day)

    def _reached(self, day: date) -> int:
        """The number of the last bill day on or before a day that is not before the first one."""
        count = max(whole_periods(self.first_bill_on, day, interval=self.interval) - 1, 0)
        # Counted from a clamped first bill day the number may be one off: 28 February to 30 March holds no bill day 31.
        while self._bill_on(count + 1) <= day:
            count += 1
        return count

    def _span(self, count: int) -> tuple[date, date]:
        return self._bill_on(count), self._bill_on(count + 1)

    def _advance_through(self) -> date:
        if self.end is not None and self.end <= self.bill_to:
            return self.end
        first = self.first_bill_on
        due = first if self.bill_to < first else self._bill_on(self._reached(self.bill_to) + 1)
        return due if self.end is None else min(due, self.end)

    def _arrear_through(self) -> date | None:
        first, end = self.first_bill_on, self.end
        if end == self.bill_to:
            return end
        if self.bill_to < (self.start if self.greedy else first):
            return None
        if end is not None and end < first:
            return end
        due, known = self._arrear_due()
        return end if end is not None and end <= known else due

    def _arrear_due(self) -> tuple[date, date]:
        """The bill day up to which is billed, and the day up to which a known end is honoured."""
        if self.bill_to < self.first_bill_on:
            return self.first_bill_on, self.first_bill_on
        last, following = self._span(self._reached(self.bill_to))
        if not self.greedy:
            return last, self.bill_to
        return (last if last == self.bill_to else following), following


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """How parts of an interval are measured."""

    interval: Interval
    basis: str
    n: int

    def leading(self, start: date, end: date, mode: str) -> Segment:
        # Both steps are anchored on the day they leave and not on the bill day: 28 February goes back to 28 January
        # even where bills fall on the 31st, as Kill Bill counts it (14 to 28 February are 14 of 31 days).
        if mode == "own_period":
            return self.part(start, end, within=(start, step_date(start, self.interval)))
        if mode != "counted_back":
            raise ValueError(f"`{mode}` does not say against what a leading part is measured")
        return self.part(start, end, within=(step_date(end, self.interval, times=-1), end))

    def part(self, start: date, end: date, *, within: tuple[date, date]) -> Segment:
        num, den = share_of_days(
            start=to_day(start),
            end=to_day(end),
            period_start=to_day(within[0]),
            period_end=to_day(within[1]),
            basis=self.basis,
            n=self.n,
        )
        if self.basis == "per_calendar_month":
            den = den * max(self.interval.months, 1)
        return Segment(start=start, end=end, num=num, den=den)


def bill_lines(
    *,
    amount: int,
    start: date,
    bill_to: date,
    interval: Interval,
    end: date | None = None,
    bill_day: int = 1,
    in_arrear: bool = False,
    greedy: bool = False,
    quantity: int = 1,
    discount: int = 0,
    discount_ppm: int | None = None,
    basis: str = "actual",
    n: int = 30,
    leading: str = "counted_back",
    share_scale: int | None = None,
    rate_power: int | None = None,
    mode: str = "half_up",
) -> tuple[BilledLine, ...]:
    """The lines that one plan bills from `start` when bills are run up to and including `bill_to`.

    `amount` is the price of one interval and `discount` comes off it each time, both in minor units. The dates are
    those of `BillRun`, measuring is described at `BillRun.segments` and rounding at `line_amount`.

    Raises:
        ScheduleError: as `BillRun`.
    """
    run = BillRun(
        start=start, end=end, bill_to=bill_to, interval=interval, bill_day=bill_day, in_arrear=in_arrear, greedy=greedy
    )
    cost = partial(
        line_amount,
        amount,
        quantity=quantity,
        discount=discount,
        discount_ppm=discount_ppm,
        mode=mode,
        share_scale=share_scale,
        rate_power=rate_power,
    )
    return tuple(
        BilledLine(start=part.start, end=part.end, amount=cost(num=part.num, den=part.den), num=part.num, den=part.den)
        for part in run.segments(basis=basis, n=n, leading=leading)
    )
