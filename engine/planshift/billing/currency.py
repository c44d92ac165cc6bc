"""Currencies by their ISO 4217 code."""

from __future__ import annotations

from planshift.billing._iso4217 import DECIMALS


def is_currency(code: str) -> bool:
    """Whether amounts can be stated in the currency; codes are three capital letters."""
    return code in DECIMALS


def decimals(code: str) -> int:
    """How many decimals the currency's minor unit is below the major one: EUR 2, JPY 0, KWD 3.

    Raises:
        ValueError: ISO 4217 does not list the code, or gives it no minor unit.
    """
    if code not in DECIMALS:
        raise ValueError(f"`{code}` is not a currency")
    return DECIMALS[code]


def known_currencies() -> tuple[str, ...]:
    """All codes, sorted."""
    return tuple(DECIMALS)
