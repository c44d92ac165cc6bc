"""One line of a bill: a price times a quantity, less a discount, for a share of the period; and its tax.

Polymorphic (`whole`); amounts are minor units and never negative, the sign of a credit stands outside.
"""

from __future__ import annotations

from planshift.billing.money import PPM
from planshift.billing.proration import prorate
from planshift.billing.whole import Whole, greatest, muldiv


def line_amount(
    price: Whole,
    *,
    quantity: Whole = 1,
    per: Whole = 1,
    discount: Whole = 0,
    discount_ppm: Whole | None = None,
    num: Whole = 1,
    den: Whole = 1,
    mode: str,
    share_scale: int | None = None,
    rate_power: int | None = None,
) -> Whole:
    """The amount of a line, rounded once at its end by `mode`.

    The price is for `per` pieces. Of price times quantity first the share `discount_ppm` (millionths) and then the
    amount `discount` is taken off, not below zero; what is left is taken for `num / den` of the period. Rounding the
    share or the rate early is described at `prorate`.
    """
    gross = price * quantity
    if discount_ppm is not None:
        gross = gross * (PPM - discount_ppm)
        per = per * PPM
    base = greatest(gross - discount * per, 0)
    return prorate(base, num, den, per=per, mode=mode, share_scale=share_scale, rate_power=rate_power)


def tax_on(amount: Whole, ppm: Whole, *, mode: str) -> Whole:
    """The tax on a rounded line at a rate in millionths, rounded by `mode`."""
    return muldiv(amount, ppm, PPM, mode)
