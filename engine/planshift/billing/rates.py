"""Prices of different intervals made comparable, as exact fractions of minor units.

A year counts 365 days and a month is its twelfth part, so that comparing per day and comparing per month always agree.
"""

from __future__ import annotations

from fractions import Fraction

from planshift.billing.interval import Interval


def price_per_day(amount: int, interval: Interval) -> Fraction:
    """Minor units per day.

    Raises:
        ValueError: the price is charged once and has no rate.
    """
    if interval.once:
        raise ValueError("a price that is charged once has no rate")
    if interval.months:
        return Fraction(amount * 12, 365 * interval.months)
    return Fraction(amount, interval.days)


def price_per_month(amount: int, interval: Interval) -> Fraction:
    """Minor units per month.

    Raises:
        ValueError: the price is charged once and has no rate.
    """
    return price_per_day(amount, interval) * Fraction(365, 12)


def twelfths_of_days(interval: Interval) -> int:
    """The length of an interval in twelfths of a day, so that a month is a whole number of them; 1 for once."""
    return interval.months * 365 + interval.days * 12 or 1
