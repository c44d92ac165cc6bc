from __future__ import annotations

from decimal import Decimal

import iso4217
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planshift.billing.currency import decimals, is_currency, known_currencies
from planshift.billing.money import (
    MAX_MINOR,
    Money,
    MoneyError,
    format_minor,
    format_percent,
    money,
    parse_money,
    parse_percent,
)

AMOUNTS = st.builds(money, st.integers(-MAX_MINOR, MAX_MINOR), st.sampled_from(known_currencies()))


@given(amount=AMOUNTS)
def test_money_reads_back_as_it_was_written(amount: Money) -> None:
    assert parse_money(str(amount)) == amount


@given(minor=st.integers(-MAX_MINOR, MAX_MINOR), places=st.integers(0, 4))
def test_an_amount_prints_as_its_decimal(minor: int, places: int) -> None:
    printed = Decimal(format_minor(minor, places))
    assert printed.scaleb(places) == minor
    assert printed.as_tuple().exponent == -places


@pytest.mark.parametrize(
    "text,minor",
    [("9.00 EUR", 900), ("9 EUR", 900), ("9.5 EUR", 950), ("-0.05 EUR", -5), ("1500 JPY", 1500), ("1.234 KWD", 1234)],
)
def test_money_is_read_exactly(text: str, minor: int) -> None:
    assert parse_money(text).minor == minor


@pytest.mark.parametrize(
    "text,message",
    [
        ("9.001 EUR", r"has more decimals than EUR \(2\)"),
        ("9.000 EUR", "has more decimals"),
        ("9.0 JPY", r"has more decimals than JPY \(0\)"),
        ("9.00 EUX", "`EUX` is not a currency"),
        ("9.00", "is not an amount of money"),
        ("9,00 EUR", "is not an amount of money"),
        ("1 000.00 EUR", "is not an amount of money"),
        ("1e3 EUR", "is not an amount of money"),
        ("NaN EUR", "is not an amount of money"),
        ("\u0669 EUR", "is not an amount of money"),
        ("9. EUR", "is not an amount of money"),
        ("+9 EUR", "is not an amount of money"),
        ("9 XAU", "`XAU` is not a currency"),
        ("99999999999999.00 EUR", "is too large"),
        ("9" * 5000 + " EUR", "is not an amount of money"),
    ],
)
def test_what_is_not_exact_money_is_refused(text: str, message: str) -> None:
    with pytest.raises(MoneyError, match=message):
        parse_money(text)


def test_a_currency_of_the_book_brings_its_own_decimals() -> None:
    assert parse_money("1.5 PTS", decimals=1) == Money(minor=15, currency="PTS", decimals=1)


@given(a=st.integers(), b=st.integers())
def test_amounts_of_one_currency_add_up_and_compare(a: int, b: int) -> None:
    first, second = money(a, "SEK"), money(b, "SEK")
    assert (first + second).minor == a + b
    assert (first - second).minor == a - b
    assert (-first).minor == -a
    assert (first < second, first <= second, first > second, first >= second) == (a < b, a <= b, a > b, a >= b)


def test_amounts_of_different_currencies_never_meet() -> None:
    euro, dollar = money(100, "EUR"), money(100, "USD")
    assert euro != dollar
    with pytest.raises(MoneyError, match=r"1\.00 EUR and 1\.00 USD are of different currencies"):
        _ = euro + dollar
    with pytest.raises(MoneyError):
        _ = euro - dollar
    with pytest.raises(MoneyError):
        _ = euro < dollar


@given(ppm=st.integers(0, 999_999 * 10_000))
def test_percentages_read_back_as_they_were_written(ppm: int) -> None:
    assert parse_percent(format_percent(ppm)) == ppm


@pytest.mark.parametrize("text,ppm", [("10%", 100_000), ("12.5%", 125_000), ("0.0001%", 1), ("100.0000%", 1_000_000)])
def test_percentages_are_millionths(text: str, ppm: int) -> None:
    assert parse_percent(text) == ppm


@pytest.mark.parametrize("text", ["10", "10 %", "-5%", "0.00001%", "1e2%", ".5%", "%", "\u0665%"])
def test_what_is_no_percentage_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a percentage"):
        parse_percent(text)


def test_currencies_have_the_decimals_of_iso_4217() -> None:
    assert [decimals(code) for code in ("EUR", "JPY", "KWD", "CLF")] == [2, 0, 3, 4]
    published = {entry.code: entry.exponent for entry in iso4217.Currency}
    assert {code: decimals(code) for code in known_currencies()} == {
        code: places for code, places in published.items() if places is not None
    }


def test_what_has_no_minor_unit_is_no_currency() -> None:
    assert not any(is_currency(code) for code in ("XAU", "XTS", "eur", "EURO", ""))
    with pytest.raises(ValueError, match="`XAU` is not a currency"):
        decimals("XAU")
