"""Amounts as Stripe writes them: whole numbers of what Stripe takes for the smallest unit of a currency.

For most currencies that is the minor unit of ISO 4217. These tables hold where Stripe's documentation differs: a unit
that ISO 4217 does not have, or amounts that are taken in whole steps only. What cannot be written exactly is refused.
"""

from __future__ import annotations

from typing import Final

from planshift.adapters.halting import refusal
from planshift.billing.money import Money

_ZERO: Final = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}
)
_THREE: Final = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
_STEPS: Final = {
    "ISK": 100,  # written with two decimals for the sake of older programs, and has none
    "UGX": 100,  # as above
    **dict.fromkeys(_THREE, 10),  # card networks take two of the three decimals
}


def decimals(currency: str) -> int:
    """How many decimals Stripe's amounts of a currency have."""
    if currency in _ZERO:
        return 0
    return 3 if currency in _THREE else 2


def to_stripe(money: Money) -> int:
    """An amount in Stripe's smallest unit.

    Raises:
        Halt: Stripe has no such amount.
    """
    amount, rest = divmod(money.minor * _unit(decimals(money.currency)), _unit(money.decimals))
    if rest or amount % _STEPS.get(money.currency, 1):
        raise refusal(f"Stripe cannot bill {money}: it takes {money.currency} in larger steps only")
    return amount


def from_stripe(amount: int, like: Money) -> Money:
    """Stripe's amount in the currency and with the decimals of another one; parts below them are cut off."""
    minor = amount * _unit(like.decimals) // _unit(decimals(like.currency))
    return Money(minor=minor, currency=like.currency, decimals=like.decimals)


def _unit(decimals: int) -> int:
    """How many of the smallest unit make one whole one."""
    return int("1" + "0" * decimals)
