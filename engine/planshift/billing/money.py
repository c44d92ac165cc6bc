"""Money and percentages: exact to read, exact to write, never a float."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final, final

from planshift.billing import currency as iso

PPM: Final = 1_000_000
"""One as a share in millionths; percentages are whole counts of these."""

MAX_MINOR: Final = 10**15
"""The largest amount that is read, in minor units either way; sums may be larger."""

MONEY: Final = re.compile(r"(-?)([0-9]{1,16})(?:\.([0-9]{1,6}))? ([A-Z]{3})")
"""How an amount is written: sign, whole part, decimals, currency."""

PERCENT: Final = re.compile(r"([0-9]{1,6})(?:\.([0-9]{1,4}))?%")
"""How a percentage is written."""


@dataclass(eq=False)
class MoneyError(ValueError):
    """Amounts that cannot be read, or that must not meet because their currencies differ."""

    text: str

    def __str__(self) -> str:
        return self.text


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount as a whole number of minor units, with the decimals that the minor unit stands below the major one.

    Amounts of one currency add up and compare; to mix currencies is a `MoneyError`.
    """

    minor: int
    currency: str
    decimals: int

    def __add__(self, other: Money) -> Money:
        return replace(self, minor=self.minor + self._of(other))

    def __sub__(self, other: Money) -> Money:
        return replace(self, minor=self.minor - self._of(other))

    def __neg__(self) -> Money:
        return replace(self, minor=-self.minor)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._of(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._of(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._of(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._of(other)

    def __str__(self) -> str:
        return f"{format_minor(self.minor, self.decimals)} {self.currency}"

    def _of(self, other: Money) -> int:
        if (self.currency, self.decimals) != (other.currency, other.decimals):
            raise MoneyError(f"{self} and {other} are of different currencies")
        return other.minor


def money(minor: int, currency: str) -> Money:
    """An amount of minor units of an ISO 4217 currency.

    Raises:
        ValueError: the code is not a currency.
    """
    return Money(minor=minor, currency=currency, decimals=iso.decimals(currency))


def parse_money(text: str, *, decimals: int | None = None) -> Money:
    """Read `9.00 EUR`, `-3 USD` or `1500 JPY`: a point, no grouping, one space, the code.

    `decimals` are those of a currency that the book defines itself; without it ISO 4217 decides. Fewer decimals than
    the currency has are filled up, more are refused even when they are zeros.

    Raises:
        MoneyError: the text is none of these, the currency is unknown or the amount is beyond `MAX_MINOR`.
    """
    match = MONEY.fullmatch(text)
    if match is None:
        raise MoneyError(f"`{text}` is not an amount of money")
    sign, whole, part, code = match.groups(default="")
    if decimals is None:
        if not iso.is_currency(code):
            raise MoneyError(f"`{code}` is not a currency")
        decimals = iso.decimals(code)
    if len(part) > decimals:
        raise MoneyError(f"`{text}` has more decimals than {code} ({decimals})")
    minor = int(whole + part.ljust(decimals, "0"))
    if minor > MAX_MINOR:
        raise MoneyError(f"`{text}` is too large an amount")
    return Money(minor=-minor if sign else minor, currency=code, decimals=decimals)


def format_minor(minor: int, decimals: int) -> str:
    """Minor units as a decimal number with exactly the currency's decimals: `format_minor(-905, 2)` is `-9.05`."""
    whole, part = divmod(abs(minor), 10**decimals)
    sign = "-" if minor < 0 else ""
    return f"{sign}{whole}.{part:0{decimals}}" if decimals else f"{sign}{whole}"


def parse_percent(text: str) -> int:
    """Read `10%` or `12.5%` as millionths (125000); at most four decimals, so that it is exact.

    Raises:
        ValueError: the text is not such a percentage.
    """
    match = PERCENT.fullmatch(text)
    if match is None:
        raise ValueError(f"`{text}` is not a percentage")
    whole, part = match.groups(default="")
    return int(whole + part.ljust(4, "0"))


def format_percent(ppm: int) -> str:
    """Millionths as a percentage without trailing zeros: 125000 is `12.5%`."""
    whole, part = divmod(abs(ppm), 10_000)
    sign = "-" if ppm < 0 else ""
    return f"{sign}{whole}.{part:04}".rstrip("0").rstrip(".") + "%"
