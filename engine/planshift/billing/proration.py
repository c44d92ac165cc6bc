"""The share of a period that a stretch of time makes up, and what a price comes to for that share.

Shares are exact fractions `(numerator, denominator)` with a numerator of 0 or more and a denominator of 1 or more; a
share may exceed one. Nothing here rounds except where a term of the change asks for it. All functions are polymorphic
(`whole`): bases, modes and scales are plain constants, everything else may be a node.
"""

from __future__ import annotations

from typing import Final

from planshift.billing.calendar import civil, month_length, whole_months
from planshift.billing.whole import Whole, choose, greatest, least, muldiv

BASES: Final = ("actual", "fixed", "months_of", "30_360", "per_calendar_month")
"""What a day is measured against.

`actual`: real days over the real days of the period. `fixed`: real days over `n`. `months_of`: a crossed month end
counts as if every month had `n` days (Kill Bill's fixed month lengths). `30_360`: the same with 30 and with the 31st
read as the 30th. `per_calendar_month`: each day is a part of its own calendar month; the share counts months.
"""

SECONDS_PER_DAY: Final = 86_400


def days_between(start: Whole, end: Whole, *, basis: str, n: Whole = 30) -> Whole:
    """Days from `start` to `end` (day numbers, half-open) by the counting rule of the basis; never negative.

    Raises:
        ValueError: the basis does not count days.
    """
    if basis in ("actual", "fixed"):
        return greatest(end - start, 0)
    if basis not in ("months_of", "30_360"):
        raise ValueError(f"`{basis}` does not count days")
    length = 30 if basis == "30_360" else n
    year, month, day_of_month = civil(start)
    end_year, end_month, end_day = civil(end)
    if basis == "30_360":
        day_of_month, end_day = least(day_of_month, 30), least(end_day, 30)
    return greatest(length * (12 * (end_year - year) + (end_month - month)) + (end_day - day_of_month), 0)


def share_of_days(
    *, start: Whole, end: Whole, period_start: Whole, period_end: Whole, basis: str, n: Whole = 30
) -> tuple[Whole, Whole]:
    """The share that the days `[start, end)` are of the period `[period_start, period_end)`, by one of `BASES`.

    `fixed` takes no notice of the period. `per_calendar_month` is a share of one month, not of the period: the caller
    divides by the months of the price's interval (`per_calendar_month_share`).

    Raises:
        ValueError: the basis is not one of `BASES`.
    """
    if basis == "per_calendar_month":
        return per_calendar_month_share(start, end)
    days = days_between(start, end, basis=basis, n=n)
    if basis == "fixed":
        return days, greatest(n, 1)
    return days, greatest(days_between(period_start, period_end, basis=basis, n=n), 1)


def per_calendar_month_share(start: Whole, end: Whole) -> tuple[Whole, Whole]:
    """How many calendar months the days `[start, end)` are, each day being a part of its own month.

    The first month's rest, the whole months between and the last month's beginning add up to a difference of two
    positions (months so far plus the part of the running one), which is one fraction for any number of months.
    """
    year, month, day_of_month = civil(start)
    end_year, end_month, end_day = civil(end)
    length, end_length = month_length(year, month), month_length(end_year, end_month)
    denominator = length * end_length
    crossed = 12 * (end_year - year) + (end_month - month)
    months = crossed * denominator + (end_day - 1) * length - (day_of_month - 1) * end_length
    return greatest(months, 0), denominator


def month_share(start: Whole, end: Whole, *, period_start: Whole, period_end: Whole) -> tuple[Whole, Whole]:
    """Whole months of `[start, end)` over the whole months of the period; a month begun does not count."""
    return greatest(whole_months(start, end), 0), greatest(whole_months(period_start, period_end), 1)


def share_of_seconds(start: Whole, end: Whole, *, period_start: Whole, period_end: Whole) -> tuple[Whole, Whole]:
    """The share of the period in seconds; the four are instants (epoch seconds), so a clock change counts as it is."""
    return greatest(end - start, 0), greatest(period_end - period_start, 1)


def nearest_days(seconds: Whole) -> Whole:
    """A length of time in whole days of 24 hours, half a day counting as one; `seconds` is not negative."""
    return (seconds + SECONDS_PER_DAY // 2) // SECONDS_PER_DAY


def rounded_share(num: Whole, den: Whole, scale: int) -> tuple[Whole, int]:
    """The share rounded half up at `scale` decimals, as a fraction over that power of ten."""
    power = 10**scale
    return muldiv(num, power, den, "half_up"), power


def prorate(
    amount: Whole,
    num: Whole,
    den: Whole,
    *,
    mode: str,
    per: Whole = 1,
    share_scale: int | None = None,
    rate_power: int | None = None,
) -> Whole:
    """What an amount of minor units, or an amount that buys `per` pieces, comes to for a share; rounded once by `mode`.

    `share_scale` first rounds the share half up at so many decimals (Kill Bill: 9). `rate_power` 10**k first rounds the
    price of one unit, `amount / den`, half up at k decimals below the minor unit, and multiplies then (WHMCS, Blesta);
    1 rounds it to minor units.

    Raises:
        ValueError: both ways of rounding early are asked for.
    """
    if share_scale is not None and rate_power is not None:
        raise ValueError("a share is rounded at the share or at the rate, not at both")
    if share_scale is not None:
        num, den = rounded_share(num, den, share_scale)
    if rate_power is not None:
        rate = muldiv(amount, rate_power, den * per, "half_up")
        return muldiv(rate, num, rate_power, mode)
    return muldiv(amount, num, den * per, mode)


def cap_credit(potential: Whole, paid: Whole, given_back: Whole) -> Whole:
    """The part of a credit that may be given: never more than was paid and not yet given back, never below zero."""
    return greatest(least(potential, paid - given_back), 0)


def extension_units(
    credit: Whole,
    *,
    price: Whole,
    interval_units: Whole,
    mode: str,
    credit_den: Whole = 1,
    rate_power: int | None = None,
) -> Whole:
    """How many units of time (days, months) a credit buys where `price` buys `interval_units` of them.

    The credit is `credit / credit_den` minor units, so that it need not be rounded before. `rate_power` 10**k first
    rounds the price of one unit half up at k decimals below the minor unit. A price of nothing, or one whose rounded
    unit costs nothing, sells no time: the answer is 0.
    """
    if rate_power is None:
        divisor, factor = price * credit_den, interval_units
    else:
        divisor = muldiv(price, rate_power, greatest(interval_units, 1), "half_up") * credit_den
        factor = rate_power
    return choose(divisor > 0, muldiv(credit, factor, greatest(divisor, 1), mode), 0)
