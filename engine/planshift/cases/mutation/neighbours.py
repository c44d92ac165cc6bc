"""The values next to a value, as both the YAML files and the rules write them.

A value that can be counted has a neighbour below and one above. An amount has one above, a tenth higher: as a bound it
has one below as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from planshift.cases.mutation.edit import Kind

Neighbour = tuple[Kind, str]
"""What kind of edit it is, and the text to write."""

_COUNT = r"(?:0|[1-9][0-9]{0,14})"
_DIGITS = rf"{_COUNT}(?:\.[0-9]{{1,6}})?"
_MONEY: Final = re.compile(rf"({_DIGITS})([ \t]*[A-Z]{{3}})")
_PERCENT: Final = re.compile(rf"({_DIGITS})([ \t]*%)")
_DURATION: Final = re.compile(rf"({_COUNT})([ \t]*)(day|week|month|year)s?")
_FREQUENCY: Final = re.compile(rf"({_COUNT})( per .+)")
_OFTEN: Final = re.compile(rf"({_COUNT} per )(.+)")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE: Final = re.compile(rf"-?{_COUNT}")
_COUNTED: Final = re.compile(rf"((?:day|fixed|months of) )?({_COUNT})( days before)?")


def neighbours(text: str, *, is_bound: bool = False) -> Iterator[Neighbour]:
    """The neighbours of a scalar of YAML or a literal of a rule; none where it is a name or a sentence."""
    if found := _MONEY.fullmatch(text):
        kind: Kind = "bound" if is_bound else "amount"
        yield from ((kind, f"{digits}{found[2]}") for digits in amounts_beside(found[1], both=is_bound))
    elif found := _PERCENT.fullmatch(text):
        yield from (("percentage", f"{digits}{found[2]}") for digits in _stepped(found[1]))
    elif found := _DURATION.fullmatch(text):
        yield from (("duration", told) for told in _durations(found))
    elif found := _FREQUENCY.fullmatch(text):
        yield from (("bound", f"{count}{found[2]}") for count in _counts(found[1], least=1))
        if often := _OFTEN.fullmatch(text):
            yield from (("duration", f"{often[1]}{inner}") for _, inner in neighbours(often[2]))
    elif _DATE.fullmatch(text):
        yield from (("date", told) for told in _days(text))
    elif _WHOLE.fullmatch(text):
        yield from (("bound" if is_bound else "number", told) for told in _counts(text, least=None))
    elif found := _COUNTED.fullmatch(text):
        yield from (("number", f"{found[1] or ''}{n}{found[3] or ''}") for n in _counts(found[2], least=0))


def amounts_beside(digits: str, *, both: bool = False) -> Iterator[str]:
    """An amount a tenth higher, in the decimals it is written with, and as a bound also a tenth lower."""
    whole, dot, decimals = digits.partition(".")
    minor = int(whole + decimals)
    step = max(1, minor // 10) if minor else 10 ** len(decimals)
    for number in (minor + step, minor - step) if both and minor else (minor + step,):
        shown = str(number).rjust(len(decimals) + 1, "0")
        yield f"{shown[: len(shown) - len(decimals)]}{dot}{shown[len(shown) - len(decimals) :]}"


def _stepped(digits: str) -> Iterator[str]:
    """A percentage one point higher, and one lower where it stays above nothing."""
    whole, dot, decimals = digits.partition(".")
    yield f"{int(whole) + 1}{dot}{decimals}"
    if int(whole) > 1:
        yield f"{int(whole) - 1}{dot}{decimals}"


def _counts(digits: str, *, least: int | None) -> Iterator[str]:
    number = int(digits)
    yield str(number + 1)
    if least is None or number > least:
        yield str(number - 1)


def _durations(found: re.Match[str]) -> Iterator[str]:
    for count in _counts(found[1], least=1):
        yield f"{count}{found[2]}{found[3]}{'' if count == '1' else 's'}"


def _days(text: str) -> Iterator[str]:
    try:
        day = date.fromisoformat(text)
        yield from ((day + timedelta(days=step)).isoformat() for step in (1, -1))
    except (ValueError, OverflowError):  # no such day: loading says so
        return
