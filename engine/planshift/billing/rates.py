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
