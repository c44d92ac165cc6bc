"""Amounts of money in documents: text with exactly the decimals of its currency, never a number."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from planshift.billing.currency import is_currency
from planshift.billing.money import MoneyError, parse_money
from planshift.diagnostics.fix import instead_of
from planshift.diagnostics.nearest import did_you_mean
from planshift.policy.located import OddNumber
from planshift.policy.mistakes import Mistake, Mistakes, Quoted, describe, read_each, shown, wrong

Amounts = tuple[tuple[str, int], ...]
"""Minor units by currency, sorted by currency."""

MAX_DIGITS = 20
"""How long an amount may be; what is too large and shorter than this is found when it is read."""

Decimals = Mapping[str, int]
"""The book's own number of decimals of some currencies."""


def read_money(value: object, decimals: Decimals) -> tuple[str, int]:
    """Return currency and minor units of `15 EUR`.

    Raises:
        Mistakes: it is not an amount of money that can be stated exactly.
    """
    if not isinstance(value, str):
        help_text = 'write the amount with its currency: "9.00 EUR"'
        raise wrong("PS112", f"expected an amount of money, found {describe(value)}", help_text=help_text)
    return _pair(value, decimals.get(value[-3:]))


def read_amount_text(value: object) -> str:
    """Return an amount whose currency stands elsewhere, as it was written.

    Raises:
        Mistakes: it is no text, so its last decimals may be lost already.
    """
    if isinstance(value, str):
        return value
    number = value.text if isinstance(value, OddNumber) else str(value)
    is_plain = number.replace(".", "", 1).isdigit()
    help_text = f'put it in quotes: "{number}"' if is_plain else 'write it as text: "9.00"'
    message = f"expected an amount as text, found {describe(value)}"
    raise Mistakes(Mistake("PS112", message, help_text, instead=Quoted() if is_plain else None))


def read_amount(value: str, currency: str, *, decimals: Decimals) -> int:
    """Return the minor units of an amount whose currency stands elsewhere, as in `EUR: "9.00"`.

    Raises:
        Mistakes: it is not an amount that the currency can state exactly.
    """
    return _minor(value.removesuffix(f" {currency}"), currency, decimals.get(currency))


# The prices of a large catalog and the fees of many paths repeat a few amounts.
@lru_cache(maxsize=4096)
def _pair(value: str, decimals: int | None) -> tuple[str, int]:
    try:
        amount = parse_money(value, decimals=decimals)
    except MoneyError as error:
        raise _explain(value, value.rpartition(" ")[2], error) from None
    return amount.currency, amount.minor


@lru_cache(maxsize=4096)
def _minor(value: str, currency: str, decimals: int | None) -> int:
    if len(value) > MAX_DIGITS:
        raise wrong("PS110", "this is too large an amount")
    if not value.isascii() or not value.removeprefix("-").replace(".", "", 1).isdigit():
        raise wrong("PS110", f"{shown(value)} is not an amount", help_text='write digits and a point: "9.00"')
    return read_money(f"{value} {currency}", {} if decimals is None else {currency: decimals})[1]


def read_amounts(value: object, decimals: Decimals) -> Amounts:
    """Return the amounts of `15 EUR` or of a list of such, one for each currency.

    Raises:
        Mistakes: with every wrong item of the list.
    """
    pairs = read_each(value, lambda item: read_money(item, decimals))
    if not pairs:
        raise wrong("PS110", "the list holds no amount")
    seen: set[str] = set()
    for index, (currency, _) in enumerate(pairs):
        if currency in seen:
            raise Mistakes(Mistake("PS114", f"a second amount in {currency}", at=(index,)))
        seen.add(currency)
    return tuple(sorted(pairs))


def unknown_currency(code: str, known: Decimals | tuple[str, ...] = ()) -> Mistake:
    """Return the mistake of a currency code that ISO 4217 does not have."""
    near = did_you_mean(code.upper(), (*_COMMON, *known))
    help_text = near or "write the three capital letters of ISO 4217, such as EUR"
    instead = instead_of(code, (*_COMMON, *known), trust="by_use")
    return Mistake("PS113", f"`{code}` is not a currency", help_text, instead=instead)


_COMMON = ("EUR", "USD", "JPY", "GBP", "SEK", "NOK", "DKK", "CHF", "PLN", "CZK", "CAD", "AUD", "INR", "CNY", "BRL")


def _explain(value: str, code: str, error: MoneyError) -> Mistakes:
    amount, blank, _ = value.rpartition(" ")
    looks_like_code = len(code) == 3 and code.isalpha() and code.isascii()
    if blank and looks_like_code and not is_currency(code):
        return Mistakes(unknown_currency(code))
    if "more decimals" in str(error):
        return wrong("PS111", str(error), help_text="round it: amounts are exact to the currency's last decimal")
    if "too large" in str(error):
        return wrong("PS110", str(error))
    help_text = "write digits, a point, a blank and the currency: 9.00 EUR"
    if not blank and amount == "" and code.replace(".", "", 1).isdigit():
        help_text = f"say the currency: {code} EUR"
    return wrong("PS110", f"{shown(value)} is not an amount of money", help_text=help_text)
