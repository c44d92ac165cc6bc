"""Amounts of a case: digits at the scale the case rounds to."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import final

from planshift.billing import currency as iso
from planshift.billing.money import Money, MoneyError, parse_money
from planshift.conformance.fields import Fields

FINEST = 6
"""The most decimals that a book can give a currency: what a case that does not round is worked out in."""


MOST_DECIMALS = 12
"""The most decimals that anything is rounded to."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Coin:
    """The money of a case: its currency, its decimals, and how it is rounded (`mode`)."""

    currency: str
    scale: int
    mode: str

    def read(self, fields: Fields, name: str) -> int:
        """An amount in minor units.

        Raises:
            CaseMistake: it is missing, or has more decimals than the case rounds to.
        """
        digits = fields.numeral(name)
        try:
            return parse_money(f"{digits} {self.currency}", decimals=self.scale).minor
        except MoneyError as error:
            raise fields.mistake(name, f"cannot be read: {error}") from None

    def read_or(self, fields: Fields, name: str, *, default: int) -> int:
        """An amount in minor units, or the default where it is absent."""
        return self.read(fields, name) if fields.has(name) else default

    def parts(self, fields: Fields, name: str) -> tuple[int, int]:
        """An amount that may be finer than the minor unit, as minor units for so many pieces."""
        exact = fields.fraction(name) * 10**self.scale
        return exact.numerator, exact.denominator

    def of(self, minor: int) -> Money:
        """Minor units as money."""
        return Money(minor=minor, currency=self.currency, decimals=self.scale)

    def signed(self, plus: Money | None, minus: Money | None) -> Money:
        """What is charged less what is given back; nothing counts as zero."""
        return (plus or self.of(0)) - (minus or self.of(0))

    def total(self, amounts: list[Money]) -> Money:
        """The sum of amounts."""
        return sum(amounts, self.of(0))


_MODES = {"half_up": "half_up", "half_even": "half_even", "up": "up", "down": "down", "none": "half_up"}


def coin_of(given: Fields) -> Coin:
    """The money of a case; where a case says that it does not round, its amounts have the finest decimals there are.

    Raises:
        CaseMistake: the currency or the rounding cannot be read.
    """
    currency = given.text("currency")
    if not iso.is_currency(currency):
        raise given.mistake("currency", f"is `{currency}`, which is not a currency")
    rounding = given.optional("rounding")
    if rounding is None:
        return Coin(currency=currency, scale=iso.decimals(currency), mode="half_up")
    mode = rounding.word("mode", of=_MODES, default="half_up")
    default = FINEST if rounding.text("mode", "half_up") == "none" else iso.decimals(currency)
    return Coin(currency=currency, scale=rounding.whole("scale", default, high=MOST_DECIMALS), mode=mode)


def percent_ppm(fields: Fields, name: str) -> int:
    """A percentage in millionths; 0 where it is absent.

    Raises:
        CaseMistake: it is finer than a millionth, or above a hundred.
    """
    millionths = fields.fraction(name, "0") * Fraction(10_000)
    if millionths.denominator != 1 or not 0 <= millionths <= 1_000_000:
        raise fields.mistake(name, "is not a percentage from 0 to 100")
    return millionths.numerator
