"""Fixing the dates: the day a change takes effect, the days each side is for, and the next regular bill."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import final

from planshift.billing.period import Period
from tests.reference.change import Change
from tests.reference.days import bill_on_or_after, month_length, step
from tests.reference.ranks import Terms

ONE_DAY = timedelta(days=1)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """The dates of a change.

    The old plan is given back for `[stop, credit_end)`. The new one is billed by the change up to `bill_end`, its next
    regular bill. `keeps`: the running period goes on under the new plan. `whole`: the new plan begins with a whole
    period.
    """

    effective: date
    stop: date
    credit_end: date
    bill_day: int
    bill_end: date
    keeps: bool
    whole: bool
    immediate: bool
    backdated: bool
    out_of_range: bool


def fix_dates(change: Change, terms: Terms) -> When:
    """All dates of the change."""
    period, today = change.subscription.period, change.today
    effective = _effective(change, terms)
    # Whose day the day of the change is: the old plan's, then it stops a day later.
    last_day = effective if terms.word("proration.change_day") == "new" else effective + ONE_DAY
    stop = min(max(last_day, period.start), period.end)
    paused_until = change.request.until or period.end
    bill_day, moves = _bill_day(change, terms, effective)
    interval = change.new_interval
    keeps = (
        (
            change.old_interval == interval
            or terms.word("charge") == "month_equivalent"
            or terms.word("anchor") == "keep_next_bill"
        )
        and not (moves or interval.once or change.starts)
        and effective < period.end
    )  # fmt: skip  # three things that must hold
    first = bill_on_or_after(effective, interval, bill_day=bill_day)
    begins_on_bill_day = first == effective
    following = step(first, interval, anchor=bill_day) if begins_on_bill_day else first
    on_wish = terms.word("timing") == "on_date" and change.request.on is not None
    return When(
        effective=effective,
        stop=stop,
        credit_end=max(min(paused_until, period.end), stop),
        bill_day=bill_day,
        bill_end=period.end if keeps else following,
        keeps=keeps,
        whole=stop <= period.start if keeps else begins_on_bill_day,
        immediate=effective <= today,
        backdated=effective < today,
        out_of_range=on_wish and effective > period.end and not change.starts,
    )


def _effective(change: Change, terms: Terms) -> date:
    """The day the change takes effect; a timing that finds no day to wait for is now."""
    held, today = change.subscription, change.today
    in_arrear = change.old_price is not None and change.old_price.in_arrear
    paid_ahead = held.paid_through if held.paid_through and held.paid_through > today else today
    match terms.word("timing"):
        case "period_end":
            return paid_ahead if in_arrear else held.period.end
        case "contract_end":
            return held.contract.ends_on if held.contract and change.in_contract else today
        case "on_date":
            return change.request.on or today
        case "next_bill_day":
            return _next_bill_day(today, bill_day_of(change))
        case "trial_end":
            return held.trial_ends_on if held.trial_ends_on and change.in_trial else today
        case "period_start":
            return held.period.start
        case _:
            return today


def _next_bill_day(today: date, bill_day: int) -> date:
    """The first day after today that is the bill day of its month, or its month's last where that is shorter."""
    day = today + ONE_DAY
    while day.day != min(bill_day, month_length(day)):
        day += ONE_DAY
    return day


def bill_day_of(change: Change) -> int:
    """The stated bill day, or the one that the period shows."""
    return change.subscription.bill_day or _shown_bill_day(change.subscription.period)


def _shown_bill_day(period: Period) -> int:
    """The day on which the period ends, or that on which it began where the last month was too short for it."""
    cut_short = period.end.day == month_length(period.end) and period.start.day > period.end.day
    return period.start.day if cut_short else period.end.day


def _bill_day(change: Change, terms: Terms, effective: date) -> tuple[int, bool]:
    """The bill day after the change, and whether the running period is given up for it."""
    if change.request.bill_day:
        return change.request.bill_day, True
    anchor = terms.choice("anchor")
    if anchor.word in ("keep", "keep_next_bill", "realign"):
        return bill_day_of(change), anchor.word == "realign"
    return (anchor.number if anchor.word == "day" else effective.day), True
