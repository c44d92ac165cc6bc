"""Locales: which there are, how their languages count, and how they write days, amounts and lists.

This is the one module that knows Babel, and it is for display only. How many decimals a currency has is the book's to
say, not the locale data's, which differ from the standard for some. Babel is loaded when a locale is first asked for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import copy
from datetime import date
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import TYPE_CHECKING

from planshift.diagnostics.diagnostic import Diagnostic
from planshift.diagnostics.nearest import did_you_mean
from planshift.diagnostics.span import Span

if TYPE_CHECKING:
    from babel import Locale

_SHAPE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-(?:[A-Z]{2}|[0-9]{3}))?")
_DIGITS = 8  # more than any currency has decimals
_SAMPLE = 1_000
"""Which plural forms a language has for whole numbers shows among the first so many."""


def has_shape(name: str) -> bool:
    """Return whether a name is built as that of a locale: `de`, `de-AT`, `zh-Hant-TW`."""
    return _SHAPE.fullmatch(name) is not None


def normal(name: str) -> str:
    """Return the usual spelling of the name of a locale: `de_at` is `de-AT`."""
    parts = name.replace("_", "-").split("-")
    cased = [part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part for part in parts[1:]]
    return "-".join((parts[0].lower(), *cased))


@lru_cache(maxsize=256)
def is_known(name: str) -> bool:
    """Return whether the locale, or at least its language in its script, is one that can be written."""
    from babel.localedata import exists  # noqa: PLC0415  # loaded when a locale is asked for

    return has_shape(name) and any(exists(each.replace("-", "_")) for each in chain(name)[:2])


def unknown_locale(name: str, span: Span) -> Diagnostic:
    """Return the diagnostic of a name that no locale has."""
    from babel.localedata import locale_identifiers  # noqa: PLC0415  # loaded when a locale is asked for

    known = sorted(each.replace("_", "-") for each in locale_identifiers())
    help_text = did_you_mean(normal(name), known) or "locales are called as in `de`, `de-AT` or `zh-Hant`"
    return Diagnostic(code="PS804", message=f"there is no locale `{name}`", span=span, help=help_text)


def chain(name: str) -> tuple[str, ...]:
    """Return a locale and those that it falls back to, the nearest first: `de-AT`, `de`."""
    parts = name.split("-")
    return tuple("-".join(parts[:count]) for count in range(len(parts), 0, -1))


def language(name: str) -> str:
    """Return the language of a locale."""
    return name.partition("-")[0]


@lru_cache(maxsize=64)
def _locale(name: str) -> Locale:
    from babel import Locale  # noqa: PLC0415  # loaded when a locale is asked for
    from babel.localedata import exists  # noqa: PLC0415  # loaded when a locale is asked for

    found = next(each for each in chain(name) if exists(each.replace("-", "_")))
    return Locale.parse(found, sep="-")


@lru_cache(maxsize=64)
def plural_forms(name: str) -> frozenset[str]:
    """Return the plural forms that whole numbers take in a locale."""
    return frozenset(_locale(name).plural_form(number) for number in range(_SAMPLE))


def plural_form(number: int, *, locale: str) -> str:
    """Return the plural form of a number."""
    return str(_locale(locale).plural_form(number))


def date_text(day: date, *, locale: str, style: str = "long") -> str:
    """Return a day as it is written: `11. März 2026`."""
    from babel.dates import format_date  # noqa: PLC0415  # loaded when a locale is asked for

    return str(format_date(day, style, locale=_locale(locale)))


def money_text(minor: int, currency: str, *, decimals: int, locale: str) -> str:
    """Return an amount as it is written, with the decimals of the book: `1.234,50 €`."""
    found = _locale(locale)
    pattern = copy(found.currency_formats["standard"])
    pattern.frac_prec = (decimals, decimals)
    amount = Decimal((int(minor < 0), tuple(map(int, str(abs(minor)))), -decimals))
    with localcontext(prec=len(str(minor)) + _DIGITS):
        return str(pattern.apply(amount, found, currency=currency, currency_digits=False))


def number_text(number: int | Decimal, *, locale: str) -> str:
    """Return a number as it is written: `1.234`."""
    from babel.numbers import format_decimal  # noqa: PLC0415  # loaded when a locale is asked for

    with localcontext(prec=len(str(number)) + _DIGITS):
        return str(format_decimal(number, locale=_locale(locale), decimal_quantization=False))


def list_text(items: Sequence[str], *, locale: str) -> str:
    """Return the items as a sentence lists them: `a, b und c`."""
    from babel.lists import format_list  # noqa: PLC0415  # loaded when a locale is asked for

    return str(format_list(items, locale=_locale(locale)))
