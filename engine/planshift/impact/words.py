"""How counts and amounts are told."""

from __future__ import annotations

from planshift.billing.money import Money


def percentage(part: int, whole: int) -> str:
    """A share with at most two decimals; never 0% of something, and 100% only of all."""
    if not whole:
        return "0%"
    hundredths = (20_000 * part + whole) // (2 * whole)
    if part and not hundredths:
        return "<0.01%"
    if hundredths == 10_000 and part != whole:
        return ">99.99%"
    text = f"{hundredths // 100}.{hundredths % 100:02}"
    return f"{text.rstrip('0').rstrip('.')}%"


def grouped(money: Money, *, signed: bool = False) -> str:
    """An amount with its thousands apart, and with its sign where it is a difference."""
    whole, _, part = str(abs_of(money)).removesuffix(f" {money.currency}").partition(".")
    sign = "-" if money.minor < 0 else "+" if signed and money.minor > 0 else ""
    return f"{sign}{int(whole):,}{'.' if part else ''}{part} {money.currency}"


def abs_of(money: Money) -> Money:
    """The amount without its sign."""
    return -money if money.minor < 0 else money
